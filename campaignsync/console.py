"""Between a command and its process: who calls, what is printed, how it ends. Does I/O."""

import gc
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from campaignsync.collector import collect_seldom
from campaignsync.errors import CampaignSyncError, ExitCode, InvalidDefinitionsError

if TYPE_CHECKING:
    from campaignsync.commands.online import Around
    from campaignsync.commands.workplace import Workplace

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who runs a command, and how.

    Attributes:
        env: The environment.
        root: The working directory.
        is_verbose: Tell details, and show an expected error's traceback.
    """

    env: Mapping[str, str]
    root: Path
    is_verbose: bool

    @property
    def is_in_actions(self) -> bool:
        """Whether this runs in GitHub Actions."""
        return self.env.get("GITHUB_ACTIONS") == "true"


def workplace(
    caller: Caller,
    /,
    *,
    campaigns: str = "campaigns",
    state: str = "state/campaigns.json",
    rate_limit: int | None = None,
    is_sandbox: bool = False,
) -> "Workplace":
    """Return where a command works; with a rate limit, the plan is shown before it is carried out."""
    from campaignsync.commands.workplace import Workplace
    from campaignsync.progress import TerminalProgress

    progress = TerminalProgress(is_verbose=caller.is_verbose, rate_limit=rate_limit)
    return Workplace(
        root=caller.root,
        env=caller.env,
        campaigns=campaigns,
        state=state,
        progress=progress,
        is_sandbox=is_sandbox,
    )


def run_async(place: "Workplace", work: Callable[["Around"], Awaitable[_T]]) -> _T:
    """Run a command's async part under signals."""
    import anyio

    from campaignsync.commands.online import Around
    from campaignsync.terminal import Interruption, SystemClock, run_interruptibly

    async def interruptible(stop: Interruption) -> _T:
        return await work(Around(clock=SystemClock(), stop=stop))

    async def whole() -> _T:
        return await run_interruptibly(interruptible, on_exit=place.progress.close)

    return anyio.run(whole)


def show(text: str) -> None:
    """Print a result on stdout."""
    click.echo(text)


def end(code: ExitCode) -> None:
    """End the command with an exit code.

    Raises:
        click.exceptions.Exit: Always, unless all is done.
    """
    if code is not ExitCode.DONE:
        raise click.exceptions.Exit(code)


@contextmanager
def reporting(caller: Caller, output_format: str) -> Iterator[None]:
    """Turn an expected error into a message, in the command's format, and its exit code."""
    try:
        yield
    except InvalidDefinitionsError as error:
        show(problems_text(error, output_format))
        _explain(caller, error)
        end(error.exit_code)
    except CampaignSyncError as error:
        if told := _error_text(error, output_format):
            show(told)
        _explain(caller, error)
        end(error.exit_code)


def problems_text(error: InvalidDefinitionsError, output_format: str) -> str:
    """Return the problems of definitions in a format."""
    from campaignsync.report import annotations, as_json, markdown, text

    match output_format:
        case "json":
            return as_json.problems(error.problems)
        case "github":
            return annotations.problems(error.problems)
        case "markdown":
            return markdown.problems(error.problems)
        case _:
            return text.problems(error.problems)


def _error_text(error: CampaignSyncError, output_format: str) -> str:
    """Return an error in a format that is kept or parsed; people read stderr."""
    from campaignsync.report import as_json, markdown

    match output_format:
        case "json":
            return as_json.error(error.message, error.hint)
        case "markdown":
            return markdown.error(error.message, error.hint)
        case _:
            return ""


def _explain(caller: Caller, error: CampaignSyncError) -> None:
    from campaignsync.report.escape import printable

    if caller.is_verbose:
        import traceback

        click.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
    click.echo(f"Error: {printable(error.message)}", err=True)
    if error.hint:
        click.echo(printable(error.hint), err=True)


def run(command: click.Command) -> None:
    """Run the command line, and exit with its code."""
    _survive_any_text()
    collect_seldom()
    code = _run(command)
    # Else Python looks through all that is loaded once more at its end, for what is about to go anyway.
    gc.freeze()
    sys.exit(code)


def _run(command: click.Command) -> int:
    try:
        code = command.main(prog_name="campaignsync", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.ERROR
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    return code if isinstance(code, int) else ExitCode.DONE


def _survive_any_text() -> None:
    """Let a terminal that can't show a character show its number, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
