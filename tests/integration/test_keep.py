"""The one comment on a pull request and the one issue, kept by the script at a stand-in of GitHub."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.github import GitHub

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "keep.py"


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub.serving() as served:
        yield served


@pytest.fixture
def env(github: GitHub, tmp_path: Path) -> Mapping[str, str]:
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}), encoding="utf-8")
    return {
        "TOKEN": "ghs_a-token",
        "REPORT": str(tmp_path / "report.md"),
        "ONLY_UPDATE": "false",
        "CAMPAIGNS": "campaigns",
        "STATE": "state/campaigns.json",
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "team/campaigns",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
    }


def started(
    kind: str, env: Mapping[str, str], report: str, changes: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    Path(env["REPORT"]).write_text(report, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, kind],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **env, **changes},
        timeout=30,
    )


def keep(env: Mapping[str, str], report: str, **changes: str) -> str:
    done = started("comment", env, report, changes)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def keep_issue(
    env: Mapping[str, str], report: str, *, is_needed: bool = True, code: int = 0, **changes: str
) -> str:
    done = started("issue", env, report, {"IS_NEEDED": str(is_needed).lower(), **changes})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def bodies(github: GitHub) -> list[str]:
    return [comment["body"].partition("\n")[2] for comment in github.comments]


def test_a_second_plan_takes_the_place_of_the_first(env: Mapping[str, str], github: GitHub) -> None:
    keep(env, "one")
    keep(env, "two")

    assert bodies(github) == ["two"]
    assert {(path, token) for _, path, token in github.requests} == {
        ("/repos/team/campaigns/issues/7/comments", "Bearer ghs_a-token"),
        ("/repos/team/campaigns/issues/comments/100", "Bearer ghs_a-token"),
    }


def test_it_is_found_behind_a_long_discussion(env: Mapping[str, str], github: GitHub) -> None:
    for number in range(150):
        github.say("Ann", f"no. {number}")
    keep(env, "one")
    for number in range(150):
        github.say("Ann", f"no. {number}")

    keep(env, "two")

    assert [body for body in bodies(github) if body] == ["two"]


def test_each_state_has_its_own(env: Mapping[str, str], github: GitHub) -> None:
    keep(env, "emea", STATE="state/emea.json")
    keep(env, "apac", STATE="state/apac.json")
    keep(env, "emea again", STATE="state/emea.json")

    assert bodies(github) == ["emea again", "apac"]


def test_a_persons_comment_is_never_taken_for_it(env: Mapping[str, str], github: GitHub) -> None:
    """They could edit it after the reviewers had read it."""
    keep(env, "one")
    marker = github.comments.pop()["body"].partition("\n")[0]
    github.say("Mallory", f"{marker}\nharmless")

    keep(env, "two")

    assert bodies(github) == ["harmless", "two"]


def test_a_comment_whose_account_is_gone_is_no_hindrance(env: Mapping[str, str], github: GitHub) -> None:
    github.say("ghost", "one")["user"] = None

    keep(env, "one")
    keep(env, "two")

    assert [comment["body"].partition("\n")[2] for comment in github.comments] == ["", "two"]


def test_none_is_written_where_the_definitions_are_untouched(env: Mapping[str, str], github: GitHub) -> None:
    keep(env, "one", ONLY_UPDATE="true")
    assert github.comments == []

    keep(env, "one")
    keep(env, "two", ONLY_UPDATE="true")
    assert bodies(github) == ["two"]


def test_a_token_that_may_not_write_is_a_warning(env: Mapping[str, str], github: GitHub) -> None:
    github.is_read_only = True

    said = keep(env, "one")

    assert said.startswith("::warning title=campaignsync::")
    assert "403" in said
    assert "pull-requests: write" in said
    assert "ghs_a-token" not in said


def test_a_server_that_is_not_there_is_a_warning(env: Mapping[str, str]) -> None:
    said = keep(env, "one", GITHUB_API_URL="http://127.0.0.1:9")

    assert said.startswith("::warning title=campaignsync::")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "broken",
    [
        {"HTTPS_PROXY": "gopher://proxy.example", "GITHUB_API_URL": "https://api.example"},
        {"SSL_CERT_FILE": "/nowhere/ca.pem", "GITHUB_API_URL": "https://127.0.0.1:9"},
        {"GITHUB_EVENT_PATH": "/nowhere/event.json"},
    ],
)
def test_what_the_machine_lacks_is_a_warning(env: Mapping[str, str], broken: Mapping[str, str]) -> None:
    said = keep(env, "one", **broken)

    assert said.startswith(
        "::warning title=campaignsync::The comment on the pull request could not be written"
    )
    assert "Traceback" not in said


@pytest.mark.parametrize("answer", [{"message": "a page"}, [17], [{"user": {}}], None, "text"])
def test_an_odd_answer_is_a_warning(env: Mapping[str, str], github: GitHub, answer: object) -> None:
    github.odd_answer = json.dumps(answer)

    said = keep(env, "one")

    assert said.startswith("::warning title=campaignsync::")
    assert "Traceback" not in said


class TestIssue:
    def test_is_opened_edited_and_closed_and_there_is_no_second_one(
        self, env: Mapping[str, str], github: GitHub
    ) -> None:
        said = [
            keep_issue(env, report, is_needed=needed)
            for report, needed in (
                ("fine", False),
                ("one", True),
                ("one", True),
                ("two", True),
                ("fine", False),
                ("fine", False),
            )
        ]
        assert [line.strip() for line in said] == [
            f"The issue about the campaigns: {what}."
            for what in ("not needed", "opened", "as it was", "updated", "closed", "as it was")
        ]
        [issue] = github.issues
        assert (issue["state"], issue["body"].partition("\n")[2]) == ("closed", "fine")
        assert issue["title"] == "Campaigns to look at in state/campaigns.json"
        assert "labels" not in issue

        assert "opened again" in keep_issue(env, "three")
        assert [(each["state"], each["body"].partition("\n")[2]) for each in github.issues] == [
            ("open", "three")
        ]

    def test_one_that_a_person_closed_is_opened_again(self, env: Mapping[str, str], github: GitHub) -> None:
        keep_issue(env, "one")
        github.issues[0]["state"] = "closed"
        keep_issue(env, "one")
        assert [issue["state"] for issue in github.issues] == ["open"]

    def test_is_found_behind_others_and_is_no_pull_request_nor_a_person_s(
        self, env: Mapping[str, str], github: GitHub
    ) -> None:
        keep_issue(env, "one")
        marker = github.issues.pop()["body"].partition("\n")[0]
        github.open_issue("Mallory", f"{marker}\nharmless")
        github.open_issue("bot", f"{marker}\na pull request", kind="Bot", pull_request={})
        for number in range(150):
            github.open_issue("Ann", f"no. {number}")
        keep_issue(env, "two")
        keep_issue(env, "three")
        assert len(github.issues) == 153
        assert github.issues[-1]["body"] == f"{marker}\nthree"

    def test_each_state_has_its_own(self, env: Mapping[str, str], github: GitHub) -> None:
        keep_issue(env, "emea", STATE="state/emea.json")
        keep_issue(env, "apac", STATE="state/apac.json")
        keep_issue(env, "", STATE="state/emea.json", is_needed=False)
        assert [issue["state"] for issue in github.issues] == ["closed", "open"]

    def test_where_it_is_needed_and_can_not_be_written_the_step_fails(
        self, env: Mapping[str, str], github: GitHub
    ) -> None:
        github.is_read_only = True
        said = keep_issue(env, "one", code=1)
        assert said.startswith("::error title=campaignsync::")
        assert "403; does the job have issues: write?" in said
        keep_issue(env, "fine", is_needed=False)
        said = keep_issue(env, "fine", is_needed=False, GITHUB_API_URL="http://127.0.0.1:9")
        assert said.startswith("::warning title=campaignsync::")
