"""What a team's policy may say, as pydantic models. Pure.

The keys are the product's own (its contract, "Policy"). As for definitions, types are strict, unknown keys
are errors, and what a key takes is said at its field, and nowhere else.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictInt,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from campaignsync.definitions.constraints import zone_names
from campaignsync.definitions.model import RULE, Line, Part, Words
from campaignsync.definitions.suggestions import nearest_zone
from campaignsync.definitions.yaml_errors import quoted
from campaignsync.findings import Severity
from campaignsync.places import problem_of
from campaignsync.policy.windows import Windows

Purpose = Literal["sales", "service", "survey", "collection"]
"""What calls are for: the team's own word, which nothing else shows."""


def place_code(code: str) -> str:
    """Return a place's code, or raise the error of pydantic that says what is wrong with it."""
    if problem := problem_of(code):
        raise PydanticCustomError(RULE, "{problem}", {"problem": f"{quoted(code)} {problem}"})
    return code


def zone_name(name: str) -> str:
    """Return a time zone's name, or raise the error of pydantic that says what is wrong with it."""
    if name not in zone_names():
        near = nearest_zone(name)
        meant = f"; perhaps you meant {near}" if near else ""
        problem = f"{quoted(name)} is not a time zone of the IANA{meant}"
        raise PydanticCustomError(RULE, "{problem}", {"problem": problem})
    return name


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    problem = f"{quoted(value)} is no day such as 2027-03-31"
    raise PydanticCustomError(RULE, "{problem}", {"problem": problem})


def _packs(value: object) -> Any:  # noqa: ANN401  # what the key takes
    if value == "auto" or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        return value
    problem = f"{quoted(value)} is not auto, nor a list of packs' ids; `campaignsync schema --packs` has them"
    raise PydanticCustomError(RULE, "{problem}", {"problem": problem})


def _dnc_lists(value: object) -> Any:  # noqa: ANN401  # what the key takes
    if value == "required" or (
        value and isinstance(value, list) and all(isinstance(each, str) for each in value)
    ):
        return value
    problem = f"{quoted(value)} is not required, nor a list of do-not-call lists' names"
    raise PydanticCustomError(RULE, "{problem}", {"problem": problem})


