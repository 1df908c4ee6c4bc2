"""Sending the bodies of claims: each once, in parallel, only within its lease."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

import anyio

from campaignsync.claims import count_send, recorded_ids
from campaignsync.errors import CampaignSyncError, GitError, RecordError, StateError
from campaignsync.identity import identity
from campaignsync.outcome import (
    Created,
    NotSent,
    Outcome,
    OverLimit,
    Rejected,
    Unauthorized,
    Unknown,
    Withheld,
)
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import OVER_LIMIT
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.remediation import TAKEN_OVER
from campaignsync.protocol.tools import StopRequestedError, Tools, backoff_s
from campaignsync.state import Claim, Status

UNKNOWN_IN_A_ROW = 3
"""Unknown outcomes in a row after which no more is sent (the contract, "Sync" 5)."""

NOT_SENT_IN_A_ROW = 5
"""Connections in a row that could not be made, after which the rest isn't tried in this run."""

RENEWALS = 2
"""Renewals in a row, without a request between them, that end a run."""

_LONGEST_CLAIM = timedelta(hours=23)
"""A `sendBefore` more than a day after `claimedAt` is damage (the contract, "State")."""

_LIMITED_FOR_S = 1800.0
"""Seconds of nothing but over-limit answers after which a run gives the rest back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A request whose outcome must still be looked up.

    Attributes:
        claim: The claim as it was sent, this send counted.
        reason: What the server said, or what happened instead of an answer.
        ended: When the attempt ended, in seconds on the monotonic clock.
        is_refusal: The server's reason was a no.
    """

    claim: Claim
    reason: str
    ended: float
    is_refusal: bool


def counted_ahead(claims: Iterable[Claim], ledger: Ledger) -> list[Claim]:
    """Count the coming send where the claim is published before it: nobody else sees it counted later."""
    return [count_send(claim) if ledger.is_shared else claim for claim in claims]


