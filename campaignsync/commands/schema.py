"""`schema`: the JSON Schema of a definition. Pure."""

from campaignsync.commands.project import Ended
from campaignsync.definitions.schema import json_schema
from campaignsync.text import json_text


def run() -> Ended:
    """Return the JSON Schema of a definition, for editors and CI."""
    return Ended(text=schema_text())


def schema_text() -> str:
    """Return the JSON Schema as text."""
    return json_text(json_schema(), indent=2)
