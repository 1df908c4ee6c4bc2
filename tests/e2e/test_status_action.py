"""The scripts of the actions *status* and *decide*, as steps of a job."""

import json
from pathlib import Path

import pytest

from tests.e2e.clones import published
from tests.e2e.conftest import STATE, Project, definition
from tests.e2e.steps import Runner, runner_at
from tests.e2e.vendor import Vendor, rejected


@pytest.fixture
def runner(project: Project, tmp_path: Path) -> Runner:
    """Return a runner whose checkout has one campaign, which exists."""
    project.define("Alpha")
    published(project, tmp_path / "remote.git")
    assert project.run("sync", "--push").code == 0
    project.git("pull", "--quiet")
    return runner_at(project, tmp_path / "runner", PUSH_TOKEN="", GITHUB_SERVER_URL="https://github.com")


def test_what_is_as_it_was_sent_needs_no_issue(runner: Runner) -> None:
    code, log = runner.run("status/status.sh")
    assert (code, runner.outputs["differs"], runner.outputs["exit-code"]) == (0, "false", "0"), log
    assert "all as they were sent" in runner.summary
    assert Path(runner.outputs["report"]).read_text() in runner.summary


def test_what_differs_is_a_warning_and_needs_one(runner: Runner, vendor: Vendor) -> None:
    vendor.campaigns[0]["description"] = "edited"
    code, log = runner.run("status/status.sh")
    assert (code, runner.outputs["differs"], runner.outputs["exit-code"]) == (0, "true", "2"), log
    assert "::warning title=campaignsync::Some campaigns" in log


def test_refused_credentials_are_red_and_leave_the_issue_alone(runner: Runner, vendor: Vendor) -> None:
    vendor.list_behaviour = rejected("bad token", status=401)
    code, log = runner.run("status/status.sh")
    assert (code, runner.outputs["differs"], runner.outputs["exit-code"]) == (1, "", "1"), log
    assert "the server refuses the credentials" in log
    assert "Stopped" in runner.summary


def test_forget_is_pushed(runner: Runner, project: Project) -> None:
    code, log = runner.run("decide/decide.sh", DECISION="forget", SUBJECT="Alpha", CAMP_ID="")
    assert code == 0, log
    assert "    Forgot 'Alpha'" in runner.summary
    project.git("pull", "--quiet")
    assert json.loads((project.path / STATE).read_text())["campaigns"] == {}


@pytest.mark.parametrize("decision", ["sync", "", "adopt --camp-id x"])
def test_no_other_command_can_be_asked_for(runner: Runner, decision: str) -> None:
    code, log = runner.run("decide/decide.sh", DECISION=decision, SUBJECT="Alpha", CAMP_ID="")
    assert (code, "must be adopt or forget" in log) == (1, True)


def test_a_subject_is_no_option_and_no_markdown(runner: Runner, vendor: Vendor) -> None:
    vendor.add(json.loads(definition("Beta")))
    code, log = runner.run("decide/decide.sh", DECISION="forget", SUBJECT="--help\n# big", CAMP_ID="")
    assert (code, "the state has no campaign" in log) == (1, True)
    assert all(line.startswith(("    ", "###")) or not line for line in runner.summary.splitlines())
