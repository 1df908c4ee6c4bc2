"""`hours/zone`, `hours/daily` and `hours/weekly`: hours that nobody can tell for sure. Pure."""

from collections.abc import Iterator, Sequence

from campaignsync.calling_hours import Week
from campaignsync.findings.finding import Campaign, Finding
from campaignsync.places import names_place
from campaignsync.times import DAYS


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find new campaigns whose zone names no place, or whose days are not what their frequency says."""
    for campaign in campaigns:
        if not campaign.is_new:
            continue
        week = campaign.week
        if not names_place(week.timezone):
            yield campaign.finding(
                "hours/zone",
                "warning",
                "dialingStrategy.callingHours.timezone",
                f"the time zone {week.timezone} names no place: nobody can tell whose clock is meant, nor "
                "whether it has summer time. Name one with a place, such as America/New_York",
            )
        # Source: the vendor notes: no page explains the frequencies, nor which days DAILY needs.
        if week.frequency == "WEEKLY" and _is_daily(week):
            yield campaign.finding(
                "hours/weekly",
                "notice",
                "dialingStrategy.callingHours.frequency",
                "WEEKLY, but all seven days have the same hours, which is what DAILY says, and the "
                "vendor does not explain either: look whether each day is meant, weekends too",
            )
        if week.frequency == "DAILY" and not _is_daily(week):
            yield campaign.finding(
                "hours/daily",
                "warning",
                "dialingStrategy.callingHours.frequency",
                "DAILY, but the days below are not all seven with the same hours, and the vendor does not "
                "say which of both counts: write WEEKLY, or give each day the same hours",
            )


def _is_daily(week: Week) -> bool:
    hours = {
        tuple((block.start, block.end) for block in week.blocks if block.day == day)
        for day in range(len(DAYS))
    }
    return len(hours) == 1 and hours != {()}
