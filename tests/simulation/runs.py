"""Runs of the real sync, `forget` and `adopt` over simulated ports; any of them may be killed."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, TypeVar

from campaignsync.claims import Rules
from campaignsync.config import RunOptions
from campaignsync.errors import CampaignSyncError
from campaignsync.identity import identity
from campaignsync.protocol.decisions import Decided, Decisions
from campaignsync.protocol.journal import Journal, replay
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.ports import Recorder
from campaignsync.protocol.run import Sync
from campaignsync.protocol.tools import StopRequestedError, Tools
from campaignsync.result import Result
from campaignsync.state import Entry, State
from tests.simulation.laws import Laws, Sent
from tests.simulation.machine import Machine, Told, Wish
from tests.simulation.recorders import Folder, GitFaults, JournalBytes, LocalBranch, RemoteBranch, StateFile
from tests.simulation.remote import MAIN, Clone, Definitions, Remote, WorkTree, read_state
from tests.simulation.scenario import Place, Scenario
from tests.simulation.vendor import Account, Vendor

LONGEST_RUN_S = 4 * 3600.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What takes part in a run; a test puts something weaker in the place of one rule."""

    rules: type[Rules] = Rules
    journal: type[Journal] = Journal
    ledger: type[Ledger] = Ledger
    sync: type[Sync] = Sync
    local_branch: type[LocalBranch] = LocalBranch


@dataclass(slots=True, kw_only=True)
class Seat:
    """Where runs are started: one work tree of a clone, on a machine."""

    machine: Machine
    clone: Clone
    tree: WorkTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What befalls one run: killed at a step, killed or asked to end after so many seconds; 0 for not.

    And whether it pushes, where a person may choose; what it may send; and what git does wrong meanwhile.
    """

    crash_at: int = 0
    crash_after_s: float = 0.0
    stop_after_s: float = 0.0
    is_pushing: bool = True
    allowed: frozenset[str] | None = None
    git: GitFaults = field(default=GitFaults(), repr=False)


UNHARMED = Fate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What all runs of a world share.

    Attributes:
        scenario: What the world is like.
        rng: The seed's chance.
        remote: The branch on the remote.
        vendor: The account.
        laws: What is checked.
        built: What the runs are built of.
    """

    scenario: Scenario
    rng: Random
    remote: Remote
    vendor: Vendor
    laws: Laws
    built: Built


