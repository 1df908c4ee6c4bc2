"""The JSON Schema says what the models say, as far as it can, and what an editor needs."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from campaignsync.definitions.schema import json_schema
from campaignsync.definitions.validation import Valid, check
from tests.unit.bodies import KEYS, SHAPES, Body, bodies, changed, shaped

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
COMMITTED = Path(__file__).parents[2] / "campaigns/.campaign.schema.json"


def accepts(body: Body) -> bool:
    return bool(VALIDATOR.is_valid(body))


def objects() -> list[dict[str, Any]]:
    return list(SCHEMA["$defs"].values())


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    for each in objects():
        yield from each["properties"].items()


def test_it_is_a_schema_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:campaignsync:definition"
    assert SCHEMA["title"] == "Voice campaign"


@given(bodies())
def test_every_body_that_the_models_accept_fits(body: Body) -> None:
    assert accepts(body)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "N" * 49),
        ("name", " "),
        ("name", "N\nM"),
        ("description", "D" * 257),
        ("contactLists", []),
        ("contactLists", ["A", "A"]),
        ("priority", 6),
        ("dialingMode", "Predictive"),
        ("dialingStrategy.callerId.phoneNumber", "12025550123"),
        ("dialingStrategy.callingHours.frequency", "weekly"),
        ("dialingStrategy.callingHours.timezone", "Asia/Calcuta"),
        ("dialingStrategy.callingHours.days", []),
        ("dialingStrategy.callingHours.days.0.day", "Monday"),
        ("dialingStrategy.callingHours.days.0.start", "9am"),
        ("dialingStrategy.maxAttemptsPerRecord", 101),
        ("dialingStrategy.defaultRetryPeriod", 1441),
        ("dialingStrategy.maxRingTime", 121),
        ("dialingStrategy.maxRingTime", "30"),
        ("schedule.isSchedulingEnabled", True),
        ("enableMachineDetect", "yes"),
        ("maxSkips", -1),
        ("maxSkips", 1_000_001),
        ("campaignType", "sms"),
        ("extra", 1),
        ("dialingStrategy.extra", 1),
    ],
)
def test_what_the_models_refuse_an_editor_underlines(path: str, value: object) -> None:
    assert not accepts(changed(path, value))


@pytest.mark.parametrize("priority", ["1", 1, "5", 5])
def test_a_priority_may_be_a_number_or_a_string(priority: object) -> None:
    assert accepts(changed("priority", priority))


@pytest.mark.parametrize("shape", SHAPES)
def test_only_schedule_and_type_may_be_left_out(shape: str) -> None:
    body = shaped(shape)
    assert accepts(body)
    free = {key for key in body if accepts({name: value for name, value in body.items() if name != key})}
    # Without its list, a campaign is of another shape; where that has the same keys, it fits.
    assert free - {"dncLists"} == {"schedule", "campaignType"}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_editor_offers_the_keys_of_the_mode_that_was_typed_and_no_other(shape: str) -> None:
    body = shaped(shape)
    (then,) = [
        rule["then"]["$ref"].rsplit("/", 1)[-1]
        for rule in SCHEMA["allOf"]
        if Draft202012Validator(rule["if"]).is_valid(body)
    ]
    assert set(SCHEMA["$defs"][then]["properties"]) == set(body)


def test_before_a_mode_is_typed_an_editor_offers_the_keys_of_all() -> None:
    assert set(SCHEMA["$defs"]["Undecided"]["properties"]) == set(KEYS)


def test_every_key_has_a_title_a_description_and_every_object_is_closed() -> None:
    for key, schema in properties():
        assert schema["description"], key
        assert "title" in schema or "$ref" in schema, key
    assert all(each["additionalProperties"] is False for each in objects())


def test_every_description_of_a_number_says_its_range() -> None:
    for key, schema in properties():
        bounds = [str(schema[bound]) for bound in ("minimum", "maximum", "maxLength") if bound in schema]
        assert [bound for bound in bounds if bound not in schema["description"]] == [], key


def without_zones(schema: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(schema))
    del copy["$comment"], copy["$defs"]["CallingHours"]["properties"]["timezone"]["enum"]
    return copy


def test_the_committed_schema_is_the_models() -> None:
    """On another release of tzdata than the committed one's only the time zones may differ."""
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    if committed["$comment"] == SCHEMA["$comment"]:
        assert committed == SCHEMA
    assert without_zones(committed) == without_zones(SCHEMA)


def test_the_snippet_is_a_definition_once_its_places_are_kept() -> None:
    (snippet,) = SCHEMA["defaultSnippets"]
    text = re.sub(r"\$\{\d+:(.*?)\}(?=\\?[\"])", r"\1", json.dumps(snippet["body"]))
    filled = json.loads(text)
    filled["dialingStrategy"]["callerId"]["phoneNumber"] = filled["dialingStrategy"]["callerId"][
        "phoneNumber"
    ].strip('"')
    assert accepts(filled)
    assert isinstance(check(json.dumps(filled).encode(), source="a.yaml"), Valid)
