"""How often one person may be called: the most calls in 24 hours and in 7 days. Pure.

A bound, not a forecast: each call goes unanswered, each is made at the first minute that the hours and the
retry period allow, whenever the period begins. So no day of the calendar, in any time zone, has more. Who is
on a list twice, or on two lists of one campaign, is called for each.
"""

from bisect import bisect_left
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
    minutes = sorted(
        {
            block.day * DAY_MINUTES + minute
            for block in blocks
            for minute in range(block.start, min(block.end, DAY_MINUTES))
        }
    )
    if not minutes:
        return NONE
    # The week twice: what begins on its last day goes on into the next.
    ahead = [*minutes, *(minute + WEEK_MINUTES for minute in minutes)]
    steps = _steps(ahead, retry, attempts)
    day, week = (
        max(_count(start, ahead, steps, window=window) for start in range(len(minutes)))
        for window in (DAY_MINUTES, WEEK_MINUTES)
    )
    return Pressure(day=min(attempts, day), week=min(attempts, week))


def _steps(minutes: Sequence[int], retry: int, attempts: int) -> list[list[int]]:
    """Return, for each minute's index, that of the call 1, 2, 4, … later, as far as attempts go."""
    end = len(minutes)
    steps = [[*(bisect_left(minutes, minute + retry) for minute in minutes), end]]
    while 1 << len(steps) < attempts:
        last = steps[-1]
        steps.append([last[index] for index in last])
    return steps


def _count(start: int, minutes: Sequence[int], steps: Sequence[Sequence[int]], *, window: int) -> int:
    """Return how many calls there are from a minute's index on until the window ends."""
    stop, index, count = bisect_left(minutes, minutes[start] + window), start, 1
    for power in range(len(steps) - 1, -1, -1):
        following = steps[power][index]
        if following < stop:
            index, count = following, count + (1 << power)
    return count
