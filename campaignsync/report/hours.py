"""A campaign's calling hours as one line of words and as a picture of the week in text. Pure."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import groupby

from campaignsync.calling_hours import HOUR_MINUTES, Week, in_utc
from campaignsync.text import printable
from campaignsync.times import DAYS, TIMES

_CLOCK = {minutes: text for text, minutes in TIMES.items()}
_TO = "\N{EN DASH}"
# These are in Windows Glyph List 4, so that terminals and browsers have them in every monospaced font.
_FULL, _PART, _NONE = "█", "▄", "·"
_MOST_KEPT = 4096
"""Different weeks whose words are kept: those of one campaign are those of many others."""
_SHORTEST_RANGE = 3
"""Days in a row from which on they are written as a range, from MO to WE; two are MO, TU."""


def in_words(week: Week) -> str:
    """Return the hours in one line: days, from when to when, and the time zone."""
    frequency = "" if week.frequency in {"", "WEEKLY"} else f" ({week.frequency})"
    return f"{'; '.join(lines(week))} {week.timezone}".rstrip() + frequency


def lines(week: Week, *, is_24_hours: bool = False) -> list[str]:
    """Return the hours in words, one line for all days that have the same.

    Args:
        week: The hours.
        is_24_hours: Write ``09:00`` and ``18:00``, as is usual for UTC.
    """
    return list(_lines(week, is_24_hours=is_24_hours))


@lru_cache(_MOST_KEPT)
def _lines(week: Week, *, is_24_hours: bool) -> Sequence[str]:
    days: dict[str, list[int]] = {}
    for day, text in by_day(week, is_24_hours=is_24_hours).items():
        days.setdefault(text, []).append(day)
    return tuple(f"{_day_names(tuple(named))} {text}" for text, named in days.items()) or ("never",)


@lru_cache(_MOST_KEPT)
def utc_lines(week: Week) -> Sequence[tuple[str, str]]:
    """Return the hours in UTC in words, behind when in the year they hold: empty, or January and July."""
    shifted = in_utc(week).items()
    return tuple((months, "; ".join(lines(each, is_24_hours=True))) for months, each in shifted)


def by_day(week: Week, *, is_24_hours: bool = False) -> dict[int, str]:
    """Return each day's hours in words, by weekday, Monday 0; days without any are left out."""
    clock = _clock_24 if is_24_hours else _clock_12
    spans: dict[int, list[str]] = {}
    for block in week.blocks:
        spans.setdefault(block.day, []).append(f"{clock(block.start)}{_TO}{clock(block.end)}")
    return {day: ", ".join(texts) for day, texts in spans.items()}


def _clock_12(minutes: int) -> str:
    return _CLOCK.get(minutes, "midnight")


def _clock_24(minutes: int) -> str:
    return f"{minutes // HOUR_MINUTES:02d}:{minutes % HOUR_MINUTES:02d}"


@cache
def _day_names(days: tuple[int, ...]) -> str:
    """Name days of a week, rows of them as ranges."""
    rows = groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])
    return ", ".join(_row_name([day for _, day in row]) for _, row in rows)


def _row_name(row: Sequence[int]) -> str:
    if len(row) < _SHORTEST_RANGE:
        return ", ".join(DAYS[day] for day in row)
    return f"{DAYS[row[0]]}{_TO}{DAYS[row[-1]]}"


def length(week: Week) -> str:
    """Return how long a week has calls, such as ``45 hours a week``."""
    hours, minutes = divmod(week.minutes, HOUR_MINUTES)
    parts = [_count(hours, "hour")] if hours or not minutes else []
    return f"{' '.join([*parts, *([_count(minutes, 'minute')] if minutes else [])])} a week"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def picture(week: Week) -> str:
    """Draw the week: a row for each day, a cell for each hour, and below it what the cells mean.

    No line is longer than 28 columns but for a zone's name, so that a telephone shows them whole.
    """
    head = "    " + "".join(f"{hour:<3}" for hour in range(0, 24, 3)).rstrip()
    rows = (f"{name}  {_row(week, day)}" for day, name in enumerate(DAYS))
    foot = (f"{_FULL} calls  {_PART} part of the hour", f"{_NONE} none: {length(week)}")
    zone = [printable(week.timezone)] if week.timezone else []
    return "\n".join([head, *rows, *foot, *zone])


def _row(week: Week, day: int) -> str:
    return "".join(_cells(week.minutes_of_hour(day, hour) for hour in range(24)))


def _cells(minutes: Iterable[int]) -> Iterable[str]:
    return (_FULL if count == HOUR_MINUTES else _PART if count else _NONE for count in minutes)
