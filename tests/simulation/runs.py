"""Runs of the real sync, `forget` and `adopt` over simulated ports; any of them may be killed."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from campaignsync.claims import Rules
from campaignsync.errors import CampaignSyncError
from campaignsync.identity import Definition, identity
from campaignsync.result import Result
from campaignsync.state import State
from campaignsync.sync.adopting import Decided, Decisions
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.listing import list_account
from campaignsync.sync.ports import Options
from campaignsync.sync.run import Sync
from campaignsync.sync.tools import Tools
from tests.simulation.laws import Laws
from tests.simulation.machine import Machine, Told, Wish
from tests.simulation.remote import Clone, Remote, read_state
from tests.simulation.scenario import Scenario
from tests.simulation.vendor import Account, Vendor
from tests.simulation.worktree import DefinitionFolder, Files, GitFaults, WorkTree

LONGEST_RUN_S = 4 * 3600.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What takes part in a run; a test puts something weaker in the place of one rule."""

    rules: type[Rules] = Rules
    ledger: type[Ledger] = Ledger


@dataclass(slots=True, kw_only=True)
class Seat:
    """A machine and its clone; one run at a time, as the lock has it."""

    machine: Machine
    clone: Clone
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What befalls one run: killed at a step, killed or asked to end after so many seconds; 0 for not.

    And whether it pushes, where there is a remote, and what git does wrong meanwhile.
    """

    crash_at: int = 0
    crash_after_s: float = 0.0
    stop_after_s: float = 0.0
    is_pushing: bool = True
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

        def start(ledger: Ledger, tree: WorkTree, tools: Tools) -> Coroutine[Any, Any, Result]:
            return Sync(DefinitionFolder(seat.clone), ledger, repository=tree, tools=tools).run()

        result = await self._run(seat, fate, start)
        if result is not None:
            self._around.laws.on_result(result)
        return result

    async def forget(self, seat: Seat, name: str) -> Decided | None:
        """Let a person give up an entry; None where that was refused."""

        def start(ledger: Ledger, tree: WorkTree, tools: Tools) -> Coroutine[Any, Any, Decided]:
            return Decisions(ledger, repository=tree, tools=tools).forget(name)

        laws = self._around.laws
        laws.giving_up = identity(name)
        decided = await self._run(seat, UNHARMED, start)
        laws.giving_up = ""
        return decided

    async def adopt(self, seat: Seat, source: str, camp_id: str) -> Decided | None:
        """Let a person record an existing campaign; None where that was refused."""

        def start(ledger: Ledger, tree: WorkTree, tools: Tools) -> Coroutine[Any, Any, Decided]:
            return Decisions(ledger, repository=tree, tools=tools).adopt(
                DefinitionFolder(seat.clone),
                source=source,
                camp_id=camp_id,
                list_account=lambda: list_account(tools),
            )

        return await self._run(seat, UNHARMED, start)

    async def _run(
        self, seat: Seat, fate: Fate, start: Callable[[Ledger, WorkTree, Tools], Coroutine[Any, Any, _T]]
    ) -> _T | None:
        async with seat.lock:
            run_id, stop = f"r{next(self._ids)}", Wish()
            timers = self._befall(seat, fate, stop)
            scope = seat.machine.boot(run_id, crash_at=fate.crash_at)
            seat.machine.tell(f"starts: {fate}")
            is_pushing = self._around.scenario.is_pushing and fate.is_pushing
            tools = self._tools(seat, run_id, stop, is_pushing=is_pushing)
            tree = WorkTree(seat.clone, seat.machine, fate.git, self._around.rng)
            ledger = self._around.built.ledger(self._files(seat, fate), tree, tools)
            try:
                with scope:
                    result = await start(ledger, tree, tools)
                    seat.machine.tell(f"ends: {result}")
                    return result
            except CampaignSyncError as error:
                seat.machine.tell(f"ends with an error: {error}")
            except BaseException as error:
                if not seat.machine.is_dead:
                    self._around.laws.broken("error", repr(error))
                    raise
            finally:
                for timer in timers:
                    timer.cancel()
            return None

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

    def _files(self, seat: Seat, fate: Fate) -> Files:
        def on_save(old: str | None, new: str) -> None:
            if not self._around.scenario.is_pushing:
                self._around.laws.on_change(read_state(old), read_state(new))

        scenario = self._around.scenario
        full = 0.0 if fate is UNHARMED else scenario.disk_full
        return Files(seat.clone, seat.machine, on_save, save_s=scenario.save_s, full=full)

    def _tools(self, seat: Seat, run_id: str, stop: Wish, *, is_pushing: bool) -> Tools:
        scenario, machine = self._around.scenario, seat.machine
        rules = self._around.built.rules(
            timeout_s=scenario.timeout_s, settle_s=scenario.settle_s, rate_limit=60
        )
        options = Options(
            host="https://platform.kore.ai",
            app_id="st-1",
            run_id=run_id,
            is_pushing=is_pushing,
            has_preflight=scenario.has_preflight,
            parallel=scenario.parallel,
            timeout_s=scenario.timeout_s,
            settle_s=scenario.settle_s,
        )

        def on_send(body: Mapping[str, Any], is_executable: bool) -> int:  # noqa: FBT001  # a callback's
            state = self._authority(seat, is_pushing=is_pushing)
            return self._around.laws.on_send(run_id, body, state, is_executable=is_executable)

        api = Account(self._around.vendor, machine, stop, timeout_s=scenario.timeout_s, on_send=on_send)
        return Tools(api=api, clock=machine, progress=Told(machine), stop=stop, options=options, rules=rules)

    def authority(self, seat: Seat) -> State:
        """Return the state that counts: the remote's, or without one the disk's."""
        return self._authority(seat, is_pushing=self._around.scenario.is_pushing)

    def _authority(self, seat: Seat, *, is_pushing: bool) -> State:
        return read_state(self._around.remote.tip.state if is_pushing else seat.clone.state)

    def definitions(self, seat: Seat) -> tuple[Definition, ...]:
        """Return the definitions that count, likewise."""
        if self._around.scenario.is_pushing:
            return self._around.remote.tip.definitions
        return seat.clone.definitions
