"""A bare remote and clones of it, real ones, for the tests of git."""

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from campaignsync.git import GitRepository, open_repository
from campaignsync.state import Record, State, Status, render

STATE = "state/campaigns.json"
MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
MESSAGE = "campaignsync: create 1 campaign\n\nBilling: cd-1\n\nSource-Commit: 0123abc\nRun: https://ci/1\n"


def text(*names: str) -> str:
    """Return a state's text with these campaigns."""
    records = [
        Record(
            name=name,
            camp_id=f"cd-{name}",
            status=Status.CREATED,
            source=f"campaigns/{name}.yaml",
            digest="sha256:ab",
            definition={"name": name},
            claimed_at=MOMENT,
            created_at=MOMENT,
        )
        for name in names
    ]
    return render(State(host="https://platform.kore.ai", app_id="st-1").with_entries(records))


@dataclass(frozen=True)
class Clone:
    """One work tree and what a person does in it."""

    path: Path

    def git(self, *args: str) -> str:
        """Run git as a person does; return what it prints."""
        return subprocess.run(
            ["git", *args], check=True, capture_output=True, text=True, cwd=self.path
        ).stdout.strip()

    def write(self, path: str, content: str) -> None:
        """Write a file, and its folder."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8", newline="")

    def read(self, path: str) -> str:
        """Return a file's content."""
        return (self.path / path).read_text(encoding="utf-8")

    def commit(self, path: str, content: str, message: str = "a person's change") -> str:
        """Write and commit a file; return the commit."""
        self.write(path, content)
        self.git("add", "--", path)
        self.git("commit", "--quiet", f"--message={message}", "--", path)
        return self.head

    @property
    def head(self) -> str:
        """The commit at HEAD."""
        return self.git("rev-parse", "HEAD")

    @property
    def status(self) -> str:
        """What git says of every file: staged, modified, untracked, with the ids of what is staged."""
        return self.git("status", "--porcelain=v2", "--untracked-files=all")

    def hook(self, name: str, script: str) -> None:
        """Install a hook."""
        hooks = Path(self.git("rev-parse", "--git-path", "hooks"))
        hook = self.path / hooks / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        hook.chmod(0o755)

    def make_untidy(self) -> str:
        """Leave staged, modified, half staged, removed and new files about; return git's word on them."""
        for name in ("staged", "modified", "both", "removed", "gone"):
            self.commit(f"other/{name}.txt", "1\n")
        self.write("other/staged.txt", "2\n")
        self.write("other/both.txt", "2\n")
        self.write("other/new staged.txt", "1\n")
        self.git("add", "other/staged.txt", "other/both.txt", "other/new staged.txt")
        self.git("rm", "--quiet", "other/removed.txt")
        self.write("other/both.txt", "3\n")
        self.write("other/modified.txt", "2\n")
        (self.path / "other/gone.txt").unlink()
        self.write("other/untracked.txt", "1\n")
        self.write("other/intended.txt", "1\n")
        self.git("add", "--intent-to-add", "other/intended.txt")
        return self.status

    async def open(self, *, state: str = STATE, folder: str = ".", **env: str) -> GitRepository:
        """Return the work tree as the sync sees it."""
        repository = await open_repository(self.path / folder, Path(state), {**os.environ, **env})
        assert repository is not None
        return repository


def new_clone(path: Path, *args: str) -> Clone:
    """Make a new repository, or with arguments a clone, with an identity."""
    command = ["clone", "--quiet", *args] if args else ["init", "--quiet", "--initial-branch=main"]
    subprocess.run(["git", *command, path], check=True, capture_output=True)
    clone = Clone(path)
    clone.git("config", "user.name", "Ada Person")
    clone.git("config", "user.email", "ada@example.com")
    return clone


@dataclass(frozen=True)
class Remote:
    """A bare repository, its address, and two clones."""

    bare: Clone
    first: Clone
    second: Clone

    @property
    def url(self) -> str:
        """Its address; a file URL, since git takes short cuts with paths."""
        return f"file://{self.bare.path}"

    @property
    def tip(self) -> str:
        """The commit of its main branch."""
        return self.bare.git("rev-parse", "refs/heads/main")


def new_remote(folder: Path) -> Remote:
    """Make a remote with a first commit of a definition and an empty state, and two clones of it."""
    bare = folder / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
    first = new_clone(folder / "first", f"file://{bare}")
    first.write("campaigns/billing.yaml", "name: Billing\n")
    first.commit("campaigns/billing.yaml", "name: Billing\n")
    first.commit(STATE, text())
    first.git("push", "--quiet", "origin", "main")
    return Remote(bare=Clone(bare), first=first, second=new_clone(folder / "second", f"file://{bare}"))


def new_work_tree(path: Path) -> Clone:
    """Make a repository without a remote, with a committed definition and an empty state."""
    clone = new_clone(path)
    clone.commit("campaigns/billing.yaml", "name: Billing\n")
    clone.commit(STATE, text())
    return clone


async def commit_own(clone: Clone, *names: str) -> tuple[GitRepository, str]:
    """Commit a state as the sync does."""
    clone.write(STATE, text(*names))
    repository = await clone.open()
    commit = await repository.commit(MESSAGE)
    assert commit is not None
    return repository, commit


def push_as_person(clone: Clone, path: str = "other.txt", content: str = "1\n") -> str:
    """Commit and push a change to main; return the commit."""
    clone.git("pull", "--quiet", "--rebase")
    commit = clone.commit(path, content)
    clone.git("push", "--quiet", "origin", "HEAD:main")
    return commit
