"""The branch: a commit of the state file alone, and moving to another commit. Does I/O."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

import anyio

from campaignsync.errors import GitError
from campaignsync.git.objects import changed_paths, commit_at, differing, ids_at, split
from campaignsync.git.runner import Git, printable

_MOST_LISTED = 10


async def head(git: Git) -> str:
    """Return the commit at HEAD.

    Raises:
        GitError: There is none yet.
    """
    commit = await commit_at(git, "HEAD")
    if commit is None:
        raise GitError("the branch has no commit yet", hint="Commit the definitions first.")
    return commit


async def commit_file(git: Git, path: str, message: str, *, identity: Mapping[str, str]) -> str | None:
    """Commit one file as it stands on disk and nothing else, as a person would: hooks and signing apply.

    Args:
        git: The runner, in the top of the work tree.
        path: The file, from there.
        message: The whole commit message.
        identity: Variables that say who commits.

    Returns:
        The new commit; None where HEAD holds the file already, or the file does not exist: a lost state
        file is never committed as its removal.

    Raises:
        GitError: A hook or git refused, or a hook put other files into the commit.
    """
    if not (git.folder / path).is_file() or not await differing(git, "HEAD", [path]):
        return None
    before = await head(git)
    async with _known_to_git(git, path):
        answer = await git.ask(
            "-c", "core.safecrlf=false", "-c", "i18n.commitEncoding=UTF-8",
            "commit", "--only", "--quiet", "--cleanup=verbatim", "--file=-", "--", f":(top,literal){path}",
            stdin=message.encode(errors="replace"),
            env=identity,
        )  # fmt: skip
        if answer.status:
            raise answer.failure(f"{path} is saved, but git did not commit it")
    commit = await head(git)
    await _check_alone(git, path, before=before, commit=commit)
    return commit


async def _check_alone(git: Git, path: str, *, before: str, commit: str) -> None:
    others = await changed_paths(git, before, commit) - {path}
    if others:
        raise GitError(
            f"the commit {commit[:12]} holds more than {path}: {_listed(others)}",
            hint="A commit hook added them. Exempt the state file from that hook, and look at the commit.",
        )


@asynccontextmanager
async def _known_to_git(git: Git, path: str) -> AsyncIterator[None]:
    """Let git know a new file, which a commit of it alone needs; forget it again where that fails."""
    pathspec = f":(top,literal){path}"
    listed = (await git.run("ls-files", "-t", "-z", "--", pathspec)).stdout
    if listed.startswith(b"S "):
        # A sparse checkout that does not want the file: then a commit of it would do nothing.
        await git.run("update-index", "--no-skip-worktree", "--", path)
    is_new = not listed and await ids_at(git, "HEAD", [path]) == [None]
    if is_new:
        await git.run("add", "--intent-to-add", "--", pathspec)
    try:
        yield
    except BaseException:
        if is_new:
            with anyio.CancelScope(shield=True):
                await git.ask("update-index", "--force-remove", "--", path)
        raise


async def move_branch(git: Git, commit: str) -> None:
    """Move branch, index and files to a commit, keeping what people staged or modified.

    Not `git reset --keep`, which unstages people's changes: a two-tree merge keeps them and refuses where
    one is in the way (git-read-tree(1), "Two Tree Merge"). Files go first, the branch last. After a crash
    in between, the state on disk is the new commit's, and committing that loses nothing; the other way
    round it would be the old one's, and committing that would take out entries.

    Args:
        git: The runner, in the top of the work tree.
        commit: The commit to move to.

    Raises:
        GitError: Somebody's change is in the way; nothing was moved.
    """
    old, new = await head(git), await commit_at(git, commit)
    if new is None:
        raise GitError(f"there is no commit {commit} here", hint="Run git fetch, then the command again.")
    if old == new:
        return
    # Saved anew with the same content counts as modified until git has looked again.
    await git.ask("update-index", "-q", "--refresh")
    answer = await git.ask("read-tree", "-m", "-u", "--no-recurse-submodules", old, new)
    if answer.status:
        in_the_way = await _in_the_way(git, old, new)
        if not in_the_way:
            raise answer.failure(f"can't move to {new[:12]}")
        raise GitError(
            f"can't move to {new[:12]}: local changes are in the way: {_listed(in_the_way)}",
            hint="Commit, stash or remove them, then run the command again.",
        )
    await git.run("update-ref", "-m", f"campaignsync: moving to {new}", "HEAD", new, old)


async def _in_the_way(git: Git, old: str, new: str) -> set[str]:
    modified = (await git.run("diff-index", "-z", "--name-only", old, "--")).stdout
    untracked = (await git.run("ls-files", "-z", "--others")).stdout
    return await changed_paths(git, old, new) & (split(modified) | split(untracked))


def _listed(paths: Collection[str]) -> str:
    """Return paths for a message. Anybody may have named them, so they are made printable."""
    shown = [printable(path) for path in sorted(paths)[:_MOST_LISTED]]
    more = [f"and {len(paths) - _MOST_LISTED} more"] if len(paths) > _MOST_LISTED else []
    return ", ".join(shown + more)
