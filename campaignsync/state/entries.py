"""What the state holds: claims and records by identity. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeVar

from campaignsync.errors import StateError
from campaignsync.identity import identity

MAX_SENDS = 3
"""Requests for one definition over all runs, after which only a person decides (the contract, "Sync" 6)."""

MAX_LEASE_S = 1800
"""The longest lease, in seconds (the contract, "Sync" 4): a longer one would stall every other run."""


class Status(StrEnum):
    """How a recorded campaign came to be in the state."""

    CREATED = "created"
    RECOVERED = "recovered"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A definition that a run is about to send, or sent without learning the outcome.

    Attributes:
        name: The campaign's name as the definition has it.
        source: The definition's file when it was claimed.
        digest: Of that file's bytes then; makes no file unchanged.
        definition: The body to send.
        claimed_at: When it was first claimed; a renewal keeps it.
        claimed_by: The run's random id, in GitHub Actions followed by its URL.
        send_before: No request for this claim starts its last time-out after this moment.
        lease_seconds: How long the lease was when given, in seconds, 0 to `MAX_LEASE_S`; 0 once it was
            given up, so that nobody waits for it.
        sends: How many requests may have gone out for it, over all runs, 0 to `MAX_SENDS`.
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
class Record:
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
        sends: How many requests may have gone out for it, over all runs, 0 to `MAX_SENDS`; 0 for an
            adopted one.
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


Entry = Claim | Record
_AnyEntry = TypeVar("_AnyEntry", bound=Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All entries of one Kore.ai application and environment.

    Attributes:
        host: The environment's base URL; None while nothing was ever recorded.
        app_id: The application's id; None as for the host.
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
