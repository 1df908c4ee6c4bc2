"""The script of the sync action by itself: the token, a cancelled job, a plan that is no longer true."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e import git_server
from tests.e2e.conftest import STATE, Project
from tests.e2e.vendor import Reply, Request, Vendor, created

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "sync" / "sync.sh"
pytestmark = pytest.mark.slow

TOKEN = "ghs_the-token-that-may-push"


@dataclass(frozen=True)
class Job:
    """A job on a runner whose working directory is the checkout.

    Attributes:
        project: The checkout.
        folder: The runner's own folder.
        env: The job's environment.
    """

    project: Project
    folder: Path
    env: Mapping[str, str]

    def start(self, **env: str) -> "subprocess.Popen[str]":
        """Start the step as GitHub's runner does."""
        return subprocess.Popen(
            ["bash", SCRIPT],
            cwd=self.project.path,
            env={**os.environ, **self.project.env, **self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, **env: str) -> tuple[int, str]:
        """Run the step; return its exit code and its log."""
        with self.start(**env) as step:
            log, _ = step.communicate(timeout=60)
        return step.returncode, log

    @property
    def remote(self) -> str:
        return str(self.folder.parent / "served" / "campaigns.git")

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    with git_server.serving(tmp_path / "served", token=TOKEN) as served:
        yield served


@pytest.fixture
def job(project: Project, tmp_path: Path, url: str) -> Job:
    bare = tmp_path / "served" / "campaigns.git"
    project.git("init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    project.git("push", "--quiet", str(bare), "main")
    project.git("remote", "add", "origin", f"{url}/campaigns.git")
    project.git("fetch", "--quiet", str(bare), "main:refs/remotes/origin/main")
    project.git("branch", "--quiet", "--set-upstream-to=origin/main")
    runner = tmp_path / "runner"
    program = runner / "campaignsync" / "bin" / "campaignsync"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m campaignsync "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    for name in ("summary", "output"):
        (runner / name).touch()
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": url,
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "GITHUB_OUTPUT": str(runner / "output"),
        "RUNNER_TEMP": str(runner),
        "PYTHONPATH": str(SCRIPT.parents[3]),
        "CAMPAIGNSYNC_CAMPAIGNS": "campaigns",
        "CAMPAIGNSYNC_STATE": STATE,
        "CAMPAIGNSYNC_BRANCH": "",
        "CAMPAIGNSYNC_APPROVED": "",
        "PUSH_TOKEN": TOKEN,
    }
    return Job(project, runner, env)


def define(job: Job, *names: str) -> None:
    job.project.define(*names)
    job.project.git("push", "--quiet", job.remote, "main")


def remote_log(job: Job) -> str:
    return job.project.git("--git-dir", job.remote, "log", "-1", "main")


def test_the_token_is_for_the_push_and_stands_on_no_disk(job: Job, vendor: Vendor) -> None:
    define(job, "Billing")

    code, log = job.run()

    assert code == 0, log
    assert "Billing: cd-0001" in remote_log(job)
    assert "Created 1 campaign" in job.summary
    assert job.outputs["exit-code"] == "0"
    # The one line with it, coded, is the command that hides it from there on.
    assert [line for line in log.splitlines() if "::add-mask::" not in line and TOKEN in line] == []
    found = subprocess.run(["grep", "-rl", TOKEN, str(job.project.path), str(job.folder)], check=False)
    assert found.returncode == 1


def test_a_refused_token_stops_before_anything_is_sent(job: Job, vendor: Vendor) -> None:
    define(job, "Billing")

    code, log = job.run(PUSH_TOKEN="another")

    assert code == 1
    assert vendor.creates == []
    assert "Stopped" in job.summary
    assert "another" not in log


def test_the_token_goes_to_no_other_server(job: Job) -> None:
    """Whoever can change a remote's address must not get the token."""
    define(job, "Billing")

    code, _ = job.run(GITHUB_SERVER_URL="https://github.example.com")

    assert code == 1


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_records_what_it_has_sent(job: Job, vendor: Vendor, kind: signal.Signals) -> None:
    """The runner signals the step's shell alone, and kills it some seconds later."""
    is_in_flight, is_cancelled = threading.Event(), threading.Event()

    def slow(vendor: Vendor, request: Request) -> Reply:
        is_in_flight.set()
        is_cancelled.wait(timeout=30)
        return created(vendor, request)

    define(job, "Billing")
    vendor.on_create("Billing", slow)

    with job.start() as step:
        assert is_in_flight.wait(timeout=30)
        assert step.stdout is not None
        step.send_signal(kind)
        said = next(line for line in step.stdout if line.startswith("Stopping:"))
        is_cancelled.set()
        log, _ = step.communicate(timeout=60)

    assert step.returncode == 130, said + log
    assert "Billing: cd-0001" in remote_log(job)
    assert job.outputs["exit-code"] == "130"
    kept = Path(job.outputs["kept"]) / "campaigns.json"
    assert "cd-0001" in kept.read_text(encoding="utf-8")


def test_what_is_merged_after_the_checkout_is_not_created_under_an_older_approval(
    job: Job, vendor: Vendor
) -> None:
    """The program fetches before it sends: the checkout's own tip says nothing of what it will find."""
    define(job, "Billing")
    approved = job.project.head
    define(job, "Renewals")
    job.project.git("reset", "--quiet", "--hard", approved)

    code, log = job.run(CAMPAIGNSYNC_APPROVED=approved)

    assert code == 4, log
    assert vendor.sent_names == ["Billing"]
    assert "Renewals" in job.summary
    assert "the commit that was approved" in job.summary


def test_a_state_that_leads_elsewhere_is_not_kept(job: Job, vendor: Vendor) -> None:
    """An artifact is for everyone who can read the repository, and no mask hides anything in it."""
    define(job, "Billing")
    (job.project.path / "state").mkdir()
    (job.project.path / STATE).symlink_to("/proc/self/environ")
    job.project.git("add", "--all")
    job.project.git("commit", "--quiet", "--message=a link")
    job.project.git("push", "--quiet", job.remote, "main")

    code, _ = job.run()

    assert code == 1
    assert [path.name for path in Path(job.outputs["kept"]).iterdir()] == ["result.md"]


def test_the_environment_of_another_tool_is_kept(job: Job) -> None:
    """Whoever configures git through the environment already does so still."""
    define(job, "Billing")
    earlier = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Our robot"}

    code, log = job.run(**earlier)

    assert code == 0, log
    assert "Our robot" in remote_log(job)
