"""`doctor`: is all there that a sync needs? One line each, with what to do where it isn't. Does I/O.

It reads, and changes nothing: one page of the account's list, a fetch, and a push that only rehearses.
"""

import platform
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from campaignsync import __version__
from campaignsync.commands.account import connected, context_of
from campaignsync.commands.policy import policy_from
from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import Repository, remote_of, repository_of
from campaignsync.config import Account, RunOptions, read_account
from campaignsync.errors import ApiError, CampaignSyncError, ExitCode, GitError, InvalidDefinitionsError
from campaignsync.outcome import OverLimit, Page, PageFailed, Unauthorized
from campaignsync.protocol.listing import MAX_CLOCK_DIFFERENCE_S, check_clock, unauthorized
from campaignsync.protocol.ports import Clock
from campaignsync.report.summary import counted
from campaignsync.repository.remote_branch import has_remote
from campaignsync.snapshot import Snapshot
from campaignsync.text import printable

_VENDOR_LIMIT = 60
"""Requests a minute that the vendor allows an account (the vendor notes, "Authorization, limits, errors")."""


class _SkipError(Exception):
    """What this check needs is missing, which another line says."""


@dataclass(slots=True, kw_only=True)
class _Checkup:
    """What is known so far."""

    project: Project
    options: RunOptions
    clock: Clock
    stop: anyio.Event
    account: Account | None = None
    repository: Repository | None = None
    snapshot: Snapshot | None = None
    skew_s: float | None = None
    lines: list[str] = field(default_factory=list)
    failures: int = 0

    async def check(self, name: str, work: Callable[["_Checkup"], Awaitable[str]]) -> None:
        """Do one check and note its line."""
        try:
            self._note("ok", name, await work(self))
        except _SkipError as missing:
            self._note("skip", name, str(missing))
        except CampaignSyncError as error:
            self.failures += 1
            self._note("FAIL", name, error.message, error.hint)

    def _note(self, verdict: str, name: str, *texts: str) -> None:
        head = f"{verdict:<5} {name:<12}"
        for line in (line for text in texts for line in text.splitlines()):
            self.lines.append(f"{head}{printable(line)}")
            head = " " * len(head)


async def run(project: Project, options: RunOptions, *, clock: Clock, stop: anyio.Event) -> Ended:
    """Check all, and report; ends with 1 where anything fails."""
    checkup = _Checkup(project=project, options=options, clock=clock, stop=stop)
    for name, work in _CHECKS.items():
        await checkup.check(name, work)
    if checkup.failures:
        checkup.lines.append(f"{counted(checkup.failures, 'check')} failed: do what is said there.")
    else:
        checkup.lines.append("All is there that a sync needs.")
    code = ExitCode.ERROR if checkup.failures else ExitCode.DONE
    return Ended(text="\n".join(checkup.lines), code=code)


async def _program(_: _Checkup) -> str:
    return f"campaignsync {__version__}, Python {platform.python_version()}"


async def _git(checkup: _Checkup) -> str:
    repository = await repository_of(checkup.project, checkup.options)
    await repository.files.check()
    checkup.repository = repository
    version = (await repository.git.run("version")).text.removeprefix("git version ")
    return f"{version}, in {repository.git.folder}"


async def _branch(checkup: _Checkup) -> str:
    """Read the branch that a sync would read, and rehearse the push where there is a remote."""
    repository = checkup.repository
    if repository is None:
        raise _SkipError("git comes first")
    if not await has_remote(repository.git):
        checkup.snapshot = await repository.head()
        return "there is no remote: a sync commits to the current branch of this clone"
    async with remote_of(checkup.project, checkup.options, repository) as remote:
        await remote.check()
        checkup.snapshot = snapshot = await remote.snapshot()
        await remote.rehearse(snapshot.id)
        return f"{remote.shown} can be read and pushed to (whether a rule protects it, only a push can tell)"


async def _definitions(checkup: _Checkup) -> str:
    try:
        found = checkup.project.definitions(checkup.options).validate([checkup.options.campaigns], {})
        policy = policy_from(checkup.project, checkup.options, commit=None, names=None)
    except InvalidDefinitionsError as error:
        raise GitError(error.message, hint="`campaignsync validate` shows each of them.") from None
    also = ", and a policy" if policy else ""
    return f"{checkup.options.campaigns} holds {counted(len(found), 'valid definition')}{also}"


async def _state(checkup: _Checkup) -> str:
    if checkup.snapshot is None:
        raise _SkipError("the branch comes first")
    state = checkup.snapshot.state
    if checkup.account is not None:
        state.bound_to(host=checkup.account.host, app_id=checkup.account.app_id)
    claims = f", {len(state.claims)} pending" if state.claims else ""
    return f"{checkup.options.state} has {counted(len(state.records), 'campaign')}{claims}"


async def _settings(checkup: _Checkup) -> str:
    checkup.account = account = read_account(checkup.project.env)
    return f"{account.host}, application {account.app_id}"


async def _credentials(checkup: _Checkup) -> str:
    if checkup.account is None:
        raise _SkipError("the settings come first")
    context = context_of(
        checkup.project, checkup.options, account=checkup.account, clock=checkup.clock, stop=checkup.stop
    )
    async with connected(context, checkup.account) as tools:
        answer = await tools.api.page(0, version=1)
        checkup.skew_s = tools.api.skew_s
        check_clock(tools)
    match answer:
        case Page(total=total):
            return f"accepted; the account has {counted(total, 'voice campaign')}"
        case Unauthorized(reason=reason):
            raise unauthorized(reason)
        case OverLimit():
            raise ApiError(
                "the account's requests of this minute are used up",
                hint="Wait a minute; if it stays so, look what else calls the API of this account.",
            )
        case PageFailed(reason=reason, cure=cure):
            raise ApiError(
                f"{checkup.account.host}: {reason}", hint=cure or "Try again when the service answers."
            )


async def _clock(checkup: _Checkup) -> str:
    if checkup.skew_s is None:
        raise _SkipError("the account has not said what time it is")
    # A larger difference was told with the credentials: tokens rest on it, too.
    if abs(checkup.skew_s) > MAX_CLOCK_DIFFERENCE_S:
        raise _SkipError("see above")
    return f"as the account's, within {max(1, round(abs(checkup.skew_s)))} s"


async def _rate_limit(checkup: _Checkup) -> str:
    limit = checkup.options.rate_limit
    if 0 < limit <= _VENDOR_LIMIT:
        return f"{limit} requests a minute"
    shown = f"{limit} requests a minute" if limit else "no limit"
    return f"{shown}; the vendor allows {_VENDOR_LIMIT} unless its support has raised it"


_CHECKS: dict[str, Callable[[_Checkup], Awaitable[str]]] = {
    "program": _program,
    "settings": _settings,
    "credentials": _credentials,
    "clock": _clock,
    "rate limit": _rate_limit,
    "git": _git,
    "branch": _branch,
    "state": _state,
    "definitions": _definitions,
}
