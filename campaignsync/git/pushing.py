"""Pushing a commit, fast-forward only, and reading the remote's answer. Does I/O."""

import re
from dataclasses import dataclass

from campaignsync.git.runner import NETWORK_TIMEOUT_S, Answer, Git, printable
from campaignsync.git.upstream import Upstream, require_upstream

_TAKEN = frozenset(" *=+")
_LONGEST = 600
_REFUSED = re.compile(r"\[(?:remote )?rejected\]")
_RACE = re.compile(
    r"fetch first|non-fast-forward|stale info|needs force|cannot lock ref|failed to (?:update|lock|write)"
    r"|already exists|incorrect old value|but expected",
    re.IGNORECASE,
)
"""What git's two sides call a push that came second: `set_ref_status_for_push` and `push_had_errors` in the
client, `update` in `receive-pack`, the ref backends' words for a compare-and-swap that failed."""

_FORBIDDEN = re.compile(
    r"permission .*denied|permission denied|error: 40[13]|authentication failed|access denied"
    r"|could not read (?:username|password)|not allowed to push|write access",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRefused:
    """The remote did not take the push.

    Attributes:
        reason: Its own words, short.
        is_race: Somebody else pushed first: fetch and try again. Otherwise the remote forbids it.
    """

    reason: str
    is_race: bool


async def push(git: Git, commit: str) -> PushRefused | None:
    """Push a commit to the upstream, never by force.

    Returns:
        None where the remote has it now; else why not.

    Raises:
        GitError: No answer came, or none that says what became of it: fetch to see.
    """
    upstream = await require_upstream(git)
    answer = await git.ask(
        "push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", "--no-force-with-lease",
        "--end-of-options", upstream.remote, f"{commit}:{upstream.ref}",
        timeout_s=NETWORK_TIMEOUT_S,
    )  # fmt: skip
    flag, summary = _status(answer, upstream.ref)
    if flag in _TAKEN or not answer.status:
        await _remember(git, upstream, commit)
        return None
    if flag == "!" and _REFUSED.match(summary):
        return _refusal(summary, answer)
    if not flag and _FORBIDDEN.search(answer.words):
        return PushRefused(reason=answer.words[-_LONGEST:], is_race=False)
    raise answer.failure(f"the push to {upstream.remote}/{upstream.branch} failed")


async def _remember(git: Git, upstream: Upstream, commit: str) -> None:
    """Note where the remote is now; git does so only where the clone has a rule for it."""
    if (await git.ask("merge-base", "--is-ancestor", commit, upstream.tracking)).status:
        await git.run("update-ref", "-m", "campaignsync: pushed", upstream.tracking, commit)


def _status(answer: Answer, ref: str) -> tuple[str, str]:
    """Return the flag and the summary of a ref (git-push(1), "Output"), both empty where there are none."""
    for line in answer.stdout.decode(errors="replace").splitlines():
        flag, *rest = line.split("\t")
        if rest and rest[0].endswith(f":{ref}"):
            return flag, rest[-1]
    return "", ""


def _refusal(summary: str, answer: Answer) -> PushRefused:
    said = [
        line.removeprefix("remote:").strip()
        for line in answer.stderr.decode(errors="replace").splitlines()
        if line.startswith("remote:")
    ]
    parts = (_REFUSED.sub("", summary).strip(" ()"), " ".join(filter(None, said)))
    reason = printable(": ".join(filter(None, parts)))
    return PushRefused(reason=reason[:_LONGEST], is_race=_is_race(summary))


def _is_race(summary: str) -> bool:
    """Return whether somebody else came first. A hook may say anything, so only git's own words count."""
    return _RACE.search(summary) is not None
