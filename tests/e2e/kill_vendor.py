"""A remote, clones of it and an account, for runs that are killed."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.kills import SkippingClock
from tests.e2e.vendor import Vendor, serving

STATE = "state/campaigns.json"

_PATIENCE_S = 60.0

# The time-out is the product's own, in seconds of the machine's clock, and loopback never comes near it.
_TUNING = ("--settle=10", "--timeout=10", "--rate-limit=0", "--parallel=1")


class World:
    """One remote, one account.

    Args:
        folder: Where the repositories go.
        clock: The clock of all.
        vendor: The account, serving.

    Attributes:
        clock: The clock of all.
        first: The clone in which people write definitions.
        names: The campaigns defined so far.
        vendor: The account.
    """

    def __init__(self, folder: Path, clock: SkippingClock, vendor: Vendor) -> None:
        self._folder = folder
        self._clones = 0
        self.clock = clock
        self.vendor = vendor
        self.names: list[str] = []
        self.bare = folder / "remote.git"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        self.first = self.clone()
        git(self.first, "symbolic-ref", "HEAD", "refs/heads/main")

    @property
    def env(self) -> dict[str, str]:
        """The environment of a run."""
        account = {
            "KORE_HOST": self.vendor.url,
            "KORE_APP_ID": "st-1",
            "KORE_ACCOUNT_ID": "account",
            "KORE_CLIENT_ID": "cs-1",
            "KORE_CLIENT_SECRET": "a-secret-of-32-bytes-or-more-0123",
        }
        return {**os.environ, **account}

    def folder(self, name: str) -> Path:
        """Return a new folder beside the repositories."""
        made = self._folder / name
        made.mkdir()
        return made

    def clone(self) -> Path:
        """Return a new clone, with what was pushed and nothing else."""
        self._clones += 1
        path = self._folder / f"clone-{self._clones}"
        git(self._folder, "clone", "--quiet", str(self.bare), str(path))
        git(path, "config", "user.name", "Ada Person")
        git(path, "config", "user.email", "ada@example.com")
        return path

    def drop(self, clone: Path) -> None:
        """Remove a clone."""
        shutil.rmtree(clone)

    def define(self, *names: str, at: Path | None = None) -> None:
        """Write, commit and push new definitions, as a person whose clone is up to date."""
        clone = at or self.first
        for name in names:
            file = clone / "campaigns" / f"{name}.yaml"
            file.parent.mkdir(exist_ok=True)
            # Every second one by version 2 of the API, so that most runs have to do with both.
            self.names.append(name)
            sent = body(name, has_dnc_list=len(self.names) % 2 == 0)
            file.write_text(json.dumps(sent), encoding="utf-8")
        git(clone, "add", "campaigns")
        git(clone, "commit", "--quiet", "--message=definitions")
        git(clone, "push", "--quiet", "--set-upstream", "origin", "main")

    def remove_locks(self) -> None:
        """Remove what killed git commands left in the people's clone, as git tells a person to do."""
        for lock in (self.first / ".git").rglob("*.lock"):
            if lock.parent.parent.name != ".git" or lock.parent.name != "campaignsync":
                lock.unlink()

    def wait_until_idle(self) -> None:
        """Return once the account has done all that was asked of it, also by runs that are dead."""
        # Connections are taken one after the other, so those of the dead were taken before this one.
        httpx.get(f"{self.vendor.url}/idle", timeout=_PATIENCE_S, trust_env=False)
        for thread in threading.enumerate():
            if thread.name.endswith("(process_request_thread)"):
                thread.join(_PATIENCE_S)

    def check(self, clone: Path, *, is_pushed: bool, is_committed: bool = True) -> None:
        """Assert that each definition is exactly one campaign, recorded as that one, and the journal empty.

        Args:
            clone: Where the runs were.
            is_pushed: The records are on the remote, else in the clone.
            is_committed: They are in the clone's commit, else only in its folder.
        """
        made = {name: self.vendor.ids_of(name) for name in self.names}
        assert all(len(ids) == 1 for ids in made.values()), made
        assert len(self.vendor.campaigns) == len(self.names)
        expected = {name: ids[0] for name, ids in made.items()}
        if is_pushed:
            assert ids_in(git(self.bare, "show", f"main:{STATE}")) == expected
        else:
            assert recorded(clone) == expected
            if is_committed:
                assert ids_in(git(clone, "show", f"HEAD:{STATE}")) == expected
                assert status(clone) == ""
        assert journal(clone) == b""


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make a world."""
    clock = SkippingClock(file=str(folder / "clock"))
    with serving(Vendor(clock.now)) as vendor:
        yield World(folder, clock, vendor)


def sync_args(*more: str) -> Sequence[str]:
    """Return the arguments of a sync in these worlds."""
    return ("sync", *_TUNING, *more)


def git(cwd: Path, *args: str) -> str:
    """Run git; return what it prints."""
    done = subprocess.run(["git", *args], check=True, capture_output=True, text=True, cwd=cwd)
    return done.stdout.strip()


def status(clone: Path) -> str:
    """Return what git sees as changed or new."""
    return git(clone, "status", "--porcelain", "--untracked-files=all")


def journal(clone: Path) -> bytes:
    """Return what a clone's journals hold."""
    return b"".join(file.read_bytes() for file in (clone / ".git" / "campaignsync").glob("*.jsonl"))


def recorded(clone: Path) -> dict[str, str | None]:
    """Return the ids in the state file by name, None for claims."""
    return ids_in((clone / STATE).read_text(encoding="utf-8"))


def ids_in(text: str) -> dict[str, str | None]:
    """Return the ids in a state by name, None for claims."""
    return {name: entry["campId"] for name, entry in json.loads(text)["campaigns"].items()}


def body(name: str, *, has_dnc_list: bool = False) -> dict[str, Any]:
    """Return a definition of that name; each with a description of its own."""
    hours = {"day": "MO", "start": "9:00 AM", "end": "6:00 PM"}
    by_version: dict[str, Any] = (
        {"dncLists": {"name": "Never"}} if has_dnc_list else {"enableMachineDetect": False}
    )
    return {
        "name": name,
        "description": f"Calls for {name}",
        "contactLists": [f"List of {name}"],
        "priority": "5",
        "dialingMode": "Preview",
        "dialingStrategy": {
            "callerId": {"phoneNumber": "+181234567"},
            "callingHours": {"frequency": "WEEKLY", "timezone": "Asia/Kolkata", "days": [hours]},
            "dialingOrder": "FIFO",
            "maxAttemptsPerRecord": 3,
            "defaultRetryPeriod": 10,
            "maxRingTime": 30,
        },
        "schedule": {"isSchedulingEnabled": False},
        "queue_name": "Default Queue",
        "maxSkips": 1,
        "campaignType": "voice",
        **by_version,
    }
