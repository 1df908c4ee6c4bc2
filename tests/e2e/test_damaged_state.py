"""A state that can't be trusted stops every command, and stays as it is to the byte."""

import json

import pytest
from click.testing import CliRunner

from campaignsync.cli import cli
from tests.e2e.conftest import STATE, Project, claim, definition, record
from tests.e2e.vendor import Vendor


def body(**changes: object) -> dict[str, object]:
    """Return the sample's body with other values."""
    return {**json.loads(definition("Alpha")), **changes}


def state(host: str, campaigns: object = None, **changes: object) -> str:
    """Return the text of a state of this account, or a damaged one."""
    entries = {"Alpha": record("Alpha")} if campaigns is None else campaigns
    whole = {"version": 1, "host": host, "appId": "st-1", "campaigns": entries}
    return json.dumps({**whole, **changes}, indent=2) + "\n"


def damaged(case: str, host: str) -> bytes:
    """Return a damaged state."""
    good = state(host)
    conflict = f"<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> theirs\n"
    twins = state(host, {"Alpha": record("Alpha"), " aLPHA": record("Alpha", campId="cd-2")})
    doubled = good.replace('"Alpha": {', '"Alpha": {"campId": "cd-2"},\n    "Alpha": {', 1)
    texts = {
        "cut short": good[: len(good) // 2],
        "empty file": "",
        "conflict markers": conflict,
        "version 2": state(host, version=2),
        "version as text": state(host, version="1"),
        "another application": state(host, appId="st-2"),
        "another host": state("https://elsewhere.example"),
        "a list": "[]\n",
        "campaigns a list": state(host, []),
        "an entry a text": state(host, {"Alpha": "cd-1"}),
        "an id a number": state(host, {"Alpha": record("Alpha", campId=1)}),
        "a record without an id": state(host, {"Alpha": record("Alpha", campId=None)}),
        "an unknown status": state(host, {"Alpha": record("Alpha", status="done")}),
        "a time that is none": state(host, {"Alpha": record("Alpha", claimedAt="yesterday")}),
        "twins but for case and space": twins,
        "a key twice": doubled,
        "one id twice": state(host, {"Alpha": record("Alpha"), "Bravo": record("Alpha")}),
        "sent four times": state(host, {"Alpha": claim("Alpha", sends=4)}),
        "a lease of a day": state(host, {"Alpha": claim("Alpha", leaseSeconds=86_400)}),
        "to be sent next year": state(host, {"Alpha": claim("Alpha", sendBefore="2027-01-31T09:00:00Z")}),
        "a time before 1970": state(host, {"Alpha": record("Alpha", claimedAt="1066-10-14T09:00:00Z")}),
        "a body of wrong types": state(host, {"Alpha": claim("Alpha", definition=body(contactLists="All"))}),
        "a number of 65 bits": state(host, {"Alpha": record("Alpha", definition=body(maxSkips=2**64))}),
        "nested without end": '{"campaigns":' * 100_000,
    }
    return b"\xff\xfe" + good.encode() if case == "not UTF-8" else texts[case].encode()


CASES = (
    "cut short",
    "empty file",
    "conflict markers",
    "version 2",
    "version as text",
    "another application",
    "another host",
    "a list",
    "campaigns a list",
    "an entry a text",
    "an id a number",
    "a record without an id",
    "an unknown status",
    "a time that is none",
    "twins but for case and space",
    "a key twice",
    "one id twice",
    "sent four times",
    "a lease of a day",
    "to be sent next year",
    "a time before 1970",
    "a body of wrong types",
    "a number of 65 bits",
    "nested without end",
    "not UTF-8",
)


@pytest.mark.parametrize("case", CASES)
def test_a_damaged_state_stops_a_sync_before_anything_is_sent(
    project: Project, vendor: Vendor, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("campaigns/new.yaml", definition("New"))
    file = project.write(STATE, damaged(case, vendor.url))
    project.git("add", ".")
    project.git("commit", "--quiet", "--message=damage")
    before, head = file.read_bytes(), project.head
    monkeypatch.chdir(project.path)
    # In this process, to save the start of twenty; the test below starts them.
    ran = CliRunner().invoke(cli, ["sync"], env=project.env, standalone_mode=False)
    assert (ran.exception, ran.return_value, vendor.requests) == (None, 1, []), ran.output
    assert (file.read_bytes(), project.head, project.status) == (before, head, "")
    assert ran.stderr.startswith("Error: ")
    assert "Traceback" not in ran.stderr


OF_THE_FOLDER = [("plan",), ("sync", "--dry-run"), ("sync", "--no-commit"), ("forget", "x", "--no-commit")]
OF_THE_COMMIT = [("sync",), ("adopt", "campaigns/New.yaml"), ("forget", "x")]


def refused(project: Project, vendor: Vendor, command: tuple[str, ...]) -> None:
    """Assert that a command refuses the damaged state, and leaves it as it is."""
    file = project.path / STATE
    before, head, status = file.read_bytes(), project.head, project.status
    ran = project.run(*command)
    assert (ran.code, vendor.requests, file.read_bytes()) == (1, [], before), ran.err
    assert (project.head, project.status) == (head, status)
    assert STATE in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", OF_THE_FOLDER, ids=" ".join)
def test_every_command_that_reads_the_folder_refuses_a_damaged_state_there(
    project: Project, vendor: Vendor, command: tuple[str, ...]
) -> None:
    project.define("New")
    project.write(STATE, damaged("conflict markers", vendor.url))
    refused(project, vendor, command)


@pytest.mark.parametrize("command", [*OF_THE_FOLDER, *OF_THE_COMMIT], ids=" ".join)
def test_every_command_refuses_a_damaged_state_that_is_committed(
    project: Project, vendor: Vendor, command: tuple[str, ...]
) -> None:
    project.define("New")
    project.write(STATE, damaged("conflict markers", vendor.url))
    project.git("add", STATE)
    project.git("commit", "--quiet", "--message=damage")
    refused(project, vendor, command)


def test_a_state_that_is_damaged_in_the_folder_alone_is_none_of_a_sync_s_business(
    project: Project, vendor: Vendor
) -> None:
    """It works on the commit, and leaves the folder's file to the person who is at it."""
    project.define("New")
    file = project.write(STATE, damaged("cut short", vendor.url))
    before = file.read_bytes()
    ran = project.run("sync")
    assert (ran.code, project.recorded()) == (0, {"New": vendor.ids_of("New")[0]}), ran.err
    assert file.read_bytes() == before
    assert f"{STATE} in this folder was left alone" in ran.err


def test_a_damaged_journal_stops_a_sync_before_anything_is_sent(project: Project, vendor: Vendor) -> None:
    project.define("New")
    assert project.run("sync").code == 0
    project.define("Other")
    [journal] = (project.path / ".git" / "campaignsync").glob("*.jsonl")
    journal.write_bytes(b'{"what": "is this"}\n')
    vendor.requests.clear()
    for command in (("sync",), ("plan",), ("forget", "New")):
        ran = project.run(*command)
        assert (ran.code, vendor.requests, str(journal) in ran.err) == (1, [], True), ran.err
        assert "Move it away" in ran.err
    assert journal.read_bytes() == b'{"what": "is this"}\n'


def test_the_state_that_the_damage_is_done_to_is_a_good_one(project: Project, vendor: Vendor) -> None:
    """Otherwise the tests above would pass for a reason of their own."""
    project.define("New")
    project.write(STATE, state(vendor.url))
    ran = project.run("plan", "--format", "json")
    assert (ran.code, [each["name"] for each in ran.json["removed"]]) == (0, ["Alpha"]), ran.err
