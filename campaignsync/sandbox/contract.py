"""What the API accepts as a campaign: the tables of the contract and the notes on the API. Pure.

A second reading of them, without the product's models: a mistake in `definitions` is found by the sandbox,
not repeated in it.
"""

import re
from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object], str]
"""Returns what a value should be; empty where it is that."""

_MOST_LISTS = 10
_TIME = re.compile(r"(?:[1-9]|1[0-2]):[0-5][0-9] [AP]M", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def problems(body: object, version: int = 1) -> list[str]:
    """Return what is wrong with the body of a create, each as ``key: what it should be``.

    Args:
        body: What was sent.
        version: The version of the API that it was sent to, 1 or 2.
    """
    mode = body.get("dialingMode") if isinstance(body, dict) else None
    own = _OWN.get((str(mode), version), _OWN["Preview", version])
    return list(_of_object(body, {**_CAMPAIGN, **own}, ""))


def _of_object(value: object, fields: Mapping[str, object], path: str) -> Iterator[str]:
    """Check an object; a field is a check, or the fields of an object below it."""
    if not isinstance(value, dict):
        yield f"{path.rstrip('.') or 'the body'}: must be an object"
        return
    for key in sorted(value.keys() - fields.keys()):
        yield f"{path}{key}: is not allowed"
    for key, field in fields.items():
        if key not in value:
            yield f"{path}{key}: is required"
        elif isinstance(field, Mapping):
            yield from _of_object(value[key], field, f"{path}{key}.")
        elif callable(field) and (expected := field(value[key])):
            yield f"{path}{key}: must be {expected}"


def _text(longest: int | None = None) -> Check:
    def check(value: object) -> str:
        if isinstance(value, str) and value.strip() and (longest is None or len(value) <= longest):
            return ""
        return "a string" if longest is None else f"a string of at most {longest} characters"

    return check


def _one_of(*allowed: str) -> Check:
    return lambda value: "" if value in allowed else f"one of {', '.join(allowed)}"


def _whole(least: int, most: int | None = None) -> Check:
    def check(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            is_fine = least <= value and (most is None or value <= most)
        else:
            is_fine = False
        if is_fine:
            return ""
        return f"a whole number, {least} or more" if most is None else f"a whole number, {least} to {most}"

    return check


def _pattern(pattern: re.Pattern[str], expected: str) -> Check:
    return lambda value: "" if isinstance(value, str) and pattern.fullmatch(value) else expected


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _names(value: object) -> str:
    if isinstance(value, list) and 0 < len(value) <= _MOST_LISTS and not any(map(_text(), value)):
        return ""
    return f"a list of 1 to {_MOST_LISTS} names"


def _blocks(value: object) -> str:
    if not isinstance(value, list) or not value:
        return "a list of one block or more"
    found = next((problem for block in value for problem in _of_object(block, _BLOCK, "")), "")
    return found and f"blocks of day, start and end ({found})"


_CLOCK = _pattern(_TIME, "a time such as 9:00 AM")
_BLOCK: Mapping[str, object] = {
    "day": _one_of("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
    "start": _CLOCK,
    "end": _CLOCK,
}
_CAMPAIGN: Mapping[str, object] = {
    "name": _text(48),
    "description": _text(256),
    "contactLists": _names,
    "priority": _one_of("1", "2", "3", "4", "5"),
    "dialingMode": _one_of("Agentless", "Progressive", "Preview"),
    "dialingStrategy": {
        "callerId": {"phoneNumber": _pattern(_PHONE, "a number such as +181234567")},
        "callingHours": {
            "frequency": _one_of("WEEKLY", "DAILY", "CUSTOM"),
            "timezone": _text(),
            "days": _blocks,
        },
        "dialingOrder": _one_of("FIFO", "LIFO"),
        "maxAttemptsPerRecord": _whole(1, 100),
        "defaultRetryPeriod": _whole(1, 1440),
        "maxRingTime": _whole(5, 120),
    },
    "schedule": {"isSchedulingEnabled": _boolean},
    "campaignType": _one_of("voice"),
}
_QUEUE: Mapping[str, object] = {"queue_name": _text()}
_SKIPS: Mapping[str, object] = {"maxSkips": _whole(0)}
_FLOW: Mapping[str, object] = {"experienceFlowName": _text()}
_SWITCH: Mapping[str, object] = {"enableMachineDetect": _boolean}
_CHOICE: Mapping[str, object] = {"enableMachineDetect": _one_of("no", "detect", "disconnect")}
_LIST: Mapping[str, object] = {"dncLists": {"name": _text()}}
_OWN: Mapping[tuple[str, int], Mapping[str, object]] = {
    ("Preview", 1): {**_QUEUE, **_SWITCH, **_SKIPS},
    ("Progressive", 1): {**_QUEUE, **_SWITCH},
    ("Agentless", 1): {**_FLOW, **_SWITCH},
    ("Preview", 2): {**_LIST, **_QUEUE, **_SKIPS},
    ("Progressive", 2): {**_LIST, **_QUEUE},
    ("Agentless", 2): {**_LIST, **_FLOW, **_CHOICE},
}
"""What a mode's bodies have beside the rest, by version."""