class Sender:
    """Sends claims and notes what came of each.

    Args:
        tools: The run's ports and options.
        ledger: Where outcomes are saved as answers come.
        record: Where outcomes are noted.

    Attributes:
        unclear: Attempts without a clear outcome, by identity.
        rejected: Attempts that the server said no to, by identity, until that is confirmed.
        halted: Why no more is sent in this run; empty while sending goes on.
        unauthorized: The server's words if it refused the credentials, else empty.
    """

    def __init__(self, tools: Tools, ledger: Ledger, record: RunRecord) -> None:
        self._tools = tools
        self._ledger = ledger
        self._record = record
        self._unclear_in_a_row = 0
        self._not_sent_in_a_row = 0
        self._renewals = 0
        self._limited_since: float | None = None
        self._total = 0
        self._waiting = 0
        self._recorded: dict[str, str] = {}
        self._error: CampaignSyncError | None = None
        self.unclear: dict[str, Attempt] = {}
        self.rejected: dict[str, Attempt] = {}
        self.halted = ""
        self.unauthorized = ""

    async def send(self, claims: Sequence[Claim]) -> None:
        """Send the bodies of these claims, renewing leases that run out; each ends in one of the lists.

        Raises:
            RecordError: A lease could not be renewed on the remote; what was sent is saved.
            GitError: Git failed; what was sent is saved.
            StateError: The state could not be saved; the claims of what was sent are kept.
        """
        await self._send_all(list(claims))

    async def send_again(self, claims: Sequence[Claim]) -> None:
        """Send what is proven absent, under a new lease; raises what `send` raises."""
        counted = counted_ahead(claims, self._ledger)
        await self._send_all(await self._renewed(counted))

    async def _send_all(self, waiting: list[Claim]) -> None:
        self._total = self._waiting = len(waiting)
        while waiting and not self._is_over():
            if not all(map(self._ledger.may_send, waiting)):
                waiting = await self._renewed(waiting)
            waiting = await self._round(waiting)
        reason = self.halted or "the run was interrupted before it was sent"
        if isinstance(self._error, StateError):
            self._leave(waiting, reason)
        else:
            await self._release([self._ledger.counted(claim) for claim in waiting], reason)
        if self._error is not None:
            raise self._error

    async def _renewed(self, claims: Sequence[Claim]) -> list[Claim]:
        """Renew leases; what is lost to another run goes on the lists, and after an error all is over."""
        if self._renewals == RENEWALS:
            self.halted = (
                f"the claims were renewed {RENEWALS} times in a row, and no request could start in time: "
                "pushes, or the waits for the rate limit, take longer than the claims last"
            )
            return list(claims)
        oldest = min(claim.claimed_at for claim in claims)
        if self._tools.clock.now() - oldest > _LONGEST_CLAIM:
            self.halted = "the run has lasted almost a day, which no claim may: the next one goes on"
            return list(claims)
        self._renewals += 1
        self._tools.progress.detail(f"renewing the lease of {len(claims)} claims")
        try:
            kept = await self._ledger.renew(claims)
        except (GitError, RecordError, StateError) as error:
            self._error, self.halted = error, error.message
            return list(claims)
        still = {identity(claim.name) for claim in kept}
        for claim in claims:
            if identity(claim.name) not in still:
                self._record.note_not_sent(claim, TAKEN_OVER)
        return kept

    async def _round(self, claims: Sequence[Claim]) -> list[Claim]:
        """Send until a lease ends; return what is left, in order."""
        queue, withheld = deque(claims), list[Claim]()
        self._recorded = recorded_ids(self._ledger.state)
        async with anyio.create_task_group() as group:
            for _ in range(min(self._tools.options.parallel, len(queue))):
                group.start_soon(self._work, queue, withheld)
        return sorted([*withheld, *queue], key=lambda claim: claim.name)

    async def _work(self, queue: deque[Claim], withheld: list[Claim]) -> None:
        """Send what is queued, one after the other; what an answer brought is saved before the next send."""
        made: list[tuple[Claim, str]] = []
        try:
            while queue and not self._is_over():
                claim = queue.popleft()
                # Removed once the outcome is known; put back unsent otherwise.
                withheld.append(claim)
                if self._ledger.may_send(claim):
                    counted = self._ledger.counted(claim)
                    await self._save(made, next_sent=[counted])
                    if await self._attempt(counted, made):
                        withheld.remove(claim)
                    else:
                        await self._ledger.unsend(claim)
            await self._save(made)
        except StateError as error:
            self._error = error
            self.halted = error.message

    async def _save(self, made: list[tuple[Claim, str]], *, next_sent: Sequence[Claim] = ()) -> None:
        """Save what the last answer brought, and with it the count of the send that comes next."""
        if not made and not next_sent:
            return
        found = tuple(made)
        made.clear()
        try:
            records = await self._ledger.record(found, status=Status.CREATED, next_sent=next_sent)
        except StateError as error:
            for claim, camp_id in found:
                reason = f"created as {camp_id}, which could not be saved: {error.message}"
                self._take_unknown(claim, reason, self._tools.clock.monotonic(), is_refusal=False)
            raise
        self._record.note_created(records)

    async def _attempt(self, claim: Claim, made: list[tuple[Claim, str]]) -> bool:
        """Send one body; return whether it had an outcome, which for a campaign is in `made` then."""
        outcome = await self._send_patiently(claim)
        ended = self._tools.clock.monotonic()
        match outcome:
            case Created(camp_id=camp_id):
                self._take_created(claim, camp_id, ended, made)
            case Rejected(reason=reason):
                self._reset()
                self._take_attempt(self.rejected, claim, reason, ended, is_refusal=True)
            case NotSent(reason=reason):
                await self._take_not_sent(claim, reason)
            case Unknown(reason=reason, is_refusal=is_refusal):
                self._take_unknown(claim, reason, ended, is_refusal=is_refusal)
            case Unauthorized(reason=reason):
                self.unauthorized = self.halted = reason
                await self._release([claim], reason)
            case Withheld() | OverLimit():
                return False
            case _:
                assert_never(outcome)
        self._waiting -= 1
        self._tools.progress.advance(self._total - self._waiting, self._total)
        return True

    async def _send_patiently(self, claim: Claim) -> Outcome:
        """Send, and send again after each over-limit answer, which executes nothing."""
        attempt = 0
        while True:
            outcome = await self._send_once(claim)
            if not isinstance(outcome, OverLimit):
                self._limited_since = None if not isinstance(outcome, Withheld) else self._limited_since
                return outcome
            attempt += 1
            if not await self._hold_back(backoff_s(attempt, outcome.retry_after_s)):
                return outcome

    async def _send_once(self, claim: Claim) -> Outcome:
        def permit() -> bool:
            return not self._is_over() and self._ledger.may_send(claim)

        try:
            outcome = await self._tools.api.create(claim.definition, permit=permit)
        except StopRequestedError:  # while it waited for its turn: nothing was sent
            return Withheld()
        if not isinstance(outcome, Withheld):
            self._renewals = 0
        return outcome

    async def _hold_back(self, seconds: float) -> bool:
        """Wait out the rate limit; return whether sending may go on."""
        now = self._tools.clock.monotonic()
        self._limited_since = now if self._limited_since is None else self._limited_since
        if now - self._limited_since > _LIMITED_FOR_S:
            self.halted = "the account has been over its rate limit for half an hour"
            return False
        self._tools.progress.detail(f"over the rate limit: waiting {seconds:.0f} s")
        try:
            await self._tools.pause(seconds, OVER_LIMIT)
        except StopRequestedError:
            return False
        return True

    def _take_created(self, claim: Claim, camp_id: str, ended: float, made: list[tuple[Claim, str]]) -> None:
        other = self._recorded.get(camp_id)
        if other is not None:
            reason = f"the server answered with {camp_id}, which is the campaign {other!r}"
            self._take_unknown(claim, reason, ended, is_refusal=False)
            return
        # Now, not when it is saved: meanwhile another answer may bring the same id.
        self._recorded[camp_id] = claim.name
        made.append((claim, camp_id))
        self._reset()

    def _take_unknown(self, claim: Claim, reason: str, ended: float, *, is_refusal: bool) -> None:
        self._take_attempt(self.unclear, claim, reason, ended, is_refusal=is_refusal)
        self._tools.progress.detail(f"{claim.name}: {reason}")
        self._unclear_in_a_row += 1
        if self._unclear_in_a_row >= UNKNOWN_IN_A_ROW:
            self.halted = f"{UNKNOWN_IN_A_ROW} requests in a row had no clear answer, so no more were sent"

    def _take_attempt(
        self, kind: dict[str, Attempt], claim: Claim, reason: str, ended: float, *, is_refusal: bool
    ) -> None:
        """Keep an attempt to be looked up; until then its campaign may exist."""
        attempt = Attempt(claim=claim, reason=reason, ended=ended, is_refusal=is_refusal)
        kind[identity(claim.name)] = attempt
        self._record.has_effect = True
        self._record.note_unknown(claim, reason)

    async def _take_not_sent(self, claim: Claim, reason: str) -> None:
        self._not_sent_in_a_row += 1
        if self._not_sent_in_a_row >= NOT_SENT_IN_A_ROW and not self.halted:
            self.halted = f"{NOT_SENT_IN_A_ROW} requests in a row could not be sent: {reason}"
        await self._release([claim], reason)

    async def _release(self, claims: Sequence[Claim], reason: str) -> None:
        """Release claims that were not sent; those with earlier sends stay."""
        try:
            gone = await self._ledger.release(claims)
        except StateError:
            self._leave(claims, reason)
            raise
        for claim in claims:
            if identity(claim.name) in gone:
                self._record.note_not_sent(claim, reason)
            else:
                self._record.has_effect = True
                self._record.note_unknown(claim, reason)

    def _leave(self, claims: Sequence[Claim], reason: str) -> None:
        """Leave claims that were neither sent nor released, since the journal can't be written."""
        for claim in claims:
            self._record.note_unknown(claim, reason)

    def _reset(self) -> None:
        self._unclear_in_a_row = self._not_sent_in_a_row = 0

    def _is_over(self) -> bool:
        return bool(self.halted) or self._tools.stop.is_set()
