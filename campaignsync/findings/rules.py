"""All rules that need no policy, in one place (the product's contract, "What a reviewer sees"). Pure."""

from collections.abc import Sequence

from campaignsync.findings import names, nobody, often, shared, when
from campaignsync.findings.finding import Campaign, Finding, Rule

RULES: Sequence[Rule] = (shared.find, often.find, nobody.find, when.find, names.find)
"""Each finds something about new campaigns; those that exist count for what they have in common with them."""


def findings_of(campaigns: Sequence[Campaign]) -> tuple[Finding, ...]:
    """Return what all rules find, sorted.

    Args:
        campaigns: All of a plan, or of the definitions that are checked, sorted by name.
    """
    if not any(campaign.is_new for campaign in campaigns):
        return ()
    return tuple(sorted(finding for rule in RULES for finding in rule(campaigns)))
