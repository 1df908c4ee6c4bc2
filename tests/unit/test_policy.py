"""A policy: what it may say, whom its rules are for, what they and the packs find, and what is waived."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from campaignsync.calling_hours import DAY_MINUTES, WEEK_MINUTES, Block, Week
from campaignsync.definitions.yaml import read as read_yaml
from campaignsync.errors import InvalidDefinitionsError
from campaignsync.findings import Campaign, Finding
from campaignsync.findings.rules import IDS, findings_of
from campaignsync.places import US_STATES, countries, country_of, problem_of, zones_of
from campaignsync.policy import law, own
from campaignsync.policy.applying import Applied, apply
from campaignsync.policy.looking import Scene, is_like
from campaignsync.policy.packs import STALE_AFTER_DAYS, Pack, of_place, packs
from campaignsync.policy.reading import LONGEST_WAIVER_DAYS, PolicyFile, read_policy
from campaignsync.policy.schema import json_schema, packs_table
from campaignsync.policy.windows import differences, outside
from campaignsync.report.hours import lines
from campaignsync.times import TIMES
from tests.unit.test_findings import body, hours, new, old

TODAY = date(2026, 11, 27)
PATH = "campaigns/.policy.yaml"
SAMPLES = Path("campaigns")


def read(text: str, *, today: date = TODAY, names: Sequence[str] | None = None) -> PolicyFile:
    return read_policy(text.encode(), path=PATH, today=today, names=names)


def policy(rules: Sequence[Mapping[str, Any]], *, today: date = TODAY, **keys: Any) -> PolicyFile:  # noqa: ANN401  # keys of a policy
    """Return a policy of such rules."""
    return read(json.dumps({"version": 1, "rules": rules, **keys}, default=str), today=today)


def applied(
    file: PolicyFile,
    *campaigns: Campaign,
    today: date = TODAY,
    found: Sequence[Finding] = (),
    is_whole: bool = True,
) -> Applied:
    scene = Scene(campaigns=campaigns, folder="campaigns", today=today)
    return apply(file, found, scene, is_whole=is_whole)


def found(rule: Mapping[str, Any], *campaigns: Campaign) -> list[str]:
    """Return the ids of what one rule finds, the packs' too, sorted."""
    return sorted(each.rule for each in applied(policy([rule]), *campaigns).findings)


def sample(file: str, **strategy: Any) -> Campaign:  # noqa: ANN401  # keys of the dialing strategy
    """Return one of the repository's definitions, perhaps with other values in its dialing strategy."""
    content = read_yaml((SAMPLES / file).read_text("utf-8")).value
    content["dialingStrategy"].update(strategy)
    return new(content, path=f"campaigns/{file}")


def told(finding: Finding) -> str:
    """Return what is said, with plain dashes."""
    return finding.message.replace("\N{EN DASH}", "-")


NORTH, BILLING, WARRANTY = (
    "appointment-confirmation.yaml",
    "billing-reminder.yaml",
    "renewals/warranty-renewal.yaml",
)


# What the reference expects of the repository's samples.


@pytest.mark.parametrize(
    ("file", "pack", "expected"),
    [
        (NORTH, "us-federal", {}),
        (NORTH, "us-ky", {"us-ky/hours": "MO-FR 8:30 AM-10:00 AM; SA 9:00 AM-10:00 AM"}),
        (NORTH, "us-ct", {"us-ct/hours": "MO-FR 8:30 AM-9:00 AM"}),
        (
            NORTH,
            "us-ri",
            {"us-ri/hours": "MO-FR 8:30 AM-9:00 AM; SA 9:00 AM-10:00 AM", "us-ri/holiday": ""},
        ),
        (NORTH, "us-fl", {"us-fl/attempts": "up to 4 calls to one person in 24 hours"}),
        (NORTH, "us-md", {"us-md/attempts": "up to 4 calls to one person in 24 hours"}),
        (NORTH, "us-ok", {"us-ok/attempts": "up to 4 calls to one person in 24 hours"}),
        (BILLING, "in-promotion", {"in-promotion/hours": "MO-FR 9:00 AM-10:00 AM"}),
        (BILLING, "in-collection", {}),
        (WARRANTY, "gb", {"gb/holiday": ""}),
    ],
)
def test_samples_against_packs(file: str, pack: str, expected: Mapping[str, str]) -> None:
    rule = {"packs": [pack], "purpose": packs()[pack].purposes[0]}
    findings = applied(policy([rule]), sample(file)).findings
    assert {each.rule for each in findings} == set(expected)
    for each in findings:
        assert told(each).startswith(expected[each.rule])
        assert packs()[pack].cite in each.message
        assert "2026-" in each.message
        assert "if these are sales calls" not in each.message


def test_what_is_found_points_at_the_line_of_its_key() -> None:
    strategy = {"maxAttemptsPerRecord": 5, "maxRingTime": 10}
    content = body(strategy=strategy, contactLists=["One"], dncLists={"name": "Old"})
    text = json.dumps(content, indent=1)
    own_limits = {
        "hours": {"SU": ["9:00 AM - 9:01 AM"]},
        "callsPerDay": 1,
        "callsPerWeek": 1,
        "minRingTime": 120,
    }
    names = {
        "modes": ["Agentless"],
        "callerIds": ["+1*"],
        "queues": ["No"],
        "dncLists": ["New"],
        "name": "No",
    }
    rule = {"packs": ["in-promotion", "gb"], "lists": "unshared", **own_limits, **names}
    findings = applied(policy([rule]), new(text), old(body("Other", contactLists=["One"]))).findings
    about = [each for each in findings if each.name]
    assert {each.rule for each in about} >= {*own.IDS, "in-promotion/hours", "gb/ring"}
    for each in about:
        key, _, index = each.key.rpartition(".")[2].partition("[")
        line = text.splitlines()[each.line - 1]
        assert line[: each.column - 1].strip() == ("" if index else f'"{key}":'), each


