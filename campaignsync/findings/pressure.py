"""How often one person may be called: the most calls in 24 hours and in 7 days. Pure.

A bound, not a forecast: each call goes unanswered, each is made at the first minute that the hours and the
retry period allow, whenever the period begins. So no day of the calendar, in any time zone, has more. Who is
on a list twice, or on two lists of one campaign, is called for each.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from campaignsync.calling_hours import DAY_MINUTES, WEEK_MINUTES, Block, Week, week_of
from campaignsync.findings.finding import Campaign

_MOST_KEPT = 4096
"""Different hours, attempts and periods that are kept as computed: many campaigns share them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """The most calls to one person.

    Attributes:
        day: In any 24 hours.
        week: In any 7 days.
    """

    day: int
    week: int

    def __add__(self, other: "Pressure") -> "Pressure":
        return Pressure(day=self.day + other.day, week=self.week + other.week)


NONE = Pressure(day=0, week=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The most calls to one person, by several campaigns.

    Attributes:
        own: Of each new campaign by itself, by its name.
        on_lists: To a person of each contact list that a new campaign calls, over all campaigns that call
            it, by the list's identity.
    """

    own: Mapping[str, Pressure]
    on_lists: Mapping[str, Pressure]


def of_campaign(body: Mapping[str, Any], week: Week | None = None) -> Pressure:
    """Return the most calls of one campaign to one contact.

    Args:
        week: Its calling hours; those of the body where they were not read before.
        body: What is sent; `maxAttemptsPerRecord` counts all attempts, `defaultRetryPeriod` is in minutes
            from one to the next (the API's "Body Parameters"). What is not as the contract has it is none.
    """
    strategy = body.get("dialingStrategy")
    values = strategy if isinstance(strategy, Mapping) else {}
    attempts, retry = values.get("maxAttemptsPerRecord"), values.get("defaultRetryPeriod")
    if type(attempts) is not int or type(retry) is not int or attempts < 1 or retry < 1:
        return NONE
    return _most((week or week_of(body)).blocks, attempts, retry)


def calls_of(campaigns: Sequence[Campaign]) -> Calls:
    """Return the most calls of new campaigns, and to people of the lists that new campaigns call.

    Args:
        campaigns: All of them, recorded ones too: who shares no list with a new one is not looked at.
    """
    wanted = {key for each in campaigns if each.is_new for key in each.lists}
    own, on_lists = dict[str, Pressure](), dict[str, Pressure]()
    for each in campaigns:
        if each.is_new or not wanted.isdisjoint(each.lists):
            found = of_campaign(each.body, each.week)
            if each.is_new:
                own[each.name] = found
            for key in wanted.intersection(each.lists):
                on_lists[key] = on_lists.get(key, NONE) + found
    return Calls(own=own, on_lists=on_lists)


@lru_cache(_MOST_KEPT)
def _most(blocks: tuple[Block, ...], attempts: int, retry: int) -> Pressure:
    # In most cases all attempts fit into one block, within a day, and nothing need be counted.
    longest = max((block.end - block.start for block in blocks), default=0)
    if (attempts - 1) * retry < longest:
        return Pressure(day=attempts, week=attempts)
    spans = _spans(blocks)
    # The week twice: what begins on its last day goes on into the next.
    ahead = [*spans, *((start + WEEK_MINUTES, end + WEEK_MINUTES) for start, end in spans)]
    # Where the first call is made a minute later, those behind it are, too, and the period ends a minute
    # later: none is lost until one of them leaves its block. So the most calls are found where one is made in
    # the last minute of a block.
    firsts = {end - 1 - index * retry for _, end in ahead for index in range(attempts)}
    starts = [start for start, _ in spans]
    counts = []
    for first in firsts:
        at = bisect_right(starts, first) - 1
        # Only where it begins in the hours; what ended before can't matter to what follows.
        if at >= 0 and first < spans[at][1]:
            counts.append(_counted(first, ahead[at : at + len(spans) + 1], attempts, retry))
    day, week = (max(found, default=0) for found in zip(*counts, strict=True)) if counts else (0, 0)
    return Pressure(day=day, week=week)


def _spans(blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the stretches of a week in which calls are made, in minutes of it, sorted and apart."""
    spans = list[tuple[int, int]]()
    for block in sorted(blocks):
        start, end = (block.day * DAY_MINUTES + minute for minute in (block.start, block.end))
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif start < end:
            spans.append((start, end))
    return spans


def _counted(first: int, spans: Sequence[tuple[int, int]], attempts: int, retry: int) -> tuple[int, int]:
    """Return how many calls there are in the 24 hours and in the 7 days from the first one on."""
    day = count = 0
    due, left = first, iter(spans)
    start, end = next(left)
    while count < attempts:
        while end <= due:
            start, end = next(left, (first + WEEK_MINUTES,) * 2)
            if start >= first + WEEK_MINUTES:
                return day, count
        due = max(due, start)
        if due >= first + WEEK_MINUTES:
            break
        count += 1
        day += due < first + DAY_MINUTES
        due += retry
    return day, count
