"""The plan action's script that says what else a pull request changes: paths are foreign text."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.report_samples import HOSTILE

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "plan" / "touched.py"


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], check=True, capture_output=True, cwd=folder)


def said(folder: Path, event: str = "pull_request") -> str:
    env = {
        **os.environ,
        "CAMPAIGNSYNC_STATE": "./state/campaigns.json",
        "CAMPAIGNSYNC_CAMPAIGNS": "./campaigns",
        "GITHUB_EVENT_NAME": event,
    }
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT], check=True, capture_output=True, encoding="utf-8", cwd=folder, env=env
    )
    return done.stdout


@pytest.fixture
def merge(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for key, value in (("user.name", "Ann"), ("user.email", "ann@example.com")):
        git(tmp_path, "config", key, value)
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=begin")
    git(tmp_path, "switch", "--quiet", "--create", "change")
    return tmp_path


def merged(folder: Path, *paths: str) -> str:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=change")
    git(folder, "switch", "--quiet", "main")
    git(folder, "merge", "--quiet", "--no-ff", "--message=merge", "change")
    return said(folder)


def test_definitions_alone_are_nothing_to_say(merge: Path) -> None:
    assert merged(merge, "campaigns/a.yaml", "state/other.json", "notes.txt") == ""


def test_a_policy_is_named(merge: Path) -> None:
    told = merged(merge, "campaigns/.policy.yaml", "campaigns/emea/.policy.yaml")
    assert "changes the policy, `campaigns/.policy.yaml`" in told
    assert "emea" not in told


def test_each_thing_that_decides_about_the_plan_is_one_warning(merge: Path) -> None:
    (merge / "link").symlink_to("elsewhere")
    told = merged(merge, "state/campaigns.json", ".gitattributes", "a/.gitattributes")
    lines = told.splitlines()
    assert lines[::3] == ["> [!CAUTION]"] * 3
    assert [line.removeprefix("> **This pull request ").split(":")[0] for line in lines[1::3]] == [
        "itself changes the state, `state/campaigns.json`",
        "changes `.gitattributes`, `a/.gitattributes`",
        "changes links or submodules",
    ]


def test_many_paths_are_counted(merge: Path) -> None:
    told = merged(merge, *(f"{number}/.gitattributes" for number in range(9)))
    assert "`4/.gitattributes` and 4 more: files" in told


@pytest.mark.parametrize("name", [name for name in HOSTILE if "/" not in name and "\ud800" not in name])
def test_hostile_paths_are_code(merge: Path, name: str) -> None:
    told = merged(merge, f"{name[:60]}/.gitattributes")
    assert (told.count("\n"), told.count("> [!CAUTION]")) == (3, 1)
    assert "\x1b" not in told


def test_where_the_base_is_not_there_a_pull_request_is_told(merge: Path) -> None:
    assert "Check it out with `fetch-depth: 2`" in said(merge)
    assert said(merge, event="push") == ""