def test_a_country_without_states_is_said_to_be_not_looked_at() -> None:
    (notice,) = applied(policy([{"places": ["US"], "zones": ["America/New_York"]}]), sample(NORTH)).findings[
        -1:
    ]
    assert notice.rule == "zone/state-unknown"
    assert notice.severity == "notice"
    assert sorted(
        ["CT", "FL", "KY", "MD", "MA", "PA", "RI"], key=["CT", "FL", "KY", "MD", "MA", "PA", "RI"].index
    ) == ["CT", "FL", "KY", "MD", "MA", "PA", "RI"]
    assert "CT FL KY MA MD PA RI." in notice.message


def test_states_that_are_named_are_not_unknown() -> None:
    rule = {"places": ["US", "US-FL"], "zones": ["America/New_York"]}
    *_, notice = applied(policy([rule]), sample(NORTH)).findings
    assert notice.rule == "zone/state-unknown"
    assert "CT KY MA MD PA RI." in notice.message


def test_hours_are_compared_on_the_clocks_of_those_called() -> None:
    rule = {
        "packs": ["us-federal"],
        "zones": ["America/New_York", "America/Los_Angeles"],
        "purpose": "sales",
    }
    (finding,) = applied(policy([rule]), sample(NORTH)).findings
    assert finding.rule == "us-federal/hours"
    assert told(finding).startswith(
        "MO-FR 8:30 AM-11:00 AM; SA 9:00 AM-11:00 AM "
        "(MO-FR 5:30 AM-8:00 AM; SA 6:00 AM-8:00 AM in America/Los_Angeles) is outside"
    )
    assert (finding.path, finding.line) == (f"campaigns/{NORTH}", finding.line)
    assert finding.severity == "warning"


def test_calls_a_day_where_one_is_allowed() -> None:
    rule = {"packs": ["ae"], "zones": ["Asia/Kolkata"], "purpose": "sales"}
    findings = applied(policy([rule]), sample(BILLING)).findings
    day, week = (each.message for each in findings if each.rule == "ae/attempts")
    assert day.startswith("up to 3 calls to one person in 24 hours, and the United Arab Emirates")
    assert "allows 1" in day
    assert "up to 3 calls to one person in 7 days" in week
    assert "allows 2" in week


@pytest.mark.parametrize(("pack", "severity"), [("us-federal", "warning"), ("gb", "notice")])
def test_short_rings(pack: str, severity: str) -> None:
    for seconds, rules in ((14, [f"{pack}/ring"]), (15, [])):
        findings = applied(
            policy([{"packs": [pack], "purpose": "sales"}]), sample(WARRANTY, maxRingTime=seconds)
        ).findings
        rings = [each for each in findings if each.rule.endswith("/ring")]
        assert [each.rule for each in rings] == rules
        assert all(each.severity == severity for each in rings)


# Thirty more, over five packs, both halves of the year, midnight and half hours.


def calling(zone: str, *days: str, start: str, end: str) -> Campaign:
    return new(
        body(calling={"timezone": zone, "days": hours(*days, start=start, end=end)}), path="campaigns/a.yaml"
    )


JANUARY, JULY = date(2027, 1, 4), date(2027, 7, 5)


