"""Recorded campaigns against the account: what became of them since they were sent. Pure.

The rules are the vendor notes', "Comparing what is read back": only keys that came back, lists and days as
sets; what is absent is unknown, and no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from campaignsync.identity import identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import FieldChange
from campaignsync.state import Claim, Entry, Record

CALLING = frozenset({"active", "scheduled"})
"""Statuses, in lower case, in which people are called, or will be without anybody's doing."""

PREPARING = "preparing"
"""The status, in lower case, of a campaign that the vendor still makes."""

_NEW = timedelta(hours=1)
"""How long a campaign is new: nobody starts it that soon without knowing of it (the contract, "Commands")."""


class Condition(StrEnum):
    """Whether the account has what the state has."""

    LISTED = "listed"
    """The campaign is in the account's list."""
    UNLISTED = "unlisted"
    """It was created so recently that the list may not have it yet."""
    GONE = "gone"
    """It is not in the list any more."""
    PENDING = "pending"
    """A claim: whether there is a campaign is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One entry of the state, and what the account says of it.

    Attributes:
        entry: The entry.
        condition: Whether the account has it.
        remote: The campaign in the account's list; None where it isn't there.
        changes: What differs between what was sent and what came back, sorted by path; ``name`` among them
            where it was renamed.
        twins: Ids of other campaigns of this name in the account, sorted.
        is_calling_early: It calls people, or is set to, though it was created less than an hour ago.
        error: Why it could not be read by its id; empty where it was, or was not asked for.
    """

    entry: Entry
    condition: Condition
    remote: RemoteCampaign | None = None
    changes: tuple[FieldChange, ...] = ()
    twins: tuple[str, ...] = ()
    is_calling_early: bool = False
    error: str = ""

    @property
    def status(self) -> str | None:
        """The campaign's status as the vendor writes it; None where it isn't known."""
        return self.remote.status if self.remote else None

    @property
    def differs(self) -> bool:
        """Whether somebody should look at it: it is not as it was sent, or calls already."""
        is_gone = self.condition is Condition.GONE
        is_twin = bool(self.twins) and self.condition is not Condition.PENDING
        return is_gone or is_twin or bool(self.changes) or self.is_calling_early

    @property
    def is_preparing(self) -> bool:
        """Whether the vendor is still making it."""
        is_made = (self.status or "").lower() != PREPARING
        return self.condition is Condition.UNLISTED or not is_made


def observed(
    entries: Iterable[Entry], listing: Sequence[RemoteCampaign], *, now: datetime, settle_s: float
) -> list[Observed]:
    """Hold entries against the account's list.

    Args:
        entries: Of the state; they keep their order.
        listing: All campaigns of the account.
        now: The time, with its zone.
        settle_s: Seconds in which a campaign that was created may be missing in the list.
    """
    by_id = {campaign.camp_id: campaign for campaign in listing}
    by_name: dict[str, list[str]] = {}
    for campaign in listing:
        by_name.setdefault(identity(campaign.name), []).append(campaign.camp_id)
    found = []
    for entry in entries:
        own = entry.camp_id if isinstance(entry, Record) else None
        others = sorted(camp_id for camp_id in by_name.get(identity(entry.name), ()) if camp_id != own)
        one = Observed(entry=entry, condition=Condition.PENDING, twins=tuple(others))
        if isinstance(entry, Record):
            remote = by_id.get(entry.camp_id)
            one = _judged(one, entry, remote, age=now - entry.created_at, settle_s=settle_s)
        found.append(one)
    return found


def _judged(
    one: Observed, record: Record, remote: RemoteCampaign | None, *, age: timedelta, settle_s: float
) -> Observed:
    if remote is None:
        is_new = age < timedelta(seconds=settle_s)
        return replace(one, condition=Condition.UNLISTED if is_new else Condition.GONE)
    is_calling = (remote.status or "").lower() in CALLING
    return replace(
        one,
        condition=Condition.LISTED,
        remote=remote,
        changes=differences(record.definition, _values(remote, record.definition)),
        is_calling_early=is_calling and age < _NEW,
    )


def with_details(one: Observed, details: Mapping[str, Any]) -> Observed:
    """Add what differs by a campaign's own page to what differs by the list.

    Args:
        one: What the list says.
        details: What came back for its id, of any type, by the keys of a definition.
    """
    if isinstance(one.entry, Claim):
        return one
    by_path = {change.path: change for change in differences(one.entry.definition, details)}
    by_path |= {change.path: change for change in one.changes}
    return replace(one, changes=tuple(by_path[path] for path in sorted(by_path)))


def differences(sent: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return what differs between a body and what came back of it, sorted by path."""
    theirs = dict(_leaves(found))
    changes = [
        FieldChange(path=path, old=_shown(ours), new=_shown(theirs[path]))
        for path, ours in _leaves(sent)
        if path in theirs and _is_other(path, ours, theirs[path])
    ]
    return tuple(sorted(changes, key=lambda change: change.path))


def _values(remote: RemoteCampaign, sent: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of the list by the keys of a body; its queue or flow by the key that was sent."""
    connection = "queue_name" if "queue_name" in sent else "experienceFlowName"
    values = {
        "name": remote.name,
        "description": remote.description,
        "contactLists": None if remote.contact_lists is None else list(remote.contact_lists),
        "priority": remote.priority,
        "dialingMode": remote.dialing_mode,
        connection: remote.connection,
        "dncLists": {"name": remote.dnc_list},
        "schedule": {"isSchedulingEnabled": remote.is_scheduled},
    }
    return {key: value for key, value in values.items() if value is not None}


def _leaves(body: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, object]]:
    """Yield each value that is no object, with its dotted path; lists as sets, None as absent."""
    for key, value in body.items():
        path = f"{above}{key}"
        match value:
            case None:
                continue
            case Mapping():
                yield from _leaves(value, f"{path}.")
            case [*items]:
                members = [_member(item) for item in items]
                # A list of what nobody here knows is as good as absent.
                if None not in members:
                    yield path, frozenset(members)
            case _:
                yield path, str(value) if path == "priority" else value


def _member(item: object) -> str | None:
    """Return a list's item as words: a name, or a day's hours; None for what is neither."""
    match item:
        case str():
            return item
        case {"day": str(day), "start": str(start), "end": str(end)}:
            return f"{day} {_time(start)} to {_time(end)}"
        case {"name": str(name)}:
            return name
        case _:
            return None


def _time(text: str) -> str:
    return " ".join(text.split()).upper().removeprefix("0")


def _is_other(path: str, ours: object, theirs: object) -> bool:
    if path == "name" and isinstance(theirs, str):
        # The vendor may show a name in other letters; what makes it the same is the product's identity.
        return identity(str(ours)) != identity(theirs)
    is_number = isinstance(ours, int | float) and isinstance(theirs, int | float)
    is_comparable = type(ours) is type(theirs) or (is_number and bool not in (type(ours), type(theirs)))
    return is_comparable and ours != theirs


def _shown(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset) else value
