"""A branch as a place to read and record: what local and remote ones have in common. Does I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaignsync.errors import GitError, StateError
from campaignsync.repository.modes import LINK, SUBMODULE
from campaignsync.repository.objects import (
    Blob,
    NewCommit,
    committer,
    list_blobs,
    make_commit,
    read_blobs,
)
from campaignsync.repository.runner import Git
from campaignsync.repository.state_file import MAX_STATE_BYTES
from campaignsync.snapshot import Definitions, Snapshot
from campaignsync.state import State, parse_bytes, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The definition files of a commit, before anybody has read them.

    Attributes:
        git: The runner.
        commit: The commit.
        folder: The folder of the definitions, from the top.
        blobs: All that is at and below it.
    """

    git: Git
    commit: str
    folder: str
    blobs: Sequence[Blob]

    async def read(self, blobs: Sequence[Blob]) -> Mapping[str, bytes]:
        """Return the contents of some of the files, by path; raises GitError where one is missing."""
        contents = await read_blobs(self.git, [blob.id for blob in blobs])
        return {blob.path: contents[blob.id] for blob in blobs}


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Which files of a repository a run is about.

    Attributes:
        git: The runner, in the top of the work tree.
        state: The state file, from there.
        campaigns: The folder of the definitions, from there.
        scratch: A folder for temporary files.
        is_ci: Whether this is GitHub Actions, where the bot commits if nobody is configured.
        definitions: Makes definitions of a commit's files.
    """

    git: Git
    state: str
    campaigns: str
    scratch: Path
    is_ci: bool
    definitions: Callable[[Tree], Definitions]

    async def check(self) -> None:
        """Raise GitError where git would not keep the state file, or doesn't know who commits."""
        if ".git" in (part.lower() for part in self.state.split("/")):
            raise GitError(
                f"the state file {self.state} is inside git's own folder", hint="Use another --state."
            )
        answer = await self.git.ask("check-ignore", "--quiet", "--", f"./{self.state}")
        if answer.status == 0:
            raise GitError(
                f"the state file {self.state} is ignored by git, so it would not be kept",
                hint="Take it out of .gitignore (git check-ignore -v shows the line), or use another file.",
            )
        if answer.status != 1:
            raise answer.failure(f"git can't keep the state file {self.state}")
        await committer(self.git, is_ci=self.is_ci)

    async def at(self, commit: str) -> Snapshot:
        """Return the snapshot of a commit.

        Raises:
            GitError: Git can't read it.
            StateError: Its state is damaged, or not a regular file.
        """
        blobs = await list_blobs(self.git, commit, self.campaigns, self.state)
        below = f"{self.campaigns}/"
        tree = Tree(
            git=self.git,
            commit=commit,
            folder=self.campaigns,
            blobs=[
                blob for blob in blobs if self.campaigns in {".", blob.path} or blob.path.startswith(below)
            ],
        )
        held = next((blob for blob in blobs if blob.path == self.state), None)
        return Snapshot(
            id=commit,
            state=State() if held is None else await self._state_of(held, commit),
            definitions=self.definitions(tree),
        )

    async def _state_of(self, blob: Blob, commit: str) -> State:
        where = f"{self.state} in {commit[:12]}"
        if blob.mode in {LINK, SUBMODULE}:
            kind = "a symbolic link" if blob.mode == LINK else "a submodule"
            raise StateError(f"{where}: is {kind}", hint="The state must be a regular file: --state FILE.")
        if blob.size > MAX_STATE_BYTES:
            raise StateError(
                f"{where}: holds more than {MAX_STATE_BYTES // 1024**2} MiB, so it can't be a state file",
                hint="Look whether --state names the right file.",
            )
        return parse_bytes((await read_blobs(self.git, [blob.id]))[blob.id], where=where)

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        """Make a commit on a snapshot that holds this state and changes nothing else.

        Raises:
            GitError: Git failed, as where a commit can't be signed.
        """
        return await self.commit_file(base.id, self.state, render(state), message)

    async def commit_file(self, parent: str, path: str, text: str, message: str) -> str:
        """Make a commit on another that changes one file and nothing else; errors as for `commit`."""
        new = NewCommit(parent=parent, path=path, text=text, message=message)
        identity = await committer(self.git, is_ci=self.is_ci)
        self.scratch.mkdir(parents=True, exist_ok=True)
        return await make_commit(self.git, new, scratch=self.scratch, identity=identity)

    async def read(self, commit: str, path: str) -> bytes | None:
        """Return what a regular file holds in a commit; None where there is none.

        Raises:
            GitError: Git can't read it.
        """
        held = [blob for blob in await list_blobs(self.git, commit, path) if blob.path == path]
        if not held or held[0].mode in {LINK, SUBMODULE} or held[0].size > MAX_STATE_BYTES:
            return None
        return (await read_blobs(self.git, [held[0].id]))[held[0].id]

    async def is_ancestor(self, commit: str, tip: str) -> bool:
        """Return whether a commit is another or in its history."""
        return (await self.git.ask("merge-base", "--is-ancestor", commit, tip)).status == 0