@pytest.mark.parametrize(
    ("pack", "zones", "calls", "expected"),
    [
        # Florida: 8 to 20, each day.
        ("us-fl", "America/New_York", "MO 8:00 AM-8:00 PM", ""),
        ("us-fl", "America/New_York", "MO 7:59 AM-8:00 PM", "MO 7:59 AM-8:00 AM"),
        ("us-fl", "America/New_York", "SU 8:00 AM-8:01 PM", "SU 8:00 PM-8:01 PM"),
        ("us-fl", "America/New_York", "SA 12:00 AM-11:59 PM", "SA 12:00 AM-8:00 AM, 8:00 PM-midnight"),
        ("us-fl", "America/New_York > America/Chicago", "MO 8:00 AM-8:00 PM", "MO 8:00 AM-9:00 AM"),
        ("us-fl", "America/Chicago > America/New_York", "MO 8:00 AM-8:00 PM", "MO 7:00 PM-8:00 PM"),
        # India is half an hour off, and has no summer time: in New York it is 8:00 in winter, 9:00 in summer.
        ("us-fl", "Asia/Kolkata > America/New_York", "MO 6:30 PM-11:59 PM", ""),
        ("us-fl", "Asia/Kolkata > America/New_York", "MO 6:29 PM-11:59 PM", "MO 6:29 PM-6:30 PM"),
        # France: two windows a day, closed at weekends.
        ("fr", "Europe/Paris", "MO 10:00 AM-1:00 PM", ""),
        ("fr", "Europe/Paris", "MO 10:00 AM-2:00 PM", "MO 1:00 PM-2:00 PM"),
        ("fr", "Europe/Paris", "FR 9:30 AM-8:30 PM", "FR 9:30 AM-10:00 AM, 1:00 PM-2:00 PM, 8:00 PM-8:30 PM"),
        ("fr", "Europe/Paris", "SA 10:00 AM-1:00 PM", "SA 10:00 AM-1:00 PM"),
        ("fr", "Europe/London > Europe/Paris", "MO 9:00 AM-12:00 PM", ""),
        ("fr", "Europe/London > Europe/Paris", "MO 10:00 AM-1:00 PM", "MO 12:00 PM-1:00 PM"),
        # Réunion has no summer time, so Paris is two or three hours behind it.
        ("fr", "Indian/Reunion > Europe/Paris", "MO 1:00 PM-3:00 PM", ""),
        ("fr", "Indian/Reunion > Europe/Paris", "MO 12:59 PM-3:01 PM",
         "MO 12:59 PM-1:00 PM, 3:00 PM-3:01 PM"),
        # Australia: 9 to 20, Saturdays to 17; Adelaide is half an hour off.
        ("au", "Australia/Sydney", "SA 9:00 AM-5:00 PM", ""),
        ("au", "Australia/Sydney", "SA 9:00 AM-5:01 PM", "SA 5:00 PM-5:01 PM"),
        ("au", "Australia/Sydney", "SU 9:00 AM-5:00 PM", "SU 9:00 AM-5:00 PM"),
        ("au", "Australia/Sydney > Australia/Adelaide", "MO 9:00 AM-8:00 PM", "MO 9:00 AM-9:30 AM"),
        ("au", "Australia/Adelaide > Australia/Sydney", "MO 9:00 AM-8:00 PM", "MO 7:30 PM-8:00 PM"),
        ("au", "Australia/Eucla > Australia/Perth", "MO 9:00 AM-8:00 PM", "MO 9:00 AM-9:45 AM"),
        # Mississippi: its own clock, whatever the campaign's is; closed on Sundays.
        ("us-ms", "America/New_York", "MO 8:00 AM-8:00 PM", "MO 8:00 AM-9:00 AM"),
        ("us-ms", "America/New_York", "MO 9:00 AM-9:00 PM", ""),
        ("us-ms", "America/Los_Angeles", "SU 9:00 AM-5:00 PM", "SU 9:00 AM-5:00 PM"),
        # Midnight: what is Sunday evening here is Monday there, and the other way round.
        ("za", "America/New_York > Africa/Johannesburg", "SU 11:00 PM-11:59 PM", "SU 11:00 PM-midnight"),
        ("za", "Africa/Johannesburg", "SA 12:00 PM-2:00 PM", "SA 1:00 PM-2:00 PM"),
        ("za", "Africa/Johannesburg", "SU 8:00 AM-9:00 AM", "SU 8:00 AM-9:00 AM"),
        ("za", "Africa/Johannesburg", "MO 7:00 AM-8:00 AM", "MO 7:00 AM-8:00 AM"),
        ("za", "Asia/Kathmandu > Africa/Johannesburg", "MO 11:45 AM-11:45 PM", ""),
        ("za", "Asia/Kathmandu > Africa/Johannesburg", "MO 11:44 AM-11:45 PM", "MO 11:44 AM-11:45 AM"),
        ("za", "Pacific/Auckland > Africa/Johannesburg", "MO 6:00 AM-7:00 AM", "MO 6:00 AM-7:00 AM"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("today", [JANUARY, JULY])
def test_hours_against_packs(pack: str, zones: str, calls: str, expected: str, today: date) -> None:
    zone, *theirs = zones.split(" > ")
    day, start, end = re.fullmatch(r"(..) (.+)-(.+)", calls).groups()  # type: ignore[union-attr]  # it does
    rule = {"packs": [pack], "purpose": "sales", **({"zones": theirs} if theirs else {})}
    campaign = calling(zone, day, start=start, end=end)
    findings = applied(policy([rule], today=today), campaign, today=today).findings
    outside_hours = [told(each) for each in findings if each.rule == f"{pack}/hours"]
    assert [each.split(" is outside")[0].split(" (")[0] for each in outside_hours] == (
        [expected] if expected else []
    )


# The comparison itself, minute by minute.


def _weeks() -> st.SearchStrategy[Week]:
    def blocks(pairs: Sequence[tuple[int, int, int]]) -> Week:
        minutes: dict[int, set[int]] = {}
        found = list[Block]()
        for day, start, length in pairs:
            end = min(start + length, DAY_MINUTES - 1)
            if end > start and not minutes.setdefault(day, set()) & set(range(start, end)):
                minutes[day] |= set(range(start, end))
                found.append(Block(day=day, start=start, end=end))
        return Week(timezone="UTC", frequency="", blocks=tuple(sorted(found)))

    return st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, DAY_MINUTES - 2), st.integers(1, DAY_MINUTES)), max_size=6
    ).map(blocks)


def _minutes(week: Week, *, is_to_midnight: bool = True) -> set[int]:
    return {
        block.day * DAY_MINUTES + minute
        for block in week.blocks
        for minute in range(
            block.start, DAY_MINUTES if is_to_midnight and block.end == TIMES["11:59 PM"] else block.end
        )
    }


@given(_weeks(), _weeks(), st.sampled_from([0, 60, -60, 330, -345, 720, -840, 1439]))
def test_what_is_outside_is_what_no_minute_of_the_windows_has(
    week: Week, windows: Week, difference: int
) -> None:
    allowed = _minutes(windows)
    expected = {each for each in _minutes(week) if (each + difference) % WEEK_MINUTES not in allowed}
    assert _minutes(outside(week, windows, difference), is_to_midnight=False) == expected


