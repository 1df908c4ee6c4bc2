"""`sync`: create what is new, exactly once. Does I/O."""

import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack

import anyio

from campaignsync.commands.account import connected, context_of
from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import recording
from campaignsync.config import RunOptions, is_in_actions, read_account
from campaignsync.errors import SettingsError
from campaignsync.identity import identity
from campaignsync.protocol.ports import Clock
from campaignsync.protocol.run import Sync
from campaignsync.report.formats import result_report
from campaignsync.report.summary import both_ids
from campaignsync.result import Result
from campaignsync.sandbox import CREDENTIALS, Sandbox, StoredList, serve


async def run(
    project: Project, options: RunOptions, *, output_format: str, clock: Clock, stop: anyio.Event
) -> Ended:
    """Sync, and report.

    Raises:
        CampaignSyncError: Something ended it before anything was created.
    """
    check_keeper(project, options)
    async with AsyncExitStack() as stack:
        if options.is_sandbox:
            standin = Sandbox(
                now=clock.now,
                monotonic=clock.monotonic,
                new_id=lambda: str(uuid.uuid4()),
                lists=_named_lists(project, options),
            )
            account = CREDENTIALS.account(await stack.enter_async_context(serve(standin)))
        else:
            account = read_account(project.env)
        context = context_of(project, options, account=account, clock=clock, stop=stop)
        target = await stack.enter_async_context(recording(project, context))
        tools = await stack.enter_async_context(connected(context, account))
        result = await Sync(target.recorder, target.ledger, tools, work_tree=target.work_tree).run()
    project.progress.close()
    if output_format == "json":
        for remark in _remarks(result):
            project.progress.note(remark)
    return Ended(text=result_report(result, output_format), code=result.exit_code)


def _named_lists(project: Project, options: RunOptions) -> list[StoredList]:
    """Return the contact lists that the definitions name: the stand-in's account has them."""
    bodies = (definition.body or {} for definition in project.definitions(options).load_now({}))
    names = {identity(name): name for body in bodies for name in body["contactLists"]}
    return [StoredList(name=name) for name in names.values()]


def check_keeper(project: Project, options: RunOptions) -> None:
    """Demand that somebody keeps the state: a runner of GitHub Actions is thrown away.

    Raises:
        SettingsError: Nobody would.
    """
    is_kept = options.is_pushing or not options.is_committing or options.is_sandbox
    if is_in_actions(project.env) and not is_kept:
        raise SettingsError(
            "in GitHub Actions the state would be lost with the runner, and everything created again",
            hint="Use sync --push. (--no-commit: you keep the state file yourself.)",
        )


def _remarks(result: Result) -> Iterator[str]:
    """Yield what a result's JSON has no key for."""
    yield from result.warnings
    yield from (f"{conflict.name}: {both_ids(conflict)}" for conflict in result.conflicts)
    if result.record_error:
        yield f"Error: {result.record_error}"
        yield result.record_hint
