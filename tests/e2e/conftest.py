"""A repository of definitions, the real command in it, and the vendor's stand-in that it talks to."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import forking
from tests.e2e.vendor import Vendor, serving

SAMPLE = Path(__file__).with_name("sample.json").read_text(encoding="utf-8")
"""The request body of the contract's sample, byte for byte."""

SECRET = "the-secret-that-nobody-may-see-0123456789abcdef"
STATE = "state/campaigns.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was printed
        """The one object on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Project:
    """One work tree, and what a person does in it.

    Attributes:
        path: The work tree.
        env: What is added to the environment of each command.
    """

    path: Path
    env: Mapping[str, str]

    def run(self, *args: str, cwd: Path | None = None, **env: str | None) -> Ran:
        """Run the real command; a variable that is None is taken out of the environment."""
        wanted = {**os.environ, **self.env, **env}
        whole = {name: value for name, value in wanted.items() if value is not None}
        done = forking.run(args, cwd=cwd or self.path, env=whole)
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def git(self, *args: str) -> str:
        """Run git; return what it prints."""
        done = subprocess.run(["git", *args], check=True, capture_output=True, text=True, cwd=self.path)
        return done.stdout.rstrip("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file, and its folder."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def define(self, *names: str, **changes: object) -> None:
        """Write and commit the sample under other names, at `campaigns/NAME.yaml`."""
        for name in names:
            self.write(f"campaigns/{name}.yaml", definition(name, **changes))
        self.git("add", "campaigns")
        self.git("commit", "--quiet", "--message=definitions")

    @property
    def head(self) -> str:
        """The commit at HEAD."""
        return self.git("rev-parse", "HEAD")

    @property
    def status(self) -> str:
        """What git says of every file that is not as HEAD has it."""
        return self.git("status", "--porcelain", "--untracked-files=all")

    @property
    def state(self) -> Any:  # noqa: ANN401  # JSON
        """The state file, parsed."""
        return json.loads((self.path / STATE).read_bytes())

    @property
    def camp_ids(self) -> dict[str, str | None]:
        """The campIds in the state, by name."""
        return {name: entry["campId"] for name, entry in self.state["campaigns"].items()}

    def entries(self, at: str = "HEAD") -> dict[str, Any]:
        """Return the entries of the state in a commit, by name; none where it has no state."""
        if not self.git("ls-tree", at, "--", STATE):
            return {}
        return dict(json.loads(self.git("show", f"{at}:{STATE}"))["campaigns"])

    def recorded(self, at: str = "HEAD") -> dict[str, str | None]:
        """Return the campIds that a commit has, by name."""
        return {name: entry["campId"] for name, entry in self.entries(at).items()}

    def write_state(self, campaigns: Mapping[str, object]) -> None:
        """Write and commit a state of this account, as no run would while it is needed."""
        target = {"version": 1, "host": self.env["KORE_HOST"], "appId": self.env["KORE_APP_ID"]}
        self.write(STATE, json.dumps({**target, "campaigns": campaigns}, indent=2) + "\n")
        self.git("add", STATE)
        self.git("commit", "--quiet", "--message=state")

    @property
    def journals(self) -> dict[str, bytes]:
        """The journals of this clone that hold anything, by file name."""
        folder = self.path / self.git("rev-parse", "--git-common-dir") / "campaignsync"
        texts = {file.name: file.read_bytes() for file in folder.glob("*.jsonl")}
        return {name: text for name, text in texts.items() if text}


def definition(name: str, **changes: object) -> str:
    """Return the sample under another name, as JSON, which is YAML."""
    # The description is the name's own, so that no two definitions are a likely rename of each other.
    whole = {**json.loads(SAMPLE), "name": name, "description": f"About {name}", **changes}
    if "dncLists" in changes and "enableMachineDetect" not in changes:
        # Version 2 has no such key for Preview.
        del whole["enableMachineDetect"]
    return json.dumps(whole)


def record(name: str, **changes: object) -> dict[str, object]:
    """Return an entry of a created campaign, as the state has it."""
    whole = {
        "campId": f"cd-{name}",
        "status": "created",
        "source": f"campaigns/{name}.yaml",
        "digest": "sha256:" + "ab" * 32,
        "claimedAt": "2026-01-31T09:00:00Z",
        "createdAt": "2026-01-31T09:00:01Z",
        "definition": json.loads(definition(name)),
    }
    return {**whole, **changes}


def claim(name: str, **changes: object) -> dict[str, object]:
    """Return an entry of a run's claim, sent once and given up, as the state has it."""
    whole = record(name, campId=None, status="pending")
    del whole["createdAt"]
    lease = {"claimedBy": "run-1", "sendBefore": "2026-01-31T09:01:00Z", "leaseSeconds": 0, "sends": 1}
    return {**whole, **lease, **changes}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """Serve an empty account."""
    with serving() as account:
        yield account
    # Whatever a test is about: nothing was started or stopped, and no telephone number asked for.
    asked = {pair for request in account.requests for pair in request.query}
    assert not [key for key, value in asked if key == "trigger" or (key, value) == ("view", "contacts")]
    assert {request.method for request in account.requests if not (request.is_read or request.is_queues)} <= {
        "POST"
    }


@pytest.fixture
def project(tmp_path: Path, vendor: Vendor) -> Project:
    """Make a repository with one commit, whose commands talk to the vendor without any pauses."""
    env = {
        "KORE_HOST": vendor.url,
        "KORE_APP_ID": "st-1",
        "KORE_ACCOUNT_ID": "acc-1",
        "KORE_CLIENT_ID": "cs-1",
        "KORE_CLIENT_SECRET": SECRET,
        "CAMPAIGNSYNC_RATE_LIMIT": "0",
        "CAMPAIGNSYNC_SETTLE": "0.2",
    }
    made = Project(tmp_path / "repo", env)
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("config", "user.name", "Ann")
    made.git("config", "user.email", "ann@example.com")
    made.write("notes.txt", "one\n")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message=begin")
    return made
