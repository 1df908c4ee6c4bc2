"""A campaign's calling hours as blocks of a week, in its own time zone and in UTC. Pure."""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from campaignsync.times import DAYS, TIMES

HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES
WEEK_MINUTES = 7 * DAY_MINUTES
_YEAR = 2037
_MOST_KEPT = 4096
"""Different weeks that are kept as read and as shifted: those of one campaign are those of many others."""


class Block(NamedTuple):
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
        start, end = hour * HOUR_MINUTES, (hour + 1) * HOUR_MINUTES
        spans = ((max(start, block.start), min(end, block.end)) for block in self.blocks if block.day == day)
        return len({minute for first, last in spans for minute in range(first, last)})


def week_of(body: Mapping[str, Any]) -> Week:
    """Read the calling hours of a body; what is not as the contract has it is left out."""
    match body:
        case {"dialingStrategy": {"callingHours": dict(hours)}}:
            days = hours.get("days")
        case _:
            hours, days = {}, None
    facts = tuple(map(_facts, days)) if isinstance(days, list) else ()
    return _week(str(hours.get("timezone", "")), str(hours.get("frequency", "")), facts)


_Facts = tuple[str, str, str]


def _facts(block: object) -> _Facts | None:
    """Return a block's day, start and end as they are written; None where they are no strings."""
    try:
        facts: _Facts = block["day"], block["start"], block["end"]  # type: ignore[index]  # see below
    except (KeyError, TypeError):  # no mapping, or not of these
        return None
    day, start, end = facts
    return facts if type(day) is type(start) is type(end) is str else None


@lru_cache(_MOST_KEPT)
def _week(timezone: str, frequency: str, days: tuple[_Facts | None, ...]) -> Week:
    known = [
        Block(day=DAYS.index(day), start=TIMES[start], end=TIMES[end])
        for day, start, end in filter(None, days)
        if day in DAYS and start in TIMES and end in TIMES
    ]
    return Week(timezone=timezone, frequency=frequency, blocks=tuple(sorted(known)))


def in_utc(week: Week) -> Mapping[str, Week]:
    """Return the same hours in UTC, by when in the year they hold: ``""``, or ``January`` and ``July``.

    Nothing where the zone isn't known.
    """
    offsets = _offsets(week.timezone)
    if offsets is None:
        return {}
    january, july = offsets
    if january == july:
        return {"": shifted(week, january)}
    return {"January": shifted(week, january), "July": shifted(week, july)}


@cache
def zone_of(name: str) -> ZoneInfo | None:
    """Return a time zone; None for one that isn't known.

    The zone files are those of the tzdata package, as for the names: the machine's own differ.
    """
    if not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name):
        return None
    try:
        content = pkgutil.get_data("tzdata", f"zoneinfo/{name}")
        return ZoneInfo.from_file(BytesIO(content or b""))
    except (OSError, ValueError):
        return None


@cache
def _offsets(name: str) -> tuple[int, int] | None:
    """Return how many minutes a zone is ahead of UTC in January and in July; None for an unknown zone.

    In a year far enough for the rules that hold from now on, without a look at the clock.
    """
    zone = zone_of(name)
    if zone is None:
        return None
    moments = (datetime(_YEAR, month, 15, 12, tzinfo=zone) for month in (1, 7))
    january, july = ((moment.utcoffset() or timedelta()) // timedelta(minutes=1) for moment in moments)
    return january, july


def shifted(week: Week, offset: int) -> Week:
    """Return hours on a clock that is so many minutes behind; blocks that then touch are one.

    Args:
        week: The hours.
        offset: Minutes, such as those that the week's zone is ahead of UTC.
    """
    spans = sorted(
        (
            (block.day * DAY_MINUTES + block.start - offset) % WEEK_MINUTES,
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
        day, minute = divmod(start, DAY_MINUTES)
        stop = min(end, (day + 1) * DAY_MINUTES)
        yield Block(day=day % len(DAYS), start=minute, end=minute + stop - start)
        start = stop
