"""What a person is told while a command runs: notes, waits, how far it is. Does I/O.

A terminal shows one line that changes: what has been done, how long the rest takes, what is waited for. A log
is told the same whenever nothing has been said for half a minute.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from campaignsync.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from campaignsync.plan import Plan, Target

SILENCE_S = 28.0
"""Seconds of silence after which a log is told what is going on: never 30, as a beat is a second.

Source: the product's contract, "Commands".
"""

_TOLD_WAIT_S = 10.0
"""Waits longer than this, in seconds, are told when they begin (the contract, too)."""

_BEAT_S = 1.0
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class _Wait:
    why: str
    until: float


class TerminalProgress:
    """Notes on stderr, and how far the creates are.

    Args:
        is_verbose: Show details too.
        rate_limit: Requests a minute, to say how long a plan takes that is carried out; None: don't show it.
        monotonic: Returns seconds on a clock that nobody sets.

    Attributes:
        pace: Requests a minute that the run may make, for the time that is left; 0 for no limit.
    """

    def __init__(
        self, *, is_verbose: bool, rate_limit: int | None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.pace = 0
        self._is_verbose = is_verbose
        self._rate_limit = rate_limit
        self._monotonic = monotonic
        self._said_at = monotonic()
        self._remarked = set[str]()
        self._wait: _Wait | None = None
        self._began: float | None = None
        self._done = self._total = 0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def note(self, text: str) -> None:
        """Say something that everyone wants to know."""
        self._said_at = self._monotonic()
        click.echo(printable(text), err=True)

    def remark(self, text: str) -> None:
        """Say something that is as true the next time that it is found, but only once."""
        if text not in self._remarked:
            self._remarked.add(text)
            self.note(text)

    def detail(self, text: str) -> None:
        """Say something for `--verbose`."""
        if self._is_verbose:
            self.note(text)

    def show(self, plan: "Plan", target: "Target") -> None:
        """Show what the run sets out to do, and for which account."""
        if self._rate_limit is None:
            return
        from campaignsync.report import summary, text
        from campaignsync.report.view import View

        if plan.create or plan.pending:
            self._said_at = self._monotonic()
            click.echo(text.plan(View(plan=plan, target=target, rate_limit=self._rate_limit)), err=True)
        else:
            self.remark(summary.target_line(target))

    def waiting(self, why: str, seconds: float) -> None:
        """Take note of a wait that begins.

        Args:
            why: What for, in a few words; empty where one has ended, or was told by itself.
            seconds: How long it lasts at most.
        """
        self._wait = _Wait(why, self._monotonic() + seconds) if why else None
        if self._wait and seconds > _TOLD_WAIT_S and not sys.stderr.isatty():
            self.note(self.doing())

    def advance(self, done: int, total: int) -> None:
        """Take note of how many of the creates have an outcome."""
        self._began = self._monotonic() if self._began is None else self._began
        self._done, self._total = done, total
        if sys.stderr.isatty():
            self._draw()
        if done >= total:
            self.close()
            self._began = None

    def beat(self) -> None:
        """Show that the command is alive; called every second."""
        if sys.stderr.isatty():
            if self._bar is not None or self._is_long_wait():
                self._draw()
        elif self._monotonic() - self._said_at >= SILENCE_S:
            self.note(self.doing())

    async def keep_beating(self) -> None:
        """Beat until this is cancelled."""
        # Here, since commands without a network would wait a tenth of their time for its import.
        import asyncio

        while True:
            await asyncio.sleep(_BEAT_S)
            self.beat()

    def doing(self) -> str:
        """Return what is going on, in one line."""
        parts = []
        if self._began is not None:
            parts.append(f"{self._done} of {self._total} campaigns done{self._left()}")
        if self._wait is not None:
            left_s = max(self._wait.until - self._monotonic(), 0)
            parts.append(f"waiting {_time(left_s)} for {self._wait.why}")
        return "; ".join(parts) or "still at work: waiting for an answer"

    def _left(self) -> str:
        """Return how long the rest takes: at the rate limit, or as long as so far where that is longer."""
        if self._began is None or self._done >= self._total:
            return ""
        spent_s, rest = self._monotonic() - self._began, self._total - self._done
        # The requests of a minute go at once; then all wait until the first of them is a minute old.
        wait_s = max(self._wait.until - self._monotonic(), 0.0) if self._wait else 0.0
        at_limit_s = wait_s + _MINUTE_S * ((rest - 1) // self.pace) if self.pace else 0.0
        as_before_s = spent_s / self._done * rest if self._done and spent_s > _MINUTE_S else 0.0
        left_s = max(at_limit_s, as_before_s)
        return f", about {_time(left_s)} left" if left_s else ""

    def _is_long_wait(self) -> bool:
        return self._wait is not None and self._wait.until - self._monotonic() > _TOLD_WAIT_S

    def _draw(self) -> None:
        if self._bar is None:
            self._bar = _make_bar()
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        if self._task is not None:
            total = self._total if self._began is not None else None
            text = printable(self.doing())
            self._bar.update(self._task, description=text, completed=self._done, total=total)
        if self._began is None and self._wait is None:
            self.close()

    def close(self) -> None:
        """Take the line that changes away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None


def _time(seconds: float) -> str:
    """Return a time in words: ``45 s``, ``12 min``, ``1 h 5 min``."""
    if seconds < 2 * _MINUTE_S:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / _MINUTE_S), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _make_bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    # In a narrow terminal the words matter more than the bar.
    columns = (BarColumn(bar_width=10), TextColumn("{task.description}", markup=False))
    return Progress(*columns, console=Console(stderr=True), transient=True)
