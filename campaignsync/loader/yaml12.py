"""YAML 1.2 text to plain values where nothing in it is rare, and fast. Pure.

The C parser reports what it reads as a flat row of events, so no nesting can exhaust the stack. What the
events mean is decided here, by the core schema of YAML 1.2: ``NO``, ``on``, ``17:30`` and ``2025-01-01``
are texts, ``012`` is twelve. The parser's own grammar is YAML 1.1's; where the two differ (an unquoted
``9:00`` between braces) it refuses the text, and never reads it as something else.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # the C extension has no types
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from campaignsync.loader.core_schema import NUMERIC, WORDS, number
from campaignsync.loader.mistakes import odd_character

MOST_VALUES = 10_000
"""The most events that one file may hold, and the most values that its aliases may stand for."""
DEEPEST = 32
"""The most lists and mappings within each other."""

# What may be a tag or an anchor; not "Call now!", "Q&A" or "terms & conditions": neither begins behind a
# letter or digit, and an anchor has a name.
_RARE = re.compile(r"(?<!\w)(?:!|&(?=\S))")

Event = Any
"""One step of the parser, whose classes are untyped."""


class UnusualError(Exception):
    """The text is wrong, or holds something rare: `survey` reads it with care."""


def events_of(text: str) -> Iterator[Event]:
    """Return the parser's events, at most `MOST_VALUES` of them; to go on may raise YAMLError."""
    return islice(iter(CParser(text).get_event, None), MOST_VALUES)


def load(text: str) -> Any:  # noqa: ANN401  # any YAML value
    """Return the value of the one document in a text.

    Args:
        text: The text, without a byte order mark.

    Raises:
        UnusualError: It is wrong, or holds something rare: an anchor, a tag, a directive.
    """
    if odd_character(text) or (("&" in text or "!" in text) and _RARE.search(text)):
        raise UnusualError
    try:
        events = events_of(text)
        next(events)
        start = next(events)
        if type(start) is not DocumentStartEvent or start.version is not None:
            raise UnusualError
        value = _document(events)
        if type(next(events, None)) is not StreamEndEvent:
            raise UnusualError
    except (YAMLError, ValueError) as error:
        raise UnusualError from error
    return value


def _document(events: Iterator[Event]) -> Any:  # noqa: ANN401, C901, PLR0912  # see below
    # Long, and in one piece: this runs for each event of thousands of files, where one call more would
    # cost as much as the parser. `survey` does the same in small functions, and a test compares the two.
    words, numeric = WORDS, NUMERIC
    top: list[Any] = []
    inside: Any = top
    outside: list[Any] = []
    key: str | None = None
    is_mapping = False
    for event in events:
        kind = type(event)
        if kind is ScalarEvent:
            value = event.value
            if event.implicit[0]:
                if value in words:
                    value = words[value]
                elif value[0] in numeric:
                    value = number(value)
            if key is not None:
                inside[key] = value
                key = None
            elif not is_mapping:
                inside.append(value)
            elif type(value) is str and value not in inside:
                key = value
            else:
                raise UnusualError
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            inside = outside.pop()
            is_mapping = type(inside) is dict
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            outside.append(inside)
            child: Any = {} if kind is MappingStartEvent else []
            if key is not None:
                inside[key] = child
                key = None
            elif is_mapping:
                raise UnusualError
            else:
                inside.append(child)
            if len(outside) > DEEPEST:
                raise UnusualError
            inside, is_mapping = child, kind is MappingStartEvent
        elif kind is DocumentEndEvent:
            return top[0]
        else:
            raise UnusualError
    raise UnusualError
