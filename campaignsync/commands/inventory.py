"""`inventory`: what the account has that definitions name, as a file that offline commands read. Does I/O."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import anyio

from campaignsync.commands.account import connected, context_of
from campaignsync.commands.known import file_of
from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import Repository, remote_of, repository_of
from campaignsync.config import RunOptions, read_account
from campaignsync.errors import ApiError, GitError, SettingsError
from campaignsync.inventory import Inventory, InventoryError, parse, render
from campaignsync.outcome import OverLimit, PageFailed, Queues, Unauthorized
from campaignsync.protocol.contact_lists import read_lists
from campaignsync.protocol.ports import Clock
from campaignsync.protocol.tools import Tools, backoff_s
from campaignsync.report.summary import counted
from campaignsync.repository.disk import make_folder, replace_file
from campaignsync.text import printable

_MOST_QUEUE_PAGES = 100
_TRIES = 5
_FRESH = timedelta(days=7)
"""How old an inventory may be whose time alone has changed, before it is committed once more."""


async def run(project: Project, options: RunOptions, *, clock: Clock, stop: anyio.Event) -> Ended:
    """Ask the account, and write the file, or commit it to the remote's branch.

    Raises:
        CampaignSyncError: The account can't be asked, or the file can't be written.
    """
    account = read_account(project.env)
    context = context_of(project, options, account=account, clock=clock, stop=stop)
    async with connected(context, account) as tools:
        lists = await read_lists(tools, 1)
        if isinstance(lists, str):
            raise ApiError(
                f"the account's contact lists could not be read: {lists}",
                hint="The client needs the scope Campaign Management, and its app must have been published.",
            )
        queues = await _queues(tools)
        found = Inventory(
            host=account.host,
            app_id=account.app_id,
            read_at=tools.stamp(),
            lists=lists,
            queues=queues,
        )
        counts = [
            counted(len(lists), "contact list"),
            "queues not shown to this client" if queues is None else counted(len(queues), "queue"),
            counted(tools.api.requests, "request"),
        ]
        file = file_of(options)
        if options.is_pushing:
            commit = await _publish(project, options, found, context.options.run_url)
            told = f"Committed {file} as {commit[:7]} and pushed" if commit else f"{file} is up to date"
        else:
            _write(project, file, render(found))
            told = f"Wrote {file}"
    return Ended(text=f"{printable(told)}: {', '.join(counts)}.")


async def _queues(tools: Tools) -> tuple[str, ...] | None:
    """Return the names of all queues; None where this client may not see them."""
    names: dict[str, None] = {}
    attempt = page = 0
    while page < _MOST_QUEUE_PAGES:
        tools.check_stop()
        match await tools.api.queues(page + 1):
            case Queues(names=found, has_more=has_more):
                is_new = not names.keys() >= set(found)
                names |= dict.fromkeys(found)
                page += 1
                if not has_more or not is_new:
                    break
            case OverLimit(retry_after_s=asked_s) if attempt < _TRIES:
                attempt += 1
                await tools.pause(backoff_s(attempt, asked_s))
            case OverLimit():
                return None
            case PageFailed(reason=reason) | Unauthorized(reason=reason):
                tools.progress.detail(f"the queues can't be read: {reason}")
                return None
    else:
        # A part of them would call the others unknown.
        tools.progress.note(f"there are more than {_MOST_QUEUE_PAGES} pages of queues, so none is kept")
        return None
    return tuple(sorted(names))


def _write(project: Project, file: str, text: str) -> None:
    path = Path(os.path.normpath(project.root / file))
    try:
        make_folder(path.parent)
        replace_file(path, text.encode())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{printable(file)} can't be written: {reason}") from error


async def _publish(project: Project, options: RunOptions, found: Inventory, run_url: str) -> str | None:
    """Commit it to the tip of the remote's branch; return the commit, None where nothing has changed."""
    repository = await repository_of(project, options)
    path = repository.layout.inside(project.root / file_of(options))
    if path is None:
        raise GitError(f"{file_of(options)} is outside the work tree", hint="Name a state file inside it.")
    run = f"\n\nRun: {run_url}" if run_url else ""
    message = f"campaignsync: inventory of {counted(len(found.lists), 'contact list')}{run}\n"
    reason: str | None = ""
    async with remote_of(project, options, repository) as remote:
        await remote.check()
        for _ in range(_TRIES):
            tip = await remote.snapshot()
            if _is_known(await _at(repository, tip.id, path), found):
                return None
            commit = await remote.commit_file(tip, path, render(found), message)
            reason = await remote.publish(tip, commit)
            if reason is None:
                return commit
    raise GitError(f"the inventory could not be pushed: {reason}")


async def _at(repository: Repository, commit: str, path: str) -> Inventory | None:
    content = await repository.files.read(commit, path)
    try:
        return None if content is None else parse(content)
    except InventoryError:
        return None


def _is_known(old: Inventory | None, new: Inventory) -> bool:
    """Tell whether the branch has it: a new time alone is a commit only once a week."""
    if old is None or new.read_at - old.read_at > _FRESH:
        return False
    return render(replace(old, read_at=new.read_at)) == render(new)
