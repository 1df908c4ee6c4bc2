"""The script of the plan action by itself: what it says of a pull request, and what makes it fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import STATE, Project

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "plan" / "plan.sh"


def plan(project: Project, runner: Path, **env: str) -> tuple[int, str, dict[str, str], str]:
    """Run the step; return its exit code, its log, its outputs and the summary."""
    programs = runner / "campaignsync" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name, arguments in (("campaignsync", "-m campaignsync"), ("python", "")):
        (programs / name).write_text(
            f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8"
        )
        (programs / name).chmod(0o755)
    for name in ("summary", "output"):
        (runner / name).write_text("", encoding="utf-8")
    settings = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "GITHUB_OUTPUT": str(runner / "output"),
        "RUNNER_TEMP": str(runner),
        "PYTHONPATH": str(SCRIPT.parents[3]),
        "CAMPAIGNSYNC_CAMPAIGNS": "campaigns",
        "CAMPAIGNSYNC_STATE": STATE,
        "MAX_CREATES": "",
    }
    done = subprocess.run(
        ["bash", SCRIPT],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=project.path,
        env={**os.environ, **settings, **env},
        timeout=60,
    )
    outputs = dict(
        line.split("=", 1) for line in (runner / "output").read_text(encoding="utf-8").splitlines()
    )
    return (
        done.returncode,
        done.stdout + done.stderr,
        outputs,
        (runner / "summary").read_text(encoding="utf-8"),
    )


def merge_of(project: Project, path: str, content: str) -> None:
    """Stand on the merge of a pull request of two commits, as GitHub checks it out."""
    project.git("switch", "--quiet", "--create", "change")
    for number in (1, 2):
        project.write(path, f"{content}{number}\n")
        project.git("add", ".")
        project.git("commit", "--quiet", f"--message=change {number}")
    project.git("switch", "--quiet", "--detach", "main")
    project.git("merge", "--quiet", "--no-ff", "--message=merge", "change")


def test_work_is_told_from_none(project: Project, tmp_path: Path) -> None:
    (project.path / "campaigns").mkdir()
    code, _, outputs, summary = plan(project, tmp_path)
    assert (code, outputs["has-work"], outputs["commit"]) == (0, "false", project.head)
    assert "Nothing to create" in summary

    project.define("Billing")
    code, _, outputs, summary = plan(project, tmp_path)
    assert (code, outputs["has-work"], outputs["commit"]) == (0, "true", project.head)
    assert "1 to create" in summary


def test_what_the_sync_would_refuse_fails_before_anyone_approves_it(project: Project, tmp_path: Path) -> None:
    project.define("Billing", "Renewals")

    code, log, _, summary = plan(project, tmp_path, MAX_CREATES="1")

    assert code == 1
    assert "::error title=campaignsync::The plan creates 2 campaigns, and at most 1" in log
    assert "**The plan creates 2 campaigns" in summary
    assert plan(project, tmp_path, MAX_CREATES="2")[0] == 0


def test_a_damaged_state_is_told_in_the_summary(project: Project, tmp_path: Path) -> None:
    project.define("Billing")
    project.write(STATE, "<<<<<<< HEAD\n")

    code, _, outputs, summary = plan(project, tmp_path)

    assert (code, outputs["is-untouched"]) == (1, "false")
    assert "Stopped" in summary


@pytest.mark.parametrize(
    ("path", "is_untouched"),
    [("notes.txt", "true"), ("campaigns/notes.txt", "false"), ("state/notes.txt", "true"), (STATE, "false")],
)
def test_a_pull_request_that_touches_no_definition_is_known(
    project: Project, tmp_path: Path, path: str, is_untouched: str
) -> None:
    project.define("Billing")
    empty_state = '{"version": 1, "host": null, "appId": null, "campaigns": {}}'
    merge_of(project, path, empty_state if path == STATE else "more\n")
    if path == STATE:
        project.write(STATE, empty_state)

    assert plan(project, tmp_path)[2]["is-untouched"] == is_untouched


def test_outside_of_a_pull_request_nothing_is_taken_for_untouched(project: Project, tmp_path: Path) -> None:
    project.define("Billing")

    assert plan(project, tmp_path)[2]["is-untouched"] == "false"
