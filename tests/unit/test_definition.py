"""What a body may say: each rule at its bounds and beyond them, and what becomes of it."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from campaignsync.definitions.constraints import zone_names
from campaignsync.definitions.shapes import to_body
from campaignsync.definitions.suggestions import nearest_zone
from campaignsync.times import TIMES
from tests.unit.bodies import KEYS, Body, bodies, changed, sample, validated

CALLER = "dialingStrategy.callerId.phoneNumber"
HOURS = "dialingStrategy.callingHours"
ATTEMPTS = "dialingStrategy.maxAttemptsPerRecord"
RETRY = "dialingStrategy.defaultRetryPeriod"
RING = "dialingStrategy.maxRingTime"


def accepts(body: Body) -> bool:
    try:
        validated(body)
    except ValidationError:
        return False
    return True


def days(*blocks: str) -> list[dict[str, str]]:
    return [dict(zip(("day", "start", "end"), block.split("/"), strict=True)) for block in blocks]


def test_the_sample_is_sent_with_its_keys_values_types_and_order() -> None:
    assert json.dumps(to_body(validated(sample()))) == json.dumps(sample())


@pytest.mark.parametrize(
    ("path", "fits", "does_not"),
    [
        ("name", "N", ""),
        ("name", "N" * 48, "N" * 49),
        ("name", "東" * 48, "東" * 49),
        ("name", " N ", "   "),
        ("description", "D", ""),
        ("description", "D" * 256, "D" * 257),
        ("description", "one\ntwo\r\n\tthree", "one\x00"),
        ("queue_name", "Q", "\u00a0"),
        ("queue_name", "Q" * 1000, "Q\n"),
        ("contactLists", ["A"], []),
        ("contactLists", ["A", "B"], ["A", "A"]),
        ("contactLists", ["A", "AA"], ["A", " a"]),
        ("contactLists", [*"ABCDEFGHIJ"], [*"ABCDEFGHIJK"]),
        ("contactLists", ["A"], [""]),
        ("contactLists", ["A"], ["A", "\u2028"]),
        ("priority", "1", "0"),
        ("priority", "5", "6"),
        ("priority", 1, 0),
        ("priority", 5, 6),
        ("dialingMode", "Preview", "preview"),
        ("dialingMode", "Preview", "Predictive"),
        (CALLER, "+1234567", "+123456"),
        (CALLER, "+123456789012345", "+1234567890123456"),
        (CALLER, "+181234567", "+081234567"),
        (CALLER, "+181234567", "+18123456\u0667"),
        (f"{HOURS}.frequency", "CUSTOM", "HOURLY"),
        (f"{HOURS}.timezone", "Etc/UTC", "Etc/UTC "),
        (f"{HOURS}.days", days("SU/9:00 AM/9:01 AM"), []),
        ("dialingStrategy.dialingOrder", "LIFO", "FILO"),
        (ATTEMPTS, 1, 0),
        (ATTEMPTS, 100, 101),
        (RETRY, 1, 0),
        (RETRY, 1440, 1441),
        (RING, 5, 4),
        (RING, 120, 121),
        ("maxSkips", 0, -1),
        ("maxSkips", 10**6, 10**6 + 1),
        ("maxSkips", 10**6, 10**23 - 1),
        ("schedule", {"isSchedulingEnabled": False}, {"isSchedulingEnabled": True}),
        ("enableMachineDetect", True, None),
        ("campaignType", "voice", "sms"),
    ],
)
def test_a_value_at_its_bound_fits_and_one_beyond_does_not(path: str, fits: object, does_not: object) -> None:
    assert accepts(changed(path, fits))
    assert not accepts(changed(path, does_not))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *product([ATTEMPTS, RETRY, RING, "maxSkips"], ["10", 10.0, 10.5, True, None, [10]]),
        *product(["enableMachineDetect", "schedule.isSchedulingEnabled"], ["false", "no", 0, 0.0, None]),
        *product(["name", "description", "queue_name", "contactLists.0", CALLER], [1, 1.5, True, None, {}]),
        *product(["priority"], [True, 5.0, None, ["5"], " 5", "05"]),
        *product(["contactLists", f"{HOURS}.days"], ["A", {"0": "A"}, None, 1]),
        *product(["dialingStrategy", "schedule", HOURS, f"{HOURS}.days.0"], ["A", [], None, 1]),
    ],
)
def test_no_value_is_taken_for_one_of_another_type(path: str, value: object) -> None:
    assert not accepts(changed(path, value))


@pytest.mark.parametrize("key", ["schedule", "campaignType"])
def test_a_key_that_may_be_left_out_is_sent_all_the_same(key: str) -> None:
    body = sample()
    del body[key]
    assert to_body(validated(body)) == sample()


@pytest.mark.parametrize("key", [key for key in sample() if key not in {"schedule", "campaignType"}])
def test_every_other_key_of_the_top_level_is_demanded(key: str) -> None:
    body = sample()
    del body[key]
    assert not accepts(body)


@pytest.mark.parametrize(
    "parent",
    ["", "dialingStrategy.", "dialingStrategy.callerId.", f"{HOURS}.", f"{HOURS}.days.0.", "schedule."],
)
def test_an_unknown_key_is_refused_at_every_level(parent: str) -> None:
    assert not accepts(changed(f"{parent}x", 1))


def test_a_pythonic_name_is_no_key() -> None:
    body = sample()
    body["contact_lists"] = body.pop("contactLists")
    assert not accepts(body)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_priority_given_as_a_number_is_sent_as_a_string(number: int) -> None:
    assert to_body(validated(changed("priority", number)))["priority"] == str(number)


@pytest.mark.parametrize(
    "time", ["12:00 AM", "1:00 AM", "11:59 AM", "12:00 PM", "12:59 PM", "1:00 PM", "10:05 PM"]
)
def test_a_time_of_the_twelve_hour_clock_is_one(time: str) -> None:
    assert accepts(changed(f"{HOURS}.days", days(f"MO/{time}/11:59 PM")))


@pytest.mark.parametrize(
    "time",
    [
        "09:00 AM",
        "0:30 AM",
        "13:00 PM",
        "9 AM",
        "9:0 AM",
        "9:00AM",
        "9:00 am",
        "9:60 AM",
        "9:00  AM",
        " 9:00 AM",
        "9:00 AM\n",
    ],
)
def test_anything_else_is_no_time(time: str) -> None:
    assert not accepts(changed(f"{HOURS}.days", days(f"MO/{time}/11:59 PM")))


def test_the_times_are_all_minutes_of_a_day_in_order() -> None:
    assert list(TIMES.values()) == list(range(24 * 60))
    assert list(TIMES)[:2] + list(TIMES)[12 * 60 - 1 : 12 * 60 + 1] == [
        "12:00 AM",
        "12:01 AM",
        "11:59 AM",
        "12:00 PM",
    ]


@pytest.mark.parametrize(
    "blocks",
    [
        ["MO/9:00 AM/12:00 PM", "MO/12:00 PM/6:00 PM"],
        ["MO/12:00 PM/6:00 PM", "MO/9:00 AM/12:00 PM"],
        ["MO/9:00 AM/6:00 PM", "TU/9:00 AM/6:00 PM"],
        ["MO/12:00 AM/11:59 PM"],
    ],
)
def test_blocks_may_touch_and_stand_in_any_order(blocks: list[str]) -> None:
    assert accepts(changed(f"{HOURS}.days", days(*blocks)))


@pytest.mark.parametrize(
    "blocks",
    [
        ["MO/9:00 AM/12:01 PM", "MO/12:00 PM/6:00 PM"],
        ["MO/12:00 PM/6:00 PM", "TU/1:00 PM/2:00 PM", "MO/9:00 AM/12:01 PM"],
        ["MO/9:00 AM/6:00 PM", "MO/10:00 AM/11:00 AM"],
        ["MO/9:00 AM/6:00 PM", "MO/9:00 AM/6:00 PM"],
        ["MO/6:00 PM/9:00 AM"],
        ["MO/9:00 AM/9:00 AM"],
        ["MO/6:00 PM/12:00 AM"],
    ],
)
def test_blocks_of_a_day_may_neither_overlap_nor_end_before_they_start(blocks: list[str]) -> None:
    assert not accepts(changed(f"{HOURS}.days", days(*blocks)))


@given(bodies())
def test_a_valid_body_is_sent_unchanged_its_keys_in_the_samples_order(body: Body) -> None:
    sent = to_body(validated(body))
    assert sent == body
    assert list(sent) == [key for key in KEYS if key in sent]
    assert list(sent["dialingStrategy"]) == list(sample()["dialingStrategy"])


def test_the_time_zones_are_those_of_the_iana_old_names_too() -> None:
    assert {"Asia/Kolkata", "Asia/Calcutta", "UTC", "America/Argentina/Ushuaia"} <= zone_names()
    assert not {"", "Factory", "posixrules", "IST"} & zone_names()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("asia/kolkata", "Asia/Kolkata"),
        ("Kolkata", "Asia/Kolkata"),
        ("America/New York", "America/New_York"),
        ("IST", None),
        ("GMT+1", None),
        ("Eastern", None),
        ("Mars/Olympus", None),
        ("Asia/" + "x" * 1_000_000, None),
    ],
)
def test_the_nearest_time_zone_is_found_only_where_it_is_plain(name: str, near: str | None) -> None:
    assert nearest_zone(name) == near


def test_a_model_of_wrong_hours_says_what_is_wrong() -> None:
    with pytest.raises(ValidationError, match="9:00 AM is not after the start, 6:00 PM"):
        validated(changed(f"{HOURS}.days", days("MO/6:00 PM/9:00 AM")))


def test_a_campaign_can_not_be_changed() -> None:
    campaign: Any = validated(sample())
    with pytest.raises(ValidationError, match="frozen"):
        campaign.name = "Other"
