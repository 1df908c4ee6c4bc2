"""Between a command and its process: who calls, what is printed, how it ends. Does I/O."""

import gc
import io
import os
import select
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from campaignsync.errors import CampaignSyncError, ExitCode, InvalidDefinitionsError

if TYPE_CHECKING:
    import anyio
    from _typeshed import ReadableBuffer

    from campaignsync.commands.project import Ended, Project
    from campaignsync.protocol.ports import Clock

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Who runs a command, and where what it says goes.

    Attributes:
        env: The environment.
        root: The working directory.
        is_verbose: Log details, and show an expected error's traceback.
    """

    env: Mapping[str, str]
    root: Path
    is_verbose: bool

    def project(self, *, rate_limit: int | None = None) -> "Project":
        """Return where a command works; with a rate limit, its plan is shown before it is carried out."""
        from campaignsync.commands.project import Project
        from campaignsync.progress import TerminalProgress

        progress = TerminalProgress(is_verbose=self.is_verbose, rate_limit=rate_limit)
        return Project(root=self.root, env=self.env, progress=progress)

    def run_async(self, project: "Project", work: Callable[["Clock", "anyio.Event"], Awaitable[_T]]) -> _T:
        """Run a command's async part under signals; it is given the clock and what is set by a signal.

        Raises:
            click.Abort: It was asked to end, and had nothing to tell.
        """
        import asyncio

        import anyio

        from campaignsync.protocol.tools import StopRequestedError
        from campaignsync.terminal import SystemClock, run_interruptibly

        async def interruptible(stop: anyio.Event) -> _T:
            return await work(SystemClock(), stop)

        async def whole() -> _T:
            beating = asyncio.create_task(project.progress.keep_beating())
            try:
                return await run_interruptibly(interruptible, on_exit=project.progress.close)
            finally:
                beating.cancel()
                project.progress.close()

        try:
            return anyio.run(whole)
        except StopRequestedError as error:
            raise click.Abort from error

    def show(self, text: str) -> None:
        """Print a result on stdout."""
        click.echo(text)

    def end(self, ended: "Ended") -> None:
        """Print a command's result, and end it with its exit code.

        Raises:
            click.exceptions.Exit: Always, unless all is done.
        """
        if ended.text:
            self.show(ended.text)
        if ended.code is not ExitCode.DONE:
            raise click.exceptions.Exit(ended.code)

    @contextmanager
    def reporting(self, output_format: str) -> Iterator[None]:
        """Turn an expected error into a message, in the command's format, and its exit code."""
        try:
            yield
        except CampaignSyncError as error:
            from campaignsync.commands.project import Ended
            from campaignsync.report.formats import error_report, problems_report

            if isinstance(error, InvalidDefinitionsError) and output_format == "text" and sys.stdout.isatty():
                from campaignsync.report.pointing import pointed

                told = pointed(error.problems, is_colored=self._is_colored())
            elif isinstance(error, InvalidDefinitionsError):
                told = problems_report(error.problems, output_format)
            else:
                told = error_report(error.message, error.hint, output_format)
            if told:
                self.show(told)
            self._explain(error)
            self.end(Ended(text="", code=error.exit_code))

    def _is_colored(self) -> bool:
        """Return whether a terminal gets colors: see no-color.org, and terminfo(5) for `dumb`."""
        return not self.env.get("NO_COLOR") and self.env.get("TERM", "dumb") != "dumb"

    def _explain(self, error: CampaignSyncError) -> None:
        from campaignsync.text import printable

        if self.is_verbose:
            import traceback

            click.echo("".join(traceback.format_exception(error)).rstrip(), err=True)
        # Line by line, since git's words are several, and a line break is nothing to hide.
        shown = [
            printable(line.expandtabs(4)) for line in [*error.message.splitlines(), *error.hint.splitlines()]
        ]
        label = click.style("Error:", fg="red") if sys.stderr.isatty() and self._is_colored() else "Error:"
        for index, line in enumerate(shown):
            click.echo(line if index else f"{label} {line}", err=True, color=True)


def run(command: click.Command) -> None:
    """Run the command line, and exit with its code, whatever becomes of what it prints."""
    stdout = _open_streams()
    # Plugins of other packages have no business with definitions; to look for them takes a tenth of a check.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What a command loads it needs to its end; to look through it for garbage again and again costs a tenth.
    gc.set_threshold(200_000, 20, 100)
    code = _run(command)
    sys.stdout.flush()
    if stdout.error is not None:
        click.echo(
            f"Error: the result could not be written to stdout: {stdout.error.strerror}."
            " The exit code still says how the command ended.",
            err=True,
        )
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


class _Output(io.RawIOBase):
    """Stdout or stderr of the process: what can't be written is dropped, and the command goes on.

    Args:
        descriptor: 1 or 2.
        patience_s: Seconds to wait for a reader that takes nothing, before what is said to it is dropped;
            None: wait for as long as it takes.

    Attributes:
        name: The descriptor, as with every file that was made from one.
        error: Why it couldn't be written; nothing is written after that.
    """

    def __init__(self, descriptor: int, *, patience_s: float | None) -> None:
        self.error: OSError | None = None
        self.name = descriptor
        self._patience_s = patience_s
        self._is_stuck = False

    def fileno(self) -> int:
        return self.name

    def isatty(self) -> bool:
        return os.isatty(self.name)

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        rest = whole = memoryview(data)
        while rest and self.error is None:
            try:
                patience_s = 0 if self._is_stuck else self._patience_s
                self._is_stuck = not select.select([], [self.name], [], patience_s)[1]
                if self._is_stuck:
                    break
                # More than this may block although there is room.
                rest = rest[os.write(self.name, rest[: select.PIPE_BUF]) :]
            except BlockingIOError:  # another process made it so, and was faster
                continue
            except OSError as error:
                self.error = error
        return whole.nbytes


def _open_streams() -> _Output:
    """Put streams that never fail in the place of stdout and stderr; return the one of stdout."""
    # Else a file that is opened later gets the number of a stream that was closed, and what is printed goes
    # into it. Opened for reading, so that a write fails as it does to a closed stream.
    while (descriptor := os.open(os.devnull, os.O_RDONLY)) <= 2:  # noqa: PLR2004  # 2 is stderr's, the last that must be there
        os.set_inheritable(descriptor, True)  # noqa: FBT003  # it takes nothing else
    os.close(descriptor)
    stdout, stderr = _Output(1, patience_s=None), _Output(2, patience_s=1)
    # What somebody else put there is theirs.
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text_on(stdout, sys.__stdout__)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text_on(stderr, sys.__stderr__)
    return stdout


def _text_on(output: _Output, original: TextIO | None) -> TextIO:
    # A terminal that can't show a character shows its number, not a traceback.
    return io.TextIOWrapper(
        output,
        encoding=original.encoding if original else "utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
