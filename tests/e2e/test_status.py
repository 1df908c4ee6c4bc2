"""`status`: what became of recorded campaigns, asked of a real server; and that it sends nothing."""

import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clones import Late, running
from tests.e2e.conftest import STATE, Project, Ran, claim, definition, record
from tests.e2e.vendor import Reply, Request, Vendor, listed, read, reply

_KEYS = {"formatVersion", "target", "campaigns", "differing", "unread", "requests"}
_NAMES = ("Alpha", "Beta", "Gamma")
_LONG_AGO = {"claimedAt": "2026-01-31T09:00:00Z", "createdAt": "2026-01-31T09:00:01Z"}


@pytest.fixture
def synced(project: Project, vendor: Vendor) -> Project:
    """Return a project with three campaigns, made long ago and as they were sent."""
    project.define(*_NAMES)
    assert project.run("sync", "--parallel=1").code == 0
    project.write_state({name: {**entry, **_LONG_AGO} for name, entry in project.entries().items()})
    vendor.requests.clear()
    return project


def _row(vendor: Vendor, name: str) -> dict[str, Any]:
    [row] = [row for row in vendor.campaigns if row["name"] == name]
    return row


def _found(ran: Ran) -> dict[str, Any]:
    assert set(ran.json) == _KEYS
    return {each["name"]: each for each in ran.json["campaigns"]}


def test_of_campaigns_as_they_were_sent_says_nothing_else(synced: Project, vendor: Vendor) -> None:
    before = (synced.head, synced.status)
    ran = synced.run("status", "--detailed-exitcode")
    assert (ran.code, len(vendor.requests)) == (0, 1), ran.err
    assert ran.out == (
        f"Campaigns of {STATE}; for {vendor.url}, application st-1.\n\n"
        "As they were sent (3):\n"
        "    Alpha  cd-0001  Ready\n"
        "    Beta  cd-0002  Ready\n"
        "    Gamma  cd-0003  Ready\n\n"
        "3 campaigns: 3 Ready; all as they were sent; 1 request.\n"
    )
    assert (synced.head, synced.status) == before


def _renamed(vendor: Vendor) -> None:
    _row(vendor, "Beta")["name"] = "Omega"


def _deleted(vendor: Vendor) -> None:
    vendor.campaigns.remove(_row(vendor, "Beta"))


def _described(vendor: Vendor) -> None:
    _row(vendor, "Beta")["description"] = "Edited by hand"


def _prioritised(vendor: Vendor) -> None:
    _row(vendor, "Beta")["priority"] = 2


def _twinned(vendor: Vendor) -> None:
    vendor.add(json.loads(definition(" beta")))


def _listed_more(vendor: Vendor) -> None:
    _row(vendor, "Beta")["contactLists"] = ["Everybody", "Recent Buyers - Q2 2025"]


def _queued_elsewhere(vendor: Vendor) -> None:
    _row(vendor, "Beta")["connection"] = "Night Queue"


def _scheduled(vendor: Vendor) -> None:
    _row(vendor, "Beta")["schedule"] = {"isSchedulingEnabled": True}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_renamed, 'name: "Beta" was sent, "Omega" is there'),
        (_deleted, "it is not in the account any more"),
        (_described, 'description: "About Beta" was sent, "Edited by hand" is there'),
        (_prioritised, 'priority: "5" was sent, "2" is there'),
        (_twinned, "another campaign of this name in the account: cd-0004"),
        (
            _listed_more,
            '["Recent Buyers - Q2 2025"] was sent, ["Everybody", "Recent Buyers - Q2 2025"] is there',
        ),
        (_queued_elsewhere, 'queue: "Default Queue" was sent, "Night Queue" is there'),
        (_scheduled, "scheduling: false was sent, true is there"),
    ],
)
def test_what_was_edited_in_the_console_is_named_and_nothing_else_is(
    synced: Project, vendor: Vendor, edit: Callable[[Vendor], None], told: str
) -> None:
    edit(vendor)
    ran = synced.run("status", "--detailed-exitcode")
    assert (ran.code, told in ran.out) == (2, True), ran.out
    differing = ran.out.split("As they were sent (2):")[0]
    assert "Beta" in differing
    assert [line for line in differing.splitlines() if line.startswith("      ")] == [
        line for line in differing.splitlines() if told in line
    ]


def test_what_differs_comes_first_in_every_format(synced: Project, vendor: Vendor) -> None:
    _described(vendor)
    found = _found(synced.run("status", "--format=json")).values()
    assert [one["name"] for one in found if one["differs"]] == ["Beta"]
    markdown = synced.run("status", "--format=markdown")
    assert (markdown.code, "**To look at: 1.**" in markdown.out) == (0, True)


