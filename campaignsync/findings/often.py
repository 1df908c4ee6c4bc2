"""`pressure/day` and `pressure/week`: many calls to one person. Pure.

More than 3 in 24 hours are too many in the strictest rules that were read (Florida, Fla. Stat. 501.616(6)),
more than 7 in 7 days in those for debts (12 CFR 1006.14(b)); the bounds are the product's contract, "What a
reviewer sees". Whether such a rule holds for a campaign is not known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaignsync.findings.finding import Campaign, Finding
from campaignsync.findings.pressure import NONE, Calls, calls_of, of_campaign
from campaignsync.text import cut, printable

_LONGEST_NAME = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    unit: str
    most: int
    period: str


_LIMITS = (
    _Limit(unit="day", most=3, period="24 hours"),
    _Limit(unit="week", most=7, period="7 days"),
)


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find new campaigns that may call one person too often, by themselves or with others of a list."""
    calls = calls_of(campaigns)
    for campaign in campaigns:
        if campaign.is_new:
            for limit in _LIMITS:
                yield from _over(campaign, calls, limit)


def _over(campaign: Campaign, calls: Calls, limit: _Limit) -> Iterator[Finding]:
    rule = f"pressure/{limit.unit}"
    own: int = getattr(calls.own.get(campaign.name) or of_campaign(campaign.body, campaign.week), limit.unit)
    if own > limit.most:
        yield campaign.finding(
            rule,
            "warning",
            "dialingStrategy.maxAttemptsPerRecord",
            f"up to {own} calls to one person in {limit.period}, and more than {limit.most} are many: fewer "
            "attempts, more minutes between them or shorter hours make it less",
        )
        return
    for index, key in enumerate(campaign.lists):
        together: int = getattr(calls.on_lists.get(key, NONE), limit.unit)
        if together > max(limit.most, own):
            name = printable(cut(str(campaign.body["contactLists"][index]), _LONGEST_NAME))
            yield campaign.finding(
                rule,
                "warning",
                f"contactLists[{index}]",
                f"up to {together} calls in {limit.period} to one person on {name!r}, by all campaigns that "
                f"call this list, and more than {limit.most} are many: fewer attempts, or lists of their own",
            )
