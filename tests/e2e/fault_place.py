"""A person's clone of a repository of definitions, and the commands that are run in it. Does I/O."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.fault_account import APP_ID

SETTLE_S = 0.3
_STATE = "state/campaigns.json"
_DEFINITION = """\
name: {name}
description: Calls for {name}
contactLists: [List of {name}]
priority: 3
dialingMode: Preview
dialingStrategy:
  callerId: {{phoneNumber: "+12025550123"}}
  callingHours:
    frequency: WEEKLY
    timezone: Europe/London
    days: [{{day: MO, start: "9:00 AM", end: "5:00 PM"}}]
  dialingOrder: FIFO
  maxAttemptsPerRecord: 3
  defaultRetryPeriod: 60
  maxRingTime: 30
queue_name: Default Queue
enableMachineDetect: false
maxSkips: 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was printed
        """What it printed, parsed."""
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A clone.

    Attributes:
        path: Its work tree.
        url: Where the API is.
        is_pushing: Whether it has a remote, and commands run with --push.
        options: Further options of the commands that call the API.
    """

    path: Path
    url: str
    is_pushing: bool
    options: tuple[str, ...] = field(default=())

    @classmethod
    def make(
        cls,
        folder: Path,
        *,
        url: str,
        names: tuple[str, ...],
        is_pushing: bool,
        options: tuple[str, ...] = (),
    ) -> "Place":
        """Make a repository with a committed definition for each name."""
        place = cls(path=folder / "clone", url=url, is_pushing=is_pushing, options=options)
        if is_pushing:
            _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
            _git(folder, "clone", "--quiet", "remote.git", "clone")
            _git(place.path, "symbolic-ref", "HEAD", "refs/heads/main")
        else:
            _git(folder, "init", "--quiet", "--initial-branch=main", "clone")
        _git(place.path, "config", "user.name", "A Person")
        _git(place.path, "config", "user.email", "person@example.com")
        (place.path / "campaigns").mkdir()
        for name in names:
            (place.path / source_of(name)).write_text(_DEFINITION.format(name=name), encoding="utf-8")
        place.commit("campaigns", "definitions")
        return place

    def commit(self, path: str, message: str) -> None:
        """Commit, and push where there is a remote, as a person does."""
        self.git("add", path)
        self.git("commit", "--quiet", f"--message={message}")
        if self.is_pushing:
            self.git("push", "--quiet", "--set-upstream", "origin", "main")

    def git(self, *args: str) -> str:
        """Run git as a person does; return what it prints."""
        return _git(self.path, *args)

    def sync(self, *options: str) -> Ran:
        """Run a sync."""
        return self.run("sync", *options)

    def run(self, command: str, *arguments: str) -> Ran:
        """Run a command that calls the API."""
        push = ["--push"] if self.is_pushing else []
        speed = ["--settle", str(SETTLE_S), "--rate-limit", "0", "--timeout", "20"]
        words = [sys.executable, "-m", "campaignsync", command, *arguments, *push, *speed, *self.options]
        ran = subprocess.run(
            words, check=False, capture_output=True, text=True, cwd=self.path, env=self._environment
        )
        return Ran(code=ran.returncode, stdout=ran.stdout, stderr=ran.stderr)

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "KORE_HOST": self.url,
            "KORE_APP_ID": APP_ID,
            "KORE_ACCOUNT_ID": "000000000000000000000e2e",
            "KORE_CLIENT_ID": "cs-00000000-0000-4000-8000-00000000e2e0",
            "KORE_CLIENT_SECRET": "a-secret-that-opens-nothing-at-all",
        }

    @property
    def state(self) -> dict[str, Any]:
        """The entries of the state file, by name."""
        file = self.path / _STATE
        return dict(json.loads(file.read_text())["campaigns"]) if file.exists() else {}

    @property
    def ids(self) -> dict[str, str | None]:
        """The campIds of the state's entries, by name."""
        return {name: entry["campId"] for name, entry in self.state.items()}

    @property
    def untidy(self) -> str:
        """What git finds uncommitted, untracked, or not on the remote; empty where all is well."""
        status = self.git("status", "--porcelain", "--untracked-files=all")
        if self.is_pushing:
            self.git("fetch", "--quiet")
            status += self.git("log", "--oneline", "main...origin/main")
        return status

    def let_leases_end(self) -> None:
        """Make the claims as old as they are ten minutes later, since a test can't wait so long."""
        file = self.path / _STATE
        state = json.loads(file.read_text())
        claims = [entry for entry in state["campaigns"].values() if entry["status"] == "pending"]
        for claim in claims:
            before = datetime.fromisoformat(claim["sendBefore"]) - timedelta(minutes=10)
            claim["sendBefore"] = before.isoformat().replace("+00:00", "Z")
        if claims:
            file.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            self.commit(_STATE, "ten minutes later")


def source_of(name: str) -> str:
    """Return the path of a name's definition."""
    return f"campaigns/{name.lower()}.yaml"


def _git(folder: Path, *args: str) -> str:
    return subprocess.run(
        ["git", *args], check=True, capture_output=True, text=True, cwd=folder
    ).stdout.strip()
