"""A state that can't be trusted stops every command, and stays as it is to the byte."""

import json

import pytest
from click.testing import CliRunner

from campaignsync.cli import cli
from tests.e2e.conftest import STATE, Project, definition
from tests.e2e.vendor import Vendor


def entry(**changes: object) -> dict[str, object]:
    """Return a record of the sample, or a damaged one."""
    whole = {
        "campId": "cd-1",
        "status": "created",
        "source": "campaigns/alpha.yaml",
        "digest": "sha256:" + "ab" * 32,
        "claimedAt": "2026-01-31T09:00:00Z",
        "createdAt": "2026-01-31T09:00:01Z",
        "definition": json.loads(definition("Alpha")),
    }
    return {**whole, **changes}


def state(host: str, campaigns: object = None, **changes: object) -> str:
    """Return the text of a state of this account, or a damaged one."""
    entries = {"Alpha": entry()} if campaigns is None else campaigns
    whole = {"version": 1, "host": host, "appId": "st-1", "campaigns": entries}
    return json.dumps({**whole, **changes}, indent=2) + "\n"


def damaged(case: str, host: str) -> bytes:
    """Return a damaged state."""
    good = state(host)
    conflict = f"<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> theirs\n"
    twins = state(host, {"Alpha": entry(), " aLPHA": entry(campId="cd-2")})
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
        "an id a number": state(host, {"Alpha": entry(campId=1)}),
        "a record without an id": state(host, {"Alpha": entry(campId=None)}),
        "an unknown status": state(host, {"Alpha": entry(status="done")}),
        "a time that is none": state(host, {"Alpha": entry(claimedAt="yesterday")}),
        "twins but for case and space": twins,
        "a key twice": doubled,
        "one id twice": state(host, {"Alpha": entry(), "Bravo": entry()}),
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


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("sync", "--dry-run"),
        ("sync", "--no-commit"),
        ("adopt", "campaigns/new.yaml"),
        ("forget", "x"),
    ],
    ids=" ".join,
)
def test_every_command_that_reads_the_state_refuses_a_damaged_one(
    project: Project, vendor: Vendor, command: tuple[str, ...]
) -> None:
    project.define("New")
    file = project.write(STATE, damaged("conflict markers", vendor.url))
    before = file.read_bytes()
    ran = project.run(*command)
    assert (ran.code, vendor.requests, file.read_bytes()) == (1, [], before)
    assert STATE in ran.err
    assert "Traceback" not in ran.err


def test_the_state_that_the_damage_is_done_to_is_a_good_one(project: Project, vendor: Vendor) -> None:
    """Otherwise the tests above would pass for a reason of their own."""
    project.define("New")
    project.write(STATE, state(vendor.url))
    ran = project.run("plan", "--format", "json")
    assert (ran.code, [each["name"] for each in ran.json["removed"]]) == (0, ["Alpha"]), ran.err
