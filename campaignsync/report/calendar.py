"""The week of a whole plan, by contact list: which hours which campaigns call it, overlaps marked. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

from campaignsync.calling_hours import Week, in_utc
from campaignsync.findings import Campaign
from campaignsync.identity import identity
from campaignsync.times import DAYS

LETTERS = ascii_uppercase + ascii_lowercase
"""The signs of a picture's campaigns; those beyond share the last one."""

_OVERLAP, _BOTH, _NONE, _BEYOND = "#", "/", "·", "+"
_HOUR = 60
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWeek:
    """Who calls one contact list in a week.

    Attributes:
        name: The list.
        zone: The time zone of the picture: the campaigns' own where they have one in common, else UTC.
        campaigns: Those that call it, sorted by name.
        picture: A row for each day, a cell for each hour; 28 columns, so that it fits a telephone.
        overlap_minutes: Minutes of the week in which more than one calls it.
    """

    name: str
    zone: str
    campaigns: tuple[Campaign, ...]
    picture: str
    overlap_minutes: int


LEGEND = f"`{_OVERLAP}` several at once, `{_BOTH}` one after the other, `{_NONE}` none"
"""What the signs mean that are no campaign's, as Markdown."""


def by_list(campaigns: Sequence[Campaign]) -> tuple[ListWeek, ...]:
    """Return the week of each contact list that a new campaign calls, those with most overlap first."""
    callers: defaultdict[str, list[tuple[str, Campaign]]] = defaultdict(list)
    for campaign in campaigns:
        lists = campaign.body.get("contactLists")
        for name in lists if isinstance(lists, list) else ():
            if isinstance(name, str):
                callers[identity(name)].append((name, campaign))
    weeks = (_list_week(each) for each in callers.values() if any(campaign.is_new for _, campaign in each))
    return tuple(sorted(weeks, key=lambda week: (-week.overlap_minutes, week.name)))


def sign_of(index: int) -> str:
    """Return the sign of a picture's campaign, by its place in the list."""
    return LETTERS[index] if index < len(LETTERS) else _BEYOND


def _list_week(found: Sequence[tuple[str, Campaign]]) -> ListWeek:
    called = sorted(found, key=lambda pair: pair[1].name)
    name = called[0][0]
    # A list that a campaign names twice is called by it once.
    campaigns = tuple({campaign.name: campaign for _, campaign in called}.values())
    weeks = [campaign.week for campaign in campaigns]
    zones = {week.timezone for week in weeks}
    if len(zones) > 1:
        weeks = [next(iter(in_utc(week).values()), week) for week in weeks]
    minutes = [_minutes(week) for week in weeks]
    return ListWeek(
        name=name,
        zone="UTC, January" if len(zones) > 1 else next(iter(zones)),
        campaigns=campaigns,
        picture=_picture(minutes),
        overlap_minutes=_overlap(minutes).bit_count(),
    )


def _minutes(week: Week) -> int:
    """Return the minutes of a week in which calls are made, as bits."""
    bits = 0
    for block in week.blocks:
        if block.start < block.end:
            bits |= ((1 << (block.end - block.start)) - 1) << (block.day * _DAY + block.start)
    return bits


def _overlap(minutes: Sequence[int]) -> int:
    once = twice = 0
    for bits in minutes:
        twice |= once & bits
        once |= bits
    return twice


def _picture(minutes: Sequence[int]) -> str:
    overlap = _overlap(minutes)
    signs = {index: bits for index, bits in enumerate(minutes) if bits}
    head = "    " + "".join(f"{hour:<3}" for hour in range(0, 24, 3)).rstrip()
    rows = (f"{name}  {''.join(_cells(day, signs, overlap))}" for day, name in enumerate(DAYS))
    return "\n".join([head, *rows])


def _cells(day: int, minutes: Mapping[int, int], overlap: int) -> Iterator[str]:
    for hour in range(24):
        window = ((1 << _HOUR) - 1) << (day * _DAY + hour * _HOUR)
        callers = [index for index, bits in minutes.items() if bits & window]
        if overlap & window:
            yield _OVERLAP
        elif len(callers) > 1:
            yield _BOTH
        else:
            yield sign_of(callers[0]) if callers else _NONE
