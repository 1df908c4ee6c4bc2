"""The script of the plan action by itself: what it says of a pull request, and what makes it fail."""

from pathlib import Path

import pytest

from tests.e2e.conftest import STATE, Project
from tests.e2e.steps import Runner, runner_at

pytestmark = pytest.mark.slow

EMPTY_STATE = '{"version": 1, "host": null, "appId": null, "campaigns": {}}'


@pytest.fixture
def runner(project: Project, tmp_path: Path) -> Runner:
    return runner_at(project, tmp_path / "runner")


def merge_of(project: Project, path: str, content: str) -> None:
    """Stand on the merge of a pull request of two commits, as GitHub checks it out."""
    project.git("switch", "--quiet", "--create", "change")
    for number in (1, 2):
        project.write(path, f"{content}{number}\n")
        project.git("add", ".")
        project.git("commit", "--quiet", f"--message=change {number}")
    project.git("switch", "--quiet", "--detach", "main")
    project.git("merge", "--quiet", "--no-ff", "--message=merge", "change")


def test_work_is_told_from_none(runner: Runner) -> None:
    (runner.project.path / "campaigns").mkdir()
    assert (runner.run("plan/plan.sh")[0], runner.outputs["has-work"]) == (0, "false")
    assert "Nothing to create" in runner.summary

    runner.project.define("Billing")
    assert (runner.run("plan/plan.sh")[0], runner.outputs["has-work"]) == (0, "true")
    assert "1 to create" in runner.summary


def test_what_the_sync_would_refuse_fails_before_anyone_approves_it(runner: Runner) -> None:
    runner.project.define("Billing", "Renewals")

    code, log = runner.run("plan/plan.sh", MAX_CREATES="1")

    assert (code, runner.outputs["plan"]) == (1, "")
    assert "::error title=campaignsync::The plan sends 2 campaigns, and at most 1" in log
    assert "**The plan sends 2 campaigns" in runner.summary
    assert runner.run("plan/plan.sh", MAX_CREATES="2")[0] == 0


def test_a_damaged_state_is_told_in_the_summary(runner: Runner) -> None:
    runner.project.define("Billing")
    runner.project.write(STATE, "<<<<<<< HEAD\n")

    code, _ = runner.run("plan/plan.sh")

    assert (code, runner.outputs["is-untouched"], runner.outputs["plan"]) == (1, "false", "")
    assert "Stopped" in runner.summary


@pytest.mark.parametrize(
    ("path", "is_untouched"),
    [("notes.txt", "true"), ("campaigns/notes.txt", "false"), ("state/notes.txt", "true"), (STATE, "false")],
)
def test_a_pull_request_that_touches_no_definition_is_known(
    runner: Runner, path: str, is_untouched: str
) -> None:
    runner.project.define("Billing")
    merge_of(runner.project, path, EMPTY_STATE if path == STATE else "more\n")
    if path == STATE:
        runner.project.write(STATE, EMPTY_STATE)

    runner.run("plan/plan.sh")

    assert runner.outputs["is-untouched"] == is_untouched


def test_outside_of_a_pull_request_nothing_is_taken_for_untouched(runner: Runner) -> None:
    runner.project.define("Billing")

    runner.run("plan/plan.sh")

    assert runner.outputs["is-untouched"] == "false"
