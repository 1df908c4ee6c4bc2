"""A remote, clones of it and an account, for runs that are killed, raced or interrupted."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.e2e.kills import FastClock
from tests.e2e.vendor import Reply, Request, Vendor, created, serving

STATE = "state/campaigns.json"

_PATIENCE_S = 60.0

# In the clock's seconds. The time-out is the product's own over real ones, and loopback never comes near it.
_TUNING = ("--settle=10", "--timeout=10", "--rate-limit=0", "--parallel=1")


class TimedVendor(Vendor):
    """An account whose campaigns are made at the time of a clock.

    Args:
        clock: The clock.
    """

    def __init__(self, clock: FastClock) -> None:
        super().__init__()
        self._clock = clock

    def add(self, body: Mapping[str, Any], *, created_at: datetime | None = None) -> str:
        """Put a campaign into the account; return its id."""
        return super().add(body, created_at=created_at or self._clock.now())


class Held:
    """A behaviour that keeps a request waiting until the test lets it be carried out and answered."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def __call__(self, vendor: Vendor, request: Request) -> Reply:
        self._reached.set()
        self._released.wait(_PATIENCE_S)
        return created(vendor, request)

    def wait_until_reached(self) -> None:
        """Return once the request is there."""
        assert self._reached.wait(_PATIENCE_S), "the request did not come"

    def release(self) -> None:
        """Let it be carried out."""
        self._released.set()


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

    def __init__(self, folder: Path, clock: FastClock, vendor: Vendor) -> None:
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
            file.write_text(json.dumps(body(name)), encoding="utf-8")
        self.names += names
        git(clone, "add", "campaigns")
        git(clone, "commit", "--quiet", "--message=definitions")
        git(clone, "push", "--quiet", "--set-upstream", "origin", "main")

    def check(self, clone: Path, *, is_pushed: bool) -> None:
        """Assert that each definition is exactly one campaign, and recorded as that one."""
        made = {name: self.vendor.ids_of(name) for name in self.names}
        assert all(len(ids) == 1 for ids in made.values()), made
        assert len(self.vendor.campaigns) == len(self.names)
        expected = {name: ids[0] for name, ids in made.items()}
        assert recorded(clone) == expected
        assert status(clone) == ""
        if is_pushed:
            assert ids_in(git(self.bare, "show", f"main:{STATE}")) == expected
            assert git(clone, "rev-parse", "HEAD") == git(self.bare, "rev-parse", "main")


@contextmanager
def world(folder: Path, *, speed: float = 20.0) -> Iterator[World]:
    """Make a world on a clock that runs faster from now on."""
    clock = FastClock(epoch=time.time(), speed=speed)
    with serving(TimedVendor(clock)) as vendor:
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


def recorded(clone: Path) -> dict[str, str | None]:
    """Return the ids in the state file by name, None for claims."""
    return ids_in((clone / STATE).read_text(encoding="utf-8"))


def ids_in(text: str) -> dict[str, str | None]:
    """Return the ids in a state by name, None for claims."""
    return {name: entry["campId"] for name, entry in json.loads(text)["campaigns"].items()}


def body(name: str) -> dict[str, Any]:
    """Return a definition of that name; each with a description of its own."""
    hours = {"day": "MO", "start": "9:00 AM", "end": "6:00 PM"}
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
        "enableMachineDetect": False,
        "maxSkips": 1,
        "campaignType": "voice",
    }
