"""What a run found out and did: one record that every step adds to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from campaignsync.errors import CampaignSyncError
from campaignsync.identity import Definition, identity
from campaignsync.plan import Plan
from campaignsync.result import Done, Failure
from campaignsync.state import Claim, Record


@dataclass(slots=True, kw_only=True)
class RunRecord:
    """One run's plan, and what became of each campaign: what is noted last for a name counts.

    Attributes:
        plan: What the run set out to do; the last plan, where it made more than one.
        created: Campaigns that this run made, by identity, as all that follow.
        recovered: Campaigns of requests whose answer was lost.
        failed: Definitions that have no campaign, and why.
        unknown: Campaigns that may exist, or exist twice.
        not_sent: Definitions of which nothing left this machine.
        warnings: What a person should look at.
        statuses: What the account says of the campaigns that this run recorded, by campId.
        has_effect: A request may have had an effect, or an earlier one's was found: the run reports and
            records it, whatever happens.
        is_interrupted: The run was asked to end.
        error: What ended it, after something was sent.
    """

    plan: Plan | None = None
    created: dict[str, Done] = field(default_factory=dict)
    recovered: dict[str, Done] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    unknown: dict[str, Failure] = field(default_factory=dict)
    not_sent: dict[str, Failure] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    has_effect: bool = False
    is_interrupted: bool = False
    error: CampaignSyncError | None = None

    def begin(self, plan: Plan) -> None:
        """Take a plan; what was found out under the last one is void, but for what is recorded."""
        self.plan = plan
        for found in (self.failed, self.unknown, self.not_sent, self.warnings):
            found.clear()

    def note_created(self, records: Iterable[Record]) -> None:
        """Note campaigns that this run made."""
        self._note_done(self.created, records)

    def note_recovered(self, records: Iterable[Record]) -> None:
        """Note campaigns of requests whose answer was lost."""
        self._note_done(self.recovered, records)

    def note_failed(self, item: Definition | Claim, error: str) -> None:
        """Note that a definition has no campaign, and gets none as it is."""
        self._note(self.failed, item, error)

    def note_unknown(self, item: Claim | Record, error: str) -> None:
        """Note that a campaign may exist, or exists twice."""
        self._note(self.unknown, item, error)

    def note_not_sent(self, item: Definition | Claim, error: str) -> None:
        """Note that nothing of a definition left this machine."""
        self._note(self.not_sent, item, error)

    def _note_done(self, kind: dict[str, Done], records: Iterable[Record]) -> None:
        for record in records:
            self.has_effect = True
            key = self._cleared(record.name)
            kind[key] = Done(name=record.name, camp_id=record.camp_id, source=record.source)

    def _note(self, kind: dict[str, Failure], item: Definition | Claim | Record, error: str) -> None:
        kind[self._cleared(item.name)] = Failure(name=item.name, source=item.source, error=error)

    def _cleared(self, name: str) -> str:
        key = identity(name)
        for kind in (self.created, self.recovered, self.failed, self.unknown, self.not_sent):
            kind.pop(key, None)
        return key
