"""The ids of all rules that a waiver can name. Pure."""

from collections.abc import Sequence

from campaignsync.findings.rules import IDS
from campaignsync.policy import law, own
from campaignsync.policy.packs import packs


def rule_ids() -> Sequence[str]:
    """Return all ids, sorted."""
    of_packs = (f"{pack}/{kind}" for pack in packs() for kind in law.KINDS)
    return sorted((*IDS, *own.IDS, *of_packs))


def is_rule(rule: str) -> bool:
    """Return whether there is a rule of an id."""
    return rule in rule_ids()
