"""A simulated machine: its clocks, its sleep, and a run's death at any moment, with nothing cleaned up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import anyio

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)


class CrashError(BaseException):
    """The run is gone in the middle of a call."""


class Clocks:
    """One machine's two clocks.

    Args:
        skew_s: How far its wall clock is ahead of true time, in seconds.
        counts_sleep: Whether its monotonic clock goes on while the machine is suspended.
    """

    def __init__(self, *, skew_s: float, counts_sleep: bool) -> None:
        self.skew_s = skew_s
        self._counts_sleep = counts_sleep
        self._slept_s = 0.0
        self._wakes_s = 0.0

    def suspend(self, seconds: float) -> None:
        """Suspend the machine: nothing on it goes on before it wakes."""
        now = asyncio.get_running_loop().time()
        if now >= self._wakes_s:
            self._wakes_s = now + seconds
            self._slept_s += seconds

    @property
    def asleep_s(self) -> float:
        """For how many seconds the machine stays suspended."""
        return self._wakes_s - asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time() + self.skew_s)

    def monotonic(self) -> float:
        """Return the monotonic clock's time."""
        now = asyncio.get_running_loop().time()
        return now if self._counts_sleep else now - self._slept_s + max(self._wakes_s - now, 0.0)

    async def sleep(self, seconds: float) -> None:
        """Let time pass by the monotonic clock; a suspended machine goes on when it wakes."""
        due = self.monotonic() + seconds
        while (left_s := max(due - self.monotonic(), self.asleep_s)) > 0:  # noqa: ASYNC110  # virtual time
            # Times are sums of floats: a rest too small to move the clock would never end.
            await asyncio.sleep(max(left_s, 1e-6))


class Machine:
    """Where the runs of one seat happen, one at a time; also the clock of those runs.

    Args:
        name: For the trace.
        clocks: The clocks of the machine; runs of other seats may share them.
        rng: The seed's chance.
        trace: Told what happens.
    """

    def __init__(self, name: str, clocks: Clocks, *, rng: Random, trace: Callable[[str, str], None]) -> None:
        self.name = name
        self.clocks = clocks
        self.run_id = ""
        self._rng = rng
        self._trace = trace
        self._steps = 0
        self._crash_at = 0
        self._scope = anyio.CancelScope()
        self.is_dead = False

    def boot(self, run_id: str, *, crash_at: int) -> anyio.CancelScope:
        """Start a run; `crash_at` counts steps, 0 for never. Returns what a crash cancels."""
        self.run_id, self._steps, self._crash_at, self.is_dead = run_id, 0, crash_at, False
        self._scope = anyio.CancelScope()
        return self._scope

    def crash(self) -> None:
        """Die: from now on nothing that this run does has an effect."""
        if not self.is_dead:
            self.tell("crash")
            self.is_dead = True
            self._scope.cancel()

    def touch(self) -> None:
        """Mark a moment at which the run may die.

        Raises:
            CrashError: It does, or it is dead.
        """
        self._steps += 1
        if self._steps == self._crash_at:
            self.crash()
        if self.is_dead:
            raise CrashError

    async def spend(self, seconds: float) -> None:
        """Let time pass in a call; the run may die before, within, and after."""
        self.touch()
        await self.clocks.sleep(seconds)
        self.touch()

    def tell(self, text: str) -> None:
        """Add a line to the trace."""
        self._trace(f"{self.name} {self.run_id}", text)

    def now(self) -> datetime:
        return self.clocks.now()

    def monotonic(self) -> float:
        return self.clocks.monotonic()

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

    def waiting(self, why: str, seconds: float) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int) -> None:
        """Say nothing: the trace has each outcome."""

    def show(self, plan: object, target: object) -> None:
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
