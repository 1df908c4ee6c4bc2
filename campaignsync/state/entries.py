"""What the state holds: claims and records by identity. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar

from campaignsync.errors import StateError
from campaignsync.identity import identity
from campaignsync.state.layout import RECORD, definition_text


class _Written:
    """What an entry has beside its facts: its text in the state file, where that is known.

    It follows from the facts, so entries are compared, shown and replaced without it. It is kept since of ten
    thousand entries few are new, and only those need to be rendered.
    """

    __slots__ = ("_text",)

    _text: bytes | None

    @property
    def text(self) -> bytes | None:
        """The entry as the state file has it, UTF-8, without a separator; None where it isn't known."""
        return self._text

    def keep(self, text: bytes) -> None:
        """Remember the entry's text."""
        object.__setattr__(self, "_text", text)

    if not TYPE_CHECKING:  # else every misspelt attribute would have a type

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # of any fact
            """Return what is not set: the text where it isn't known, or a fact that was put off."""
            if name == "_text":
                return None
            if self._text is None or name not in _PUT_OFF:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            for fact, value in _facts(self._text, name):
                object.__setattr__(self, fact, value)
            return object.__getattribute__(self, name)


_PUT_OFF = frozenset({"source", "definition", "claimed_at", "created_at"})
"""The facts of a record that are read from its text when somebody asks for them."""


def _facts(text: bytes, name: str) -> Iterator[tuple[str, object]]:
    """Yield a fact of a record whose text is laid out as this program does it, and those beside it."""
    if name == "definition":
        yield name, json.loads(definition_text(text))
    elif head := RECORD.match(text):
        yield "source", head[4].decode()
        yield "claimed_at", datetime.fromisoformat(head[6].decode())
        yield "created_at", datetime.fromisoformat(head[7].decode())


class Status(StrEnum):
    """How a recorded campaign came to be in the state."""

    CREATED = "created"
    RECOVERED = "recovered"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(_Written):
    """A definition that a run is about to send, or sent without learning the outcome.

    Attributes:
        name: The campaign's name as the definition has it.
        source: The definition's file when it was claimed.
        digest: Of that file's bytes then; makes no file unchanged.
        definition: The body to send.
        claimed_at: When it was first claimed; a renewal keeps it.
        claimed_by: The run's random id, in GitHub Actions followed by its URL.
        send_before: No request for this claim starts its last time-out after this moment.
        lease_seconds: How long the lease was when given, in seconds, 1 to 600.
        sends: How many requests may have gone out for it, over all runs.
    """

    name: str
    source: str
    digest: str
    definition: Mapping[str, Any] = field(hash=False)
    claimed_at: datetime
    claimed_by: str
    send_before: datetime
    lease_seconds: int
    sends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(_Written):
    """A campaign that exists.

    Attributes:
        name: The campaign's name as the definition had it.
        camp_id: The vendor's id.
        status: How it came to be recorded.
        source: The definition's file when it was recorded.
        digest: Of that file's bytes; a file with it is unchanged.
        definition: The body as sent, or as adopted.
        claimed_at: When it was claimed.
        created_at: When it was recorded.
        sends: How many requests may have gone out for it, over all runs; 0 for an adopted one.
    """

    name: str
    camp_id: str
    status: Status
    source: str
    digest: str
    definition: Mapping[str, Any] = field(hash=False)
    claimed_at: datetime
    created_at: datetime
    sends: int = 1

    @classmethod
    def written(  # noqa: PLR0913  # the facts that every run looks at
        cls, *, name: str, camp_id: str, status: Status, digest: str, sends: int, text: bytes
    ) -> Self:
        """Return a record whose other facts are read when they are asked for, from its text.

        That is its text in the state file, which fits `layout.RECORD`; all else is as for the class.
        """
        record = object.__new__(cls)
        put = object.__setattr__
        put(record, "name", name)
        put(record, "camp_id", camp_id)
        put(record, "status", status)
        put(record, "digest", digest)
        put(record, "sends", sends)
        put(record, "_text", text)
        return record


Entry = Claim | Record
_AnyEntry = TypeVar("_AnyEntry", bound=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All entries of one Kore.ai application and environment.

    Attributes:
        host: The environment's base URL; None while nothing was ever recorded.
        app_id: The application's id; None likewise.
        entries: By identity of the name.
    """

    host: str | None = None
    app_id: str | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def get(self, name: str) -> Entry | None:
        """Return the entry of this name, whatever its case and surrounding space."""
        return self.entries.get(identity(name))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, sorted by name."""
        return _sorted(entry for entry in self.entries.values() if isinstance(entry, Claim))

    @property
    def records(self) -> tuple[Record, ...]:
        """All recorded campaigns, sorted by name."""
        return _sorted(entry for entry in self.entries.values() if isinstance(entry, Record))

    def sorted(self) -> tuple[Entry, ...]:
        """Return all entries, sorted by name."""
        return _sorted(self.entries.values())

    def with_entries(self, entries: Iterable[Entry]) -> "State":
        """Return this state with these entries added, or put in the place of their namesakes."""
        return replace(self, entries={**self.entries, **{identity(entry.name): entry for entry in entries}})

    def without(self, names: Iterable[str]) -> "State":
        """Return this state without the entries of these names."""
        kept = dict(self.entries)
        for name in names:
            kept.pop(identity(name), None)
        return replace(self, entries=kept)

    def bound_to(self, *, host: str | None, app_id: str | None) -> "State":
        """Return this state as that of one host and application; None asks for nothing.

        Raises:
            StateError: The state is another's: its campaigns exist elsewhere.
        """
        for what, ours, theirs in (("host", host, self.host), ("application", app_id, self.app_id)):
            if None not in (ours, theirs) and theirs != ours:
                raise StateError(
                    f"the state belongs to the {what} {theirs!r}, and the settings name {ours!r}",
                    hint="Use one state file for each application and environment: --state names it.",
                )
        return replace(self, host=host or self.host, app_id=app_id or self.app_id)


def _sorted(entries: Iterable[_AnyEntry]) -> tuple[_AnyEntry, ...]:
    return tuple(sorted(entries, key=attrgetter("name")))
