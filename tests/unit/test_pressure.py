"""How often one person may be called at most."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from campaignsync.calling_hours import DAY_MINUTES, WEEK_MINUTES, Block, week_of
from campaignsync.findings import Campaign
from campaignsync.findings.campaigns import campaigns_of
from campaignsync.findings.pressure import NONE, Pressure, calls_of, of_campaign
from campaignsync.plan import make_plan
from tests.unit.report_samples import body, claim, definition, record, state

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORK = [f"{day}/9:00 AM/6:00 PM" for day in DAYS[:5]]


def calling(
    *blocks: str, attempts: object = 3, retry: object = 10, lists: Sequence[str] = ("Buyers",)
) -> dict[str, Any]:
    days = [dict(zip(("day", "start", "end"), block.split("/"), strict=True)) for block in blocks]
    whole = body(contactLists=list(lists))
    whole["dialingStrategy"] |= {"maxAttemptsPerRecord": attempts, "defaultRetryPeriod": retry}
    whole["dialingStrategy"]["callingHours"]["days"] = days
    return whole


@pytest.mark.parametrize(
    ("blocks", "attempts", "retry", "day", "week"),
    [
        (WORK, 3, 10, 3, 3),
        (WORK, 1, 1440, 1, 1),
        # Nine hours: a call each of them, and one more where 24 hours begin amid a day and end amid the next;
        # never more than there are attempts.
        (WORK, 100, 60, 10, 46),
        (WORK, 8, 60, 8, 8),
        # The last minute is no minute of calls: what ends when the next call is due has room for one.
        (["MO/9:00 AM/6:00 PM"], 2, 540, 1, 2),
        (["MO/9:00 AM/6:01 PM"], 2, 540, 2, 2),
        # Once a day, as the longest retry period has it, is once in any 24 hours. Seven days from a Monday
        # afternoon end on a Monday, whose morning counts, too.
        (WORK, 7, 1440, 1, 6),
        ([f"{day}/12:00 AM/11:59 PM" for day in DAYS], 100, 1440, 1, 7),
        # Two days' hours that touch at midnight are one stretch, and the week's end touches its start.
        (["MO/10:00 PM/11:59 PM", "TU/12:00 AM/2:00 AM"], 4, 60, 4, 4),
        (["SU/10:00 PM/11:59 PM", "MO/12:00 AM/2:00 AM"], 4, 60, 4, 4),
        # 24 hours that are no day of the calendar: the evening of one and the morning of the next.
        (["MO/6:00 PM/8:00 PM", "TU/8:00 AM/10:00 AM"], 100, 60, 4, 5),
        # A break makes the next call wait for its end.
        (["MO/9:00 AM/10:00 AM", "MO/2:00 PM/3:00 PM"], 100, 30, 4, 5),
        ([], 3, 10, 0, 0),
    ],
)
def test_the_most_calls_are_counted_minute_by_minute(
    blocks: list[str], attempts: int, retry: int, day: int, week: int
) -> None:
    assert of_campaign(calling(*blocks, attempts=attempts, retry=retry)) == Pressure(day=day, week=week)


@pytest.mark.parametrize(("attempts", "retry"), [("3", 10), (3, None), (True, 10), (0, 10), (3, 0)])
def test_what_is_no_number_of_calls_is_none(attempts: object, retry: object) -> None:
    assert of_campaign(calling(*WORK, attempts=attempts, retry=retry)) == NONE
    assert of_campaign({}) == NONE


def by_hand(blocks: Sequence[Block], attempts: int, retry: int, window: int) -> int:
    """Begin at each minute, call as soon as it is allowed, and count until the window ends."""
    allowed = {
        block.day * DAY_MINUTES + minute for block in blocks for minute in range(block.start, block.end)
    }
    most = 0
    for start in allowed:
        count, due = 0, start
        for minute in range(start, start + window):
            if minute >= due and minute % WEEK_MINUTES in allowed and count < attempts:
                count, due = count + 1, minute + retry
        most = max(most, count)
    return most


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_counting_by_hand_finds(seed: int) -> None:
    chance = Random(seed)
    clock = ["12:00 AM", "12:07 AM", "12:41 AM", "1:13 AM", "11:20 PM", "11:59 PM"]
    blocks = []
    for day in chance.sample(DAYS, 3):
        first, last = sorted(chance.sample(range(4), 2))
        blocks += [f"{day}/{clock[first]}/{clock[last]}", f"{day}/{clock[4]}/{clock[5]}"]
    attempts, retry = chance.randint(1, 100), chance.choice((1, 7, 30, 61, 720, 1440))
    data = calling(*blocks, attempts=attempts, retry=retry)
    week = week_of(data).blocks
    assert of_campaign(data) == Pressure(
        day=by_hand(week, attempts, retry, DAY_MINUTES), week=by_hand(week, attempts, retry, WEEK_MINUTES)
    )


def campaign(name: str, *lists: str, **changes: Any) -> Campaign:  # noqa: ANN401  # see `calling`
    return Campaign(name=name, path=f"{name}.yaml", body=calling(*WORK, lists=lists, **changes), is_new=True)


def test_campaigns_that_share_a_list_are_added_up() -> None:
    found = calls_of(
        [
            campaign("A", "Buyers", "Alone"),
            campaign("B", "buyers ", attempts=2),
            # Twice on one list is one campaign all the same.
            campaign("C", "Buyers", "BUYERS", attempts=7, retry=1440),
        ]
    )
    assert found.on_lists == {"buyers": Pressure(day=6, week=11), "alone": Pressure(day=3, week=3)}
    assert found.own == {
        "A": Pressure(day=3, week=3),
        "B": Pressure(day=2, week=2),
        "C": Pressure(day=1, week=6),
    }


def test_only_what_shares_a_list_with_a_new_campaign_is_counted() -> None:
    recorded = [
        replace(campaign(name, *lists), is_new=False)
        for name, *lists in (("B", "Buyers", "Other"), ("C", "Other"))
    ]
    found = calls_of([campaign("A", "Buyers"), *recorded])
    assert found.on_lists == {"buyers": Pressure(day=6, week=6)}
    assert list(found.own) == ["A"]
    assert calls_of(recorded).on_lists == {}


def test_what_exists_counts_as_sent_and_what_is_held_back_does_not() -> None:
    definitions = [
        definition("New", maxSkips=2),
        definition("Renamed"),
        definition("Edited", maxSkips=9),
        definition("Claimed", maxSkips=7),
    ]
    known = state([record("Gone"), record("Edited"), claim("Claimed"), claim("Lost", maxSkips=8)])
    found = campaigns_of(make_plan(definitions, known), known)
    assert [(each.name, each.body["maxSkips"], each.is_new) for each in found] == [
        ("Claimed", 7, True),
        ("Edited", 1, False),
        ("Gone", 1, False),
        ("Lost", 8, False),
        ("New", 2, True),
    ]
