"""`status`: what became of the recorded campaigns, read-only. Does I/O."""

from collections.abc import Collection

import anyio

from campaignsync.commands.account import connected, context_of
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions, read_account
from campaignsync.errors import ExitCode, SettingsError
from campaignsync.identity import identity
from campaignsync.nearest import nearest_choice
from campaignsync.plan import target_of
from campaignsync.protocol.observation import Observations, observe
from campaignsync.protocol.ports import Clock
from campaignsync.report.formats import status_report
from campaignsync.report.status import StatusView
from campaignsync.state import Entry, State
from campaignsync.text import printable


async def run(  # noqa: PLR0913  # one parameter an option
    project: Project,
    options: RunOptions,
    state: State,
    *,
    names: Collection[str],
    is_deep: bool,
    wait_s: float,
    is_detailed: bool,
    output_format: str,
    clock: Clock,
    stop: anyio.Event,
) -> Ended:
    """Ask the account, and report.

    Args:
        project: Where the command works.
        options: Its options.
        state: What is recorded, by the folder and the journal.
        names: Of the entries to look at; none for all.
        is_deep: Read each campaign, too.
        wait_s: How long to wait until the vendor has made all of them, in seconds.
        is_detailed: Exit with 2 when something differs.
        output_format: "text", "json" or "markdown".
        clock: The machine's clock.
        stop: Set when the run is asked to end.

    Raises:
        CampaignSyncError: The account can't be listed.
    """
    account = read_account(project.env)
    state = state.bound_to(host=account.host, app_id=account.app_id)
    context = context_of(project, options, account=account, clock=clock, stop=stop)
    async with connected(context, account) as tools:
        seen = await observe(tools, chosen(state, names), is_deep=is_deep, wait_s=wait_s)
    view = StatusView(
        target=target_of(state, options),
        observed=seen.found,
        requests=seen.requests,
        unread=seen.unread,
        is_interrupted=seen.is_interrupted,
    )
    return Ended(text=status_report(view, output_format), code=_code(seen, view, is_detailed=is_detailed))


def chosen(state: State, names: Collection[str]) -> tuple[Entry, ...]:
    """Return the entries of these names, or all, sorted by name.

    Raises:
        SettingsError: The state has no entry of some name.
    """
    for name in names:
        if state.get(name) is None:
            near = nearest_choice(name, [entry.name for entry in state.sorted()])
            raise SettingsError(
                f"the state has no entry {printable(name)!r}",
                hint=f"The nearest is {printable(near)!r}." if near else "`campaignsync status` shows all.",
            )
    wanted = {identity(name) for name in names}
    return tuple(entry for entry in state.sorted() if not wanted or identity(entry.name) in wanted)


def _code(seen: Observations, view: StatusView, *, is_detailed: bool) -> ExitCode:
    if seen.is_interrupted:
        return ExitCode.INTERRUPTED
    if is_detailed and view.differing:
        return ExitCode.DETAILED
    return ExitCode.UNKNOWN if seen.is_waited_out else ExitCode.DONE
