"""`adopt`: record an existing campaign as a definition's. Does I/O."""

from functools import partial

import anyio

from campaignsync.commands.account import connected, context_of
from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import recording
from campaignsync.config import RunOptions, read_account
from campaignsync.definitions import source_of
from campaignsync.protocol.decisions import Decisions
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.ports import Clock
from campaignsync.report import text


async def run(  # noqa: PLR0913  # what the command was given, each by name
    project: Project, options: RunOptions, *, path: str, camp_id: str | None, clock: Clock, stop: anyio.Event
) -> Ended:
    """Record the account's campaign of the name that a definition has.

    Raises:
        CampaignSyncError: It can't be.
    """
    account = read_account(project.env)
    context = context_of(project, options, account=account, clock=clock, stop=stop)
    async with recording(project, context) as target, connected(context, account) as tools:
        decided = await Decisions(target.recorder, target.ledger, tools).adopt(
            source=source_of(path, root=project.root),
            camp_id=camp_id,
            list_account=partial(list_account, tools),
        )
    return Ended(text=text.adopted(decided.entry, commit=decided.commit, is_pushed=decided.is_pushed))
