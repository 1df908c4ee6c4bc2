"""A bare remote, a person's clone of it byte for byte, and what makes a run wait, or die, at one moment."""

import os
import re
import shutil
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.conftest import STATE, Project
from tests.e2e.kill_driver import Running, started
from tests.e2e.kill_vendor import ids_in
from tests.e2e.vendor import Behaviour, Reply, Request, Vendor

_PATIENCE_S = 60.0

# Git's own store may grow, and the program's folder in it is the program's.
_GITS_OWN = re.compile(r"(?:^|/)(?:\.git|[^/]+\.git)/(?:objects|(?:refs/)?campaignsync)(?:/|$)")
_OWN_REF = re.compile(rb"^\S+ refs/campaignsync/.*\n", re.MULTILINE)

Kept = Mapping[str, tuple[int, bytes]]
"""Modes and contents by path."""


def kept(folder: Path) -> Kept:
    """Return all that a person has in a folder: files, and git's branches, index, stash, settings, logs."""
    found = {}
    for inside, _, names in os.walk(folder):
        for path in (Path(inside, name) for name in names):
            shown = path.relative_to(folder).as_posix()
            if not _GITS_OWN.search(shown):
                mode = path.lstat().st_mode
                data = os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes()
                found[shown] = (mode, _OWN_REF.sub(b"", data) if path.name == "packed-refs" else data)
    return found


def differences(before: Kept, after: Kept) -> set[str]:
    """Return the paths that came, went or changed."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def published(project: Project, bare: Path, *options: str) -> Project:
    """Make a bare repository, the remote of a project from now on; return it."""
    project.git("init", "--quiet", "--bare", "--initial-branch=main", *options, str(bare))
    project.git("remote", "add", "origin", f"file://{bare}")
    project.git("push", "--quiet", "--set-upstream", "origin", "HEAD")
    return Project(bare, project.env)


def cloned(remote: Project, path: Path, *options: str) -> Project:
    """Return another person's clone."""
    remote.git("clone", "--quiet", *options, f"file://{remote.path}", str(path))
    clone = Project(path, remote.env)
    clone.git("config", "user.name", "Bob")
    clone.git("config", "user.email", "bob@example.com")
    return clone


def assert_each_once(vendor: Vendor, holder: Project, *names: str, at: str = "main") -> None:
    """Assert that these are the account's campaigns, each once, and that a revision records their ids."""
    assert sorted(row["name"] for row in vendor.campaigns) == sorted(names)
    made = {name: vendor.ids_of(name)[0] for name in names}
    assert ids_in(holder.git("show", f"{at}:{STATE}")) == made


@contextmanager
def running(project: Project, *args: str, output: Path, **env: str) -> Iterator[Running]:
    """Start the command in a project; its output goes to a new folder."""
    output.mkdir()
    with started(project.path, args, env={**os.environ, **project.env, **env}, output=output) as run:
        yield run


class Late:
    """A behaviour whose answers wait until the test lets them go; what they say is as it was before.

    Args:
        behaviour: Says what is answered.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, vendor: Vendor, request: Request) -> Reply | None:
        answer = self._behaviour(vendor, request)
        self._reached.set()
        self._released.wait(_PATIENCE_S)
        return answer

    def wait_until_reached(self) -> None:
        """Return once a request is there."""
        assert self._reached.wait(_PATIENCE_S), "the request did not come"

    def release(self) -> None:
        """Let the answers go."""
        self._released.set()


class Gate:
    """A place in a shell script where whoever runs it waits until the test lets them pass.

    Args:
        folder: Where the script and the test meet; made here.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._reached, self._open = folder / "reached", folder / "open"
        self.script = f"touch '{self._reached}'; while ! test -e '{self._open}'; do sleep 0.01; done"

    def wait_until_reached(self) -> None:
        """Return once somebody waits there."""
        wait_for(self._reached)

    def open(self) -> None:
        """Let everybody pass from now on."""
        self._open.touch()


def wait_for(file: Path) -> None:
    """Return once a file is there."""
    deadline = time.monotonic() + _PATIENCE_S
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} did not appear"
        time.sleep(0.005)


def hook(project: Project, name: str, script: str) -> None:
    """Install a hook; in it, git works in whatever folder it is told."""
    file = project.path / project.git("rev-parse", "--git-path", f"hooks/{name}")
    program(file, f"unset $(git rev-parse --local-env-vars)\n{script}")


def program(file: Path, script: str) -> Path:
    """Write a shell script that can be run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def deadly_git(folder: Path, *, command: str, turn: int, is_after: bool) -> str:
    """Return the PATH of a run that kill -9 ends at one of its git commands.

    Args:
        folder: A new folder, for a `git` that comes first on the PATH.
        command: The git command.
        turn: At which of its calls, from 1.
        is_after: Just after it, not just before.
    """
    git = shutil.which("git")
    own = f"'{git}' \"$@\"" if is_after else ":"
    program(
        folder / "git",
        f"""
for word; do
    if test "$word" = {command}; then
        echo >> '{folder}/calls'
        if test "$(wc -l < '{folder}/calls')" -eq {turn}; then
            {own}
            kill -9 $PPID
            exit 1
        fi
        break
    fi
done
exec '{git}' "$@"
""",
    )
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
