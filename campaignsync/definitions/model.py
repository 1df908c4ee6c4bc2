"""The parts of a body as pydantic models: what a definition's keys may say. Pure.

The rules are the contract's, "Create Voice Campaign API - Preview Mode", section "Body Parameters" (quoted
in the models as *the API*), and those that the product adds because a wrong call can't be taken back.
Types are strict, unknown keys are errors, and only the API's own spelling of a key is one.

Schema and messages are made from the models: what a key takes is said at its field, and nowhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from campaignsync.definitions.constraints import PHONE_NUMBER, disorder, repeats, zone_names
from campaignsync.definitions.suggestions import nearest_phone_number, nearest_time, nearest_zone

CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
"""Control characters and line breaks (Unicode's Cc, Zl, Zp), for a character class of any regex dialect."""
CONTROL_IN_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
"""Those that a string of several lines may not hold either: all but tab and line breaks."""
_INVISIBLE = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
ODD_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces other than the plain one (Unicode's Zs), which nobody can tell from it."""
LINE = rf"^[^{ODD_SPACES}{CONTROL}]*[^{_INVISIBLE}{CONTROL}][^{ODD_SPACES}{CONTROL}]*$"
"""One line that shows something, with plain spaces only."""
LINES = rf"^[^{CONTROL_IN_LINES}]*[^{_INVISIBLE}{CONTROL_IN_LINES}][^{CONTROL_IN_LINES}]*$"
"""Lines that show something."""

MOST_OF_A_FILE = 50
"""Problems of one file that are told; who fixes these runs the check again."""

RULE = "rule"
"""The type of an error whose message says all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How messages describe what a key takes.

    Attributes:
        value: Such as ``a time zone``; where empty, it is made from the type and its range.
        note: Added in brackets, such as the unit.
        suggest: For strings of a certain form: returns what a wrong one was meant to be, or None.
        otherwise: Added to what is said of a string that nothing can be suggested for.
    """

    value: str = ""
    note: str = ""
    suggest: Callable[[str], str | None] | None = None
    otherwise: str = ""


def _known_zone(name: str) -> str:
    if name not in zone_names():
        raise PydanticCustomError("zone", "not a time zone of the IANA")
    return name


def _unscheduled(is_enabled: bool) -> bool:  # noqa: FBT001  # pydantic passes the value like this
    if is_enabled:
        raise PydanticCustomError(
            RULE,
            "only false: the keys that say when are not documented, so it might dial at an hour nobody chose",
        )
    return is_enabled


def _refuse_number(number: object) -> object:
    if type(number) in {int, float}:
        raise PydanticCustomError(
            RULE,
            '{number} is a number to YAML, which drops the +: quote it, as in "+12025550123"',
            {"number": f"{number!s:.60}"},
        )
    return number


def _as_string(priority: object) -> object:
    # The one conversion: `priority: 5` is what everyone writes, and the API wants a string.
    return str(priority) if type(priority) is int and priority in range(1, 6) else priority


def _between_items(
    find_faults: Callable[[Sequence[object]], Iterator[tuple[tuple[int | str, ...], str]]],
) -> WrapValidator:
    """Return the check of a rule between a list's items, next to whatever is wrong with each of them."""

    def check(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        faults = list(islice(find_faults(value), MOST_OF_A_FILE + 1)) if isinstance(value, list) else []
        try:
            result = handler(value)
        except ValidationError as error:
            if not faults:
                raise
            errors = error.errors(include_url=False)
        else:
            if not faults:
                return result
            errors = []
        errors += [
            ErrorDetails(type=RULE, loc=loc, msg=message, input=value, ctx={}) for loc, message in faults
        ]
        raise ValidationError.from_exception_data("list", [_again(each) for each in errors])

    return WrapValidator(check)


def _again(error: ErrorDetails) -> InitErrorDetails:
    # By pydantic's own words: an error of a validator can't be made again by its type alone.
    context = {**error.get("ctx", {}), "message": error["msg"]}
    kind = PydanticCustomError(error["type"], "{message}", context)
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"])


Line = Annotated[str, StringConstraints(strict=True, pattern=LINE)]
"""A string of one line that shows something."""

ContactList = Annotated[Line, Words(value="the name of a contact list")]

MOST_LISTS = 10
"""Contact lists of one campaign (the vendor's limit: "Limits" of the API notes)."""

Time = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^(1[0-2]|[1-9]):[0-5][0-9] (AM|PM)$"),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'A time on the 12-hour clock, in quotes, such as "9:00 AM" or "12:30 PM".'
        }
    ),
    Words(value='a time such as "9:00 AM" or "12:30 PM"', suggest=nearest_time),
]
"""A time of day on the 12-hour clock, without a leading zero."""


