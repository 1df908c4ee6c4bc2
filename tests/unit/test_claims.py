"""The rules of claims as plain functions; the simulation shows what they are for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaignsync.claims import (
    Absent,
    Conflict,
    Doubtful,
    Found,
    Merge,
    Rules,
    changes,
    is_watched,
    judge,
    merge,
)
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

    @pytest.mark.parametrize("created_at", [None, NOW - timedelta(days=400), NOW + timedelta(days=400)])
    def test_a_renamed_one_counts_whatever_its_age(self, created_at: datetime | None) -> None:
        """A wrong clock must not hide the claim's campaign that somebody renamed."""
        renamed = replace(OURS, name="Other", created_at=created_at)
        assert judge(CLAIM, [renamed], recorded={}) == Doubtful(named=(), renamed=("cd-1",))

    @pytest.mark.parametrize("key", ["description", "contact_lists", "priority", "dialing_mode"])
    def test_what_the_list_leaves_out_may_be_the_claim_s_and_is_never_surely(self, key: str) -> None:
        sparse: dict[str, Any] = {key: None}
        namesake, renamed = replace(OURS, **sparse), replace(OURS, name="Other", **sparse)
        assert judge(CLAIM, [namesake], recorded={}) == Doubtful(named=("cd-1",), renamed=())
        assert judge(CLAIM, [renamed], recorded={}) == Doubtful(named=(), renamed=("cd-1",))

    @pytest.mark.parametrize("key", ["description", "contactLists", "priority", "dialingMode"])
    def test_what_the_claim_s_body_lacks_may_be_the_campaign_s_and_is_never_surely(self, key: str) -> None:
        body = {name: value for name, value in CLAIM.definition.items() if name != key}
        sparse = replace(CLAIM, definition=body)
        assert judge(sparse, [OURS], recorded={}) == Doubtful(named=("cd-1",), renamed=())
        renamed = replace(OURS, name="Other")
        assert judge(sparse, [renamed], recorded={}) == Doubtful(named=(), renamed=("cd-1",))

    def test_a_like_one_of_another_name_beside_the_claim_s_own_changes_nothing(self) -> None:
        other = replace(OURS, camp_id="cd-2", name="Other")
        assert judge(CLAIM, [OURS, other], recorded={}) == Found(camp_id="cd-1")

    @pytest.mark.parametrize(
        "campaign",
        [
            replace(OURS, description="OFFERS for spring"),
            replace(OURS, contact_lists=("North", "South", "South")),
            replace(OURS, priority="4"),
            replace(OURS, dialing_mode="Progressive"),
        ],
    )
    def test_passes_over_a_campaign_of_another_name_that_differs(self, campaign: RemoteCampaign) -> None:
        assert judge(CLAIM, [replace(campaign, name="Other")], recorded={}) == Absent()

    @pytest.mark.parametrize(
        "campaign",
        [
            replace(OURS, description="  Offers  for\nspring "),
            replace(OURS, contact_lists=(" North", "South ")),
            replace(OURS, dialing_mode="PREVIEW"),
        ],
    )
    def test_space_and_the_mode_s_case_are_no_difference(self, campaign: RemoteCampaign) -> None:
        assert judge(CLAIM, [campaign], recorded={}) == Found(camp_id="cd-1")

    def test_passes_over_what_is_recorded(self) -> None:
        recorded = replace(OURS, name="Another", camp_id="cd-2")
        assert judge(CLAIM, [recorded], recorded={"cd-2": "Another"}) == Absent()

    def test_a_namesake_that_is_recorded_is_never_taken_and_never_absence(self) -> None:
        assert judge(CLAIM, [OURS], recorded={"cd-1": "Another"}) == Doubtful(named=("cd-1",), renamed=())


