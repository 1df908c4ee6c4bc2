"""Workflows run by a real runner, act, as if the repository were on GitHub; nothing is asked of GitHub.

Three things are not as there: the actions of others are the stand-ins beside this file; of what act doesn't
know yet, ``$/`` (this workflow's own repository at its own commit) is written out as a repository whose files
are this checkout's, and ``queue`` is left out; and act ignores path filters, concurrency and environments.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STANDINS = Path(__file__).with_name("standins")
TOOL = "team/campaignsync"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
PUSH_TOKEN = "ghs_the-token-that-may-push"
PULL = 7
"""The pull request's number."""

_PINNED = re.compile(r"actions/(checkout|setup-python|upload-artifact|create-github-app-token)@[0-9a-f]{40}")
_PRODUCT = (".github", "campaignsync", "pyproject.toml", "README.md")


def is_here() -> bool:
    """Return whether act is installed."""
    return shutil.which("act") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run of a workflow ended.

    Attributes:
        is_success: Whether all its jobs did well.
        log: What it logged.
        summary: What its steps wrote into the run's summary, job by job.
        artifacts: The folder of the artifacts.
    """

    is_success: bool
    log: str
    summary: str
    artifacts: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A repository on GitHub, as far as its workflows can tell.

    Attributes:
        folder: For what the runner needs.
        remote: The bare repository.
        workflows: The workflow files, by name.
    """

    folder: Path
    remote: Path
    workflows: Mapping[str, str]

    def run(  # noqa: PLR0913  # what a run is given, each by name
        self,
        event: str,
        workflow: str,
        *,
        variables: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> Run:
        """Run a workflow for an event; what is on the remote is what it checks out."""
        place = self.folder / f"{event}-{workflow}"
        artifacts, cache = place / "artifacts", place / "cache"
        artifacts.mkdir(parents=True)
        local = _local_actions(place, "\n".join(self.workflows.values()))
        repository = self._repository(place)
        settings = {
            "--env": {
                "TEST_REMOTE": self.remote,
                "TEST_ARTIFACTS": artifacts,
                "PIP_QUIET": "2",
                "PIP_NO_COMPILE": "1",
                **(env or {}),
            },
            "--var": variables or {},
            "--secret": {"GITHUB_TOKEN": PUSH_TOKEN, **(secrets or {})},
            "--local-repository": local,
        }
        done = subprocess.run(
            [
                *(
                    "act",
                    event,
                    "--workflows",
                    f".github/workflows/{workflow}",
                    "--eventpath",
                    _event(place, inputs or {}),
                ),
                *("--platform", "ubuntu-latest=-self-hosted", "--no-skip-checkout", "--action-offline-mode"),
                *(
                    "--no-cache-server",
                    "--cache-server-addr",
                    "127.0.0.1",
                    "--artifact-server-addr",
                    "127.0.0.1",
                ),
                *("--json", "--action-cache-path", cache, "--concurrent-jobs", "1"),
                *(
                    f"{option}={key}={value}"
                    for option, each in settings.items()
                    for key, value in each.items()
                ),
            ],
            check=False,
            capture_output=True,
            encoding="utf-8",
            cwd=repository,
            env={**os.environ, "NO_COLOR": "1"},
            timeout=800,
        )
        entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        # A step of an action is reported again as the action's: once each is enough.
        summaries = [entry["content"] for entry in entries if entry.get("command") == "summary"]
        return Run(
            is_success=done.returncode == 0,
            log="\n".join([*(entry["msg"].strip() for entry in entries), done.stderr]),
            summary="\n".join(dict.fromkeys(summaries)),
            artifacts=artifacts,
        )

    def _repository(self, place: Path) -> Path:
        """Return the folder that the runner takes for the repository: the workflows, and GitHub's address."""
        repository = place / "repository"
        for name, text in self.workflows.items():
            file = repository / ".github" / "workflows" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_with_own_commit(text), encoding="utf-8")
        for args in (
            ("init", "--quiet", "--initial-branch=main"),
            (
                "-c",
                "user.name=Ann",
                "-c",
                "user.email=ann@example.com",
                "commit",
                "--quiet",
                "--allow-empty",
                "-m1",
            ),
            ("remote", "add", "origin", "https://github.com/team/campaigns"),
        ):
            subprocess.run(["git", *args], check=True, cwd=repository)
        return repository


def own_workflow(name: str) -> str:
    """Return one of this repository's workflows."""
    return (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")


def _with_own_commit(workflow: str) -> str:
    """Return a workflow with its own repository written out, and without ``queue``."""
    known = re.sub(r"\n *queue: max.*|, queue: max", "", workflow)
    return re.sub(r"uses: \$/(\S+)", rf"uses: {TOOL}/\1@{COMMIT}", known)


def _local_actions(place: Path, workflows: str) -> dict[str, Path]:
    """Return where each action comes from that workflows or our own actions name."""
    tool = place / "tool"
    for name in _PRODUCT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        tool.mkdir(exist_ok=True)
        copy(ROOT / name, tool / name)
    for path in (tool / ".github" / "workflows").iterdir():
        path.write_text(_with_own_commit(path.read_text(encoding="utf-8")), encoding="utf-8")
    ours = "\n".join(path.read_text(encoding="utf-8") for path in tool.glob(".github/*/**/*.yml"))
    # The app's token is asked for only where there is an app: its code is needed, and not run.
    folders = {"create-github-app-token": "setup-python"}
    found = {match[0]: match[1] for match in _PINNED.finditer(f"{workflows}\n{ours}")}
    standins = {action: STANDINS / folders.get(name, name) for action, name in found.items()}
    return {**standins, f"{TOOL}@{COMMIT}": tool}


def _event(place: Path, inputs: Mapping[str, str]) -> Path:
    head = {"ref": "change", "repo": {"full_name": "team/campaigns"}}
    event = {
        "inputs": inputs,
        "number": PULL,
        "pull_request": {"number": PULL, "head": head, "base": {"ref": "main"}},
        "repository": {"full_name": "team/campaigns", "default_branch": "main"},
    }
    file = place / "event.json"
    file.write_text(json.dumps(event), encoding="utf-8")
    return file
