"""The git work tree as the sync needs it. Does I/O."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaignsync.errors import GitError, StateError
from campaignsync.git import branch, objects, pushing, upstream, worktree
from campaignsync.git.pushing import PushRefused
from campaignsync.git.runner import Git, clean_environment, printable
from campaignsync.git.upstream import Ahead
from campaignsync.state import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRepository:
    """One work tree and the state file in it; made by `open_repository`.

    It implements the sync's port `Repository`, whose docstrings say what the methods promise. Every method
    leaves what people staged or modified as it is, and raises GitError where git can't do it. A command
    under way ends with its task: whoever must not be interrupted shields it.

    Attributes:
        git: The runner, in the top of the work tree.
        git_dir: The git folder of this work tree; `git status` never looks into it.
        scratch: Where temporary files go, inside it.
        cwd: The working directory, which definitions are relative to.
        state: The state file.
        is_ci: Whether this is GitHub Actions, where the bot commits if nobody is configured.
    """

    git: Git
    git_dir: Path
    scratch: Path
    cwd: Path
    state: Path
    is_ci: bool

    @property
    def top(self) -> Path:
        """The top of the work tree."""
        return self.git.folder

    @property
    def _is_inside(self) -> bool:
        return self.state.is_relative_to(self.top)

    @property
    def path(self) -> str:
        """The state file from the top of the work tree, with forward slashes.

        Raises:
            GitError: It is outside.
        """
        if not self._is_inside:
            raise GitError(
                f"the state file {self.state} is outside the work tree {self.top}, so git can't keep it",
                hint="Use a --state inside it, or --no-commit.",
            )
        return self.state.relative_to(self.top).as_posix()

    async def check(self) -> None:
        """Raise GitError unless a sync can commit here: see the port; also an identity and a kept state."""
        await worktree.check_branch(self.git, self.git_dir)
        await worktree.check_state_path(self.git, self.path)
        await worktree.identity(self.git, is_ci=self.is_ci)
        await self._check_not_lost()

    async def _check_not_lost(self) -> None:
        """Raise GitError where the state file is gone and HEAD's has entries: all would be created again."""
        if self._is_on_disk or not await self._has_entries_at_head():
            return
        raise GitError(
            f"the state file {self.path} is missing, and the last commit has campaigns in it",
            hint=f"Bring it back: git checkout HEAD -- {self.path}. To start anew, commit its removal.",
        )

    @property
    def _is_on_disk(self) -> bool:
        return os.path.lexists(self.state)

    async def _has_entries_at_head(self) -> bool:
        try:
            text = await self.state_at_head()
            return text is not None and bool(parse(text, where=self.path).entries)
        except StateError:
            return True

    async def head(self) -> str:
        """Return the commit at HEAD."""
        return await branch.head(self.git)

    async def uncommitted(self, sources: Sequence[str], *, commit: str = "HEAD") -> tuple[str, ...]:
        """Return those of the definition files that a commit does not hold as they stand."""
        found = await objects.commit_at(self.git, commit)
        if found is None:
            raise GitError(
                f"the commit {printable(commit)} is not in this repository",
                hint="The clone must go back to it (in GitHub Actions: fetch-depth: 0).",
            )
        return await worktree.uncommitted(self.git, self.cwd, sources, commit=found)

    async def state_at_head(self) -> str | None:
        """Return the state file's text in HEAD, None where it is not there."""
        return await self._state_at("HEAD")

    async def state_at_base(self) -> str | None:
        """Return the state file's text where HEAD and its upstream parted."""
        base = await upstream.base(self.git)
        return None if base is None else await self._state_at(base)

    async def state_at_upstream(self) -> str | None:
        """Return the state file's text at the upstream as last fetched, None also without an upstream."""
        found = await upstream.find_upstream(self.git)
        return None if found is None else await self._state_at(found.tracking)

    async def _state_at(self, revision: str) -> str | None:
        return await objects.text_at(self.git, revision, self.path) if self._is_inside else None

    async def commit(self, message: str) -> str | None:
        """Commit the state file as it stands on disk and nothing else; None where HEAD holds it already."""
        identity = await worktree.identity(self.git, is_ci=self.is_ci)
        return await branch.commit_file(self.git, self.path, message, identity=identity)

    async def check_push(self, branch: str | None) -> None:
        """Raise GitError unless the branch is the remote's default, or the one named, and has an upstream."""
        await upstream.check_push(self.git, branch)

    async def fetch(self) -> None:
        """Bring the upstream's tip up to date."""
        await upstream.fetch(self.git)

    async def ahead(self) -> Ahead:
        """Compare HEAD with the upstream as last fetched."""
        return await upstream.compare(self.git, self.path)

    async def is_on_upstream(self, commit: str) -> bool:
        """Return whether the upstream as last fetched holds this commit."""
        return await upstream.is_on_upstream(self.git, commit)

    async def replay(self, text: str, message: str) -> str:
        """Make a commit on the upstream's tip that holds this state; touches no branch and no file."""
        tip = await upstream.tip_of(self.git, await upstream.require_upstream(self.git))
        new = objects.NewCommit(parent=tip, path=self.path, text=text, message=message)
        identity = await worktree.identity(self.git, is_ci=self.is_ci)
        return await objects.make_commit(self.git, new, scratch=self.scratch, identity=identity)

    async def push(self, commit: str) -> PushRefused | None:
        """Push a commit, fast-forward only; GitError: the answer was lost, or nothing answered."""
        return await pushing.push(self.git, commit)

    async def move_to(self, commit: str | None) -> None:
        """Move branch, index and files to a commit (None: the upstream's tip), keeping people's changes."""
        if commit is None:
            commit = await upstream.tip_of(self.git, await upstream.require_upstream(self.git))
        await branch.move_branch(self.git, commit)


async def open_repository(cwd: Path, state: Path, env: Mapping[str, str]) -> GitRepository | None:
    """Find the work tree that a folder is in; writes nothing.

    Args:
        cwd: The working directory.
        state: The state file, relative to it; need not exist, nor be in the work tree.
        env: The process's environment.

    Returns:
        The work tree; None where there is none: no repository, a bare one, or git's own folder.

    Raises:
        GitError: Git is missing, or refuses to look (as where the repository belongs to another user).
    """
    here = _real(cwd)
    git = Git(folder=here, env=clean_environment(env))
    inside = await git.ask("rev-parse", "--is-inside-work-tree")
    if inside.status and b"not a git repository" not in inside.stderr:
        raise inside.failure("git can't use this repository")
    if inside.text != "true":
        return None
    top = Path((await git.run("rev-parse", "--show-toplevel")).text)
    git_dir = Path((await git.run("rev-parse", "--absolute-git-dir")).text)
    file = here / state
    return GitRepository(
        git=Git(folder=top, env=git.env),
        git_dir=git_dir,
        scratch=git_dir / "campaignsync",
        cwd=here,
        state=_real(file.parent) / file.name,
        is_ci=env.get("GITHUB_ACTIONS") == "true",
    )


def _real(folder: Path) -> Path:
    """Return a folder without symbolic links on the way, as git names the work tree."""
    return Path(os.path.realpath(folder))
