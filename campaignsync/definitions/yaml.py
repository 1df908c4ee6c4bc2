"""YAML 1.2 text to plain values, with the place of each. Pure.

The C parser reports what it reads as a row of events. What they mean is decided here, by the core schema of
YAML 1.2.2, section 10.3.2: ``NO``, ``on``, ``17:30`` and ``2025-01-01`` are strings, ``012`` is twelve. The
parser's own grammar is YAML 1.1's; where the two differ (an unquoted ``9:00`` between braces) it refuses the
text, and never reads it as something else.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # the C extension has no types
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from campaignsync.definitions.yaml_errors import ParseError, Place, cut, explain_error, refuse_odd_character

MOST_VALUES = 10_000
"""The most events that one file may hold, and the most values that its aliases may expand to."""
DEEPEST = 32
"""The most lists and mappings within each other."""
LONGEST_NUMBER = 300
"""Characters. Python converts numbers of 640 digits, whatever its environment says, and floats of 308."""

Loc = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""
Event = Any
"""One step of the parser, whose classes are untyped."""

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMERIC = frozenset("+-.0123456789")
"""What an unquoted number may begin with."""
_NUMBER = re.compile(
    r"(?P<int>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<word>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_BASES = {"int": 10, "octal": 8, "hex": 16}

_PREFIX = "tag:yaml.org,2002:"
_TAGGED = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None), "map": dict, "seq": list}


class Document:
    """What a document says, and where.

    Attributes:
        value: The document's value.
        flaws: What breaks a rule and lets the rest be read: the value or key, where, and what is wrong.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self.flaws: list[tuple[Loc, Place, str]] = []
        # The parser's marks: a line and a column are made of them only for a problem.
        self.keys: dict[Loc, Any] = {}
        self.values: dict[Loc, Any] = {}

    def place(self, loc: Loc, *, is_key: bool = False) -> Place:
        """Return where a value or its key is; for a missing one, and within an alias, what is around it."""
        if is_key and loc in self.keys:
            return _place(self.keys[loc])
        while loc not in self.values:
            loc = loc[:-1]
        return _place(self.values[loc])


def read(text: str) -> Document:
    """Read the one document in a string.

    Args:
        text: The text, without a byte order mark.

    Raises:
        ParseError: It can't be read.
    """
    refuse_odd_character(text)
    try:
        return _Reader(text).document()
    except YAMLError as error:
        raise explain_error(error, text) from error


