"""A campaign's calling hours as one line of words and as a picture of the week in text. Pure."""

import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from campaignsync.text import printable
from campaignsync.times import DAYS, TIMES

_HOUR_MINUTES = 60
_DAY_MINUTES = 24 * _HOUR_MINUTES
_WEEK_MINUTES = 7 * _DAY_MINUTES
_YEAR = 2037
_CLOCK = {minutes: text for text, minutes in TIMES.items()}
_TO = "\N{EN DASH}"
# These are in Windows Glyph List 4, so that terminals and browsers have them in every monospaced font.
_FULL, _PART, _NONE = "█", "▄", "·"
_SHORTEST_RANGE = 3
"""Days in a row from which on they are written as a range, from MO to WE; two are MO, TU."""
_MOST_BLOCKS_KEPT = 4096
"""Different blocks of hours that are kept as read: those of one campaign are those of many others."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Block:
    """Time on one day in which calls are allowed.

    Attributes:
        day: 0 for Monday to 6 for Sunday.
        start: Minutes since midnight.
        end: Minutes since midnight, more than `start`.
    """

    day: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """When a campaign may call.

    Attributes:
        timezone: The time zone's name.
        frequency: ``WEEKLY``, ``DAILY`` or ``CUSTOM``.
        blocks: Sorted by day and time.
    """

    timezone: str
    frequency: str
    blocks: tuple[Block, ...]

    @property
    def minutes(self) -> int:
        """How many minutes a week calls are allowed; a minute that two blocks share counts once."""
        return sum(sum(self.minutes_of_hour(day, hour) for hour in range(24)) for day in range(len(DAYS)))

    def minutes_of_hour(self, day: int, hour: int) -> int:
        """Return in how many minutes of one hour calls are allowed, 0 to 60."""
        start, end = hour * _HOUR_MINUTES, (hour + 1) * _HOUR_MINUTES
        spans = ((max(start, block.start), min(end, block.end)) for block in self.blocks if block.day == day)
        return len({minute for first, last in spans for minute in range(first, last)})


def week_of(body: Mapping[str, Any]) -> Week:
    """Read the calling hours of a body; what is not as the contract has it is left out."""
    strategy = body.get("dialingStrategy")
    hours = strategy.get("callingHours") if isinstance(strategy, Mapping) else None
    match hours:
        case {"days": [*days]}:
            found = (block for block in map(_block, days) if block)
            blocks = tuple(sorted(found, key=attrgetter("day", "start", "end")))
        case _:
            blocks = ()
    texts = hours if isinstance(hours, Mapping) else {}
    return Week(
        timezone=str(texts.get("timezone", "")), frequency=str(texts.get("frequency", "")), blocks=blocks
    )


def _block(data: object) -> Block | None:
    if not isinstance(data, Mapping):
        return None
    day, start, end = data.get("day"), data.get("start"), data.get("end")
    if isinstance(day, str) and isinstance(start, str) and isinstance(end, str):
        return _known_block(day, start, end)
    return None


@lru_cache(_MOST_BLOCKS_KEPT)
def _known_block(day: str, start: str, end: str) -> Block | None:
    if day in DAYS and start in TIMES and end in TIMES:
        return Block(day=DAYS.index(day), start=TIMES[start], end=TIMES[end])
    return None


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
    days: dict[str, list[int]] = {}
    for day, text in by_day(week, is_24_hours=is_24_hours).items():
        days.setdefault(text, []).append(day)
    return [f"{_day_names(tuple(named))} {text}" for text, named in days.items()] or ["never"]


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
    return f"{minutes // _HOUR_MINUTES:02d}:{minutes % _HOUR_MINUTES:02d}"


def in_utc(week: Week) -> dict[str, Week]:
    """Return the same hours in UTC, by when in the year they hold: ``""``, or ``January`` and ``July``.

    Nothing where the zone isn't known.
    """
    offsets = _offsets(week.timezone)
    if offsets is None:
        return {}
    january, july = offsets
    if january == july:
        return {"": _shifted(week, january)}
    return {"January": _shifted(week, january), "July": _shifted(week, july)}


@cache
def _offsets(name: str) -> tuple[int, int] | None:
    """Return how many minutes a zone is ahead of UTC in January and in July; None for an unknown zone.

    In a year far enough for the rules that hold from now on, without a look at the clock. The zone files are
    those of the tzdata package, as for the names: the machine's own differ.
    """
    if not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name):
        return None
    try:
        content = pkgutil.get_data("tzdata", f"zoneinfo/{name}")
        zone = ZoneInfo.from_file(BytesIO(content or b""))
    except (OSError, ValueError):
        return None
    moments = (datetime(_YEAR, month, 15, 12, tzinfo=zone) for month in (1, 7))
    january, july = ((moment.utcoffset() or timedelta()) // timedelta(minutes=1) for moment in moments)
    return january, july


def _shifted(week: Week, offset: int) -> Week:
    """Return hours of a zone that is so many minutes ahead of UTC in UTC; blocks that then touch are one."""
    spans = sorted(
        (
            (block.day * _DAY_MINUTES + block.start - offset) % _WEEK_MINUTES,
            block.end - block.start,
        )
        for block in week.blocks
    )
    pieces = sorted(piece for start, length in spans for piece in _split(start, start + length))
    blocks = list[Block]()
    for piece in pieces:
        last = blocks[-1] if blocks else None
        if last and last.day == piece.day and piece.start <= last.end:
            blocks[-1] = Block(day=last.day, start=last.start, end=max(last.end, piece.end))
        else:
            blocks.append(piece)
    return Week(timezone="UTC", frequency=week.frequency, blocks=tuple(blocks))


def _split(start: int, end: int) -> Iterator[Block]:
    """Yield what minutes of a week are on each day; those beyond its end are at its start."""
    while start < end:
        day, minute = divmod(start, _DAY_MINUTES)
        stop = min(end, (day + 1) * _DAY_MINUTES)
        yield Block(day=day % len(DAYS), start=minute, end=minute + stop - start)
        start = stop


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
    hours, minutes = divmod(week.minutes, _HOUR_MINUTES)
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
    return (_FULL if count == _HOUR_MINUTES else _PART if count else _NONE for count in minutes)
