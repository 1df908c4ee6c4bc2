"""What a reviewer should look at in a plan: rules, one file each, with their words. Pure."""

from campaignsync.findings.finding import Campaign, Finding, Rule, Severity, Waiver, in_order

__all__ = ["Campaign", "Finding", "Rule", "Severity", "Waiver", "in_order"]
