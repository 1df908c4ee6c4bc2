"""The current branch of this clone: read at its tip, recorded by compare-and-swap of its ref. Does I/O."""

import os
from collections.abc import Callable
from hashlib import sha256

from campaignsync.errors import GitError
from campaignsync.repository.branch import Files
from campaignsync.repository.objects import Blob, commit_at, list_blobs, read_blobs
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
        self.ref = ref
        self._note = note
        # Where the branch was before this work tree has followed it: what a killed run leaves to do.
        self._moved_from = f"refs/worktree/campaignsync/{sha256(os.fsencode(files.state)).hexdigest()[:16]}"

        self._is_locked_out = False

    async def check(self) -> None:
        tip = await self._tip()
        await self._files.check()
        moved_from = await commit_at(self._files.git, self._moved_from)
        if moved_from is not None and await self._catch_up(moved_from, tip):
            await self._files.git.ask("update-ref", "-d", self._moved_from)

    async def snapshot(self) -> Snapshot:
        return await self._files.at(await self._tip())

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        return await self._files.commit(base, state, message)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        git = self._files.git
        # A mark that is left says where index and file still are: they were locked out before.
        behind = await commit_at(git, self._moved_from)
        if behind is None:
            # First, by itself: where git is killed amid a transaction, only some of its refs have moved.
            marked = await git.ask("update-ref", self._moved_from, base.id)
            if marked.status:
                return marked.words.partition("\n")[0]
        moved = await git.ask("update-ref", "-m", "campaignsync: record", self.ref, commit, base.id)
        if moved.status:
            if behind is None:
                await git.ask("update-ref", "-d", self._moved_from)
            return moved.words.partition("\n")[0]
        has_followed = await self._follow(behind or base.id, commit)
        if self._is_locked_out:
            self._note(
                f"{self._files.state} in this folder could not follow: another git command holds the index. "
                "Run sync again before you commit anything; it catches up."
            )
            return None
        await git.ask("update-ref", "-d", self._moved_from)
        if not has_followed:
            self._note(
                f"{self._files.state} in this folder was left alone: it has changes, or another branch is "
                f"checked out. Get the new one with: git checkout {commit[:12]} -- {self._files.state}"
            )
        return None

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        return await self._files.is_ancestor(commit, tip.id)

    async def _tip(self) -> str:
        tip = await commit_at(self._files.git, self.ref)
        if tip is None:
            raise GitError(
                f"the branch {self.ref.removeprefix('refs/heads/')} has no commit",
                hint="Commit the definitions first.",
            )
        return tip

    async def _catch_up(self, base: str, tip: str) -> bool:
        """Do what a run left to do that was killed, or locked out, after it had moved the branch.

        Returns:
            Whether nothing is left to do: not where another git command holds the index now.
        """
        git, path = self._files.git, self._files.state
        literal = ("--", f":(top,literal){path}")
        if await list_blobs(git, tip, path):
            if not (await git.ask("diff-index", "--cached", "--quiet", tip, *literal)).status:
                # Its entry is new, and the file may be old: begin again.
                begun = await git.ask("reset", "--quiet", base, *literal)
                if begun.is_locked_out:
                    return False
            await self._follow(base, tip, may_be_torn=True)
        return not self._is_locked_out

    async def _follow(self, base: str, commit: str, *, may_be_torn: bool = False) -> bool:
        """Bring index entry and file to the commit, each if it was as the base has it; return whether both.

        With the old entry in the index, the person's next commit would take the records out again.

        Args:
            base: The commit that the branch was at.
            commit: The one that it is at now.
            may_be_torn: A run was killed while it did this: the file may be a first part of the new one.
        """
        self._is_locked_out = False
        git, path = self._files.git, self._files.state
        literal = ("--", f":(top,literal){path}")
        if await current_branch(git) != self.ref:
            return False
        if (await git.ask("diff-index", "--cached", "--quiet", base, *literal)).status:
            return False
        await git.ask("update-index", "-q", "--refresh")
        tag = (await git.ask("ls-files", "-v", "-z", *literal)).stdout[:1]
        is_there = os.path.lexists(git.folder / path)  # noqa: ASYNC240  # one look
        is_same = not is_there
        if tag == b"H":
            is_same = not (await git.ask("diff-index", "--quiet", base, *literal)).status
        (blob,) = await list_blobs(git, commit, path)
        if may_be_torn and tag == b"H" and not is_same:
            is_same = await self._is_torn(blob)
        entry = ("--add", "--cacheinfo", f"{blob.mode},{blob.id},{path}")
        is_left_out = tag in {b"S", b"s"}  # by a sparse checkout
        kept = ("--skip-worktree", "--", path) if is_left_out else ()
        updated = await git.ask("update-index", *entry, *kept)
        self._is_locked_out = updated.is_locked_out
        if updated.status or not is_same:
            return False
        if is_left_out:
            return True
        # As a checkout does it: with filters, and never through a symbolic link. Only what is known to be
        # the base's may be replaced: --force would also take a file or a link in the folder's place.
        force = ("--force",) if is_there else ()
        return not (await git.ask("checkout-index", *force, "--index", "--quiet", "--", path)).status

    async def _is_torn(self, blob: Blob) -> bool:
        """Return whether the file is a first part of this content, as a kill leaves it."""
        file = self._files.git.folder / self._files.state
        content = (await read_blobs(self._files.git, [blob.id]))[blob.id]
        try:
            is_link, found = file.is_symlink(), file.read_bytes()  # one look
        except OSError:
            return False
        return not is_link and len(found) < len(content) and content.startswith(found)


async def current_branch(git: Git) -> str | None:
    """Return the ref of the current branch, None on none (a detached HEAD)."""
    answer = await git.ask("symbolic-ref", "--quiet", "HEAD")
    return None if answer.status else answer.text
