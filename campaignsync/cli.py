"""The command line: parse, compose, print, exit code. Does I/O.

Only click and what needs nothing else are imported here; what a command needs, it imports when it runs.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaignsync import __version__, options
from campaignsync.collector import uncollected
from campaignsync.console import Caller, end, problems_text, reporting, run, run_async, show, workplace
from campaignsync.errors import InvalidDefinitionsError, SettingsError

if TYPE_CHECKING:
    from campaignsync.commands.workplace import Tuning, Workplace
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.state import State


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--verbose", is_flag=True, help="Tell each request, and where an error comes from.")
@click.version_option(__version__, prog_name="campaignsync")
@click.pass_context
def cli(context: click.Context, *, verbose: bool) -> None:
    """Make voice campaigns of Kore.ai Contact Center from definitions in git, each exactly once."""
    context.obj = Caller(env=os.environ, root=Path.cwd(), is_verbose=verbose)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path())
@options.campaigns
@click.option("--format", "output_format", type=click.Choice(["text", "json", "github"]))
@click.pass_obj
def validate(caller: Caller, paths: tuple[str, ...], *, campaigns: str, output_format: str | None) -> None:
    """Check definitions, offline: the files and folders PATHS, or all."""
    chosen = output_format or ("github" if caller.is_in_actions else "text")
    with uncollected(), reporting(caller, chosen):
        from campaignsync.commands import offline

        offline.validate(workplace(caller, campaigns=campaigns), paths)
        show(problems_text(InvalidDefinitionsError(()), chosen))


@cli.command()
@options.campaigns
@options.state
@options.output_format("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when something is to be created or pending.")
@click.option("--remote", is_flag=True, help="Also list the account: names that are not in the state.")
@options.out
@options.api_options
@click.pass_obj
def plan(  # noqa: PLR0913  # one parameter an option
    caller: Caller,
    /,
    *,
    campaigns: str,
    state: str,
    output_format: str,
    detailed_exitcode: bool,
    remote: bool,
    out: str | None,
    **tuning: Any,  # noqa: ANN401  # the options of `options.api_options`, by name
) -> None:
    """Show what a sync would create, offline; nothing is changed."""
    with uncollected(), reporting(caller, output_format):
        from campaignsync.commands import offline

        place = workplace(caller, campaigns=campaigns, state=state)
        found, state_now = offline.make_plan(place)
        others = _unmanaged(caller, place, state_now, _tuning(**tuning)) if remote else None
        rate_limit = tuning["rate_limit"]
        if out is not None:
            offline.write_plan(place, out, found, state=state_now)
        shown = offline.show_plan(
            place,
            found,
            state=state_now,
            output_format=output_format,
            rate_limit=rate_limit,
            unmanaged=others,
        )
        show(shown)
        end(offline.plan_exit_code(found, is_detailed=detailed_exitcode))


@cli.command()
@options.campaigns
@options.option("--state", metavar="FILE", help="The state file.  [default: state/campaigns.json]")
@options.output_format("text", "json", "markdown")
@click.option("--dry-run", is_flag=True, help="Show the plan, then stop.")
@options.no_commit
@options.push
@options.option(
    "--max-creates",
    type=click.IntRange(0),
    default=100,
    metavar="N",
    help="Refuse a plan that creates more.",
)
@click.option("--sandbox", is_flag=True, help="Sync against the stand-in of the API, in this process.")
@options.plan_file
@options.local
@options.branch
@options.api_options
@click.pass_obj
def sync(  # noqa: PLR0913  # one parameter an option
    caller: Caller,
    /,
    *,
    campaigns: str,
    state: str | None,
    output_format: str,
    dry_run: bool,
    no_commit: bool,
    push: bool,
    sandbox: bool,
    plan_file: str | None,
    **tuning: Any,  # noqa: ANN401  # the options of `options.api_options`, by name
) -> None:
    """Create what is new, exactly once, and commit the campIds."""
    _refuse_together(push=push, no_commit=no_commit, sandbox=sandbox)
    with reporting(caller, output_format):
        file = _state_file(state, is_sandbox=sandbox)
        place = workplace(
            caller,
            campaigns=campaigns,
            state=file,
            rate_limit=tuning["rate_limit"] if output_format == "text" else None,
            is_sandbox=sandbox,
        )
        if dry_run:
            _dry_run(place, output_format, rate_limit=tuning["rate_limit"])
        else:
            _demand_keeper(caller, is_kept=push or no_commit or sandbox)
            made = _tuning(
                is_committing=not (no_commit or sandbox),
                is_pushing=push,
                allowed=_allowed(place, plan_file),
                **tuning,
            )
            _sync(caller, place, made, output_format)


@cli.command()
@click.argument("path")
@click.option("--camp-id", metavar="ID", help="Which campaign, where several have the name.")
@options.campaigns
@options.state
@options.no_commit
@options.push
@options.local
@options.branch
@options.api_options
@click.pass_obj
def adopt(  # noqa: PLR0913  # one parameter an option
    caller: Caller,
    /,
    *,
    path: str,
    camp_id: str | None,
    campaigns: str,
    state: str,
    no_commit: bool,
    push: bool,
    **tuning: Any,  # noqa: ANN401  # the options of `options.api_options`, by name
) -> None:
    """Record an existing campaign of the same name as the definition PATH's."""
    _refuse_together(push=push, no_commit=no_commit, sandbox=False)
    with reporting(caller, "text"):
        from campaignsync.commands import online
        from campaignsync.report.decided import adopted
        from campaignsync.settings import read_account

        place, account = workplace(caller, campaigns=campaigns, state=state), read_account(caller.env)
        made = _tuning(is_committing=not no_commit, is_pushing=push, **tuning)
        decided = run_async(
            place,
            lambda around: online.adopt(
                place,
                account,
                source=os.path.normpath(path),
                camp_id=camp_id,
                tuning=made,
                around=around,
            ),
        )
        show(adopted(decided.entry, commit=decided.commit))


