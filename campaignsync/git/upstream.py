"""The upstream of the branch: what it is, fetching it, and how the branch stands to it. Does I/O."""

from dataclasses import dataclass

import anyio

from campaignsync.errors import GitError
from campaignsync.git.objects import changed_paths, commit_at
from campaignsync.git.runner import LOCAL_TIMEOUT_S, NETWORK_TIMEOUT_S, Git, printable

TRAILER = "Source-Commit"
"""The trailer that marks this program's commits (the product's contract, "Sync" 7)."""

_FETCHES = 4
_FETCH_PAUSE_S = 0.5
_DEEPEN_BY = 100
_LONGEST_TITLE = 100
_HEADS = "refs/heads/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """How a branch stands to its upstream, as last fetched.

    Attributes:
        own: Commits ahead that are this program's (its trailer, and only the state file), oldest first.
        foreign: Commits ahead that are a person's, oldest first, as "abc1234 subject".
        behind: How many commits the upstream is ahead.
    """

    own: tuple[str, ...]
    foreign: tuple[str, ...]
    behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A branch on a remote.

    Attributes:
        remote: The remote's name.
        branch: The branch there, such as ``main``.
        tracking: The ref that remembers where it was when last fetched.
    """

    remote: str
    branch: str
    tracking: str

    @property
    def ref(self) -> str:
        """The branch's full name on the remote."""
        return _HEADS + self.branch


async def find_upstream(git: Git) -> Upstream | None:
    """Return the upstream of the current branch, None on no branch or without one on a named remote."""
    current = await git.ask("symbolic-ref", "--quiet", "HEAD")
    name = current.text.removeprefix(_HEADS)
    remote, merge = [
        (await git.ask("config", "--get", f"branch.{name}.{key}")).text for key in ("remote", "merge")
    ]
    is_named = (await git.ask("config", "--get", f"remote.{remote}.url")).status == 0
    if current.status or not merge.startswith(_HEADS) or not is_named:
        return None
    branch = merge.removeprefix(_HEADS)
    # A clone of a single branch, or of none, may have no rule for where this one is remembered.
    known = await git.run("for-each-ref", "--format=%(upstream)", current.text)
    return Upstream(remote=remote, branch=branch, tracking=known.text or f"refs/remotes/{remote}/{branch}")


async def require_upstream(git: Git) -> Upstream:
    """Return the upstream of the current branch.

    Raises:
        GitError: There is none.
    """
    upstream = await find_upstream(git)
    if upstream is None:
        raise GitError(
            "the branch has no upstream on a remote, so there is nowhere to push",
            hint="Give it one: git push --set-upstream REMOTE BRANCH.",
        )
    return upstream


async def check_push(git: Git, branch: str | None) -> None:
    """Raise GitError unless pushes go to the remote's default branch, or to the one named."""
    upstream = await require_upstream(git)
    expected = branch or await _default_branch(git, upstream.remote)
    if expected is None:
        raise GitError(
            f"{upstream.remote} does not say which branch is its default",
            hint=f"Name the branch that all runs push to: --branch {upstream.branch}.",
        )
    if upstream.branch != expected:
        what = "the branch that --branch names" if branch else "the default branch"
        raise GitError(
            f"this branch is pushed to {upstream.remote}/{upstream.branch}, and {what} is {expected}: "
            "one state file, one branch and one lock belong together",
            hint=f"Switch to {expected}; or --branch {upstream.branch}, if every run shall push to it.",
        )


