"""Putting sections of Markdown together within a limit, with a count of what was left out. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

LIMIT = 60_000
"""Most characters of a report: GitHub takes comments of up to 65,536."""

SUMMARY_LIMIT = 1_000_000
"""Most bytes of a report in a run's summary: GitHub takes 1 MiB a step, and shows nothing of a larger one."""

_NOTE_LENGTH = 80
"""More characters than the note about what was left out has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How much a report may hold.

    Attributes:
        size: The most, in units of `measure`.
        measure: Returns the size of a string: characters for a comment, bytes for a run's summary.
    """

    size: int
    measure: Callable[[str], int]


COMMENT = Limit(size=LIMIT, measure=len)
SUMMARY = Limit(size=SUMMARY_LIMIT, measure=lambda text: len(text.encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report that may be cut behind any of its items.

    Attributes:
        head: What is above the items, cut or not.
        items: The items, each of whole lines; made one by one, and not further than they fit.
        count: How many items there are.
        share: The most for the items, whatever is left.
        separator: What is between two items.
        is_first: Its items are taken before those of all other sections, wherever it stands.
        foot: What is below the items, cut or not.
    """

    head: str
    items: Iterable[str]
    count: int
    share: int
    separator: str = "\n"
    is_first: bool = False
    foot: str = ""


def assemble(
    first: str,
    sections: Sequence[Section],
    *,
    limit: Limit = COMMENT,
    warning: Callable[[int], str] = lambda _: "",
) -> str:
    """Return one text that is smaller than the limit; sections without items are left out.

    Args:
        first: What is at the top in any case, with all counts.
        sections: In order; the space that one does not need falls to those after it.
        limit: How much it may hold.
        warning: Returns what to say below the top where items of the sections that are first had to be
            left out: is given how many.
    """
    size = limit.measure
    filled = [section for section in sections if section.count]
    must = max((each.count for each in filled if each.is_first), default=0)
    room = limit.size - size(first) - (size(warning(must)) + _NOTE_LENGTH if must else 0)
    room -= sum(size(section.head) + size(section.foot) + _NOTE_LENGTH for section in filled)
    taken = dict[int, list[str]]()
    for index, section in sorted(enumerate(filled), key=lambda pair: not pair[1].is_first):
        taken[index] = list(_fitting(section, min(room, section.share), size))
        room -= sum(size(item) + size(section.separator) for item in taken[index])
    left_out = sum(
        section.count - len(taken[index]) for index, section in enumerate(filled) if section.is_first
    )
    parts = [first, *([warning(left_out)] if left_out else [])]
    parts += [_part(section, taken[index]) for index, section in enumerate(filled)]
    return "\n\n".join(parts)


def _fitting(section: Section, room: int, size: Callable[[str], int]) -> Iterator[str]:
    for item in section.items:
        room -= size(item) + size(section.separator)
        if room < 0:
            return
        yield item


def _part(section: Section, items: Sequence[str]) -> str:
    left_out = section.count - len(items)
    note = f"\n\n*… and {left_out} more, left out here.*" if left_out else ""
    return f"{section.head}{section.separator.join(items)}{note}{section.foot}"
