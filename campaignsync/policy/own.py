"""`policy/…`: a team's own rules. Pure."""

from collections.abc import Callable, Iterator, Sequence

from campaignsync.findings import Campaign, Finding
from campaignsync.findings.numbers import number_of
from campaignsync.places import zones_of
from campaignsync.policy.looking import Scene, fits, outside_of, ring_time_of
from campaignsync.policy.model import Rule
from campaignsync.report import hours
from campaignsync.report.summary import counted
from campaignsync.text import cut, printable

_LONGEST_NAME = 48

_Found = Iterator[tuple[str, str]]
"""The key that is against the rule, and what is wrong there."""

_HOURS = "dialingStrategy.callingHours.days"
_ATTEMPTS = "dialingStrategy.maxAttemptsPerRecord"


def find(rule: Rule, campaigns: Sequence[Campaign], scene: Scene, *, source: str) -> Iterator[Finding]:
    """Find what is against a rule in the new campaigns that it is for.

    Args:
        rule: The rule.
        campaigns: The campaigns.
        scene: All campaigns, and the day.
        source: Where the rule is, to say which of several it was.
    """
    callers: dict[str, int] = {}
    for campaign in scene.campaigns if rule.lists else ():
        for key in campaign.lists:
            callers[key] = callers.get(key, 0) + 1
    for campaign in campaigns:
        for name, look in _LOOKS.items():
            for key, words in look(rule, campaign, scene):
                yield _finding(rule, campaign, name, key, f"{words} ({source})")
        for index, key in enumerate(campaign.lists if rule.lists else ()):
            if callers[key] > 1:
                others = counted(callers[key] - 1, "other campaign")
                words = f"{others} call the list, too, and the policy wants lists unshared"
                yield _finding(rule, campaign, "lists", f"contactLists[{index}]", f"{words} ({source})")


def _finding(rule: Rule, campaign: Campaign, name: str, key: str, words: str) -> Finding:
    return campaign.finding(f"policy/{name}", rule.severity or "warning", key, words)


def _hours(rule: Rule, campaign: Campaign, scene: Scene) -> _Found:
    if rule.hours is None:
        return
    zones = rule.zones or [zone for place in rule.places or () for zone in zones_of(place)]
    found = outside_of(campaign, rule.hours, zones, scene.today)
    if found:
        there = f" ({found.elsewhere})" if found.elsewhere else ""
        allowed = "; ".join(hours.lines(rule.hours))
        yield _HOURS, f"{found.hours}{there} is outside the policy's hours, {allowed}"


def _calls(rule: Rule, campaign: Campaign, scene: Scene) -> _Found:
    day, week = scene.most_calls(campaign, 1), scene.most_calls(campaign, 7)
    if rule.calls_per_day is not None and day > rule.calls_per_day:
        yield (
            _ATTEMPTS,
            f"up to {day} calls to one person in 24 hours; the policy allows {rule.calls_per_day}",
        )
    if rule.calls_per_week is not None and week > rule.calls_per_week:
        yield (
            _ATTEMPTS,
            f"up to {week} calls to one person in 7 days; the policy allows {rule.calls_per_week}",
        )


def _ring(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    seconds = ring_time_of(campaign)
    if rule.min_ring_time is not None and seconds is not None and seconds < rule.min_ring_time:
        words = f"the phone rings for {seconds} seconds; the policy wants {rule.min_ring_time} at least"
        yield "dialingStrategy.maxRingTime", words


def _mode(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    mode = campaign.body.get("dialingMode")
    if rule.modes is not None and mode not in rule.modes:
        yield "dialingMode", f"{_shown(mode)}; the policy allows {', '.join(rule.modes)}"


def _caller_id(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    number = number_of(campaign.body)
    if rule.caller_ids is not None and not fits(number, rule.caller_ids):
        words = f"{_shown(number)}; the policy allows {_listed(rule.caller_ids)}"
        yield "dialingStrategy.callerId.phoneNumber", words


def _queue(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    queue = campaign.body.get("queue_name")
    if rule.queues is not None and isinstance(queue, str) and not fits(queue, rule.queues):
        yield "queue_name", f"{_shown(queue)}; the policy allows {_listed(rule.queues)}"


def _dnc(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    if rule.dnc_lists is None:
        return
    match campaign.body.get("dncLists"):
        case {"name": str(name)}:
            if isinstance(rule.dnc_lists, list) and name not in rule.dnc_lists:
                yield "dncLists", f"{_shown(name)}; the policy wants one of {_listed(rule.dnc_lists)}"
        case _:
            yield "", "no do-not-call list, and the policy wants one"


def _name(rule: Rule, campaign: Campaign, _: Scene) -> _Found:
    if rule.name is not None and not fits(campaign.name, [rule.name]):
        yield "name", f"the policy wants names like {_shown(rule.name)}"


_LOOKS: dict[str, Callable[[Rule, Campaign, Scene], _Found]] = {
    "hours": _hours,
    "calls": _calls,
    "ring": _ring,
    "mode": _mode,
    "caller-id": _caller_id,
    "queue": _queue,
    "dnc": _dnc,
    "name": _name,
}

IDS = tuple(f"policy/{name}" for name in (*_LOOKS, "lists"))
"""The rules' ids."""


def _shown(text: object) -> str:
    return repr(printable(cut(str(text), _LONGEST_NAME)))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names))
