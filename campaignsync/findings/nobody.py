"""`dnc/none` and `mode/agentless`: no list of whom not to call, and nobody who speaks with them. Pure."""

from collections.abc import Iterator, Sequence

from campaignsync.findings.finding import Campaign, Finding


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find new campaigns without a do-not-call list, and those without an agent."""
    for campaign in campaigns:
        if not campaign.is_new:
            continue
        if "dncLists" not in campaign.body:
            # Source: the vendor notes, "Three facts that decide about real people", 1.
            yield campaign.finding(
                "dnc/none",
                "warning",
                "",
                "no do-not-call list: version 1 of the API, which creates it, has no key for one; dncLists "
                "with the name of one makes it a campaign of version 2",
            )
        if campaign.body.get("dialingMode") == "Agentless":
            yield campaign.finding(
                "mode/agentless",
                "warning",
                "dialingMode",
                "Agentless: once somebody starts it, it calls people without an agent; a flow speaks to them",
            )
