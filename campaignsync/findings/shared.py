"""`lists/shared`: a contact list that several campaigns call. Pure.

They can't run at the same time, and its people are called by each (the vendor notes, "What the console says
or enforces": two campaigns can't run at once with the same list).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from campaignsync.calling_hours import DAY_MINUTES, Week, in_utc
from campaignsync.findings.finding import Campaign, Finding
from campaignsync.identity import identity
from campaignsync.text import cut, printable

_MOST_NAMED = 3
_MOST_KEPT = 4096
"""Pairs of different weeks that are kept as compared: many campaigns share their hours."""
_LONGEST_NAME = 48


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find the lists of new campaigns that other campaigns call, too."""
    callers: dict[str, list[Campaign]] = {}
    for campaign in campaigns:
        for key in {identity(name) for name in _lists(campaign)}:
            callers.setdefault(key, []).append(campaign)
    for campaign in campaigns:
        for index, name in enumerate(_lists(campaign) if campaign.is_new else ()):
            named = callers[identity(name)]
            if len(named) > 1:
                yield campaign.finding(
                    "lists/shared", "warning", f"contactLists[{index}]", _words(name, campaign, named)
                )


def _lists(campaign: Campaign) -> Sequence[str]:
    lists = campaign.body.get("contactLists")
    return [name for name in lists if isinstance(name, str)] if isinstance(lists, list) else []


def _words(name: str, campaign: Campaign, callers: Sequence[Campaign]) -> str:
    # Not the whole row of callers: a thousand of one list would name each other a million times.
    others: list[Campaign] = []
    for other in callers:
        if other is not campaign:
            others.append(other)
        if len(others) == _MOST_NAMED:
            break
    more = len(callers) - 1 - len(others)
    who = ", ".join(f"{_quoted(other.name)} ({_overlap(campaign, other)})" for other in others)
    rest = f" and {more} more" if more else ""
    return (
        f"the contact list {_quoted(name)} is called by {who}{rest}, too: they can't run at the same time, "
        "and its people are called by each of them. Give each campaign a list of its own, or make one "
        "campaign of them"
    )


def _quoted(name: str) -> str:
    return repr(printable(cut(name, _LONGEST_NAME)))


def _overlap(one: Campaign, other: Campaign) -> str:
    minutes = overlap_minutes(one.week, other.week)
    if not minutes:
        return "no common hours"
    hours, rest = divmod(minutes, 60)
    return (
        " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest else [])]) + " a week at once"
    )


@lru_cache(_MOST_KEPT)
def overlap_minutes(one: Week, other: Week) -> int:
    """Return how many minutes a week two campaigns may both call in: in January or in July, the longer time.

    Where a zone isn't known, its hours are taken for those of the other.
    """
    first, second = (in_utc(each) for each in (one, other))
    if not (first and second):
        return _common(one, other)
    # A zone without summer time has the same hours all year.
    seasons = {*first, *second} - {""} or {""}
    return max(_common(*(each.get(season) or each[""] for each in (first, second))) for season in seasons)


def _common(one: Week, other: Week) -> int:
    minutes = [
        {
            block.day * DAY_MINUTES + minute
            for block in week.blocks
            for minute in range(block.start, block.end)
        }
        for week in (one, other)
    ]
    return len(minutes[0] & minutes[1])
