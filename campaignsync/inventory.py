"""What an account has that definitions name: contact lists and queues, as a file in the repository. Pure.

It holds names, sizes and statuses, and nothing about any person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from campaignsync.identity import identity
from campaignsync.outcome import ContactList
from campaignsync.text import json_text

_VERSION = 1


class InventoryError(Exception):
    """The file is no inventory; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What an account had at some time.

    Attributes:
        host: The environment's base URL.
        app_id: The application's id.
        read_at: When it was asked.
        lists: Its contact lists, sorted by name.
        queues: Names of its queues, sorted; None where the client may not see them.
    """

    host: str
    app_id: str
    read_at: datetime
    lists: tuple[ContactList, ...]
    queues: tuple[str, ...] | None

    def get(self, name: str) -> ContactList | None:
        """Return the contact list of a name, whatever its case and surrounding space."""
        return next((one for one in self.lists if identity(one.name) == identity(name)), None)


def render(inventory: Inventory) -> str:
    """Return the file's text; the same inventory is the same text."""
    data = {
        "version": _VERSION,
        "host": inventory.host,
        "appId": inventory.app_id,
        "readAt": f"{inventory.read_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "contactLists": [
            {
                "name": one.name,
                "contacts": one.contacts,
                "status": one.status,
                "hasTimeZones": one.has_time_zones,
            }
            for one in _sorted(inventory.lists)
        ],
        "queues": None if inventory.queues is None else sorted(set(inventory.queues)),
    }
    return f"{json_text(data, indent=2)}\n"


def parse(content: bytes) -> Inventory:
    """Return what a file holds.

    Raises:
        InventoryError: It is no inventory, or one of a newer version.
    """
    try:
        data: Any = from_json(content)
    except ValueError as error:
        raise InventoryError("is no JSON") from error
    if isinstance(data, dict) and data.get("version") not in {None, _VERSION}:
        raise InventoryError(f"is not of version {_VERSION}")
    try:
        return Inventory(
            host=_text(data["host"]),
            app_id=_text(data["appId"]),
            read_at=_moment(data["readAt"]),
            lists=_sorted(tuple(map(_list, data["contactLists"]))),
            queues=None if data["queues"] is None else tuple(map(_text, data["queues"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InventoryError("holds what no inventory has") from error


def _sorted(lists: Sequence[ContactList]) -> tuple[ContactList, ...]:
    return tuple(sorted(lists, key=lambda one: one.name))


def _list(row: Any) -> ContactList:  # noqa: ANN401  # JSON of any kind
    contacts, status, has_zones = row["contacts"], row["status"], row["hasTimeZones"]
    return ContactList(
        name=_text(row["name"]),
        contacts=contacts if type(contacts) is int else None,
        status=None if status is None else _text(status),
        has_time_zones=has_zones if isinstance(has_zones, bool) else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _moment(value: object) -> datetime:
    return datetime.strptime(_text(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
