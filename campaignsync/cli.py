"""The command line: parse, call, print, exit code. Does I/O.

Only click and what needs nothing else are imported here; what a command needs, it imports when it runs.
"""

import os
from dataclasses import replace
from pathlib import Path

import click

from campaignsync import __version__, options
from campaignsync.config import RunOptions, is_in_actions
from campaignsync.console import Console, run
from campaignsync.errors import ExitCode
from campaignsync.options import API, RECORDING, TypedPath, root_of, takes

FAULTS = ("lost-answer", "late-504", "over-limit", "list-behind", "active")
"""The names of the sandbox's faults, which takes long to import."""

_SANDBOX_STATE = "state/sandbox.json"


_LONGEST_HELP = 200


class _Command(click.Command):
    """A command whose help lists apart what few people need."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those that tune the calls of the API last."""
        records = [(each.name in API, each.get_help_record(ctx)) for each in self.get_params(ctx)]
        for title, is_rare in (("Options", False), ("Rarely needed", True)):
            listed = [record for each_is_rare, record in records if record and each_is_rare == is_rare]
            if listed:
                with formatter.section(title):
                    formatter.write_dl(listed)


class _Commands(click.Group):
    """Commands, each described in a whole sentence: click cuts them."""

    command_class = _Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's own
        """Write the list of commands."""
        found = sorted(self.commands.items())
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(_LONGEST_HELP)) for name, each in found])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--verbose", is_flag=True, help="Log every request, and show tracebacks of errors.")
@click.version_option(__version__, prog_name="campaignsync")
@click.pass_context
def cli(context: click.Context, *, verbose: bool) -> None:
    """Create Kore.ai voice campaigns from definitions in git, exactly once each."""
    try:
        cwd = Path.cwd()
    except OSError as error:
        raise click.ClickException("the working directory is gone") from error
    called = cli.commands.get(context.invoked_subcommand or "")
    has_folders = called is not None and any(each.name in {"campaigns", "state"} for each in called.params)
    # What begins a project begins it here, whatever lies above.
    root = root_of(cwd) if has_folders and called is not init else cwd
    if root != cwd:
        from campaignsync.text import printable

        click.echo(f"Working in {printable(str(root))}, the top of the repository.", err=True)
    context.obj = Console(env=os.environ, root=root, is_verbose=verbose)


@cli.command()
@takes("campaigns", "state")
@click.option("--no-workflows", is_flag=True, help="Make no workflows of GitHub Actions.")
@click.pass_obj
def init(console: Console, *, options: RunOptions, no_workflows: bool) -> None:
    """Make what a repository needs to begin; nothing is overwritten."""
    with console.reporting("text"):
        from campaignsync.commands import init as command

        console.end(command.run(console.project(), options, has_workflows=not no_workflows))


@cli.command()
@click.argument("name")
@click.option("--from", "copied", type=TypedPath(), metavar="FILE", help="Copy this definition.")
@takes("campaigns")
@click.pass_obj
def new(console: Console, *, name: str, copied: str | None, options: RunOptions) -> None:
    """Write a definition of the campaign NAME, from the example or as a copy of another."""
    with console.reporting("text"):
        from campaignsync.commands import new as command

        console.end(command.run(console.project(), options, name=name, copied=copied))


@cli.command()
@takes("campaigns", "state", "branch", *API)
@click.pass_obj
def doctor(console: Console, /, *, options: RunOptions) -> None:
    """Check settings, credentials, clock, git, branch, state and definitions; change nothing."""
    with console.reporting("text"):
        from campaignsync.commands import doctor as command

        project = console.project()
        console.end(
            console.run_async(
                project, lambda clock, stop: command.run(project, options, clock=clock, stop=stop)
            )
        )


@cli.command("help")
@click.argument("command", required=False)
@click.pass_context
def help_(context: click.Context, *, command: str | None) -> None:
    """Say how a COMMAND is used, as its --help does."""
    group = context.find_root()
    if command is None:
        click.echo(group.get_help())
        return
    found = cli.get_command(group, command)
    if found is None:
        raise click.UsageError(f"No such command {command!r}.", ctx=group)
    with click.Context(found, info_name=command, parent=group) as inner:
        click.echo(found.get_help(inner))


@cli.command()
@click.argument("paths", nargs=-1, type=TypedPath())
@takes("campaigns", "state")
@click.option("--format", "output_format", type=click.Choice(["text", "json", "github"]))
@click.pass_obj
def validate(
    console: Console, paths: tuple[str, ...], *, options: RunOptions, output_format: str | None
) -> None:
    """Check definitions, offline: the files and folders PATHS, or all."""
    chosen = output_format or ("github" if is_in_actions(console.env) else "text")
    with console.reporting(chosen):
        from campaignsync.commands import validate as command

        console.end(command.run(console.project(), options, paths=paths, output_format=chosen))


