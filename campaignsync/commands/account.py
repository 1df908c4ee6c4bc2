"""A run's context, and the account that it talks to; `plan --remote` lists it. Does I/O."""

import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from campaignsync.claims import Rules
from campaignsync.commands.known import Remote
from campaignsync.commands.project import Project
from campaignsync.config import Account, RunOptions, is_in_actions, named_target, read_account, run_url
from campaignsync.findings.known import Known
from campaignsync.inventory import Inventory
from campaignsync.kore.auth import tokens_of
from campaignsync.kore.client import KoreClient
from campaignsync.kore.rate_limit import RateLimit
from campaignsync.outcome import ContactList
from campaignsync.plan import Plan
from campaignsync.protocol.contact_lists import read_lists
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.ports import Clock
from campaignsync.protocol.tools import Context, Tools
from campaignsync.state import State
from campaignsync.versions import Version, versions_of


def context_of(
    project: Project, options: RunOptions, *, account: Account | None, clock: Clock, stop: anyio.Event
) -> Context:
    """Return one run's context, under a new random id.

    Args:
        project: Where it works.
        options: Its options.
        account: The account that it calls; None where it calls none, and the state's own will do.
        clock: The machine's clock.
        stop: Set when the run is asked to end.
    """
    # The stand-in listens elsewhere in each run, and is still the same one.
    host, app_id = (account.host, account.app_id) if account else named_target(project.env)
    project.progress.pace = options.rate_limit
    url = run_url(project.env)
    resolved = replace(
        options,
        host="sandbox" if options.is_sandbox else host,
        app_id=app_id,
        account_id=account.account_id if account else None,
        run_id=f"{uuid.uuid4().hex} {url}".strip(),
        run_url=url,
        actor=project.env.get("GITHUB_ACTOR", "") if is_in_actions(project.env) else "",
    )
    rules = Rules(timeout_s=options.timeout_s, settle_s=options.settle_s, rate_limit=options.rate_limit)
    return Context(clock=clock, progress=project.progress, stop=stop, options=resolved, rules=rules)


@asynccontextmanager
async def connected(context: Context, account: Account) -> AsyncIterator[Tools]:
    """Give a run's context a client of the account."""
    clock, options = context.clock, context.options

    async def sleep(seconds: float) -> None:
        await context.pause(seconds, f"the rate limit of {options.rate_limit} requests a minute")

    client = KoreClient(
        host=account.host,
        app_id=account.app_id,
        account_id=account.account_id,
        tokens=tokens_of(account.credentials, now=clock.now, new_id=lambda: uuid.uuid4().hex),
        rate_limit=RateLimit(options.rate_limit, monotonic=clock.monotonic, sleep=sleep),
        timeout_s=options.timeout_s,
        now=clock.now,
        monotonic=clock.monotonic,
        on_detail=context.progress.detail,
    )
    async with client as api:
        yield Tools(
            api=api,
            clock=clock,
            progress=context.progress,
            stop=context.stop,
            options=options,
            rules=context.rules,
        )


async def look(
    project: Project, options: RunOptions, planned: tuple[Plan, State], *, clock: Clock, stop: anyio.Event
) -> Remote:
    """Return what the account has: campaigns whose names are not in the state, and contact lists.

    Raises:
        CampaignSyncError: The account can't be listed, or the state is another's.
    """
    account = read_account(project.env)
    plan, state = planned
    state = state.bound_to(host=account.host, app_id=account.app_id)
    context = context_of(project, options, account=account, clock=clock, stop=stop)
    versions: Collection[Version] = plan.versions | versions_of(
        entry.definition for entry in state.sorted()
    ) or {1}
    known = None
    async with connected(context, account) as tools:
        campaigns = await list_account(tools, versions)
        if plan.create or plan.pending:
            lists = await read_lists(tools, max(versions))
            if isinstance(lists, str):
                context.progress.note(f"whether the contact lists exist could not be checked: {lists}")
            else:
                known = _known(account, lists, context)
    others = [campaign for campaign in campaigns if state.get(campaign.name) is None]
    return Remote(
        unmanaged=tuple(sorted(others, key=lambda campaign: (campaign.name, campaign.camp_id))), known=known
    )


def _known(account: Account, lists: tuple[ContactList, ...], context: Context) -> Known:
    inventory = Inventory(
        host=account.host, app_id=account.app_id, read_at=context.stamp(), lists=lists, queues=None
    )
    return Known(inventory=inventory, source="")
