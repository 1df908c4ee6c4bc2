"""Finding out what came of requests without an answer; nothing is sent again on a guess."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from campaignsync.claims import Absent, Doubtful, Found, judge, recorded_ids
from campaignsync.identity import identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import list_account
from campaignsync.protocol.remediation import LEFT_FOR_NEXT, TAKEN_OVER, doubtful, sent_too_often
from campaignsync.protocol.sender import Attempt, Sender
from campaignsync.protocol.tools import Context, Tools
from campaignsync.result import Done, Failure
from campaignsync.state import MAX_SENDS, Claim, Record, Status


@dataclass(slots=True, kw_only=True)
class Resolution:
    """What a listing said about claims.

    Attributes:
        recovered: Found, and recorded.
        absent: Proven not to exist, and free to be sent again.
        stuck: Only a person decides, and why.
    """

    recovered: list[Record] = field(default_factory=list)
    absent: list[Claim] = field(default_factory=list)
    stuck: list[Failure] = field(default_factory=list)


async def resolve(claims: Iterable[Claim], campaigns: Sequence[RemoteCampaign], ledger: Ledger) -> Resolution:
    """Judge claims by a complete listing made after their waits, and record what is found.

    What is surely a claim's is taken first: until then it may look like another claim's, renamed, where
    two definitions differ in little but their names.

    Raises:
        StateError: What is found could not be saved.
    """
    resolution, others, found = Resolution(), list[Claim](), list[tuple[Claim, str]]()
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
                resolution.absent.append(claim)
            case Doubtful() as verdict:
                resolution.stuck.append(failure(claim, doubtful(claim, verdict)))
            case never:
                assert_never(never)
    resolution.recovered = await ledger.record(found, status=Status.RECOVERED)
    return resolution


def failure(claim: Claim, error: str) -> Failure:
    """Return a claim's definition as one without a campaign."""
    return Failure(name=claim.name, source=claim.source, error=error)


def _take_settled(attempts: dict[str, Attempt], resolution: Resolution) -> None:
    """Take off a list all but what is absent: that is settled only when its claim is off the disk."""
    for key in attempts.keys() - {identity(claim.name) for claim in resolution.absent}:
        del attempts[key]


def _with_reason(stuck: Failure, reason: str) -> Failure:
    return replace(stuck, error=f"{reason}; {stuck.error}")


def done(record: Record) -> Done:
    """Return a record as something that this run did."""
    return Done(name=record.name, camp_id=record.camp_id, source=record.source)


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
        ledger: The state.
        sender: Who sent, and sends again.
    """

    def __init__(self, tools: Tools, ledger: Ledger, sender: Sender) -> None:
        self._tools = tools
        self._ledger = ledger
        self._sender = sender
        self.recovered: list[Record] = []
        self.failed: list[Failure] = []
        self.stuck: list[Failure] = []

    async def look_up(self) -> None:
        """Resolve unknown outcomes, sending again what is proven absent, until nothing more can be done.

        Raises:
            ApiError: The account could not be listed; the claims stand.
            StopRequestedError: The run was asked to end; the claims stand.
            RecordError: A lease could not be renewed on the remote; the claims stand.
            GitError: Git failed; the claims stand.
        """
        while self._sender.unknown:
            attempts = list(self._sender.unknown.values())
            await self._settle(attempts)
            again = await self._judge(attempts, await list_account(self._tools))
            if again:
                await self._send_again(again)

    async def confirm_rejections(self) -> None:
        """List once, and give up the claims whose names don't show.

        Raises:
            ApiError: The account could not be listed; the claims stand.
            StopRequestedError: The run was asked to end; the claims stand.
        """
        rejected = self._sender.rejected
        if not rejected:
            return
        campaigns = await list_account(self._tools)
        held = self._held(list(rejected.values()))
        resolution = await resolve([attempt.claim for attempt in held], campaigns, self._ledger)
        self.recovered += resolution.recovered
        reasons = {attempt.claim.name: attempt.reason for attempt in rejected.values()}
        for stuck in resolution.stuck:
            self.stuck.append(_with_reason(stuck, reasons[stuck.name]))
        _take_settled(rejected, resolution)
        await self._fail(resolution.absent, lambda claim: reasons[claim.name])
        rejected.clear()

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
            await self._tools.pause(seconds)

    async def _judge(self, attempts: Sequence[Attempt], campaigns: Sequence[RemoteCampaign]) -> list[Claim]:
        """Take attempts off the sender's list as they are settled; return the claims to send again."""
        by_name = {attempt.claim.name: attempt for attempt in attempts}
        held = self._held(attempts)
        resolution = await resolve([attempt.claim for attempt in held], campaigns, self._ledger)
        self.recovered += resolution.recovered
        self.stuck += [_with_reason(stuck, by_name[stuck.name].reason) for stuck in resolution.stuck]
        _take_settled(self._sender.unknown, resolution)
        refused = [claim for claim in resolution.absent if by_name[claim.name].is_refusal]
        await self._fail(refused, lambda claim: by_name[claim.name].reason)
        self._sender.unknown.clear()
        again = list[Claim]()
        for claim in resolution.absent:
            reason = by_name[claim.name].reason
            if by_name[claim.name].is_refusal:
                continue
            if claim.sends >= MAX_SENDS:
                self.stuck.append(failure(claim, f"{reason}; {sent_too_often(claim)}"))
            elif self._sender.halted:
                self.stuck.append(failure(claim, f"{reason}; {LEFT_FOR_NEXT}"))
            else:
                again.append(claim)
        return again

    def _held(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Return the attempts whose claims still stand; the others are another run's affair now.

        To resolve those too could take away the claim of a run that is alive and sending.
        """
        held = [attempt for attempt in attempts if self._ledger.holds(attempt.claim)]
        for attempt in attempts:
            if attempt not in held and not isinstance(self._ledger.state.get(attempt.claim.name), Record):
                self.stuck.append(failure(attempt.claim, f"{attempt.reason}; {TAKEN_OVER}"))
        return held

    async def _send_again(self, claims: Sequence[Claim]) -> None:
        self._tools.progress.note(f"sending again what is proven not to exist: {len(claims)}")
        await self._sender.send_again(claims)

    async def _fail(self, claims: Sequence[Claim], reason: Callable[[Claim], str]) -> None:
        await self._ledger.drop([claim.name for claim in claims])
        self.failed += [failure(claim, reason(claim)) for claim in claims]