@cli.command()
@takes("campaigns", "state", *API)
@options.output_format("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when something is to be created or pending.")
@click.option("--remote", is_flag=True, help="Also ask the account for its campaigns and contact lists.")
@click.option("--out", type=TypedPath(), metavar="FILE", help="Also write the plan, for `sync --plan`.")
@click.option("--commit", metavar="REV", help="Read definitions and state from this commit, as a sync does.")
@click.option("--summary", is_flag=True, help="Make Markdown of up to 1 MB, for a run's summary.")
@click.pass_obj
def plan(  # noqa: PLR0913  # one parameter an option
    console: Console,
    /,
    *,
    options: RunOptions,
    output_format: str,
    detailed_exitcode: bool,
    remote: bool,
    out: str | None,
    commit: str | None,
    summary: bool,
) -> None:
    """Show what a sync would create, offline; nothing is changed."""
    with console.reporting(output_format):
        from campaignsync.commands import plan as command
        from campaignsync.commands.project import Ended
        from campaignsync.report.formats import plan_report

        project = console.project()
        found, state = command.planned(project, options, commit=commit)
        account_has = None
        if remote:
            from campaignsync.commands import account

            account_has = console.run_async(
                project,
                lambda clock, stop: account.look(project, options, (found, state), clock=clock, stop=stop),
            )
        view = command.view_of(project, options, (found, state), commit=commit, remote=account_has)
        if out is not None:
            command.write(project, options, file=out, view=view)
        text = plan_report(view, output_format, is_summary=summary)
        code = ExitCode.DETAILED if detailed_exitcode and (found.create or found.pending) else ExitCode.DONE
        console.end(Ended(text=text, code=ExitCode.POLICY if view.stops else code))


@cli.command()
@takes("campaigns", "state", "is_sandbox", *RECORDING, "max_creates", *API)
@options.output_format("text", "json", "markdown")
@click.option("--dry-run", is_flag=True, help="Show the plan, then stop.")
@click.option(
    "--plan",
    "plan_file",
    type=TypedPath(),
    metavar="FILE",
    help="Send only what this plan holds, which `plan --out` wrote.",
)
@click.pass_obj
def sync(
    console: Console, /, *, options: RunOptions, output_format: str, dry_run: bool, plan_file: str | None
) -> None:
    """Create what is new, exactly once, and commit the campIds."""
    _refuse_together(options)
    with console.reporting(output_format):
        options = _with_sandbox_state(options)
        project = console.project(rate_limit=options.rate_limit if output_format == "text" else None)
        if dry_run or plan_file:
            from campaignsync.commands import plan as planning

        if dry_run:
            console.end(planning.dry_run(project, options, output_format=output_format))
            return
        if plan_file:
            options = replace(options, allowed=planning.read(project, options, file=plan_file))
        from campaignsync.commands import sync as command

        ended = console.run_async(
            project,
            lambda clock, stop: command.run(
                project, options, output_format=output_format, clock=clock, stop=stop
            ),
        )
        console.end(ended)


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=options.recorded_names)
@takes("campaigns", "state", *API)
@options.output_format("text", "json", "markdown")
@click.option("--deep", is_flag=True, help="Also read each campaign, one request each.")
@click.option(
    "--wait",
    "wait_s",
    type=options.Seconds(0, 86_400),
    default=0,
    metavar="S",
    help="Look again until no campaign is Preparing, for at most S seconds.",
)
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit 2 when something differs, is gone or calls too early."
)
@click.pass_obj
def status(  # noqa: PLR0913  # one parameter an option
    console: Console,
    /,
    *,
    names: tuple[str, ...],
    options: RunOptions,
    output_format: str,
    deep: bool,
    wait_s: float,
    detailed_exitcode: bool,
) -> None:
    """Ask the account what became of the recorded campaigns: all, or those of each NAME. Read-only."""
    with console.reporting(output_format):
        from campaignsync.commands import kept
        from campaignsync.commands import status as command

        project = console.project()
        state = kept.folder_state(project, options)
        ended = console.run_async(
            project,
            lambda clock, stop: command.run(
                project,
                options,
                state,
                names=names,
                is_deep=deep,
                wait_s=wait_s,
                is_detailed=detailed_exitcode,
                output_format=output_format,
                clock=clock,
                stop=stop,
            ),
        )
        console.end(ended)


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=options.recorded_names)
@takes("campaigns", "state")
@options.output_format("text", "json", "csv")
@click.pass_obj
def history(console: Console, /, *, names: tuple[str, ...], options: RunOptions, output_format: str) -> None:
    """Tell from git what happened to all campaigns, or to each NAME, and by whom."""
    with console.reporting("json" if output_format == "json" else "text"):
        from campaignsync.commands import history as command

        project = console.project()
        console.end(
            console.run_async(
                project,
                lambda _clock, _stop: command.run(project, options, names=names, output_format=output_format),
            )
        )