class _Reader:
    """One text being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events = _events(text)
        self.found = Document()
        self.places = self.found.values
        self.open: list[Any] = []
        """The lists and mappings that are not at their end, outermost first."""
        self.anchors: dict[str, Any] = {}
        self.most_aliased = MOST_VALUES

    def document(self) -> Document:
        next(self.events)
        start = next(self.events)
        if type(start) is StreamEndEvent:
            raise ParseError("the file is empty: a definition has keys, such as name", place=(1, 1))
        if start.version not in {None, (1, 2)}:
            self.flaw((), start, "a definition is YAML 1.2: remove the %YAML line")
        self.found.value = self.node(next(self.events), ())
        next(self.events)
        end = next(self.events)
        if type(end) is DocumentStartEvent:
            self.flaw((), end, "a second document begins here: one file holds one campaign")
        return self.found

    def node(self, event: Event, loc: Loc) -> Any:  # noqa: ANN401  # any YAML value
        """Return the value that begins with an event, and note its place."""
        kind = type(event)
        self.places[loc] = event.start_mark
        if kind is AliasEvent:
            return self.aliased(event)
        value: Any = event.value if kind is ScalarEvent else {} if kind is MappingStartEvent else []
        try:
            if event.tag is not None:
                value = _tagged(event.tag, value)
            elif kind is ScalarEvent and event.implicit[0]:
                value = plain(value)
        except ValueError as error:
            self.flaw(loc, event, str(error))
        if event.anchor is not None:
            self.check_anchor(event)
            self.anchors[event.anchor] = value
        if kind is not ScalarEvent:
            self.fill(value, event, loc)
        return value

    def check_anchor(self, event: Event) -> None:
        """Raise ParseError where the parser ends an anchor's name early: in YAML 1.2 only a space ends it."""
        behind = self.text[event.start_mark.index + 1 + len(event.anchor) :][:1]
        if self.text[event.start_mark.index] == "&" and behind not in {"", " ", "\t", "\n", "\r"}:
            message = f"behind the anchor &{cut(event.anchor)} stands {behind} and no space: quote the value"
            raise ParseError(message, place=_place(event.start_mark))

    def fill(self, container: Any, event: Event, loc: Loc) -> None:  # noqa: ANN401  # a list or mapping
        if len(self.open) == DEEPEST:
            raise ParseError(f"lists and mappings more than {DEEPEST} deep", place=_place(event.start_mark))
        self.open.append(container)
        events = self.events
        if type(container) is dict:
            while type(event := next(events)) is not MappingEndEvent:
                key = self.key(event, container, loc)
                container[key] = self.node(next(events), (*loc, key))
        else:
            while type(event := next(events)) is not SequenceEndEvent:
                container.append(self.node(event, (*loc, len(container))))
        self.open.pop()

    def key(self, event: Event, mapping: dict[str, Any], loc: Loc) -> str:
        """Return a key as a string, also where it isn't one, so that what follows can be read."""
        kind = type(event)
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            what = "a list or mapping can't be a key; a value that begins with { or [ must be quoted"
            raise ParseError(what, place=_place(event.start_mark))
        written: str = event.value if kind is ScalarEvent else ""
        key = self.node(event, (*loc, written))
        if type(key) is not str:
            if isinstance(key, dict | list):
                raise ParseError("a list or mapping can't be a key", place=_place(event.start_mark))
            self.flaw((*loc, written), event, f"keys must be strings; this one is {kind_of(key)}: quote it")
            key = written
        here = (*loc, key)
        if key in mapping:
            first, _ = _place(self.found.keys[here])
            self.flaw(here, event, f"duplicate key: it is already on line {first}")
            # The last one counts, and what is within the first has no place any more.
            for inner in [each for each in self.places if each[: len(here)] == here]:
                del self.places[inner]
        self.found.keys[here] = event.start_mark
        return key

    def aliased(self, event: Event) -> Any:  # noqa: ANN401  # any YAML value
        name, place = cut(event.anchor), _place(event.start_mark)
        if event.anchor not in self.anchors:
            raise ParseError(f"*{name} refers to nothing: there is no &{name} before it", place=place)
        value = self.anchors[event.anchor]
        if any(value is container for container in self.open):
            raise ParseError(f"*{name} refers to a value that it is part of", place=place)
        self.most_aliased -= _size(value, self.most_aliased)
        if self.most_aliased < 0:
            message = f"the aliases of this file expand to more than {MOST_VALUES:,} values"
            raise ParseError(message, place=place)
        return value

    def flaw(self, loc: Loc, event: Event, message: str) -> None:
        self.found.flaws.append((loc, _place(event.start_mark), message))


def _events(text: str) -> Iterator[Event]:
    events = iter(CParser(text).get_event, None)
    return chain(islice(events, MOST_VALUES), map(_refuse, events))


def _refuse(event: Event) -> None:
    raise ParseError(f"more than {MOST_VALUES:,} values in one file", place=_place(event.start_mark))


def _place(mark: Any) -> Place:  # noqa: ANN401  # the parser's, untyped
    return mark.line + 1, mark.column + 1


def _size(value: object, most: int) -> int:
    """Count the values in a value, itself included, up to one more than `most`."""
    count, left = 0, [value]
    while left and count <= most:
        value = left.pop()
        count += 1
        if isinstance(value, dict | list):
            left.extend(value.values() if isinstance(value, dict) else value)
    return count


def kind_of(value: object) -> str:
    """Return what a value that isn't a string, list or mapping is to YAML."""
    return "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"


def plain(text: str) -> float | str | None:
    """Return what an unquoted text means.

    Raises:
        ValueError: It is a number of more than `LONGEST_NUMBER` characters.
    """
    if text in _WORDS:
        return _WORDS[text]
    found = _NUMBER.fullmatch(text) if text[0] in _NUMERIC else None
    if found is None:
        return text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is longer than any key takes")
    kind = str(found.lastgroup)
    if kind in _BASES:
        return int(found[kind], _BASES[kind])
    return float(text.replace(".", "") if kind == "word" else text)


def _tagged(tag: str, content: Any) -> Any:  # noqa: ANN401  # any YAML value
    """Return what a scalar, list or mapping is under an explicit tag.

    Args:
        tag: In full, such as ``tag:yaml.org,2002:str`` for ``!!str``; ``!`` means that nothing is resolved.
        content: The scalar as it is written, or the collection.

    Raises:
        ValueError: The tag isn't of the core schema, or the content doesn't fit it.
    """
    kind = _TAGGED.get(tag.removeprefix(_PREFIX)) if tag.startswith(_PREFIX) else None
    if tag == "!" or (kind is str and isinstance(content, str)):
        return content
    name = cut(tag.replace(_PREFIX, "!!"))
    if kind is None:
        raise ValueError(f"the tag {name} has no meaning in a definition: remove it")
    value = plain(content) if isinstance(content, str) else content
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"the value doesn't fit the tag {name}: remove the tag")
    return value
