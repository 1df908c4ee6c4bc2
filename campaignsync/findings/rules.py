"""All rules that need no policy, in one place (the product's contract, "What a reviewer sees"). Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from campaignsync.findings import names, nobody, numbers, often, shared, when
from campaignsync.findings.finding import Campaign, Finding, Rule, in_order

if TYPE_CHECKING:
    from campaignsync.findings.known import Known

RULES: Sequence[Rule] = (shared.find, often.find, nobody.find, when.find, names.find, numbers.find)
"""Each finds something about new campaigns; those that exist count for what they have in common with them."""


IDS = (
    *("lists/shared", "pressure/day", "pressure/week", "dnc/none", "mode/agentless"),
    *("hours/zone", "hours/daily", "hours/weekly", "names/cut", "names/quotes"),
    *("names/alike", "names/placeholder", "caller-id/not-possible", "caller-id/other-country"),
    *("lists/unknown", "lists/empty", "lists/busy", "lists/mixed", "lists/zones"),
    *("queues/unknown", "lists/inventory"),
)
"""The rules whose findings a policy can waive: all that stop no campaign from being sent."""


def findings_of(campaigns: Sequence[Campaign], known: "Known | Finding | None" = None) -> tuple[Finding, ...]:
    """Return what all rules find, sorted.

    Args:
        campaigns: All of a plan, or of the definitions that are checked, sorted by name.
        known: What the account has, or why that isn't known; None where nobody asked.
    """
    if not any(campaign.is_new for campaign in campaigns):
        return ()
    found = [finding for rule in RULES for finding in rule(campaigns)]
    if isinstance(known, Finding):
        found.append(known)
    elif known is not None:
        # Imported by whoever made it, and by nobody else.
        from campaignsync.findings import known as inventory

        found += inventory.find(campaigns, known)
    return tuple(sorted(found, key=in_order))
