"""Each rule that needs no policy: what it finds, where, in which words; and what it leaves alone."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaignsync.calling_hours import week_of
from campaignsync.commands.init import template
from campaignsync.definitions.copying import renamed
from campaignsync.definitions.validation import Valid, check
from campaignsync.findings import Campaign, Finding
from campaignsync.findings.campaigns import drafts_of
from campaignsync.findings.known import Known
from campaignsync.findings.rules import findings_of
from campaignsync.findings.shared import overlap_minutes
from campaignsync.identity import Definition
from campaignsync.inventory import Inventory
from campaignsync.outcome import ContactList

DNC = {"name": "Never"}
WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def hours(*days: str, start: str = "9:00 AM", end: str = "5:00 PM") -> list[dict[str, str]]:
    return [{"day": day, "start": start, "end": end} for day in days]


def body(name: str = "A", **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # keys of a body
    """Return a campaign of which no rule has anything to say; `calling` and `strategy` go to their places."""
    calling = {
        "frequency": "WEEKLY",
        "timezone": "Europe/London",
        "days": hours("MO"),
        **changes.pop("calling", {}),
    }
    strategy = {
        "callerId": {"phoneNumber": "+442079460123"},
        "callingHours": calling,
        "dialingOrder": "FIFO",
        "maxAttemptsPerRecord": 1,
        "defaultRetryPeriod": 1440,
        "maxRingTime": 30,
        **changes.pop("strategy", {}),
    }
    return {
        "name": name,
        "description": "About it",
        "contactLists": [f"List of {name}"],
        "dncLists": DNC,
        "priority": "3",
        "dialingMode": "Preview",
        "dialingStrategy": strategy,
        "queue_name": "Queue",
        "maxSkips": 1,
        **changes,
    }


def new(content: Mapping[str, Any] | str, *, path: str = "a.yaml") -> Campaign:
    """Return a campaign as it comes from its file."""
    text = content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False)
    checked = check(text.encode(), source=path)
    assert isinstance(checked, Valid), checked
    definition = Definition(
        name=checked.body["name"],
        source=path,
        digest="",
        body=checked.body,
        places=checked.places,
        name_comment=checked.name_comment,
    )
    (campaign,) = drafts_of([definition])
    return campaign


def old(content: Mapping[str, Any], *, path: str = "old.yaml") -> Campaign:
    """Return a campaign that exists."""
    return Campaign(name=content["name"], path=path, body=content, is_new=False)


def found(*campaigns: Campaign) -> list[tuple[str, str, str]]:
    """Return rule, campaign and key of all findings."""
    return [(each.rule, each.name, each.key) for each in findings_of(campaigns)]


def the_finding(*campaigns: Campaign) -> Finding:
    (finding,) = findings_of(campaigns)
    return finding


def the_one(*campaigns: Campaign, rule: str) -> Finding:
    (finding,) = [each for each in findings_of(campaigns) if each.rule == rule]
    return finding


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert found(new(body())) == []
    assert found() == []
    assert found(old(body(calling={"timezone": "EST"}))) == []


def test_nothing_is_found_about_what_exists() -> None:
    odd = body(
        "Odd",
        dialingMode="Agentless",
        strategy={"maxAttemptsPerRecord": 100, "defaultRetryPeriod": 1},
        calling={"timezone": "EST", "frequency": "DAILY"},
    )
    del odd["dncLists"]
    assert found(new(body()), old(odd)) == []


class TestShared:
    def test_names_the_others_and_their_common_hours(self) -> None:
        a = new(body("A", contactLists=["Own", "Buyers"], calling={"days": hours("MO", "TU")}))
        b = old(
            body(
                "B",
                contactLists=["buyers"],
                calling={"days": hours("TU", "WE", start="4:30 PM", end="8:00 PM")},
            )
        )
        c = old(body("C", contactLists=["Buyers "]))
        d = old(body("D", contactLists=["Buyers"], calling={"days": hours("SU")}))
        finding = the_one(a, b, c, d, rule="lists/shared")
        assert (finding.rule, finding.severity, finding.name, finding.key) == (
            "lists/shared",
            "warning",
            "A",
            "contactLists[1]",
        )
        assert finding.message.startswith(
            "the contact list 'Buyers' is called by 'B' (30 min a week at once), 'C' (8 h a week at once), "
            "'D' (no common hours), too: they can't run at the same time"
        )
        assert (finding.line, finding.column) == (6, 3)

    def test_of_many_names_three(self) -> None:
        others = [old(body(f"O{number}", contactLists=["Buyers"])) for number in range(5)]
        finding = the_one(new(body(contactLists=["Buyers"])), *others, rule="lists/shared")
        assert "'O2' (8 h a week at once) and 2 more, too" in finding.message

    def test_each_of_two_new_ones_is_told(self) -> None:
        pair = [new(body(name, contactLists=["Buyers"])) for name in ("A", "B")]
        assert found(*pair) == [
            ("lists/shared", "A", "contactLists[0]"),
            ("lists/shared", "B", "contactLists[0]"),
        ]

    def test_two_that_exist_are_not(self) -> None:
        assert found(new(body()), *(old(body(name, contactLists=["Buyers"])) for name in ("B", "C"))) == []

    @pytest.mark.parametrize(
        ("zone", "minutes"),
        [("Europe/London", 480), ("America/New_York", 180), ("Asia/Kolkata", 210), ("Nowhere/Known", 480)],
    )
    def test_hours_are_compared_across_zones(self, zone: str, minutes: int) -> None:
        one, other = week_of(body()), week_of(body(calling={"timezone": zone}))
        assert overlap_minutes(one, other) == overlap_minutes(other, one) == minutes

    @pytest.mark.parametrize(("start", "end"), [("1:30 PM", "2:30 PM"), ("3:30 PM", "4:30 PM")])
    def test_hours_that_meet_in_one_half_of_the_year_alone(self, start: str, end: str) -> None:
        # 9:00 in London is 14:30 in India in January, and 13:30 in July.
        one = week_of(
            body(calling={"timezone": "Europe/London", "days": hours("MO", start="9:00 AM", end="11:00 AM")})
        )
        other = week_of(body(calling={"timezone": "Asia/Kolkata", "days": hours("MO", start=start, end=end)}))
        assert overlap_minutes(one, other) == overlap_minutes(other, one) == 60


class TestOften:
    @pytest.mark.parametrize(
        ("attempts", "retry", "days", "rules"),
        [
            (3, 60, 1, []),
            (4, 60, 1, ["pressure/day"]),
            (7, 1440, 7, []),
            (9, 1440, 7, []),
            (8, 1, 1, ["pressure/day", "pressure/week"]),
            (8, 480, 7, ["pressure/week"]),
            (9, 240, 3, []),
        ],
    )
    def test_alone(self, attempts: int, retry: int, days: int, rules: list[str]) -> None:
        strategy = {"maxAttemptsPerRecord": attempts, "defaultRetryPeriod": retry}
        campaign = new(body(strategy=strategy, calling={"frequency": "CUSTOM", "days": hours(*WEEK[:days])}))
        assert found(campaign) == [(rule, "A", "dialingStrategy.maxAttemptsPerRecord") for rule in rules]

    def test_says_how_many_and_what_lifts_it(self) -> None:
        campaign = new(body(strategy={"maxAttemptsPerRecord": 5, "defaultRetryPeriod": 10}))
        assert the_finding(campaign).message == (
            "up to 5 calls to one person in 24 hours, and more than 3 are many: fewer attempts, more minutes "
            "between them or shorter hours make it less"
        )

    def test_counts_recorded_campaigns_of_the_same_list(self) -> None:
        strategy = {"maxAttemptsPerRecord": 2, "defaultRetryPeriod": 10}
        campaigns = [
            new(body("A", contactLists=["Own", "Buyers"], strategy=strategy)),
            old(body("B", contactLists=["Buyers"], strategy=strategy)),
        ]
        finding = next(each for each in findings_of(campaigns) if each.rule == "pressure/day")
        assert finding.key == "contactLists[1]"
        assert finding.message == (
            "up to 4 calls in 24 hours to one person on 'Buyers', by all campaigns that call this list, and "
            "more than 3 are many: fewer attempts, or lists of their own"
        )
        assert "pressure/day" not in {rule for rule, _, _ in found(campaigns[0])}


class TestNobody:
    def test_without_a_do_not_call_list(self) -> None:
        content = body()
        del content["dncLists"]
        content["enableMachineDetect"] = False
        assert found(new(content)) == [("dnc/none", "A", "")]

    def test_without_an_agent(self) -> None:
        content = body(dialingMode="Agentless", experienceFlowName="Flow", enableMachineDetect="no")
        del content["queue_name"], content["maxSkips"]
        assert found(new(content)) == [("mode/agentless", "A", "dialingMode")]


class TestWhen:
    @pytest.mark.parametrize("zone", ["EST", "Etc/GMT+5", "UTC", "GMT0", "MST7MDT"])
    def test_a_zone_without_a_place(self, zone: str) -> None:
        finding = the_finding(new(body(calling={"timezone": zone})))
        assert (finding.rule, finding.key) == ("hours/zone", "dialingStrategy.callingHours.timezone")
        assert finding.message.startswith(f"the time zone {zone} names no place")

    @pytest.mark.parametrize("zone", ["Europe/London", "Japan", "GB", "America/Argentina/Buenos_Aires"])
    def test_a_zone_with_a_place(self, zone: str) -> None:
        rules = [rule for rule, *_ in found(new(body(calling={"timezone": zone})))]
        assert "hours/zone" not in rules

    @pytest.mark.parametrize(
        ("days", "is_found"),
        [
            (hours(*WEEK), False),
            ([*hours(*WEEK), *hours(*WEEK, start="6:00 PM", end="7:00 PM")], False),
            (hours(*WEEK[:6]), True),
            ([*hours(*WEEK[:6]), *hours("SU", end="4:00 PM")], True),
            (hours("MO"), True),
        ],
    )
    def test_daily_is_each_day_alike(self, days: list[dict[str, str]], is_found: bool) -> None:  # noqa: FBT001  # a column
        findings = found(new(body(calling={"frequency": "DAILY", "days": days})))
        assert findings == [("hours/daily", "A", "dialingStrategy.callingHours.frequency")] * is_found
        weekly = found(new(body(calling={"frequency": "WEEKLY", "days": days})))
        assert weekly == [("hours/weekly", "A", "dialingStrategy.callingHours.frequency")] * (not is_found)


class TestNames:
    @pytest.mark.parametrize(
        ("line", "comment"),
        [
            ("name: Spring #1", "#1"),
            ("name:   Spring  #1 of 3 ", "#1 of 3"),
            ("name: Spring #one", "#one"),
            ("name: Spring # the first", ""),
            ("name: Spring#1", ""),
            ('name: "Spring #1"', ""),
            ("name: 'Spring' #1", ""),
            ("name: Spring\n#1", ""),
        ],
    )
    def test_cut_by_a_comment(self, line: str, comment: str) -> None:
        rest = {key: value for key, value in body().items() if key != "name"}
        text = f"{line}\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in rest.items())
        expected = [f"YAML reads {comment!r} as a comment, so the name ends before it"] if comment else []
        assert [each.message.split(":")[0] for each in findings_of([new(text)])] == expected

    def test_that_were_not_filled_in(self) -> None:
        assert found(new(renamed(template("definition.yaml"), "NAME OF THE SPRING"))) == [
            ("names/placeholder", "NAME OF THE SPRING", key)
            for key in ("contactLists[0]", "dncLists", "queue_name")
        ]

    @pytest.mark.parametrize(
        "name", ["\u201cSpring\u201d", "\u201eSpring\u201c", "\u2018S\u2019", "\u00abS\u00bb"]
    )
    @pytest.mark.parametrize("key", ["name", "contactLists[1]", "queue_name", "dncLists"])
    def test_in_quotes_that_are_none_to_yaml(self, key: str, name: str) -> None:
        whole = {
            "name": body(name),
            "contactLists[1]": body(contactLists=["One", name]),
            "queue_name": body(queue_name=name),
            "dncLists": body(dncLists={"name": name}),
        }
        finding = the_finding(new(whole[key]))
        assert (finding.rule, finding.severity, finding.key) == ("names/quotes", "warning", key)
        assert finding.message.isascii()

    @pytest.mark.parametrize("name", ["The \u201cBig\u201d Sale", "Driver's", '"A"', "\u201cBig\u201d Sale"])
    def test_with_quotes_in_it(self, name: str) -> None:
        assert found(new(body(name))) == []

    @pytest.mark.parametrize(
        ("name", "other"),
        [
            ("Spring Sale", "Spring  Sale"),
            ("Spring Sale", "Spring\u2009Sale"),
            ("Spring", "Spr\u200bing"),
            ("Spring", "S\u0440ring"),
            ("Spring", "\uff33pring"),
            ("Alpha", "\u0391lpha"),
        ],
    )
    def test_that_only_look_alike(self, name: str, other: str) -> None:
        new_one = new(body(name, contactLists=["One"]))
        recorded = old(body(other, contactLists=["Two"]))
        finding = the_finding(new_one, recorded)
        assert (finding.rule, finding.name, finding.key) == ("names/alike", name, "name")
        assert "looks like" in finding.message
        assert "old.yaml" in finding.message
        assert finding.message.isascii()

    @pytest.mark.parametrize(
        ("key", "one", "two", "place"),
        [
            ("contactLists", ["Other", "Buyers"], ["Buy\u0435rs"], "contactLists[1]"),
            ("queue_name", "Night  Queue", "Night Queue", "queue_name"),
            ("dncLists", {"name": "Never"}, {"name": "Ne\u200dver"}, "dncLists"),
        ],
    )
    def test_of_what_they_use(self, key: str, one: object, two: object, place: str) -> None:
        changed: list[dict[str, Any]] = [{key: one}, {key: two}]
        campaigns = new(body(**changed[0])), old(body("B", **changed[1]))
        assert found(*campaigns) == [("names/alike", "A", place)]

    @pytest.mark.parametrize("other", ["spring ", "SPRING", "Summer", "Spring 2", "Sprung"])
    def test_that_are_one_name_or_two_are_not(self, other: str) -> None:
        assert found(new(body("Spring", contactLists=["A"])), old(body("X", contactLists=[other]))) == []
        assert found(new(body("Spring")), old(body("Spring 2"))) == []


def test_a_place_is_that_of_the_key_in_yaml_too() -> None:
    text = "".join(
        f"{key}: {json.dumps(value)}\n" for key, value in body(contactLists=["Own", "Buyers"]).items()
    )
    finding = the_finding(new(f"# a comment\n{text}"), old(body("B", contactLists=["Buyers"])))
    assert (finding.line, finding.column) == (4, text.splitlines()[2].index('"Buyers"') + 1)


def test_every_rule_has_its_row_in_the_document() -> None:
    """Its id, and no row is of another."""
    root = Path(__file__).parents[2]
    sources = "".join(file.read_text(encoding="utf-8") for file in (root / "campaignsync").rglob("*.py"))
    document = (root / ".github" / "docs" / "findings.md").read_text(encoding="utf-8")
    ids = set(re.findall(r'"((?:names|lists|queues|dnc|mode|hours)/[a-z]+)"', sources))
    assert set(re.findall(r"^\| `([a-z]+/[a-z]+)` \|", document, re.MULTILINE)) == {
        *ids,
        "pressure/day",
        "pressure/week",
    }


class TestNumbers:
    """`caller-id/not-possible` and `caller-id/other-country`."""

    @pytest.mark.parametrize(
        ("number", "zone", "rules"),
        [
            ("+442079460123", "Europe/London", []),
            ("+442079460123", "Europe/Jersey", []),
            ("+442079460123", "GB", []),
            ("+442079460123", "America/New_York", ["caller-id/other-country"]),
            ("+12025550123", "America/New_York", []),
            ("+12025550123", "America/Toronto", []),
            ("+18005551212", "America/Los_Angeles", []),
            ("+12025550123", "Asia/Kolkata", ["caller-id/other-country"]),
            ("+1202555012", "America/New_York", ["caller-id/not-possible"]),
            ("+120255501234", "America/New_York", ["caller-id/not-possible"]),
            ("+181234567", "Asia/Kolkata", ["caller-id/not-possible", "caller-id/other-country"]),
            ("+99912345678", "Europe/London", ["caller-id/not-possible"]),
            ("+80012345678", "Europe/London", []),
            ("+442079460123", "Etc/UTC", ["hours/zone"]),
        ],
    )
    def test_numbers(self, number: str, zone: str, rules: list[str]) -> None:
        campaign = new(body(strategy={"callerId": {"phoneNumber": number}}, calling={"timezone": zone}))
        assert sorted(rule for rule, *_ in found(campaign)) == rules

    def test_the_words_name_both_countries(self) -> None:
        finding = the_finding(new(body(calling={"timezone": "America/New_York"})))
        assert finding.key == "dialingStrategy.callerId.phoneNumber"
        assert finding.message.startswith(
            "+442079460123 is a number of +44 (Britain (UK)), and the time zone America/New_York is of "
            "another country (United States)"
        )


class TestZonesOfLists:
    """`lists/zones`: contacts whose own time zone wins over the campaign's."""

    @pytest.mark.parametrize(
        ("zones", "severity", "words"),
        [
            ({"A": None, "B": None}, None, ""),
            ({"A": False, "B": False}, None, ""),
            ({"A": True, "B": None}, "notice", "contacts of 'A' have time zones of their own"),
            ({"A": False, "B": True}, "warning", "contacts of 'B' have time zones of their own, which win"),
        ],
    )
    def test_lists(self, zones: Mapping[str, bool | None], severity: str | None, words: str) -> None:
        lists = tuple(
            ContactList(name=name, contacts=1, status="Ready", has_time_zones=zone)
            for name, zone in zones.items()
        )
        inventory = Inventory(
            host="h", app_id="a", read_at=datetime(2026, 1, 1, tzinfo=UTC), lists=lists, queues=None
        )
        campaign = new(body(contactLists=["A", "B"]))
        told = [
            each
            for each in findings_of([campaign], Known(inventory=inventory, source="inventory.json"))
            if each.rule == "lists/zones"
        ]
        assert [each.severity for each in told] == ([severity] if severity else [])
        assert all(each.message.startswith(words) for each in told)
        assert all(each.key == "contactLists" for each in told)
        assert all(("those of 'A' have none" in each.message) is (severity == "warning") for each in told)
