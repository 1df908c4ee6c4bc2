"""What counts as a difference between what was sent and what came back, and what doesn't."""

from typing import Any

import pytest

from campaignsync.drift import differences
from campaignsync.plan import FieldChange

_DAYS = [
    {"day": "MO", "start": "9:00 AM", "end": "5:00 PM"},
    {"day": "TU", "start": "9:00 AM", "end": "12:30 PM"},
]
SENT: dict[str, Any] = {
    "name": "Spring",
    "description": "",
    "contactLists": ["A", "B"],
    "priority": "5",
    "enableMachineDetect": "no",
    "maxSkips": 1,
    "schedule": {"isSchedulingEnabled": False},
    "dialingStrategy": {"maxRingTime": 30, "callingHours": {"timezone": "Asia/Kolkata", "days": _DAYS}},
}


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"name": "SPRING "},
        {"contactLists": ["B", "A"]},
        {"contactLists": [{"id": "cl-2", "name": "B"}, {"id": "cl-1", "name": "A"}]},
        {"contactLists": [17, None]},
        {"priority": 5},
        {"enableMachineDetect": False},
        {"maxSkips": 1.0},
        {"maxSkips": "1"},
        {"maxSkips": None},
        {"dialingStrategy": None},
        {"dialingStrategy": {"callingHours": {"days": [*reversed(_DAYS)]}}},
        {"dialingStrategy": {"callingHours": {"days": [{**_DAYS[0], "start": "09:00  am"}, _DAYS[1]]}}},
        {"schedule": {"isRecurrenceEnabled": True}},
        {"status": "Active", "updatedAt": "2026"},
    ],
)
def test_is_none(found: dict[str, Any]) -> None:
    assert differences(SENT, found) == ()


@pytest.mark.parametrize(
    ("found", "change"),
    [
        ({"name": "Sprint"}, FieldChange(path="name", old="Spring", new="Sprint")),
        ({"description": "x"}, FieldChange(path="description", old="", new="x")),
        ({"contactLists": ["A"]}, FieldChange(path="contactLists", old=["A", "B"], new=["A"])),
        ({"contactLists": ["a", "B"]}, FieldChange(path="contactLists", old=["A", "B"], new=["B", "a"])),
        ({"contactLists": []}, FieldChange(path="contactLists", old=["A", "B"], new=[])),
        ({"priority": 4}, FieldChange(path="priority", old="5", new="4")),
        ({"enableMachineDetect": "detect"}, FieldChange(path="enableMachineDetect", old="no", new="detect")),
        ({"maxSkips": 0}, FieldChange(path="maxSkips", old=1, new=0)),
        (
            {"schedule": {"isSchedulingEnabled": True}},
            FieldChange(path="schedule.isSchedulingEnabled", old=False, new=True),
        ),
        (
            {"dialingStrategy": {"maxRingTime": 31}},
            FieldChange(path="dialingStrategy.maxRingTime", old=30, new=31),
        ),
        (
            {"dialingStrategy": {"callingHours": {"days": [{**_DAYS[0], "start": "9:00 PM"}, _DAYS[1]]}}},
            FieldChange(
                path="dialingStrategy.callingHours.days",
                old=["MO 9:00 AM to 5:00 PM", "TU 9:00 AM to 12:30 PM"],
                new=["MO 9:00 PM to 5:00 PM", "TU 9:00 AM to 12:30 PM"],
            ),
        ),
    ],
)
def test_is_one(found: dict[str, Any], change: FieldChange) -> None:
    assert differences(SENT, found) == (change,)
