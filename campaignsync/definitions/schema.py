"""The JSON Schema of a definition file, for editors and CI. Pure."""

from functools import reduce
from typing import Any

from pydantic.json_schema import models_json_schema

from campaignsync.definitions.constraints import tzdata_release
from campaignsync.definitions.shapes import MODES, SHAPES, Mode

_SNIPPET: dict[str, Any] = {
    "label": "campaign",
    "description": "A voice campaign in Preview mode, with a do-not-call list.",
    "body": {
        "name": "${1:Name}",
        "description": "${2:What it is for}",
        "contactLists": ["${3:A contact list}"],
        "dncLists": {"name": "${4:A do-not-call list}"},
        "priority": 3,
        "dialingMode": "Preview",
        "dialingStrategy": {
            # In quotes, or YAML takes it for a number and drops the +.
            "callerId": {"phoneNumber": '"${5:+12025550123}"'},
            "callingHours": {
                "frequency": "WEEKLY",
                "timezone": "${6:America/New_York}",
                "days": [{"day": "${7:MO}", "start": "${8:9:00 AM}", "end": "${9:5:00 PM}"}],
            },
            "dialingOrder": "FIFO",
            "maxAttemptsPerRecord": 3,
            "defaultRetryPeriod": 120,
            "maxRingTime": 30,
        },
        "queue_name": "${10:A queue}",
        "maxSkips": 1,
    },
}
"""What an editor writes for `campaign`: each field is typed once, and none is a copy of another."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a definition file.

    The mode and the do-not-call list that are typed choose the keys that an editor offers. It is never
    stricter than the models, and in a few places it can't say what they do: that blocks of one day don't
    overlap, for example.
    """
    refs, whole = models_json_schema(
        [(shape, "validation") for shape in SHAPES.values()], by_alias=True, ref_template="#/$defs/{model}"
    )
    parts: dict[str, Any] = whole["$defs"]
    shapes = {form: refs[shape, "validation"] for form, shape in SHAPES.items()}
    for shape in SHAPES.values():
        lists = parts[shape.__name__]["properties"]["contactLists"]
        # An editor that fills in all keys at once would else write the name here, too.
        lists["items"] = {"allOf": [lists["items"]]}
        parts[shape.__name__].update(title="Voice campaign", description=_first_line(shape))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaignsync:definition",
        "$comment": f"Made by `campaignsync schema`, with the time zones of tzdata {tzdata_release()}.",
        "title": "Voice campaign",
        "type": "object",
        "defaultSnippets": [_SNIPPET],
        "allOf": [
            *({"if": _is(mode, has_dnc=has_dnc), "then": ref} for (mode, has_dnc), ref in shapes.items()),
            {"if": {"not": _names_mode()}, "then": {"$ref": "#/$defs/Undecided"}},
        ],
        "$defs": {
            **parts,
            "Undecided": reduce(_either, (parts[shape.__name__] for shape in SHAPES.values())),
        },
    }


def _first_line(shape: type) -> str:
    return (shape.__doc__ or "").splitlines()[0]


def _names_mode() -> dict[str, Any]:
    return {"properties": {"dialingMode": {"enum": list(MODES)}}, "required": ["dialingMode"]}


def _is(mode: Mode, *, has_dnc: bool) -> dict[str, Any]:
    named: dict[str, Any] = {"properties": {"dialingMode": {"const": mode}}, "required": ["dialingMode"]}
    if has_dnc:
        return {**named, "required": ["dialingMode", "dncLists"]}
    return {**named, "not": {"required": ["dncLists"]}}


def _either(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that is not decided to be of the one shape or of the other."""
    properties = dict(one["properties"])
    for key, schema in other["properties"].items():
        known = properties.setdefault(key, schema)
        if known != schema and schema not in known.get("anyOf", []):
            either = [*known.get("anyOf", [known]), schema]
            properties[key] = {**_words(known), "anyOf": either}
    return {
        "title": "Voice campaign",
        "description": "A campaign whose dialing mode is not typed yet.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [key for key in one["required"] if key in other["required"]],
    }


def _words(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in ("title", "description")}
