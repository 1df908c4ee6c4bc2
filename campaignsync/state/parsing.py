"""Reading a state file's text, and refusing a damaged one. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from campaignsync.errors import StateError
from campaignsync.identity import identity
from campaignsync.state.entries import Claim, Entry, Record, State, Status
from campaignsync.state.layout import VERSION

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_RESTORE = "Restore the last good version from git (git log -p -- FILE shows them), and run it again."


_DEEPEST = 20
"""Levels of objects and lists in a definition, of which the API's body has four: rendering recurses."""

_LONGEST_SHOWN = 80
"""Characters of a damaged file's own text in a message."""

_MOST = 2**31
_MOST_LEASE_S = 600
"""The longest lease, in seconds (the product's contract, "Sync" 4): a longer one would stall every run."""


def parse(text: str, *, where: str) -> State:
    """Read a state file's text.

    Args:
        text: The file's text.
        where: What to call it in an error: its path.

    Raises:
        StateError: It is damaged, in conflict, or of another version of this program.
    """
    if _CONFLICT.search(text):
        raise StateError(
            f"{where}: holds a merge conflict",
            hint="Keep the entries of both sides, remove the marker lines, and commit the result.",
        )
    try:
        data = _load(text)
    except (ValueError, RecursionError) as error:
        raise StateError(f"{where}: not a whole JSON document: {error}", hint=_RESTORE) from error
    try:
        return _state(data)
    except _DamageError as error:
        raise StateError(f"{where}: {error}", hint=error.hint) from error


def parse_entries(text: str) -> Iterable[Entry]:
    """Return the entries that stand one after another in a part of a state file, at least one.

    Raises:
        One of `UNSOUND`: They are not as they should be; `parse` says of the whole file in which way.
    """
    entries = _entries(_load(f"{{{text}}}"))
    if not entries:
        raise ValueError("there is no entry")
    return entries.values()


def _load(text: str) -> Any:  # noqa: ANN401  # any JSON
    data = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)
    _check_text(text, data)
    return data


class _DamageError(Exception):
    """Something in the state file is not as this program writes it."""

    def __init__(self, message: str, *, hint: str = _RESTORE) -> None:
        super().__init__(message)
        self.hint = hint


UNSOUND = (ValueError, RecursionError, _DamageError)
"""What can be wrong with a text: no JSON, nested too deep to read, or no state."""


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {_shown(twice)} stands twice in one object")
    return found


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"the number {number[:_LONGEST_SHOWN]} is too large")
    return value


def _check_text(text: str, data: object) -> None:
    """Refuse half of a surrogate pair: JSON can escape one, and no file can hold it.

    Raises:
        ValueError: There is one.
    """
    if _SURROGATE.search(text) and not _is_encodable(data):
        raise ValueError("it escapes half of a surrogate pair, which is no character")


def _is_encodable(data: object) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: str) -> str:
    return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…")


def _state(data: object) -> State:
    if not isinstance(data, dict):
        raise _DamageError("the top level is not an object")
    version = _count(data, "version", "the top level")
    if version != VERSION:
        raise _DamageError(
            f"version {version}, and this program reads version {VERSION}",
            hint="Use the release of campaignsync that wrote it, or a newer one.",
        )
    _only(data, {"version", "host", "appId", "campaigns"}, "the top level")
    host, app_id = (_optional_text(data, key, "the top level") for key in ("host", "appId"))
    campaigns = data.get("campaigns")
    if not isinstance(campaigns, dict):
        raise _DamageError('"campaigns" is not an object')
    if campaigns and (host is None or app_id is None):
        raise _DamageError('there are campaigns, but no "host" and "appId" that they belong to')
    return State(host=host, app_id=app_id, entries=_entries(campaigns))


def _entries(campaigns: Mapping[str, object]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for name, data in campaigns.items():
        key = identity(name)
        if key in entries:
            raise _DamageError(
                f"{_shown(entries[key].name)} and {_shown(name)} are one name, and stand twice"
            )
        entries[key] = _entry(name, data)
    _no_shared_ids(entries.values())
    return entries


def _no_shared_ids(entries: Iterable[Entry]) -> None:
    names: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, Record):
            other = names.setdefault(entry.camp_id, entry.name)
            if other != entry.name:
                raise _DamageError(
                    f"{_shown(other)} and {_shown(entry.name)} have one campId, {_shown(entry.camp_id)}"
                )


def _entry(name: str, data: object) -> Entry:
    where = f"campaign {_shown(name)}"
    if not isinstance(data, dict):
        raise _DamageError(f"{where} is not an object")
    status = _text(data, "status", where)
    return _claim(name, data, where) if status == "pending" else _record(name, data, where, status)


def _claim(name: str, data: Mapping[str, object], where: str) -> Claim:
    shared = {"campId", "status", "source", "digest", "claimedAt", "definition"}
    _only(data, shared | {"claimedBy", "sendBefore", "leaseSeconds", "sends"}, where)
    if data.get("campId") is not None:
        raise _DamageError(f"{where} is pending and has a campId")
    return Claim(
        name=name,
        source=_text(data, "source", where),
        digest=_text(data, "digest", where),
        definition=_definition(data, where),
        claimed_at=_time(data, "claimedAt", where),
        claimed_by=_text(data, "claimedBy", where),
        send_before=_time(data, "sendBefore", where),
        lease_seconds=_count(data, "leaseSeconds", where, most=_MOST_LEASE_S),
        sends=_count(data, "sends", where),
    )


def _record(name: str, data: Mapping[str, object], where: str, status: str) -> Record:
    shared = {"campId", "status", "source", "digest", "claimedAt", "createdAt", "definition"}
    _only(data, shared | {"sends"}, where)
    if status not in set(Status):
        raise _DamageError(f"{where} has the status {_shown(status)}")
    return Record(
        name=name,
        camp_id=_text(data, "campId", where),
        status=Status(status),
        source=_text(data, "source", where),
        digest=_text(data, "digest", where),
        definition=_definition(data, where),
        claimed_at=_time(data, "claimedAt", where),
        created_at=_time(data, "createdAt", where),
        sends=_count(data, "sends", where) if "sends" in data else 1,
    )


def _only(data: Mapping[str, object], known: set[str], where: str) -> None:
    unknown = sorted(data.keys() - known)
    if unknown:
        raise _DamageError(f"{where} has the unknown key {_shown(unknown[0])}")


def _text(data: Mapping[str, object], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise _DamageError(f"{where}: {key!r} is not a text")
    return value


def _optional_text(data: Mapping[str, object], key: str, where: str) -> str | None:
    return None if data.get(key) is None else _text(data, key, where)


def _count(data: Mapping[str, object], key: str, where: str, *, most: int = _MOST) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise _DamageError(f"{where}: {key!r} is not a number from 0 to {most}")
    return value


def _time(data: Mapping[str, object], key: str, where: str) -> datetime:
    value = _text(data, key, where)
    damage = _DamageError(f"{where}: {key!r} is not a time such as 2026-01-31T09:00:00Z")
    if not _TIME.fullmatch(value):
        raise damage
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise damage from error


def _definition(data: Mapping[str, object], where: str) -> dict[str, Any]:
    value = data.get("definition")
    if not isinstance(value, dict):
        raise _DamageError(f"{where}: 'definition' is not an object")
    if _depth(value) > _DEEPEST:
        raise _DamageError(f"{where}: 'definition' is nested more than {_DEEPEST} levels deep")
    return value


def _depth(value: object) -> int:
    """Return how deep objects and lists are nested, counted up to one more than is allowed."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return depth


def _inner(value: object) -> list[object]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in values if isinstance(each, dict | list)]
