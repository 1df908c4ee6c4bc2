"""The script of the sync action by itself: the token, a cancelled job, what is kept of it."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import git_server
from tests.e2e.conftest import Project
from tests.e2e.steps import Runner, runner_at
from tests.e2e.vendor import Reply, Request, Vendor, created

SCRIPT = "sync/sync.sh"
pytestmark = pytest.mark.slow

TOKEN = "ghs_the-token-that-may-push"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    with git_server.serving(tmp_path / "served", token=TOKEN) as served:
        yield served


@pytest.fixture
def bare(tmp_path: Path) -> str:
    return str(tmp_path / "served" / "campaigns.git")


@pytest.fixture
def job(project: Project, tmp_path: Path, url: str, bare: str) -> Runner:
    project.git("init", "--quiet", "--bare", "--initial-branch=main", bare)
    project.git("push", "--quiet", bare, "main")
    project.git("remote", "add", "origin", f"{url}/campaigns.git")
    project.git("fetch", "--quiet", bare, "main:refs/remotes/origin/main")
    project.git("branch", "--quiet", "--set-upstream-to=origin/main")
    return runner_at(project, tmp_path / "runner", GITHUB_SERVER_URL=url, PUSH_TOKEN=TOKEN)


def define(job: Runner, bare: str, *names: str) -> None:
    job.project.define(*names)
    job.project.git("push", "--quiet", bare, "main")


def log_of(bare: str) -> str:
    done = subprocess.run(
        ["git", "--git-dir", bare, "log", "-1", "main"], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_checkout_that_kept_its_credentials_sends_no_second_header(
    job: Runner, bare: str, url: str
) -> None:
    job.project.git("config", f"http.{url}/.extraheader", "AUTHORIZATION: basic b3RoZXI6dG9rZW4=")
    define(job, bare, "Billing")

    code, log = job.run(SCRIPT)

    assert code == 0, log
    assert "create 1 campaign" in log_of(bare)


def test_the_token_is_for_the_push_and_stands_on_no_disk(job: Runner, bare: str, vendor: Vendor) -> None:
    define(job, bare, "Billing")

    code, log = job.run(SCRIPT)

    assert code == 0, log
    assert "Billing: cd-0001" in log_of(bare)
    assert "Created 1 campaign" in job.summary
    assert job.outputs["exit-code"] == "0"
    # The one line with it, coded, is the command that hides it from there on.
    assert [line for line in log.splitlines() if "::add-mask::" not in line and TOKEN in line] == []
    found = subprocess.run(["grep", "-rl", TOKEN, str(job.project.path), str(job.folder)], check=False)
    assert found.returncode == 1


def test_a_refused_token_stops_before_anything_is_sent(job: Runner, bare: str, vendor: Vendor) -> None:
    define(job, bare, "Billing")

    code, log = job.run(SCRIPT, PUSH_TOKEN="another")

    assert code == 1
    assert vendor.creates == []
    assert "Stopped" in job.summary
    assert "another" not in log


def test_the_token_goes_to_no_other_server(job: Runner, bare: str) -> None:
    """Whoever can change a remote's address must not get the token."""
    define(job, bare, "Billing")

    code, _ = job.run(SCRIPT, GITHUB_SERVER_URL="https://github.example.com")

    assert code == 1


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_records_what_it_has_sent(
    job: Runner, bare: str, vendor: Vendor, kind: signal.Signals
) -> None:
    """The runner signals the step's shell alone, and kills it some seconds later."""
    is_in_flight, is_cancelled = threading.Event(), threading.Event()

    def slow(vendor: Vendor, request: Request) -> Reply:
        is_in_flight.set()
        is_cancelled.wait(timeout=60)
        return created(vendor, request)

    define(job, bare, "Billing")
    vendor.on_create("Billing", slow)

    with job.start(SCRIPT) as step:
        assert is_in_flight.wait(timeout=60)
        assert step.stdout is not None
        step.send_signal(kind)
        said = next(line for line in step.stdout if line.startswith("Stopping:"))
        is_cancelled.set()
        log, _ = step.communicate(timeout=60)

    assert step.returncode == 130, said + log
    assert "Billing: cd-0001" in log_of(bare)
    assert job.outputs["exit-code"] == "130"
    # What was known when the signal came: had the runner's patience ended there, this would be all there is.
    (kept,) = Path(job.outputs["kept"]).glob("*.jsonl")
    assert "Billing" in kept.read_text(encoding="utf-8")


def test_a_link_in_place_of_a_journal_is_not_kept(job: Runner, bare: str, vendor: Vendor) -> None:
    """An artifact is for everyone who can read the repository, and no mask hides anything in it."""
    define(job, bare, "Billing")
    journals = job.project.path / ".git" / "campaignsync"
    journals.mkdir()
    (journals / "0123456789abcdef.jsonl").symlink_to("/proc/self/environ")
    (journals / "fedcba9876543210.jsonl").write_text("another state's", encoding="utf-8")

    job.run(SCRIPT)

    kept = [path.name for path in Path(job.outputs["kept"]).iterdir()]
    assert sorted(kept) == ["fedcba9876543210.jsonl", "result.md"]


def test_the_environment_of_another_tool_is_kept(job: Runner, bare: str) -> None:
    """Whoever configures git through the environment already does so still."""
    define(job, bare, "Billing")
    earlier = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Our robot"}

    code, log = job.run(SCRIPT, **earlier)

    assert code == 0, log
    assert "Our robot" in log_of(bare)