@pytest.mark.parametrize(
    ("zones", "calls", "windows", "expected"),
    [
        # A minute apart is apart.
        ("GB > GB", "MO 8:00 AM-9:00 AM", "MO 9:01 AM - 5:00 PM", "MO 8:00 AM-9:00 AM"),
        ("GB > GB", "MO 8:00 AM-9:00 AM", "MO 7:00 AM - 7:59 AM", "MO 8:00 AM-9:00 AM"),
        # The week's first hour is its last one further west, and the other way round.
        ("Etc/GMT > Etc/GMT+1", "MO 12:00 AM-12:30 AM", "SU 8:00 AM - 11:59 PM", ""),
        ("Etc/GMT > Etc/GMT+1", "MO 12:00 AM-1:30 AM", "SU 8:00 AM - 11:59 PM", "MO 1:00 AM-1:30 AM"),
        ("Etc/GMT > Etc/GMT-1", "SU 11:00 PM-11:59 PM", "MO 12:00 AM - 11:00 AM", ""),
        ("Etc/GMT > Etc/GMT-1", "SU 10:30 PM-11:59 PM", "MO 12:00 AM - 11:00 AM", "SU 10:30 PM-11:00 PM"),
    ],
)
def test_ends_of_windows_and_of_the_week(zones: str, calls: str, windows: str, expected: str) -> None:
    zone, theirs = zones.split(" > ")
    day, start, end = re.fullmatch(r"(..) (.+)-(.+)", calls).groups()  # type: ignore[union-attr]  # it does
    rule = {"hours": {windows[:2]: [windows[3:]]}, "zones": [theirs]}
    findings = applied(policy([rule]), calling(zone, day, start=start, end=end)).findings
    assert [told(each).split(" (")[0].split(" is outside")[0] for each in findings] == (
        [expected] if expected else []
    )


def test_of_several_clocks_the_worst_is_shown() -> None:
    rule = {"hours": {"MO": ["9:00 AM - 8:00 PM"]}, "zones": ["America/Chicago", "America/New_York"]}
    campaign = calling("America/Los_Angeles", "MO", start="4:00 PM", end="7:00 PM")
    (finding,) = applied(policy([rule]), campaign).findings
    assert told(finding).startswith("MO 5:00 PM-7:00 PM (MO 8:00 PM-10:00 PM in America/New_York) is outside")


def test_clocks_differ_by_what_they_do_on_each_day_of_a_year() -> None:
    # Summer time begins two weeks earlier in America, and ends a week later.
    assert differences("America/New_York", "Europe/London", JANUARY) == {
        300: JANUARY,
        240: date(2027, 3, 14),
    }
    assert set(differences("America/New_York", "Europe/London", date(2027, 4, 10))) == {240, 300}
    assert set(differences("Europe/London", "Australia/Sydney", JULY)) == {540, 600, 660}
    assert differences("Asia/Kolkata", "Asia/Kathmandu", JULY) == {15: JULY}
    assert differences("Nowhere/Land", "Europe/London", JULY) == {}


# Whom a rule is for.


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("**", "a.yaml", True),
        ("**", "emea/uk/a.yaml", True),
        ("emea/**", "emea/a.yaml", True),
        ("emea/**", "emea/uk/a.yaml", True),
        ("emea/**", "emea.yaml", False),
        ("emea/**", "apac/emea/a.yaml", False),
        ("emea", "emea/a.yaml", True),
        ("emea/", "emea/a.yaml", True),
        ("/emea", "emea/a.yaml", True),
        ("*.yaml", "a.yaml", True),
        ("*.yaml", "emea/a.yaml", False),
        ("**/*.yaml", "a.yaml", True),
        ("**/a.yaml", "emea/uk/a.yaml", True),
        ("emea/*/a.yaml", "emea/uk/a.yaml", True),
        ("emea/*/a.yaml", "emea/uk/x/a.yaml", False),
        ("em?a/**", "emea/a.yaml", True),
        ("e.ea/**", "emea/a.yaml", False),
        ("EMEA/**", "emea/a.yaml", False),
    ],
)
def test_matching(glob: str, path: str, *, fits: bool) -> None:
    assert is_like(path, glob) is fits
    rule = {"match": glob, "modes": ["Progressive"]}
    expected = ["policy/mode"] if fits else ["policy/unmatched"]
    assert found(rule, new(body(), path=f"campaigns/{path}")) == expected


def test_no_pattern_takes_for_ever() -> None:
    assert not is_like("/".join("a" * 500), "/".join(["**", "a"] * 200) + "/**/b")
    assert found({"name": "*a" * 24 + "b"}, new(body("a" * 48), path="campaigns/a.yaml")) == ["policy/name"]


def test_a_rule_that_fits_nothing_is_told_where_it_is() -> None:
    text = 'version: 1\nrules:\n  - match: "emae/**"\n    modes: [Preview]\n'
    (finding,) = applied(read(text), new(body(), path="campaigns/emea/a.yaml")).findings
    assert (finding.path, finding.line, finding.column) == (PATH, 3, 12)
    assert finding.rule == "policy/unmatched"
    assert not applied(read(text), new(body(), path="campaigns/a.yaml"), is_whole=False).findings


def test_what_exists_is_not_held_against_a_policy() -> None:
    assert not found({"modes": ["Progressive"]}, old(body(), path="campaigns/a.yaml"))


# The team's own rules, each broken in its smallest way.


A = new(body(), path="campaigns/a.yaml")


