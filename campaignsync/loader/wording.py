"""What the models refuse, in people's words: what stands there, and what may. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from campaignsync.definition import ACROSS, CONTROL
from campaignsync.loader.hints import ITEM, nearest_choice, nearest_phone_number, nearest_time, unknown_key
from campaignsync.loader.shown import cut, quoted
from campaignsync.report.escape import printable
from campaignsync.rules import disorder, repeats
from campaignsync.timezones import nearest_zone

Loc = tuple[str | int, ...]
"""The keys and indexes that lead to a value."""


class At(Enum):
    """Which place a flaw is shown at."""

    VALUE = auto()
    KEY = auto()
    PARENT = auto()
    """The mapping that lacks the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that a definition may not say.

    Attributes:
        loc: The value, or the key that is missing or unknown.
        at: Which place to show.
        message: What is wrong and what is right.
    """

    loc: Loc
    at: At = At.VALUE
    message: str


_TIME = 'a time such as "9:00 AM" or "12:30 PM"'

WANTED: Mapping[str, str] = {
    "": "a mapping of keys such as name and queue_name",
    "name": "a text of 1 to 48 characters",
    "description": "a text of 1 to 256 characters",
    "contactLists": "a list of at least one contact list's name",
    "contactLists[]": "the name of a contact list",
    "priority": "one of 1, 2, 3, 4, 5 (5 is the highest)",
    "dialingMode": "one of Agentless, Progressive, Preview",
    "dialingStrategy": "a mapping with callerId, callingHours, dialingOrder and more",
    "callerId": "a mapping with phoneNumber",
    "phoneNumber": 'a telephone number such as "+12025550123", with + and 7 to 15 digits, the first not 0',
    "callingHours": "a mapping with frequency, timezone and days",
    "frequency": "one of WEEKLY, DAILY, CUSTOM",
    "timezone": "a time zone of the IANA, such as Asia/Kolkata",
    "days": "a list of at least one block of day, start and end",
    "days[]": "a mapping with day, start and end",
    "day": "one of MO, TU, WE, TH, FR, SA, SU",
    "start": _TIME,
    "end": _TIME,
    "dialingOrder": "one of FIFO, LIFO",
    "maxAttemptsPerRecord": "a whole number from 1 to 100 (calls)",
    "defaultRetryPeriod": "a whole number from 1 to 1440 (minutes)",
    "maxRingTime": "a whole number from 5 to 120 (seconds)",
    "schedule": "a mapping with isSchedulingEnabled: false, and may be left out",
    "isSchedulingEnabled": "false",
    "queue_name": "the name of an agent queue",
    "enableMachineDetect": "true or false",
    "maxSkips": "a whole number, 0 or more (skips)",
    "campaignType": "voice, and may be left out",
}
"""What each key takes, by its last name; ``[]`` for an item of its list."""

_UNIT = re.compile(r" \([a-z]+\)$")
_CONTROL = re.compile(f"[{CONTROL}]")


def dotted(loc: Loc) -> str:
    """Return a place as ``dialingStrategy.callingHours.days[0].start``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{cut(part)}" for part in loc)
    return "".join(parts).removeprefix(".")


def explain(error: ValidationError, data: object) -> tuple[Flaw, ...]:
    """Return all that is wrong with the data that the models refused, at most one flaw for each value.

    Args:
        error: What `definition.Campaign` raised.
        data: What it was given.
    """
    found: dict[Loc, Flaw] = {}
    for details in error.errors(include_url=False):
        if details["type"] != ACROSS:
            found.setdefault(details["loc"], _flaw(details))
    for flaw in _across(data):
        found.setdefault(flaw.loc, flaw)
    return tuple(found.values())


def _across(data: object) -> list[Flaw]:
    # Found again in the data as it stands, because the models look no further where a value is wrong.
    flaws = []
    match data:
        case {"dialingStrategy": {"callingHours": {"days": [*days]}}}:
            start: Loc = ("dialingStrategy", "callingHours", "days")
            flaws += [Flaw(loc=(*start, *loc), message=message) for loc, message in disorder(days)]
    match data:
        case {"contactLists": [*names]}:
            flaws += [Flaw(loc=("contactLists", *loc), message=message) for loc, message in repeats(names)]
    return flaws


