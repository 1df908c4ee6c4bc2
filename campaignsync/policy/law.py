"""`PACK/hours` and the like: what packs say about campaigns. Pure."""

from collections.abc import Iterator, Sequence

from campaignsync.findings import Campaign, Finding, Severity
from campaignsync.places import country_of, is_within, zones_of
from campaignsync.policy.looking import Scene, outside_of, ring_time_of
from campaignsync.policy.model import Rule
from campaignsync.policy.packs import Pack, of_place, packs, with_also
from campaignsync.report import hours

KINDS = ("hours", "holiday", "attempts", "ring", "none")
"""What is behind a pack's id in a rule's."""

_BINDING = {"law": "law", "guide": "a regulator's guide, not law", "code": "an industry's code, not law"}
_READ_IN = {
    "statute": "in the rule's text",
    "regulator": "on the regulator's page",
    "secondary": "on other pages, not in the rule's text",
}
_PERIODS = {1: "24 hours", 7: "7 days", 30: "30 days"}


def chosen(rule: Rule) -> list[Pack]:
    """Return the packs that a rule chooses, whatever they say."""
    if isinstance(rule.packs, list):
        return with_also([packs()[each] for each in rule.packs])
    places = rule.places or ()
    return [pack for pack in _once(of_place(place, rule.purpose) for place in places) if pack.is_read]


def _once(found: Iterator[Iterator[Pack]]) -> list[Pack]:
    return list({pack.id: pack for each in found for pack in each}.values())


def find(rule: Rule, campaigns: Sequence[Campaign], scene: Scene) -> Iterator[Finding]:
    """Find what packs have against the new campaigns that a rule is for."""
    for pack in chosen(rule):
        zones = _zones(rule, pack)
        for campaign in campaigns:
            for kind, key, words in _found(pack, zones, campaign, scene):
                sure = "" if rule.purpose or pack.purposes != ["sales"] else ", if these are sales calls"
                yield campaign.finding(
                    f"{pack.id}/{kind}",
                    "notice" if kind == "holiday" else _severity(rule, pack),
                    key,
                    f"{words}{sure}. {_said(pack)}",
                )
    if rule.packs == "auto" and "US" in (rule.places or ()):
        yield from _unknown_states(rule, campaigns)


def _zones(rule: Rule, pack: Pack) -> Sequence[str]:
    """Return the zones on whose clocks a pack holds; none for the campaign's own."""
    if pack.clock != "party":
        return [pack.clock]
    if rule.zones:
        return rule.zones
    inside = [place for place in rule.places or () if is_within(place, pack.place)]
    around = [pack.place for place in rule.places or () if is_within(pack.place, place)]
    return list(dict.fromkeys(zone for place in (*inside, *around) for zone in zones_of(place)))


def _severity(rule: Rule, pack: Pack) -> Severity:
    return rule.severity or ("warning" if pack.kind == "law" else "notice")


def _found(
    pack: Pack, zones: Sequence[str], campaign: Campaign, scene: Scene
) -> Iterator[tuple[str, str, str]]:
    """Find what a pack has against a campaign: of which kind, at which key, in words."""
    outside = outside_of(campaign, pack.hours, zones, scene.today) if pack.hours else None
    if outside and pack.hours:
        there = f" ({outside.elsewhere})" if outside.elsewhere else ""
        allowed = "; ".join(hours.lines(pack.hours))
        yield (
            "hours",
            "dialingStrategy.callingHours.days",
            f"{outside.hours}{there} is outside the hours of {pack.title}, {allowed}",
        )
    if pack.holidays == "closed":
        yield (
            "holiday",
            "dialingStrategy.callingHours.days",
            f"{pack.title}: no calls on public holidays, and a campaign's hours have no dates: pause it then",
        )
    for limit in pack.attempts:
        most = scene.most_calls(campaign, limit.days)
        if most > limit.most:
            words = (
                f"up to {most} calls to one person in {_PERIODS[limit.days]}, and {pack.title} allows "
                f"{limit.most}"
            )
            yield "attempts", "dialingStrategy.maxAttemptsPerRecord", words
    seconds = ring_time_of(campaign)
    if pack.min_ring_time is not None and seconds is not None and seconds < pack.min_ring_time:
        yield (
            "ring",
            "dialingStrategy.maxRingTime",
            f"the phone rings for {seconds} seconds, and {pack.title} wants {pack.min_ring_time} at least",
        )


def _said(pack: Pack) -> str:
    binding = _BINDING.get(pack.kind, pack.kind)
    lifted = f" It may not hold with {pack.lifted}." if pack.lifted else ""
    note = f" {pack.note[:1].upper()}{pack.note[1:].rstrip('.')}." if pack.note else ""
    return f"{pack.cite}: {binding}, read on {pack.checked} {_READ_IN[pack.against]}.{lifted}{note}"


def _unknown_states(rule: Rule, campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Say which states have rules of their own, where a rule names the country alone."""
    named = set(rule.places or ())
    states = {
        pack.place: pack
        for pack in packs().values()
        if pack.place.startswith("US-")
        and pack.place not in named
        and (rule.purpose or "sales") in pack.purposes
    }
    for campaign in campaigns:
        zone = campaign.week.timezone
        here = sorted(
            place.removeprefix("US-")
            for place in states
            if zone in zones_of(place) or country_of(zone) != "US"
        )
        if here:
            yield campaign.finding(
                "zone/state-unknown",
                "notice",
                "dialingStrategy.callingHours.timezone",
                f"{zone} spans states with rules of their own, which were not looked at: {' '.join(here)}. "
                "Name the states in the policy's places, such as US-FL",
            )