@pytest.mark.parametrize(
    ("rule", "rules", "words"),
    [
        ({"hours": {"MO": ["9:00 AM - 5:00 PM"]}}, [], ""),
        ({"hours": {"MO": ["9:01 AM - 5:00 PM"]}}, ["policy/hours"],
         "MO 9:00 AM-9:01 AM is outside the policy's hours, MO 9:01 AM-5:00 PM"),
        ({"hours": {"MO": ["9:00 AM - 4:59 PM"]}}, ["policy/hours"], "MO 4:59 PM-5:00 PM"),
        ({"hours": {"TU-SU": ["9:00 AM - 5:00 PM"]}}, ["policy/hours"], "MO 9:00 AM-5:00 PM"),
        ({"hours": {"MO": ["9:00 AM - 5:00 PM"]}, "places": ["GB"], "packs": []}, ["places/not-checked"], ""),
        ({"hours": {"MO": ["9:00 AM - 5:00 PM"]}, "places": ["FR"], "packs": []},
         ["places/not-checked", "policy/hours"],
         "MO 4:00 PM-5:00 PM (MO 5:00 PM-6:00 PM in Europe/Paris)"),
        ({"minRingTime": 30}, [], ""),
        ({"minRingTime": 31}, ["policy/ring"], "the phone rings for 30 seconds; the policy wants 31"),
        ({"modes": ["Preview", "Agentless"]}, [], ""),
        ({"modes": ["Agentless"]}, ["policy/mode"], "'Preview'; the policy allows Agentless"),
        ({"callerIds": ["+1*", "+44*"]}, [], ""),
        ({"callerIds": ["+1*"]}, ["policy/caller-id"], "'+442079460123'; the policy allows '+1*'"),
        ({"queues": ["Q*"]}, [], ""),
        ({"queues": ["EMEA *"]}, ["policy/queue"], "'Queue'; the policy allows 'EMEA *'"),
        ({"dncLists": "required"}, [], ""),
        ({"dncLists": ["Never", "Ever"]}, [], ""),
        ({"dncLists": ["Ever"]}, ["policy/dnc"], "'Never'; the policy wants one of 'Ever'"),
        ({"name": "A"}, [], ""),
        ({"name": "B*"}, ["policy/name"], "the policy wants names like 'B*'"),
        ({"callsPerDay": 1, "callsPerWeek": 1}, [], ""),
        ({"lists": "unshared"}, [], ""),
    ],
)  # fmt: skip
def test_own_rules(rule: Mapping[str, Any], rules: list[str], words: str) -> None:
    findings = applied(policy([rule]), A).findings
    assert [each.rule for each in findings] == rules
    of_policy = [each for each in findings if each.rule.startswith("policy/")]
    assert all(told(each).startswith(words) for each in of_policy)
    assert all(each.severity == "warning" for each in of_policy)


@pytest.mark.parametrize(
    ("attempts", "retry", "rule", "rules"),
    [
        (3, 10, {"callsPerDay": 3}, []),
        (4, 10, {"callsPerDay": 3}, ["policy/calls"]),
        (3, 1440, {"callsPerWeek": 2}, []),
        (3, 1440, {"callsPerWeek": 1}, ["policy/calls"]),
        (3, 1440, {"callsPerDay": 1}, []),
        (3, 10, {"callsPerWeek": 2}, ["policy/calls"]),
        (3, 10, {"callsPerWeek": 3}, []),
        (3, 10, {"callsPerDay": 2, "callsPerWeek": 2}, ["policy/calls", "policy/calls"]),
    ],
)
def test_own_rules_on_calls(attempts: int, retry: int, rule: Mapping[str, Any], rules: list[str]) -> None:
    strategy = {"maxAttemptsPerRecord": attempts, "defaultRetryPeriod": retry}
    assert found(rule, new(body(strategy=strategy), path="campaigns/a.yaml")) == rules


def test_calls_are_added_up_over_campaigns_that_share_a_list() -> None:
    lists, strategy = {"contactLists": ["One"]}, {"maxAttemptsPerRecord": 2, "defaultRetryPeriod": 10}
    mine = new(body("A", strategy=strategy, **lists), path="campaigns/a.yaml")
    theirs = old(body("B", strategy=strategy, **lists))
    assert found({"callsPerDay": 3}, mine) == []
    assert found({"callsPerDay": 3}, mine, theirs) == ["policy/calls"]
    assert (
        found({"packs": ["fr"], "zones": ["Europe/Paris"], "purpose": "sales"}, mine, theirs).count(
            "fr/attempts"
        )
        == 0
    )
    more = [old(body(name, strategy=strategy, **lists)) for name in ("B", "C")]
    rule = {"packs": ["fr"], "zones": ["Europe/Paris"], "purpose": "sales"}
    assert found(rule, mine, *more).count("fr/attempts") == 1
    (shared,) = applied(policy([{"lists": "unshared"}]), mine, theirs).findings
    assert shared.rule == "policy/lists"
    assert shared.key == "contactLists[0]"
    assert shared.message.startswith("1 other campaign call")


def test_severity() -> None:
    rule = {"modes": ["Agentless"], "packs": ["gb"], "purpose": "sales", "minRingTime": 31}
    short = new(body(strategy={"maxRingTime": 10}), path="campaigns/a.yaml")
    findings = applied(policy([{**rule, "severity": "error"}]), short).findings
    assert {each.rule: each.severity for each in findings} == {
        "policy/mode": "error",
        "policy/ring": "error",
        "gb/ring": "error",
        "gb/holiday": "notice",
    }
    assert applied(policy([{**rule, "severity": "error"}]), short).stops
    assert not applied(policy([rule]), short).stops
    assert applied(policy([rule], stop=["notice"]), short).stops
    assert not applied(policy([{**rule, "severity": "error"}], stop=[]), short).stops


def test_what_several_rules_find_is_told_once() -> None:
    assert found({"modes": ["Agentless"]}, A) == ["policy/mode"]
    twice = policy([{"modes": ["Agentless"]}, {"match": "**", "modes": ["Agentless"]}])
    assert len(applied(twice, A).findings) == 1


# Places and packs.


