"""The JSON Schema of a policy, for editors and CI, and the packs as a table. Pure."""

from typing import Any

from campaignsync.policy.model import Policy
from campaignsync.policy.packs import packs
from campaignsync.text import printable


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a policy; it offers the ids of the packs."""
    schema = _without_null(Policy.model_json_schema(by_alias=True))
    choices = schema["$defs"]["Rule"]["properties"]["packs"]["anyOf"]
    choices[1]["items"] = {"enum": sorted(packs())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaignsync:policy",
        "$comment": "Made by `campaignsync schema --policy`.",
        **schema,
    }


def _without_null(schema: Any) -> Any:  # noqa: ANN401  # JSON of any kind
    """Return a schema in which no key may have an empty value, as the models want it."""
    if isinstance(schema, list):
        return [_without_null(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {key: _without_null(value) for key, value in schema.items() if (key, value) != ("default", None)}
    choices = [each for each in whole.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        del whole["anyOf"]
        return {**choices[0], **whole}
    return {**whole, "anyOf": choices} if choices else whole


def packs_table() -> str:
    """Return all packs, one a line: for what each is, when and where it was read, and how sure that is."""
    rows = [("ID", "PLACE", "KIND", "PURPOSES", "READ", "IN", "CONFIDENCE", "AUTO", "CITATION")]
    rows += [
        (
            pack.id,
            pack.place,
            pack.kind,
            ",".join(pack.purposes),
            pack.checked.isoformat(),
            pack.against,
            pack.confidence,
            "yes" if pack.is_read else "no",
            pack.cite,
        )
        for pack in packs().values()
    ]
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = (
        "  ".join(printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines)
