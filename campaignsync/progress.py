"""What a person is told while a command runs: notes, and a progress bar. Does I/O."""

import sys
from typing import TYPE_CHECKING

import click

from campaignsync.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from campaignsync.plan import Plan


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

    def show(self, plan: "Plan") -> None:
        """Show what the run sets out to do."""
        if self._rate_limit is not None and (plan.create or plan.pending):
            from campaignsync.report import text
            from campaignsync.report.view import View

            click.echo(text.plan(View(plan=plan, rate_limit=self._rate_limit)), err=True)

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
