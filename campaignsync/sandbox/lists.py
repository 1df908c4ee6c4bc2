"""The contact lists of the sandbox's account. Pure.

Shapes are those of the notes on the API, "Contact lists".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredList:
    """One contact list.

    Attributes:
        name: Its name.
        contacts: How many contacts it holds.
        status: ``Ready`` or ``Validated``; ``Validating`` and ``Invalid`` are what the console shows, too.
        has_time_zones: Whether its contacts have a time zone each.
        source: Where its contacts come from: ``localDrive`` is a file.
    """

    name: str
    contacts: int = 100
    status: str = "Ready"
    has_time_zones: bool = False
    source: str = "passiveApiIntegration"

    def document(self, number: int, in_use: list[dict[str, str]]) -> dict[str, object]:
        """Return it as the list of all contact lists shows it.

        Args:
            number: Its place among them, from 1.
            in_use: Ids and names of the campaigns that call it.
        """
        zone = {"timeZone": "timeZone"} if self.has_time_zones else {}
        return {
            "_id": f"cl-{number:08}",
            "name": self.name,
            "description": "",
            "totalRecordCount": self.contacts,
            "status": self.status,
            "mapping": {"phoneNumber": "phoneNumber", **zone},
            "isListInUse": bool(in_use),
            "listType": "call",
            "campaignInUse": in_use,
            "source": self.source,
        }


_KEYS: Mapping[str, tuple[str, type]] = {
    "contacts": ("contacts", int),
    "status": ("status", str),
    "timeZones": ("has_time_zones", bool),
    "source": ("source", str),
}
"""What a file may say of a list: the field, and its type."""


def read_lists(text: str) -> list[StoredList]:
    """Read a file of contact lists: JSON, a list of names or of objects.

    An object has the key ``name`` and perhaps ``contacts``, ``status``, ``timeZones`` and ``source``.

    Raises:
        ValueError: It is none; the message says what is wrong.
    """
    data = json.loads(text)
    if not isinstance(data, list):
        raise ValueError('is no list, such as ["Recent Buyers", {"name": "Empty", "contacts": 0}]')  # noqa: TRY004  # what is wrong is a file's content, not an argument's type
    return [_list(item, position) for position, item in enumerate(data, start=1)]


def _list(item: object, position: int) -> StoredList:
    match item:
        case str(name) if name.strip():
            return StoredList(name=name)
        case {"name": str(name), **more} if name.strip():
            return _described(name, {str(key): value for key, value in more.items()}, position)
        case _:
            raise ValueError(f"item {position} is neither a name nor an object with one")


def _described(name: str, more: Mapping[str, Any], position: int) -> StoredList:
    for key, value in more.items():
        if key not in _KEYS:
            raise ValueError(f"item {position}: unknown key {key!r}; known here: name, {', '.join(_KEYS)}")
        _, kind = _KEYS[key]
        if type(value) is not kind:
            raise ValueError(f"item {position}: {key} is not of type {kind.__name__}")
    return StoredList(name=name, **{_KEYS[key][0]: value for key, value in more.items()})