def _flaw(details: ErrorDetails) -> Flaw:
    loc = details["loc"]
    generic = tuple(ITEM if isinstance(part, int) else part for part in loc)
    if details["type"] == "extra_forbidden":
        return Flaw(loc=loc, at=At.KEY, message=unknown_key(generic[-1], generic[:-1]))
    key = "".join(generic[-2:]) if generic[-1:] == (ITEM,) else "".join(generic[-1:])
    if details["type"] == "missing":
        return Flaw(loc=loc, at=At.PARENT, message=f"is missing: {WANTED[key]}")
    if details["input"] is None:
        return Flaw(loc=loc, message=f"has no value: {WANTED[key]}")
    return Flaw(loc=loc, message=_VALUE.get(details["type"], _not_wanted)(key, details))


def _not_wanted(key: str, details: ErrorDetails) -> str:
    return f"{quoted(details['input'])} is not {WANTED[key]}"


def _not_text(key: str, details: ErrorDetails) -> str:
    value = details["input"]
    if isinstance(value, dict | list) or key in {"start", "end", "timezone"}:
        return _not_wanted(key, details)
    kind = "a boolean" if isinstance(value, bool) else "a number"
    if key == "phoneNumber" and kind == "a number":
        return f'{quoted(value)} is a number to YAML, which drops the +: quote it, as in "+12025550123"'
    return f"{quoted(value)} is {kind} to YAML, not a text: write it in quotes"


def _not_int(key: str, details: ErrorDetails) -> str:
    value = details["input"]
    hint = ": remove the quotes" if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() else ""
    return _not_wanted(key, details) + hint


def _not_bool(key: str, details: ErrorDetails) -> str:
    meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
    value = details["input"]
    found = meant.get(value.lower()) if isinstance(value, str) else None
    return _not_wanted(key, details) + (f": write {found}, without quotes" if found else "")


def _no_choice(key: str, details: ErrorDetails) -> str:
    value = details["input"]
    choices = re.findall(r"'([^']+)'", details["ctx"]["expected"])
    near = nearest_choice(value, choices) if isinstance(value, str) else None
    return _not_wanted(key, details) + (f"; perhaps you meant {near}" if near else "")


def _no_pattern(key: str, details: ErrorDetails) -> str:
    value = details["input"]
    if key in {"start", "end", "phoneNumber"}:
        near = nearest_phone_number(value) if key == "phoneNumber" else nearest_time(value)
        return _not_wanted(key, details) + (f'; perhaps you meant "{near}"' if near else "")
    control = next(
        (
            char
            for char in _CONTROL.findall(value)
            if key != "description" or char not in "\t\n\r\u2028\u2029"
        ),
        None,
    )
    if control is None:
        return f"{quoted(value)} is blank: {WANTED[key]}"
    what = "a control character" if key == "description" else "and is one line without control characters"
    return f"{quoted(value)} holds {printable(control)}, {what}"


def _too_long(_: str, details: ErrorDetails) -> str:
    return f"{len(details['input'])} characters are more than {details['ctx']['max_length']}"


def _too_great(key: str, details: ErrorDetails) -> str:
    return f"{quoted(details['input'])} is more than {details['ctx']['le']}{_unit(key)}"


def _too_small(key: str, details: ErrorDetails) -> str:
    return f"{quoted(details['input'])} is less than {details['ctx']['ge']}{_unit(key)}"


def _unit(key: str) -> str:
    found = _UNIT.search(WANTED[key])
    return found.group() if found else ""


def _empty(key: str, _: ErrorDetails) -> str:
    return f"the list is empty: {WANTED[key]}"


def _no_zone(key: str, details: ErrorDetails) -> str:
    near = nearest_zone(details["input"])
    return _not_wanted(key, details) + (f"; perhaps you meant {near}" if near else "")


def _own_words(_: str, details: ErrorDetails) -> str:
    return details["msg"]


_VALUE: Mapping[str, Callable[[str, ErrorDetails], str]] = {
    "string_type": _not_text,
    "string_pattern_mismatch": _no_pattern,
    "string_too_long": _too_long,
    "int_type": _not_int,
    "less_than_equal": _too_great,
    "greater_than_equal": _too_small,
    "bool_type": _not_bool,
    "literal_error": _no_choice,
    "too_short": _empty,
    "zone": _no_zone,
    "scheduled": _own_words,
}
