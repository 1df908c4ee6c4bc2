"""Sending: counted before it goes, believed when the journal has it, and never without an end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from campaignsync.errors import RecordError, StateError
from campaignsync.outcome import (
    Created,
    NotSent,
    Outcome,
    OverLimit,
    Page,
    PageOutcome,
    RemoteCampaign,
    Unauthorized,
    Unknown,
    Withheld,
)
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.recovery import Recovery
from campaignsync.protocol.sender import NOT_SENT_IN_A_ROW, UNKNOWN_IN_A_ROW, Attempt, Sender
from campaignsync.state import Claim
from campaignsync.versions import Version
from tests.unit.fakes import Branch, KnowsLists, MemoryJournal, Run, holding, run_on, tools_of
from tests.unit.test_claims import CLAIM, OURS

pytestmark = pytest.mark.anyio

Answers = Callable[[str], Outcome]


def numbered() -> Answers:
    """Return what creates each campaign, under the ids cd-1, cd-2 and so on."""
    ids = iter(f"cd-{number}" for number in range(1, 100))
    return lambda _: Created(camp_id=next(ids))


class Server(KnowsLists):
    """A server that answers every create at once.

    Args:
        answer: What it says to the create of a name.
        campaigns: What it lists.
    """

    requests = 0
    skew_s: float | None = None

    def __init__(self, answer: Answers, *, campaigns: tuple[RemoteCampaign, ...] = ()) -> None:
        self._answer = answer
        self._campaigns = campaigns
        self.sent: list[str] = []

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        await checkpoint()
        if not permit():
            return Withheld()
        self.sent.append(body["name"])
        return self._answer(body["name"])

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        return Page(campaigns=self._campaigns, total=len(self._campaigns), has_more=False)


def _named(name: str) -> Claim:
    return replace(CLAIM, name=name, definition={**CLAIM.definition, "name": name}, sends=0)


@dataclass(slots=True)
class Sending:
    """A run that has claimed a, b and so on, and sends them."""

    run: Run
    sender: Sender
    record: RunRecord
    claims: list[Claim]

    async def __call__(self) -> None:
        await self.sender.send(self.claims)


async def sending(
    server: Server,
    *,
    count: int,
    parallel: int = 1,
    branch: Branch | None = None,
    journal: MemoryJournal | None = None,
) -> Sending:
    run = run_on(branch or Branch(is_shared=False), journal)
    await run.ledger.refresh()
    claims = [run.ledger.leased(_named(name), count=count) for name in "abcdefgh"[:count]]
    if run.ledger.is_shared:
        claims = [replace(claim, sends=1) for claim in claims]
    assert await run.ledger.claim(claims)
    record = RunRecord()
    sender = Sender(tools_of(run, server, parallel=parallel), run.ledger, record)
    return Sending(run, sender, record, claims)


@dataclass(slots=True)
class SlowJournal(MemoryJournal):
    """A journal whose writes, once it is slow, end when the test lets them."""

    is_slow: bool = False
    gate: anyio.Event = field(default_factory=anyio.Event)

    async def append(self, data: bytes) -> None:
        if self.is_slow:
            await self.gate.wait()
        await MemoryJournal.append(self, data)


@dataclass(slots=True)
class AlmostFull(MemoryJournal):
    """A journal on a disk with room for one more write, once it is the last."""

    is_last: bool = False

    async def append(self, data: bytes) -> None:
        await MemoryJournal.append(self, data)
        if self.is_last:
            self.error = StateError("the disk is full")


class TestCounting:
    async def test_a_send_is_in_the_journal_before_it_goes(self) -> None:
        seen: list[tuple[str, dict[str, int]]] = []
        journal, create = MemoryJournal(), numbered()

        def look(name: str) -> Outcome:
            seen.append((name, {claim.name: claim.sends for claim in journal.replayed.state.claims}))
            return create(name)

        send = await sending(Server(look), count=3, journal=journal)
        await send()
        # What waits for its turn is not counted: else a run that is killed three times early leaves all the
        # rest to a person.
        assert seen == [("a", {"a": 1}), ("b", {"b": 1}), ("c", {"c": 1})]

    async def test_an_answer_is_in_the_journal_before_its_worker_sends_again(self) -> None:
        seen: list[list[str]] = []
        journal, create = MemoryJournal(), numbered()

        def look(name: str) -> Outcome:
            seen.append([record.camp_id for record in journal.replayed.state.records])
            return create(name)

        send = await sending(Server(look), count=3, journal=journal)
        await send()
        assert seen == [[], ["cd-1"], ["cd-1", "cd-2"]]
        assert [record.camp_id for record in journal.replayed.state.records] == ["cd-1", "cd-2", "cd-3"]

    async def test_what_was_not_sent_after_all_is_not_counted(self) -> None:
        send = await sending(Server(lambda _: OverLimit(retry_after_s=10.0)), count=1)
        send.run.clock.on_sleep = lambda: setattr(send.run.stop, "is_asked", True)
        await send()
        assert (send.run.ledger.state, send.run.journal.replayed.state) == (holding(), holding())

    async def test_an_over_limit_answer_is_waited_out_and_the_send_goes_again(self) -> None:
        said: list[Outcome] = [OverLimit(retry_after_s=7.0), OverLimit(), Created(camp_id="cd-1")]
        answers = iter(said)
        send = await sending(Server(lambda _: next(answers)), count=1)
        await send()
        assert send.run.clock.slept == [7.0, 10.0]
        assert [record.sends for record in send.run.ledger.state.records] == [1]
        assert [done.camp_id for done in send.record.created.values()] == ["cd-1"]


class TestSaving:
    async def test_an_id_that_is_being_saved_for_one_campaign_is_not_taken_for_another(self) -> None:
        journal = SlowJournal()

        def answer(_: str) -> Outcome:
            journal.is_slow = True
            return Created(camp_id="cd-1")

        send = await sending(Server(answer), count=2, parallel=2, journal=journal)
        async with anyio.create_task_group() as group:
            group.start_soon(send)
            await anyio.wait_all_tasks_blocked()
            assert send.record.created == {}
            journal.gate.set()
        (created,), (unknown,) = send.record.created.values(), send.record.unknown.values()
        assert {created.name, unknown.name} == {"a", "b"}
        assert unknown.error == f"the server answered with cd-1, which is the campaign {created.name!r}"
        assert [record.name for record in journal.replayed.state.records] == [created.name]

    async def test_where_an_answer_can_not_be_saved_no_more_is_sent_and_every_claim_is_told_of(self) -> None:
        journal, create = MemoryJournal(), numbered()

        def fill_the_disk(name: str) -> Outcome:
            if name == "b":
                journal.error = StateError("the disk is full")
            return create(name)

        server = Server(fill_the_disk)
        send = await sending(server, count=4, journal=journal)
        with pytest.raises(StateError, match="the disk is full"):
            await send()
        assert server.sent == ["a", "b"]
        assert [*send.record.created] == ["a"]
        assert {key: each.error for key, each in send.record.unknown.items()} == {
            "b": "created as cd-2, which could not be saved: the disk is full",
            "c": "the disk is full",
            "d": "the disk is full",
        }
        # The claim of what was sent is still there for the next run.
        assert [claim.name for claim in journal.replayed.state.claims] == ["b"]

    async def test_what_was_found_before_a_save_failed_is_told_of_once(self) -> None:
        journal = AlmostFull()
        server = Server(numbered(), campaigns=(replace(OURS, name="a"),))
        send = await sending(server, count=2, journal=journal)
        for claim in send.claims:
            rejection = Attempt(claim=claim, reason="no", ended=0, is_refusal=True)
            send.sender.rejected[claim.name] = rejection
            send.record.note_unknown(claim, rejection.reason)
        recovery = Recovery(tools_of(send.run, server), send.run.ledger, send.sender, send.record)
        journal.is_last = True
        with pytest.raises(StateError, match="the disk is full"):
            await recovery.confirm_rejections()
        assert [*send.record.recovered] == ["a"]
        assert ([*send.record.unknown], send.record.failed) == (["b"], {})


class TestEnding:
    async def test_renewing_ends_where_no_request_ever_starts_in_time(self) -> None:
        branch = Branch()
        server = Server(numbered())
        send = await sending(server, count=2, branch=branch)

        def slower_than_any_lease(base: str, commit: str) -> str | None:
            send.run.clock.go_on(10_000)
            return branch.take(base, commit)

        branch.on_push.extend([slower_than_any_lease] * 10)
        send.run.clock.go_on(10_000)
        await send()
        assert (server.sent, len(branch.on_push)) == ([], 8)
        assert "renewed 2 times in a row" in send.sender.halted
        assert [*send.record.not_sent] == ["a", "b"]
        assert send.run.ledger.state.claims == ()

    async def test_a_lease_that_ran_out_is_renewed_and_what_is_left_is_sent(self) -> None:
        branch = Branch()
        create = numbered()
        spent: list[str] = []

        def slowly(name: str) -> Outcome:
            spent.append(name)
            send.run.clock.go_on(150)
            return create(name)

        send = await sending(Server(slowly), count=3, branch=branch)
        await send()
        assert spent == ["a", "b", "c"]
        assert [*send.record.created] == ["a", "b", "c"]
        assert len(branch.pushes) == 2  # the claims, and one renewal

    async def test_nothing_is_sent_for_a_claim_that_another_run_took_over(self) -> None:
        branch = Branch()
        server = Server(numbered())
        send = await sending(server, count=2, branch=branch)
        theirs = replace(send.claims[0], claimed_by="run-9")
        branch.somebody_commits(lambda state: state.with_entries([theirs]))
        send.run.clock.go_on(10_000)
        await send()
        assert server.sent == ["b"]
        assert send.record.not_sent["a"].error == "another run or a person took over its claim"

    async def test_a_renewal_that_the_remote_refuses_ends_the_run(self) -> None:
        branch = Branch()
        server = Server(numbered())
        send = await sending(server, count=2, branch=branch)
        branch.on_push.extend([branch.refuse] * 3)
        send.run.clock.go_on(10_000)
        with pytest.raises(RecordError, match="protected branch"):
            await send()
        assert (server.sent, [*send.record.not_sent]) == ([], ["a", "b"])

    async def test_three_unknown_outcomes_in_a_row_stop_the_sending(self) -> None:
        server = Server(lambda _: Unknown(reason="no answer"))
        send = await sending(server, count=5)
        await send()
        assert server.sent == ["a", "b", "c"]
        assert (len(send.record.unknown), [*send.record.not_sent]) == (UNKNOWN_IN_A_ROW, ["d", "e"])

    async def test_five_connections_in_a_row_that_fail_stop_the_sending(self) -> None:
        server = Server(lambda _: NotSent(reason="refused"))
        send = await sending(server, count=7)
        await send()
        assert (len(server.sent), len(send.record.not_sent)) == (NOT_SENT_IN_A_ROW, 7)
        assert send.run.ledger.state.claims == ()

    async def test_refused_credentials_stop_the_sending_and_give_the_claims_back(self) -> None:
        server = Server(lambda _: Unauthorized(reason="no"))
        send = await sending(server, count=3)
        await send()
        assert (server.sent, send.sender.unauthorized) == (["a"], "no")
        assert send.run.ledger.state.claims == ()

    async def test_half_an_hour_over_the_limit_gives_the_rest_back(self) -> None:
        server = Server(lambda _: OverLimit(retry_after_s=600.0))
        send = await sending(server, count=2)
        await send()
        assert send.run.clock.slept == [600.0] * 4
        assert "over its rate limit for half an hour" in send.sender.halted
        assert [*send.record.not_sent] == ["a", "b"]
