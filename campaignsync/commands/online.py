"""The commands that call the API: sync, adopt, plan --remote; and forget, which commits like them."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from campaignsync.claims import Rules
from campaignsync.commands.workplace import Tuning, Workplace
from campaignsync.errors import GitError
from campaignsync.git import GitRepository
from campaignsync.kore.auth import tokens_of
from campaignsync.kore.client import KoreClient
from campaignsync.kore.pacing import Pacer
from campaignsync.outcome import RemoteCampaign
from campaignsync.report import as_json, markdown, text
from campaignsync.report.summary import both_ids
from campaignsync.result import Result
from campaignsync.settings import Account
from campaignsync.state import State
from campaignsync.store import StateFile
from campaignsync.sync.adopting import Decided, Decisions
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.listing import list_account
from campaignsync.sync.ports import Clock, Options, Stop
from campaignsync.sync.run import Sync
from campaignsync.sync.tools import Context, Tools, pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the process gives a command: time, and the wish to end it."""

    clock: Clock
    stop: Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _SavedInThread:
    """The state file as the sync's port: while the disk is written, answers keep coming in."""

    file: StateFile

    def load(self) -> State:
        return self.file.load()

    async def save(self, state: State) -> None:
        await anyio.to_thread.run_sync(self.file.save, state)


async def sync(place: Workplace, account: Account, *, tuning: Tuning, around: Around) -> Result:
    """Create what is new, exactly once.

    Raises:
        CampaignSyncError: Something ended it before anything was created.
    """
    options = place.options(tuning, account)
    async with _ledger(place, options, tuning=tuning, around=around) as (ledger, repository):
        # With --push, a fetch may bring other definitions first.
        with nullcontext(place.definitions) if tuning.is_pushing else place.read_ahead() as definitions:
            async with _tools(place, account, options=options, around=around) as tools:
                return await Sync(definitions, ledger, repository=repository, tools=tools).run()


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
        _ledger(place, options, tuning=tuning, around=around) as (ledger, repository),
        _tools(place, account, options=options, around=around) as tools,
    ):
        decisions = Decisions(ledger, repository=repository, tools=tools)
        return await decisions.adopt(
            place.definitions, source=source, camp_id=camp_id, list_account=lambda: list_account(tools)
        )


async def forget(place: Workplace, *, name: str, tuning: Tuning, around: Around) -> Decided:
    """Drop an entry or a claim from the state.

    Raises:
        CampaignSyncError: It can't be.
    """
    options = place.options(tuning, None)
    async with _ledger(place, options, tuning=tuning, around=around) as (ledger, repository):
        context = _context(place, options, around)
        return await Decisions(ledger, repository=repository, tools=context).forget(name)


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
async def _ledger(
    place: Workplace, options: Options, *, tuning: Tuning, around: Around
) -> AsyncIterator[tuple[Ledger, GitRepository | None]]:
    """Lock the state, and give what may write it."""
    repository = await place.repository()
    if repository is None and tuning.is_committing:
        raise GitError(
            "this folder is not inside a git work tree",
            hint="Run it in the repository of the definitions; --no-commit syncs without git.",
        )
    store = place.state_file(_git_dir_of_state(repository))
    # What the stand-in holds is nobody's history: its state is neither committed nor compared with git's.
    tracked = None if place.is_sandbox else repository
    with store.lock(now=around.clock.now()):
        yield Ledger(_SavedInThread(file=store), tracked, _context(place, options, around)), tracked


def _git_dir_of_state(repository: GitRepository | None) -> Path | None:
    """Return the git folder for the lock: two work trees that share a state file outside share its lock."""
    if repository is None or not repository.state.is_relative_to(repository.top):
        return None
    return repository.git_dir


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
