"""Answers that come while others are being saved: saved together, and none of them believed too early."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from campaignsync.claims import Rules
from campaignsync.errors import StateError
from campaignsync.outcome import Created, Outcome, Page, PageFailed, PageOutcome, Withheld
from campaignsync.state import Claim, State
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.ports import Options
from campaignsync.sync.resolving import Aftermath
from campaignsync.sync.saving import Change, Journal
from campaignsync.sync.sending import Attempt, Sender
from campaignsync.sync.tools import Tools
from tests.unit.test_claims import CLAIM, OURS
from tests.unit.test_resolving import NeverStopped, Quiet, StillClock

pytestmark = pytest.mark.anyio


class SlowStore:
    """A state file whose saves end when the test lets them."""

    def __init__(self) -> None:
        self.saved: list[State] = []
        self.error: StateError | None = None
        self.under_way = 0
        self._gate = anyio.Event()

    def load(self) -> State:
        return State()

    async def save(self, state: State) -> None:
        self.under_way += 1
        assert self.under_way == 1
        await self._gate.wait()
        self.under_way -= 1
        if self.error is not None:
            raise self.error
        self.saved.append(state)

    def let_go(self) -> None:
        """Let this save and all later ones end."""
        self._gate.set()

    async def let_one_go(self) -> None:
        """Let the save under way end, and hold the next."""
        gate, self._gate = self._gate, anyio.Event()
        gate.set()
        await anyio.wait_all_tasks_blocked()


def adding(name: str) -> Change:
    return lambda state: state.with_entries([replace(CLAIM, name=name)])


def names(state: State) -> list[str]:
    return [claim.name for claim in state.claims]


async def test_what_comes_while_one_is_saved_goes_with_the_next() -> None:
    store = SlowStore()
    journal = Journal(store)
    async with anyio.create_task_group() as group:
        group.start_soon(journal.change, adding("a"))
        await anyio.wait_all_tasks_blocked()
        for name in "bcd":
            group.start_soon(journal.change, adding(name))
        await anyio.wait_all_tasks_blocked()
        assert names(journal.state) == []
        await store.let_one_go()
        assert names(journal.state) == ["a"]
        store.let_go()
    assert [names(state) for state in store.saved] == [["a"], ["a", "b", "c", "d"]]


async def test_nobody_is_told_before_the_disk_has_it() -> None:
    store = SlowStore()
    journal, told = Journal(store), list[str]()

    async def change(name: str) -> None:
        await journal.change(adding(name))
        told.append(name)
        assert name in names(store.saved[-1])

    async with anyio.create_task_group() as group:
        group.start_soon(change, "a")
        await anyio.wait_all_tasks_blocked()
        group.start_soon(change, "b")
        await store.let_one_go()
        assert told == ["a"]
        store.let_go()


async def test_a_save_that_fails_fails_all_that_it_was_for_and_leaves_the_state_as_it_was() -> None:
    store = SlowStore()
    journal, failed = Journal(store), list[str]()

    async def change(name: str) -> None:
        try:
            await journal.change(adding(name))
        except StateError as error:
            failed.append(f"{name}: {error.message} {error.hint}")

    store.error = StateError("the disk is full.", hint="Free some space.")
    async with anyio.create_task_group() as group:
        for name in "ab":
            group.start_soon(change, name)
        await anyio.wait_all_tasks_blocked()
        store.let_go()
    assert sorted(failed) == [f"{name}: the disk is full. Free some space." for name in "ab"]
    assert names(journal.state) == []
    store.error = None
    await journal.change(adding("c"))
    assert names(journal.state) == ["c"]


async def test_a_save_that_is_broken_off_is_not_taken_for_one_that_was_made() -> None:
    store = SlowStore()
    journal, failed = Journal(store), list[str]()

    async def change(name: str) -> None:
        try:
            await journal.change(adding(name))
        except StateError:
            failed.append(name)

    async with anyio.create_task_group() as group:
        group.start_soon(change, "a")
        await anyio.wait_all_tasks_blocked()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as doomed:
                doomed.start_soon(change, "b")
                await anyio.wait_all_tasks_blocked()
                # Goes with b's save, which ends before it is made.
                group.start_soon(change, "c")
                await store.let_one_go()
                scope.cancel()
        store.let_go()
    assert failed == ["c"]
    assert names(journal.state) == ["a"]


class Server:
    """A server that answers every create at once.

    Args:
        ids: The ids that it gives, in turn.
        on_create: Told the name of each.
    """

    requests = 0

    def __init__(self, *ids: str, on_create: Callable[[str], None] = lambda _: None) -> None:
        self._ids = iter(ids)
        self._on_create = on_create

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        await checkpoint()
        if not permit():
            return Withheld()
        self._on_create(body["name"])
        return Created(camp_id=next(self._ids))

    async def page(self, number: int) -> PageOutcome:
        return PageFailed(reason="")


def sending(store: SlowStore, server: Server, *, parallel: int, count: int) -> tuple[Sender, list[Claim]]:
    """Return what sends, and claims for it to send: a, b and so on."""
    tools = Tools(
        api=server,
        clock=StillClock(),
        progress=Quiet(),
        stop=NeverStopped(),
        options=Options(host="h", app_id="a", run_id=CLAIM.claimed_by, parallel=parallel),
        rules=Rules(timeout_s=30, settle_s=120, rate_limit=60),
    )
    ledger = Ledger(store, None, tools)
    claims = [_named(name) for name in "abcdefgh"[:count]]
    return Sender(tools, ledger), [ledger.leased(claim, count=count) for claim in claims]


async def test_an_id_that_is_being_saved_for_one_campaign_is_not_taken_for_another() -> None:
    store = SlowStore()
    sender, claims = sending(store, Server("cd-1", "cd-1"), parallel=2, count=2)
    async with anyio.create_task_group() as group:
        group.start_soon(sender.send, claims)
        await anyio.wait_all_tasks_blocked()
        await store.let_one_go()
        store.let_go()
    (created,), (unknown,) = sender.created.values(), sender.unknown.values()
    assert {created.name, unknown.claim.name} == {"a", "b"}
    assert unknown.reason == f"the server answered with cd-1, which is the campaign {created.name!r}"
    assert [record.name for record in store.saved[-1].records] == [created.name]


async def test_what_waits_for_its_turn_is_not_counted_as_sent() -> None:
    """Or a run that is killed three times early leaves all the rest to a person."""
    store, sent = SlowStore(), list[tuple[str, dict[str, int]]]()
    store.let_go()

    def look(name: str) -> None:
        sent.append((name, {claim.name: claim.sends for claim in store.saved[-1].claims}))

    sender, claims = sending(store, Server("cd-1", "cd-2", "cd-3", on_create=look), parallel=1, count=3)
    await sender.send(claims)
    assert sent == [("a", {"a": 1}), ("b", {"b": 1}), ("c", {"c": 1})]
    assert [record.camp_id for record in store.saved[-1].records] == ["cd-1", "cd-2", "cd-3"]


async def test_an_answer_and_the_next_count_are_one_save() -> None:
    store = SlowStore()
    store.let_go()
    sender, claims = sending(store, Server("cd-1", "cd-2", "cd-3"), parallel=1, count=3)
    await sender.send(claims)
    assert len(store.saved) == 4


async def test_where_an_answer_can_not_be_saved_no_more_is_sent_and_every_claim_is_told_of() -> None:
    store, sent = SlowStore(), list[str]()
    store.let_go()

    def fill_the_disk(name: str) -> None:
        sent.append(name)
        if len(sent) == 2:
            store.error = StateError("the disk is full", hint="")

    sender, claims = sending(store, Server("cd-1", "cd-2", on_create=fill_the_disk), parallel=1, count=4)
    with pytest.raises(StateError, match="the disk is full"):
        await sender.send(claims)
    assert sent == ["a", "b"]
    assert [*sender.created] == ["a"]
    assert {key: each.reason for key, each in sender.unknown.items()} == {
        "b": "created as cd-2, which could not be saved: the disk is full"
    }
    assert {key: reason for key, (_, reason) in sender.left.items()} == {
        "c": "the disk is full",
        "d": "the disk is full",
    }


def _named(name: str) -> Claim:
    return replace(CLAIM, name=name, definition={**CLAIM.definition, "name": name}, sends=0)


class FullAfterOne(SlowStore):
    """A disk on which there is room for one more save."""

    async def save(self, state: State) -> None:
        await super().save(state)
        self.error = StateError("the disk is full", hint="")


class Lists(Server):
    """A server that lists one campaign, made for the claim of its name."""

    async def page(self, number: int) -> PageOutcome:
        return Page(campaigns=(replace(OURS, name="a"),), total=1, has_more=False)


async def test_what_was_found_before_a_save_failed_is_told_of_once() -> None:
    store = SlowStore()
    store.let_go()
    sender, claims = sending(store, Lists(), parallel=1, count=2)
    await sender._ledger.put(claims)
    sender._ledger._journal._store = full = FullAfterOne()
    full.let_go()
    for claim in claims:
        sender.rejected[claim.name] = Attempt(claim=claim, reason="no", ended=0, is_refusal=True)
    aftermath = Aftermath(sender._tools, sender._ledger, sender)
    with pytest.raises(StateError, match="the disk is full"):
        await aftermath.confirm_rejections()
    assert [record.name for record in aftermath.recovered] == ["a"]
    assert [*sender.rejected] == ["b"]
    assert aftermath.failed == []
