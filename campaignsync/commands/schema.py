"""`schema`: the JSON Schema of a definition. Does I/O: it reads the inventory."""

from typing import Any

from campaignsync.commands.known import file_of, known_from
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions
from campaignsync.definitions.schema import json_schema
from campaignsync.errors import SettingsError
from campaignsync.findings.known import Known
from campaignsync.inventory import Inventory
from campaignsync.text import json_text


def run(project: Project, options: RunOptions, *, of: str) -> Ended:
    """Return the JSON Schema of a definition or of a policy, for editors and CI, or the packs.

    Args:
        project: Where the command works.
        options: Its options.
        of: "definition"; "inventory" for one that offers the names that the inventory has, where others are
            right, too; "policy"; or "packs" for the list of packs.

    Raises:
        SettingsError: There is no inventory that can be read.
    """
    if of == "definition":
        return Ended(text=schema_text())
    if of == "policy":
        from campaignsync.policy.schema import json_schema as policy_schema

        return Ended(text=json_text(policy_schema(), indent=2))
    if of == "packs":
        from campaignsync.policy.schema import packs_table

        return Ended(text=packs_table())
    known = known_from(project, options, commit=None)
    if not isinstance(known, Known):
        reason = known.message if known else f"there is no {file_of(options)}"
        raise SettingsError(reason, hint="`campaignsync inventory` makes it.")
    return Ended(text=json_text(_offering(json_schema(), known.inventory), indent=2))


def schema_text() -> str:
    """Return the JSON Schema as text."""
    return json_text(json_schema(), indent=2)


def _offering(schema: Any, inventory: Inventory) -> Any:  # noqa: ANN401  # JSON of any kind
    """Return a schema whose contact lists and queues have the inventory's names as examples."""
    if isinstance(schema, list):
        return [_offering(each, inventory) for each in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: _offering(value, inventory) for key, value in schema.items()}
    match whole.get("properties"):
        case {"contactLists": {"items": dict(items)}}:
            items["examples"] = [one.name for one in inventory.lists]
        case _:
            pass
    match whole.get("properties"):
        case {"queue_name": dict(queue)} if inventory.queues:
            queue["examples"] = list(inventory.queues)
        case _:
            pass
    return whole
