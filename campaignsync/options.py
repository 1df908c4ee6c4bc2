"""The options that several commands share; `RunOptions` has their defaults."""

import functools
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from campaignsync.config import RunOptions

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DEFAULTS = RunOptions()
_DEFAULT = click.core.ParameterSource.DEFAULT
_COMPLETE = "_CAMPAIGNSYNC_COMPLETE"
"""The variable by which click's completion scripts ask, and say which shell they are for."""


class Seconds(click.FloatRange):
    """Seconds in a range. "nan" is in none, though it compares as if it were: no wait would ever be due."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  # click's own
        """Return the number, or fail."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


class TypedPath(click.Path):
    """A path from the working directory, as the command needs it: from the folder that it works in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  # click's own
        """Return the path; a default is the command's own, and stays."""
        path = super().convert(value, param, ctx)
        console = None if ctx is None else ctx.find_root().obj
        if ctx is None or param is None or console is None or console.root == Path.cwd():
            return path
        is_default = ctx.get_parameter_source(param.name or "") is _DEFAULT
        return path if is_default else os.path.relpath(os.fsdecode(path), console.root)


def root_of(cwd: Path) -> Path:
    """Return the folder to work in: the repository's top, where that alone has what the defaults name."""
    if _has_defaults(cwd):
        return cwd
    from campaignsync.repository.layout import find_layout

    layout = find_layout(cwd)
    return layout.top if layout is not None and _has_defaults(layout.top) else cwd


def _has_defaults(folder: Path) -> bool:
    return any(os.path.lexists(folder / each) for each in (_DEFAULTS.campaigns, _DEFAULTS.state))


def option(name: str, field: str, **settings: Any) -> _Decorator:  # noqa: ANN401  # click's own
    """Return an option that an environment variable can set too.

    Args:
        name: The option, such as ``--settle``; its variable is ``CAMPAIGNSYNC_SETTLE``.
        field: The field of `RunOptions` that it sets, and that has its default.
        settings: Passed on to click.
    """
    variable = "CAMPAIGNSYNC_" + name.removeprefix("--").replace("-", "_").upper()
    default = getattr(_DEFAULTS, field)
    return click.option(
        name, field, envvar=variable, show_envvar=True, show_default=True, default=default, **settings
    )


_OPTIONS: Mapping[str, _Decorator] = {
    "campaigns": option(
        "--campaigns", "campaigns", type=TypedPath(), metavar="DIR", help="Folder of the definitions."
    ),
    "state": option("--state", "state", type=TypedPath(), metavar="FILE", help="The state file."),
    "is_committing": click.option(
        "--no-commit",
        "is_committing",
        flag_value=False,
        default=True,
        help="Sync the folder and its state file; commit nothing.",
    ),
    "is_pushing": click.option(
        "--push",
        "is_pushing",
        is_flag=True,
        help="Push claims and results, so that concurrent runs can't create twice.",
    ),
    "is_local": click.option(
        "--local",
        "is_local",
        is_flag=True,
        help="Sync without --push where the branch has an upstream: nobody else syncs.",
    ),
    "is_sandbox": click.option(
        "--sandbox", "is_sandbox", is_flag=True, help="Sync against the stand-in of the API, in this process."
    ),
    "branch": option(
        "--branch", "branch", metavar="NAME", help="The branch to push to, if not the remote's default."
    ),
    "max_creates": option(
        "--max-creates",
        "max_creates",
        type=click.IntRange(0),
        metavar="N",
        help="Refuse a plan that sends more.",
    ),
    "rate_limit": option(
        "--rate-limit",
        "rate_limit",
        type=click.IntRange(0, 100_000),
        metavar="N",
        help="Requests a minute, over all calls; 0 for no limit.",
    ),
    "parallel": option(
        "--parallel", "parallel", type=click.IntRange(1, 64), metavar="N", help="Requests in flight at once."
    ),
    "timeout_s": option(
        "--timeout",
        "timeout_s",
        type=Seconds(0.1, 300),
        metavar="S",
        help="Seconds until a request without an answer is ended.",
    ),
    "settle_s": option(
        "--settle",
        "settle_s",
        type=Seconds(0, 3600),
        metavar="S",
        help="Seconds in which the vendor may still carry out a request whose answer was lost.",
    ),
}
"""By field of `RunOptions`."""

API = ("rate_limit", "parallel", "timeout_s", "settle_s")
"""The fields that every command sets which calls the API."""

RECORDING = ("is_committing", "is_pushing", "is_local", "branch")
"""The fields that every command sets which records something."""


def recorded_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return names in the state file that begin so, for a shell to complete; none where it can't be read."""
    from campaignsync.errors import CampaignSyncError
    from campaignsync.repository.state_file import StateFile

    path = ctx.params.get("state") or _DEFAULTS.state
    try:
        file = root_of(Path.cwd()) / path
        names = [entry.name for entry in StateFile(file, shown=path).load().sorted()]
    except (CampaignSyncError, OSError, ValueError):
        return []
    fitting = [name for name in names if name.lower().startswith(incomplete.lower()) and name.isprintable()]
    if os.environ.get(_COMPLETE, "").startswith("bash"):
        # The other shells quote by themselves.
        return [re.sub(r"([^\w@%+=:,./-])", r"\\\1", name) for name in fitting]
    return fitting


def takes(*fields: str) -> _Decorator:
    """Add the options that set these fields of `RunOptions`; the command gets them as `options`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def resolved(*args: Any, **values: Any) -> Any:  # noqa: ANN401  # whatever the command takes
            given = {field: values.pop(field) for field in fields}
            return command(*args, options=RunOptions(**given), **values)

        decorated: Callable[..., Any] = resolved
        for field in reversed(fields):
            decorated = _OPTIONS[field](decorated)
        return decorated

    return decorate


def output_format(*choices: str) -> _Decorator:
    """Return the option --format, the first choice its default."""
    choice = click.Choice(choices)
    return click.option("--format", "output_format", type=choice, default=choices[0], show_default=True)
