"""What a definition's values are held against: time zones, telephone numbers, rules between values.

Reads the list of the tzdata package, nothing else. The rules take plain values, valid or not, so that they
find every place where they are broken, next to whatever else is wrong there.
"""

import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

from campaignsync.identity import identity
from campaignsync.times import DAYS, TIMES

PHONE_NUMBER = r"^\+[1-9][0-9]{6,14}$"
"""A telephone number as E.164 writes it."""

# In tzdata's list, and no place's time: the IANA's name for "not set up yet".
_NO_ZONE = frozenset({"", "Factory"})


@cache
def zone_names() -> frozenset[str]:
    """Return all IANA names of time zones, links such as ``Asia/Calcutta`` included.

    The machine's own zone files are not asked: they differ between machines, and one definition must be
    valid on all of them or on none. Source: the file ``zones`` of the tzdata package, which its documentation
    describes as the list of all keys in it.
    """
    # importlib.resources does the same, and takes longer to import than one definition takes to check.
    names = pkgutil.get_data("tzdata", "zones") or b""
    return frozenset(names.decode("ascii").split("\n")) - _NO_ZONE


def tzdata_release() -> str:
    """Return the release of tzdata that the names are of, such as ``2026.1``."""
    from importlib.metadata import version

    return version("tzdata")


def disorder(blocks: Sequence[object]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Find blocks that end before they start, and blocks of one day that overlap; touching is fine.

    Args:
        blocks: Calling blocks as plain mappings; what isn't a valid block is passed over.

    Yields:
        Where, as index in the list and perhaps key, and what is wrong there.
    """
    seen: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for index, block in enumerate(blocks):
        try:
            day, start, end = block["day"], block["start"], block["end"]  # type: ignore[index]  # see below
            first, last = TIMES[start], TIMES[end]
        except (KeyError, TypeError):  # not a mapping, or not of times
            continue
        if day not in DAYS:
            continue
        if first >= last:
            midnight = "; 12:00 AM is the day's first minute, 11:59 PM its last" if last == 0 else ""
            yield (index, "end"), f"{end} is not after the start, {start}{midnight}"
            continue
        for other, begin, stop in seen[day]:
            if first < stop and begin < last:
                overlap = f"{day} {start} to {end} overlaps with days[{other}]: make one block of the two"
                yield (index,), overlap
                break
        seen[day].append((index, first, last))


def repeats(names: Sequence[object]) -> Iterator[tuple[tuple[int], str]]:
    """Find contact lists that a list names a second time, in whatever case.

    Yields:
        The index of the second one, and what is wrong there.
    """
    if len(names) == 1:
        return
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        before = first.setdefault(identity(name), index)
        if before != index:
            yield (index,), f"duplicate of contactLists[{before}]: those contacts would be called twice"
