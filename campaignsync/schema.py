"""The JSON Schema of a definition file, for editors and CI. Pure."""

from typing import Any

from campaignsync.definition import Campaign
from campaignsync.timezones import release


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a definition file.

    It is never stricter than the models, and in a few places it can't say what they do: that blocks of
    one day don't overlap, for example.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaignsync:definition",
        "$comment": f"Made by `campaignsync schema`, with the time zones of tzdata {release()}.",
        **Campaign.model_json_schema(by_alias=True, mode="validation"),
    }
