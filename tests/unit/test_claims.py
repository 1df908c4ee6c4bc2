"""The rules of claims as plain functions; the simulation shows what they are for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaignsync.claims import Absent, Conflict, Doubtful, Found, Rules, changes, judge, merge
from campaignsync.outcome import RemoteCampaign
from campaignsync.state import Claim, Record, State, Status

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CLAIM = Claim(
    name="Spring Offer",
    source="campaigns/spring.yaml",
    digest="sha256:1",
    definition={
        "name": "Spring Offer",
        "description": "Offers for spring",
        "contactLists": ["North", "South"],
        "priority": "3",
        "dialingMode": "Preview",
    },
    claimed_at=NOW,
    claimed_by="run-1",
    send_before=NOW + timedelta(seconds=100),
    lease_seconds=100,
    sends=1,
)
OURS = RemoteCampaign(
    camp_id="cd-1",
    name="Spring Offer",
    description="Offers for spring",
    contact_lists=("South", "North"),
    priority="3",
    dialing_mode="Preview",
    created_at=NOW + timedelta(seconds=3),
)
RECORD = Record(
    name=CLAIM.name,
    camp_id="cd-1",
    status=Status.CREATED,
    source=CLAIM.source,
    digest=CLAIM.digest,
    definition=CLAIM.definition,
    claimed_at=NOW,
    created_at=NOW,
)
RULES = Rules(timeout_s=30, settle_s=120, rate_limit=60)


class TestJudge:
    def test_finds_the_one_campaign_that_is_like_the_claim(self) -> None:
        assert judge(CLAIM, [OURS], recorded={}) == Found(camp_id="cd-1")

    def test_knows_a_name_by_its_identity(self) -> None:
        assert judge(CLAIM, [replace(OURS, name=" SPRING offer ")], recorded={}) == Found(camp_id="cd-1")

    def test_of_an_empty_account_is_absence(self) -> None:
        assert judge(CLAIM, [], recorded={}) == Absent()

    @pytest.mark.parametrize(
        "campaign",
        [
            replace(OURS, description="Something else"),
            replace(OURS, contact_lists=("North",)),
            replace(OURS, priority="4"),
            replace(OURS, dialing_mode="Progressive"),
            replace(OURS, created_at=NOW - timedelta(minutes=5, seconds=1)),
            replace(OURS, created_at=None),
            replace(OURS, description=None),
        ],
    )
    def test_leaves_a_namesake_that_is_not_surely_ours_to_a_person(self, campaign: RemoteCampaign) -> None:
        assert judge(CLAIM, [campaign], recorded={}) == Doubtful(named=("cd-1",), renamed=())

    def test_allows_for_five_minutes_of_skew(self) -> None:
        early = replace(OURS, created_at=NOW - timedelta(minutes=5))
        assert judge(CLAIM, [early], recorded={}) == Found(camp_id="cd-1")

    def test_leaves_two_namesakes_to_a_person(self) -> None:
        twins = [OURS, replace(OURS, camp_id="cd-0")]
        assert judge(CLAIM, twins, recorded={}) == Doubtful(named=("cd-0", "cd-1"), renamed=())

    def test_takes_a_like_campaign_of_another_name_for_one_that_was_renamed(self) -> None:
        renamed = replace(OURS, name="Spring Offer (paused)", description=None)
        assert judge(CLAIM, [renamed], recorded={}) == Doubtful(named=(), renamed=("cd-1",))

    def test_passes_over_like_campaigns_that_are_older_or_recorded(self) -> None:
        older = replace(OURS, name="Other", created_at=NOW - timedelta(days=1))
        recorded = replace(OURS, name="Another", camp_id="cd-2")
        assert judge(CLAIM, [older, recorded], recorded={"cd-2": "Another"}) == Absent()


class TestMerge:
    def test_puts_a_record_in_the_place_of_its_own_claim(self) -> None:
        before, after = State().with_entries([CLAIM]), State().with_entries([RECORD])
        assert merge(before, changes(before, after), rules=RULES, run_id="run-1").state == after

    def test_keeps_another_campaign_and_reports_both_ids(self) -> None:
        tip = State().with_entries([replace(RECORD, camp_id="cd-9")])
        merged = merge(tip, changes(State(), State().with_entries([RECORD])), rules=RULES, run_id="run-1")
        conflict = Conflict(name="Spring Offer", recorded="cd-9", found="cd-1")
        assert (merged.state, merged.conflicts) == (tip, (conflict,))

    def test_loses_a_renewal_whose_claim_another_run_took_over(self) -> None:
        base = State().with_entries([CLAIM])
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        renewed = State().with_entries([replace(CLAIM, lease_seconds=200)])
        merged = merge(tip, changes(base, renewed), rules=RULES, run_id="run-1")
        assert (merged.state, merged.lost) == (tip, frozenset({"spring offer"}))

    def test_loses_a_renewal_whose_claim_a_person_forgot(self) -> None:
        base = State().with_entries([CLAIM])
        renewed = State().with_entries([replace(CLAIM, lease_seconds=200)])
        merged = merge(State(), changes(base, renewed), rules=RULES, run_id="run-1")
        assert (merged.state, merged.lost) == (State(), frozenset({"spring offer"}))

    def test_does_not_remove_a_claim_of_another_run(self) -> None:
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        base = State().with_entries([CLAIM])
        assert merge(tip, changes(base, State()), rules=RULES, run_id="run-1").state == tip


class TestRules:
    @pytest.mark.parametrize(("count", "expected"), [(1, 161), (100, 260), (10_000, 600)])
    def test_a_lease_is_as_long_as_its_sends_need_and_ten_minutes_at_most(
        self, count: int, expected: int
    ) -> None:
        assert RULES.lease_seconds(count) == expected

    def test_a_lease_outlasts_a_request_even_without_settle_time(self) -> None:
        assert Rules(timeout_s=300, settle_s=0, rate_limit=0).lease_seconds(1) > 300

    @pytest.mark.parametrize(("sends", "expected"), [(0, 120), (1, 120), (2, 240), (3, 480)])
    def test_each_proof_of_absence_waits_twice_as_long(self, sends: int, expected: float) -> None:
        assert RULES.proof_s(sends) == expected
