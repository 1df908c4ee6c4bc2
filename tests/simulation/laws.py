"""The laws that hold in every world, checked while it runs and at its end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaignsync.claims import MAX_SENDS
from campaignsync.identity import Definition, identity
from campaignsync.result import Result
from campaignsync.state import Claim, Record, State, Status
from tests.simulation.scenario import Scenario
from tests.simulation.vendor import Campaign, Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A law that was broken: "duplicate", "lost", "unclaimed", "sends", "history", "stuck" or "error"."""

    law: str
    text: str


class Laws:
    """Watches one world.

    Args:
        scenario: What the world is like.
        trace: Told of each violation.

    Attributes:
        violations: What was broken so far.
        epochs: How often a person gave up an entry, by identity: from then on another campaign is meant.
        giving_up: The identity that a person is giving up just now; empty for none.
    """

    def __init__(self, scenario: Scenario, trace: Callable[[str, str], None]) -> None:
        self._scenario = scenario
        self._trace = trace
        self._sends = Counter[tuple[str, int, object]]()
        self._made: dict[tuple[str, int], list[Campaign]] = defaultdict(list)
        self._conflicts: list[str] = []
        self._adopted: set[str] = set()
        self.violations: list[Violation] = []
        self.epochs = Counter[str]()
        self.giving_up = ""

    def broken(self, law: str, text: str) -> None:
        """Note a violation."""
        self._trace("law", f"{law}: {text}")
        self.violations.append(Violation(law=law, text=text))

    def on_send(self, run_id: str, body: Mapping[str, Any], state: State, *, is_executable: bool) -> int:
        """Check a request that goes out now against the authoritative state; return its epoch."""
        key = identity(body["name"])
        claim = state.entries.get(key)
        if not isinstance(claim, Claim) or claim.claimed_by != run_id:
            self.broken("unclaimed", f"{run_id} sends {key}, and the state has {claim}")
        elif claim.definition != body:
            self.broken("unclaimed", f"{run_id} sends {body}, and claimed {claim.definition}")
        elif is_executable:
            chain = (key, self.epochs[key], claim.claimed_at)
            self._sends[chain] += 1
            if self._sends[chain] > MAX_SENDS:
                self.broken("sends", f"{key} is sent for the {self._sends[chain]}th time")
        return self.epochs[key]

    def on_made(self, campaign: Campaign) -> None:
        """Check a campaign that the vendor just made for a run."""
        made = self._made[campaign.made_for, campaign.epoch]
        made.append(campaign)
        most = 1 if self._scenario.is_within_promise else MAX_SENDS
        if len(made) > most:
            ids = ", ".join(each.camp_id for each in made)
            self.broken("duplicate", f"{campaign.made_for} exists as {ids}")
        if self._scenario.is_within_promise:
            self._check_twins(campaign)

    def _check_twins(self, campaign: Campaign) -> None:
        """Check that nobody is called twice since a definition was renamed."""
        for (key, _), others in self._made.items():
            is_free = self.epochs[key] or self.epochs[campaign.made_for]
            if key == campaign.made_for or is_free:
                continue
            for other in others:
                if _content(other.body) == _content(campaign.body):
                    self.broken("duplicate", f"{campaign.made_for} equals {key}, {other.camp_id}")

    def on_result(self, result: Result) -> None:
        """Remember what a run reports once only: another id that could not be recorded."""
        self._conflicts += [f"{each.recorded} {each.found}" for each in result.conflicts]

    def on_change(self, old: State, new: State) -> None:
        """Check a change of the authoritative state: what is recorded stays recorded."""
        for key, entry in old.entries.items():
            after = new.entries.get(key)
            if after is None and key == self.giving_up:
                self.epochs[key] += 1
            elif isinstance(entry, Claim) and isinstance(after, Record) and after.status is Status.ADOPTED:
                self._adopted |= {key} if after.camp_id not in self._ids(key) else set()
            elif isinstance(entry, Record) and not _is_same(entry, after):
                self.broken("history", f"{entry} became {after}")

    def check_end(
        self, definitions: Iterable[Definition], state: State, result: Result, vendor: Vendor
    ) -> None:
        """Check what is left when all is quiet: each definition has its campaign, and nothing is lost."""
        told = _told(result, self._conflicts)
        for definition in definitions:
            self._check_definition(definition, state, result, vendor)
        if self._scenario.is_within_promise:
            for campaign in vendor.campaigns:
                self._check_known(campaign, state, told)
        for record in state.records:
            self._check_record(record, vendor)

    def _check_known(self, campaign: Campaign, state: State, told: str) -> None:
        """Check that a run's campaign is recorded or reported.

        After a person gave up a campaign that exists, either may be recorded as the definition's; and
        after one adopted another's in the place of a claim, that is the definition's.
        """
        if campaign.made_for in self._adopted:
            return
        key, epoch = campaign.made_for, self.epochs[campaign.made_for]
        ids = self._ids(key)
        is_recorded = any(record.camp_id in ids for record in state.records)
        if key and campaign.epoch == epoch and not is_recorded and f"{campaign.camp_id} " not in told:
            self.broken("lost", f"{campaign} is neither recorded nor reported")

    def _ids(self, key: str) -> set[str]:
        """Return the ids of all campaigns that runs made for an identity."""
        return {each.camp_id for made in range(self.epochs[key] + 1) for each in self._made[key, made]}

    def _check_definition(self, definition: Definition, state: State, result: Result, vendor: Vendor) -> None:
        match state.get(definition.name):
            case Record():
                return
            case Claim() as claim:
                is_told = any(identity(each.name) == definition.key for each in result.unknown)
                if not is_told:
                    self.broken("stuck", f"{definition.name} is pending, and nobody is told")
                elif claim.sends < MAX_SENDS and not _may_be(definition, claim, vendor):
                    self.broken("stuck", f"{definition.name} is pending without a reason: {result.unknown}")
            case None:
                is_told = any(identity(each.name) == definition.key for each in result.failed)
                twins = [e for e in state.entries.values() if _same_content(e.definition, definition)]
                if not is_told or not (twins or _named(definition.key, vendor)):
                    self.broken("stuck", f"{definition.name} was not created: {result.failed}")

    def _check_record(self, record: Record, vendor: Vendor) -> None:
        if record.status is Status.ADOPTED:
            return
        found = [campaign for campaign in vendor.campaigns if campaign.camp_id == record.camp_id]
        if [campaign.made_for for campaign in found] != [identity(record.name)]:
            self.broken("lost", f"{record.name} is recorded as {record.camp_id}, which is {found}")


def _is_same(record: Record, after: object) -> bool:
    return isinstance(after, Record) and after.camp_id == record.camp_id


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "name"}


def _same_content(body: Mapping[str, Any], definition: Definition) -> bool:
    return definition.body is not None and _content(body) == _content(definition.body)


def _named(key: str, vendor: Vendor) -> list[Campaign]:
    return [campaign for campaign in vendor.campaigns if identity(campaign.name) == key]


def _may_be(definition: Definition, claim: Claim, vendor: Vendor) -> bool:
    twins = [c for c in vendor.campaigns if c.body["description"] == claim.definition["description"]]
    return bool(twins or _named(definition.key, vendor))


def _told(result: Result, conflicts: Iterable[str]) -> str:
    failures = [*result.failed, *result.unknown, *result.not_sent]
    told = " ".join([*(each.error for each in failures), *result.warnings, *conflicts])
    return "".join(char if char.isalnum() or char == "-" else " " for char in told) + " "
