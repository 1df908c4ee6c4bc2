"""What every form of a plan's report is made from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaignsync.findings import Campaign, Finding
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Plan, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A plan, and all that a reviewer is told with it.

    Attributes:
        plan: The plan.
        target: Where its campaigns are created; None where that was told before.
        findings: What a reviewer should look at, sorted.
        packs: The ids of the packs that it was held against.
        stops: Whether the policy says that what was found must stop.
        campaigns: All campaigns of the plan, recorded ones too, for what several have in common; sorted.
        unmanaged: Campaigns of the account that are not in the state; None where it was not listed.
        rate_limit: Requests a minute, for the estimate; 0 for no limit.
    """

    plan: Plan
    target: Target | None = None
    findings: Sequence[Finding] = ()
    packs: Sequence[str] = ()
    stops: bool = False
    campaigns: Sequence[Campaign] = ()
    unmanaged: Sequence[RemoteCampaign] | None = None
    rate_limit: int = 60