def test_auto_takes_what_was_read_at_its_source_and_names_the_rest() -> None:
    rule = {"places": ["US-FL", "US-KY", "AT", "JP"], "purpose": "sales"}
    result = applied(policy([rule]), calling("America/New_York", "MO", start="9:00 AM", end="5:00 PM"))
    assert "us-fl" in {pack.id for pack in result.packs}
    assert all(pack.is_read for pack in result.packs)
    unchecked = {told(each).split(":")[0]: each for each in result.findings if each.path == PATH}
    assert "us-ky" in unchecked["US-KY"].message
    assert unchecked["JP"].message == "JP: not checked, there is no pack for it"
    assert unchecked["Austria"].rule == "at/none"
    assert "no rule on hours is known" in unchecked["Austria"].message
    assert "Not checked" in unchecked["Austria"].message


@pytest.mark.parametrize(
    ("rule", "told", "compared"),
    [
        ({"packs": ["de"]}, {"de/none"}, []),
        ({"places": ["DE"], "packs": ["de"]}, {"de/none"}, []),
        ({"places": ["DE"], "packs": []}, {"places/not-checked"}, []),
        ({"places": ["JP"], "packs": ["gb"]}, {"places/not-checked", "gb/holiday"}, ["gb"]),
        ({"places": ["GB"], "packs": ["gb"]}, {"gb/holiday"}, ["gb"]),
        ({"places": ["AT"]}, {"at/none"}, []),
    ],
)
def test_what_is_not_checked_is_never_passed(
    rule: Mapping[str, Any], told: set[str], compared: list[str]
) -> None:
    result = applied(policy([{**rule, "purpose": "sales"}]), A)
    assert {each.rule for each in result.findings} == told
    assert [pack.id for pack in result.packs] == compared


def test_purposes_choose_packs() -> None:
    def chosen(**rule: object) -> set[str]:
        return {pack.id for pack in applied(policy([{"places": ["US", "AU"], **rule}]), A).packs}

    assert chosen(purpose="collection") == {"us-regf"}
    assert chosen(purpose="survey") == {"au-research"}
    assert chosen(purpose="service") == set()
    assert "au" in chosen(purpose="sales")
    assert chosen() == chosen(purpose="sales")
    (finding,) = (
        each for each in applied(policy([{"places": ["AU"]}]), A).findings if each.rule == "au/hours"
    )
    assert "if these are sales calls" in finding.message


def test_a_state_brings_what_holds_in_the_whole_country() -> None:
    result = applied(policy([{"packs": ["us-fl"]}]), A)
    assert {pack.id for pack in result.packs} == {"us-fl", "us-federal"}


def test_packs_that_are_old_say_so() -> None:
    rule, last = {"packs": ["us-fl"]}, packs()["us-fl"].checked + timedelta(days=STALE_AFTER_DAYS)
    for days, stale in ((0, False), (1, True)):
        today = last + timedelta(days=days)
        findings = applied(policy([rule], today=today), A, today=today).findings
        messages = [each.message for each in findings if each.rule == "pack/stale"]
        assert any("the pack us-fl" in message for message in messages) is stale


@pytest.mark.parametrize("pack", packs().values(), ids=lambda pack: pack.id)
def test_each_pack_says_where_it_was_read(pack: Pack) -> None:
    assert pack.cite
    assert pack.source.startswith("https://")
    assert date(2026, 11, 1) < pack.checked <= TODAY
    assert problem_of(pack.place) == ""
    assert pack.id.startswith(pack.place.split("-", maxsplit=1)[0].lower())
    assert (pack.confidence == "high") == pack.is_read
    assert set(pack.also) <= set(packs())
    assert all("-" not in packs()[each].place for each in pack.also)
    assert (pack.hours is None) == (pack.kind == "none")
    for word in ("compliant", "legal", "safe"):
        assert word not in f"{pack.title} {pack.note} {pack.lifted}".lower().split()
    if pack.hours is not None:
        blocks = pack.hours.blocks
        assert list(blocks) == sorted(blocks)
        assert all(one.end < other.start for one, other in pairwise(blocks) if one.day == other.day)
    text = (Path("campaignsync/policy/packs") / f"{pack.id}.yaml").read_text("utf-8")
    assert text.startswith("# ")


def test_packs_of_a_place() -> None:
    assert {pack.id for pack in of_place("US-FL", "sales")} == {"us-federal", "us-fl"}
    assert {pack.id for pack in of_place("US", "sales")} == {"us-federal"}
    assert {pack.id for pack in of_place("CO", "collection")} == {"co"}
    assert not list(of_place("JP", "sales"))


def test_the_table_of_packs() -> None:
    first, *rows = packs_table().splitlines()
    assert first.split() == [
        "ID",
        "PLACE",
        "KIND",
        "PURPOSES",
        "READ",
        "IN",
        "CONFIDENCE",
        "AUTO",
        "CITATION",
    ]
    assert [row.split()[0] for row in rows] == list(packs())
    florida = next(row for row in rows if row.startswith("us-fl "))
    assert florida.split()[1:8] == ["US-FL", "law", "sales", "2026-11-25", "statute", "high", "yes"]