class TestMerge:
    def test_of_nothing_new_is_the_tip(self) -> None:
        tip = State().with_entries([RECORD])
        assert merge(tip, changes(tip, tip), rules=RULES, runs={"run-1"}) == Merge(state=tip)

    def test_keeps_what_others_added_meanwhile(self) -> None:
        theirs = replace(RECORD, name="Other", camp_id="cd-2")
        tip = State().with_entries([theirs])
        ours = changes(State(), State().with_entries([RECORD]))
        assert merge(tip, ours, rules=RULES, runs={"run-1"}).state == State().with_entries([theirs, RECORD])

    def test_the_same_campaign_recorded_by_both_is_no_conflict(self) -> None:
        theirs = replace(RECORD, status=Status.ADOPTED, sends=0)
        tip = State().with_entries([theirs])
        merged = merge(tip, changes(State(), State().with_entries([RECORD])), rules=RULES, runs={"run-1"})
        assert merged == Merge(state=tip)

    def test_a_record_in_the_place_of_another_run_s_claim_is_a_conflict(self) -> None:
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        merged = merge(tip, changes(State(), State().with_entries([RECORD])), rules=RULES, runs={"run-1"})
        conflict = Conflict(name="Spring Offer", recorded="a claim of run run-2", found="cd-1")
        assert merged == Merge(state=tip, conflicts=(conflict,))

    def test_a_recovered_record_leaves_another_run_s_claim_to_it(self) -> None:
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        ours = State().with_entries([replace(RECORD, status=Status.RECOVERED)])
        assert merge(tip, changes(State(), ours), rules=RULES, runs={"run-1"}) == Merge(state=tip)

    def test_a_record_comes_in_the_place_of_an_earlier_run_of_this_clone_s_claim(self) -> None:
        tip = State().with_entries([CLAIM])
        ours = State().with_entries([RECORD])
        merged = merge(tip, changes(State(), ours), rules=RULES, runs={"run-1", "run-2"})
        assert merged == Merge(state=ours)

    def test_a_claim_is_put_in_the_place_of_none_but_its_own_run_s(self) -> None:
        """Even of a run of this clone: whose claim it is says whose requests it is about."""
        tip = State().with_entries([CLAIM])
        ours = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        merged = merge(tip, changes(State(), ours), rules=RULES, runs={"run-1", "run-2"})
        assert merged == Merge(state=tip, lost=frozenset({"spring offer"}))

    def test_a_claim_comes_in_the_place_of_one_that_only_this_clone_may_resolve(self) -> None:
        tip = State().with_entries([CLAIM])
        ours = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        merged = merge(
            tip, changes(State(), ours), rules=RULES, runs={"run-1", "run-2"}, local_runs={"run-1"}
        )
        assert merged == Merge(state=ours)

    def test_puts_a_record_in_the_place_of_its_own_claim(self) -> None:
        before, after = State().with_entries([CLAIM]), State().with_entries([RECORD])
        assert merge(before, changes(before, after), rules=RULES, runs={"run-1"}).state == after

    def test_keeps_another_campaign_and_reports_both_ids(self) -> None:
        tip = State().with_entries([replace(RECORD, camp_id="cd-9")])
        merged = merge(tip, changes(State(), State().with_entries([RECORD])), rules=RULES, runs={"run-1"})
        conflict = Conflict(name="Spring Offer", recorded="cd-9", found="cd-1")
        assert (merged.state, merged.conflicts) == (tip, (conflict,))

    def test_loses_a_renewal_whose_claim_another_run_took_over(self) -> None:
        base = State().with_entries([CLAIM])
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        renewed = State().with_entries([replace(CLAIM, lease_seconds=200)])
        merged = merge(tip, changes(base, renewed), rules=RULES, runs={"run-1"})
        assert (merged.state, merged.lost) == (tip, frozenset({"spring offer"}))

    def test_loses_a_renewal_whose_claim_a_person_forgot(self) -> None:
        base = State().with_entries([CLAIM])
        renewed = State().with_entries([replace(CLAIM, lease_seconds=200)])
        merged = merge(State(), changes(base, renewed), rules=RULES, runs={"run-1"})
        assert (merged.state, merged.lost) == (State(), frozenset({"spring offer"}))

    def test_does_not_remove_a_claim_of_another_run(self) -> None:
        tip = State().with_entries([replace(CLAIM, claimed_by="run-2")])
        base = State().with_entries([CLAIM])
        assert merge(tip, changes(base, State()), rules=RULES, runs={"run-1"}).state == tip


