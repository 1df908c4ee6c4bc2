"""The script of the plan action by itself: what it says of a pull request, and what makes it fail."""

from pathlib import Path

import pytest

from tests.e2e.conftest import STATE, Project, definition, record
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
        project.write(path, content + "\n" * number)
        project.git("add", ".")
        project.git("commit", "--quiet", f"--message=change {number}")
    project.git("switch", "--quiet", "--detach", "main")
    project.git("merge", "--quiet", "--no-ff", "--message=merge", "change")


def test_work_is_told_from_none(runner: Runner) -> None:
    runner.project.write("campaigns/notes.txt", "no definition\n")
    runner.project.git("add", ".")
    runner.project.git("commit", "--quiet", "--message=an empty folder")
    assert (runner.run("plan/plan.sh")[0], runner.outputs["has-work"]) == (0, "false")
    assert runner.outputs["is-quiet"] == "true"
    assert "Nothing to create" in runner.summary

    runner.project.define("Billing")
    assert (runner.run("plan/plan.sh")[0], runner.outputs["has-work"]) == (0, "true")
    assert runner.outputs["is-quiet"] == "false"
    assert "1 to create" in runner.summary


def test_what_the_sync_would_refuse_fails_before_anyone_approves_it(runner: Runner) -> None:
    runner.project.define("Billing", "Renewals")

    code, log = runner.run("plan/plan.sh", MAX_CREATES="1")

    assert (code, runner.outputs["plan"]) == (1, "")
    assert "::error title=campaignsync::The plan sends 2 campaigns, and at most 1" in log
    assert "**The plan sends 2 campaigns" in runner.summary
    assert runner.run("plan/plan.sh", MAX_CREATES="2")[0] == 0


def test_the_commit_is_planned_and_not_the_folder(runner: Runner) -> None:
    """Attributes make other bytes of the same commit, and so do edits; the sync reads the commit."""
    runner.project.define("Billing")
    runner.project.write("campaigns/Billing.yaml", definition("Edited here"))
    runner.project.write("campaigns/new.yaml", definition("New here"))

    assert runner.run("plan/plan.sh")[0] == 0

    assert "`Billing`" in runner.summary
    assert "here" not in runner.summary


def test_a_damaged_state_is_told_in_the_summary(runner: Runner) -> None:
    runner.project.define("Billing")
    runner.project.write(STATE, "<<<<<<< HEAD\n")
    runner.project.git("add", ".")
    runner.project.git("commit", "--quiet", "--message=a conflict")

    code, _ = runner.run("plan/plan.sh")

    assert (code, runner.outputs["is-untouched"], runner.outputs["plan"]) == (1, "false", "")
    assert "Stopped" in runner.summary


def test_a_likely_rename_is_red_where_it_is_reviewed(runner: Runner) -> None:
    runner.project.write_state({"Old": record("Old", source="campaigns/a.yaml")})
    runner.project.write("campaigns/a.yaml", definition("New"))
    runner.project.git("add", ".")
    runner.project.git("commit", "--quiet", "--message=another name")

    code, log = runner.run("plan/plan.sh")

    assert (code, runner.outputs["plan"]) == (1, "")
    assert "::error title=campaignsync::1 of the new campaigns are likely renames" in log
    assert "campaignsync forget 'Old'" in runner.summary
    assert "give it that name again" in runner.summary
    assert runner.run("plan/plan.sh", ALLOW_RENAMES="true")[0] == 0


def test_what_the_policy_stops_is_red_where_it_is_reviewed(runner: Runner) -> None:
    runner.project.define("Billing")
    rules = "version: 1\nrules:\n  - modes: [Agentless]\n    severity: error\n"
    runner.project.write("campaigns/.policy.yaml", rules)
    runner.project.git("add", ".")
    runner.project.git("commit", "--quiet", "--message=a policy")

    code, log = runner.run("plan/plan.sh", GITHUB_EVENT_NAME="pull_request")

    assert (code, runner.outputs["plan"], runner.outputs["has-work"]) == (1, "", "true")
    assert "::error title=campaignsync::The policy says that what was found must stop this" in log
    assert "policy allows Agentless" in runner.summary
    assert "::error file=campaigns/Billing.yaml" in log
    # What was merged in spite of it is sent: there is nobody left to ask.
    assert runner.run("plan/plan.sh", GITHUB_EVENT_NAME="push")[0] == 0
    assert runner.outputs["plan"]


def test_rows_that_do_not_fit_are_red_unless_that_is_allowed(runner: Runner) -> None:
    names = [f"Campaign {number:03}" for number in range(170)]
    runner.project.define(*names, contactLists=[f"A list with a long name {number}" for number in range(10)])

    code, log = runner.run("plan/plan.sh")

    report = (runner.folder / "campaignsync-plan.md").read_text(encoding="utf-8")
    rows = report.count("| `Campaign ")
    assert 0 < rows < 170
    assert f"> **Rows left out: {170 - rows}.**" in report
    assert (code, runner.outputs["plan"]) == (1, "")
    assert f"::error title=campaignsync::{170 - rows} of the campaigns that would be sent don't fit" in log
    # The summary has room, so that alone is enough where there is no comment.
    assert runner.summary.count("| `Campaign ") == 170
    assert "Rows left out" not in runner.summary
    assert runner.run("plan/plan.sh", COMMENT="false")[0] == 0
    assert runner.run("plan/plan.sh", ALLOW_CUT_ROWS="true")[0] == 0


def test_a_summary_that_can_not_be_written_is_red(runner: Runner) -> None:
    """Without its rows a plan looks like any other, and nobody would have reviewed what is sent."""
    runner.project.define("Billing")
    program = runner.folder / "campaignsync/bin/campaignsync"
    whole = program.with_name("whole")
    program.rename(whole)
    program.write_text(f'#!/bin/sh\ncase "$*" in *--summary*) exit 1;; esac\nexec {whole} "$@"\n')
    program.chmod(0o755)

    code, log = runner.run("plan/plan.sh")

    assert (code, runner.outputs["plan"]) == (1, "")
    assert "::error title=campaignsync::The plan could not be written whole" in log


@pytest.mark.parametrize(
    ("path", "is_untouched"),
    [("notes.txt", "true"), ("campaigns/notes.txt", "false"), ("state/notes.txt", "true"), (STATE, "false")],
)
def test_a_pull_request_that_touches_no_definition_is_known(
    runner: Runner, path: str, is_untouched: str
) -> None:
    runner.project.define("Billing")
    merge_of(runner.project, path, EMPTY_STATE if path == STATE else "more")

    runner.run("plan/plan.sh")

    assert runner.outputs["is-untouched"] == is_untouched


def test_outside_of_a_pull_request_nothing_is_taken_for_untouched(runner: Runner) -> None:
    runner.project.define("Billing")

    runner.run("plan/plan.sh")

    assert runner.outputs["is-untouched"] == "false"