@cli.command()
@click.argument("path", type=TypedPath())
@click.option("--camp-id", metavar="ID", help="Which campaign, where several have the name.")
@takes("campaigns", "state", *RECORDING, *API)
@click.pass_obj
def adopt(console: Console, /, *, path: str, camp_id: str | None, options: RunOptions) -> None:
    """Record an existing campaign of the same name as the definition PATH's."""
    _refuse_together(options)
    with console.reporting("text"):
        from campaignsync.commands import adopt as command

        project = console.project()
        ended = console.run_async(
            project,
            lambda clock, stop: command.run(
                project, options, path=path, camp_id=camp_id, clock=clock, stop=stop
            ),
        )
        console.end(ended)


@cli.command()
@click.argument("name", shell_complete=options.recorded_names)
@takes("campaigns", "state", *RECORDING, "settle_s")
@click.pass_obj
def forget(console: Console, /, *, name: str, options: RunOptions) -> None:
    """Drop the entry or the claim NAME from the state; the campaign itself is left alone."""
    _refuse_together(options)
    with console.reporting("text"):
        from campaignsync.commands import forget as command

        project = console.project()
        ended = console.run_async(
            project, lambda clock, stop: command.run(project, options, name=name, clock=clock, stop=stop)
        )
        console.end(ended)


@cli.command()
@takes("campaigns", "state", "is_pushing", "branch", *API)
@click.pass_obj
def inventory(console: Console, /, *, options: RunOptions) -> None:
    """Write which contact lists and queues the account has, for `validate`, `plan` and editors."""
    _refuse_together(options)
    with console.reporting("text"):
        from campaignsync.commands import inventory as command

        project = console.project()
        console.end(
            console.run_async(
                project, lambda clock, stop: command.run(project, options, clock=clock, stop=stop)
            )
        )


@cli.command()
@takes("state")
@click.option(
    "--inventory",
    "of",
    flag_value="inventory",
    help="Offer the names that the inventory beside the state has.",
)
@click.option("--policy", "of", flag_value="policy", help="Print the JSON Schema of a policy instead.")
@click.option("--packs", "of", flag_value="packs", help="List the packs of calling-hours law instead.")
@click.pass_obj
def schema(console: Console, /, *, options: RunOptions, of: str | None) -> None:
    """Print the JSON Schema of a definition, for editors and CI."""
    with console.reporting("text"):
        from campaignsync.commands import schema as command

        console.end(command.run(console.project(), options, of=of or "definition"))


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="P", help="0: any that is free.")
@click.option(
    "--rate-limit",
    type=click.IntRange(0, 100_000),
    default=0,
    metavar="N",
    help="Simulated rate limit, requests a minute; 0 for no limit.",
)
@click.option(
    "--lists",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The account's contact lists, as JSON: names, or objects with name, contacts, status, timeZones.",
)
@click.option("--fault", type=click.Choice(FAULTS), help="What goes wrong all day, to rehearse it.")
@click.pass_obj
def sandbox(console: Console, *, port: int, rate_limit: int, lists: Path | None, fault: str | None) -> None:
    """Serve a local stand-in of the API on loopback, and print the variables that point at it."""
    with console.reporting("text"):
        from campaignsync.commands import sandbox as command

        command.run(port=port, rate_limit=rate_limit, lists=lists, fault=fault, show=console.show)


def main() -> None:
    """Run the command line."""
    run(cli)


def _with_sandbox_state(options: RunOptions) -> RunOptions:
    """Give the stand-in a state of its own, never the one that the environment names for an account."""
    is_own = options.is_sandbox and not _is_typed("state")
    return replace(options, state=_SANDBOX_STATE) if is_own else options


def _is_typed(option: str) -> bool:
    """Return whether an option was typed, and is not from the environment or a default."""
    source = click.get_current_context().get_parameter_source(option)
    return source is click.core.ParameterSource.COMMANDLINE


def _refuse_together(options: RunOptions) -> None:
    if _is_typed("branch") and not options.is_pushing:
        raise click.UsageError("--branch only goes with --push.")
    if options.is_pushing and (not options.is_committing or options.is_sandbox):
        other = "--sandbox" if options.is_sandbox else "--no-commit"
        raise click.UsageError(
            f"--push and {other} exclude each other: only what is committed can be pushed."
        )
