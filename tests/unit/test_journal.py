"""The journal's lines: what each means to the next run in the clone, and that no damage passes for one."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignsync.claims import Change
from campaignsync.errors import StateError
from campaignsync.protocol.journal import Journal, Replay, replay
from campaignsync.state import Claim, Entry, State, entry_json
from tests.unit.fakes import MemoryJournal, holding
from tests.unit.test_claims import CLAIM, RECORD

pytestmark = pytest.mark.anyio

UNSENT = replace(CLAIM, sends=0)


def began(run: str = "run-1", *, shared: bool = False, host: str = "h", app_id: str = "a") -> dict[str, Any]:
    return {"run": run, "shared": shared, "branch": "", "host": host, "appId": app_id}


def put(*entries: Entry) -> dict[str, Any]:
    return {"put": {entry.name: entry_json(entry) for entry in entries}}


def sent(sends: int, name: str = CLAIM.name) -> dict[str, Any]:
    return {"sent": name, "sends": sends}


def text(*lines: object) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def replayed(*lines: object) -> Replay:
    return replay(text(*lines), where="journal")


class TestReplay:
    def test_of_nothing_is_nothing(self) -> None:
        assert replayed() == Replay()

    def test_a_run_that_wrote_nothing_else_has_only_its_name_and_its_account(self) -> None:
        assert replayed(began()) == Replay(state=State(host="h", app_id="a"), runs=frozenset({"run-1"}))

    def test_a_record_is_known(self) -> None:
        assert replayed(began(), put(RECORD)).state == holding(RECORD)

    def test_a_claim_whose_request_was_announced_is_known_with_its_sends(self) -> None:
        found = replayed(began(), put(UNSENT), sent(1))
        assert found.state == holding(CLAIM)
        assert found.local == {("spring offer", "run-1")}

    def test_a_claim_whose_request_was_never_announced_is_none(self) -> None:
        assert replayed(began(), put(UNSENT)).state == holding()

    def test_a_send_that_did_not_go_out_after_all_is_taken_back(self) -> None:
        assert replayed(began(), put(UNSENT), sent(1), sent(0)).state == holding()

    def test_sends_of_earlier_runs_stay_counted_where_none_came_after(self) -> None:
        again = replace(CLAIM, sends=2)
        assert replayed(began(), put(again)).state == holding(again)

    def test_a_record_comes_in_the_place_of_its_claim(self) -> None:
        found = replayed(began(), put(UNSENT), sent(1), put(RECORD))
        assert (found.state, found.local) == (holding(RECORD), frozenset())

    def test_a_claim_that_was_given_up_is_gone_and_known_to_be(self) -> None:
        found = replayed(began(), put(UNSENT), sent(1), {"drop": " SPRING offer"})
        assert (found.state, found.dropped) == (holding(), frozenset({"spring offer"}))

    def test_a_claim_that_was_put_again_is_not_given_up(self) -> None:
        found = replayed(began(), put(CLAIM), {"drop": CLAIM.name}, put(CLAIM))
        assert (found.state, found.dropped) == (holding(CLAIM), frozenset())

    def test_a_send_of_what_is_no_claim_is_passed_over(self) -> None:
        assert replayed(began(), put(RECORD), sent(2)).state == holding(RECORD)
        assert replayed(began(), sent(1)).state == holding()

    def test_several_runs_add_up(self) -> None:
        other = replace(RECORD, name="Other", camp_id="cd-2")
        found = replayed(began(), put(RECORD), began("run-2"), put(other))
        assert (found.state, found.runs) == (holding(RECORD, other), frozenset({"run-1", "run-2"}))


class TestSharedClaims:
    def test_are_the_branch_s_to_tell_of(self) -> None:
        found = replayed(began(shared=True), put(CLAIM))
        assert (found.state, found.shared_claims, found.local) == (holding(), (CLAIM,), frozenset())

    def test_count_their_sends(self) -> None:
        found = replayed(began(shared=True), put(CLAIM), sent(2))
        assert found.shared_claims == (replace(CLAIM, sends=2),)

    def test_become_records(self) -> None:
        found = replayed(began(shared=True), put(CLAIM), put(RECORD))
        assert (found.state, found.shared_claims) == (holding(RECORD), ())

    def test_are_given_up(self) -> None:
        found = replayed(began(shared=True), put(CLAIM), {"drop": CLAIM.name})
        assert (found.shared_claims, found.dropped) == ((), frozenset({"spring offer"}))

    def test_do_not_hide_a_claim_that_only_this_clone_knows_of(self) -> None:
        """Their publishing may never have come."""
        theirs = replace(CLAIM, claimed_by="run-2", sends=2)
        found = replayed(began(), put(CLAIM), began("run-2", shared=True), put(theirs))
        assert found.state == holding(CLAIM)
        assert found.local == {("spring offer", "run-1")}


class TestRunsOfThisCloneAlone:
    def test_are_those_whose_claims_are_local(self) -> None:
        theirs = replace(CLAIM, name="Other", claimed_by="run-2")
        found = replayed(began(), put(CLAIM), began("run-2", shared=True), put(theirs))
        assert found.local_runs == {"run-1"}

    def test_are_remembered_when_their_claims_are_given_up(self) -> None:
        """A commit may still have them."""
        assert replayed(began(), put(CLAIM), {"drop": CLAIM.name}).local_runs == {"run-1"}


class TestChanges:
    def test_are_all_that_is_known(self) -> None:
        other = replace(RECORD, name="Other", camp_id="cd-2")
        found = replayed(began(), put(CLAIM, other), put(RECORD), {"drop": CLAIM.name})
        assert found.changes() == (
            Change(name="Other", before=None, after=other),
            Change(name="spring offer", before=None, after=None),
        )


class TestShown:
    """What `plan` shows of it, offline."""

    def test_is_the_state_with_what_no_commit_holds_yet(self) -> None:
        assert replayed(began(), put(RECORD)).shown_on(State()) == holding(RECORD)

    def test_is_also_what_runs_published_perhaps(self) -> None:
        assert replayed(began(shared=True), put(CLAIM)).shown_on(holding()) == holding(CLAIM)

    def test_is_a_record_where_the_state_has_the_claim(self) -> None:
        assert replayed(began(), put(RECORD)).shown_on(holding(CLAIM)) == holding(RECORD)

    def test_is_the_state_s_own_entry_where_it_has_a_record(self) -> None:
        theirs = replace(RECORD, camp_id="cd-9")
        assert replayed(began(), put(RECORD)).shown_on(holding(theirs)) == holding(theirs)

    def test_is_no_claim_that_was_given_up(self) -> None:
        found = replayed(began(), put(CLAIM), {"drop": CLAIM.name})
        assert found.shown_on(holding(CLAIM)) == holding()

    def test_is_another_clone_s_claim_whatever_was_given_up_here(self) -> None:
        found = replayed(began(), put(CLAIM), {"drop": CLAIM.name})
        theirs = holding(replace(CLAIM, claimed_by="run-9"))
        assert found.shown_on(theirs) == theirs

    def test_of_another_account_is_refused(self) -> None:
        with pytest.raises(StateError, match="belongs to the application 'b'"):
            replayed(began(), put(RECORD)).shown_on(State(host="h", app_id="b"))


class TestDamage:
    @pytest.mark.parametrize("torn", [b"{", b'{"drop": "Spring Offer"}', b"\xff\x00", b"[" * 5000])
    def test_a_line_that_was_not_written_to_its_end_is_ignored(self, torn: bytes) -> None:
        """Its step was never taken."""
        whole = text(began(), put(RECORD))
        assert replay(whole + torn, where="journal") == replay(whole, where="journal")

    @pytest.mark.parametrize(
        "line",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"null",
            b"[]",
            b"1",
            b"{}",
            b'{"what": "ever"}',
            b'{"run": 1, "shared": true, "host": "h", "appId": "a"}',
            b'{"run": "r", "shared": "no", "host": "h", "appId": "a"}',
            b'{"run": "r", "shared": true, "host": null, "appId": "a"}',
            b'{"put": []}',
            b'{"put": {"A": {}}}',
            b'{"put": {"A": null}}',
            b'{"sent": "Spring Offer", "sends": 4}',
            b'{"sent": "Spring Offer", "sends": -1}',
            b'{"sent": "Spring Offer", "sends": "1"}',
            b'{"sent": 1, "sends": 1}',
            b'{"drop": null}',
            b"[" * 100_000,
        ],
    )
    def test_a_damaged_line_stops_the_run_and_is_named(self, line: bytes) -> None:
        data = text(began(), put(RECORD)) + line + b"\n" + text(put(RECORD))
        with pytest.raises(StateError, match=r"^journal:3: the journal is damaged here") as raised:
            replay(data, where="journal")
        assert "Move it away" in raised.value.hint

    def test_a_line_before_any_run_s_is_damage(self) -> None:
        with pytest.raises(StateError, match=r"^journal:1: "):
            replayed(put(RECORD))

    @pytest.mark.parametrize("other", [began(host="elsewhere"), began(app_id="b")])
    def test_lines_about_two_accounts_are_damage(self, other: object) -> None:
        with pytest.raises(StateError, match=r"^journal:2: "):
            replayed(began(), other)

    @given(st.binary(max_size=300))
    def test_no_bytes_end_in_a_traceback(self, data: bytes) -> None:
        with suppress(StateError):
            replay(text(began(), put(CLAIM)) + data, where="journal")

    @given(st.integers(min_value=0))
    def test_a_crash_at_any_byte_leaves_what_was_written_before_it(self, at: int) -> None:
        lines = [began(), put(UNSENT), sent(1), put(RECORD), {"drop": RECORD.name}]
        data = text(*lines)
        cut = data[: at % (len(data) + 1)]
        assert replay(cut, where="journal") == replayed(*lines[: cut.count(b"\n")])


def journal_on(file: MemoryJournal, *, run_id: str = "run-2", is_shared: bool = False) -> Journal:
    return Journal(file, where="journal", run_id=run_id, is_shared=is_shared)


TARGET = holding()


class TestWriting:
    async def test_begins_with_the_run_and_its_account(self) -> None:
        file = MemoryJournal()
        await journal_on(file).write(TARGET, put=[RECORD])
        assert file.lines == [began("run-2"), put(RECORD)]

    async def test_names_the_run_once(self) -> None:
        file = MemoryJournal()
        journal = journal_on(file)
        await journal.write(TARGET, put=[UNSENT])
        await journal.write(TARGET, sent=[CLAIM])
        await journal.write(TARGET, drop=[CLAIM.name])
        assert file.lines == [began("run-2"), put(UNSENT), sent(1), {"drop": CLAIM.name}]

    async def test_puts_a_record_before_the_send_that_comes_next(self) -> None:
        file = MemoryJournal()
        waiting = replace(CLAIM, name="Next")
        await journal_on(file).write(TARGET, put=[RECORD], sent=[waiting])
        assert file.lines[1:] == [put(RECORD), sent(1, "Next")]

    async def test_of_nothing_writes_nothing(self) -> None:
        file = MemoryJournal()
        await journal_on(file).write(TARGET)
        assert file.data == b""

    async def test_comes_after_what_earlier_runs_left(self) -> None:
        file = MemoryJournal(data=text(began("run-1"), put(RECORD)))
        await journal_on(file).write(TARGET, put=[CLAIM])
        assert file.lines == [began("run-1"), put(RECORD), began("run-2"), put(CLAIM)]

    async def test_comes_in_the_place_of_a_torn_line(self) -> None:
        file = MemoryJournal(data=text(began("run-1"), put(RECORD)) + b'{"put": {"Sp')
        journal = journal_on(file)
        await journal.write(TARGET, put=[CLAIM])
        await journal.write(TARGET, drop=["A"])
        assert file.lines == [began("run-1"), put(RECORD), began("run-2"), put(CLAIM), {"drop": "A"}]

    async def test_begins_in_the_place_of_a_torn_first_line(self) -> None:
        file = MemoryJournal(data=b'{"run": "r')
        await journal_on(file).write(TARGET, put=[CLAIM])
        assert file.lines == [began("run-2"), put(CLAIM)]

    async def test_names_the_run_later_where_it_could_not_at_first(self) -> None:
        file = MemoryJournal(error=StateError("the disk is full"))
        journal = journal_on(file)
        with pytest.raises(StateError, match="the disk is full"):
            await journal.write(TARGET, put=[CLAIM])
        file.error = None
        await journal.write(TARGET, put=[CLAIM])
        assert file.lines == [began("run-2"), put(CLAIM)]

    async def test_can_be_replayed(self) -> None:
        file = MemoryJournal()
        await journal_on(file, is_shared=True).write(TARGET, put=[CLAIM, replace(RECORD, name="Other")])
        assert file.replayed.shared_claims == (CLAIM,)
        assert [record.name for record in file.replayed.state.records] == ["Other"]


class TestClosing:
    async def test_leaves_a_file_that_was_never_written_alone(self) -> None:
        file = MemoryJournal(error=StateError("must not be written"))
        await journal_on(file).close(TARGET, kept=[])
        assert file.data == b""

    async def test_empties_what_this_run_wrote(self) -> None:
        file = MemoryJournal()
        journal = journal_on(file)
        await journal.write(TARGET, put=[RECORD])
        await journal.close(TARGET, kept=[])
        assert file.data == b""

    @pytest.mark.parametrize("torn", [b"", b'{"pu'])
    async def test_empties_what_earlier_runs_left(self, torn: bytes) -> None:
        file = MemoryJournal(data=text(began("run-1"), put(RECORD)) + torn)
        await journal_on(file).close(TARGET, kept=[])
        assert file.data == b""

    async def test_keeps_claims_that_only_this_clone_may_resolve(self) -> None:
        file = MemoryJournal()
        journal = journal_on(file)
        await journal.write(TARGET, put=[CLAIM, RECORD])
        mine: Claim = replace(CLAIM, claimed_by="run-2", sends=2)
        await journal.close(TARGET, kept=[mine])
        assert file.lines == [began("run-2"), put(mine)]
        assert file.replayed.local == {("spring offer", "run-2")}
