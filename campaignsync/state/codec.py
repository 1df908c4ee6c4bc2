"""The state file's text: one parser, which refuses every damage, and one renderer. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from campaignsync.errors import StateError
from campaignsync.identity import identity
from campaignsync.state.entries import MAX_LEASE_S, MAX_SENDS, Claim, Entry, Record, State, Status

VERSION = 1
"""The layout's version, which the state names."""

_SEPARATOR = "\n    ,\n"
"""On a line of its own: adding a campaign adds lines and changes none, so that git merges two additions."""

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# Years in which a day more or less, or another time zone, is still a moment that datetime can hold.
_TIME = re.compile(r"(?:19[7-9]|2[0-9][0-9])[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

_RESTORE = (
    "Restore the last good version from git (git log -p -- FILE shows them), then run the command again."
)
_TAKE_ONE_SIDE = (
    "Take one side (git checkout --ours or --theirs -- FILE; git checkout COMMIT -- FILE if the markers are "
    "committed), commit it, then run sync: it finds the rest by looking in the account."
)

_LONGEST_SHOWN = 80
"""Characters of a damaged file's own text in a message."""

_DEEPEST = 20
"""Levels of objects and lists below a key that the API doesn't document: rendering and comparing recurse."""

_MAX_VERSION = 2**31
_DAY = timedelta(days=1)
_STATUSES = {status.value: status for status in Status}

_SHARED_KEYS = frozenset({"campId", "status", "source", "digest", "claimedAt", "sends", "definition"})
_RECORD_KEYS = _SHARED_KEYS | {"createdAt"}
_CLAIM_KEYS = _SHARED_KEYS | {"claimedBy", "sendBefore", "leaseSeconds"}

_Kind = type | tuple[type, ...] | list["_Kind"] | dict[str, "_Kind"]

_BODY: dict[str, _Kind] = {
    "name": str,
    "description": str,
    "contactLists": [str],
    "priority": str,
    "dialingMode": str,
    "dialingStrategy": {
        "callerId": {"phoneNumber": str},
        "callingHours": {
            "frequency": str,
            "timezone": str,
            "days": [{"day": str, "start": str, "end": str}],
        },
        "dialingOrder": str,
        "maxAttemptsPerRecord": int,
        "defaultRetryPeriod": int,
        "maxRingTime": int,
    },
    "schedule": {},
    "queue_name": str,
    "experienceFlowName": str,
    "enableMachineDetect": (bool, str),
    "dncLists": {"name": str},
    "maxSkips": int,
    "campaignType": str,
}
"""Types of a body's values (the API's reference, "Body Parameters"), where they are present.

A type, one of several, a list of one kind, or an object: keys that it doesn't name may hold anything.
"""

_KINDS = {str: "a string", int: "a whole number", bool: "a boolean"}

_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def parse_bytes(data: bytes, *, where: str) -> State:
    """Read a state file's bytes, as `parse` does its text.

    Raises:
        StateError: As for `parse`, or they are not UTF-8.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _damage(where, f"is not UTF-8: byte {error.start} can't be read") from error
    return parse(text, where=where)


def parse(text: str, *, where: str) -> State:
    """Read a state file's text, however it is laid out.

    Args:
        text: The file's text.
        where: What to call it in an error: its path.

    Raises:
        StateError: It is damaged, in conflict, or of another version of this program.
    """
    try:
        data = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
        if _SURROGATE.search(text):
            _json(data).encode()
    except UnicodeEncodeError as error:
        raise _damage(where, "it escapes half of a surrogate pair, which is not a character") from error
    except (ValueError, RecursionError) as error:
        # Only now: a line of JSON can't begin like a marker's, and to look through all of them takes time.
        if _CONFLICT.search(text):
            raise _damage(where, "holds a merge conflict", hint=_TAKE_ONE_SIDE) from error
        raise _damage(where, f"can't be read as JSON: {error}") from error
    return _state(data, where)


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {_shown(twice)} appears twice in one object")
    return found


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= len(str(-(2**63))) else 2**63
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"the number {_shown(digits)} doesn't fit in 64 bits")
    return value


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"the number {_shown(number)} is too large")
    return value


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _state(data: object, where: str) -> State:
    if not isinstance(data, dict):
        raise _damage(f"{where}: the top level", "must be an object")
    version = _count(data, "version", where, most=_MAX_VERSION)
    if version != VERSION:
        raise _damage(
            where,
            f"version {version}, and this program reads version {VERSION}",
            hint="Use the release of campaignsync that wrote it, or a newer one.",
        )
    _check_keys(data, {"version", "host", "appId", "campaigns"}, f"{where}: the top level")
    host, app_id = (None if data.get(key) is None else _string(data, key, where) for key in ("host", "appId"))
    campaigns = data.get("campaigns")
    if not isinstance(campaigns, dict):
        raise _damage(f"{where}: campaigns", "must be an object")
    if campaigns and (host is None or app_id is None):
        raise _damage(where, "there are campaigns, but no host and appId that they belong to")
    return State(host=host, app_id=app_id, entries=_entries(campaigns, where))


def _entries(campaigns: Mapping[str, object], where: str) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    names: dict[str, str] = {}
    for name, data in campaigns.items():
        entry, key = parse_entry(name, data, where=where), identity(name)
        if key in entries:
            raise _damage(where, f"{_shown(entries[key].name)} and {_shown(name)} are one name")
        entries[key] = entry
        if isinstance(entry, Record):
            other = names.setdefault(entry.camp_id, name)
            if other != name:
                shared = _shown(entry.camp_id)
                raise _damage(where, f"{_shown(other)} and {_shown(name)} have one campId, {shared}")
    return entries


def parse_entry(name: str, data: object, *, where: str) -> Entry:
    """Read one entry, as `entry_json` returns it.

    Args:
        name: The campaign's name, the entry's key in the state.
        data: The entry's JSON value.
        where: What to call in an error what holds it.

    Raises:
        StateError: It is not as this program writes it.
    """
    place = f"{where}: campaign {_shown(name)}"
    if not isinstance(data, dict):
        raise _damage(place, "must be an object")
    status = _string(data, "status", place)
    return _claim(name, data, place) if status == "pending" else _record(name, data, place, status)


def _claim(name: str, data: Mapping[str, object], place: str) -> Claim:
    _check_keys(data, _CLAIM_KEYS, place)
    if data.get("campId") is not None:
        raise _damage(f"{place}: campId", "must be null while the status is pending")
    claimed_at, send_before = _time(data, "claimedAt", place), _time(data, "sendBefore", place)
    if abs(send_before - claimed_at) > _DAY:
        raise _damage(f"{place}: sendBefore", "must be within a day of claimedAt")
    return Claim(
        name=name,
        source=_string(data, "source", place),
        digest=_string(data, "digest", place),
        definition=_object(data.get("definition"), _BODY, f"{place}: definition"),
        claimed_at=claimed_at,
        claimed_by=_string(data, "claimedBy", place),
        send_before=send_before,
        lease_seconds=_count(data, "leaseSeconds", place, most=MAX_LEASE_S),
        sends=_count(data, "sends", place, most=MAX_SENDS),
    )


def _record(name: str, data: Mapping[str, object], place: str, status: str) -> Record:
    _check_keys(data, _RECORD_KEYS, place)
    if status not in _STATUSES:
        known = ", ".join(["pending", *_STATUSES])
        raise _damage(f"{place}: status", f"is {_shown(status)}, must be one of {known}")
    return Record(
        name=name,
        camp_id=_string(data, "campId", place),
        status=_STATUSES[status],
        source=_string(data, "source", place),
        digest=_string(data, "digest", place),
        definition=_object(data.get("definition"), _BODY, f"{place}: definition"),
        claimed_at=_time(data, "claimedAt", place),
        created_at=_time(data, "createdAt", place),
        sends=_count(data, "sends", place, most=MAX_SENDS) if "sends" in data else 1,
    )


def _check_keys(data: Mapping[str, object], known: Iterable[str], place: str) -> None:
    unknown = data.keys() - known
    if unknown:
        raise _damage(place, f"has the unknown key {_shown(min(unknown))}")


def _string(data: Mapping[str, object], key: str, place: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise _damage(f"{place}: {key}", "must be a non-empty string")
    return value


def _count(data: Mapping[str, object], key: str, place: str, *, most: int) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise _damage(f"{place}: {key}", f"must be a whole number from 0 to {most}")
    return value


def _time(data: Mapping[str, object], key: str, place: str) -> datetime:
    value = data.get(key)
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # a day or an hour that doesn't exist
            pass
    raise _damage(f"{place}: {key}", "must be a time from 1970 to 2999, such as 2026-01-31T09:00:00Z")


def _object(value: object, kinds: Mapping[str, _Kind], place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _damage(place, "must be an object")
    for key, part in value.items():
        kind = kinds.get(key)
        if type(part) is kind:
            continue
        if kind is not None:
            _check_kind(part, kind, f"{place}.{key}")
        elif not _is_shallow(part, _DEEPEST):
            raise _damage(place, f"{_shown(key)} is nested more than {_DEEPEST} levels deep")
    return value


def _check_kind(value: object, kind: _Kind, place: str) -> None:
    if isinstance(kind, dict):
        _object(value, kind, place)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            raise _damage(place, "must be a list")
        for index, part in enumerate(value):
            if type(part) is not kind[0]:
                _check_kind(part, kind[0], f"{place}[{index}]")
    else:
        types = kind if isinstance(kind, tuple) else (kind,)
        if type(value) not in types:
            raise _damage(place, f"must be {' or '.join(_KINDS[each] for each in types)}")


def _is_shallow(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inner is None or (levels > 0 and all(_is_shallow(each, levels - 1) for each in inner))


def _damage(place: str, what: str, *, hint: str = _RESTORE) -> StateError:
    return StateError(f"{place}: {what}", hint=hint)


def _shown(value: str) -> str:
    return repr(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…")


def render(state: State) -> str:
    """Return the state file's text: sorted by name, final newline, one line for each change to read."""
    top = {"version": VERSION, "host": state.host, "appId": state.app_id}
    head = "".join(f"  {_json(key)}: {_json(value)},\n" for key, value in top.items() if value is not None)
    entries = _SEPARATOR.join(map(_render_entry, state.sorted()))
    end = "\n" if entries else ""
    return f'{{\n{head}  "campaigns": {{\n{entries}{end}  }}\n}}\n'


def _render_entry(entry: Entry) -> str:
    data = entry_json(entry)
    body = ",\n".join(
        [f"        {_json(key)}: {_json(value)}" for key, value in data.pop("definition").items()]
    )
    facts = "".join([f'      "{key}": {_json(value)},\n' for key, value in data.items()])
    return f'    {_json(entry.name)}: {{\n{facts}      "definition": {{\n{body}\n      }}\n    }}'


def entry_json(entry: Entry) -> dict[str, Any]:
    """Return an entry's JSON object as the state file has it under the campaign's name."""
    if isinstance(entry, Claim):
        return {
            "campId": None,
            "status": "pending",
            "source": entry.source,
            "digest": entry.digest,
            "claimedAt": format_time(entry.claimed_at),
            "claimedBy": entry.claimed_by,
            "sendBefore": format_time(entry.send_before),
            "leaseSeconds": entry.lease_seconds,
            "sends": entry.sends,
            "definition": dict(entry.definition),
        }
    return {
        "campId": entry.camp_id,
        "status": entry.status.value,
        "source": entry.source,
        "digest": entry.digest,
        "claimedAt": format_time(entry.claimed_at),
        "createdAt": format_time(entry.created_at),
        **({} if entry.sends == 1 else {"sends": entry.sends}),
        "definition": dict(entry.definition),
    }


def format_time(moment: datetime) -> str:
    """Return a moment as the state writes it: UTC, whole seconds, rounded down."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
