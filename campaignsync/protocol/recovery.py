"""Finding out what came of requests without an answer; nothing is sent again on a guess."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from campaignsync.claims import Absent, Doubtful, Found, judge, recorded_ids
from campaignsync.outcome import RemoteCampaign
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.remediation import LEFT_FOR_NEXT, TAKEN_OVER, doubtful, sent_too_often
from campaignsync.protocol.sender import Attempt, Sender
from campaignsync.protocol.tools import Context, Tools
from campaignsync.state import MAX_SENDS, Claim, Record, Status
from campaignsync.versions import versions_of


async def resolve(
    claims: Iterable[Claim],
    campaigns: Sequence[RemoteCampaign],
    ledger: Ledger,
    record: RunRecord,
    *,
    reasons: Mapping[str, str] | None = None,
) -> list[Claim]:
    """Judge claims by a complete listing made after their waits; record what is found, note what is doubtful.

    What is surely a claim's is taken first: until then it may look like another claim's, renamed, where
    two definitions differ in little but their names.

    Args:
        claims: The claims.
        campaigns: All campaigns of the account.
        ledger: Where what is found is recorded.
        record: Where what became of each is noted.
        reasons: What was said instead of an answer, by the claim's name.

    Returns:
        Those that are proven absent: they are free to be sent again.

    Raises:
        StateError: What is found could not be saved.
    """
    others, absent, found = list[Claim](), list[Claim](), list[tuple[Claim, str]]()
    recorded = recorded_ids(ledger.state)
    for claim in claims:
        verdict = judge(claim, campaigns, recorded=recorded)
        if isinstance(verdict, Found):
            found.append((claim, verdict.camp_id))
            recorded[verdict.camp_id] = claim.name
        else:
            others.append(claim)
    for claim in others:
        match judge(claim, campaigns, recorded=recorded):
            case Found(camp_id=camp_id):
                found.append((claim, camp_id))
                recorded[camp_id] = claim.name
            case Absent():
                absent.append(claim)
            case Doubtful() as verdict:
                record.has_effect = True
                record.note_unknown(
                    claim, _with_reason(doubtful(claim, verdict, ledger.options), reasons, claim)
                )
            case never:
                assert_never(never)
    record.note_recovered(await ledger.record(found, status=Status.RECOVERED))
    return absent


def _with_reason(text: str, reasons: Mapping[str, str] | None, claim: Claim) -> str:
    return f"{reasons[claim.name]}; {text}" if reasons else text


class LeaseWatch:
    """How long this run must leave earlier runs' claims alone, since their owners may be sending.

    Args:
        tools: The run's ports and options; the run has just taken the lock.
    """

    def __init__(self, tools: Context) -> None:
        self._tools = tools
        self._started_s = tools.clock.monotonic()
        self._first_seen: dict[Claim, float] = {}

    def remaining_s(self, claim: Claim, *, is_local: bool) -> float:
        """Return in how many seconds a claim may be resolved; 0 or less: now."""
        now, rules = self._tools.clock.monotonic(), self._tools.rules
        if is_local:
            return rules.wait_of_local(claim, since_start_s=now - self._started_s)
        return rules.wait_of_shared(claim, seen_s=now - self._first_seen.setdefault(claim, now))


class Recovery:
    """What is left after sending: unknown outcomes to look up, rejections to confirm.

    Args:
        tools: The run's ports and options.
        ledger: What is created and claimed.
        sender: Who sent, and sends again.
        record: Where what became of each is noted.
    """

    def __init__(self, tools: Tools, ledger: Ledger, sender: Sender, record: RunRecord) -> None:
        self._tools = tools
        self._ledger = ledger
        self._sender = sender
        self._record = record

    async def look_up(self) -> None:
        """Resolve unknown outcomes, sending again what is proven absent, until nothing more can be done.

        Raises:
            ApiError: The account could not be listed; the claims are kept.
            StopRequestedError: The run was asked to end; the claims are kept.
            RecordError: A lease could not be renewed on the remote; the claims are kept.
            GitError: Git failed; the claims are kept.
        """
        while attempts := list(self._sender.unclear.values()):
            await self._settle(attempts)
            by_name = {attempt.claim.name: attempt for attempt in attempts}
            absent = await self._resolve(attempts)
            # Two listings prove an absence: in one, a row may have been passed over as others moved.
            absent = await self._resolve([by_name[claim.name] for claim in absent]) if absent else []
            refused = [claim for claim in absent if by_name[claim.name].is_refusal]
            await self._fail(refused, {name: attempt.reason for name, attempt in by_name.items()})
            again = list[Claim]()
            for claim in absent:
                if claim in refused:
                    continue
                if claim.sends < MAX_SENDS and not self._sender.halted:
                    again.append(claim)
                    continue
                why = (
                    sent_too_often(claim, self._tools.options) if claim.sends >= MAX_SENDS else LEFT_FOR_NEXT
                )
                self._record.note_unknown(claim, f"{by_name[claim.name].reason}; {why}")
            self._sender.unclear.clear()
            if again:
                self._tools.progress.note(f"sending again what is proven not to exist: {len(again)}")
                await self._sender.send_again(again)

    async def confirm_rejections(self) -> None:
        """List once, and release the claims whose names don't show.

        Raises:
            ApiError: The account could not be listed; the claims are kept.
            StopRequestedError: The run was asked to end; the claims are kept.
        """
        rejected = list(self._sender.rejected.values())
        if rejected:
            absent = await self._resolve(rejected)
            await self._fail(absent, {attempt.claim.name: attempt.reason for attempt in rejected})

    async def _settle(self, attempts: Sequence[Attempt]) -> None:
        clock, rules = self._tools.clock, self._tools.rules
        due = max(attempt.ended + rules.proof_s(attempt.claim.sends) for attempt in attempts)
        seconds = due - clock.monotonic()
        if seconds > 0:
            count = len(attempts)
            self._tools.progress.note(
                f"{count} {'request has' if count == 1 else 'requests have'} no clear answer: "
                f"looking in the account in {seconds:.0f} s"
            )
            await self._tools.pause(seconds, "what the vendor may still make of requests without an answer")

    async def _resolve(self, attempts: Sequence[Attempt]) -> list[Claim]:
        """List, and judge the attempts whose claims are still this run's; return those that are absent."""
        # The plan's versions, too: a claim may have been sent by another one before.
        sent = versions_of(attempt.claim.definition for attempt in attempts)
        planned = self._record.plan.versions if self._record.plan else frozenset()
        campaigns = await list_account(self._tools, sent | planned)
        claims = [attempt.claim for attempt in self._held(attempts)]
        reasons = {attempt.claim.name: attempt.reason for attempt in attempts}
        return await resolve(claims, campaigns, self._ledger, self._record, reasons=reasons)

    def _held(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Return the attempts whose claims are still this run's; the others are another run's now.

        To resolve those too could take away the claim of a run that is alive and sending.
        """
        held = [attempt for attempt in attempts if self._ledger.holds(attempt.claim)]
        for attempt in attempts:
            if attempt not in held and not isinstance(self._ledger.state.get(attempt.claim.name), Record):
                self._record.note_unknown(attempt.claim, f"{attempt.reason}; {TAKEN_OVER}")
        return held

    async def _fail(self, claims: Sequence[Claim], reasons: Mapping[str, str]) -> None:
        await self._ledger.drop([claim.name for claim in claims])
        for claim in claims:
            self._record.note_failed(claim, reasons[claim.name])
