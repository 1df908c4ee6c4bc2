"""The commands that call the API: sync, adopt, plan --remote; and forget, which commits like them."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from campaignsync.claims import Rules
from campaignsync.commands.recording import recording
from campaignsync.commands.workplace import Tuning, Workplace
from campaignsync.kore.auth import tokens_of
from campaignsync.kore.client import KoreClient
from campaignsync.kore.pacing import Pacer
from campaignsync.outcome import RemoteCampaign
from campaignsync.protocol.decisions import Decided, Decisions
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.ports import Clock, Options, Stop
from campaignsync.protocol.run import Sync
from campaignsync.protocol.tools import Context, Tools, pause
from campaignsync.report import as_json, markdown, text
from campaignsync.report.summary import both_ids
from campaignsync.result import Result
from campaignsync.settings import Account
from campaignsync.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the process gives a command: its clock and its stop signal."""

    clock: Clock
    stop: Stop


async def sync(place: Workplace, account: Account, *, tuning: Tuning, around: Around) -> Result:
    """Create what is new, exactly once.

    Raises:
        CampaignSyncError: Something ended it before anything was created.
    """
    options = place.options(tuning, account)
    async with (
        recording(place, _context(place, options, around), tuning=tuning) as target,
        _tools(place, account, options=options, around=around) as tools,
    ):
        return await Sync(target.recorder, target.ledger, tools, work_tree=target.work_tree).run()


async def sync_sandbox(place: Workplace, *, tuning: Tuning, around: Around) -> Result:
    """Create what is new in a stand-in of the API, which lives as long as this run.

    Raises:
        CampaignSyncError: Something ended it before anything was created.
    """
    from campaignsync.sandbox import CREDENTIALS, Sandbox, serve

    standin = Sandbox(
        now=around.clock.now, monotonic=around.clock.monotonic, new_id=lambda: str(uuid.uuid4())
    )
    async with serve(standin) as url:
        return await sync(place, CREDENTIALS.account(url), tuning=tuning, around=around)


async def adopt(  # noqa: PLR0913  # what the command was given, each by name
    place: Workplace, account: Account, *, source: str, camp_id: str | None, tuning: Tuning, around: Around
) -> Decided:
    """Record an existing campaign as a definition's.

    Raises:
        CampaignSyncError: It can't be.
    """
    options = place.options(tuning, account)
    async with (
        recording(place, _context(place, options, around), tuning=tuning) as target,
        _tools(place, account, options=options, around=around) as tools,
    ):
        decisions = Decisions(target.recorder, target.ledger, tools)
        return await decisions.adopt(source=source, camp_id=camp_id, list_account=lambda: list_account(tools))


async def forget(place: Workplace, *, name: str, tuning: Tuning, around: Around) -> Decided:
    """Drop an entry or a claim from the state.

    Raises:
        CampaignSyncError: It can't be.
    """
    context = _context(place, place.options(tuning, None), around)
    async with recording(place, context, tuning=tuning) as target:
        return await Decisions(target.recorder, target.ledger, context).forget(name)


def show_result(result: Result, *, output_format: str) -> str:
    """Return how a sync ended in a format."""
    match output_format:
        case "json":
            return as_json.result(result)
        case "markdown":
            return markdown.result(result)
        case _:
            return text.result(result)


def remarks(result: Result) -> Iterator[str]:
    """Yield what a result's JSON has no key for."""
    yield from result.warnings
    yield from (f"{conflict.name}: {both_ids(conflict)}" for conflict in result.conflicts)
    if result.record_error:
        yield f"Error: {result.record_error}"
        yield result.record_hint


async def unmanaged(
    place: Workplace, account: Account, *, state: State, tuning: Tuning, around: Around
) -> tuple[RemoteCampaign, ...]:
    """Return the account's campaigns whose names are not in the state, sorted by name.

    Raises:
        CampaignSyncError: The account can't be listed, or the state is another's.
    """
    state = state.bound_to(host=account.host, app_id=account.app_id)
    options = place.options(tuning, account)
    async with _tools(place, account, options=options, around=around) as tools:
        campaigns = await list_account(tools)
    others = [campaign for campaign in campaigns if state.get(campaign.name) is None]
    return tuple(sorted(others, key=lambda campaign: (campaign.name, campaign.camp_id)))


@asynccontextmanager
async def _tools(
    place: Workplace, account: Account, *, options: Options, around: Around
) -> AsyncIterator[Tools]:
    clock = around.clock

    async def sleep(seconds: float) -> None:
        await pause(seconds, clock=clock, stop=around.stop)

    client = KoreClient(
        host=account.host,
        app_id=account.app_id,
        account_id=account.account_id,
        tokens=tokens_of(account.credentials, now=clock.now, new_id=lambda: uuid.uuid4().hex),
        pacer=Pacer(options.rate_limit, monotonic=clock.monotonic, sleep=sleep),
        timeout_s=options.timeout_s,
        now=clock.now,
        monotonic=clock.monotonic,
        on_detail=place.progress.detail,
    )
    context = _context(place, options, around)
    async with client as api:
        yield Tools(
            api=api,
            clock=clock,
            progress=context.progress,
            stop=context.stop,
            options=options,
            rules=context.rules,
        )


def _context(place: Workplace, options: Options, around: Around) -> Context:
    rules = Rules(timeout_s=options.timeout_s, settle_s=options.settle_s, rate_limit=options.rate_limit)
    return Context(
        clock=around.clock, progress=place.progress, stop=around.stop, options=options, rules=rules
    )
