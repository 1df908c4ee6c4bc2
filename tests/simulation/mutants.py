"""The sync without one of its rules: what the simulation must find out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from campaignsync.claims import Rules
from campaignsync.identity import Definition, identity
from campaignsync.outcome import RemoteCampaign
from campaignsync.protocol.journal import Journal, Replay
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.ports import JournalFile, Recorder, Snapshot
from campaignsync.protocol.preflight import Preflight
from campaignsync.protocol.recovery import Recovery
from campaignsync.protocol.run import Sync
from campaignsync.protocol.sender import Attempt
from campaignsync.protocol.tools import Context
from campaignsync.result import Result
from campaignsync.state import Claim, Entry, State
from tests.simulation.recorders import LocalBranch


class NoLease(Rules):
    """Sends however long ago the claim was pushed."""

    def may_send(self, claim: Claim, now: datetime) -> bool:
        return True


class NoSettleTime(Rules):
    """Believes an absence at once."""

    def proof_s(self, sends: int) -> float:
        return 0.0


class NoRowCount(Rules):
    """Believes every listing."""

    def is_complete(self, totals: Sequence[int], campaigns: Sequence[RemoteCampaign]) -> bool:
        return True


class OneListing(Rules):
    """Believes one listing whose rows don't add up, where two must agree."""

    def is_complete(self, totals: Sequence[int], campaigns: Sequence[RemoteCampaign]) -> bool:
        return len({campaign.camp_id for campaign in campaigns}) == len(campaigns)


class NoOwnerCheck(Rules):
    """Takes every entry for its own when it renews a claim."""

    def is_own(self, entry: Entry | None, runs: object) -> bool:
        return True


class NoWaitForOthers(Rules):
    """Resolves the claim of a run that may be alive."""

    def wait_of_shared(self, claim: Claim, *, seen_s: float) -> float:
        return 0.0


class NoWaitForTheDead(Rules):
    """Resolves the claim of a killed run while its last request may still be executed."""

    def wait_of_local(self, claim: Claim, *, since_start_s: float) -> float:
        return 0.0


class NoSharedClaim(Ledger):
    """Claims on its own disk only."""

    async def claim(self, claims: Sequence[Claim]) -> bool:
        await self.put(claims)
        return True


class BlindRenewal(Ledger):
    """Renews what it claimed once, whoever's the claim is by now on the tip that its push starts from."""

    def holds(self, claim: Claim) -> bool:
        return True

    async def renew(self, claims: Sequence[Claim]) -> list[Claim]:
        await self.put([self.leased(claim, count=len(claims)) for claim in claims])
        return await super().renew(claims)


class WallClockLease(Ledger):
    """Judges its lease by the wall clock alone."""

    def may_send(self, claim: Claim) -> bool:
        return not self.is_shared or self._tools.rules.may_send(claim, self._tools.clock.now())


class MonotonicLease(Ledger):
    """Judges its lease by the monotonic clock alone, which may not count a suspension."""

    def may_send(self, claim: Claim) -> bool:
        held_s = self._tools.clock.monotonic() - self._leased_at.get(identity(claim.name), 0.0)
        return not self.is_shared or held_s + self._tools.options.timeout_s < claim.lease_seconds


class ForgetfulRelease(Ledger):
    """Forgets the earlier sends of a claim whose last one did not go out."""

    async def release(self, claims: Sequence[Claim]) -> frozenset[str]:
        await self.drop([claim.name for claim in claims])
        return frozenset(identity(claim.name) for claim in claims)


class LeaseLeftOn(Ledger):
    """Records what stays claimed with its lease still on, at the end of a run."""

    async def close(self) -> None:
        await self._publish()
        kept = [] if self.is_shared else [claim for claim in self.state.claims if self._is_mine(claim)]
        await self._journal.close(self.state, kept=kept)


class NoLookUp(Ledger):
    """Takes a push without an answer for a lost race, without looking whether the branch holds it."""

    def __init__(self, recorder: Recorder, journal: Journal, tools: Context) -> None:
        super().__init__(recorder, journal, tools)
        self._recorder.holds = _holds_nothing  # type: ignore[method-assign]


async def _holds_nothing(tip: Snapshot, commit: str) -> bool:
    return False


class UntoldSends(Journal):
    """Has no line before a request goes."""

    async def write(
        self,
        target: State,
        *,
        put: Iterable[Entry] = (),
        sent: Iterable[Claim] = (),
        drop: Iterable[str] = (),
    ) -> None:
        await super().write(target, put=put, drop=drop)


class UnreadJournal(Journal):
    """Starts without what killed runs of the clone left."""

    def __init__(self, file: JournalFile, *, where: str, run_id: str, is_shared: bool) -> None:
        super().__init__(file, where=where, run_id=run_id, is_shared=is_shared)
        self.found = Replay()


class TornLine(Journal):
    """Writes behind a line that a killed run did not write to its end."""

    def __init__(self, file: JournalFile, *, where: str, run_id: str, is_shared: bool) -> None:
        super().__init__(file, where=where, run_id=run_id, is_shared=is_shared)
        self._data += b"" if self._data.endswith(b"\n") or not self._data else b"\n"


class UncountedTakeover(Journal):
    """Lets a claim on the branch win over a later one of this clone's, which no commit holds yet."""

    def __init__(self, file: JournalFile, *, where: str, run_id: str, is_shared: bool) -> None:
        super().__init__(file, where=where, run_id=run_id, is_shared=is_shared)
        self.found = replace(self.found, local_runs=frozenset())


class ForcedBranch(LocalBranch):
    """Sets the branch to its commit wherever it is by now."""

    def is_unmoved(self, base: Snapshot) -> bool:
        return True


class _Believing(Recovery):
    def _held(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        return list(attempts)


class _Unconfirming(Recovery):
    async def confirm_rejections(self) -> None:
        rejected = list(self._sender.rejected.values())
        self._sender.rejected.clear()
        reasons = {attempt.claim.name: attempt.reason for attempt in rejected}
        await self._fail([attempt.claim for attempt in rejected], reasons)


class ResolvesOthers(Sync):
    """Resolves claims that are another run's by now."""

    async def run(self) -> Result:
        self._recovery.__class__ = _Believing
        return await super().run()


class NoConfirmation(Sync):
    """Gives up what was rejected without looking."""

    async def run(self) -> Result:
        self._recovery.__class__ = _Unconfirming
        return await super().run()


class _Mild(Preflight):
    def _warn_of_twins(self, by_name: Mapping[str, Sequence[str]]) -> None:
        """Say nothing."""


class TwinsUntold(Sync):
    """Does not end with an unknown outcome where a recorded campaign has a twin."""

    async def run(self) -> Result:
        self._preflight.__class__ = _Mild
        return await super().run()


class _Generous(Preflight):
    def _is_allowed(self, definition: Definition) -> bool:
        return True


class PlanUnchecked(Sync):
    """Sends what the given plan does not hold."""

    async def run(self) -> Result:
        self._preflight.__class__ = _Generous
        return await super().run()
