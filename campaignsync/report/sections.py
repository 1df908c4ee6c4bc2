"""Putting sections of Markdown together within a limit, with a count of what was left out. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LIMIT = 60_000
"""Most characters of a report: GitHub takes comments of up to 65,536."""

_NOTE_LENGTH = 80
"""More characters than the note about what was left out has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report that may be cut behind any of its items.

    Attributes:
        head: What is above the items, cut or not.
        items: The items, each of whole lines; made one by one, and not further than they fit.
        count: How many items there are.
        share: Most characters for the items, whatever is left.
        separator: What is between two items.
    """

    head: str
    items: Iterable[str]
    count: int
    share: int
    separator: str = "\n"


def assemble(first: str, sections: Sequence[Section], *, limit: int = LIMIT) -> str:
    """Return one text of less than `limit` characters; sections without items are left out.

    Args:
        first: What is at the top in any case, with all counts.
        sections: In order; the space that one does not need falls to those after it.
        limit: Characters.
    """
    filled = [section for section in sections if section.count]
    room = limit - len(first) - sum(len(section.head) + _NOTE_LENGTH for section in filled)
    parts = [first]
    for section in filled:
        items = list(_fitting(section, min(room, section.share)))
        room -= sum(len(item) + len(section.separator) for item in items)
        parts.append(_part(section, items))
    return "\n\n".join(parts)


def _fitting(section: Section, room: int) -> Iterator[str]:
    for item in section.items:
        room -= len(item) + len(section.separator)
        if room < 0:
            return
        yield item


def _part(section: Section, items: Sequence[str]) -> str:
    left_out = section.count - len(items)
    note = f"\n\n*… and {left_out} more, left out here.*" if left_out else ""
    return f"{section.head}{section.separator.join(items)}{note}"
