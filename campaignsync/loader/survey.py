"""YAML 1.2 text to plain values with care: all that is wrong in it, and where each value stands. Pure.

It reads what `yaml12.load` reads, to the same values, and the rare rest; slower, so only where that
gave up or where the value turned out to have a problem, whose place is then looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from campaignsync.loader.core_schema import plain, tagged
from campaignsync.loader.mistakes import NoYamlError, Spot, mistake, refuse_odd_character
from campaignsync.loader.shown import cut, quoted
from campaignsync.loader.yaml12 import DEEPEST, MOST_VALUES, Event, events_of

Loc = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFlaw:
    """Something that breaks a rule, and lets the rest be read.

    Attributes:
        loc: The value that it is about; empty for the file.
        spot: Where.
        message: What is wrong and what is right.
    """

    loc: Loc
    spot: Spot
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A text that was read with care.

    Attributes:
        value: The document's value.
        flaws: What is wrong, in the order of the text.
        keys: Where the key of a value stands.
        values: Where a value stands.
    """

    value: Any
    flaws: tuple[YamlFlaw, ...]
    keys: Mapping[Loc, Spot]
    values: Mapping[Loc, Spot]


def survey(text: str) -> Survey:
    """Read the one document in a text, and note where everything stands and all that is wrong.

    Args:
        text: The text, without a byte order mark.

    Raises:
        NoYamlError: It can't be read.
    """
    refuse_odd_character(text)
    surveyor = _Surveyor()
    try:
        value = surveyor.read(text)
    except YAMLError as error:
        raise mistake(error, text) from error
    flaws = tuple(surveyor.flaws)
    return Survey(value=value, flaws=flaws, keys=surveyor.keys, values=surveyor.values)


class _Surveyor:
    """One text being read."""

    def __init__(self) -> None:
        self.flaws: list[YamlFlaw] = []
        self.keys: dict[Loc, Spot] = {}
        self.values: dict[Loc, Spot] = {}
        self.path: list[str | int] = []
        self.open: list[Any] = [[]]
        """The lists and mappings that are not at their end, outermost first: the document's own list."""
        self.key: str | None = None
        self.anchors: dict[str, Any] = {}
        self.most_aliased = MOST_VALUES

    def read(self, text: str) -> Any:  # noqa: ANN401  # any YAML value
        events = events_of(text)
        next(events)
        event = next(events)
        if isinstance(event, StreamEndEvent):
            raise NoYamlError("the file is empty: a definition has keys, such as name", spot=(1, 1))
        if event.version not in {None, (1, 2)}:
            self.flaw(event, "a definition is YAML 1.2: remove the %YAML line")
        top = self.open[0]
        for event in events:
            if isinstance(event, DocumentEndEvent):
                break
            self.step(event)
        end = next(events, None)
        if end is None:
            raise NoYamlError(f"more than {MOST_VALUES:,} values in one file", spot=_spot(event))
        if isinstance(end, DocumentStartEvent):
            self.path = []
            self.flaw(end, "a second document begins here: one file holds one campaign")
        return top[0]

    def step(self, event: Event) -> None:
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open.pop()
            return
        is_key = self.key is None and isinstance(self.open[-1], dict)
        self.note(event, is_key=is_key)
        if is_key:
            self.key = self.as_key(event)
            return
        value = self.value(event)
        self.put(value)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.open.append(value)

    def note(self, event: Event, *, is_key: bool) -> None:
        """Note where a key or value stands."""
        depth = len(self.open) - 1
        if is_key:
            self.path[depth - 1 :] = [event.value if isinstance(event, ScalarEvent) else ""]
        elif depth and isinstance(self.open[-1], list):
            self.path[depth - 1 :] = [len(self.open[-1])]
        (self.keys if is_key else self.values)[tuple(self.path)] = _spot(event)

    def put(self, value: object) -> None:
        inside = self.open[-1]
        if isinstance(inside, list):
            inside.append(value)
        else:
            inside[self.key] = value
            self.key = None

    def as_key(self, event: Event) -> str:
        """Return a key as a text, also where it is none, so that what follows can be read."""
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            what = "a list or mapping can't be a key; a text that begins with { or [ must be quoted"
            raise NoYamlError(what, spot=_spot(event))
        key = self.value(event)
        if isinstance(key, dict | list):
            raise NoYamlError("a list or mapping can't be a key", spot=_spot(event))
        if not isinstance(key, str):
            self.flaw(event, f"{quoted(key)} is no text, and so no key")
            return str(self.path[-1])
        if key in self.open[-1]:
            self.flaw(event, "this key stands twice in one mapping")
        return key

    def value(self, event: Event) -> Any:  # noqa: ANN401  # any YAML value
        if isinstance(event, AliasEvent):
            return self.aliased(event)
        value: Any = event.value if isinstance(event, ScalarEvent) else self.started(event)
        try:
            if event.tag is not None:
                value = tagged(event.tag, value)
            elif isinstance(event, ScalarEvent) and event.implicit[0]:
                value = plain(value)
        except ValueError as error:
            self.flaw(event, str(error))
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def started(self, event: Event) -> dict[str, Any] | list[Any]:
        if len(self.open) > DEEPEST:
            raise NoYamlError(f"lists and mappings more than {DEEPEST} deep", spot=_spot(event))
        return {} if isinstance(event, MappingStartEvent) else []

    def aliased(self, event: Event) -> Any:  # noqa: ANN401  # any YAML value
        name = cut(event.anchor)
        if event.anchor not in self.anchors:
            raise NoYamlError(f"*{name} stands for nothing: there is no &{name} before it", spot=_spot(event))
        value = self.anchors[event.anchor]
        if any(value is container for container in self.open):
            raise NoYamlError(f"*{name} stands within what it stands for, without end", spot=_spot(event))
        self.most_aliased -= _size(value, self.most_aliased)
        if self.most_aliased < 0:
            message = f"the aliases of this file stand for more than {MOST_VALUES:,} values"
            raise NoYamlError(message, spot=_spot(event))
        return value

    def flaw(self, event: Event, message: str) -> None:
        self.flaws.append(YamlFlaw(loc=tuple(self.path), spot=_spot(event), message=message))


def _size(value: object, most: int) -> int:
    """Count the values in a value, itself included, up to one more than `most`."""
    count, left = 0, [value]
    while left and count <= most:
        value = left.pop()
        count += 1
        if isinstance(value, dict | list):
            left.extend(value.values() if isinstance(value, dict) else value)
    return count


def _spot(event: Event) -> Spot:
    return event.start_mark.line + 1, event.start_mark.column + 1
