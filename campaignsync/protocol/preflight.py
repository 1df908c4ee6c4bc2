"""What to send, and the claim on it: steps 1 to 4 of the product's contract, "Sync"."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from campaignsync.claims import is_watched
from campaignsync.errors import GitError, PlanRefusedError
from campaignsync.identity import Definition, identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Pending, Plan, body_digest, known_digests, make_plan, plan_digest, target_of
from campaignsync.protocol import remediation
from campaignsync.protocol.contact_lists import check_lists
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.ports import Definitions
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.recovery import LeaseWatch, resolve
from campaignsync.protocol.sender import counted_ahead
from campaignsync.protocol.tools import Tools
from campaignsync.report.summary import counted
from campaignsync.state import MAX_SENDS, Claim
from campaignsync.versions import Version, versions_of

POLL_S = 5.0
"""Seconds between looks at the remote while another run's claim is waited for."""

_MOST_CLAIMS = 20
"""Claims that may lose a race in a row: then others push without end, and a person must look."""


class Preflight:
    """Decides what a run sends, over again until its claim holds.

    Args:
        ledger: What is created and claimed.
        tools: The run's ports and options.
        record: Where what is found out is noted.
        work_tree: The definitions that a person may be editing, where what they see must not differ from
            what is sent; None where the run doesn't ask.
    """

    def __init__(
        self, ledger: Ledger, tools: Tools, record: RunRecord, *, work_tree: Definitions | None = None
    ) -> None:
        self._ledger = ledger
        self._record = record
        self._tools = tools
        self._work_tree = work_tree
        self._watch = LeaseWatch(tools)
        self._seen_before = frozenset[str]()
        self._plan: Plan

    async def look(self) -> None:
        """Plan from the branch as it is now; what was found out before is void.

        Raises:
            InvalidDefinitionsError: Some definitions have problems.
            GitError: Git failed, or the work tree would create what isn't committed.
            StateError: The state is damaged, or another account's.
            PlanRefusedError: It would send more than is allowed.
        """
        await self._ledger.refresh()
        known = known_digests(self._ledger.state)
        plan = make_plan(await self._ledger.base.definitions.load(known), self._ledger.state)
        await self._check_work_tree(plan, known)
        if plan != self._record.plan:
            self._tools.progress.show(plan, target_of(self._ledger.state, self._tools.options))
        self._plan = plan
        self._record.begin(plan)
        count = most_sends(plan)
        most = self._tools.options.max_creates
        if count > most:
            raise PlanRefusedError(
                f"the plan sends {counted(count, 'campaign')}, and at most {most} are allowed in one run",
                hint=f"If that is meant: --max-creates {count}. Nothing was sent.",
            )

    async def _check_work_tree(self, plan: Plan, known: Mapping[str, str]) -> None:
        """Demand that what a person sees in their folder is what the commit would create.

        Raises:
            GitError: It isn't.
            InvalidDefinitionsError: Some definitions in the folder have problems.
        """
        if self._work_tree is None:
            return
        drafted = make_plan(await self._work_tree.load(known), self._ledger.state)
        here, committed = (
            {body_digest(each.body or {}): each.source for each in one.create} for one in (drafted, plan)
        )
        loose = {here.get(digest) or committed[digest] for digest in here.keys() ^ committed.keys()}
        if loose:
            raise remediation.uncommitted(sorted(loose))

    async def decide(self) -> list[Claim]:
        """Find out what to send and claim it, over again until the claim holds; steps 3 and 4.

        Raises:
            StopRequestedError: The run was asked to end.
            GitError: Git failed, the remote refuses the claim, or others push without end.
        """
        lost = 0
        while lost < _MOST_CLAIMS:
            self._tools.check_stop()
            remaining_s = self._wait_for_owners()
            if remaining_s > 0:
                await self._tools.pause(remaining_s, "the run that claimed it")
            else:
                claims = await self._judge_and_claim()
                if claims is not None:
                    return claims
                lost += 1
            await self.look()
        raise GitError(
            f"other pushes came first {lost} times in a row, and nothing was sent",
            hint="Look at what pushes to the branch so often, then run the command again.",
        )

    def _wait_for_owners(self) -> float:
        """Return for how long the claims of earlier runs must be left alone."""
        waits = [
            (self._remaining_s(pending.claim), pending.claim)
            for pending in self._resolvable()
            # Only a person decides about it, so nobody needs to wait.
            if pending.claim.sends < MAX_SENDS or pending.definition is None
        ]
        due = [(seconds, claim) for seconds, claim in waits if seconds > 0]
        if not due:
            return 0.0
        seconds, claim = max(due, key=lambda wait: wait[0])
        self._tools.progress.note(f"{claim.name}: waiting; {remediation.owner_may_be_alive(claim, seconds)}")
        return min(seconds, POLL_S) if self._ledger.is_shared else seconds

    def _remaining_s(self, claim: Claim) -> float:
        return self._watch.remaining_s(claim, is_local=self._ledger.is_local(claim))

    def _resolvable(self) -> Sequence[Pending]:
        """Return the claims that this run may resolve: without --push only those of this clone."""
        plan = self._plan
        if self._ledger.is_shared:
            return plan.pending
        return [pending for pending in plan.pending if self._ledger.is_local(pending.claim)]

    async def _judge_and_claim(self) -> list[Claim] | None:
        """Judge by one fresh listing, and claim; None where another run's push came first, or may have."""
        # Before the listing, and not behind it: no wait may come between a listing and the claim.
        resolvable = self._resolvable()
        creates, missing = await self._with_lists(self._allowed(self._creates()), resolvable)
        self._report_others(resolvable)
        versions = self._versions(creates, resolvable)
        campaigns = await list_account(self._tools, versions) if versions else ()
        by_name = _by_name(campaigns)
        self._warn_of_twins(by_name)
        if self._may_be_claimed_meanwhile(creates, by_name):
            return None
        creates = self._without_strangers(creates, by_name)
        claims = [pending.claim for pending in resolvable]
        absent = await resolve(claims, campaigns, self._ledger, self._record)
        if absent:
            # Two listings prove an absence: in one, a row may have been passed over as others moved.
            campaigns = await list_account(self._tools, versions)
            absent = await resolve(absent, campaigns, self._ledger, self._record)
        again = await self._again(absent, missing)
        claims = [self._fresh(definition) for definition in creates]
        claims += [self._taken_over(claim, definition) for claim, definition in again]
        self._ledger.plan_digest = plan_digest(claim.definition for claim in claims)
        return await self._claim(claims)

    async def _claim(self, claims: Sequence[Claim]) -> list[Claim] | None:
        leased = [self._ledger.leased(claim, count=len(claims)) for claim in claims]
        counted = sorted(counted_ahead(leased, self._ledger), key=lambda claim: claim.name)
        return counted if not counted or await self._ledger.claim(counted) else None

    def _versions(self, creates: Sequence[Definition], resolvable: Sequence[Pending]) -> frozenset[Version]:
        """Return by which versions to list: those of creates, claims and possible twins; none without any."""
        now = self._tools.clock.now()
        twins = [record.definition for record in self._ledger.state.records if is_watched(record, now)]
        planned = self._plan.versions if creates or resolvable else frozenset()
        return planned | versions_of(twins)

    def _report_others(self, resolvable: Sequence[Pending]) -> None:
        for pending in self._plan.pending:
            if pending not in resolvable:
                self._record.note_unknown(pending.claim, remediation.held_on_remote(pending.claim))

    def _creates(self) -> list[Definition]:
        """Return what is to be created, without what may be a campaign that exists, renamed."""
        plan, creates = self._plan, list[Definition]()
        for definition in plan.create:
            rename = plan.renames.get(definition.key)
            if rename is None:
                creates.append(definition)
            else:
                self._record.note_failed(definition, remediation.held_back(rename, self._tools.options))
        return creates

    def _allowed(self, creates: Sequence[Definition]) -> list[Definition]:
        """Return what the plan of `--plan` holds: nobody may have looked at the rest."""
        for each in creates:
            if not self._is_allowed(each):
                self._record.note_not_sent(each, remediation.NOT_IN_PLAN)
        return [each for each in creates if self._is_allowed(each)]

    def _is_allowed(self, definition: Definition) -> bool:
        allowed = self._tools.options.allowed
        return allowed is None or body_digest(definition.body or {}) in allowed

    def _may_be_claimed_meanwhile(
        self, creates: Sequence[Definition], by_name: Mapping[str, Sequence[str]]
    ) -> bool:
        """Return whether a campaign in the way may be another run's, made since this one's last fetch.

        Another run's claim is on the remote before its campaign exists. So what is listed, and after one
        more fetch still in no entry, is a stranger's.
        """
        taken = frozenset(definition.key for definition in creates) & by_name.keys()
        is_news = self._ledger.is_shared and not taken <= self._seen_before
        self._seen_before |= taken
        return is_news

    def _without_strangers(
        self, creates: Sequence[Definition], by_name: Mapping[str, Sequence[str]]
    ) -> list[Definition]:
        kept = list[Definition]()
        for definition in creates:
            if definition.key in by_name:
                error = remediation.exists_already(definition, by_name[definition.key], self._tools.options)
                self._record.note_failed(definition, error)
            else:
                kept.append(definition)
        return kept

    async def _with_lists(
        self, creates: Sequence[Definition], claimed: Sequence[Pending]
    ) -> tuple[list[Definition], Mapping[str, str]]:
        """Return the creates whose contact lists exist, and of all that may be sent what is missing."""
        again = [each.definition for each in claimed if each.definition and each.claim.sends < MAX_SENDS]
        checked = await check_lists(self._tools, [*creates, *again])
        self._record.warnings.extend(checked.warnings)
        for each in creates:
            if each.key in checked.missing:
                self._record.note_failed(each, checked.missing[each.key])
        return [each for each in creates if each.key not in checked.missing], checked.missing

    def _warn_of_twins(self, by_name: Mapping[str, Sequence[str]]) -> None:
        now = self._tools.clock.now()
        for record in self._ledger.state.records:
            ids = by_name.get(identity(record.name), ())
            if len(ids) > 1 and is_watched(record, now):
                self._record.note_unknown(record, remediation.twin(record.name, ids))
            elif len(ids) > 1:
                self._record.warnings.append(remediation.twin(record.name, ids))

    async def _again(
        self, absent: Sequence[Claim], missing: Mapping[str, str]
    ) -> list[tuple[Claim, Definition]]:
        """Decide what becomes of claims that are proven absent: today's definition, or nothing."""
        today = {pending.claim: pending.definition for pending in self._plan.pending}
        again, gone = list[tuple[Claim, Definition]](), list[str]()
        for claim in absent:
            definition = today[claim]
            if definition is None:
                gone.append(claim.name)
            elif claim.sends >= MAX_SENDS:
                self._record.note_unknown(claim, remediation.sent_too_often(claim, self._tools.options))
            elif not self._is_allowed(definition):
                self._record.note_not_sent(claim, remediation.NOT_IN_PLAN)
            elif definition.key in missing:
                self._record.note_failed(claim, missing[definition.key])
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
        return replace(self._fresh(definition), sends=claim.sends)


def most_sends(plan: Plan) -> int:
    """Return how many requests a plan may mean: creates, and claims that may be sent again."""
    again = [each for each in plan.pending if each.definition is not None and each.claim.sends < MAX_SENDS]
    return len(plan.create) - len(plan.renames) + len(again)


def _by_name(campaigns: Sequence[RemoteCampaign]) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for campaign in campaigns:
        found[identity(campaign.name)].append(campaign.camp_id)
    return {key: sorted(ids) for key, ids in found.items()}
