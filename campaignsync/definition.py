"""The body of a create as pydantic models: what a definition may say. Pure.

The rules are the contract's, "Create Voice Campaign API - Preview Mode", section "Body Parameters" (quoted
in the models as *the API*), and those that the product adds because a wrong call can't be taken back.
Types are strict, unknown keys are errors, and only the API's own spelling of a key is one.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from campaignsync.rules import disorder, is_orderly, repeats
from campaignsync.timezones import zone_names

CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
"""Control characters and line breaks (Unicode's Cc, Zl, Zp), for a character class of any regex dialect."""
_INVISIBLE = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
# Tab, line feed and carriage return are what a text of several lines may hold.
_CONTROL_IN_LINES = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_LINE = rf"^[^{CONTROL}]*[^{_INVISIBLE}{CONTROL}][^{CONTROL}]*$"
_LINES = rf"^[^{_CONTROL_IN_LINES}]*[^{_INVISIBLE}{_CONTROL_IN_LINES}][^{_CONTROL_IN_LINES}]*$"

ACROSS = "across"
"""The error type of a rule between values, which `rules.py` holds."""
ZONE = "zone"
"""The error type of a time zone that the IANA doesn't know."""
SCHEDULED = "scheduled"
"""The error type of a campaign that would start by itself."""


def _known_zone(name: str) -> str:
    if name not in zone_names():
        raise PydanticCustomError(ZONE, "not a time zone of the IANA, such as Asia/Kolkata")
    return name


def _unscheduled(is_enabled: bool) -> bool:  # noqa: FBT001  # pydantic passes the value like this
    if is_enabled:
        raise PydanticCustomError(
            SCHEDULED,
            "only false: the keys that say when are not documented, so it might dial at an hour nobody chose",
        )
    return is_enabled


def _in_order(days: "list[CallingBlock]") -> "list[CallingBlock]":
    if not is_orderly([(block.day, block.start, block.end) for block in days]):
        _raise_first(disorder([block.model_dump() for block in days]))
    return days


def _without_repeats(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        _raise_first(repeats(names))
    return names


def _raise_first(faults: Iterator[tuple[object, str]]) -> NoReturn:
    raise PydanticCustomError(ACROSS, "{message}", {"message": next(message for _, message in faults)})


def _as_text(priority: object) -> object:
    # The one conversion: `priority: 5` is what everyone writes, and the API wants a string.
    return str(priority) if type(priority) is int and priority in range(1, 6) else priority


Line = Annotated[str, StringConstraints(strict=True, pattern=_LINE)]
"""A text of one line that shows something."""

Time = Annotated[str, StringConstraints(strict=True, pattern=r"^(1[0-2]|[1-9]):[0-5][0-9] (AM|PM)$")]
"""A time of day on the 12-hour clock, without a leading zero."""

Zone = Annotated[
    str,
    Field(strict=True),
    AfterValidator(_known_zone),
    WithJsonSchema({"type": "string", "enum": sorted(zone_names())}),
]
"""A name of the IANA's time zone database."""

Priority = Annotated[
    Literal["1", "2", "3", "4", "5"],
    BeforeValidator(_as_text),
    WithJsonSchema({"enum": ["1", "2", "3", "4", "5", 1, 2, 3, 4, 5]}),
]
"""1 to 5; higher is dialed first."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CallerId(_Part):
    """What the called person's telephone shows. The API: `dialingStrategy.callerId`."""

    model_config = ConfigDict(title="Caller ID")

    phone_number: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")] = Field(
        alias="phoneNumber",
        title="Phone number",
        description="A number verified in the account, as E.164 writes it: + and 7 to 15 digits, in quotes.",
        examples=["+12025550123"],
    )


class CallingBlock(_Part):
    """One stretch of one weekday in which calls may be made. The API: `dialingStrategy.callingHours.days`."""

    model_config = ConfigDict(title="Calling block")

    day: Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"] = Field(title="Day", description="The weekday.")
    start: Time = Field(
        title="Start",
        description="The first minute, on the 12-hour clock in the campaign's time zone: h:mm AM or h:mm PM.",
        examples=["9:00 AM"],
    )
    end: Time = Field(
        title="End",
        description="When calling stops, after the start, on the same day: h:mm AM or h:mm PM.",
        examples=["6:00 PM"],
    )


class CallingHours(_Part):
    """When calls may be made. The API: `dialingStrategy.callingHours`."""

    model_config = ConfigDict(title="Calling hours")

    frequency: Literal["WEEKLY", "DAILY", "CUSTOM"] = Field(
        title="Frequency", description="How the calling hours repeat."
    )
    timezone: Zone = Field(
        title="Time zone",
        description="The IANA time zone in which the calling hours are meant.",
        examples=["Asia/Kolkata"],
    )
    days: Annotated[list[CallingBlock], AfterValidator(_in_order)] = Field(
        min_length=1,
        title="Days",
        description="When calls may be made. Blocks of one day may touch, and may not overlap.",
    )


class DialingStrategy(_Part):
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
    max_attempts_per_record: StrictInt = Field(
        alias="maxAttemptsPerRecord",
        ge=1,
        le=100,
        title="Attempts per contact",
        description="The most calls to one contact, 1 to 100.",
        examples=[3],
    )
    default_retry_period: StrictInt = Field(
        alias="defaultRetryPeriod",
        ge=1,
        le=1440,
        title="Retry period (minutes)",
        description="Minutes to wait before a contact is called again, 1 to 1440 (a day).",
        examples=[10],
    )
    max_ring_time: StrictInt = Field(
        alias="maxRingTime",
        ge=5,
        le=120,
        title="Ring time (seconds)",
        description="Seconds that the phone rings before the call is given up, 5 to 120.",
        examples=[30],
    )


class Schedule(_Part):
    """When the campaign starts by itself: never.

    It stands in the API's sample, not in its table. The keys that would say when are not documented, so
    a campaign with scheduling might dial at an hour that nobody chose.
    """

    model_config = ConfigDict(title="Schedule")

    is_scheduling_enabled: Annotated[
        StrictBool, AfterValidator(_unscheduled), WithJsonSchema({"const": False})
    ] = Field(
        alias="isSchedulingEnabled",
        title="Scheduling",
        description="Only false: a person starts the campaign.",
    )


class Campaign(_Part):
    """One voice campaign in Preview, Progressive or Agentless mode, created as its definition says.

    Source of every range and list of values: the API, "Body Parameters".
    """

    model_config = ConfigDict(title="Voice campaign")

    name: Annotated[Line, Field(max_length=48)] = Field(
        title="Name",
        description="The campaign's name, at most 48 characters. It identifies the campaign: no other in the "
        "account may have it, in whatever case.",
        examples=["Billing Reminder Voice Campaign"],
    )
    description: Annotated[str, StringConstraints(pattern=_LINES, max_length=256)] = Field(
        title="Description", description="What the campaign is for, at most 256 characters."
    )
    contact_lists: Annotated[list[Line], AfterValidator(_without_repeats)] = Field(
        alias="contactLists",
        min_length=1,
        title="Contact lists",
        description="The names of the lists to call, which must exist in the account.",
        examples=[["Recent Buyers - Q2 2025"]],
        json_schema_extra={"uniqueItems": True},
    )
    priority: Priority = Field(
        title="Priority", description="1 to 5; of two campaigns that wait, the higher is dialed first."
    )
    dialing_mode: Literal["Agentless", "Progressive", "Preview"] = Field(
        alias="dialingMode",
        title="Dialing mode",
        description="Preview: the agent reads the contact first, then dials.",
    )
    dialing_strategy: DialingStrategy = Field(
        alias="dialingStrategy",
        title="Dialing strategy",
        description="How, when and how often contacts are dialed.",
    )
    schedule: Schedule = Field(
        default=Schedule(isSchedulingEnabled=False),
        title="Schedule",
        description="May be left out. A campaign does not dial until a person starts it.",
    )
    queue_name: Line = Field(
        title="Queue",
        description="The name of the agent queue that gets the answered calls.",
        examples=["Default Queue"],
    )
    enable_machine_detect: StrictBool = Field(
        alias="enableMachineDetect",
        title="Machine detection",
        description="Whether answering machines and voicemail are detected.",
    )
    max_skips: StrictInt = Field(
        alias="maxSkips",
        ge=0,
        title="Skips",
        description="How often agents may skip a contact before its record is flagged, 0 or more.",
        examples=[1],
    )
    campaign_type: Literal["voice"] = Field(
        default="voice", alias="campaignType", title="Type", description="May be left out. Only voice."
    )


def to_body(campaign: Campaign) -> dict[str, Any]:
    """Return the JSON object to send, its keys in the order of the API's sample request."""
    return campaign.model_dump(mode="json", by_alias=True)