class Runner:
    """Starts runs.

    Args:
        around: What they share.
    """

    def __init__(self, around: Around) -> None:
        self._around = around
        self._ids = itertools.count(1)

    async def sync(self, seat: Seat, fate: Fate) -> Result | None:
        """Sync; None where it was killed or ended by an expected error."""

        def start(recorder: Recorder, ledger: Ledger, tools: Tools) -> Coroutine[Any, Any, Result]:
            is_local = recorder.has_history and not recorder.is_shared
            work_tree = Folder(seat.tree, seat.machine) if is_local else None
            return self._around.built.sync(recorder, ledger, tools, work_tree=work_tree).run()

        result = await self._run(seat, fate, start)
        if result is not None:
            self._around.laws.on_result(result)
        return result

    async def forget(self, seat: Seat, name: str, fate: Fate = UNHARMED) -> Decided | None:
        """Let a person give up an entry; None where that was refused, or may come to pass later."""

        def start(recorder: Recorder, ledger: Ledger, tools: Tools) -> Coroutine[Any, Any, Decided]:
            return Decisions(recorder, ledger, tools).forget(name)

        laws, key = self._around.laws, identity(name)
        laws.giving_up.add(key)
        before = laws.epochs[key]
        decided = await self._run(seat, fate, start)
        if decided is not None:
            laws.giving_up.discard(key)
            # Perhaps only the journal knew of it.
            laws.epochs[key] = max(laws.epochs[key], before + 1)
        return decided

    async def adopt(self, seat: Seat, source: str, camp_id: str, fate: Fate = UNHARMED) -> Decided | None:
        """Let a person record an existing campaign; None where that was refused, or may be recorded later."""

        def start(recorder: Recorder, ledger: Ledger, tools: Tools) -> Coroutine[Any, Any, Decided]:
            return Decisions(recorder, ledger, tools).adopt(
                source=source, camp_id=camp_id, list_account=partial(list_account, tools)
            )

        return await self._run(seat, fate, start)

    async def _run(
        self,
        seat: Seat,
        fate: Fate,
        start: Callable[[Recorder, Ledger, Tools], Coroutine[Any, Any, _T]],
    ) -> _T | None:
        async with seat.clone.lock:
            run_id, stop = f"r{next(self._ids)}", Wish()
            self._come_back(seat)
            timers = self._befall(seat, fate, stop)
            scope = seat.machine.boot(run_id, crash_at=fate.crash_at)
            seat.machine.tell(f"starts: {fate}")
            try:
                with scope:
                    result = await start(*self._ports(seat, fate, run_id, stop))
                    seat.machine.tell(f"ends: {result}")
                    return result
            except (CampaignSyncError, StopRequestedError) as error:
                seat.machine.tell(f"ends with an error: {error!r}")
            except BaseException as error:
                if not seat.machine.is_dead:
                    self._around.laws.broken("error", repr(error))
                    raise
            finally:
                for timer in timers:
                    timer.cancel()
            return None

    def _come_back(self, seat: Seat) -> None:
        """Let the person who starts a run be on the branch that they sync, with all that runs recorded."""
        clone, tree = seat.clone, seat.tree
        if self._around.scenario.place is Place.LOCAL:
            tree.branch = MAIN
        if self._around.scenario.place is not Place.MIXED:
            return
        ours, theirs = clone.branches[MAIN], clone.remote.tip
        if ours is not theirs:
            made = clone.rebased(ours, theirs, theirs.definitions)
            clone.branches[MAIN] = made
            clone.remote.take(made)
        tree.branch, tree.definitions, tree.state = MAIN, theirs.definitions, clone.branches[MAIN].state

    def _befall(self, seat: Seat, fate: Fate, stop: Wish) -> list[asyncio.TimerHandle]:
        loop = asyncio.get_running_loop()
        timers = [loop.call_later(LONGEST_RUN_S, self._end_endless, seat)]
        if fate.crash_after_s:
            timers.append(loop.call_later(fate.crash_after_s, seat.machine.crash))
        if fate.stop_after_s:
            timers.append(loop.call_later(fate.stop_after_s, stop.set))
        return timers

    def _end_endless(self, seat: Seat) -> None:
        self._around.laws.broken("stuck", f"{seat.machine.run_id} does not end")
        seat.machine.crash()

    def _ports(self, seat: Seat, fate: Fate, run_id: str, stop: Wish) -> tuple[Recorder, Ledger, Tools]:
        scenario, built, machine = self._around.scenario, self._around.built, seat.machine
        recorder = self._recorder(seat, fate)
        is_shared = recorder.is_shared
        rules = built.rules(timeout_s=scenario.timeout_s, settle_s=scenario.settle_s, rate_limit=60)
        options = RunOptions(
            host="https://platform.kore.ai",
            app_id="st-1",
            run_id=run_id,
            allowed=fate.allowed,
            parallel=scenario.parallel,
            timeout_s=scenario.timeout_s,
            settle_s=scenario.settle_s,
        )

        def on_send(body: Mapping[str, Any], sent_as: str) -> int:
            sent = Sent(
                run_id=run_id,
                body=body,
                fate=sent_as,
                claim=self._known(seat, body["name"], is_shared=is_shared),
                allowed=fate.allowed,
                skew_s=api.skew_s,
            )
            return self._around.laws.on_send(sent)

        api = Account(self._around.vendor, machine, stop, timeout_s=scenario.timeout_s, on_send=on_send)
        tools = Tools(api=api, clock=machine, progress=Told(machine), stop=stop, options=options, rules=rules)
        full = 0.0 if fate is UNHARMED else scenario.disk_full
        file = JournalBytes(seat.clone, machine, write_s=scenario.write_s, full=full)
        journal = built.journal(file, where="journal", run_id=run_id, is_shared=is_shared)
        return recorder, built.ledger(recorder, journal, tools), tools

    def _recorder(self, seat: Seat, fate: Fate) -> Recorder:
        place, rng = self._around.scenario.place, self._around.rng
        if place is Place.FOLDER:
            return StateFile(seat.tree, seat.machine, fate.git, rng, self._on_write)
        if place is Place.LOCAL or (place is Place.MIXED and not fate.is_pushing):
            return self._around.built.local_branch(seat.clone, seat.tree, seat.machine, fate.git, rng)
        return RemoteBranch(seat.clone, seat.machine, fate.git, rng)

    def _on_write(self, old: str | None, new: str) -> None:
        self._around.laws.on_change(read_state(old), read_state(new))

    def _known(self, seat: Seat, name: str, *, is_shared: bool) -> Entry | None:
        """Return what the next run would know, were this one killed now."""
        known = replay(seat.clone.journal, where="journal")
        if not is_shared:
            return known.state.get(name)
        return read_state(self._around.remote.tip.state).get(name)

    def authority(self, seat: Seat) -> State:
        """Return the state that counts in the end."""
        match self._around.scenario.place:
            case Place.REMOTE | Place.MIXED:
                return read_state(self._around.remote.tip.state)
            case Place.LOCAL:
                return read_state(seat.clone.branches[MAIN].state)
            case Place.FOLDER:
                return read_state(seat.tree.state)

    def definitions(self, seat: Seat) -> Definitions:
        """Return the definitions that runs read."""
        match self._around.scenario.place:
            case Place.REMOTE | Place.MIXED:
                return self._around.remote.tip.definitions
            case Place.LOCAL:
                return seat.clone.branches[MAIN].definitions
            case Place.FOLDER:
                return seat.tree.definitions
