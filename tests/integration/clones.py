"""A bare remote and clones of it, real ones, for the tests of git."""

import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from campaignsync.definitions import CommittedDefinitions
from campaignsync.repository.branch import Files
from campaignsync.repository.layout import Layout, find_layout
from campaignsync.repository.local_branch import LocalBranch
from campaignsync.repository.remote_branch import RemoteBranch
from campaignsync.repository.runner import Git, clean_environment
from campaignsync.repository.scratch import object_folder
from campaignsync.snapshot import Snapshot
from campaignsync.state import Record, State, Status, render
from tests.integration.bad_definitions import GOOD

STATE = "state/campaigns.json"
BILLING = "campaigns/billing.yaml"
MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
KEY = "0123456789abcdef"
MESSAGE = "campaignsync: create 1 campaign\n\n# Größe: cd-1\n\n\nSource-Commit: 0123abc\nRun: https://ci/1\n"


def state(*names: str) -> State:
    """Return a state with these campaigns."""
    records = [
        Record(
            name=name,
            camp_id=f"cd-{name}",
            status=Status.CREATED,
            source=f"campaigns/{name}.yaml",
            digest="sha256:ab",
            definition={"name": name, "contactLists": ["Buyers"], "priority": "5"},
            claimed_at=MOMENT,
            created_at=MOMENT,
        )
        for name in names
    ]
    return State(host="https://platform.kore.ai", app_id="st-1").with_entries(records)


def text(*names: str) -> str:
    """Return a state's text with these campaigns."""
    return render(state(*names))


def definition(name: str) -> str:
    """Return a valid definition's text."""
    return GOOD.replace("Spring Offer", name)


