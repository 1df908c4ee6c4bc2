"""Rules of a definition that hold between values: calling hours in order, no list twice. Pure.

They take plain values, valid or not, so that the same rule that refuses a definition also finds every
place where it is broken, next to whatever else is wrong there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

_NOON = 12

TIMES = {
    f"{hour % _NOON or _NOON}:{minute:02d} {'AM' if hour < _NOON else 'PM'}": hour * 60 + minute
    for hour in range(24)
    for minute in range(60)
}
"""Each time of day as the API writes it, and its minutes since midnight."""

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays as the API writes them."""

Block = tuple[str, str, str]
"""A day, and the times at which calling starts and ends on it, as the API writes them."""


def is_orderly(blocks: Iterable[Block]) -> bool:
    """Return whether each block ends after it starts, and none overlaps another of its day.

    `disorder` says where they do not; this is the same rule for the many definitions that keep it.
    """
    last_day, last_end = "", 0
    for day, start, end in sorted([(day, TIMES[start], TIMES[end]) for day, start, end in blocks]):
        if start >= end or (day == last_day and start < last_end):
            return False
        last_day, last_end = day, end
    return True


def disorder(blocks: Sequence[object]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Find blocks that end before they start, and blocks of one day that overlap; touching is fine.

    Args:
        blocks: Calling blocks as plain mappings; what is no valid block is passed over.

    Yields:
        Where, as index in the list and perhaps key, and what is wrong there.
    """
    seen: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for index, (day, start, end) in _valid(blocks):
        first, last = TIMES[start], TIMES[end]
        if first >= last:
            yield (index, "end"), _not_after(start, end)
            continue
        other = next((number for number, begin, stop in seen[day] if first < stop and begin < last), None)
        if other is not None:
            yield (index,), f"{day} {start} to {end} overlaps with days[{other}]: make one block of the two"
        seen[day].append((index, first, last))


def _valid(blocks: Sequence[object]) -> Iterator[tuple[int, Block]]:
    for index, block in enumerate(blocks):
        match block:
            case {"day": str(day), "start": str(start), "end": str(end)}:
                if day in DAYS and start in TIMES and end in TIMES:
                    yield index, (day, start, end)


def _not_after(start: str, end: str) -> str:
    midnight = "; 12:00 AM is the day's first minute, 11:59 PM its last" if end == "12:00 AM" else ""
    return f"{end} is not after the start, {start}{midnight}"


def repeats(names: Sequence[object]) -> Iterator[tuple[tuple[int], str]]:
    """Find names that stand in a list a second time.

    Yields:
        The index of the second one, and what is wrong there.
    """
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if isinstance(name, str) and first.setdefault(name, index) != index:
            yield (
                (index,),
                f"stands in the list already, at [{first[name]}]: its people would be called twice",
            )
