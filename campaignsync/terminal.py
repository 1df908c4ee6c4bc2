"""The machine's side of a run: Ctrl-C, the clock, chance. Does I/O."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import FrameType
from typing import TypeVar

import anyio
import click

_T = TypeVar("_T")

_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has both (clock_gettime(2)); the other doesn't count the time for which a machine is suspended."""


class SystemClock:
    """The machine's own clocks and chance."""

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that nobody sets, and that goes on while the machine is suspended."""
        return time.clock_gettime(_CLOCK)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await anyio.sleep(seconds)

    def jitter(self) -> float:
        """Return a random number from 0 to 1."""
        return random.random()  # noqa: S311  # spreads retries over time; nothing depends on its secrecy


async def run_interruptibly(
    work: Callable[[anyio.Event], Awaitable[_T]], *, on_exit: Callable[[], None]
) -> _T:
    """Do some work that the first Ctrl-C, SIGTERM or SIGHUP asks to end; a second one leaves at once.

    Runs on asyncio, in the main thread; leaves with 130. A SIGHUP that is ignored when this starts stays so:
    that is what `nohup` asks for.

    Args:
        work: Is given the event that says that it is asked to end.
        on_exit: Tidies the terminal when leaving at once, in half a second at most.
    """
    loop, stop = asyncio.get_running_loop(), anyio.Event()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    def on_first(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, on_second)

    def on_second(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, lambda *_: os._exit(130))
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            on_exit()
        finally:
            os._exit(130)

    def ask() -> None:
        stop.set()
        click.echo(
            "Stopping: waiting for the requests under way, then saving. Again to leave at once.", err=True
        )

    for number in numbers:
        # The loop hears a signal through a descriptor, whatever handler it has: so `ask` is called between
        # two steps of the work, and the handler at once, even in the middle of a write that blocks.
        loop.add_signal_handler(number, ask)
        signal.signal(number, on_first)
    try:
        return await work(stop)
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
