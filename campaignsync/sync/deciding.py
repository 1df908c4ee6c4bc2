"""What to send, and the claim on it: steps 1, 3 and 4 of the product's contract, "Sync"."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from campaignsync.claims import MAX_SENDS, is_watched
from campaignsync.errors import CampaignSyncError, PlanRefusedError
from campaignsync.identity import Definition, identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Pending, Plan
from campaignsync.result import Failure
from campaignsync.state import Claim, Record
from campaignsync.sync import advice
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.listing import list_account
from campaignsync.sync.planning import plan_now
from campaignsync.sync.ports import Definitions
from campaignsync.sync.resolving import Resolution, Watch, failure, resolve
from campaignsync.sync.sending import counted_ahead
from campaignsync.sync.tools import Tools

_POLL_S = 5.0
"""Seconds between looks at the remote while another run's claim is waited for."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a run has found out so far, beside what was sent.

    Attributes:
        plan: What it set out to do.
        failed: Definitions that are not sent, since that could call people twice.
        not_sent: Definitions that nobody approved yet.
        unknown: Claims that stay, and recorded campaigns that may have a twin.
        recovered: Campaigns of earlier runs' claims.
        warnings: What a person should look at.
        is_interrupted: The run was asked to end.
        error: What ended it, where something was sent before.
    """

    plan: Plan
    failed: list[Failure] = field(default_factory=list)
    not_sent: list[Failure] = field(default_factory=list)
    unknown: list[Failure] = field(default_factory=list)
    recovered: list[Record] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_interrupted: bool = False
    error: CampaignSyncError | None = None


class Decider:
    """Decides what a run sends, over again until its claim holds.

    Args:
        definitions: The definition files.
        ledger: The state.
        tools: The run's ports and options.

    Attributes:
        findings: What is known since the last look.
    """

    def __init__(self, definitions: Definitions, ledger: Ledger, tools: Tools) -> None:
        self._definitions = definitions
        self._ledger = ledger
        self._tools = tools
        self._watch = Watch(tools, started=tools.clock.now())
        self._is_shown = False
        self._seen_before = frozenset[str]()
        self.findings: Findings

    async def look(self) -> None:
        """Plan afresh; what was found out before is void."""
        await self._ledger.refresh()
        plan = plan_now(self._definitions, self._ledger.state)
        if not self._is_shown or plan != self.findings.plan:
            self._tools.progress.show(plan)
        self._is_shown = True
        self.findings = Findings(plan=plan)
        count = len(plan.create) - len(plan.renames)
        most = self._tools.options.max_creates
        if count > most:
            raise PlanRefusedError(
                f"the plan creates {count} campaigns, and at most {most} are allowed in one run",
                hint=f"If that is meant: --max-creates {count}. Nothing was sent.",
            )

    async def decide(self) -> list[Claim]:
        """Find out what to send and claim it, over again until the claim holds; steps 3 and 4."""
        while True:
            remaining_s = self._wait_for_owners()
            if remaining_s > 0:
                await self._tools.pause(remaining_s)
            else:
                claims = await self._judge_and_claim()
                if claims is not None:
                    return claims
            await self.look()

    def _wait_for_owners(self) -> float:
        """Return for how long the claims of earlier runs must be left alone."""
        waits = [(self._remaining_s(pending.claim), pending.claim) for pending in self._resolvable()]
        due = [(seconds, claim) for seconds, claim in waits if seconds > 0]
        if not due:
            return 0.0
        seconds, claim = max(due, key=lambda wait: wait[0])
        self._tools.progress.note(f"{claim.name}: waiting; {advice.owner_may_be_alive(claim, seconds)}")
        return min(seconds, _POLL_S) if self._tools.options.is_pushing else seconds

    def _remaining_s(self, claim: Claim) -> float:
        return self._watch.remaining_s(claim, is_local=self._ledger.is_local(claim))

    def _resolvable(self) -> Sequence[Pending]:
        """Return the claims that this run may resolve: without --push only those of this clone."""
        plan = self.findings.plan
        if self._tools.options.is_pushing:
            return plan.pending
        return [pending for pending in plan.pending if self._ledger.is_local(pending.claim)]

    async def _judge_and_claim(self) -> list[Claim] | None:
        """Judge by one fresh listing, and claim; None where another run's push came first, or may have."""
        creates, resolvable = await self._approved(self._creates()), self._resolvable()
        self._report_others(resolvable)
        await self._ledger.check_committed(creates)
        campaigns = await self._list_for(creates, resolvable)
        by_name = _by_name(campaigns)
        self._warn_of_twins(by_name)
        if self._tools.options.has_preflight:
            if self._may_be_claimed_meanwhile(creates, by_name):
                return None
            creates = self._without_strangers(creates, by_name)
        resolution = await resolve([pending.claim for pending in resolvable], campaigns, self._ledger)
        self.findings.recovered += resolution.recovered
        self.findings.unknown += resolution.stuck
        again = await self._again(resolution, room=self._tools.options.max_creates - len(creates))
        await self._ledger.check_committed([definition for _, definition in again])
        claims = [self._fresh(definition) for definition in creates]
        claims += [self._taken_over(claim, definition) for claim, definition in again]
        return await self._claim(claims)

    async def _claim(self, claims: Sequence[Claim]) -> list[Claim] | None:
        leased = [self._ledger.leased(claim, count=len(claims)) for claim in claims]
        counted = sorted(counted_ahead(leased, self._tools), key=lambda claim: claim.name)
        return counted if not counted or await self._ledger.claim(counted) else None

    async def _list_for(
        self, creates: Sequence[Definition], resolvable: Sequence[Pending]
    ) -> tuple[RemoteCampaign, ...]:
        """List the account where something depends on it: creates, claims, possible twins."""
        now = self._tools.clock.now()
        is_watching = any(is_watched(record, now) for record in self._ledger.state.records)
        has_preflight = self._tools.options.has_preflight and bool(creates)
        if not (has_preflight or resolvable or is_watching):
            return ()
        return await list_account(self._tools)

    def _report_others(self, resolvable: Sequence[Pending]) -> None:
        for pending in self.findings.plan.pending:
            if pending not in resolvable:
                error = advice.held_on_remote(pending.claim)
                self.findings.unknown.append(failure(pending.claim, error))

    def _creates(self) -> list[Definition]:
        """Return what is to be created, without what may be a campaign that exists, renamed."""
        plan, creates = self.findings.plan, list[Definition]()
        for definition in plan.create:
            old = plan.renames.get(definition.key)
            if old is None:
                creates.append(definition)
            else:
                self.findings.failed.append(_failed(definition, advice.renamed(old)))
        return creates

    async def _approved(self, creates: Sequence[Definition]) -> list[Definition]:
        """Return what stands in the approved commit: what was merged since may not have been looked at."""
        newer = await self._ledger.unapproved(creates)
        error = advice.unapproved(self._tools.options.approved or "")
        self.findings.not_sent += [_failed(each, error) for each in creates if each.source in newer]
        return [each for each in creates if each.source not in newer]

    def _may_be_claimed_meanwhile(
        self, creates: Sequence[Definition], by_name: Mapping[str, Sequence[str]]
    ) -> bool:
        """Return whether a campaign in the way may be another run's, made since this one's last fetch.

        Another run's claim is on the remote before its campaign exists. So what is listed, and after one
        more fetch still in no entry, is a stranger's.
        """
        taken = frozenset(definition.key for definition in creates) & by_name.keys()
        is_news = self._tools.options.is_pushing and not taken <= self._seen_before
        self._seen_before |= taken
        return is_news

    def _without_strangers(
        self, creates: Sequence[Definition], by_name: Mapping[str, Sequence[str]]
    ) -> list[Definition]:
        kept = list[Definition]()
        for definition in creates:
            if definition.key in by_name:
                error = advice.exists_already(definition, by_name[definition.key])
                self.findings.failed.append(_failed(definition, error))
            else:
                kept.append(definition)
        return kept

    def _warn_of_twins(self, by_name: Mapping[str, Sequence[str]]) -> None:
        now = self._tools.clock.now()
        for record in self._ledger.state.records:
            ids = by_name.get(identity(record.name), ())
            if len(ids) > 1 and is_watched(record, now):
                source, error = record.source, advice.twin(record.name, ids)
                self.findings.unknown.append(Failure(name=record.name, source=source, error=error))
            elif len(ids) > 1:
                self.findings.warnings.append(advice.twin(record.name, ids))

    async def _again(self, resolution: Resolution, *, room: int) -> list[tuple[Claim, Definition]]:
        """Decide what becomes of claims that are proven absent: today's definition, or nothing."""
        findings = self.findings
        today = {pending.claim: pending.definition for pending in findings.plan.pending}
        newer = await self._ledger.unapproved([each for each in map(today.get, resolution.absent) if each])
        again, gone = list[tuple[Claim, Definition]](), list[str]()
        for claim in resolution.absent:
            definition = today[claim]
            if definition is None:
                gone.append(claim.name)
            elif claim.sends >= MAX_SENDS:
                findings.unknown.append(failure(claim, advice.sent_too_often(claim)))
            elif definition.source in newer:
                why = advice.unapproved(self._tools.options.approved or "")
                findings.unknown.append(failure(claim, why))
            elif len(again) >= room:
                findings.unknown.append(failure(claim, f"{advice.LEFT_FOR_NEXT} (--max-creates)"))
            else:
                again.append((claim, definition))
        await self._ledger.drop(gone)
        return again

    def _fresh(self, definition: Definition) -> Claim:
        now = self._tools.stamp()
        return Claim(
            name=definition.name,
            source=definition.source,
            digest=definition.digest,
            definition=definition.body or {},
            claimed_at=now,
            claimed_by=self._tools.options.run_id,
            send_before=now,
            lease_seconds=0,
            sends=0,
        )

    def _taken_over(self, claim: Claim, definition: Definition) -> Claim:
        return replace(self._fresh(definition), claimed_at=claim.claimed_at, sends=claim.sends)


def _failed(definition: Definition, error: str) -> Failure:
    return Failure(name=definition.name, source=definition.source, error=error)


def _by_name(campaigns: Sequence[RemoteCampaign]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for campaign in campaigns:
        found[identity(campaign.name)].append(campaign.camp_id)
    return {key: sorted(ids) for key, ids in found.items()}