class Part(BaseModel):
    """A mapping of known keys, of strict types."""

    # Of six shapes most runs need one or two, and a part is built with the shape that has it: to build one by
    # itself takes longer than to check twenty files.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class CallerId(Part):
    """What the called person's telephone shows. The API: `dialingStrategy.callerId`."""

    model_config = ConfigDict(title="Caller ID")

    phone_number: Annotated[
        str,
        StringConstraints(pattern=PHONE_NUMBER),
        BeforeValidator(_refuse_number),
        Words(
            value='a telephone number such as "+12025550123", with + and 7 to 15 digits, the first not 0',
            suggest=nearest_phone_number,
        ),
    ] = Field(
        alias="phoneNumber",
        title="Phone number",
        description="A number verified in the account, as E.164 writes it: + and 7 to 15 digits, in quotes.",
        examples=["+12025550123"],
        json_schema_extra={
            "patternErrorMessage": 'A number in quotes: + and 7 to 15 digits, such as "+12025550123".'
        },
    )


class CallingBlock(Part):
    """One stretch of one weekday in which calls may be made. The API: `dialingStrategy.callingHours.days`."""

    model_config = ConfigDict(title="Calling block")

    day: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"] = Field(description="The weekday.")
    start: Time = Field(
        description="The first minute, on the 12-hour clock in the campaign's time zone: h:mm AM or h:mm PM.",
        examples=["9:00 AM"],
    )
    end: Time = Field(
        description="When calling stops, after the start, on the same day: h:mm AM or h:mm PM.",
        examples=["6:00 PM"],
    )


class CallingHours(Part):
    """When calls may be made. The API: `dialingStrategy.callingHours`."""

    model_config = ConfigDict(title="Calling hours")

    frequency: Literal["WEEKLY", "DAILY", "CUSTOM"] = Field(
        description="How the calling hours repeat.",
        json_schema_extra={
            # The vendor's page has the names only.
            "markdownEnumDescriptions": [
                "The days below, each week.",
                "Every day. Give all seven the same hours: the vendor does not say what counts else.",
                "The days below. The vendor says no more of it.",
            ]
        },
    )
    timezone: Annotated[
        str,
        AfterValidator(_known_zone),
        WithJsonSchema(
            {
                "type": "string",
                "enum": sorted(zone_names()),
                "errorMessage": "A time zone of the IANA, named after a place, such as America/New_York.",
            }
        ),
        Words(value="a time zone of the IANA, such as Asia/Kolkata", suggest=nearest_zone),
    ] = Field(
        title="Time zone",
        description="The IANA time zone in which the calling hours are meant.",
        examples=["Asia/Kolkata"],
    )
    days: Annotated[
        list[CallingBlock],
        Field(min_length=1),
        _between_items(disorder),
        Words(value="a list of at least one block of day, start and end"),
    ] = Field(description="When calls may be made. Blocks of one day may touch, and may not overlap.")


