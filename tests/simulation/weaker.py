"""The sync without one of its rules: what the simulation must find out."""

from collections.abc import Sequence
from datetime import datetime

from campaignsync.claims import Rules
from campaignsync.outcome import RemoteCampaign
from campaignsync.state import Claim, Entry
from campaignsync.sync.ledger import Ledger


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


class NoOwnerCheck(Rules):
    """Takes every entry for its own when it renews a claim."""

    def is_own(self, entry: Entry | None, run_id: str) -> bool:
        return True


class NoWaitForOthers(Rules):
    """Resolves the claim of a run that may be alive."""

    def wait_of_shared(self, claim: Claim, *, seen_s: float, now: datetime) -> float:
        return 0.0


class NoWaitForTheDead(Rules):
    """Resolves the claim of a killed run while its last request may still be executed."""

    def wait_of_local(self, claim: Claim, *, started: datetime, now: datetime) -> float:
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

    def now_for(self, claim: Claim) -> datetime:
        return self._tools.clock.now()
