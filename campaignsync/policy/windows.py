"""Hours by weekday as policy and packs write them, and which of a campaign's hours are outside them. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from campaignsync.calling_hours import DAY_MINUTES, WEEK_MINUTES, Block, Week, shifted, zone_of
from campaignsync.definitions.model import RULE, Words
from campaignsync.definitions.suggestions import nearest_time
from campaignsync.definitions.yaml_errors import quoted
from campaignsync.times import DAYS, TIMES

_TIME = r"(?:1[0-2]|[1-9]):[0-5][0-9] (?:AM|PM)"
_WINDOW = re.compile(rf"({_TIME}) ?[-\N{{EN DASH}}] ?({_TIME})")
_DAY = "|".join(DAYS)
_ROW = re.compile(rf"({_DAY})(?:-({_DAY}))?")
_LAST_MINUTE = TIMES["11:59 PM"]
_MOST_KEPT = 4096


def _windows(value: object) -> Week:
    """Read hours by weekday, such as ``MO-FR: ["9:00 AM - 7:00 PM"]``; faults are told at their places."""
    if isinstance(value, Week):
        return value
    if not isinstance(value, dict) or not value:
        raise PydanticCustomError(
            RULE, 'takes hours by weekday, such as MO-FR: ["9:00 AM - 7:00 PM"]; a day not named has none'
        )
    faults, blocks = list[InitErrorDetails](), list[Block]()
    for row, days, texts in _rows(value, faults):
        for index, text in enumerate(texts):
            try:
                start, end = _window(text)
            except ValueError as error:
                faults.append(_fault((row, index), text, str(error)))
            else:
                blocks += [Block(day=day, start=start, end=end) for day in days]
    if faults:
        raise ValidationError.from_exception_data("hours", faults)
    return Week(timezone="", frequency="", blocks=tuple(sorted(blocks)))


def _rows(
    value: Mapping[str, object], faults: list[InitErrorDetails]
) -> Iterator[tuple[str, Sequence[int], Sequence[object]]]:
    """Yield what is said for which days, and tell what is said for none."""
    seen = set[int]()
    for row, texts in value.items():
        days = _days(row)
        again = seen.intersection(days)
        seen.update(days)
        if not days:
            faults.append(
                _fault(
                    (row,), row, f"{quoted(row)} is no day such as SA, nor days such as MO-FR", is_key=True
                )
            )
        elif again:
            faults.append(_fault((row,), row, f"{DAYS[min(again)]} is named twice", is_key=True))
        elif not isinstance(texts, list) or not texts:
            message = 'takes a list of hours, such as ["9:00 AM - 7:00 PM"]; a day not named has none'
            faults.append(_fault((row,), texts, message))
        else:
            yield row, days, texts


Windows = Annotated[
    Week,
    PlainValidator(_windows),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": rf"^({_DAY})(-({_DAY}))?$"},
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "pattern": f"^{_TIME} ?[-\N{EN DASH}] ?{_TIME}$"},
            },
            "examples": [{"MO-FR": ["9:00 AM - 7:00 PM"], "SA": ["10:00 AM - 5:00 PM"]}],
        }
    ),
    Words(value='hours by weekday, such as MO-FR: ["9:00 AM - 7:00 PM"]'),
]
"""When calls may be made, by weekday; a day that is not named has no hours."""


def _fault(
    loc: tuple[str | int, ...], value: object, message: str, *, is_key: bool = False
) -> InitErrorDetails:
    kind = PydanticCustomError(RULE, "{message}", {"message": message, "is_key": is_key})
    return InitErrorDetails(type=kind, loc=loc, input=value)


def _days(row: str) -> Sequence[int]:
    found = _ROW.fullmatch(row)
    if found is None:
        return ()
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    return range(first, last + 1)


def _window(text: object) -> tuple[int, int]:
    found = _WINDOW.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        meant = _meant(text) if isinstance(text, str) else None
        near = f"; perhaps you meant {meant}" if meant else ""
        raise ValueError(f'{quoted(text)} is not from when to when, such as "9:00 AM - 7:00 PM"{near}')
    start, end = TIMES[found[1]], TIMES[found[2]]
    if start >= end:
        raise ValueError(f"{found[2]} is not after {found[1]}; the day's last minute is 11:59 PM")
    return start, end


def _meant(text: str) -> str | None:
    times = [nearest_time(part) for part in re.split("[-\N{EN DASH}]", text)]
    start, end = times if len(times) == 2 else (None, None)  # noqa: PLR2004  # from when to when
    return f'"{start[1:-1]} - {end[1:-1]}"' if start and end else None


@lru_cache(_MOST_KEPT)
def outside(week: Week, windows: Week, difference: int) -> Week:
    """Return what of a campaign's hours is outside of some windows, on the campaign's own clock.

    Equal ends are fine: a window until 9:00 PM takes hours until 9:00 PM. What ends at 11:59 PM ends with
    the day.

    Args:
        week: The campaign's hours.
        windows: When calls may be made, on the clock of the people called.
        difference: Minutes that this clock is ahead of the campaign's.
    """
    allowed = sorted((start, end) for start, end in map(_span, windows.blocks))
    # Behind and before the week is the week again.
    allowed = [
        (start + turn, end + turn) for turn in (-WEEK_MINUTES, 0, WEEK_MINUTES) for start, end in allowed
    ]
    left = [
        piece
        for start, end in map(_span, week.blocks)
        for piece in _without(start + difference, end + difference, allowed)
    ]
    spans = (
        Block(day=start // DAY_MINUTES, start=start % DAY_MINUTES, end=start % DAY_MINUTES + end - start)
        for start, end in ((start - difference, end - difference) for start, end in left)
    )
    return Week(timezone=week.timezone, frequency="", blocks=tuple(spans))


def _span(block: Block) -> tuple[int, int]:
    """Return a block's minutes of the week, from when to when."""
    start = block.day * DAY_MINUTES
    return start + block.start, start + (DAY_MINUTES if block.end == _LAST_MINUTE else block.end)


