"""What a listing says about several claims together, and for how long claims are left alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.recovery import LeaseWatch, resolve
from tests.unit.fakes import Branch, run_on
from tests.unit.test_claims import CLAIM, OURS

pytestmark = pytest.mark.anyio


def _named(name: str) -> Mapping[str, Any]:
    return {**CLAIM.definition, "name": name}


async def test_a_campaign_that_is_surely_one_claims_own_is_not_taken_for_anothers_renamed() -> None:
    run = run_on(Branch())
    await run.ledger.refresh()
    missing = replace(CLAIM, name="A First", definition=_named("A First"))
    record = RunRecord()
    assert await resolve([missing, CLAIM], [OURS], run.ledger, record) == [missing]
    assert [done.camp_id for done in record.recovered.values()] == ["cd-1"]
    assert record.unknown == {}


class TestLeaseWatch:
    def test_a_shared_claim_s_wait_begins_when_this_run_sees_it(self) -> None:
        run = run_on(Branch())
        watch = LeaseWatch(run.context)
        run.clock.go_on(1000)
        assert watch.remaining_s(CLAIM, is_local=False) == 220
        run.clock.go_on(200)
        assert watch.remaining_s(CLAIM, is_local=False) == 20

    def test_a_claim_that_was_renewed_is_waited_for_from_the_start(self) -> None:
        run = run_on(Branch())
        watch = LeaseWatch(run.context)
        watch.remaining_s(CLAIM, is_local=False)
        run.clock.go_on(200)
        renewed = replace(CLAIM, send_before=CLAIM.send_before.replace(minute=30))
        assert watch.remaining_s(renewed, is_local=False) == 220

    def test_a_local_claim_s_wait_begins_with_the_run(self) -> None:
        run = run_on(Branch())
        watch = LeaseWatch(run.context)
        run.clock.go_on(100)
        assert watch.remaining_s(CLAIM, is_local=True) == 20

    @pytest.mark.parametrize("is_local", [True, False])
    def test_setting_the_wall_clock_changes_no_wait(self, *, is_local: bool) -> None:
        run = run_on(Branch())
        watch = LeaseWatch(run.context)
        before = watch.remaining_s(CLAIM, is_local=is_local)
        run.clock.wall = run.clock.wall.replace(year=2030)
        assert watch.remaining_s(CLAIM, is_local=is_local) == before
