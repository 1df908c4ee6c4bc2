"""The machine's side of a run: Ctrl-C, the clock, chance. Does I/O."""

import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import anyio
import click

_T = TypeVar("_T")


class SystemClock:
    """The machine's own clocks and chance."""

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        return random.random()  # noqa: S311  # spreads retries over time; nothing depends on its secrecy


class Interruption:
    """Whether a person or the machine asked the run to end."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def is_set(self) -> bool:
        """Return whether it was asked."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Return once it is asked."""
        await self._event.wait()

    def set(self) -> None:
        """Ask."""
        self._event.set()


async def run_interruptibly(
    work: Callable[[Interruption], Awaitable[_T]], *, on_exit: Callable[[], None]
) -> _T:
    """Do some work that the first Ctrl-C or SIGTERM asks to end; a second one leaves at once.

    Args:
        work: Is given the interruption to look at.
        on_exit: Tidies the terminal when leaving at once.
    """
    interruption, results, errors = Interruption(), list[_T](), list[Exception]()
    async with anyio.create_task_group() as group:
        group.start_soon(_listen, interruption, on_exit)
        try:
            results.append(await work(interruption))
        except Exception as error:  # noqa: BLE001  # raised again outside of the group, which would wrap it
            errors.append(error)
        group.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return results[0]


async def _listen(interruption: Interruption, on_exit: Callable[[], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            if interruption.is_set():
                on_exit()
                os._exit(130)
            interruption.set()
            click.echo(
                "Stopping: waiting for the requests under way, then saving. Again to leave at once.", err=True
            )
