"""What every step of a run shares: its ports, its options, and waiting that a stop ends."""

from dataclasses import dataclass
from datetime import datetime

import anyio

from campaignsync.claims import Rules
from campaignsync.config import RunOptions
from campaignsync.protocol.ports import Api, Clock, Progress, Stop

_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 60.0


class StopRequestedError(Exception):
    """The run was asked to end while it waited or listed; what it has is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every step is given, also those that never call the API."""

    clock: Clock
    progress: Progress
    stop: Stop
    options: RunOptions
    rules: Rules

    def stamp(self) -> datetime:
        """Return the wall clock's time as an entry keeps it: whole seconds, rounded down."""
        return self.clock.now().replace(microsecond=0)

    def check_stop(self) -> None:
        """Raise StopRequestedError where the run was asked to end."""
        if self.stop.is_set():
            raise StopRequestedError

    async def pause(self, seconds: float, why: str = "") -> None:
        """Wait, at most until the run is asked to end; raises what `pause` raises.

        Args:
            seconds: How long.
            why: What for, in a few words that follow "waiting 20 s for".
        """
        self.progress.waiting(why, seconds)
        try:
            await pause(seconds, clock=self.clock, stop=self.stop)
        finally:
            self.progress.waiting("", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools(Context):
    """What a step is given that calls the API."""

    api: Api


async def pause(seconds: float, *, clock: Clock, stop: Stop) -> None:
    """Wait, at most until the run is asked to end.

    Raises:
        StopRequestedError: It was.
    """
    async with anyio.create_task_group() as group:
        group.start_soon(_cancel_on_stop, stop, group.cancel_scope)
        await clock.sleep(max(seconds, 0.0))
        group.cancel_scope.cancel()
    if stop.is_set():
        raise StopRequestedError


async def _cancel_on_stop(stop: Stop, scope: anyio.CancelScope) -> None:
    await stop.wait()
    scope.cancel()


def backoff_s(attempt: int, asked_s: float | None = None) -> float:
    """Return how long to hold back before trying again.

    Args:
        attempt: How many tries failed in a row, from 1.
        asked_s: What the server asked for, in seconds, if it did.
    """
    if asked_s is not None:
        return asked_s
    return float(min(_FIRST_PAUSE_S * 2 ** min(attempt - 1, 8), _LONGEST_PAUSE_S))
