"""`history`: from git alone, complete over merges, safe in a spreadsheet, and quick."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clones import published
from tests.e2e.conftest import STATE, Project, claim, definition, record
from tests.e2e.vendor import Vendor

_COLUMNS = ["name", "event", "at", "campId", "file", "commit", "by", "definition", "run", "actor", "plan"]


def _told(project: Project, *names: str) -> list[dict[str, Any]]:
    ran = project.run("history", "--format", "json", *names)
    assert (ran.code, set(ran.json)) == (0, {"formatVersion", "events"}), ran.err
    events: list[dict[str, Any]] = ran.json["events"]
    assert all(list(event) == _COLUMNS for event in events)
    return events


def _what(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["name"], event["event"]) for event in events]


def test_tells_who_asked_for_a_campaign_what_made_it_and_what_became_of_it(
    project: Project, vendor: Vendor, tmp_path: Path
) -> None:
    project.git("config", "user.name", "Bea")
    project.define("Alpha")
    asked = project.head
    project.git("config", "user.name", "Ann")
    published(project, tmp_path / "remote.git")
    actions: dict[str, Any] = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "team/campaigns",
        "GITHUB_RUN_ID": "7",
        "GITHUB_ACTOR": "carl",
    }
    assert project.run("sync", "--push", **actions).code == 0
    project.git("pull", "--quiet")
    [claimed, created] = _told(project, "alpha")
    assert (claimed["event"], created["event"]) == ("claimed", "created")
    assert claimed["campId"] is None
    assert created["campId"] == vendor.ids_of("Alpha")[0]
    assert created["file"] == "campaigns/Alpha.yaml"
    assert created["definition"] == f"Bea <ann@example.com> in {asked[:12]}"
    assert created["run"] == "https://github.com/team/campaigns/actions/runs/7"
    assert created["actor"] == "carl"
    assert created["plan"].startswith("sha256:")
    assert created["commit"] == project.git("rev-parse", "HEAD")
    assert created["at"] == project.git("log", "-1", "--format=%cI")
    text = project.run("history").out
    assert f"definition: campaigns/Alpha.yaml, last changed by Bea <ann@example.com> in {asked[:12]}" in text
    assert "started by carl" in text
    assert text.splitlines()[-1] == "2 events of 1 campaign."


def test_every_kind_of_event(project: Project, vendor: Vendor) -> None:
    project.write_state({"Lost": claim("Lost"), "Found": claim("Found"), "Renewed": claim("Renewed")})
    project.write_state({"Found": record("Found", status="recovered"), "Renewed": claim("Renewed", sends=2)})
    project.write_state({"Found": record("Found", status="recovered", campId="cd-other")})
    vendor.add(json.loads(definition("Mine")))
    project.define("Mine")
    assert project.run("adopt", "campaigns/Mine.yaml").code == 0
    assert project.run("forget", "Mine").code == 0
    assert _what(_told(project)) == [
        ("Found", "claimed"),
        ("Found", "recovered"),
        ("Found", "edited"),
        ("Lost", "claimed"),
        ("Lost", "released"),
        ("Mine", "adopted"),
        ("Mine", "forgotten"),
        ("Renewed", "claimed"),
        ("Renewed", "released"),
    ]


def test_what_came_in_by_merges_is_told_once_and_by_whom(project: Project) -> None:
    project.write_state({"Base": record("Base")})
    project.git("switch", "--quiet", "--create", "side")
    project.git("config", "user.name", "Bea")
    project.write_state({"Base": record("Base"), "Side": record("Side")})
    project.git("switch", "--quiet", "main")
    project.git("config", "user.name", "Ann")
    project.write_state({"Base": record("Base"), "Main": record("Main")})
    project.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side")
    whole = {name: record(name) for name in ("Base", "Main", "Side")}
    target = {"version": 1, "host": project.env["KORE_HOST"], "appId": "st-1"}
    project.write(STATE, json.dumps({**target, "campaigns": {**whole, "Evil": record("Evil")}}))
    project.git("add", STATE)
    project.git("commit", "--quiet", "--message=merged")
    events = _told(project)
    assert _what(events) == [(name, "created") for name in ("Base", "Evil", "Main", "Side")]
    assert [event["by"].split()[0] for event in events] == ["Ann", "Ann", "Ann", "Bea"]
    assert events[1]["commit"] == project.head


def test_a_definition_that_was_edited_later_keeps_its_first_author(project: Project) -> None:
    project.git("config", "user.name", "Bea")
    project.define("Alpha")
    asked = project.head
    project.run("sync")
    project.git("config", "user.name", "Carl")
    project.define("Alpha", maxSkips=9)
    (created,) = _told(project)
    assert created["definition"] == f"Bea <ann@example.com> in {asked[:12]}"


def test_a_version_that_was_damaged_is_passed_over(project: Project) -> None:
    project.write_state({"Alpha": record("Alpha")})
    for text in ("{", '{"campaigns": []}', '{"campaigns": {"Alpha": 7}}'):
        project.write(STATE, text)
        project.git("commit", "--quiet", "--all", "--message=damaged")
    project.write_state({"Alpha": record("Alpha")})
    assert "edited" in {event["event"] for event in _told(project)}


@pytest.mark.parametrize("name", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", " =1", 'a,"b"\n=1'])
def test_no_cell_of_the_table_is_a_formula(project: Project, name: str) -> None:
    project.write_state({name: record(name)})
    ran = project.run("history", "--format", "csv")
    header, row = list(csv.reader(io.StringIO(ran.out)))
    assert header == _COLUMNS
    assert len(row) == len(_COLUMNS)
    assert not row[0].lstrip().startswith(("=", "+", "-", "@"))
    assert "\n" not in row[0]


def test_foreign_text_moves_no_cursor(project: Project) -> None:
    project.git("config", "user.name", "A\x1b[31mnn")
    project.write_state({"Al\x1b[2Jpha": record("Alpha", source="campaigns/\u202ex.yaml")})
    for style in ("text", "csv"):
        out = project.run("history", "--format", style).out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_an_unknown_name_is_an_error_with_the_nearest(project: Project) -> None:
    project.write_state({"Alpha": record("Alpha")})
    ran = project.run("history", "Alhpa")
    assert (ran.code, "The nearest is 'Alpha'." in ran.err) == (1, True)


def test_without_any_history_there_are_no_events(project: Project, tmp_path: Path) -> None:
    assert project.run("history").out == "0 events of 0 campaigns.\n"
    assert project.run("history", cwd=tmp_path).code == 1


def test_two_hundred_syncs_with_merges_are_told_whole(project: Project) -> None:
    """200 records, each in a commit of its own, a tenth of which are merges."""
    stream, known = ["feature done\n"], dict[str, Any]()
    for number in range(1, 201):
        name = f"Campaign {number:03}"
        known[name] = record(name, campId=f"cd-{number}")
        state = json.dumps({"version": 1, "campaigns": known}, indent=1)
        body = definition(name)
        parents = f"from :{number - 1}\n" if number > 1 else ""
        parents += f"merge :{number - 2}\n" if number % 10 == 0 else ""
        stream.append(
            f"commit refs/heads/main\nmark :{number}\n"
            f"committer Ann <ann@example.com> {1_700_000_000 + number} +0000\ndata 4\nsync\n{parents}"
            f"M 100644 inline {STATE}\ndata {len(state.encode())}\n{state}\n"
            f"M 100644 inline campaigns/{name}.yaml\ndata {len(body.encode())}\n{body}\n"
        )
    file = project.write("stream", "".join([*stream, "done\n"]))
    with file.open("rb") as content:
        subprocess.run(
            ["git", "fast-import", "--quiet", "--force"], check=True, cwd=project.path, stdin=content
        )
    project.git("reset", "--quiet", "--hard", "main")
    events = _told(project)
    assert _what(events) == [(f"Campaign {number:03}", "created") for number in range(1, 201)]
    assert {event["definition"][:4] for event in events} == {"Ann "}
