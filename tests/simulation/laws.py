"""The laws that hold in every world, checked while it runs and at its end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from campaignsync.identity import Definition, identity
from campaignsync.plan import body_digest
from campaignsync.protocol.listing import MAX_CLOCK_DIFFERENCE_S
from campaignsync.result import Result
from campaignsync.state import MAX_SENDS, Claim, Entry, Record, State, Status
from tests.simulation.remote import Commit, Definitions, read_state
from tests.simulation.scenario import Scenario
from tests.simulation.vendor import Campaign, Vendor, is_executable, is_refusal

_ONE_DAY = timedelta(hours=23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A law that was broken: one of `LAWS`."""

    law: str
    text: str


LAWS = {
    "duplicate": "a definition becomes one campaign",
    "lost": "each campaign that a run made is recorded or reported",
    "unclaimed": "a request goes only for a claim that the next run will know of",
    "sends": "each request that went out stays counted, and there are three at most",
    "plan": "nothing goes that the given plan does not hold",
    "clock": "nothing goes while this machine's clock and the vendor's differ by more than is allowed",
    "history": "what is recorded stays recorded",
    "dropped": "no commit of a person's is taken off their branch",
    "twin": "a campaign that exists twice is reported",
    "stuck": "every run ends, and every definition comes to its campaign or to a person",
    "error": "no run ends in a traceback",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that goes out now.

    Attributes:
        run_id: Whose.
        body: What.
        fate: What becomes of it.
        claim: What the next run would know of it by.
        allowed: The digests that the run may send; None for all.
        skew_s: By how much the clocks differed when the run last looked; None if it never did.
    """

    run_id: str
    body: Mapping[str, Any]
    fate: str
    claim: Entry | None
    allowed: frozenset[str] | None
    skew_s: float | None


class Laws:
    """Watches one world.

    Args:
        scenario: What the world is like.
        trace: Told of each violation.

    Attributes:
        violations: What was broken so far.
        epochs: How often a person gave up an entry, by identity: from then on another campaign is meant.
        giving_up: The identities that a person may be giving up just now.
    """

    def __init__(self, scenario: Scenario, trace: Callable[[str, str], None]) -> None:
        self._scenario = scenario
        self._trace = trace
        self._chains: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._free: set[str] = set()
        self._refusals = Counter[str]()
        self._defined: set[str] = set()
        self._both: set[frozenset[str]] = set()
        self._made: dict[tuple[str, int], list[Campaign]] = defaultdict(list)
        self._conflicts: list[str] = []
        self._adopted: set[str] = set()
        self.violations: list[Violation] = []
        self.epochs = Counter[str]()
        self.giving_up: set[str] = set()

    def broken(self, law: str, text: str) -> None:
        """Note a violation."""
        self._trace("law", f"{law}: {text}")
        self.violations.append(Violation(law=law, text=text))

    def on_send(self, sent: Sent) -> int:
        """Check a request that goes out now; return its epoch."""
        key, claim = identity(sent.body["name"]), sent.claim
        if isinstance(claim, Record) and self._is_overtaken(claim):
            self._count(key, claim.sends, sent.fate)
        elif not isinstance(claim, Claim) or claim.claimed_by != sent.run_id:
            self.broken("unclaimed", f"{sent.run_id} sends {key}, and the next run knows of {claim}")
        elif claim.definition != sent.body:
            self.broken("unclaimed", f"{sent.run_id} sends {sent.body}, and claimed {claim.definition}")
        else:
            self._count(key, claim.sends, sent.fate)
        if sent.allowed is not None and body_digest(sent.body) not in sent.allowed:
            self.broken("plan", f"{sent.run_id} sends {sent.body}")
        if sent.skew_s is None or abs(sent.skew_s) > MAX_CLOCK_DIFFERENCE_S:
            self.broken("clock", f"{sent.run_id} sends {key} with clocks {sent.skew_s} s apart")
        return self.epochs[key]

    def _is_overtaken(self, record: Record) -> bool:
        """Return whether another run found, after this one's proof of absence, what the vendor made too late.

        Only outside the promise, and only of a claim whose last send is counted: nobody waits for its owner,
        since only a person decides about it (the contract, "Sync" 3). The request that goes out then makes a
        second campaign, and both are reported.
        """
        is_last = record.status is Status.RECOVERED and record.sends == MAX_SENDS
        return is_last and not self._scenario.is_within_promise

    def _count(self, key: str, sends: int, fate: str) -> None:
        """Hold the count that a claim has against the requests that went out.

        Only a no of the server's, and a definition that was taken out, begin it again from nothing.
        """
        chain = self._chains[key, self.epochs[key]]
        if chain and sends <= len(chain) and key in self._free:
            chain.clear()
        self._free -= {key} & self._defined
        if is_executable(fate):
            chain.append(fate)
            if sends < len(chain) or len(chain) > MAX_SENDS:
                self.broken("sends", f"{key} is sent for the {len(chain)}th time, and counted {sends}")
        if is_refusal(fate):
            self._free.add(key)
            self._refusals[key] += 1

    def on_definitions(self, definitions: Definitions) -> None:
        """Take in what is defined now, where runs read it."""
        keys = {definition.key for definition in definitions}
        by_content = defaultdict[str, set[str]](set)
        for definition in definitions:
            by_content[repr(_content(definition.body or {}))].add(definition.key)
        self._both |= {frozenset(pair) for each in by_content.values() for pair in combinations(each, 2)}
        self._free |= self._defined - keys
        self._defined = keys

    def on_made(self, campaign: Campaign) -> None:
        """Check a campaign that the vendor just made for a run."""
        made = self._made[campaign.made_for, campaign.epoch]
        made.append(campaign)
        if len(made) > self._most(campaign.made_for):
            ids = ", ".join(each.camp_id for each in made)
            self.broken("duplicate", f"{campaign.made_for} exists as {ids}")
        if self._scenario.is_within_promise:
            self._check_twins(campaign)

    def _most(self, key: str) -> int:
        """Return how many campaigns of one definition there may be.

        A claim that was told no is given up, so that with a vendor who executes what it rejects there may
        be one for each no.
        """
        if self._scenario.is_within_promise:
            return 1
        return 2 if self._scenario.vendor.doubled else MAX_SENDS + self._refusals[key]

    def _check_twins(self, campaign: Campaign) -> None:
        """Check that nobody is called twice since a definition was renamed."""
        for (key, _), others in self._made.items():
            is_free = self.epochs[key] or self.epochs[campaign.made_for]
            is_free = is_free or frozenset((key, campaign.made_for)) in self._both
            if key == campaign.made_for or is_free:
                continue
            for other in others:
                # The same description is the same file's: people keep it when they rename and edit.
                if other.body["description"] == campaign.body["description"]:
                    self.broken("duplicate", f"{campaign.made_for} equals {key}, {other.camp_id}")

    def on_result(self, result: Result) -> None:
        """Remember what a run reports once only: another id that could not be recorded."""
        self._conflicts += [f"{each.recorded} {each.found}" for each in result.conflicts]

    def on_change(self, old: State, new: State) -> None:
        """Check a change of the state that counts: what is recorded stays recorded."""
        for key, entry in old.entries.items():
            after = new.entries.get(key)
            if after is None and key in self.giving_up:
                self.epochs[key] += 1
            elif isinstance(entry, Claim) and isinstance(after, Record) and after.status is Status.ADOPTED:
                self._adopted |= {key} if after.camp_id not in self._ids(key) else set()
            elif isinstance(entry, Record) and not _is_same(entry, after):
                self.broken("history", f"{entry} became {after}")

    def on_branch(self, old: Commit, new: Commit) -> None:
        """Check a move of a clone's own branch."""
        if not new.contains(old):
            self.broken("dropped", f"{old.id} is not in {new.id}")
        if old.state != new.state and not self._scenario.is_shared:
            self.on_change(read_state(old.state), read_state(new.state))

    def check_end(
        self, definitions: Iterable[Definition], state: State, result: Result, vendor: Vendor, now: datetime
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
            self._check_twin(record, result, vendor, now)

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
                twins = [e for e in state.entries.values() if _is_like(e, definition)]
                if not is_told or not (twins or _named(definition.key, vendor)):
                    self.broken("stuck", f"{definition.name} was not created: {result.failed}")

    def _check_record(self, record: Record, vendor: Vendor) -> None:
        if record.status is Status.ADOPTED:
            return
        found = [campaign for campaign in vendor.campaigns if campaign.camp_id == record.camp_id]
        if [campaign.made_for for campaign in found] != [identity(record.name)]:
            self.broken("lost", f"{record.name} is recorded as {record.camp_id}, which is {found}")

    def _check_twin(self, record: Record, result: Result, vendor: Vendor, now: datetime) -> None:
        """Check that each sync of the first day tells of a campaign that may have come late and did."""
        is_young = now - record.created_at < _ONE_DAY
        may_have_twin = is_young and (record.status is Status.RECOVERED or record.sends > 1)
        is_told = any(each.name == record.name for each in result.unknown)
        listed = [one for one in vendor.listed() if identity(one.name) == identity(record.name)]
        if may_have_twin and len(listed) > 1 and not is_told:
            self.broken("twin", f"{record.name} exists more than once, and the result is {result.unknown}")


def _is_same(record: Record, after: object) -> bool:
    return isinstance(after, Record) and after.camp_id == record.camp_id


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "name"}


def _is_like(entry: Entry, definition: Definition) -> bool:
    is_same = definition.body is not None and _content(entry.definition) == _content(definition.body)
    return is_same or entry.source == definition.source


def _named(key: str, vendor: Vendor) -> list[Campaign]:
    return [campaign for campaign in vendor.campaigns if identity(campaign.name) == key]


def _may_be(definition: Definition, claim: Claim, vendor: Vendor) -> bool:
    twins = [c for c in vendor.campaigns if c.body["description"] == claim.definition["description"]]
    return bool(twins or _named(definition.key, vendor))


def _told(result: Result, conflicts: Iterable[str]) -> str:
    failures = [*result.failed, *result.unknown, *result.not_sent]
    told = " ".join([*(each.error for each in failures), *result.warnings, *conflicts])
    return "".join(char if char.isalnum() or char == "-" else " " for char in told) + " "
