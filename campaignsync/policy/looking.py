"""What rules of a policy look at: the campaigns of a plan, whom they call how often, on whose clock. Pure."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from campaignsync.calling_hours import Week
from campaignsync.findings import Campaign
from campaignsync.findings.pressure import NONE, Calls, Pressure, calls_of, of_campaign
from campaignsync.policy.windows import differences, outside, there, union
from campaignsync.report import hours as words

_MOST_KEPT = 4096


@dataclass(frozen=True)
class Scene:
    """All campaigns of a plan, and the day.

    Attributes:
        campaigns: All of them, recorded ones too.
        folder: The folder of the definitions.
        today: The day, in UTC.
    """

    campaigns: Sequence[Campaign]
    folder: str
    today: date

    @cached_property
    def calls(self) -> Calls:
        """The most calls to one person in a day and in a week."""
        return calls_of(self.campaigns)

    @cached_property
    def _attempts(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for campaign in self.campaigns:
            for key in campaign.lists:
                found[key] = found.get(key, 0) + attempts_of(campaign)
        return found

    def most_calls(self, campaign: Campaign, days: Literal[1, 7, 30]) -> int:
        """Return the most calls to one person in a period, over all campaigns that share a list with one.

        In 30 days it is all attempts: a campaign may begin whenever somebody starts it.
        """
        lists = campaign.lists
        if days == 30:  # noqa: PLR2004  # see the type
            return max([attempts_of(campaign), *(self._attempts.get(key, 0) for key in lists)])
        own = self.calls.own.get(campaign.name) or of_campaign(campaign.body, campaign.week)
        return max(_in(days, each) for each in (own, *(self.calls.on_lists.get(key, NONE) for key in lists)))

    def path_of(self, campaign: Campaign) -> str:
        """Return a definition's path below the folder of definitions."""
        return campaign.path if self.folder == "." else campaign.path.removeprefix(f"{self.folder}/")


def _in(days: Literal[1, 7], pressure: Pressure) -> int:
    return pressure.day if days == 1 else pressure.week


def attempts_of(campaign: Campaign) -> int:
    """Return how often a campaign calls one contact at most."""
    match campaign.body:
        case {"dialingStrategy": {"maxAttemptsPerRecord": int(attempts)}}:
            return attempts
        case _:
            return 0


def ring_time_of(campaign: Campaign) -> int | None:
    """Return for how many seconds a phone rings; None where the body doesn't say."""
    match campaign.body:
        case {"dialingStrategy": {"maxRingTime": int(seconds)}}:
            return seconds
        case _:
            return None


def is_like(path: str, glob: str) -> bool:
    """Return whether a path below the folder fits: ``*`` is a name, ``**`` any path; case counts.

    A folder's path fits all that is in it. Step by step, and not by one regular expression: of those a long
    path and many ``**`` can be made that take for ever.
    """
    steps = path.split("/")
    reached = {0}
    """How many steps of the path the parts so far can fit."""
    for part in glob.strip("/").split("/"):
        if part == "**":
            reached = set(range(min(reached), len(steps) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(steps) and fnmatch.fnmatchcase(steps[at], part)}
        if not reached:
            return False
    return True


def fits(text: str, patterns: Sequence[str]) -> bool:
    """Return whether a string is like one of some patterns, in which ``*`` is any characters; case counts."""
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Hours that are outside of some windows.

    Attributes:
        hours: All of them in words, on the campaign's clock.
        elsewhere: What the worst of them are on the clock of those called, with their zone; empty where that
            is the campaign's own.
    """

    hours: str
    elsewhere: str


def outside_of(campaign: Campaign, windows: Week, zones: Sequence[str], today: date) -> Outside | None:
    """Return which hours of a campaign are outside of windows on the clocks of some zones; None for none.

    Args:
        campaign: The campaign.
        windows: When calls may be made, on the clock of the people called.
        zones: Where these are; none means: where the campaign's own zone is.
        today: The day from which on clocks are compared, for a year.
    """
    return _outside_of(campaign.week, windows, tuple(zones), today)


@lru_cache(_MOST_KEPT)
def _outside_of(week: Week, windows: Week, zones: Sequence[str], today: date) -> Outside | None:
    clocks: dict[int, str] = {}
    for zone in zones or (week.timezone,):
        for difference in differences(week.timezone, zone, today) if zone != week.timezone else (0,):
            clocks.setdefault(difference, zone)
    found = {difference: outside(week, windows, difference) for difference in clocks}
    found = {difference: each for difference, each in found.items() if each.blocks}
    if not found:
        return None
    # Its blocks don't overlap: they are parts of a campaign's, which don't.
    worst = max(found, key=lambda each: (sum(block.end - block.start for block in found[each].blocks), -each))
    elsewhere = ""
    if worst:
        elsewhere = f"{'; '.join(words.lines(there(found[worst], worst)))} in {clocks[worst]}"
    return Outside(hours="; ".join(words.lines(union(list(found.values())))), elsewhere=elsewhere)
