"""The one comment on a pull request, written by the plan action's script to a stand-in of GitHub."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.github import GitHub

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "plan" / "comment.py"


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


def keep(env: Mapping[str, str], report: str, **changes: str) -> str:
    Path(env["REPORT"]).write_text(report, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, SCRIPT],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **env, **changes},
        timeout=30,
    )
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
