"""`forget`: drop an entry or a claim from the state. Does I/O."""

import anyio

from campaignsync.commands.account import context_of
from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import recording
from campaignsync.config import RunOptions
from campaignsync.protocol.decisions import Decisions
from campaignsync.protocol.ports import Clock
from campaignsync.report import text


async def run(project: Project, options: RunOptions, *, name: str, clock: Clock, stop: anyio.Event) -> Ended:
    """Drop the entry of this name; the campaign itself is left alone.

    Raises:
        CampaignSyncError: It can't be.
    """
    context = context_of(project, options, account=None, clock=clock, stop=stop)
    async with recording(project, context) as target:
        decided = await Decisions(target.recorder, target.ledger, context).forget(name)
    return Ended(text=text.forgotten(decided.entry, commit=decided.commit, is_pushed=decided.is_pushed))
