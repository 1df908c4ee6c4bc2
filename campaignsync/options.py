"""The options that several commands share, each with its environment variable. Pure."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Seconds(click.FloatRange):
    """Seconds in a range. "nan" is in none, though it compares as if it were: no wait would ever be due."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  # click's own
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return seconds


def option(
    name: str,
    *parameter: str,
    **settings: Any,  # noqa: ANN401  # click's own
) -> Callable[[_Command], _Command]:
    """Return an option that an environment variable can set too.

    Args:
        name: The option, such as ``--settle``; its variable is ``CAMPAIGNSYNC_SETTLE``.
        parameter: The name of the command's parameter, where it isn't the option's.
        settings: Passed on to click.
    """
    variable = "CAMPAIGNSYNC_" + name.removeprefix("--").replace("-", "_").upper()
    return click.option(name, *parameter, envvar=variable, show_envvar=True, show_default=True, **settings)


campaigns = option("--campaigns", default="campaigns", metavar="DIR", help="Folder of the definitions.")
state = option("--state", default="state/campaigns.json", metavar="FILE", help="The state file.")
settle = option(
    "--settle",
    "settle_s",
    type=_Seconds(0, 3600),
    default=120,
    metavar="S",
    help="Seconds in which the vendor may still carry out a request whose answer was lost.",
)
push = click.option(
    "--push", is_flag=True, help="Push claims and results, so that concurrent runs can't create twice."
)
no_commit = click.option(
    "--no-commit", is_flag=True, help="Sync the folder and its state file; commit nothing."
)
plan_file = click.option(
    "--plan",
    "plan_file",
    type=click.Path(),
    metavar="FILE",
    help="Send only what this plan holds, which `plan --out` wrote.",
)
out = click.option("--out", type=click.Path(), metavar="FILE", help="Also write the plan, for `sync --plan`.")
local = click.option(
    "--local",
    "is_local",
    is_flag=True,
    help="Sync without --push where the branch has an upstream: nobody else syncs.",
)
branch = option("--branch", metavar="NAME", help="The branch to push to, if not the remote's default.")


def api_options(command: _Command) -> _Command:
    """Add the options of the commands that call the API."""
    options = (
        option(
            "--rate-limit",
            type=click.IntRange(0, 100_000),
            default=60,
            metavar="N",
            help="Requests a minute, over all calls; 0 for no limit.",
        ),
        option(
            "--parallel",
            type=click.IntRange(1, 64),
            default=4,
            metavar="N",
            help="Requests in flight at once.",
        ),
        option(
            "--timeout",
            "timeout_s",
            type=_Seconds(0.1, 300),
            default=30,
            metavar="S",
            help="Seconds until one request is given up.",
        ),
        settle,
    )
    for add in reversed(options):
        command = add(command)
    return command


def output_format(*choices: str) -> Callable[[_Command], _Command]:
    """Return the option --format, the first choice its default."""
    choice = click.Choice(choices)
    return click.option("--format", "output_format", type=choice, default=choices[0], show_default=True)
