"""Claims, leases and recording, against a branch in memory that answers as badly as remotes do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaignsync.claims import Conflict
from campaignsync.errors import GitError, RecordError, StateError
from campaignsync.identity import identity
from campaignsync.protocol.delivery import TRIES
from campaignsync.protocol.ledger import FIRST_PUSH_S, RACES
from campaignsync.protocol.tools import StopRequestedError
from campaignsync.state import MAX_LEASE_S, Claim, Record, State, Status
from tests.unit.fakes import NOW, Branch, MemoryJournal, Run, holding, run_on
from tests.unit.test_claims import CLAIM, RECORD

pytestmark = pytest.mark.anyio

THEIRS = replace(CLAIM, claimed_by="run-9")
OTHER = replace(RECORD, name="Other", camp_id="cd-2")


async def looked(run: Run) -> Run:
    await run.ledger.refresh()
    return run


async def run_that_claimed(branch: Branch, *names: str) -> tuple[Run, list[Claim]]:
    """Return a run that has claimed these names, and its claims."""
    run = await looked(run_on(branch))
    claims = [run.ledger.leased(replace(CLAIM, name=name), count=len(names)) for name in names]
    assert await run.ledger.claim(claims)
    return run, claims


async def crashed(branch: Branch, *entries: Claim | Record) -> MemoryJournal:
    """Return the journal of a run that knew of these entries and was killed before it could record them."""
    run = await looked(run_on(branch, run_id="run-0"))
    await run.ledger.put(entries)
    return run.journal


class TestRefresh:
    async def test_reads_what_the_branch_holds(self) -> None:
        run = await looked(run_on(Branch(holding(RECORD))))
        assert (run.ledger.state, run.ledger.is_recorded) == (holding(RECORD), True)

    async def test_binds_a_new_state_to_this_run_s_account(self) -> None:
        run = await looked(run_on(Branch()))
        assert run.ledger.state == State(host="h", app_id="a")

    async def test_refuses_another_account_s_state(self) -> None:
        run = run_on(Branch(holding(RECORD)), host="elsewhere")
        with pytest.raises(StateError, match="belongs to the host 'h'"):
            await run.ledger.refresh()

    async def test_refuses_another_account_s_journal(self) -> None:
        journal = await crashed(Branch(), RECORD)
        run = run_on(Branch(), journal, host="elsewhere")
        with pytest.raises(StateError, match="belongs to the host 'h'"):
            await run.ledger.refresh()

    async def test_adds_what_a_killed_run_of_this_clone_knew(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch, await crashed(branch, RECORD)))
        assert (run.ledger.state, run.ledger.is_recorded) == (holding(RECORD), False)

    async def test_keeps_what_this_run_knows_beside_what_others_recorded(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        await run.ledger.put([RECORD])
        branch.somebody_commits(lambda state: state.with_entries([OTHER]))
        await run.ledger.refresh()
        assert run.ledger.state == holding(RECORD, OTHER)

    @pytest.mark.parametrize("is_shared", [True, False])
    async def test_a_killed_run_s_claim_is_local_only_where_runs_publish_none(
        self, *, is_shared: bool
    ) -> None:
        branch = Branch(is_shared=is_shared)
        run = await looked(run_on(branch, await crashed(branch, CLAIM)))
        assert run.ledger.is_local(CLAIM) is not is_shared

    async def test_a_claim_of_the_branch_s_is_not_local(self) -> None:
        run = await looked(run_on(Branch(holding(CLAIM), is_shared=False)))
        assert run.ledger.is_local(CLAIM) is False

    async def test_nothing_can_be_recorded_before_anything_was_read(self) -> None:
        with pytest.raises(RuntimeError, match="refresh first"):
            await run_on(Branch()).ledger.close()


class TestChanging:
    async def test_a_claim_becomes_a_record_with_all_that_it_said(self) -> None:
        run, [claim] = await run_that_claimed(Branch(), "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.RECOVERED)
        assert record == Record(
            name="A",
            camp_id="cd-7",
            status=Status.RECOVERED,
            source=claim.source,
            digest=claim.digest,
            definition=claim.definition,
            claimed_at=claim.claimed_at,
            created_at=NOW,
            sends=1,
        )
        assert run.ledger.state.get("a") == run.journal.replayed.state.get("a") == record

    async def test_what_the_journal_can_not_keep_did_not_happen(self) -> None:
        run = await looked(run_on(Branch(holding(CLAIM))))
        run.journal.error = StateError("the disk is full")
        for change in (
            run.ledger.put([OTHER]),
            run.ledger.drop([CLAIM.name]),
            run.ledger.record([(CLAIM, "cd-1")], status=Status.CREATED),
            run.ledger.release([CLAIM]),
            run.ledger.unsend(replace(CLAIM, sends=0)),
        ):
            with pytest.raises(StateError, match="the disk is full"):
                await change
        assert run.ledger.state == holding(CLAIM)

    async def test_a_claim_is_held_while_it_is_this_run_s(self) -> None:
        run = await looked(run_on(Branch(holding(CLAIM))))
        assert run.ledger.holds(replace(CLAIM, sends=3)) is True
        assert run.ledger.holds(THEIRS) is False
        await run.ledger.put([RECORD])
        assert run.ledger.holds(CLAIM) is False

    async def test_the_first_send_that_did_not_go_out_takes_its_claim_with_it(self) -> None:
        run, [claim] = await run_that_claimed(Branch(is_shared=False), "A")
        counted = run.ledger.counted(replace(claim, sends=0))
        assert await run.ledger.release([counted]) == {"a"}
        assert run.ledger.state.claims == run.journal.replayed.state.claims == ()

    async def test_sends_of_earlier_runs_are_not_forgotten(self) -> None:
        run = await looked(run_on(Branch(holding(replace(CLAIM, sends=2)))))
        assert await run.ledger.release([replace(CLAIM, sends=3)]) == frozenset()
        assert run.ledger.state == holding(replace(CLAIM, sends=2))

    @pytest.mark.parametrize(("is_shared", "expected"), [(True, 1), (False, 2)])
    async def test_a_send_is_counted_as_it_goes_unless_it_was_published_counted(
        self, *, is_shared: bool, expected: int
    ) -> None:
        run = await looked(run_on(Branch(is_shared=is_shared)))
        assert run.ledger.counted(CLAIM).sends == expected


class TestClaiming:
    async def test_publishes_the_claims_and_nothing_else(self) -> None:
        branch = Branch(holding(OTHER))
        _, claims = await run_that_claimed(branch, "A", "B")
        assert branch.state == holding(OTHER, *claims)
        assert branch.messages[0].startswith("campaignsync: claim 2 campaigns\n\nA: pending\nB: pending\n\n")

    async def test_names_the_snapshot_and_the_plan(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        run.ledger.plan_digest = "sha256:12"
        assert await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert branch.messages[0].endswith("\n\nSource-Commit: c0\nPlan: sha256:12\n")

    async def test_tells_the_journal_first(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.append(branch.refuse)
        seen: list[frozenset[str]] = []
        run.clock.on_sleep = lambda: seen.append(
            frozenset(claim.name for claim in run.journal.replayed.shared_claims)
        )
        assert await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert seen == [{CLAIM.name}]

    async def test_without_a_shared_branch_only_the_journal_knows(self) -> None:
        branch = Branch(is_shared=False)
        run, claims = await run_that_claimed(branch, "A")
        await run.ledger.record([], status=Status.CREATED, next_sent=[replace(claims[0], sends=1)])
        assert (branch.pushes, branch.state) == ([], State())
        assert run.journal.replayed.local == {("a", "run-1")}

    async def test_is_void_where_another_push_comes_first(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.append(branch.race())
        assert await run.ledger.claim([run.ledger.leased(CLAIM, count=1)]) is False
        assert (run.ledger.state.claims, branch.state.claims, len(branch.pushes)) == ((), (), 1)

    async def test_is_refused_after_three_tries_in_the_remote_s_words(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(GitError, match=r"^the push was refused: protected branch\. Nothing was sent\.$"):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert (run.ledger.state.claims, len(branch.pushes), len(set(branch.pushes))) == ((), 3, 1)

    async def test_that_was_refused_is_nothing_that_a_later_run_has_to_ask_about(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(GitError):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        found = run.journal.replayed
        assert (len(found.shared_claims), found.dropped) == (0, frozenset({identity(CLAIM.name)}))

    async def test_that_was_refused_leaves_the_claim_that_it_would_have_taken_over(self) -> None:
        branch = Branch(holding(THEIRS))
        run = await looked(run_on(branch))
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(GitError):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert (run.ledger.state, run.journal.replayed.dropped) == (holding(THEIRS), frozenset())

    async def test_that_no_commit_could_record_is_none(self) -> None:
        branch = Branch(is_shared=False)
        run = await looked(run_on(branch))
        branch.on_commit.append(GitError("gpg failed to sign the data"))
        with pytest.raises(GitError, match="gpg failed to sign the data"):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert (run.ledger.state.claims, run.journal.data) == ((), b"")

    @pytest.mark.parametrize("refusals", [1, 2])
    async def test_holds_where_the_remote_thinks_better_of_it(self, refusals: int) -> None:
        branch = Branch()
        branch.on_push.extend([branch.refuse] * refusals)
        run, claims = await run_that_claimed(branch, "A")
        assert branch.state == run.ledger.state == holding(*claims)

    async def test_holds_where_only_the_answer_was_lost(self) -> None:
        branch = Branch()
        branch.on_push.append(branch.take_without_a_word)
        run, claims = await run_that_claimed(branch, "A")
        assert (branch.state, len(branch.pushes)) == (holding(*claims), 1)
        assert run.ledger.commit == branch.tip

    async def test_pushes_the_same_commit_again_where_the_push_itself_was_lost(self) -> None:
        branch = Branch()
        branch.on_push.append(branch.lose)
        await run_that_claimed(branch, "A")
        assert branch.pushes == [branch.tip] * 2

    async def test_holds_where_others_pushed_after_the_answer_was_lost(self) -> None:
        branch = Branch()

        def taken_and_gone_on(base: str, commit: str) -> str:
            said = branch.take_without_a_word(base, commit)
            branch.somebody_commits(lambda state: state.with_entries([OTHER]))
            return said

        branch.on_push.append(taken_and_gone_on)
        run, claims = await run_that_claimed(branch, "A")
        assert run.ledger.state == holding(OTHER, *claims)

    async def test_is_void_where_somebody_took_it_away_before_it_was_looked_up(self) -> None:
        branch = Branch()

        def taken_and_forgotten(base: str, commit: str) -> str:
            said = branch.take_without_a_word(base, commit)
            branch.somebody_commits(lambda state: state.without([CLAIM.name]))
            return said

        branch.on_push.append(taken_and_forgotten)
        run = await looked(run_on(branch))
        assert await run.ledger.claim([run.ledger.leased(CLAIM, count=1)]) is False

    async def test_is_looked_up_until_the_remote_can_be_reached(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.append(branch.take_without_a_word)
        branch.on_fetch.extend([GitError("no route to host")] * 5)
        assert await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])

    async def test_ends_where_the_remote_can_not_be_reached_at_all(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.append(branch.take_without_a_word)
        branch.on_fetch.extend([GitError("no route to host")] * 6)
        with pytest.raises(GitError, match="no route to host"):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert run.ledger.state.claims == ()

    async def test_ends_where_the_run_is_asked_to(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        branch.on_push.extend([branch.refuse] * TRIES)
        run.stop.is_asked = True
        with pytest.raises(StopRequestedError):
            await run.ledger.claim([run.ledger.leased(CLAIM, count=1)])
        assert (run.ledger.state.claims, len(branch.pushes)) == ((), 1)


class TestLeases:
    async def test_a_lease_has_room_for_two_pushes_of_the_first_guess(self) -> None:
        run = await looked(run_on(Branch()))
        lease = run.ledger.leased(CLAIM, count=1)
        assert lease.lease_seconds == 10 + 1 + 30 + 120 + 2 * FIRST_PUSH_S
        assert lease.send_before == NOW + timedelta(seconds=lease.lease_seconds)

    @pytest.mark.parametrize(("push_s", "expected"), [(4.0, 169), (100.0, 361), (2000.0, MAX_LEASE_S)])
    async def test_a_lease_has_room_for_two_pushes_as_slow_as_the_slowest(
        self, push_s: float, expected: int
    ) -> None:
        branch = Branch()
        run = await looked(run_on(branch))

        def slowly(base: str, commit: str) -> str | None:
            run.clock.go_on(push_s)
            return branch.take(base, commit)

        branch.on_push.append(slowly)
        claim = run.ledger.leased(CLAIM, count=1)
        assert await run.ledger.claim([claim])
        await run.ledger.renew([claim])  # a fast one
        assert run.ledger.leased(claim, count=1).lease_seconds == expected

    async def test_a_push_lasts_until_it_is_looked_up(self) -> None:
        branch = Branch()
        branch.on_push.extend([branch.lose] * (TRIES - 1))
        run, [claim] = await run_that_claimed(branch, "A")
        assert run.clock.slept == [1, 2]
        assert run.ledger.leased(claim, count=1).lease_seconds == 161 + 2 * 3

    async def test_a_lease_runs_from_before_its_push(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch))
        claim = run.ledger.leased(CLAIM, count=1)

        def slowly(base: str, commit: str) -> str | None:
            run.clock.go_on(claim.lease_seconds - 30)
            return branch.take(base, commit)

        branch.on_push.append(slowly)
        assert await run.ledger.claim([claim])
        assert run.ledger.may_send(claim) is False

    async def test_without_a_shared_branch_there_is_nothing_to_lease(self) -> None:
        run = await looked(run_on(Branch(is_shared=False)))
        claim = run.ledger.leased(CLAIM, count=1)
        run.clock.go_on(10_000)
        assert (claim.lease_seconds, run.ledger.may_send(claim)) == (0, True)

    @pytest.mark.parametrize(("later_s", "expected"), [(190.9, True), (191, False), (10_000, False)])
    async def test_a_request_may_start_while_its_time_out_fits(
        self, later_s: float, *, expected: bool
    ) -> None:
        run = await looked(run_on(Branch()))
        claim = run.ledger.leased(CLAIM, count=1)
        run.clock.go_on(later_s)
        assert run.ledger.may_send(claim) is expected

    async def test_a_wall_clock_that_is_set_back_makes_no_lease_longer(self) -> None:
        run = await looked(run_on(Branch()))
        claim = run.ledger.leased(CLAIM, count=1)
        run.clock.go_on(claim.lease_seconds)
        run.clock.wall -= timedelta(hours=2)
        assert run.ledger.may_send(claim) is False

    async def test_a_lease_ends_while_the_machine_is_suspended(self) -> None:
        """A monotonic clock may not count that time."""
        run = await looked(run_on(Branch()))
        claim = run.ledger.leased(CLAIM, count=1)
        run.clock.wall += timedelta(hours=2)
        assert run.ledger.may_send(claim) is False


class TestRenewing:
    async def test_gives_a_longer_lease_to_the_same_claim(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        run.clock.go_on(150)
        [renewed] = await run.ledger.renew([claim])
        assert replace(renewed, send_before=claim.send_before, lease_seconds=claim.lease_seconds) == claim
        assert (run.ledger.may_send(claim), run.ledger.may_send(renewed)) == (True, True)
        assert branch.state == holding(renewed)

    async def test_carries_the_ids_so_far(self) -> None:
        branch = Branch()
        run, [first, second] = await run_that_claimed(branch, "A", "B")
        [record] = await run.ledger.record([(first, "cd-7")], status=Status.CREATED)
        renewed = await run.ledger.renew([second])
        assert branch.state == holding(record, *renewed)

    async def test_is_a_commit_even_by_a_clock_that_was_set_back(self) -> None:
        """Else no push could tell that another run has taken the claim over."""
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        run.clock.wall -= timedelta(hours=2)
        [renewed] = await run.ledger.renew([claim])
        assert renewed.send_before > claim.send_before
        assert len(branch.pushes) == 2

    async def test_loses_what_another_run_took_over(self) -> None:
        branch = Branch()
        run, claims = await run_that_claimed(branch, "A", "B")
        theirs = replace(claims[0], claimed_by="run-9")
        branch.somebody_commits(lambda state: state.with_entries([theirs]))
        [kept] = await run.ledger.renew(claims)
        assert (kept.name, branch.state) == ("B", holding(theirs, kept))

    async def test_loses_what_a_person_forgot(self) -> None:
        branch = Branch()
        run, claims = await run_that_claimed(branch, "A")
        branch.somebody_commits(lambda state: state.without(["A"]))
        assert await run.ledger.renew(claims) == []
        assert branch.state == holding()

    async def test_loses_what_another_run_records_while_the_answer_is_lost(self) -> None:
        branch = Branch()
        run, claims = await run_that_claimed(branch, "A")
        record = replace(RECORD, name="A")

        def taken_and_recorded(base: str, commit: str) -> str:
            said = branch.take_without_a_word(base, commit)
            branch.somebody_commits(lambda state: state.with_entries([record]))
            return said

        branch.on_push.append(taken_and_recorded)
        assert await run.ledger.renew(claims) == []
        assert run.ledger.state == holding(record)

    async def test_passes_over_what_is_no_claim_of_this_run_s_any_more(self) -> None:
        run, claims = await run_that_claimed(Branch(), "A", "B")
        await run.ledger.record([(claims[0], "cd-7")], status=Status.CREATED)
        assert [claim.name for claim in await run.ledger.renew(claims)] == ["B"]

    async def test_ends_where_the_remote_refuses(self) -> None:
        branch = Branch()
        run, claims = await run_that_claimed(branch, "A")
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(RecordError, match="protected branch"):
            await run.ledger.renew(claims)


class TestClosing:
    async def test_records_what_was_created_and_empties_the_journal(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        await run.ledger.close()
        assert (branch.state, run.journal.data) == (holding(record), b"")
        assert (run.ledger.commit, run.ledger.is_recorded) == (branch.tip, True)
        assert branch.messages[-1].startswith("campaignsync: create 1 campaign\n\nA: cd-7\n\n")

    async def test_without_anything_new_makes_no_commit(self) -> None:
        branch = Branch(holding(RECORD))
        run = await looked(run_on(branch))
        await run.ledger.close()
        assert (branch.messages, run.ledger.commit) == ([], None)

    @pytest.mark.parametrize("is_shared", [True, False])
    async def test_what_stays_claimed_is_recorded_with_an_ended_lease(self, *, is_shared: bool) -> None:
        branch = Branch(is_shared=is_shared)
        run, [claim] = await run_that_claimed(branch, "A")
        await run.ledger.close()
        assert branch.state == holding(replace(claim, lease_seconds=0))

    async def test_of_a_shared_branch_leaves_nothing_in_the_journal(self) -> None:
        run, _ = await run_that_claimed(Branch(), "A")
        await run.ledger.close()
        assert run.journal.data == b""

    async def test_of_this_clone_s_branch_keeps_its_claims_in_the_journal(self) -> None:
        """So that the next run in the clone knows that they are its own."""
        branch = Branch(holding(THEIRS), is_shared=False)
        run, [claim] = await run_that_claimed(branch, "A")
        await run.ledger.close()
        assert run.journal.replayed.state == holding(replace(claim, lease_seconds=0))
        following = await looked(run_on(branch, run.journal, run_id="run-2"))
        assert following.ledger.is_local(claim) is True
        assert following.ledger.is_local(THEIRS) is False

    async def test_leaves_other_runs_claims_as_they_are(self) -> None:
        branch = Branch(holding(THEIRS))
        run, _ = await run_that_claimed(branch, "A")
        await run.ledger.close()
        assert branch.state.get(THEIRS.name) == THEIRS

    async def test_records_what_a_killed_run_of_this_clone_knew(self) -> None:
        branch = Branch()
        run = await looked(run_on(branch, await crashed(branch, RECORD)))
        await run.ledger.close()
        assert (branch.state, run.journal.data) == (holding(RECORD), b"")

    async def test_takes_away_what_a_killed_run_of_this_clone_gave_up(self) -> None:
        branch = Branch()
        killed, claims = await run_that_claimed(branch, "A", "B")
        await killed.ledger.drop(["A"])
        run = await looked(run_on(branch, killed.journal, run_id="run-2"))
        await run.ledger.close()
        assert branch.state == holding(claims[1])

    async def test_goes_on_after_lost_races_and_keeps_what_others_recorded(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        branch.on_push.extend(
            [branch.race(lambda state: state.with_entries([OTHER])), *[branch.race()] * (RACES - 2)]
        )
        await run.ledger.close()
        assert branch.state == holding(record, OTHER)

    async def test_waits_longer_after_each_lost_race(self) -> None:
        branch = Branch()
        run, _ = await run_that_claimed(branch, "A")
        branch.on_push.extend([branch.race()] * (RACES - 1))
        await run.ledger.close()
        assert run.clock.slept == [0, 2, 4, 6]

    async def test_ends_after_five_lost_races_and_the_journal_keeps_it_all(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        branch.on_push.extend([branch.race()] * RACES)
        with pytest.raises(RecordError, match="5 times in a row"):
            await run.ledger.close()
        assert run.journal.replayed.state == holding(record)

    async def test_ends_where_the_remote_refuses_and_the_next_run_records_it(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(RecordError, match="could not be recorded: protected branch"):
            await run.ledger.close()
        assert run.ledger.is_recorded is False
        following = await looked(run_on(branch, run.journal, run_id="run-2"))
        await following.ledger.close()
        assert (branch.state, run.journal.data) == (holding(record), b"")

    @pytest.mark.parametrize("mishap", ["take_without_a_word", "lose", "refuse"])
    async def test_looks_up_what_became_of_a_push(self, mishap: str) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        [record] = await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        branch.on_push.append(getattr(branch, mishap))
        await run.ledger.close()
        assert (branch.state, run.journal.data) == (holding(record), b"")

    async def test_an_id_that_differs_from_a_recorded_one_is_reported_and_not_recorded(self) -> None:
        branch = Branch()
        run, [claim] = await run_that_claimed(branch, "A")
        theirs = replace(RECORD, name="A", camp_id="cd-8")
        branch.somebody_commits(lambda state: state.with_entries([theirs]))
        await run.ledger.record([(claim, "cd-7")], status=Status.CREATED)
        await run.ledger.close()
        assert branch.state == holding(theirs)
        assert run.ledger.conflicts == (Conflict(name="A", recorded="cd-8", found="cd-7"),)

    async def test_never_takes_a_record_away(self) -> None:
        branch = Branch(holding(RECORD, OTHER))
        run = await looked(run_on(branch))
        await run.ledger.drop([OTHER.name])
        with pytest.raises(RecordError, match="lacks 'Other', cd-2: it was not committed"):
            await run.ledger.close()
        assert branch.state == holding(RECORD, OTHER)

    async def test_never_changes_a_recorded_id(self) -> None:
        branch = Branch(holding(RECORD))
        run = await looked(run_on(branch))
        await run.ledger.put([replace(RECORD, camp_id="cd-3")])
        with pytest.raises(RecordError, match="lacks 'Spring Offer', cd-1"):
            await run.ledger.close()
        assert branch.state == holding(RECORD)


class TestForgetting:
    @pytest.mark.parametrize("entry", [RECORD, CLAIM], ids=["a record", "a claim"])
    async def test_takes_the_entry_away_and_no_other(self, entry: Claim | Record) -> None:
        branch = Branch(holding(entry, OTHER))
        run = await looked(run_on(branch))
        await run.ledger.forget(" SPRING offer")
        assert branch.state == holding(OTHER)

    async def test_leaves_a_record_that_came_in_the_place_of_the_claim_meanwhile(self) -> None:
        branch = Branch(holding(CLAIM))
        run = await looked(run_on(branch))
        branch.on_push.append(branch.race(lambda state: state.with_entries([RECORD])))
        await run.ledger.forget(CLAIM.name)
        assert branch.state == run.ledger.state == holding(RECORD)

    async def test_has_not_happened_where_it_could_not_be_recorded(self) -> None:
        branch = Branch(holding(RECORD))
        run = await looked(run_on(branch))
        branch.on_push.extend([branch.refuse] * TRIES)
        with pytest.raises(RecordError, match="protected branch"):
            await run.ledger.forget(RECORD.name)
        assert (branch.state, run.journal.data) == (holding(RECORD), b"")

    async def test_of_what_only_the_journal_has_empties_it(self) -> None:
        branch = Branch(is_shared=False)
        run = await looked(run_on(branch, await crashed(branch, CLAIM)))
        await run.ledger.forget(CLAIM.name)
        assert (branch.state.claims, run.journal.data) == ((), b"")


async def test_a_claim_of_this_clone_that_was_never_sent_is_not_left_for_others_to_wait_for() -> None:
    """As where the disk was full for a moment, when the run gave its claims back."""
    branch = Branch(is_shared=False)
    run = await looked(run_on(branch))
    assert await run.ledger.claim([replace(CLAIM, sends=0)])
    await run.ledger.close()
    assert (branch.state.claims, run.journal.data) == ((), b"")
    assert identity(CLAIM.name) not in run.ledger.state.entries
