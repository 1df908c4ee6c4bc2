"""A branch on a remote: fetched into a ref of the program's own, recorded by a fast-forward push. Does I/O.

The person's branches, index and files have no part in it.
"""

from dataclasses import replace
from pathlib import Path

import anyio

from campaignsync.errors import GitError
from campaignsync.repository.branch import Files
from campaignsync.repository.local_branch import current_branch
from campaignsync.repository.objects import commit_at
from campaignsync.repository.runner import NETWORK_TIMEOUT_S, Answer, Git, printable
from campaignsync.snapshot import Snapshot
from campaignsync.state import State

_HEADS = "refs/heads/"
_LONGEST = 600


class RemoteBranch:
    """Implements the protocol's `Recorder`, whose docstrings say what the methods promise.

    Args:
        files: Which files it is about.
        objects: Where commits are made until the remote has them (`scratch.object_folder`).
        key: A name for the program's own ref, the target's.
        branch: The branch to push to; None for the remote's default.
    """

    is_shared = True
    has_history = True

    def __init__(self, files: Files, *, objects: Path, key: str, branch: str | None) -> None:
        self._git = files.git
        private = replace(files.git, env={**files.git.env, "GIT_OBJECT_DIRECTORY": str(objects)})
        self._files = replace(files, git=private, scratch=objects)
        self._own_ref = f"refs/campaignsync/{key}"
        self._branch = branch
        self._remote = ""

    async def check(self) -> None:
        self._remote = await find_remote(self._git)
        self._branch = self._branch or await self._default_branch()
        await self._files.check()

    async def snapshot(self) -> Snapshot:
        fetched = await self._git.ask(
            "fetch", "--quiet", "--no-tags", "--no-prune", "--no-recurse-submodules", "--no-write-fetch-head",
            # Without it, the person's own remote-tracking branch would move, too.
            "--refmap=",
            "--end-of-options", self._remote, f"+{self._ref}:{self._own_ref}",
            timeout_s=NETWORK_TIMEOUT_S,
        )  # fmt: skip
        if fetched.status:
            raise fetched.failure(f"can't fetch {self._branch} from {self._remote}")
        tip = await commit_at(self._git, self._own_ref)
        if tip is None:
            raise GitError(f"{self._remote}/{self._branch} was fetched and isn't here", hint="Run git fsck.")
        return await self._files.at(tip)

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        return await self._files.commit(base, state, message)

    async def commit_file(self, base: Snapshot, path: str, text: str, message: str) -> str:
        """Make a commit on a snapshot that holds one file so and changes nothing else."""
        return await self._files.commit_file(base.id, path, text, message)

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        try:
            answer = await self._git.ask(
                "push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no",
                # The commit's parent and nothing else may be there (git-push(1)): onto a branch that was set
                # back or deleted meanwhile, it would bring back what somebody has just taken away.
                f"--force-with-lease={self._ref}:{base.id}",
                # Not by the remote's name: the person's remote-tracking branch would move to a commit that
                # their clone hasn't.
                "--end-of-options", await push_url(self._git, self._remote), f"{commit}:{self._ref}",
                # Only to read: what a hook makes must stay in the clone, not go when this run ends.
                env={"GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self._files.scratch)},
                timeout_s=NETWORK_TIMEOUT_S,
                has_hooks=True,
            )  # fmt: skip
        except GitError as error:
            return error.message
        return self._reason(answer) if answer.status else None

    async def rehearse(self, commit: str) -> None:
        """Ask the remote whether a push would be taken, without one; rules for the branch are not asked.

        Raises:
            GitError: It would not.
        """
        answer = await self._git.ask(
            "push", "--dry-run", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
            "--end-of-options", await push_url(self._git, self._remote), f"{commit}:{self._ref}",
            timeout_s=NETWORK_TIMEOUT_S,
        )  # fmt: skip
        if answer.status:
            reason = self._reason(answer).partition("\n")[0]
            raise GitError(
                f"{self.shown} can be read, and not pushed to: {reason}",
                hint="A sync pushes claims and ids there: give who runs it the right to write.",
            )

    @property
    def shown(self) -> str:
        """The branch as people write it, once `check` has found it."""
        return f"{self._remote}/{self._branch}"

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        return await self._files.is_ancestor(commit, tip.id)

    async def close(self) -> None:
        """Remove the program's own ref: the clone is left as it was."""
        with anyio.CancelScope(shield=True):
            await self._git.ask("update-ref", "-d", self._own_ref)

    @property
    def _ref(self) -> str:
        return f"{_HEADS}{self._branch}"

    def _reason(self, answer: Answer) -> str:
        """Return why a push failed: git's word on the ref (git-push(1), "Output"), and the remote's own."""
        said = [
            line.removeprefix("remote:").strip()
            for line in answer.stderr.decode(errors="replace").splitlines()
            if line.startswith("remote:")
        ]
        for line in answer.stdout.decode(errors="replace").splitlines():
            flag, *rest = line.split("\t")
            if flag == "!" and rest[1:]:
                parts = (rest[-1].strip(), " ".join(filter(None, said)))
                return printable(": ".join(filter(None, parts)))[:_LONGEST]
        return answer.words[-_LONGEST:]

    async def _default_branch(self) -> str:
        """Return the remote's default branch as it says now, else as it was when this was cloned."""
        remote = self._remote
        asked = await self._git.ask(
            "ls-remote", "--symref", "--end-of-options", remote, "HEAD", timeout_s=NETWORK_TIMEOUT_S
        )
        if asked.status:
            raise asked.failure(f"can't reach {remote}")
        for line in asked.text.splitlines():
            if line.startswith(f"ref: {_HEADS}"):
                return line.removeprefix(f"ref: {_HEADS}").split("\t")[0]
        remembered = await self._git.ask("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
        branch = remembered.text.removeprefix(f"refs/remotes/{remote}/")
        if not branch:
            raise GitError(
                f"{remote} does not say which branch is its default",
                hint="Name the branch that all runs push to: --branch NAME.",
            )
        return branch


async def push_url(git: Git, remote: str) -> str:
    """Return where pushes to a remote go, as configured: git itself applies its rules for URLs."""
    for key in ("pushurl", "url"):
        answer = await git.ask("config", "--get-all", f"remote.{remote}.{key}")
        if answer.text:
            return answer.text.split("\n")[0]
    raise GitError(f"there is no remote {printable(remote)}, so there is nowhere to push")


async def find_remote(git: Git) -> str:
    """Return the remote of the current branch, else "origin".

    Raises:
        GitError: There is no such remote.
    """
    name = await _configured_remote(git) or "origin"
    if (await git.ask("config", "--get", f"remote.{name}.url")).status:
        raise GitError(
            f"there is no remote {printable(name)}, so there is nowhere to push",
            hint="Add one (git remote add origin URL), or run it without --push.",
        )
    return name


async def has_remote(git: Git) -> bool:
    """Return whether there is a remote to push to."""
    name = await _configured_remote(git) or "origin"
    return (await git.ask("config", "--get", f"remote.{name}.url")).status == 0


async def has_upstream(git: Git) -> bool:
    """Return whether the current branch has an upstream elsewhere: others may record there."""
    branch = await current_branch(git)
    if branch is None:
        return False
    name = branch.removeprefix(_HEADS)
    # A name or a URL; "." is this very clone (git-config(1), "branch.<name>.remote").
    remote, merge = [
        (await git.ask("config", "--get", f"branch.{name}.{key}")).text for key in ("remote", "merge")
    ]
    return remote not in {"", "."} and merge.startswith(_HEADS)


async def _configured_remote(git: Git) -> str | None:
    branch = await current_branch(git)
    if branch is None:
        return None
    name = (await git.ask("config", "--get", f"branch.{branch.removeprefix(_HEADS)}.remote")).text
    is_named = bool(name) and (await git.ask("config", "--get", f"remote.{name}.url")).status == 0
    return name if is_named else None