def _without(start: int, end: int, allowed: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in allowed:
        if last <= start or first >= end:
            continue
        if start < first:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def union(weeks: Sequence[Week]) -> Week:
    """Return the hours of several weeks of one time zone together."""
    spans = sorted(span for week in weeks for span in map(_span, week.blocks))
    joined = list[tuple[int, int]]()
    for start, end in spans:
        # Of one day: what goes on behind midnight is another block.
        if joined and start <= joined[-1][1] and start // DAY_MINUTES == joined[-1][0] // DAY_MINUTES:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    blocks = (
        Block(day=start // DAY_MINUTES, start=start % DAY_MINUTES, end=start % DAY_MINUTES + end - start)
        for start, end in joined
    )
    return Week(timezone=weeks[0].timezone, frequency="", blocks=tuple(blocks))


def there(week: Week, difference: int) -> Week:
    """Return hours on a clock that is so many minutes ahead."""
    return shifted(week, -difference)


@lru_cache(_MOST_KEPT)
def differences(own: str, other: str, today: date) -> Mapping[int, date]:
    """Return how many minutes another zone's clock is ahead, and from when on, in the 366 days from a day on.

    Both change to summer time on days of their own, so there may be three and more. Nothing where a zone
    isn't known.
    """
    zones = zone_of(own), zone_of(other)
    found: dict[int, date] = {}
    if None in zones:
        return found
    for days in range(366):
        # By noon of the day all clocks have been changed that are changed on it.
        day = today + timedelta(days=days)
        noons = (datetime.combine(day, time(12), tzinfo=zone) for zone in zones)
        here, away = (noon.utcoffset() or timedelta() for noon in noons)
        found.setdefault((away - here) // timedelta(minutes=1), day)
    return found
