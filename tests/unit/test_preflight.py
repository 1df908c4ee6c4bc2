"""What a run decides to send: whom it waits for and how long, and that losing races has an end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from campaignsync.errors import GitError, PlanRefusedError
from campaignsync.identity import Definition
from campaignsync.outcome import Outcome, Page, PageOutcome, RemoteCampaign
from campaignsync.plan import body_digest
from campaignsync.protocol.preflight import Preflight, most_sends
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.tools import StopRequestedError
from campaignsync.state import Claim
from campaignsync.versions import Version
from tests.unit.fakes import Branch, KnowsLists, Run, holding, run_on, tools_of
from tests.unit.test_claims import CLAIM, OURS, RECORD

pytestmark = pytest.mark.anyio

DEFINITION = Definition(
    name=CLAIM.name, source=CLAIM.source, digest="sha256:new", body={**CLAIM.definition, "maxSkips": 9}
)
THEIRS = replace(CLAIM, claimed_by="run-9")


@dataclass(slots=True)
class Account(KnowsLists):
    """Lists the same campaigns each time."""

    campaigns: tuple[RemoteCampaign, ...] = ()
    requests: int = 0
    skew_s: float | None = None

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        raise AssertionError

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        self.requests += 1
        return Page(campaigns=self.campaigns, total=len(self.campaigns), has_more=False)


@dataclass(slots=True)
class Deciding:
    run: Run
    account: Account
    preflight: Preflight
    record: RunRecord

    async def __call__(self) -> list[Claim]:
        await self.preflight.look()
        return await self.preflight.decide()


def deciding(
    branch: Branch, *campaigns: RemoteCampaign, allowed: frozenset[str] | None = None, max_creates: int = 100
) -> Deciding:
    branch.definitions.all = (DEFINITION,)
    run, account = run_on(branch), Account(campaigns)
    tools = tools_of(run, account)
    tools = replace(tools, options=replace(tools.options, allowed=allowed, max_creates=max_creates))
    record = RunRecord()
    return Deciding(run, account, Preflight(run.ledger, tools, record), record)


class TestClaiming:
    async def test_a_create_is_claimed_by_this_run_and_counted_where_it_is_published(self) -> None:
        branch = Branch()
        [claim] = await deciding(branch)()
        assert (claim.claimed_by, claim.sends, claim.definition) == ("run-1", 1, DEFINITION.body)
        assert branch.state == holding(claim)

    async def test_losing_races_ends_after_twenty(self) -> None:
        branch = Branch()
        branch.on_push.extend([branch.race()] * 100)
        with pytest.raises(GitError, match="other pushes came first 20 times in a row, and nothing was sent"):
            await deciding(branch)()
        assert len(branch.pushes) == 20

    async def test_after_each_lost_race_the_account_is_listed_again(self) -> None:
        branch = Branch()
        branch.on_push.extend([branch.race()] * 3)
        decide = deciding(branch)
        await decide()
        assert decide.account.requests == 4

    async def test_what_others_claimed_by_their_faster_push_is_not_claimed(self) -> None:
        branch = Branch(holding())
        branch.on_push.append(branch.race(lambda state: state.with_entries([RECORD])))
        assert await deciding(branch)() == []
        assert branch.state == holding(RECORD)

    async def test_a_campaign_in_the_way_is_judged_only_after_one_more_fetch(self) -> None:
        """Another run may have made it since this one looked: then its entry is on the branch."""
        branch = Branch()
        decide = deciding(branch, OURS)
        await decide.preflight.look()
        branch.somebody_commits(lambda state: state.with_entries([RECORD]))
        assert await decide.preflight.decide() == []
        assert decide.record.failed == {}

    async def test_a_campaign_in_the_way_that_is_in_no_entry_is_a_strangers(self) -> None:
        decide = deciding(Branch(), OURS)
        assert await decide() == []
        [failed] = decide.record.failed.values()
        assert "a campaign of this name exists already (cd-1)" in failed.error

    async def test_what_the_plan_of_plan_does_not_hold_is_not_claimed(self) -> None:
        decide = deciding(Branch(), allowed=frozenset({body_digest(CLAIM.definition)}))
        assert await decide() == []
        assert [each.name for each in decide.record.not_sent.values()] == [DEFINITION.name]

    async def test_a_run_that_is_asked_to_end_claims_nothing(self) -> None:
        branch = Branch()
        decide = deciding(branch)
        await decide.preflight.look()
        decide.run.stop.is_asked = True
        with pytest.raises(StopRequestedError):
            await decide.preflight.decide()
        assert branch.pushes == []


class TestWaiting:
    async def test_for_a_claim_on_the_branch_is_for_its_lease_and_settle_with_a_countdown(self) -> None:
        decide = deciding(Branch(holding(THEIRS)))
        [claim] = await decide()
        assert decide.run.clock.slept == [5.0] * 44  # 100 s of lease, 120 s to settle
        assert (claim.claimed_by, claim.sends, claim.definition) == ("run-1", 2, DEFINITION.body)
        assert decide.run.told.notes[0] == (
            "Spring Offer: waiting; claimed by run run-9, which may still be sending for 220 s"
        )
        assert decide.run.told.notes[-1].endswith("for 5 s")

    async def test_begins_again_where_the_owner_renews(self) -> None:
        branch = Branch(holding(THEIRS))
        decide = deciding(branch)
        renewed = replace(THEIRS, send_before=THEIRS.send_before + timedelta(seconds=60))

        def renew_once() -> None:
            if decide.run.clock.elapsed_s == 100:
                branch.somebody_commits(lambda state: state.with_entries([renewed]))

        decide.run.clock.on_sleep = renew_once
        await decide()
        assert decide.run.clock.elapsed_s == 100 + 220

    async def test_ends_as_soon_as_the_owner_has_finished(self) -> None:
        branch = Branch(holding(THEIRS))
        decide = deciding(branch)
        decide.run.clock.on_sleep = lambda: branch.somebody_commits(
            lambda state: state.with_entries([RECORD])
        )
        assert await decide() == []
        assert (decide.run.clock.slept, decide.account.requests) == ([5.0], 0)

    async def test_is_for_nobody_where_a_claim_was_given_up(self) -> None:
        decide = deciding(Branch(holding(replace(THEIRS, lease_seconds=0))))
        await decide()
        assert decide.run.clock.elapsed_s == 120

    async def test_is_for_nobody_where_only_a_person_may_decide(self) -> None:
        decide = deciding(Branch(holding(replace(THEIRS, sends=3))))
        assert (await decide(), decide.run.clock.slept) == ([], [])
        [unknown] = decide.record.unknown.values()
        assert "sent up to 3 times and not in the account" in unknown.error

    async def test_is_for_nobody_where_claims_are_only_reported(self) -> None:
        decide = deciding(Branch(holding(THEIRS), is_shared=False))
        assert (await decide(), decide.run.clock.slept, decide.account.requests) == ([], [], 0)
        [unknown] = decide.record.unknown.values()
        assert "claimed on the remote by run run-9" in unknown.error

    async def test_no_wall_clock_shortens_it(self) -> None:
        long_ago = replace(
            THEIRS,
            claimed_at=THEIRS.claimed_at - timedelta(days=400),
            send_before=THEIRS.send_before - timedelta(days=400),
        )
        decide = deciding(Branch(holding(long_ago)))
        await decide()
        assert decide.run.clock.elapsed_s == 220


class TestMostSends:
    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ([], 1),
            ([THEIRS], 1),
            ([replace(THEIRS, sends=3)], 0),
            ([replace(THEIRS, name="Gone", source="campaigns/gone.yaml")], 1),
        ],
    )
    async def test_counts_creates_and_claims_that_may_be_sent_again(
        self, claims: list[Claim], expected: int
    ) -> None:
        decide = deciding(Branch(holding(*claims)))
        await decide.preflight.look()
        assert decide.record.plan is not None
        assert most_sends(decide.record.plan) == expected

    async def test_more_than_is_allowed_is_refused_before_anything_is_asked(self) -> None:
        decide = deciding(Branch(holding(THEIRS)), max_creates=0)
        with pytest.raises(PlanRefusedError, match="the plan sends 1 campaign, and at most 0 are allowed"):
            await decide()
        assert decide.account.requests == 0