async def _default_branch(git: Git, remote: str) -> str | None:
    """Return the remote's default branch as it says now, else as it was when this was cloned."""
    asked = await git.ask(
        "ls-remote", "--symref", "--end-of-options", remote, "HEAD", timeout_s=NETWORK_TIMEOUT_S
    )
    if asked.status:
        raise asked.failure(f"can't reach {remote}")
    for line in asked.text.splitlines():
        if line.startswith(f"ref: {_HEADS}"):
            return line.removeprefix(f"ref: {_HEADS}").split("\t")[0]
    remembered = await git.ask("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
    return remembered.text.removeprefix(f"refs/remotes/{remote}/") or None


async def fetch(git: Git) -> None:
    """Bring the upstream's tip up to date, with enough history to compare.

    Raises:
        GitError: There is no upstream, or it could not be fetched.
    """
    upstream = await require_upstream(git)
    await _fetch(git, upstream)
    for depth in (f"--deepen={_DEEPEN_BY}", "--unshallow"):
        is_shallow = (await git.run("rev-parse", "--is-shallow-repository")).text == "true"
        if not is_shallow or await base(git) is not None:
            return
        await _fetch(git, upstream, depth)


async def _fetch(git: Git, upstream: Upstream, *options: str) -> None:
    args = (
        # Housekeeping in the background would hold locks while this run goes on.
        "-c", "gc.auto=0", "-c", "maintenance.auto=false",
        "fetch", "--quiet", "--no-tags", "--no-prune", "--no-recurse-submodules", "--no-write-fetch-head",
        *options, "--end-of-options", upstream.remote, f"+{upstream.ref}:{upstream.tracking}",
    )  # fmt: skip
    timeout_s = LOCAL_TIMEOUT_S if options else NETWORK_TIMEOUT_S
    for _ in range(_FETCHES):
        answer = await git.ask(*args, timeout_s=timeout_s)
        # Somebody's editor may have fetched at the same moment.
        if b"cannot lock ref" not in answer.stderr:
            break
        await anyio.sleep(_FETCH_PAUSE_S)
    if answer.status:
        raise answer.failure(f"can't fetch {upstream.branch} from {upstream.remote}")


async def base(git: Git) -> str | None:
    """Return where HEAD and its upstream parted, None where they have nothing in common."""
    upstream = await find_upstream(git)
    if upstream is None or await commit_at(git, upstream.tracking) is None:
        return None
    answer = await git.ask("merge-base", "HEAD", upstream.tracking)
    return None if answer.status else answer.text


async def is_on_upstream(git: Git, commit: str) -> bool:
    """Return whether the upstream as last fetched holds a commit."""
    tip = await tip_of(git, await require_upstream(git))
    return (await git.ask("merge-base", "--is-ancestor", commit, tip)).status == 0


async def tip_of(git: Git, upstream: Upstream) -> str:
    """Return the upstream's commit as last fetched.

    Raises:
        GitError: It was never fetched.
    """
    tip = await commit_at(git, upstream.tracking)
    if tip is None:
        raise GitError(
            f"{upstream.remote}/{upstream.branch} was never fetched", hint=f"Run git fetch {upstream.remote}."
        )
    return tip


async def compare(git: Git, path: str) -> Ahead:
    """Compare HEAD with its upstream as last fetched.

    Args:
        git: The runner.
        path: The state file, from the top.
    """
    tip = await tip_of(git, await require_upstream(git))
    commits = await _commits(git, f"{tip}..HEAD")
    own = [commit.id for commit in commits if await _is_own(git, commit, path)]
    foreign = [commit.title for commit in commits if commit.id not in own]
    behind = await git.run("rev-list", "--count", f"HEAD..{tip}", "--")
    return Ahead(own=tuple(own), foreign=tuple(foreign), behind=int(behind.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commit:
    id: str
    title: str
    parents: tuple[str, ...]
    has_trailer: bool


async def _commits(git: Git, span: str) -> list[_Commit]:
    """Return the commits of a range, oldest first."""
    fields = ("%H", "%h", "%P", f"%(trailers:key={TRAILER},valueonly,separator=%x20)", "%s")
    answer = await git.run(
        "-c", "i18n.logOutputEncoding=UTF-8",
        "log", "--reverse", "--topo-order", "--no-color", "--no-show-signature", "--no-mailmap",
        f"--format={'%x00'.join(fields)}%x00", span, "--",
    )  # fmt: skip
    parts = answer.stdout.decode(errors="replace").split("\0")[:-1]
    rows = zip(*(parts[start :: len(fields)] for start in range(len(fields))), strict=True)
    return [
        _Commit(
            id=commit.strip(),
            title=printable(f"{short} {subject}")[:_LONGEST_TITLE],
            parents=tuple(parents.split()),
            has_trailer=bool(trailer.strip()),
        )
        for commit, short, parents, trailer, subject in rows
    ]


async def _is_own(git: Git, commit: _Commit, path: str) -> bool:
    if not commit.has_trailer or len(commit.parents) != 1:
        return False
    return await changed_paths(git, commit.parents[0], commit.id) == {path}
