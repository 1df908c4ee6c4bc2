"""Calling hours in words and as a picture of the week."""

# ruff: noqa: RUF001  # the reports write ranges with an en dash

from typing import Any

import pytest

from campaignsync.calling_hours import Week, in_utc, week_of
from campaignsync.report.hours import in_words, length, lines, picture


def week(*blocks: str, frequency: str = "WEEKLY", timezone: str = "Asia/Kolkata") -> Week:
    days = [dict(zip(("day", "start", "end"), block.split("/"), strict=True)) for block in blocks]
    hours = {"frequency": frequency, "timezone": timezone, "days": days}
    return week_of({"dialingStrategy": {"callingHours": hours}})


def each(*days: str, start: str = "9:00 AM", end: str = "6:00 PM") -> list[str]:
    return [f"{day}/{start}/{end}" for day in days]


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (week(*each("MO", "TU", "WE", "TH", "FR")), "MO–FR 9:00 AM–6:00 PM Asia/Kolkata"),
        (week(*each("FR", "WE", "MO", "TH", "TU")), "MO–FR 9:00 AM–6:00 PM Asia/Kolkata"),
        (week(*each("SA", "SU")), "SA, SU 9:00 AM–6:00 PM Asia/Kolkata"),
        (week(*each("MO", "WE", "FR")), "MO, WE, FR 9:00 AM–6:00 PM Asia/Kolkata"),
        (week(*each("MO", "TU", "WE", "FR")), "MO–WE, FR 9:00 AM–6:00 PM Asia/Kolkata"),
        (
            week("MO/1:00 PM/5:30 PM", "MO/8:00 AM/12:00 PM", "TU/8:00 AM/12:00 PM"),
            "MO 8:00 AM–12:00 PM, 1:00 PM–5:30 PM; TU 8:00 AM–12:00 PM Asia/Kolkata",
        ),
        (
            week(*each("TU", "TH"), "MO/12:00 AM/11:59 PM", "WE/12:00 AM/11:59 PM"),
            "MO, WE 12:00 AM–11:59 PM; TU, TH 9:00 AM–6:00 PM Asia/Kolkata",
        ),
        (week(*each("MO"), frequency="CUSTOM"), "MO 9:00 AM–6:00 PM Asia/Kolkata (CUSTOM)"),
        (week(), "never Asia/Kolkata"),
    ],
)
def test_hours_are_compressed_into_words(hours: Week, words: str) -> None:
    assert in_words(hours) == words


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (each("MO", "TU", "WE", "TH", "FR"), "45 hours a week"),
        (["MO/9:00 AM/10:00 AM"], "1 hour a week"),
        (["MO/9:00 AM/9:01 AM"], "1 minute a week"),
        (["MO/9:00 AM/10:30 AM", "TU/9:00 AM/10:15 AM"], "2 hours 45 minutes a week"),
        ([], "0 hours a week"),
        # No valid definition has blocks that overlap; counting an hour twice would be wrong all the same.
        (["MO/9:00 AM/11:00 AM", "MO/10:00 AM/12:00 PM"], "3 hours a week"),
    ],
)
def test_the_hours_of_a_week_are_counted(blocks: list[str], words: str) -> None:
    assert length(week(*blocks)) == words


def test_the_week_is_drawn() -> None:
    hours = week(*each("MO", "TU"), "WE/9:30 AM/12:00 PM", "WE/1:00 PM/5:15 PM", "SU/12:00 AM/11:59 PM")
    assert picture(hours).splitlines() == [
        "    0  3  6  9  12 15 18 21",
        "MO  ·········█████████······",
        "TU  ·········█████████······",
        "WE  ·········▄██·████▄······",
        "TH  ························",
        "FR  ························",
        "SA  ························",
        "SU  ███████████████████████▄",
        "█ calls  ▄ part of the hour",
        "· none: 48 hours 44 minutes a week",
        "Asia/Kolkata",
    ]


def test_a_time_zone_in_the_picture_adds_no_line() -> None:
    assert picture(week(timezone="a\n::error::b")).splitlines()[-1] == "a<U+000A>::error::b"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dialingStrategy": None},
        {"dialingStrategy": {"callingHours": ["MO"]}},
        {"dialingStrategy": {"callingHours": {"days": "MO"}}},
        {"dialingStrategy": {"callingHours": {"days": [None, {"day": "MO"}]}}},
        {
            "dialingStrategy": {
                "callingHours": {"days": [{"day": "XX", "start": "9:00 AM", "end": "6:00 PM"}]}
            }
        },
        {"dialingStrategy": {"callingHours": {"days": [{"day": "MO", "start": "9am", "end": "6:00 PM"}]}}},
    ],
)
def test_what_is_no_calling_time_is_left_out(body: dict[str, Any]) -> None:
    assert in_words(week_of(body)) == "never"


WORK = each("MO", "TU", "WE", "TH", "FR")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (week(*WORK), {"": ["MO–FR 03:30–12:30"]}),
        # Half an hour, and three quarters.
        (week(*WORK, timezone="Asia/Kathmandu"), {"": ["MO–FR 03:15–12:15"]}),
        (
            week(*WORK, timezone="America/New_York"),
            {"January": ["MO–FR 14:00–23:00"], "July": ["MO–FR 13:00–22:00"]},
        ),
        # South of the equator summer is in January; and it is Sunday in UTC while Monday begins there.
        (
            week("MO/8:00 AM/12:00 PM", timezone="Australia/Sydney"),
            {"January": ["MO 00:00–01:00", "SU 21:00–24:00"], "July": ["MO 00:00–02:00", "SU 22:00–24:00"]},
        ),
        # What runs on over midnight in UTC is one block of each day.
        (
            week("SU/8:00 PM/11:00 PM", timezone="America/Phoenix"),
            {"": ["MO 03:00–06:00"]},
        ),
        (week("SU/2:00 PM/8:00 PM", timezone="America/Phoenix"), {"": ["MO 00:00–03:00", "SU 21:00–24:00"]}),
        # Two blocks that touch at midnight there are one here.
        (
            week("MO/8:00 PM/11:59 PM", "TU/12:00 AM/2:00 AM", timezone="Asia/Tokyo"),
            {"": ["MO 11:00–14:59, 15:00–17:00"]},
        ),
        (week(*WORK, timezone="UTC"), {"": ["MO–FR 09:00–18:00"]}),
        (week(*WORK, timezone="Nowhere/Town"), {}),
        (week(*WORK, timezone="../../etc/passwd"), {}),
        (week(*WORK, timezone=""), {}),
    ],
)
def test_hours_are_told_in_utc_for_both_halves_of_the_year(
    hours: Week, expected: dict[str, list[str]]
) -> None:
    found = {months: lines(shifted, is_24_hours=True) for months, shifted in in_utc(hours).items()}
    assert found == expected


@pytest.mark.parametrize(
    "timezone", ["Asia/Kolkata", "America/New_York", "Pacific/Apia", "Pacific/Marquesas"]
)
def test_a_week_in_utc_is_as_long(timezone: str) -> None:
    hours = week("MO/12:00 AM/11:59 PM", "SU/12:00 AM/11:59 PM", "WE/5:15 AM/7:45 PM", timezone=timezone)
    assert {shifted.minutes for shifted in in_utc(hours).values()} == {hours.minutes}