@dataclass(frozen=True)
class Clone:
    """One work tree and what a person does in it."""

    path: Path

    def git(self, *args: str) -> str:
        """Run git as a person does; return what it prints."""
        return subprocess.run(
            ["git", *args], check=True, capture_output=True, text=True, cwd=self.path
        ).stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file, and its folder."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        """Return a file's content."""
        return (self.path / path).read_bytes().decode()

    def commit(self, path: str, content: str | bytes, message: str = "a person's change") -> str:
        """Write and commit a file; return the commit."""
        self.write(path, content)
        self.git("add", "--", path)
        self.git("commit", "--quiet", f"--message={message}", "--", path)
        return self.head

    def commit_all(self, message: str = "a person's change") -> str:
        """Commit all that is there; return the commit."""
        self.git("-c", "advice.addEmbeddedRepo=false", "add", "--all")
        self.git("commit", "--quiet", f"--message={message}")
        return self.head

    @property
    def head(self) -> str:
        """The commit at HEAD."""
        return self.git("rev-parse", "HEAD")

    @property
    def status(self) -> str:
        """What git says of every file: staged, modified, untracked, with the ids of what is staged."""
        return self.git("status", "--porcelain=v2", "--untracked-files=all")

    @property
    def everything(self) -> dict[str, object]:
        """What a person has in it: branches, tags, stash, reflogs, index, settings, and each file's bytes."""
        return {
            "refs": self.git("for-each-ref"),
            "HEAD": (self.path / self.git("rev-parse", "--git-path", "HEAD")).read_text(encoding="utf-8"),
            "reflogs": self.git("log", "--walk-reflogs", "--all", "--format=%H %gD %gs"),
            "index": self.git("ls-files", "--stage", "-v"),
            "settings": self.git("config", "--list", "--local"),
            "files": {
                path.relative_to(self.path).as_posix(): path.read_bytes()
                for path in self.path.rglob("*")
                if path.is_file() and ".git" not in path.relative_to(self.path).parts
            },
        }

    def hook(self, name: str, script: str) -> None:
        """Install a hook."""
        hooks = Path(self.git("rev-parse", "--git-path", "hooks"))
        hook = self.path / hooks / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        hook.chmod(0o755)

    def make_untidy(self) -> None:
        """Leave staged, modified, half staged, removed, new and stashed changes about."""
        for name in ("staged", "modified", "both", "removed", "gone", "stashed"):
            self.write(f"other/{name}.txt", "1\n")
        self.git("add", "other")
        self.git("commit", "--quiet", "--message=other files")
        self.write("other/stashed.txt", "2\n")
        self.git("stash", "--quiet")
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

    @property
    def layout(self) -> Layout:
        """Where its folders are."""
        layout = find_layout(self.path)
        assert layout is not None
        return layout

    def runner(self, env: Mapping[str, str] | None = None) -> Git:
        """Return what runs git here."""
        return Git(folder=self.layout.top, env=clean_environment({**os.environ, **(env or {})}))

    def at(
        self,
        state: str = STATE,
        campaigns: str = "campaigns",
        *,
        is_ci: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> Files:
        """Return the files that a run is about."""
        return Files(
            git=self.runner(env),
            state=state,
            campaigns=campaigns,
            scratch=self.layout.common / "campaignsync",
            is_ci=is_ci,
            definitions=partial(CommittedDefinitions, folder=campaigns),
        )

    async def make(self, *names: str, files: Files | None = None) -> tuple[Snapshot, str]:
        """Commit a state on HEAD as a run does, moving nothing; return HEAD's snapshot and the commit."""
        files = files or self.at()
        base = await files.at(self.head)
        return base, await files.commit(base, state(*names), MESSAGE)

    def local(self, files: Files | None = None, *, branch: str = "main") -> tuple[LocalBranch, list[str]]:
        """Return its branch as a place to record, and the notes that a person reads."""
        notes: list[str] = []
        ref = f"refs/heads/{branch}"
        return LocalBranch(files or self.at(), ref=ref, note=notes.append), notes

    @asynccontextmanager
    async def pushing(
        self, files: Files | None = None, *, branch: str | None = None, key: str = KEY
    ) -> AsyncIterator[RemoteBranch]:
        """Give the remote's branch as a place to record, checked and closed as a run does."""
        with object_folder(self.layout.common / "objects", key=key) as objects:
            recorder = RemoteBranch(files or self.at(), objects=objects, key=key, branch=branch)
            try:
                await recorder.check()
                yield recorder
            finally:
                await recorder.close()


def new_clone(path: Path, *args: str) -> Clone:
    """Make a new repository, or with arguments a clone, with an identity."""
    command = ["clone", "--quiet", *args] if args else ["init", "--quiet", "--initial-branch=main"]
    subprocess.run(["git", *command, path], check=True, capture_output=True)
    clone = Clone(path)
    clone.git("config", "user.name", "Ada Person")
    clone.git("config", "user.email", "ada@example.com")
    return clone


def new_work_tree(path: Path) -> Clone:
    """Make a repository without a remote, with a committed definition and an empty state."""
    clone = new_clone(path)
    clone.write(BILLING, definition("Billing"))
    clone.write(STATE, text())
    clone.commit_all("begin")
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

    def shown(self, path: str, commit: str = "main") -> str:
        """Return a file's content in one of its commits."""
        return subprocess.run(
            ["git", "cat-file", "blob", f"{commit}:{path}"],
            check=True,
            capture_output=True,
            cwd=self.bare.path,
        ).stdout.decode()


def new_remote(folder: Path) -> Remote:
    """Make a remote with a first commit of a definition and an empty state, and two clones of it."""
    bare = folder / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", bare], check=True)
    first = new_work_tree(folder / "first")
    first.git("remote", "add", "origin", f"file://{bare}")
    first.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Remote(bare=Clone(bare), first=first, second=new_clone(folder / "second", f"file://{bare}"))


def push_as_person(clone: Clone, path: str = "other.txt", content: str = "1\n") -> str:
    """Commit and push a change to main; return the commit."""
    clone.git("pull", "--quiet", "--rebase")
    commit = clone.commit(path, content)
    clone.git("push", "--quiet", "origin", "HEAD:main")
    return commit
