"""What messages say that each key takes, and that no value at any key is more than a problem there."""

import json
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, StrictInt

from campaignsync.definitions.messages import all_fields, dotted, expected
from campaignsync.definitions.model import Words
from campaignsync.definitions.shapes import SHAPES
from campaignsync.definitions.validation import Invalid, check
from tests.unit.bodies import Body, changed, sample

PREVIEW = SHAPES["Preview", False]


def test_messages_say_of_each_key_what_it_takes() -> None:
    time = 'a time such as "9:00 AM" or "12:30 PM"'
    phone_number = 'a telephone number such as "+12025550123", with + and 7 to 15 digits, the first not 0'
    assert {dotted(place): expected(field) for place, field in all_fields(PREVIEW).items()} == {
        "": "a mapping of keys such as name and dialingMode",
        "name": "a string of 1 to 48 characters",
        "description": "a string of 1 to 256 characters",
        "contactLists": "a list of at least one contact list's name",
        "contactLists[0]": "the name of a contact list",
        "priority": "one of 1, 2, 3, 4, 5 (5 is the highest)",
        "dialingMode": "one of Agentless, Progressive, Preview",
        "dialingStrategy": "a mapping with callerId, callingHours, dialingOrder and more",
        "dialingStrategy.callerId": "a mapping with phoneNumber",
        "dialingStrategy.callerId.phoneNumber": phone_number,
        "dialingStrategy.callingHours": "a mapping with frequency, timezone and days",
        "dialingStrategy.callingHours.frequency": "one of WEEKLY, DAILY, CUSTOM",
        "dialingStrategy.callingHours.timezone": "a time zone of the IANA, such as Asia/Kolkata",
        "dialingStrategy.callingHours.days": "a list of at least one block of day, start and end",
        "dialingStrategy.callingHours.days[0]": "a mapping with day, start and end",
        "dialingStrategy.callingHours.days[0].day": "one of MO, TU, WE, TH, FR, SA, SU",
        "dialingStrategy.callingHours.days[0].start": time,
        "dialingStrategy.callingHours.days[0].end": time,
        "dialingStrategy.dialingOrder": "one of FIFO, LIFO",
        "dialingStrategy.maxAttemptsPerRecord": "a whole number from 1 to 100 (calls)",
        "dialingStrategy.defaultRetryPeriod": "a whole number from 1 to 1440 (minutes)",
        "dialingStrategy.maxRingTime": "a whole number from 5 to 120 (seconds)",
        "schedule": "a mapping with isSchedulingEnabled: false, and may be left out",
        "schedule.isSchedulingEnabled": "false",
        "queue_name": "the name of an agent queue",
        "enableMachineDetect": "true or false",
        "maxSkips": "a whole number from 0 to 1000000 (skips)",
        "campaignType": "voice, and may be left out",
    }


class _Inner(BaseModel):
    first: bool
    second: bool


class _Outer(BaseModel):
    hours: Annotated[StrictInt | None, Words(note="hours")] = Field(default=None, ge=1, le=2)
    inner: _Inner | None = None
    mode: Annotated[Literal["A"], "metadata of somebody else"] | None = None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("hours", "a whole number from 1 to 2 (hours), and may be left out"),
        ("inner", "a mapping with first and second, and may be left out"),
        ("mode", "A, and may be left out"),
    ],
)
def test_a_key_that_may_be_left_out_says_so(key: str, words: str) -> None:
    assert expected(_Outer.model_fields[key]) == words


_PATHS = [
    "x",
    "schedule.x",
    *(dotted(place).replace("[", ".").replace("]", "") for place in all_fields(PREVIEW)),
]
_PATHS.remove("")
_VALUES: list[object] = [
    *(None, True, False, 1.0, 0.1, -1, 0, 1, 5, 6, 1441, 10**6, 10**22, float("inf"), [], {}),
    *("", " ", "\n", "a\n", "a\nb", "\u200b", "\u2028", "a\x7f", "é 東", "x" * 49, "x" * 100_000),
    *("0", "5", " 5", "no", "voice", "preview", "mo", "9am", "17:30", "25:00", "Asia/Calcuta", "+1 (2)"),
    *(["A", "A"], ["A", 1, "A"], [[]], [{}], {"day": "MO"}, {"isSchedulingEnabled": True}),
    *([{"day": "MO", "start": start, "end": "9:00 AM"}] * 2 for start in ("8:59 AM", "9:00 AM", "", None)),
    [{"day": [], "start": "8:00 AM", "end": "9:00 AM"}, "MO", 1],
]


def _with(path: str, value: object) -> Body:
    # The sample leaves nothing out.
    return changed(path, value, {**sample(), "schedule": {"isSchedulingEnabled": False}})


@pytest.mark.parametrize("path", _PATHS)
def test_any_value_of_a_key_is_right_or_a_problem_at_that_key(path: str) -> None:
    for value in _VALUES:
        found = check(json.dumps(_with(path, value)).encode(), source="x.yaml")
        if isinstance(found, Invalid):
            here = path.replace(".0", "[0]")
            assert found.problems
            assert [each for each in found.problems if not each.key.startswith(here)] == []
            assert all(each.message.isprintable() and len(each.message) < 250 for each in found.problems)
