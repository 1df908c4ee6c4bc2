"""`inventory`: written, committed to the remote, and what `validate`, `plan` and the schema make of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clones import differences, kept, published
from tests.e2e.conftest import STATE, Project
from tests.e2e.vendor import Vendor

FILE = "state/inventory.json"
_LIST = "Recent Buyers - Q2 2025"


@pytest.fixture
def stocked(vendor: Vendor) -> Vendor:
    """Have an account with three contact lists and twelve queues."""
    vendor.contact_lists = [_LIST, "Nobody", "Broken"]
    vendor.list_facts = {
        _LIST: {"totalRecordCount": 12, "mapping": {"timeZone": "tz"}, "columns": ["phoneNumber"]},
        "Nobody": {"totalRecordCount": 0},
        "Broken": {"status": "Invalid", "campaignInUse": [{"id": "cd-9", "name": "Other"}]},
    }
    vendor.queues = ["Default Queue", *(f"Queue {number:02}" for number in range(11))]
    return vendor


def _rules(project: Project, *args: str) -> list[tuple[str, str]]:
    """Return rule and message of what is found that only an account knows."""
    found = project.run(*args, "--format", "json").json["findings"]
    return [(each["rule"], each["message"]) for each in found if each["rule"].split("/")[1] in _OURS]


_OURS = {"unknown", "empty", "inventory"}


def test_holds_names_sizes_and_status_and_nothing_else(project: Project, stocked: Vendor) -> None:
    ran = project.run("inventory")
    assert (ran.code, ran.out) == (0, f"Wrote {FILE}: 3 contact lists, 12 queues, 3 requests.\n"), ran.err
    data: Any = json.loads((project.path / FILE).read_text())
    assert set(data) == {"version", "host", "appId", "readAt", "contactLists", "queues"}
    assert (data["version"], data["host"], data["appId"]) == (1, stocked.url, "st-1")
    assert data["contactLists"] == [
        {"name": "Broken", "contacts": None, "status": "Invalid", "hasTimeZones": None},
        {"name": "Nobody", "contacts": 0, "status": "Ready", "hasTimeZones": None},
        {"name": _LIST, "contacts": 12, "status": "Ready", "hasTimeZones": True},
    ]
    assert data["queues"] == sorted(stocked.queues or [])


def test_without_the_scope_there_are_no_queues(project: Project, stocked: Vendor) -> None:
    stocked.queues = None
    ran = project.run("inventory")
    assert (ran.code, "queues not shown to this client" in ran.out) == (0, True)
    assert json.loads((project.path / FILE).read_text())["queues"] is None


def test_queues_without_end_are_not_asked_for_without_end(project: Project, stocked: Vendor) -> None:
    stocked.queues = [f"Queue {number}" for number in range(1_100)]
    ran = project.run("inventory")
    assert len([request for request in stocked.requests if request.is_queues]) == 100
    assert ran.code == 0, ran.err
    assert json.loads((project.path / FILE).read_text())["queues"] is None


def test_without_contact_lists_nothing_is_written(project: Project, vendor: Vendor) -> None:
    ran = project.run("inventory")
    assert (ran.code, (project.path / FILE).exists()) == (1, False)
    assert "could not be read: HTTP 403: not in your scope" in ran.err


@pytest.mark.parametrize("command", ["validate", "plan"])
class TestFindings:
    def test_an_unknown_list_is_found_with_the_nearest(
        self, project: Project, stocked: Vendor, command: str
    ) -> None:
        project.run("inventory")
        stocked.requests.clear()
        project.define("Alpha", contactLists=["Recent Buyers - Q2 2052"], queue_name="Defualt Queue")
        day = json.loads((project.path / FILE).read_text())["readAt"][:10]
        owner = f"on {day} the account had ({FILE})"
        assert dict(_rules(project, command)) == {
            "lists/unknown": f"{owner} no contact list 'Recent Buyers - Q2 2052'; the nearest is '{_LIST}'",
            "queues/unknown": f"{owner} no queue 'Defualt Queue'; the nearest is 'Default Queue'",
        }
        assert stocked.requests == []

    def test_a_list_that_nobody_can_be_called_by_is_found(
        self, project: Project, stocked: Vendor, command: str
    ) -> None:
        project.run("inventory")
        project.define("Alpha", contactLists=["Nobody", "Broken", _LIST.upper()])
        rules = _rules(project, command)
        assert [rule for rule, _ in rules] == ["lists/empty", "lists/empty"]
        assert "the contact list 'Nobody' is empty: the campaign would call nobody (" in rules[0][1]
        assert f"the contact list 'Broken' is Invalid, not Ready ({FILE}, read on " in rules[1][1]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("{", "is no JSON"),
            ("[]", "holds what no inventory has"),
            ('{"version": 2}', "is not of version 1"),
            ("x" * 1_100_000, "holds 1,100,000 bytes"),
        ],
    )
    def test_a_damaged_one_is_a_finding_and_no_error(
        self, project: Project, command: str, content: str, told: str
    ) -> None:
        project.write(FILE, content)
        project.define("Alpha")
        [(rule, message)] = _rules(project, command)
        assert (rule, told in message) == ("lists/inventory", True), message


def test_one_of_another_application_is_not_held_against_a_plan(project: Project, stocked: Vendor) -> None:
    project.run("inventory")
    project.define("Alpha", contactLists=["Elsewhere"])
    [(rule, message)] = [
        each
        for each in (
            (found["rule"], found["message"])
            for found in project.run("plan", "--format", "json", KORE_APP_ID="st-2").json["findings"]
        )
        if each[0].startswith("lists/inv")
    ]
    assert "is of the application st-1" in message
    assert rule == "lists/inventory"


def test_a_plan_of_a_commit_reads_the_commit_s(project: Project, stocked: Vendor) -> None:
    project.run("inventory")
    project.define("Alpha", contactLists=["Elsewhere"])
    assert _rules(project, "plan", "--commit", "HEAD") == []
    project.git("add", FILE)
    project.git("commit", "--quiet", "--message=inventory")
    (project.path / FILE).unlink()
    assert [rule for rule, _ in _rules(project, "plan", "--commit", "HEAD")] == ["lists/unknown"]


def test_a_remote_plan_asks_the_account_itself(project: Project, stocked: Vendor) -> None:
    project.define("Alpha", contactLists=["Elsewhere"])
    stocked.contact_lists = ["Elsewhere 2"]
    found = [
        each
        for each in project.run("plan", "--remote", "--format", "json").json["findings"]
        if each["rule"] == "lists/unknown"
    ]
    assert [(each["severity"], each["message"]) for each in found] == [
        ("error", "the account has no contact list 'Elsewhere'; the nearest is 'Elsewhere 2'")
    ]
    stocked.contact_lists = None
    ran = project.run("plan", "--remote")
    assert (ran.code, "could not be checked: HTTP 403" in ran.err) == (0, True)


def test_a_remote_plan_tells_who_calls_a_list_already(project: Project, stocked: Vendor) -> None:
    project.define("Alpha", contactLists=["Broken", _LIST])
    stocked.list_facts["Broken"] |= {"source": "localDrive"}
    stocked.list_facts[_LIST] = {"source": "passiveApi"}
    found = [
        (each["rule"], each["severity"], each["message"])
        for each in project.run("plan", "--remote", "--format", "json").json["findings"]
        if each["rule"].startswith("lists/")
    ]
    unlike = "have not the same source, as those of one campaign must"
    assert found == [
        ("lists/busy", "warning", "the contact list 'Broken' is called by 'Other' (cd-9) already"),
        ("lists/empty", "warning", "the contact list 'Broken' is Invalid, not Ready"),
        (
            "lists/mixed",
            "warning",
            f"the contact lists 'Broken' and '{_LIST}' {unlike}",
        ),
    ]


class TestPush:
    def test_commits_one_file_to_the_remote_and_touches_nothing_here(
        self, project: Project, stocked: Vendor, tmp_path: Path
    ) -> None:
        project.define("Alpha")
        remote = published(project, tmp_path / "remote.git")
        before = kept(project.path)
        ran = project.run("inventory", "--push")
        assert (ran.code, ran.out.startswith(f"Committed {FILE} as ")) == (0, True), ran.err
        assert remote.git("show", "--format=%s", "--name-only", "main").split("\n\n") == [
            "campaignsync: inventory of 3 contact lists",
            FILE,
        ]
        assert differences(before, kept(project.path)) == set()

    def test_a_new_time_alone_is_no_commit(self, project: Project, stocked: Vendor, tmp_path: Path) -> None:
        project.define("Alpha")
        remote = published(project, tmp_path / "remote.git")
        project.run("inventory", "--push")
        tip = remote.git("rev-parse", "main")
        again = project.run("inventory", "--push")
        assert (again.code, again.out.startswith(f"{FILE} is up to date: ")) == (0, True), again.err
        assert remote.git("rev-parse", "main") == tip
        stocked.list_facts[_LIST]["totalRecordCount"] = 13
        assert project.run("inventory", "--push").out.startswith("Committed")

    def test_who_pushes_first_is_no_hindrance(
        self, project: Project, stocked: Vendor, tmp_path: Path
    ) -> None:
        project.define("Alpha")
        remote = published(project, tmp_path / "remote.git")
        other = tmp_path / "other"
        project.git("clone", "--quiet", str(tmp_path / "remote.git"), str(other))
        once = tmp_path / "once"
        push = f"git -C {other} -c user.name=B -c user.email=b@c.d commit --quiet --allow-empty -m theirs"
        hook = project.path / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        commit = f"{push}; git -C {other} push -q"
        hook.write_text(f"#!/bin/sh\n[ -e {once} ] || {{ touch {once}; unset GIT_DIR; {commit}; }}\n")
        hook.chmod(0o755)
        ran = project.run("inventory", "--push")
        assert ran.code == 0, ran.err
        assert remote.git("log", "--format=%s", "-2", "main").splitlines() == [
            "campaignsync: inventory of 3 contact lists",
            "theirs",
        ]


class TestSchema:
    def test_offers_the_names_and_demands_none(self, project: Project, stocked: Vendor) -> None:
        project.run("inventory")
        plain, offering = project.run("schema"), project.run("schema", "--inventory")
        assert offering.code == 0, offering.err
        text = offering.out
        assert text.count('"Nobody"') >= 6
        assert '"Queue 10"' in text
        assert "Nobody" not in plain.out

    def test_without_an_inventory_says_how_to_make_one(self, project: Project) -> None:
        ran = project.run("schema", "--inventory")
        assert (ran.code, f"there is no {FILE}" in ran.err) == (1, True)
        assert "campaignsync inventory" in ran.err


def test_each_state_has_its_own(project: Project, stocked: Vendor) -> None:
    assert "Wrote state/emea.inventory.json" in project.run("inventory", "--state", "state/emea.json").out
    assert STATE == "state/campaigns.json"