def test_places() -> None:
    assert len(US_STATES) == 51
    assert zones_of("US-FL") == ("America/New_York", "America/Chicago")
    assert zones_of("GB") == ["Europe/London"]
    assert "Pacific/Honolulu" in zones_of("US")
    assert zones_of("CA-ON") == zones_of("CA")
    assert countries()["GB"] == "Britain (UK)"
    for zones in US_STATES.values():
        assert all(country_of(zone) == "US" for zone in zones)


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Amsterdam", "NL"),
        ("Europe/Brussels", "BE"),
        ("Asia/Calcutta", "IN"),
        ("US/Eastern", "US"),
        ("America/Indiana/Knox", "US"),
        ("EST", None),
        ("Etc/GMT+5", None),
        ("UTC", None),
        ("CET", None),
        ("Nowhere/Land", None),
    ],
)
def test_countries_of_zones(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


# Waivers.


def waiver(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # keys of a waiver
    return {
        "rule": "policy/mode",
        "campaign": "A",
        "reason": "Appointments only",
        "by": "the compliance team",
        "until": "2027-03-31",
        **changes,
    }


def waived(*campaigns: Campaign, today: date = TODAY, **changes: Any) -> Applied:  # noqa: ANN401  # keys of a waiver
    rules = [{"modes": ["Agentless"], "severity": "error"}]
    file = policy(rules, today=today, waivers=[waiver(**changes)])
    return applied(file, *(campaigns or (A,)), today=today)


def test_a_waiver_hides_nothing_and_stops_nothing() -> None:
    result = waived()
    (finding,) = result.findings
    assert not result.stops
    assert finding.rule == "policy/mode"
    assert finding.waiver is not None
    assert (finding.waiver.by, finding.waiver.until) == ("the compliance team", date(2027, 3, 31))


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"campaign": " a "}, []),
        ({"campaign": "B"}, None),
        ({"rule": "policy/queue"}, ["waiver/unused"]),
        ({"until": "2026-11-26"}, ["waiver/expired"]),
        ({"until": "2026-11-27"}, ["waiver/ending"]),
        ({"until": "2026-12-27"}, ["waiver/ending"]),
        ({"until": "2026-12-28"}, []),
    ],
)
def test_waivers(changes: Mapping[str, Any], rules: list[str] | None) -> None:
    result = waived(**changes)
    accepted = [each for each in result.findings if each.waiver]
    told = [each.rule for each in result.findings if each.rule.startswith("waiver/")]
    assert told == (rules or [])
    holds = rules in ([], ["waiver/ending"])
    assert bool(accepted) is holds
    assert result.stops is not holds


def test_a_waiver_ends_366_days_from_now_at_the_latest() -> None:
    assert waived(until="2027-11-28").findings[0].waiver


def test_a_waiver_for_what_exists_is_no_news() -> None:
    assert waived(old(body(), path="campaigns/a.yaml")).findings == ()


def test_findings_that_need_no_policy_are_waived_too() -> None:
    bare = body()
    del bare["dncLists"]
    bare["enableMachineDetect"] = False
    campaign = new(bare, path="campaigns/a.yaml")
    file = policy([], waivers=[waiver(rule="dnc/none")])
    (finding,) = applied(file, campaign, found=findings_of([campaign])).findings
    assert finding.rule == "dnc/none"
    assert finding.waiver


def test_every_rule_can_be_waived() -> None:
    for rule in (*IDS, *own.IDS, "us-ky/hours", "fr/attempts"):
        assert policy([], waivers=[waiver(rule=rule)]).policy.waivers[0].rule == rule
    for kind in law.KINDS:
        policy([], waivers=[waiver(rule=f"us-fl/{kind}")])


# What a policy may say, and the words where it doesn't.


RULE = "version: 1\nrules:\n  - "
WAIVER = "version: 1\nwaivers:\n  - rule: policy/mode\n    campaign: A\n    reason: R\n    by: B\n    until: "


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "1:1", "the file is empty"),
        ("[]", "1:1", "a list is not a mapping of keys such as version and stop"),
        ("stop: [error]", "1:1", "version: is missing: 1"),
        ("version: 2", "1:10", "version: 2 is not 1"),
        ("version: 1\nrulse: []", "2:1", "rulse: unknown key; perhaps you meant `rules`"),
        ("version: 1\nrules:", "2:7", "rules: has no value"),
        ("version: 1\nstop: [fatal]", "2:8", 'stop[0]: "fatal" is not one of error, warning, notice'),
        ("version: 1\nstop: error", "2:7", "stop: "),
        (f"{RULE}macth: x", "3:5", "rules[0].macth: unknown key; perhaps you meant `match`"),
        (f"{RULE}hours:", "3:11", "rules[0].hours: has no value"),
        (f"{RULE}places: [UK]", "3:14", "the United Kingdom is GB"),
        (f"{RULE}places: [gb]", "3:14", "no country's code such as GB"),
        (f"{RULE}places: [US-ZZ]", "3:14", "names no state of the United States: ZZ"),
        (f"{RULE}places: []", "3:13", "the list is empty"),
        (f"{RULE}places: GB", "3:13", '"GB" is not a list of places such as GB and US-FL'),
        (f"{RULE}zones: [Asia/Hanoi]", "3:13", "perhaps you meant Asia/Ho_Chi_Minh"),
        (f"{RULE}purpose: sale", "3:14", "perhaps you meant sales"),
        (f"{RULE}packs: [us-lf]", "3:13", 'there is no pack "us-lf"'),
        (f"{RULE}packs: us-fl", "3:12", "is not auto, nor a list of packs' ids"),
        (f"{RULE}hours: 9-5", "3:12", "takes hours by weekday, such as MO-FR"),
        (f"{RULE}hours: {{MONDAY: []}}", "3:13", '"MONDAY" is no day such as SA, nor days such as MO-FR'),
        (f"{RULE}hours: {{FR-MO: ['9:00 AM - 5:00 PM']}}", "3:13", '"FR-MO" is no day'),
        (f"{RULE}hours: {{MO: []}}", "3:17", "takes a list of hours"),
        (f"{RULE}hours: {{MO: '9:00 AM - 5:00 PM'}}", "3:17", "takes a list of hours"),
        (f"{RULE}hours: {{MO: ['09:00-17:00']}}", "3:18", 'perhaps you meant "9:00 AM - 5:00 PM"'),
        (f"{RULE}hours: {{MO: ['5:00 PM - 9:00 AM']}}", "3:18", "9:00 AM is not after 5:00 PM"),
        (f"{RULE}hours: {{MO: ['9:00 AM - 9:00 AM']}}", "3:18", "9:00 AM is not after 9:00 AM"),
        (f"{RULE}hours: {{MO-FR: ['9:00 AM - 5:00 PM'], WE: [x]}}", "3:43", "WE is named twice"),
        (f"{RULE}callsPerDay: 0", "3:18", "0 is less than 1 (calls to one person in 24 hours)"),
        (f"{RULE}callsPerDay: '3'", "3:18", "remove the quotes"),
        (f"{RULE}minRingTime: 3", "3:18", "3 is less than 5 (seconds)"),
        (f"{RULE}modes: [Predictive]", "3:13", '"Predictive" is not one of Agentless, Progressive, Preview'),
        (f"{RULE}dncLists: yes", "3:15", "is not required, nor a list of do-not-call lists' names"),
        (f"{RULE}lists: shared", "3:12", '"shared" is not unshared'),
        (f"{RULE}severity: warn", "3:15", "is not one of error, warning, notice"),
        (f"{WAIVER}soon", "7:12", '"soon" is no day such as 2027-03-31'),
        (f"{WAIVER}2027-02-30", "7:12", '"2027-02-30" is no day'),
        (f"{WAIVER}2027-11-29", "7:12", "is more than 366 days ahead: 2027-11-28 at the latest"),
        (f"{WAIVER}2027-01-01".replace("policy/mode", "policy/mod"), "3:11", "perhaps you meant policy/mode"),
        (f"{WAIVER}2027-01-01".replace("campaign: A", "campaign: Aa"), "4:15", 'there is no campaign "Aa"'),
        (f"{WAIVER}2027-01-01\n    accepts: all", "8:5", "waivers[0].accepts: unknown key"),
        ("version: 1\nwaivers: [{}]", "2:11", "waivers[0].rule: is missing"),
        ("version: 1\n\trules: []", "2:1", "a tab can't indent"),
        ("version: 1\n<<<<<<< HEAD\n", "2:1", "a merge conflict"),
        ("version: 1\nversion: 1", "2:1", "duplicate key"),
    ],
)  # fmt: skip
def test_mistakes_in_a_policy(text: str, place: str, words: str) -> None:
    with pytest.raises(InvalidDefinitionsError) as caught:
        read(text, names=["A", "Other"])
    told = [
        (f"{each.line}:{each.column}", f"{each.key}: {each.message}" if each.key else each.message)
        for each in caught.value.problems
    ]
    assert any(at == place and words in message for at, message in told), told
    assert all(each.path == PATH for each in caught.value.problems)


