"""How often one person may be called: the most calls in 24 hours and in 7 days. Pure.

A bound, not a forecast: each call goes unanswered, each is made at the first minute that the hours and the
retry period allow, whenever the period begins. So no day of the calendar, in any time zone, has more. Who is
on a list twice, or on two lists of one campaign, is called for each.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from campaignsync.calling_hours import DAY_MINUTES, WEEK_MINUTES, Block, week_of
from campaignsync.findings.finding import Campaign
from campaignsync.identity import identity

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


def of_campaign(body: Mapping[str, Any]) -> Pressure:
    """Return the most calls of one campaign to one contact.

    Args:
        body: What is sent; `maxAttemptsPerRecord` counts all attempts, `defaultRetryPeriod` is in minutes
            from one to the next (the API's "Body Parameters"). What is not as the contract has it is none.
    """
    strategy = body.get("dialingStrategy")
    values = strategy if isinstance(strategy, Mapping) else {}
    attempts, retry = values.get("maxAttemptsPerRecord"), values.get("defaultRetryPeriod")
    if type(attempts) is not int or type(retry) is not int or attempts < 1 or retry < 1:
        return NONE
    return _most(week_of(body).blocks, attempts, retry)


def of_lists(campaigns: Sequence[Campaign]) -> dict[str, Pressure]:
    """Return the most calls to a person of each contact list, by the list's identity, over all campaigns."""
    sums: defaultdict[str, Pressure] = defaultdict(lambda: NONE)
    for campaign in campaigns:
        found = of_campaign(campaign.body)
        for key in lists_of(campaign.body):
            sums[key] += found
    return dict(sums)


def lists_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the identities of a body's contact lists, each once: names that differ in case are one list."""
    lists = body.get("contactLists")
    names = lists if isinstance(lists, list) else []
    return tuple(dict.fromkeys(identity(name) for name in names if isinstance(name, str)))


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
    counts = [_counted(first, ahead, attempts, retry) for first in firsts if _is_allowed(first, spans)]
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


def _is_allowed(minute: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= minute < end for start, end in spans)


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