@cli.command()
@click.argument("name")
@options.state
@options.no_commit
@options.push
@options.local
@options.branch
@options.settle
@click.pass_obj
def forget(  # one parameter an option
    caller: Caller,
    /,
    *,
    name: str,
    state: str,
    no_commit: bool,
    push: bool,
    **tuning: Any,  # noqa: ANN401  # --branch, --local and --settle
) -> None:
    """Drop the entry or the claim NAME from the state; the campaign itself stays as it is."""
    _refuse_together(push=push, no_commit=no_commit, sandbox=False)
    with reporting(caller, "text"):
        from campaignsync.commands import online
        from campaignsync.report.decided import forgotten

        place = workplace(caller, state=state)
        made = _tuning(is_committing=not no_commit, is_pushing=push, **tuning)
        decided = run_async(place, lambda around: online.forget(place, name=name, tuning=made, around=around))
        show(forgotten(decided.entry, commit=decided.commit))


@cli.command()
def schema() -> None:
    """Print the JSON Schema of a definition, for editors and CI."""
    from campaignsync.commands import offline

    show(offline.schema())


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="P", help="0: any that is free.")
@click.option(
    "--rate-limit", type=click.IntRange(0, 100_000), default=0, metavar="N", help="Requests a minute; 0: any."
)
@click.pass_obj
def sandbox(caller: Caller, *, port: int, rate_limit: int) -> None:
    """Serve a local stand-in of the API on loopback, and print the variables that point at it."""
    with reporting(caller, "text"):
        from campaignsync.commands import standin

        standin.serve(port=port, rate_limit=rate_limit, show=show)


def main() -> None:
    """Run the command line."""
    run(cli)


def _tuning(**settings: Any) -> "Tuning":  # noqa: ANN401  # the fields of `Tuning`, by name
    from campaignsync.commands.workplace import Tuning

    return Tuning(**settings)


def _sync(caller: Caller, place: "Workplace", tuning: "Tuning", output_format: str) -> None:
    from campaignsync.commands import online
    from campaignsync.settings import read_account

    if place.is_sandbox:
        result = run_async(place, lambda around: online.sync_sandbox(place, tuning=tuning, around=around))
    else:
        account = read_account(caller.env)
        result = run_async(place, lambda around: online.sync(place, account, tuning=tuning, around=around))
    place.progress.close()
    show(online.show_result(result, output_format=output_format))
    if output_format == "json":
        for remark in online.remarks(result):
            place.progress.note(remark)
    end(result.exit_code)


def _allowed(place: "Workplace", plan_file: str | None) -> frozenset[str] | None:
    if plan_file is None:
        return None
    from campaignsync.commands import offline

    return offline.read_plan(place, plan_file)


def _state_file(typed: str | None, *, is_sandbox: bool) -> str:
    """Return the state file; the stand-in never gets the one that the environment names for an account."""
    source = click.get_current_context().get_parameter_source("state")
    if is_sandbox and (typed is None or source is click.core.ParameterSource.ENVIRONMENT):
        return "state/sandbox.json"
    return typed or "state/campaigns.json"


def _dry_run(place: "Workplace", output_format: str, *, rate_limit: int) -> None:
    from campaignsync.commands import offline

    found, state = offline.make_plan(place)
    show(offline.show_plan(place, found, state=state, output_format=output_format, rate_limit=rate_limit))


def _unmanaged(
    caller: Caller, place: "Workplace", state: "State", tuning: "Tuning"
) -> tuple["RemoteCampaign", ...]:
    from campaignsync.commands import online
    from campaignsync.settings import read_account

    account = read_account(caller.env)
    return run_async(
        place, lambda around: online.unmanaged(place, account, state=state, tuning=tuning, around=around)
    )


def _refuse_together(*, push: bool, no_commit: bool, sandbox: bool) -> None:
    if push and (no_commit or sandbox):
        other = "--no-commit" if no_commit else "--sandbox"
        raise click.UsageError(
            f"--push and {other} exclude each other: only what is committed can be pushed."
        )


def _demand_keeper(caller: Caller, *, is_kept: bool) -> None:
    if caller.is_in_actions and not is_kept:
        raise SettingsError(
            "in GitHub Actions the state would be lost with the runner, and everything created again",
            hint="Use sync --push. (--no-commit: you keep the state file yourself.)",
        )