Day = Annotated[
    date,
    PlainValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
    Words(value="a day such as 2027-03-31"),
]
_Texts = Annotated[list[Line], Field(min_length=1)]
_Places = Annotated[
    list[Annotated[Line, AfterValidator(place_code), Words(value="a place such as GB or US-FL")]],
    Field(min_length=1),
]
_Zones = Annotated[
    list[Annotated[Line, AfterValidator(zone_name), Words(value="a time zone of the IANA")]],
    Field(min_length=1),
]
_Modes = Annotated[list[Literal["Agentless", "Progressive", "Preview"]], Field(min_length=1)]
_Packs = Annotated[
    Literal["auto"] | list[str],
    PlainValidator(_packs),
    WithJsonSchema(
        {"anyOf": [{"const": "auto"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]
_DncLists = Annotated[
    Literal["required"] | list[str],
    PlainValidator(_dnc_lists),
    WithJsonSchema(
        {"anyOf": [{"const": "required"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]


def _refuse_nothing(value: object) -> object:
    """Refuse keys without a value: what was to hold would be left out, and nobody would know."""
    empty = [key for key, inner in value.items() if inner is None] if isinstance(value, dict) else []
    if empty:
        message = "has no value: leave the key out, and it says nothing"
        faults = [
            InitErrorDetails(type=PydanticCustomError(RULE, message), loc=(key,), input=None) for key in empty
        ]
        raise ValidationError.from_exception_data("policy", faults)
    return value


class Rule(Part):
    """What holds for the definitions in some folders."""

    model_config = ConfigDict(title="Rule")
    _check = model_validator(mode="before")(_refuse_nothing)

    match: Annotated[Line, Words(value='files below the folder, such as "emea/**"')] = Field(
        default="**",
        description="Which definitions it is for, by path below the folder of definitions: * is any name, "
        "** any path. Left out: all.",
        examples=["emea/**"],
    )
    places: Annotated[_Places | None, Words(value="a list of places such as GB and US-FL")] = Field(
        default=None,
        description="Where the people called are: countries (ISO 3166), or states such as US-FL. They choose "
        "the packs, and the time zones that hours are compared in.",
        examples=[["GB", "US-FL"]],
    )
    zones: Annotated[_Zones | None, Words(value="a list of time zones of the IANA")] = Field(
        default=None,
        description="The time zones of the people called, where those of the places are too many.",
        examples=[["America/New_York"]],
    )
    purpose: Purpose | None = Field(
        default=None, description="What the calls are for. Left out: packs for sales calls are looked at."
    )
    packs: Annotated[_Packs, Words(value="auto, or a list of packs' ids")] = Field(
        default="auto",
        description="Which packs of calling-hours law are looked at: auto for those of the places and the "
        "purpose that were read at their source, or a list of ids.",
        examples=[["us-federal", "us-fl"]],
    )
    hours: Windows | None = Field(
        default=None,
        description="The team's own hours, on the clock of the people called; a day not named has none.",
    )
    calls_per_day: Annotated[StrictInt | None, Words(note="calls to one person in 24 hours")] = Field(
        default=None,
        alias="callsPerDay",
        ge=1,
        le=100,
        description="Calls to one person in 24 hours, 1 to 100.",
    )
    calls_per_week: Annotated[StrictInt | None, Words(note="calls to one person in 7 days")] = Field(
        default=None,
        alias="callsPerWeek",
        ge=1,
        le=700,
        description="Calls to one person in 7 days, 1 to 700.",
    )
    min_ring_time: Annotated[StrictInt | None, Words(note="seconds")] = Field(
        default=None,
        alias="minRingTime",
        ge=5,
        le=120,
        description="The fewest seconds that a phone rings, 5 to 120.",
    )
    modes: Annotated[_Modes | None, Words(value="a list of dialing modes")] = Field(
        default=None, description="The dialing modes that are allowed.", examples=[["Preview"]]
    )
    caller_ids: Annotated[_Texts | None, Words(value='a list of numbers such as "+44*"')] = Field(
        default=None,
        alias="callerIds",
        description="The caller ids that are allowed; * is any digits.",
        examples=[["+44*"]],
    )
    queues: Annotated[_Texts | None, Words(value='a list of queues such as "EMEA *"')] = Field(
        default=None, description="The queues that are allowed; * is any text.", examples=[["EMEA *"]]
    )
    dnc_lists: Annotated[_DncLists | None, Words(value="required, or a list of do-not-call lists' names")] = (
        Field(
            default=None,
            alias="dncLists",
            description="Whether a do-not-call list is required, or the names of which one must be there.",
        )
    )
    lists: Literal["unshared"] | None = Field(
        default=None, description="unshared: no contact list may be called by two campaigns."
    )
    name: Annotated[Line | None, Words(value='a name such as "EMEA *"')] = Field(
        default=None, description="How names must be; * is any text.", examples=["EMEA *"]
    )
    severity: Severity | None = Field(
        default=None,
        description="How much all of this matters. Left out: warning, and notice for guides and codes.",
    )


class Waiver(Part):
    """One finding about one campaign that is accepted, by whom, why and until when."""

    model_config = ConfigDict(title="Waiver")
    _check = model_validator(mode="before")(_refuse_nothing)

    rule: Annotated[Line, Words(value="a rule's id, such as us-ky/hours")] = Field(
        description="The finding's rule.", examples=["us-ky/hours", "policy/hours"]
    )
    campaign: Annotated[Line, Words(value="a campaign's name")] = Field(
        description="The campaign's name, which is what a campaign is known by."
    )
    reason: Annotated[Line, Words(value="why it is accepted")] = Field(description="Why it is accepted.")
    by: Annotated[Line, Words(value="who answers for it")] = Field(description="Who answers for it.")
    until: Day = Field(description="The last day, at most 366 days ahead.", examples=["2027-03-31"])


class Policy(Part):
    """A team's policy: rules for definitions, and findings that are accepted."""

    model_config = ConfigDict(title="Policy of campaignsync")
    _check = model_validator(mode="before")(_refuse_nothing)

    version: Annotated[Literal[1], Words(value="1")] = Field(description="1.")
    stop: Annotated[list[Severity], Words(value="a list of error, warning and notice")] = Field(
        default=["error"],
        description="Findings of which severities make plan and validate end with 8; none with [].",
    )
    rules: Annotated[list[Rule], Words(value="a list of rules")] = Field(
        default=[], description="Every rule whose match fits applies."
    )
    waivers: Annotated[list[Waiver], Words(value="a list of waivers")] = Field(
        default=[], description="Findings that are accepted."
    )
