"""A command line of the product's own parts, to see what becomes of it when its streams fail or signals come.

Each command does its work, and leaves `record` in the working directory where it does it to the end.
"""

import sys
import time
from pathlib import Path

import anyio
import click

from campaignsync.commands.project import Ended
from campaignsync.console import Console, run
from campaignsync.errors import ExitCode, SettingsError
from campaignsync.progress import TerminalProgress
from campaignsync.terminal import run_interruptibly

_CONSOLE = Console(env={}, root=Path.cwd(), is_verbose=True)
_PROGRESS = TerminalProgress(is_verbose=True, rate_limit=None)


@click.group()
def commands() -> None:
    """Do one of these."""


@commands.command()
@click.argument("outcome", type=click.Choice(["done", "unknown", "error", "bug"]))
def work(outcome: str) -> None:
    """Tell something, record the descriptor of a file opened meanwhile, end in some way."""
    with _CONSOLE.reporting("json"):
        _PROGRESS.note("A note.")
        _CONSOLE.show("A result.")
        with Path("record").open("w") as record:
            record.write(str(record.fileno()))
            _PROGRESS.detail("A detail.")
        if outcome == "error":
            raise SettingsError("An error.", hint="A hint.")
        if outcome == "bug":
            raise RuntimeError("A bug.")
        _CONSOLE.end(Ended(text="", code=ExitCode.UNKNOWN if outcome == "unknown" else ExitCode.DONE))


@commands.command()
@click.argument("text")
@click.option("--times", default=1)
def say(text: str, times: int) -> None:
    """Print a text as a result."""
    _CONSOLE.show(text * times)


@commands.command()
def bar() -> None:
    """Show a bar of two steps, the second when told to on stdin."""
    _PROGRESS.advance(1, 2)
    _CONSOLE.show("Ready.")
    sys.stdin.readline()
    _PROGRESS.advance(2, 2)
    Path("record").touch()


@commands.command()
@click.option("--note", default="", help="Say this first, a hundred thousand times.")
@click.option("--is-blocked", is_flag=True, help="Let the loop hear nothing.")
@click.option("--is-endless", is_flag=True, help="Go on after being asked to end.")
def wait(*, note: str, is_blocked: bool, is_endless: bool) -> None:
    """Wait to be asked to end."""

    async def until_asked(stop: anyio.Event) -> None:
        _PROGRESS.note(note * 100_000)
        _CONSOLE.show("Ready.")
        if is_blocked:
            time.sleep(3600)  # noqa: ASYNC251  # the point of it
        await stop.wait()
        _CONSOLE.show("Asked.")
        if is_endless:
            await anyio.sleep_forever()

    async def whole() -> None:
        await run_interruptibly(until_asked, on_exit=Path("tidied").touch)

    anyio.run(whole)
    Path("record").touch()
    _CONSOLE.end(Ended(text="", code=ExitCode.INTERRUPTED))


if __name__ == "__main__":
    run(commands)
