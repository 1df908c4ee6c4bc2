"""A policy applied to a plan: its findings, what packs say, and what is waived. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from campaignsync.definitions.yaml import Loc
from campaignsync.findings import Campaign, Finding, Severity, Waiver, in_order
from campaignsync.identity import identity
from campaignsync.places import is_within
from campaignsync.policy import law, model, own
from campaignsync.policy.looking import Scene, is_like
from campaignsync.policy.packs import STALE_AFTER_DAYS, Pack, is_stale, of_place
from campaignsync.policy.reading import PolicyFile
from campaignsync.text import cut, printable

_ENDING_DAYS = 30
"""Days before its end from which on a waiver says so."""
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What there is to look at under a policy.

    Attributes:
        findings: All findings, those that are waived, too; sorted.
        packs: The packs that new campaigns were held against.
        stops: Whether a finding that nobody waives is of a severity that stops.
    """

    findings: tuple[Finding, ...]
    packs: tuple[Pack, ...]
    stops: bool


def apply(file: PolicyFile, found: Sequence[Finding], scene: Scene, *, is_whole: bool) -> Applied:
    """Hold new campaigns against a policy.

    Args:
        file: The policy.
        found: What the rules found that need none.
        scene: The campaigns, and the day.
        is_whole: Whether these are all campaigns, so that what fits none of them is a mistake.
    """
    looked, used = list(found), dict[str, Pack]()
    for index, rule in enumerate(file.policy.rules):
        fitting = [each for each in scene.campaigns if is_like(scene.path_of(each), rule.match)]
        new = [each for each in fitting if each.is_new]
        if not fitting and is_whole:
            looked.append(
                _about(file, "policy/unmatched", "warning", ("rules", index, "match"), "fits no definition")
            )
        if new:
            line, _ = file.place(("rules", index))
            looked += own.find(rule, new, scene, source=f"{file.path}:{line}")
            looked += law.find(rule, new, scene)
            looked += _unchecked(file, rule, index)
            # Where no rule is known there is nothing to compare with.
            used.update((pack.id, pack) for pack in law.chosen(rule) if pack.kind != "none")
    looked += (_old(file, pack) for pack in used.values() if is_stale(pack, scene.today))
    # Several rules of a policy may find the same.
    findings = list(dict.fromkeys(looked))
    waived = _waived(file, findings, scene)
    waived += _about_waivers(file, findings, scene)
    return Applied(
        findings=tuple(sorted(waived, key=in_order)),
        packs=tuple(used.values()),
        stops=any(each.severity in file.policy.stop for each in waived if each.waiver is None),
    )


def _about(file: PolicyFile, rule: str, severity: Severity, loc: Loc, message: str) -> Finding:
    """Return a finding about the policy itself."""
    line, column = file.place(loc)
    return Finding(
        rule=rule, severity=severity, name="", path=file.path, line=line, column=column, message=message
    )


def _unchecked(file: PolicyFile, rule: model.Rule, index: int) -> Iterator[Finding]:
    """Say of which places nothing is known, however the packs were chosen: silence is no clearance."""
    looked_at = law.chosen(rule)
    for pack in looked_at:
        if pack.kind == "none":
            at: Loc = ("rules", index, "places" if rule.packs == "auto" else "packs")
            words = f"{pack.title}: no rule on hours is known ({pack.cite}, looked for on {pack.checked})"
            note = f"; {pack.note}" if pack.note else ""
            yield _about(file, f"{pack.id}/none", "notice", at, f"{words}{note}. Not checked")
    for number, place in enumerate(rule.places or ()):
        there = [pack for pack in of_place(place, rule.purpose) if pack not in looked_at]
        loc: Loc = ("rules", index, "places", number)
        if there:
            others = ", ".join(pack.id for pack in there)
            words = f"{place}: not checked by {others}; name it in the rule's packs to have it looked at"
            yield _about(file, "places/not-checked", "notice", loc, words)
        elif not any(is_within(place, pack.place) or is_within(pack.place, place) for pack in looked_at):
            words = f"{place}: not checked, there is no pack for it"
            yield _about(file, "places/not-checked", "notice", loc, words)


def _old(file: PolicyFile, pack: Pack) -> Finding:
    message = (
        f"the pack {pack.id} was read on {pack.checked}, more than {STALE_AFTER_DAYS} days ago: the rule may "
        f"have changed. See {pack.source}"
    )
    return _about(file, "pack/stale", "notice", (), message)


def _waived(file: PolicyFile, findings: Sequence[Finding], scene: Scene) -> list[Finding]:
    waivers = {
        (waiver.rule, identity(waiver.campaign)): Waiver(
            reason=waiver.reason, by=waiver.by, until=waiver.until
        )
        for waiver in file.policy.waivers
        if waiver.until >= scene.today
    }
    waiver_of = ((each, waivers.get((each.rule, identity(each.name)))) for each in findings)
    return [replace(each, waiver=waiver) if waiver else each for each, waiver in waiver_of]


def _about_waivers(file: PolicyFile, findings: Sequence[Finding], scene: Scene) -> Iterator[Finding]:
    found = {(finding.rule, identity(finding.name)) for finding in findings}
    new: dict[str, Campaign] = {identity(each.name): each for each in scene.campaigns if each.is_new}
    for index, waiver in enumerate(file.policy.waivers):
        key, loc = identity(waiver.campaign), ("waivers", index)
        if key not in new:
            # What exists is not looked at, and waits for nobody.
            continue
        what = f"the waiver of {waiver.rule} for {printable(cut(waiver.campaign, _LONGEST))!r}"
        if (waiver.rule, key) not in found:
            yield _about(file, "waiver/unused", "notice", loc, f"{what} is not needed: nothing is found")
        elif waiver.until < scene.today:
            yield _about(
                file, "waiver/expired", "warning", (*loc, "until"), f"{what} ended on {waiver.until}"
            )
        elif waiver.until - scene.today <= timedelta(days=_ENDING_DAYS):
            yield _about(file, "waiver/ending", "notice", (*loc, "until"), f"{what} ends on {waiver.until}")
