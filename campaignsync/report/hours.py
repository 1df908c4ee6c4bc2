"""A campaign's calling hours as one line of words and as a picture of the week in text. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from campaignsync.text import printable
from campaignsync.times import DAYS, TIMES

_HOUR_MINUTES = 60
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
    spans: dict[int, list[str]] = {}
    for block in week.blocks:
        spans.setdefault(block.day, []).append(f"{_CLOCK[block.start]}{_TO}{_CLOCK[block.end]}")
    days: dict[str, list[int]] = {}
    for day, texts in spans.items():
        days.setdefault(", ".join(texts), []).append(day)
    parts = [f"{_day_names(tuple(named))} {text}" for text, named in days.items()]
    frequency = "" if week.frequency in {"", "WEEKLY"} else f" ({week.frequency})"
    return f"{'; '.join(parts) or 'never'} {week.timezone}".rstrip() + frequency


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
    """Draw the week: a row for each day, a cell for each hour, and below it what the cells mean."""
    head = "    " + "".join(f"{hour:<3}" for hour in range(0, 24, 3)).rstrip()
    rows = (f"{name}  {_row(week, day)}" for day, name in enumerate(DAYS))
    zone = f", {printable(week.timezone)}" if week.timezone else ""
    foot = f"{_FULL} calls  {_PART} part of the hour  {_NONE} none: {length(week)}{zone}"
    return "\n".join([head, *rows, foot])


def _row(week: Week, day: int) -> str:
    return "".join(_cells(week.minutes_of_hour(day, hour) for hour in range(24)))


def _cells(minutes: Iterable[int]) -> Iterable[str]:
    return (_FULL if count == _HOUR_MINUTES else _PART if count else _NONE for count in minutes)