class DialingStrategy(Part):
    """How contacts are dialed. The API: `dialingStrategy`."""

    model_config = ConfigDict(title="Dialing strategy")

    caller_id: CallerId = Field(
        alias="callerId", title="Caller ID", description="What the called person sees."
    )
    calling_hours: CallingHours = Field(
        alias="callingHours", title="Calling hours", description="When calls may be made."
    )
    dialing_order: Literal["FIFO", "LIFO"] = Field(
        alias="dialingOrder",
        title="Dialing order",
        description="FIFO: the contact that came first is dialed first. LIFO: the one that came last.",
    )
    max_attempts_per_record: Annotated[StrictInt, Words(note="calls")] = Field(
        alias="maxAttemptsPerRecord",
        ge=1,
        le=100,
        title="Attempts per contact",
        description="The most calls to one contact, 1 to 100.",
        examples=[3],
    )
    default_retry_period: Annotated[StrictInt, Words(note="minutes")] = Field(
        alias="defaultRetryPeriod",
        ge=1,
        le=1440,
        title="Retry period (minutes)",
        description="Minutes to wait before a contact is called again, 1 to 1440 (a day).",
        examples=[10],
    )
    max_ring_time: Annotated[StrictInt, Words(note="seconds")] = Field(
        alias="maxRingTime",
        ge=5,
        le=120,
        title="Ring time (seconds)",
        description="Seconds that the phone rings before the call is given up, 5 to 120.",
        examples=[30],
    )


class Schedule(Part):
    """When the campaign starts by itself: never.

    It is in the API's sample, not in its table. The keys that would say when are not documented, so
    a campaign with scheduling might dial at an hour that nobody chose.
    """

    model_config = ConfigDict(title="Schedule")

    is_scheduling_enabled: Annotated[
        StrictBool, AfterValidator(_unscheduled), WithJsonSchema({"const": False}), Words(value="false")
    ] = Field(
        alias="isSchedulingEnabled",
        title="Scheduling",
        description="Only false: a person starts the campaign.",
    )


class DncLists(Part):
    """Whom never to call. The API, version 2: `dncLists`, an object with one list."""

    model_config = ConfigDict(title="Do-not-call list")

    name: Annotated[Line, Words(value="the name of a do-not-call list")] = Field(
        title="Name",
        description="The name of the do-not-call list, which must exist in the account.",
        examples=["Do Not Call"],
    )


class Campaign(Part):
    """What every campaign says, in whatever mode and by whatever version; the rest is in `shapes`.

    Source of every range and list of values: the API, "Body Parameters".
    """

    model_config = ConfigDict(title="Voice campaign")

    name: Line = Field(
        max_length=48,
        description="The campaign's name, at most 48 characters. It identifies the campaign: no other in the "
        "account may have it, in whatever case.",
        examples=["Billing Reminder Voice Campaign"],
    )
    description: Annotated[str, StringConstraints(pattern=LINES)] = Field(
        max_length=256, description="What the campaign is for, at most 256 characters."
    )
    contact_lists: Annotated[
        list[ContactList],
        Field(min_length=1, max_length=MOST_LISTS),
        _between_items(repeats),
        Words(value="a list of at least one contact list's name"),
    ] = Field(
        alias="contactLists",
        title="Contact lists",
        description="The names of the lists to call, which must exist in the account, 10 at most.",
        examples=[["Recent Buyers - Q2 2025"]],
        json_schema_extra={"uniqueItems": True},
    )
    priority: Annotated[
        Literal["1", "2", "3", "4", "5"],
        BeforeValidator(_as_string),
        WithJsonSchema({"enum": ["1", "2", "3", "4", "5", 1, 2, 3, 4, 5]}),
        Words(note="5 is the highest"),
    ] = Field(description="1 to 5; a higher one weighs more.")
    dialing_mode: Literal["Agentless", "Progressive", "Preview"] = Field(
        alias="dialingMode",
        title="Dialing mode",
        description="Who speaks with the people called, and when they are called.",
        json_schema_extra={
            "markdownEnumDescriptions": [
                "No agent: a flow talks (`experienceFlowName`).",
                "Calls are placed when an agent is free.",
                "An agent reads the contact first; after 30 seconds without an action the call is placed.",
            ]
        },
    )
    dialing_strategy: DialingStrategy = Field(
        alias="dialingStrategy",
        title="Dialing strategy",
        description="How, when and how often contacts are dialed.",
    )
    schedule: Annotated[Schedule, Words(value="a mapping with isSchedulingEnabled: false")] = Field(
        # Without a check, for which the part would have to be built here.
        default=Schedule.model_construct(is_scheduling_enabled=False),
        description="May be left out. It asks for no start: a person starts the campaign.",
    )
    campaign_type: Literal["voice"] = Field(
        default="voice", alias="campaignType", title="Type", description="May be left out. Only voice."
    )
