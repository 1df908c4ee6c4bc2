"""The six shapes of a body: three dialing modes, each without a do-not-call list and with one. Pure.

Without `dncLists` a campaign is created by version 1 of the API (the contract), with it by version 2. Source
of which keys each has: the contract's table "Definition files", from the vendor notes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictInt

from campaignsync.definitions.model import Campaign, DncLists, Line, Part, Words
from campaignsync.nearest import nearest_choice

_ORDER = (
    "name",
    "description",
    "contactLists",
    "dncLists",
    "priority",
    "dialingMode",
    "dialingStrategy",
    "schedule",
    "queue_name",
    "experienceFlowName",
    "enableMachineDetect",
    "maxSkips",
    "campaignType",
)
"""The order of keys in a body: that of the API's sample request."""


class _Queue(Part):
    queue_name: Annotated[Line, Words(value="the name of an agent queue")] = Field(
        title="Queue",
        description="The name of the agent queue that gets the answered calls. Preview and Progressive.",
        examples=["Default Queue"],
    )


class _Flow(Part):
    experience_flow_name: Annotated[Line, Words(value="the name of an experience flow")] = Field(
        alias="experienceFlowName",
        title="Experience flow",
        description="The name of the flow that talks to whom it calls. Agentless.",
        examples=["Payment Reminder"],
    )


class _Skips(Part):
    max_skips: Annotated[StrictInt, Words(note="skips")] = Field(
        alias="maxSkips",
        ge=0,
        le=1_000_000,
        title="Skips",
        description="How often agents may skip a contact before its record is flagged, 0 to 1000000. "
        "Preview.",
        examples=[1],
    )


class _MachineSwitch(Part):
    enable_machine_detect: Annotated[
        StrictBool, Words(otherwise="; only with dncLists it is one of no, detect, disconnect, for Agentless")
    ] = Field(
        alias="enableMachineDetect",
        title="Machine detection",
        description="Whether answering machines and voicemail are detected.",
    )


class _MachineChoice(Part):
    enable_machine_detect: Literal["no", "detect", "disconnect"] = Field(
        alias="enableMachineDetect",
        title="Machine detection",
        description="What becomes of answering machines and voicemail: no, detect or disconnect.",
    )


class _DoNotCall(Part):
    dnc_lists: DncLists = Field(
        alias="dncLists",
        title="Do-not-call list",
        description="Whom never to call, one list. With it the campaign is created by version 2 of the API.",
    )


class Preview(_Skips, _MachineSwitch, _Queue, Campaign):
    """An agent reads the contact first. The API: "Create Voice Campaign API - Preview Mode"."""


class Progressive(_MachineSwitch, _Queue, Campaign):
    """Calls are placed when an agent is free."""


class Agentless(_MachineSwitch, _Flow, Campaign):
    """No agent: a flow talks."""


class PreviewWithDnc(_Skips, _Queue, _DoNotCall, Campaign):
    """Preview with a do-not-call list; version 2 has no machine detection for it."""


class ProgressiveWithDnc(_Queue, _DoNotCall, Campaign):
    """Progressive with a do-not-call list; version 2 has no machine detection for it."""


class AgentlessWithDnc(_MachineChoice, _Flow, _DoNotCall, Campaign):
    """Agentless with a do-not-call list."""


Mode = Literal["Preview", "Progressive", "Agentless"]

MODES: tuple[Mode, ...] = ("Preview", "Progressive", "Agentless")

SHAPES: Mapping[tuple[Mode, bool], type[Campaign]] = {
    ("Preview", False): Preview,
    ("Progressive", False): Progressive,
    ("Agentless", False): Agentless,
    ("Preview", True): PreviewWithDnc,
    ("Progressive", True): ProgressiveWithDnc,
    ("Agentless", True): AgentlessWithDnc,
}
"""The shapes, by mode and by whether there is a do-not-call list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a definition is held against.

    Attributes:
        mode: Its dialing mode; where it names none that is known, the one that was most likely meant.
        has_dnc: Whether it names a do-not-call list.
        is_guess: Whether the mode is only likely.
    """

    mode: Mode
    has_dnc: bool
    is_guess: bool = False

    @property
    def shape(self) -> type[Campaign]:
        """The model."""
        return SHAPES[self.mode, self.has_dnc]


def form_of(value: object) -> Form:
    """Return what a definition is held against."""
    body = value if isinstance(value, dict) else {}
    typed = body.get("dialingMode")
    for mode in MODES:
        if typed == mode:
            return Form(mode=mode, has_dnc="dncLists" in body)
    return Form(mode=_likely_mode(body, typed), has_dnc="dncLists" in body, is_guess=True)


def _likely_mode(body: Mapping[Any, object], typed: object) -> Mode:
    near = nearest_choice(typed, MODES) if isinstance(typed, str) else None
    for mode in MODES:
        if near == mode:
            return mode
    if "experienceFlowName" in body:
        return "Agentless"
    return "Progressive" if "queue_name" in body and "maxSkips" not in body else "Preview"


def modes_with(key: str, *, has_dnc: bool) -> tuple[Mode, ...]:
    """Return the modes whose bodies have a key."""
    return tuple(mode for mode in MODES if key in keys_of(SHAPES[mode, has_dnc]))


def keys_of(shape: type[BaseModel]) -> frozenset[str]:
    """Return a model's keys, as they are typed."""
    return frozenset(field.alias or name for name, field in shape.model_fields.items())


def keys_of_mode(mode: Mode) -> list[str]:
    """Return all keys that a mode can have, without a do-not-call list or with one."""
    known = keys_of(SHAPES[mode, False]) | keys_of(SHAPES[mode, True])
    return [key for key in _ORDER if key in known]


def to_body(campaign: Campaign) -> dict[str, Any]:
    """Return the JSON object to send, its keys in the order of the API's sample request."""
    dumped = campaign.model_dump(mode="json", by_alias=True)
    return {key: dumped[key] for key in _ORDER if key in dumped}
