"""`plan --out` and `sync --plan`: only a body that somebody could look at is sent, whatever happens after."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.e2e.clones import published
from tests.e2e.conftest import Project, claim, definition
from tests.e2e.vendor import Vendor, dropped

_FILE = "plan.json"


@pytest.fixture
def planned(project: Project) -> Project:
    """Have a plan of one definition, outside of git."""
    project.define("Billing")
    assert project.run("plan", "--out", _FILE).code == 0
    project.write(".git/info/exclude", f"{_FILE}\n")
    return project


def test_the_file_is_the_plan_as_json(planned: Project) -> None:
    told = planned.run("plan", "--format", "json")
    assert json.loads((planned.path / _FILE).read_text(encoding="utf-8")) == told.json


def test_the_file_holds_the_body_that_is_sent(planned: Project, vendor: Vendor) -> None:
    [create] = json.loads((planned.path / _FILE).read_text(encoding="utf-8"))["create"]
    planned.run("sync")
    assert create["body"] == vendor.creates[0].json


def test_what_the_plan_holds_is_sent_and_the_rest_is_not(planned: Project, vendor: Vendor) -> None:
    planned.define("Renewals")
    ran = planned.run("sync", "--plan", _FILE, "--format", "json")
    assert (ran.code, vendor.sent_names) == (4, ["Billing"]), ran.err
    [left] = ran.json["notSent"]
    assert (left["name"], left["source"]) == ("Renewals", "campaigns/Renewals.yaml")
    assert "is not in the plan" in left["error"]
    assert planned.recorded() == {"Billing": vendor.ids_of("Billing")[0]}


def test_a_new_plan_lets_the_rest_go(planned: Project, vendor: Vendor) -> None:
    planned.define("Renewals")
    planned.run("sync", "--plan", _FILE)
    planned.run("plan", "--out", _FILE)
    ran = planned.run("sync", "--plan", _FILE)
    assert (ran.code, vendor.sent_names) == (0, ["Billing", "Renewals"])


def test_a_definition_that_was_edited_after_the_plan_is_not_sent(planned: Project, vendor: Vendor) -> None:
    planned.define("Billing", maxSkips=9)
    ran = planned.run("sync", "--plan", _FILE, "--format", "json")
    assert (ran.code, vendor.creates, planned.entries()) == (4, [], {}), ran.err
    assert [left["name"] for left in ran.json["notSent"]] == ["Billing"]


def test_an_edit_that_changes_nothing_of_the_body_is_sent(planned: Project, vendor: Vendor) -> None:
    planned.write("campaigns/moved.yaml", definition("Billing") + "  # as before\n")
    planned.git("rm", "--quiet", "campaigns/Billing.yaml")
    planned.git("add", "campaigns")
    planned.git("commit", "--quiet", "--message=move")
    ran = planned.run("sync", "--plan", _FILE)
    assert (ran.code, vendor.sent_names) == (0, ["Billing"]), ran.err


def test_a_second_run_with_the_same_plan_has_nothing_to_do(planned: Project, vendor: Vendor) -> None:
    assert [planned.run("sync", "--plan", _FILE).code for _ in range(2)] == [0, 0]
    assert vendor.sent_names == ["Billing"]


def test_the_commit_names_what_was_sent_and_not_what_was_left(planned: Project, vendor: Vendor) -> None:
    [digest] = [create["digest"] for create in planned.run("plan", "--format", "json").json["create"]]
    planned.define("Renewals")
    planned.run("sync", "--plan", _FILE)
    expected = sha256(json.dumps([digest]).encode()).hexdigest()
    assert planned.git("log", "-1", "--format=%(trailers:key=Plan,valueonly)").strip() == f"sha256:{expected}"


class TestAClaim:
    """Proven absent, a claim becomes what its definition says now: that may be newer than the plan."""

    @pytest.fixture
    def pending(self, planned: Project) -> Project:
        """Have a claim of a run whose request came to nothing."""
        planned.write_state({"Billing": claim("Billing")})
        published(planned, planned.path.with_name("remote.git"))
        return planned

    def test_is_sent_again_with_the_body_of_the_plan(self, pending: Project, vendor: Vendor) -> None:
        ran = pending.run("sync", "--push", "--plan", _FILE)
        assert (ran.code, vendor.sent_names) == (0, ["Billing"]), ran.err

    def test_is_not_sent_again_with_another_body(self, pending: Project, vendor: Vendor) -> None:
        pending.define("Billing", maxSkips=9)
        pending.git("push", "--quiet")
        ran = pending.run("sync", "--push", "--plan", _FILE, "--format", "json")
        assert (ran.code, vendor.creates) == (4, []), ran.err
        assert [left["name"] for left in ran.json["notSent"]] == ["Billing"]
        pending.git("fetch", "--quiet")
        assert pending.entries("origin/main")["Billing"]["status"] == "pending"

    def test_of_a_plan_that_shows_it_pending_is_sent_again(self, pending: Project, vendor: Vendor) -> None:
        pending.define("Billing", maxSkips=9)
        pending.git("push", "--quiet")
        assert pending.run("plan", "--out", _FILE).code == 0
        ran = pending.run("sync", "--push", "--plan", _FILE)
        assert (ran.code, [create.json["maxSkips"] for create in vendor.creates]) == (0, [9]), ran.err

    def test_of_the_run_itself_is_sent_again(self, planned: Project, vendor: Vendor) -> None:
        vendor.on_create("Billing", dropped)
        ran = planned.run("sync", "--plan", _FILE)
        assert (ran.code, vendor.sent_names) == (0, ["Billing", "Billing"]), ran.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "can't be read: No such file or directory"),
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[]", "is not a plan of this version"),
        (b"\xff\xfe", "can't decode"),
        ('{"formatVersion": 1, "problems": []}', "is not a plan of this version"),
        ("[" * 100_000, "recursion"),
        ('{"formatVersion": 1, "target": {}, "create": [{}], "pending": []}', "isn't its body's"),
        ('{"formatVersion": ' + "9" * 5000 + "}", "integer string"),
    ],
    ids=["missing", "empty", "cut", "list", "binary", "problems", "nested", "no digest", "long number"],
)
def test_a_file_that_is_no_plan_stops_the_run_before_anything_is_sent(
    project: Project, vendor: Vendor, content: str | bytes | None, words: str
) -> None:
    project.define("Billing")
    if content is not None:
        project.write(_FILE, content)
    ran = project.run("sync", "--plan", _FILE)
    assert (ran.code, vendor.requests) == (1, [])
    assert ran.err.startswith(f"Error: --plan {_FILE}: ")
    assert words in ran.err
    assert "campaignsync plan --out FILE" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KORE_APP_ID", "st-2"),
        ("KORE_HOST", "https://elsewhere.example"),
        ("CAMPAIGNSYNC_STATE", "state/other.json"),
    ],
)
def test_the_plan_of_another_target_is_refused(
    planned: Project, vendor: Vendor, variable: str, value: str
) -> None:
    elsewhere = Project(planned.path, {**planned.env, variable: value})
    ran = elsewhere.run("sync", "--plan", _FILE)
    assert (ran.code, vendor.requests) == (1, [])
    assert "is a plan for the " in ran.err


def test_a_plan_that_was_tampered_with_is_refused(planned: Project, vendor: Vendor) -> None:
    plan = json.loads((planned.path / _FILE).read_text(encoding="utf-8"))
    plan["create"][0]["body"]["maxSkips"] = 9
    planned.write(_FILE, json.dumps(plan))
    ran = planned.run("sync", "--plan", _FILE)
    assert (ran.code, vendor.requests) == (1, [])
    assert "names a digest that isn't its body's" in ran.err


def test_a_plan_that_can_not_be_written_is_an_error(project: Project, tmp_path: Path) -> None:
    project.define("Billing")
    ran = project.run("plan", "--out", str(tmp_path / "missing" / "plan.json"))
    assert (ran.code, "--out" in ran.err, "Traceback" in ran.err) == (1, True, False)


@pytest.mark.parametrize(
    "out", [".git/config", "campaigns/Billing.yaml", "state/campaigns.json", "link.json"]
)
def test_a_plan_never_overwrites_what_the_repository_keeps(project: Project, out: str) -> None:
    project.define("Billing")
    (project.path / "link.json").symlink_to("notes.txt")
    before = {file: file.read_bytes() for file in project.path.rglob("*") if file.is_file()}
    ran = project.run("plan", "--out", out)
    assert (ran.code, "--out" in ran.err) == (1, True)
    assert {file: file.read_bytes() for file in before} == before
