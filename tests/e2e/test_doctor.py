"""`doctor`: each broken set-up is named in one line with its cure; a whole one passes; nothing is changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.clones import differences, kept, published
from tests.e2e.conftest import SECRET, STATE, Project
from tests.e2e.vendor import Vendor, dropped, rejected


@pytest.fixture
def whole(project: Project, tmp_path: Path) -> Project:
    """Return a clone with a definition, whose remote is as it should be."""
    project.define("Alpha")
    published(project, tmp_path / "remote.git")
    return project


def test_where_all_is_there_each_line_says_so(whole: Project, vendor: Vendor) -> None:
    before = kept(whole.path)
    ran = whole.run("doctor", CAMPAIGNSYNC_RATE_LIMIT="60")
    assert ran.code == 0, ran.out
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * 9
    assert lines[-1] == "All is there that a sync needs."
    assert "accepted; the account has 0 voice campaigns" in ran.out
    assert "origin/main can be read and pushed to" in ran.out
    assert (len(vendor.requests), len(vendor.pages)) == (1, 1)
    assert differences(before, kept(whole.path)) == set()
    assert SECRET not in ran.out + ran.err


Break = Callable[[Project, Vendor], dict[str, str]]


def _no_settings(_project: Project, _vendor: Vendor) -> dict[str, str]:
    return {"KORE_APP_ID": "", "KORE_CLIENT_SECRET": " "}


def _bad_secret(_project: Project, vendor: Vendor) -> dict[str, str]:
    vendor.list_behaviour = rejected("Invalid SDK credentials", status=401)
    return {}


def _no_scope(_project: Project, vendor: Vendor) -> dict[str, str]:
    vendor.list_behaviour = rejected("no scope", status=403)
    return {}


def _no_answer(_project: Project, vendor: Vendor) -> dict[str, str]:
    vendor.list_behaviour = dropped
    return {}


def _used_up(_project: Project, vendor: Vendor) -> dict[str, str]:
    vendor.list_behaviour = rejected("too many", status=429)
    return {}


def _wrong_clock(_project: Project, vendor: Vendor) -> dict[str, str]:
    vendor.now = lambda: datetime.now(UTC) + timedelta(minutes=10)
    return {}


def _no_committer(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.git("config", "--unset", "user.name")
    project.git("config", "user.useConfigOnly", "true")
    return {}


def _ignored_state(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.write(".gitignore", "state/\n")
    return {}


def _no_remote_there(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.git("remote", "set-url", "origin", "/nowhere/remote.git")
    return {}


def _no_push(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.git("remote", "set-url", "--push", "origin", "/nowhere/remote.git")
    return {}


def _other_account(project: Project, vendor: Vendor) -> dict[str, str]:
    project.write_state({})
    project.git("push", "--quiet")
    return {"KORE_APP_ID": "st-2"}


def _bad_definition(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.write("campaigns/bad.yaml", "name: []\n")
    return {}


def _bad_policy(project: Project, _vendor: Vendor) -> dict[str, str]:
    project.write("campaigns/.policy.yaml", "version: 2\n")
    return {}


def _no_definitions(project: Project, _vendor: Vendor) -> dict[str, str]:
    return {"CAMPAIGNSYNC_CAMPAIGNS": "campaings"}


@pytest.mark.parametrize(
    ("broken", "name", "words"),
    [
        (_no_settings, "settings", ("not set: KORE_APP_ID, KORE_CLIENT_SECRET", "where each is found")),
        (_bad_secret, "credentials", ("the server refuses the credentials", "Check KORE_CLIENT_ID")),
        (_no_scope, "credentials", ("HTTP 403: no scope", "published")),
        (_no_answer, "credentials", ("http://127.0.0.1:", "Try again when the service answers")),
        (_used_up, "credentials", ("requests of this minute are used up", "Wait a minute")),
        (_wrong_clock, "credentials", ("the clocks differ by", "Set this machine's clock")),
        (_no_committer, "git", ("who commits", "git config")),
        (_ignored_state, "git", (f"the state file {STATE} is ignored by git", ".gitignore")),
        (_no_remote_there, "branch", ("can't reach origin", "")),
        (_no_push, "branch", ("origin/main can be read, and not pushed to", "the right to write")),
        (_other_account, "state", ("the state belongs to the application 'st-1'", "--state")),
        (_bad_definition, "definitions", ("problems in the definitions", "campaignsync validate")),
        (_bad_policy, "definitions", ("problem in the definitions", "campaignsync validate")),
        (_no_definitions, "definitions", ("campaings, does not exist", "--campaigns")),
    ],
)
def test_what_is_broken_is_named_with_its_cure(
    whole: Project, vendor: Vendor, broken: Break, name: str, words: tuple[str, str]
) -> None:
    env = broken(whole, vendor)
    ran = replace(whole, env={**whole.env, **env}).run("doctor")
    assert ran.code == 1, ran.out
    lines = ran.out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("FAIL")] == [name], ran.out
    start = next(index for index, line in enumerate(lines) if line.startswith("FAIL"))
    block = "\n".join(lines[start : start + 4])
    assert [each in block for each in words] == [True, True], ran.out
    assert lines[-1] == "1 check failed: do what is said there."
    assert "Traceback" not in ran.out + ran.err
    assert SECRET not in ran.out + ran.err


def test_outside_git_the_rest_is_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "plain" / "campaigns").mkdir(parents=True)
    ran = project.run("doctor", cwd=tmp_path / "plain")
    assert (ran.code, "FAIL  git" in ran.out, "skip  branch" in ran.out) == (1, True, True), ran.out


def test_without_a_remote_the_current_branch_counts(project: Project) -> None:
    project.define("Alpha")
    ran = project.run("doctor", CAMPAIGNSYNC_RATE_LIMIT="0")
    assert (ran.code, "there is no remote" in ran.out) == (0, True), ran.out
    assert "no limit; the vendor allows 60" in ran.out
