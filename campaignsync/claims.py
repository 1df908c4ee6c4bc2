"""The rules of claims, leases, proofs and merging, as plain values and functions. Pure.

The rules are the product's contract, "Sync" 3 to 7. `Rules` holds those that decide about sending, in one
class, so that the simulation can show for each that a duplicate appears without it.
"""

import math
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from campaignsync.identity import identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.state import MAX_LEASE_S, Claim, Entry, Record, State, Status

_SENDS_S = 10
"""What sends need at any rate, in seconds, so that the shortest lease outlasts one time-out."""

MAX_SKEW = timedelta(minutes=5)
"""How far the clocks of runners and vendor may differ ("What is promised")."""

WATCH = timedelta(days=1)
"""How long a campaign that may have a twin is looked at again ("Sync" 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One definition for which two campaigns are known, or a claim of another run that is in the way.

    Attributes:
        name: The campaign's name.
        recorded: The campId that the state keeps, or the run whose claim it keeps.
        found: The other campId.
    """

    name: str
    recorded: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The claim's campaign exists: exactly one, and surely this one."""

    camp_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The claim's campaign doesn't exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Campaigns exist that may be the claim's; only a person can tell.

    Attributes:
        named: Ids of those that have its name, sorted.
        renamed: Ids of those that are like it under another name, sorted.
    """

    named: tuple[str, ...]
    renamed: tuple[str, ...]


Verdict = Found | Absent | Doubtful


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How the entry of one name came from one state to another; None where there is none."""

    name: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Changes put on another state.

    Attributes:
        state: The state with those changes that could be made.
        conflicts: Campaigns that could not be recorded, since the tip knows another.
        lost: Identities of claims that another run or a person took away: nothing may be sent for them.
    """

    state: State
    conflicts: tuple[Conflict, ...] = ()
    lost: frozenset[str] = frozenset()


class Rules:
    """The rules that keep a definition from being sent twice.

    Args:
        timeout_s: The deadline of one request, in seconds.
        settle_s: Seconds after an attempt's end in which the vendor may still execute and list it.
        rate_limit: Requests a minute; 0 for none.
    """

    def __init__(self, *, timeout_s: float, settle_s: float, rate_limit: int) -> None:
        self._timeout_s = timeout_s
        self._settle_s = settle_s
        self._rate_limit = rate_limit

    def lease_seconds(self, count: int, *, push_s: float) -> int:
        """Return how long a lease for `count` sends lasts, in whole seconds.

        Args:
            count: How many claims it is for.
            push_s: How long this run's slowest push took, in seconds.
        """
        sends_s = _SENDS_S + (60 * count / self._rate_limit if self._rate_limit else 0)
        return min(math.ceil(sends_s + self._timeout_s + self._settle_s + 2 * push_s), MAX_LEASE_S)

    def may_send(self, claim: Claim, now: datetime) -> bool:
        """Return whether a request for this claim may start now and still end within its lease."""
        return now + timedelta(seconds=self._timeout_s) < claim.send_before

    def proof_s(self, sends: int) -> float:
        """Return how long after the end of the last of so many sends an absence proves anything."""
        return float(self._settle_s * 2 ** (max(sends, 1) - 1))

    def wait_of_local(self, claim: Claim, *, since_start_s: float) -> float:
        """Return in how many seconds a claim that only this clone knows of may be resolved.

        The lock proves its owner dead, so that its last request ended before this run started.

        Args:
            claim: The claim.
            since_start_s: For how many seconds this run has held the lock, by the monotonic clock.
        """
        return self.proof_s(claim.sends) - since_start_s

    def wait_of_shared(self, claim: Claim, *, seen_s: float) -> float:
        """Return in how many seconds a claim on the remote may be resolved.

        Args:
            claim: The claim, whose owner may be alive on any machine.
            seen_s: For how many seconds this run has seen it unchanged, by its own monotonic clock.
        """
        return claim.lease_seconds + self.proof_s(claim.sends) - seen_s

    def is_complete(self, totals: Sequence[int], campaigns: Sequence[RemoteCampaign]) -> bool:
        """Return whether a listing is whole: one total on every page, as many rows, no id twice."""
        ids = {campaign.camp_id for campaign in campaigns}
        return all(total == len(campaigns) for total in totals) and len(ids) == len(campaigns)

    def is_own(self, entry: Entry | None, runs: Collection[str]) -> bool:
        """Return whether an entry is a claim of one of these runs."""
        return isinstance(entry, Claim) and entry.claimed_by in runs


def judge(claim: Claim, campaigns: Iterable[RemoteCampaign], *, recorded: Mapping[str, str]) -> Verdict:
    """Decide from a complete listing whether a claim's campaign exists ("Sync" 6).

    Args:
        claim: The claim, no request of which can be under way any more.
        campaigns: All campaigns of the account.
        recorded: Names of the state's entries by campId.
    """
    others = [campaign for campaign in campaigns if campaign.camp_id not in recorded]
    named = [campaign for campaign in campaigns if identity(campaign.name) == identity(claim.name)]
    renamed = [campaign for campaign in others if campaign not in named and _is_possibly(claim, campaign)]
    match named:
        case [] if not renamed:
            return Absent()
        case [one] if one in others and _is_surely(claim, one):
            return Found(camp_id=one.camp_id)
        case _:
            return Doubtful(named=_ids(named), renamed=_ids(renamed))


def _ids(campaigns: Iterable[RemoteCampaign]) -> tuple[str, ...]:
    return tuple(sorted(campaign.camp_id for campaign in campaigns))


def _is_surely(claim: Claim, campaign: RemoteCampaign) -> bool:
    if campaign.created_at is None or campaign.created_at < claim.claimed_at - MAX_SKEW:
        return False
    traits = (*_claimed_traits(claim.definition), *_traits(campaign))
    return None not in traits and _is_possibly(claim, campaign)


def _is_possibly(claim: Claim, campaign: RemoteCampaign) -> bool:
    """Return whether nothing that is known of the campaign speaks against its being the claim's.

    Its age doesn't: a wrong clock must not hide the claim's campaign that somebody renamed.
    """
    pairs = zip(_claimed_traits(claim.definition), _traits(campaign), strict=True)
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _claimed_traits(body: Mapping[str, Any]) -> tuple[object, ...]:
    description, lists, mode = body.get("description"), body.get("contactLists"), body.get("dialingMode")
    return (
        None if description is None else _text(description),
        None if lists is None else sorted(_text(name) for name in lists),
        body.get("priority"),
        None if mode is None else _text(mode).lower(),
    )


def _traits(campaign: RemoteCampaign) -> tuple[object, ...]:
    lists, mode = campaign.contact_lists, campaign.dialing_mode
    return (
        None if campaign.description is None else _text(campaign.description),
        None if lists is None else sorted(_text(name) for name in lists),
        campaign.priority,
        None if mode is None else _text(mode).lower(),
    )


def _text(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def changes(before: State, after: State) -> tuple[Change, ...]:
    """Return what differs between two states, sorted by name."""
    found = list[Change]()
    for key in before.entries.keys() | after.entries.keys():
        old, new = before.entries.get(key), after.entries.get(key)
        # The same object is the common case, and comparing what two objects hold is slow.
        if old is not new and old != new and (entry := new or old):
            found.append(Change(name=entry.name, before=old, after=new))
    return tuple(sorted(found, key=lambda change: change.name))


def merge(
    tip: State,
    ours: Iterable[Change],
    *,
    rules: Rules,
    runs: Collection[str],
    local_runs: Collection[str] = (),
) -> Merge:
    """Put this clone's changes on the tip of the branch; only own claims are replaced or removed.

    Args:
        tip: The state there.
        ours: What this clone knows.
        rules: The rules that keep a definition from being sent twice.
        runs: The ids of this clone's runs whose claims these changes may replace by what came of them.
        local_runs: The ids of those whose claims only this clone knew of: a later claim may replace them.
    """
    state, conflicts, lost = tip, list[Conflict](), set[str]()
    for change in ours:
        theirs = tip.get(change.name)
        if theirs == change.after:
            continue
        owners = {change.after.claimed_by, *local_runs} if isinstance(change.after, Claim) else runs
        if theirs == change.before or rules.is_own(theirs, owners):
            state = state.with_entries([change.after]) if change.after else state.without([change.name])
        elif isinstance(change.after, Claim):
            lost.add(identity(change.name))
        elif isinstance(change.after, Record):
            state, conflict = _keep(state, theirs, change.after)
            conflicts.extend(conflict)
    return Merge(state=state, conflicts=tuple(conflicts), lost=frozenset(lost))


def _keep(state: State, theirs: Entry | None, ours: Record) -> tuple[State, tuple[Conflict, ...]]:
    match theirs:
        case None:
            return state.with_entries([ours]), ()
        case Record(camp_id=camp_id) if camp_id == ours.camp_id:
            return state, ()
        case Record(camp_id=camp_id):
            return state, (Conflict(name=ours.name, recorded=camp_id, found=ours.camp_id),)
        case Claim() if ours.status is Status.RECOVERED:
            return state, ()
        case Claim(claimed_by=run):
            return state, (Conflict(name=ours.name, recorded=f"a claim of run {run}", found=ours.camp_id),)


def count_send(claim: Claim) -> Claim:
    """Return a claim with one more request counted."""
    return replace(claim, sends=claim.sends + 1)


def recorded_ids(state: State) -> dict[str, str]:
    """Return the names of the recorded campaigns by campId."""
    return {entry.camp_id: entry.name for entry in state.entries.values() if isinstance(entry, Record)}


def is_watched(record: Record, now: datetime) -> bool:
    """Return whether a campaign may still turn out to have a twin that the vendor made late."""
    may_have_twin = record.status is Status.RECOVERED or record.sends > 1
    return may_have_twin and now - record.created_at < WATCH