class TestRules:
    @pytest.mark.parametrize(
        ("count", "push_s", "expected"),
        [
            (1, 0, 161),
            (100, 0, 260),
            (1, 0.2, 162),
            (1, 30, 221),
            (1, 120, 401),
            (1_000, 30, 1220),
            (1_580, 30, 1800),
            (10_000, 0, 1800),
            (1, 10_000, 1800),
        ],
    )
    def test_a_lease_is_as_long_as_its_sends_and_two_pushes_need_and_half_an_hour_at_most(
        self, count: int, push_s: float, expected: int
    ) -> None:
        assert RULES.lease_seconds(count, push_s=push_s) == expected

    def test_a_lease_outlasts_a_request_even_without_settle_time(self) -> None:
        assert Rules(timeout_s=300, settle_s=0, rate_limit=0).lease_seconds(1, push_s=0) > 300

    @pytest.mark.parametrize(("left_s", "expected"), [(30, False), (30.1, True), (0, False), (-5, False)])
    def test_a_request_starts_only_where_its_time_out_fits_the_lease(
        self, left_s: float, *, expected: bool
    ) -> None:
        now = CLAIM.send_before - timedelta(seconds=left_s)
        assert RULES.may_send(CLAIM, now) is expected

    @pytest.mark.parametrize(("sends", "expected"), [(0, 120), (1, 120), (2, 240), (3, 480)])
    def test_each_proof_of_absence_waits_twice_as_long(self, sends: int, expected: float) -> None:
        assert RULES.proof_s(sends) == expected

    @pytest.mark.parametrize(
        ("sends", "since_start_s", "expected"), [(1, 0, 120), (1, 100, 20), (1, 120, 0), (2, 120, 120)]
    )
    def test_a_local_claim_waits_for_its_proof_from_the_run_s_start(
        self, sends: int, since_start_s: float, expected: float
    ) -> None:
        claim = replace(CLAIM, sends=sends)
        assert RULES.wait_of_local(claim, since_start_s=since_start_s) == expected

    @pytest.mark.parametrize(
        ("sends", "lease_s", "seen_s", "expected"),
        [(1, 100, 0, 220), (1, 100, 219, 1), (1, 100, 220, 0), (1, 0, 0, 120), (3, 1800, 0, 2280)],
    )
    def test_a_shared_claim_waits_for_its_lease_and_its_proof_from_when_it_was_seen(
        self, sends: int, lease_s: int, seen_s: float, expected: float
    ) -> None:
        claim = replace(CLAIM, sends=sends, lease_seconds=lease_s)
        assert RULES.wait_of_shared(claim, seen_s=seen_s) == expected

    @pytest.mark.parametrize("shift", [timedelta(days=-400), timedelta(days=400)])
    def test_no_wait_depends_on_a_claim_s_wall_clock(self, shift: timedelta) -> None:
        shifted = replace(CLAIM, claimed_at=NOW + shift, send_before=CLAIM.send_before + shift)
        assert RULES.wait_of_local(shifted, since_start_s=7) == RULES.wait_of_local(CLAIM, since_start_s=7)
        assert RULES.wait_of_shared(shifted, seen_s=7) == RULES.wait_of_shared(CLAIM, seen_s=7)


class TestWatching:
    @pytest.mark.parametrize(
        ("record", "expected"),
        [
            (RECORD, False),
            (replace(RECORD, sends=2), True),
            (replace(RECORD, status=Status.RECOVERED), True),
            (replace(RECORD, status=Status.ADOPTED, sends=0), False),
        ],
    )
    def test_a_campaign_is_watched_where_a_request_of_its_may_still_make_a_twin(
        self, record: Record, *, expected: bool
    ) -> None:
        assert is_watched(record, NOW + timedelta(hours=1)) is expected

    def test_nothing_is_watched_for_more_than_a_day(self) -> None:
        record = replace(RECORD, status=Status.RECOVERED)
        assert is_watched(record, NOW + timedelta(hours=23, minutes=59)) is True
        assert is_watched(record, NOW + timedelta(days=1)) is False