def _reordered(vendor: Vendor) -> None:
    # Lists and days are sets; absent is unknown; letters and types of what says nothing may change.
    row = _row(vendor, "Beta")
    row["name"] = "BETA"
    del row["description"], row["priority"]
    row["updatedAt"] = "2026-11-01T00:00:00.000Z"
    sent = vendor.bodies[row["_id"]]
    hours = sent["dialingStrategy"]["callingHours"]
    turned = {**hours, "days": [{**day, "start": "09:00 am"} for day in reversed(hours["days"])]}
    vendor.bodies[row["_id"]] = {
        **sent,
        "dialingStrategy": {**sent["dialingStrategy"], "callingHours": turned},
        "enableMachineDetect": "no",
    }


def test_what_says_nothing_is_no_difference(synced: Project, vendor: Vendor) -> None:
    _reordered(vendor)
    ran = synced.run("status", "--deep", "--detailed-exitcode")
    assert ran.code == 0, ran.out


class TestDeep:
    def test_finds_what_the_list_leaves_out(self, synced: Project, vendor: Vendor) -> None:
        body = vendor.bodies["cd-0002"]
        vendor.bodies["cd-0002"] = {
            **body,
            "maxSkips": 9,
            "dialingStrategy": {**body["dialingStrategy"], "maxAttemptsPerRecord": 50},
        }
        assert synced.run("status", "--detailed-exitcode").code == 0
        vendor.requests.clear()
        ran = synced.run("status", "--deep", "--detailed-exitcode", "--rate-limit=60")
        assert ran.code == 2, ran.err
        assert "attempts: 3 was sent, 50 is there" in ran.out
        assert "skips: 1 was sent, 9 is there" in ran.out
        assert [(request.method, request.is_read) for request in vendor.requests] == [
            ("POST", False),
            *[("GET", True)] * 3,
        ]
        assert "Reading 3 campaigns, one request each: under a minute at 60 a minute." in ran.err

    def test_of_ten_thousand_says_how_long_it_takes_before_it_begins(
        self, project: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        names = [f"Campaign {number}" for number in range(10_000)]
        project.write_state({name: record(name) for name in names})
        rows = [{"_id": f"cd-{name}".replace(" ", "-"), **json.loads(definition(name))} for name in names]
        project.write_state({row["name"]: record(row["name"], campId=row["_id"]) for row in rows})
        vendor.campaigns.extend(rows)
        vendor.read_behaviour = late = Late(read)
        with running(
            project, "status", "--deep", output=tmp_path / "run", CAMPAIGNSYNC_RATE_LIMIT="6000"
        ) as run:
            late.wait_until_reached()
            assert len(vendor.pages) == 100
            run.signal(signal.SIGINT)
            run.wait_until_said("Stopping:")
            late.release()
            ended = run.ended()
        assert ended.code == 130, ended.err
        assert "Reading 10000 campaigns, one request each: about 2 minutes at 6000 a minute." in ended.err
        assert "Interrupted before its end" in ended.out

    def test_what_cannot_be_read_is_told_and_no_difference(self, synced: Project, vendor: Vendor) -> None:
        vendor.read_behaviour = lambda account, request: (
            reply(404, {"message": "gone away"})
            if request.path.endswith("cd-0002")
            else read(account, request)
        )
        ran = synced.run("status", "--deep", "--detailed-exitcode")
        assert (ran.code, "could not be read by its id: HTTP 404: gone away" in ran.out) == (0, True), ran.out

    def test_stops_where_the_credentials_are_refused(self, synced: Project, vendor: Vendor) -> None:
        vendor.read_behaviour = lambda _account, _request: reply(401, {"message": "bad token"})
        ran = synced.run("status", "--deep", "--parallel=1")
        # Once more with a new token, then it stops.
        assert (ran.code, len([each for each in vendor.requests if each.is_read])) == (1, 2), ran.out
        assert "the server refuses the credentials" in ran.err


class TestJustCreated:
    @pytest.mark.parametrize("status", ["Active", "Scheduled"])
    def test_what_calls_already_is_to_be_looked_at(
        self, project: Project, vendor: Vendor, status: str
    ) -> None:
        project.define("Alpha")
        project.run("sync")
        _row(vendor, "Alpha")["status"] = status
        ran = project.run("status", "--detailed-exitcode")
        assert (ran.code, f"it is {status}, and was created only at" in ran.out) == (2, True), ran.out

    def test_an_old_one_may_call(self, synced: Project, vendor: Vendor) -> None:
        _row(vendor, "Alpha")["status"] = "Active"
        ran = synced.run("status", "--detailed-exitcode")
        assert (ran.code, "1 Active, 2 Ready" in ran.out) == (0, True), ran.out

    def test_what_the_list_does_not_show_yet_is_not_gone(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        project.run("sync")
        vendor.campaigns.clear()
        ran = project.run("status", "--detailed-exitcode", "--settle=3600")
        assert (
            ran.code,
            _found(project.run("status", "--format=json", "--settle=3600"))["Alpha"]["condition"],
        ) == (
            0,
            "unlisted",
        ), ran.out

    def test_waits_until_none_is_preparing(self, synced: Project, vendor: Vendor) -> None:
        _row(vendor, "Beta")["status"] = "Preparing"

        def preparing_once(account: Vendor, request: Request) -> Reply:
            answer = listed(account, request)
            _row(account, "Beta")["status"] = "Ready"
            return answer

        vendor.list_behaviour = preparing_once
        ran = synced.run("status", "--wait=600")
        assert (ran.code, "3 Ready" in ran.out, len(vendor.requests)) == (0, True, 2), ran.err
        assert "1 campaign still being made (Beta): looking again in 2 s, for 600 s at most" in ran.err

    def test_says_where_the_wait_was_not_long_enough(self, synced: Project, vendor: Vendor) -> None:
        _row(vendor, "Beta")["status"] = "Preparing"
        ran = synced.run("status", "--wait=0.2")
        assert (ran.code, "1 Preparing, 2 Ready" in ran.out) == (5, True), ran.err


class TestNames:
    def test_of_some_costs_one_listing_too(self, synced: Project, vendor: Vendor) -> None:
        _deleted(vendor)
        ran = synced.run("status", "alpha ", "Gamma", "--detailed-exitcode")
        assert (ran.code, len(vendor.requests)) == (0, 1), ran.err
        assert "Beta" not in ran.out

    def test_an_unknown_one_is_an_error_with_the_nearest(self, synced: Project, vendor: Vendor) -> None:
        ran = synced.run("status", "Gama")
        assert (ran.code, vendor.requests) == (1, []), ran.out
        assert "the state has no entry 'Gama'" in ran.err
        assert "The nearest is 'Gamma'." in ran.err


def test_a_claim_is_shown_as_pending_with_what_has_its_name(project: Project, vendor: Vendor) -> None:
    camp_id = vendor.add(json.loads(definition("Alpha")))
    project.write_state({"Alpha": claim("Alpha")})
    ran = project.run("status", "--detailed-exitcode")
    assert ran.code == 0, ran.err
    assert (
        "  ? Alpha  pending\n      claimed since 2026-01-31T09:00:00Z: the next sync finds out\n" in ran.out
    )
    assert f"another campaign of this name in the account: {camp_id}" in ran.out


def test_without_entries_nothing_is_asked(project: Project, vendor: Vendor) -> None:
    ran = project.run("status")
    assert (ran.code, vendor.requests) == (0, []), ran.err
    assert ran.out.endswith("Nothing is recorded: no request was needed.\n")


def test_each_version_is_listed_once(project: Project, vendor: Vendor) -> None:
    both = {
        "Alpha": record("Alpha"),
        "Beta": record(
            "Beta",
            definition=json.loads(definition("Beta", dncLists={"name": "Never"})),
        ),
    }
    project.write_state(both)
    vendor.campaigns.append(
        {"_id": "cd-Beta", **json.loads(definition("Beta")), "dncLists": {"name": "Other"}}
    )
    ran = project.run("status")
    assert ["/v1/" in request.path for request in vendor.requests] == [True, False]
    assert 'do-not-call list: "Never" was sent, "Other" is there' in ran.out


@pytest.mark.parametrize("style", ["text", "markdown"])
def test_foreign_text_stays_in_its_line(synced: Project, vendor: Vendor, style: str) -> None:
    _row(vendor, "Beta").update(status="Rea\ndy\x1b[31m", description="a\n# b <b> @all ```")
    ran = synced.run("status", f"--format={style}")
    assert ran.code == 0
    assert not any(line.startswith(("dy", "# b")) for line in ran.out.splitlines())
    assert "\x1b" not in ran.out


def test_a_state_of_another_account_is_refused(synced: Project, vendor: Vendor) -> None:
    ran = synced.run("status", KORE_APP_ID="st-2")
    assert (ran.code, vendor.requests) == (1, [])
    assert "the state belongs to the application 'st-1'" in ran.err


def test_an_hour_is_an_hour(synced: Project, vendor: Vendor) -> None:
    _row(vendor, "Alpha")["status"] = "Active"
    for minutes, code in ((59, 2), (61, 0)):
        made = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        state = json.loads((synced.path / STATE).read_text())
        state["campaigns"]["Alpha"]["createdAt"] = made
        synced.write(STATE, json.dumps(state))
        assert synced.run("status", "--detailed-exitcode").code == code
