"""The bytes of a file to the body to send, without parser and models, where nothing is in doubt. Pure.

To import those takes longer than to read a hundred files like this, and with thousands of files they are
most of the time. What is accepted here they accept, and as the same body; all else, right or wrong, is
theirs to judge (`checking`). A test holds the two against each other.
"""

import re
from collections.abc import Callable
from typing import Any

from campaignsync.loader import ordinary
from campaignsync.rules import DAYS, TIMES, is_orderly
from campaignsync.timezones import zone_names

_Rule = Callable[[object], Any]
"""Returns a value as it is sent, or None where it is for the models to judge."""

_BOM = b"\xef\xbb\xbf"
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_DEFAULTS = {"schedule": {"isSchedulingEnabled": False}, "campaignType": "voice"}
_MOST_SKIPS = 1_000_000
_BLOCK_KEYS = 3


def body_of(content: bytes) -> dict[str, Any] | None:
    """Return the body that a file surely describes, its keys in the order of the API's sample request.

    Args:
        content: The file's bytes.
    """
    try:
        text = content.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        return None
    mapping = ordinary.read(text)
    return None if mapping is None else _CAMPAIGN(_DEFAULTS | mapping)


def _mapping(**rules: _Rule) -> _Rule:
    """Return the rule of a mapping that has exactly these keys."""

    def read(value: object) -> dict[str, Any] | None:
        if not isinstance(value, dict) or len(value) != len(rules):
            return None
        body = {}
        for key, rule in rules.items():
            found = rule(value.get(key))
            if found is None:
                return None
            body[key] = found
        return body

    return read


def _choice(*choices: str) -> _Rule:
    return lambda value: value if isinstance(value, str) and value in choices else None


def _number(least: int, most: int) -> _Rule:
    return lambda value: value if type(value) is int and least <= value <= most else None


def _text(value: object, *, most: int = ordinary.LONGEST) -> str | None:
    # What Python calls printable holds no control character, and nothing invisible but the space.
    if isinstance(value, str) and len(value) <= most and value.isprintable() and value.strip():
        return value
    return None


def _name(value: object) -> str | None:
    return _text(value, most=48)


def _description(value: object) -> str | None:
    return value if isinstance(value, str) and _text(value.replace("\n", " "), most=256) else None


def _contact_lists(value: object) -> list[str] | None:
    if isinstance(value, list) and value and all(map(_text, value)) and len(set(value)) == len(value):
        return value
    return None


def _priority(value: object) -> object:
    return _PRIORITY(str(value) if type(value) is int else value)


def _phone_number(value: object) -> str | None:
    return value if isinstance(value, str) and _PHONE_NUMBER.fullmatch(value) else None


def _zone(value: object) -> str | None:
    return value if isinstance(value, str) and value in zone_names() else None


def _block(value: object) -> dict[str, Any] | None:
    # In one piece, since there are more blocks than all else.
    if not isinstance(value, dict) or len(value) != _BLOCK_KEYS:
        return None
    day, start, end = value.get("day"), value.get("start"), value.get("end")
    if not (isinstance(day, str) and isinstance(start, str) and isinstance(end, str)):
        return None
    is_known = day in DAYS and start in TIMES and end in TIMES
    return {"day": day, "start": start, "end": end} if is_known else None


def _days(value: object) -> list[dict[str, Any]] | None:
    blocks = [_block(each) for each in value] if isinstance(value, list) else []
    known = [block for block in blocks if block is not None]
    if not known or len(known) < len(blocks):
        return None
    return known if is_orderly([(each["day"], each["start"], each["end"]) for each in known]) else None


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _false(value: object) -> bool | None:
    return False if value is False else None


_PRIORITY = _choice("1", "2", "3", "4", "5")
_CAMPAIGN = _mapping(
    name=_name,
    description=_description,
    contactLists=_contact_lists,
    priority=_priority,
    dialingMode=_choice("Agentless", "Progressive", "Preview"),
    dialingStrategy=_mapping(
        callerId=_mapping(phoneNumber=_phone_number),
        callingHours=_mapping(
            frequency=_choice("WEEKLY", "DAILY", "CUSTOM"),
            timezone=_zone,
            days=_days,
        ),
        dialingOrder=_choice("FIFO", "LIFO"),
        maxAttemptsPerRecord=_number(1, 100),
        defaultRetryPeriod=_number(1, 1440),
        maxRingTime=_number(5, 120),
    ),
    schedule=_mapping(isSchedulingEnabled=_false),
    queue_name=_text,
    enableMachineDetect=_boolean,
    maxSkips=_number(0, _MOST_SKIPS),
    campaignType=_choice("voice"),
)
