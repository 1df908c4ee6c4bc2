"""What was edited since a campaign was created, in words instead of keys. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaignsync.calling_hours import week_of
from campaignsync.plan import Changed, FieldChange
from campaignsync.report import hours
from campaignsync.text import json_text

_HOURS = "dialingStrategy.callingHours.days"
_WORDS = {
    "name": "name",
    "description": "description",
    "contactLists": "contact lists",
    "priority": "priority",
    "dialingMode": "dialing mode",
    "dialingStrategy.callerId.phoneNumber": "caller id",
    "dialingStrategy.callingHours.frequency": "frequency of the hours",
    "dialingStrategy.callingHours.timezone": "time zone",
    "dialingStrategy.dialingOrder": "dialing order",
    "dialingStrategy.maxAttemptsPerRecord": "attempts",
    "dialingStrategy.defaultRetryPeriod": "minutes between attempts",
    "dialingStrategy.maxRingTime": "seconds of ringing",
    "schedule.isSchedulingEnabled": "scheduling",
    "queue_name": "queue",
    "experienceFlowName": "flow",
    "enableMachineDetect": "answering machines",
    "dncLists": "do-not-call list",
    "dncLists.name": "do-not-call list",
    "maxSkips": "skips",
    "campaignType": "campaign type",
}
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit.

    Attributes:
        what: What was edited: our own words, or the key where there are none for it.
        is_key: Whether it is the key, which is foreign text.
        old: The value as sent; None where `what` says it all.
        new: The value now.
    """

    what: str
    is_key: bool = False
    old: str | None = None
    new: str | None = None


def in_words(changed: Changed) -> list[Change]:
    """Return what differs between what was sent and what the definition says now, in order."""
    found = _hours(changed.record.definition, changed.definition.body or {})
    others = [each for each in changed.changes if not (found and each.path.startswith(_HOURS))]
    return [*found, *map(change_in_words, others)]


def change_in_words(change: FieldChange) -> Change:
    """Return one change, with our own words for the key where there are some."""
    words = _WORDS.get(re.sub(r"\[\d+\]$", "", change.path))
    old, new = ("none" if value is None else json_text(value) for value in (change.old, change.new))
    return Change(what=words or change.path, is_key=words is None, old=old, new=new)


def _hours(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return how the hours of the weekdays changed; nothing where words would not say all of it."""
    before, after = week_of(old), week_of(new)
    is_whole = all(len(week.blocks) == len(_days(body)) for week, body in ((before, old), (after, new)))
    return list(_hours_by_day(hours.by_day(before), hours.by_day(after))) if is_whole else []


def _hours_by_day(old: Mapping[int, str], new: Mapping[int, str]) -> Iterator[Change]:
    added = [day for day in new if day not in old]
    for day, text in old.items():
        if new.get(day) == text:
            continue
        moved = next((other for other in added if new[other] == text), None) if day not in new else None
        if moved is not None:
            added.remove(moved)
            yield Change(what=f"hours on {_DAY_NAMES[day]} → {_DAY_NAMES[moved]}")
        else:
            yield Change(what=f"hours on {_DAY_NAMES[day]}: {text} → {new.get(day, 'none')}")
    for day in added:
        yield Change(what=f"hours on {_DAY_NAMES[day]}: none → {new[day]}")


def _days(body: Mapping[str, Any]) -> Sequence[object]:
    match body:
        case {"dialingStrategy": {"callingHours": {"days": [*days]}}}:
            return days
        case _:
            return ()
