"""A simulated machine: its clock, and its death at any moment, with nothing cleaned up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import anyio

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


class CrashError(BaseException):
    """The machine is gone in the middle of a call."""


class Machine:
    """One runner's machine; also the clock of its runs.

    Args:
        name: For the trace.
        skew_s: How far its wall clock is ahead of true time, in seconds.
        rng: The seed's chance.
        trace: Told what happens.
    """

    def __init__(self, name: str, *, skew_s: float, rng: Random, trace: Callable[[str, str], None]) -> None:
        self.name = name
        self.run_id = ""
        self._skew = timedelta(seconds=skew_s)
        self._rng = rng
        self._trace = trace
        self._steps = 0
        self._crash_at = 0
        self._scope = anyio.CancelScope()
        self.is_dead = False

    def boot(self, run_id: str, *, crash_at: int) -> anyio.CancelScope:
        """Start anew; `crash_at` counts steps, 0 for never. Returns what a crash cancels."""
        self.run_id, self._steps, self._crash_at, self.is_dead = run_id, 0, crash_at, False
        self._scope = anyio.CancelScope()
        return self._scope

    def crash(self) -> None:
        """Die: from now on nothing that this machine does has an effect."""
        if not self.is_dead:
            self.tell("crash")
            self.is_dead = True
            self._scope.cancel()

    @property
    def skew_s(self) -> float:
        """How far the wall clock is ahead of true time, in seconds."""
        return self._skew.total_seconds()

    def set_clock(self, skew_s: float) -> None:
        """Set the wall clock, as a time service does."""
        self._skew = timedelta(seconds=skew_s)
        self.tell(f"sets its clock {skew_s:.0f} s ahead")

    def touch(self) -> None:
        """Mark a moment at which the machine may die.

        Raises:
            CrashError: It does, or it is dead.
        """
        self._steps += 1
        if self._steps == self._crash_at:
            self.crash()
        if self.is_dead:
            raise CrashError

    async def spend(self, seconds: float) -> None:
        """Let time pass in a call; the machine may die before, within, and after."""
        self.touch()
        await asyncio.sleep(seconds)
        self.touch()

    def tell(self, text: str) -> None:
        """Add a line to the trace."""
        self._trace(f"{self.name} {self.run_id}", text)

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic()) + self._skew

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await self.spend(seconds)

    def jitter(self) -> float:
        return self._rng.random()


class Told:
    """Progress for the trace."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def note(self, text: str) -> None:
        self._machine.tell(f"note: {text}")

    def detail(self, text: str) -> None:
        self._machine.tell(f"detail: {text}")

    def advance(self, done: int, total: int) -> None:
        """Say nothing: the trace has each outcome."""

    def show(self, plan: object) -> None:
        """Say nothing: what follows from the plan is in the trace."""


class Wish:
    """The wish that a run ends: SIGTERM at a moment."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    def is_set(self) -> bool:
        return self._event.is_set()

    async def wait(self) -> None:
        await self._event.wait()
