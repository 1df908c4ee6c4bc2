"""Definitions against state: what a sync would do, as one frozen value. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from operator import attrgetter
from typing import Any

from campaignsync.config import RunOptions
from campaignsync.identity import Definition
from campaignsync.state import Claim, Record, State
from campaignsync.versions import Version, versions_of

RENAMED = "names/renamed"
"""The rule of the finding that a create is held back as a likely rename."""

_LONGEST_ALIGNED = 1000
"""Items of a list up to which insertions are found; beyond it the search could take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One value that differs between what was sent and what the definition says now.

    Attributes:
        path: Dotted, such as ``dialingStrategy.maxRingTime`` or ``contactLists[1]``.
        old: The value as sent; None where there was none.
        new: The value now; None where there is none.
    """

    path: str
    old: object
    new: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A claim that an earlier run left, and the definition of that name, if it still exists."""

    claim: Claim
    definition: Definition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A campaign that exists, and whose definition has been edited since: shown, never applied."""

    record: Record
    definition: Definition
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """What a create was most likely renamed from.

    Attributes:
        old: The entry without a definition.
        is_same_content: The create equals it in all but the name; else it came from the same file.
    """

    old: Claim | Record
    is_same_content: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a sync would do; every list is sorted by name.

    Attributes:
        create: Definitions without an entry.
        pending: Claims that earlier runs left.
        changed: Created, and edited since.
        removed: Created, and without a definition now.
        unchanged: How many are created and as they were sent.
        renames: By the identity of a name in `create`: the entry, *removed* or *pending* without a
            definition, that it equals in all but the name or that came from the same file. It is held
            back, since the same people would be called twice.
    """

    create: tuple[Definition, ...]
    pending: tuple[Pending, ...]
    changed: tuple[Changed, ...]
    removed: tuple[Record, ...]
    unchanged: int
    renames: Mapping[str, Rename]

    @property
    def versions(self) -> frozenset[Version]:
        """By which versions of the API something was sent that is not recorded, or may be sent."""
        defined = (*self.create, *(each.definition for each in self.pending if each.definition))
        claimed = (each.claim.definition for each in self.pending)
        return versions_of((*map(_body, defined), *claimed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a plan's campaigns are created.

    Attributes:
        host: The environment's base URL; None while neither state nor settings name it.
        app_id: The application's id; None while neither names it.
        state: The state file, as typed.
        is_new: Whether nothing was ever created from it.
        account_id: The account's id; None where none is called.
    """

    host: str | None
    app_id: str | None
    state: str
    is_new: bool
    account_id: str | None = None


def target_of(state: State, options: RunOptions) -> Target:
    """Return where the campaigns of a state are created."""
    return Target(
        host=state.host,
        app_id=state.app_id,
        state=options.state,
        is_new=not state.entries,
        account_id=options.account_id,
    )


def make_plan(definitions: Sequence[Definition], state: State) -> Plan:
    """Compare the definitions with the state.

    Args:
        definitions: All of them, no two of one identity (the loader reports those).
        state: What was created and claimed. A definition whose body is None was not parsed because its
            digest is in a record of this very state.

    Returns:
        Each definition and each entry in exactly one class. A pending claim counts as what a create was
        renamed from only where its own definition is gone: while that is there under its own name, the
        repository asks for both campaigns.

    Raises:
        ValueError: A body is None, and no record of this state has its digest: a bug of the caller.
    """
    defined = {definition.key: definition for definition in definitions}
    pending, removed, changed, unchanged = list[Pending](), list[Record](), list[Changed](), 0
    for key, entry in state.entries.items():
        own = defined.get(key)
        if isinstance(entry, Claim):
            pending.append(Pending(claim=entry, definition=own))
        elif own is None:
            removed.append(entry)
        # The same bytes never changed what is sent, whether they were parsed or not.
        elif own.digest == entry.digest or not _differs(entry, own):
            unchanged += 1
        else:
            changed.append(_changed(entry, own))
    create = [own for key, own in defined.items() if key not in state.entries]
    orphans = [each.claim for each in pending if each.definition is None]
    return Plan(
        create=tuple(sorted(create, key=attrgetter("name"))),
        pending=tuple(sorted(pending, key=lambda each: each.claim.name)),
        changed=tuple(sorted(changed, key=lambda each: each.record.name)),
        removed=tuple(sorted(removed, key=attrgetter("name"))),
        unchanged=unchanged,
        renames=_renames(create, [*removed, *orphans]),
    )


def body_digest(body: Mapping[str, Any]) -> str:
    """Return the digest by which a body is named: SHA-256 of it with sorted keys, as UTF-8, no spaces."""
    return _digest(body)


def plan_digest(bodies: Iterable[Mapping[str, Any]]) -> str:
    """Return the digest of what is to be sent, in any order; empty for nothing."""
    digests = sorted(map(body_digest, bodies))
    return _digest(digests) if digests else ""


def planned_digests(data: object, *, state: str, host: str | None, app_id: str | None) -> frozenset[str]:
    """Return the digests of all bodies that a plan, as JSON, would send.

    Args:
        data: The plan's JSON. Its entries may name their digests without the bodies.
        state: The state file that it must be for.
        host: The host that it must be for, where both name one.
        app_id: The application that it must be for, where both name one.

    Raises:
        ValueError: It is no such plan; the message says why.
    """
    match data:
        case {"formatVersion": 1, "target": {**target}, "create": [*create], "pending": [*pending], **rest}:
            wanted = {"state": state, "host": host, "appId": app_id}
        case _:
            raise ValueError("is not a plan of this version")
    for key, value in wanted.items():
        if None not in (value, target.get(key)) and target[key] != value:
            raise ValueError(f"is a plan for the {key} {target[key]!r}, and this run is for {value!r}")
    # The plan said that these aren't sent; whoever wants one later plans again.
    held = held_back(rest.get("findings"))
    wanted_entries = (each for each in create if not (isinstance(each, dict) and each.get("name") in held))
    digests = map(_planned_digest, (*wanted_entries, *pending))
    return frozenset(digest for digest in digests if digest is not None)


def held_back(findings: object) -> frozenset[object]:
    """Return the names of the creates that a plan, as JSON, holds back, from its findings."""
    found = findings if isinstance(findings, list) else []
    return frozenset(
        each["name"]
        for each in found
        if isinstance(each, dict) and each.get("rule") == RENAMED and isinstance(each.get("name"), str)
    )


def _planned_digest(entry: Any) -> str | None:  # noqa: ANN401  # JSON of any kind
    match entry:
        case {"body": dict(body), "digest": str(digest)} if body_digest(body) == digest:
            return digest
        case {"digest": str(digest), **rest} if rest.get("body") is None:
            return digest
        case {"digest": None}:
            return None
        case _:
            raise ValueError("names a digest that isn't its body's")


def known_digests(state: State) -> dict[str, str]:
    """Return the names of the recorded campaigns by their files' digests: such files need not be parsed."""
    return {entry.digest: entry.name for entry in state.entries.values() if isinstance(entry, Record)}


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _body(definition: Definition) -> Mapping[str, Any]:
    if definition.body is None:
        raise ValueError(f"{definition.source}: not parsed, and no record of the state has its digest")
    return definition.body


def _differs(record: Record, definition: Definition) -> bool:
    """Tell whether an edit changed what is sent."""
    return _canonical(record.definition) != _canonical(_body(definition))


def _canonical(value: object) -> str:
    """Return JSON that is the same for equal values only: Python's ``1 == True == 1.0`` are three here."""
    return json.dumps(value, sort_keys=True)


def _changed(record: Record, definition: Definition) -> Changed:
    changes = field_changes(record.definition, _body(definition))
    return Changed(record=record, definition=definition, changes=changes)


def _renames(create: Iterable[Definition], lost: Sequence[Claim | Record]) -> dict[str, Rename]:
    """Find, for each create, the first lost entry by name that equals it, or else came from its file."""
    ordered = sorted(lost, key=attrgetter("name"), reverse=True)
    by_content = {_content(entry.definition): entry for entry in ordered}
    by_source = {entry.source: entry for entry in ordered}
    renames = dict[str, Rename]()
    for definition in create:
        body = _body(definition)
        if not by_content:
            continue
        twin = by_content.get(_content(body))
        old = twin or by_source.get(definition.source)
        if old is not None:
            renames[definition.key] = Rename(old=old, is_same_content=twin is not None)
    return renames


def _content(body: Mapping[str, Any]) -> str:
    return _canonical({key: value for key, value in body.items() if key != "name"})


def field_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return what differs between two bodies, sorted by path, list positions as numbers.

    An item that was put into or taken out of a list is one change, not one of every item behind it.
    Positions are those before the edit, for an item that was put in those after it.
    """
    # Here, since importing it takes longer than a plan without changes takes as a whole.
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    before, after = _aligned(old, new)
    # The defaults stop at objects that share few keys, and leave out keys that start with "__".
    report = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    changes = [
        FieldChange(
            path=_dotted(level.path(output_format="list")),
            old=None if level.t1 is notpresent else level.t1,
            new=None if level.t2 is notpresent else level.t2,
        )
        for kind in report.values()
        for level in kind
    ]
    return tuple(sorted(changes, key=_in_order))


@dataclass(frozen=True, slots=True)
class _Position:
    """An item's place in a list, as a key: what was put in at a place is not what was taken out there."""

    index: int
    is_new: bool = False

    def __str__(self) -> str:
        return f"[{self.index}]"


def _aligned(old: object, new: object) -> tuple[object, object]:
    """Replace pairs of lists by objects with places as keys, so that deepdiff pairs what belongs together."""
    match old, new:
        case Mapping(), Mapping():
            return _aligned_objects(old, new)
        case list(), list():
            return _aligned_objects(*_keyed(old, new))
        case _:
            return old, new


def _aligned_objects(
    old: Mapping[Any, object], new: Mapping[Any, object]
) -> tuple[dict[Any, object], dict[Any, object]]:
    before, after = dict(old), dict(new)
    for key in old.keys() & new.keys():
        before[key], after[key] = _aligned(old[key], new[key])
    return before, after


def _keyed(
    old: Sequence[object], new: Sequence[object]
) -> tuple[dict[_Position, object], dict[_Position, object]]:
    """Give both lists' items keys that are equal where deepdiff shall compare two items."""
    before = {_Position(index): item for index, item in enumerate(old)}
    after: dict[_Position, object] = {}
    for i, j in _pairs(old, new):
        if j is not None:
            after[_Position(j, is_new=True) if i is None else _Position(i)] = new[j]
    return before, after


def _pairs(old: Sequence[object], new: Sequence[object]) -> Iterable[tuple[int | None, int | None]]:
    """Pair the positions of two lists; None where an item has no counterpart.

    Lists of one length are paired place by place: then items were most likely edited or swapped.
    """
    if len(old) == len(new) or max(len(old), len(new)) > _LONGEST_ALIGNED:
        return zip_longest(range(len(old)), range(len(new)))
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, [_canonical(item) for item in old], [_canonical(item) for item in new])
    blocks = matcher.get_opcodes()
    return (pair for _, a, b, c, d in blocks for pair in zip_longest(range(a, b), range(c, d)))


def _dotted(parts: Iterable[object]) -> str:
    steps = (str(part) if isinstance(part, _Position) else f".{part}" for part in parts)
    return "".join(steps).removeprefix(".")


def _in_order(change: FieldChange) -> tuple[str, bool]:
    """Sort positions as numbers, and what was taken out before what was put in at the same place."""
    return re.sub(r"\[(\d+)\]", lambda match: f"[{match[1]:0>9}]", change.path), change.old is None
