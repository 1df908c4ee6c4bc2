"""The person's side of a run: notes, a progress bar, Ctrl-C, the clock. Does I/O."""

import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import anyio
import click

from campaignsync.plan import Plan
from campaignsync.report import text
from campaignsync.report.escape import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

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


class TerminalProgress:
    """Notes on stderr, and a bar while campaigns are created, where stderr is a terminal.

    Args:
        is_verbose: Show details too.
        rate_limit: Requests a minute, to say how long a plan takes that is carried out; None: don't show it.
    """

    def __init__(self, *, is_verbose: bool, rate_limit: int | None) -> None:
        self._is_verbose = is_verbose
        self._rate_limit = rate_limit
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def note(self, text: str) -> None:
        """Say something that everyone wants to know."""
        click.echo(printable(text), err=True)

    def detail(self, text: str) -> None:
        """Say something for `--verbose`."""
        if self._is_verbose:
            self.note(text)

    def show(self, plan: Plan) -> None:
        """Show what the run sets out to do."""
        if self._rate_limit is not None and (plan.create or plan.pending):
            click.echo(text.plan(plan, rate_limit=self._rate_limit), err=True)

    def advance(self, done: int, total: int) -> None:
        """Show how many of the creates have an outcome."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = _make_bar()
            self._task = self._bar.add_task("Creating campaigns", total=total)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)
        if done >= total:
            self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None


def _make_bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


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