def test_all_mistakes_are_told_at_once() -> None:
    text = f"{RULE}places: [UK]\n    hours: {{XX: 1}}\nwaivers:\n  - until: soon\n"
    with pytest.raises(InvalidDefinitionsError) as caught:
        read(text)
    keys = {each.key for each in caught.value.problems}
    assert {"rules[0].places[0]", "rules[0].hours.XX", "waivers[0].until", "waivers[0].reason"} <= keys


def test_a_waiver_twice_and_one_of_a_rename() -> None:
    text = json.dumps({"version": 1, "waivers": [waiver(), waiver(campaign="a")]})
    with pytest.raises(InvalidDefinitionsError, match="1 problem"):
        read(text)
    with pytest.raises(InvalidDefinitionsError):
        policy([], waivers=[waiver(rule="names/renamed")])


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(InvalidDefinitionsError):
        read_policy(b"version: \xff", path=PATH, today=TODAY, names=None)


WHOLE = """\
version: 1
stop: [error]
rules:
  - match: "emea/**"
    places: [GB, FR]
    zones: [Europe/London]
    purpose: sales
    packs: auto
    hours: {MO-FR: ["9:00 AM - 7:00 PM"], SA: ["10:00 AM - 5:00 PM"]}
    callsPerDay: 3
    callsPerWeek: 7
    minRingTime: 15
    modes: [Preview]
    callerIds: ["+44*"]
    queues: ["EMEA *"]
    dncLists: required
    lists: unshared
    name: "EMEA *"
    severity: error
waivers:
  - rule: us-ky/hours
    campaign: Appointment Confirmation - Clinics North
    reason: appointments only, no sale; counsel's note 412
    by: jane.doe@example.com
    until: 2027-03-31
"""


def test_the_whole_of_the_contract() -> None:
    file = read(WHOLE, names=["Appointment Confirmation - Clinics North"])
    (rule,) = file.policy.rules
    assert rule.hours is not None
    assert [each.replace("\N{EN DASH}", "-") for each in lines(rule.hours)] == [
        "MO-FR 9:00 AM-7:00 PM",
        "SA 10:00 AM-5:00 PM",
    ]
    assert rule.severity == "error"
    assert file.policy.waivers[0].until == date(2027, 3, 31)
    assert (date(2027, 3, 31) - TODAY).days <= LONGEST_WAIVER_DAYS
    assert file.place(("waivers", 0, "until")) == (25, 12)


def test_the_schema_agrees_with_the_models() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert judge.is_valid(read_yaml(WHOLE).value)
    wrongs: Sequence[Mapping[str, Any]] = (
        *({"hours": None}, {"places": []}, {"modes": ["Predictive"]}),
        *({"hours": {"MON": ["x"]}}, {"x": 1}, {"callsPerDay": 0}),
    )
    for wrong in wrongs:
        assert not judge.is_valid({"version": 1, "rules": [wrong]})
    assert set(schema["$defs"]["Rule"]["properties"]) == {
        *("match", "places", "zones", "purpose", "packs", "hours", "callsPerDay", "callsPerWeek"),
        *("minRingTime", "modes", "callerIds", "queues", "dncLists", "lists", "name", "severity"),
    }
