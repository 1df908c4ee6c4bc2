"""The current branch of this clone: read at its tip, recorded by compare-and-swap of its ref. Does I/O."""

import os
from collections.abc import Callable

from campaignsync.errors import GitError
from campaignsync.repository.branch import Files
from campaignsync.repository.objects import commit_at, list_blobs
from campaignsync.repository.runner import Git
from campaignsync.snapshot import Snapshot
from campaignsync.state import State


class LocalBranch:
    """Implements the protocol's `Recorder`, whose docstrings say what the methods promise.

    Args:
        files: Which files it is about.
        ref: The branch's ref (`current_branch`): a switch of branches meanwhile changes nothing.
        note: Prints a line for a person.
    """

    is_shared = False
    has_history = True

    def __init__(self, files: Files, *, ref: str, note: Callable[[str], None]) -> None:
        self._files = files
        self._ref = ref
        self._note = note

    async def check(self) -> None:
        await self._tip()
        await self._files.check()

    async def snapshot(self) -> Snapshot:
        return await self._files.at(await self._tip())

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        return await self._files.commit(base, state, message)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        moved = await self._files.git.ask(
            "update-ref", "-m", "campaignsync: record", self._ref, commit, base.id
        )
        if moved.status:
            return moved.words
        if not await self._follow(base, commit):
            self._note(
                f"{self._files.state} in this folder was left alone: it has changes, or another branch is "
                f"checked out. Get the new one with: git checkout {commit[:12]} -- {self._files.state}"
            )
        return None

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        return await self._files.is_ancestor(commit, tip.id)

    async def _tip(self) -> str:
        tip = await commit_at(self._files.git, self._ref)
        if tip is None:
            raise GitError(
                f"the branch {self._ref.removeprefix('refs/heads/')} has no commit",
                hint="Commit the definitions first.",
            )
        return tip

    async def _follow(self, base: Snapshot, commit: str) -> bool:
        """Bring index entry and file to the commit, if they were as the base has them; return whether."""
        git, path = self._files.git, self._files.state
        if await current_branch(git) != self._ref or not await self._is_untouched(base):
            return False
        (blob,) = await list_blobs(git, commit, path)
        entry = f"{blob.mode},{blob.id},{path}"
        answers = [
            await git.ask("update-index", "--add", "--cacheinfo", entry),
            # As a checkout does it: with filters, and never through a symbolic link.
            await git.ask("checkout-index", "--force", "--index", "--quiet", "--", path),
        ]
        return not any(answer.status for answer in answers)

    async def _is_untouched(self, base: Snapshot) -> bool:
        git, path = self._files.git, self._files.state
        listed = (await git.run("ls-files", "-t", "-z", "--", f":(top,literal){path}")).stdout
        if not base.has_state:
            return not listed and not os.path.lexists(git.folder / path)  # noqa: ASYNC240  # one look
        if listed.startswith(b"S "):
            return False
        await git.ask("update-index", "-q", "--refresh")
        compared = ("--quiet", base.id, "--", f":(top,literal){path}")
        return all(
            [
                (await git.ask("diff-index", *options, *compared)).status == 0
                for options in ((), ("--cached",))
            ]
        )


async def current_branch(git: Git) -> str | None:
    """Return the ref of the current branch, None on none (a detached HEAD)."""
    answer = await git.ask("symbolic-ref", "--quiet", "HEAD")
    return None if answer.status else answer.text
