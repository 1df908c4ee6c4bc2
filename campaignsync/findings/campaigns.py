"""The campaigns of a plan, as the rules and the report look at them. Pure."""

from collections.abc import Iterable

from campaignsync.findings.finding import Campaign
from campaignsync.identity import Definition
from campaignsync.plan import Plan
from campaignsync.state import Entry, State


def campaigns_of(plan: Plan, state: State) -> tuple[Campaign, ...]:
    """Return all campaigns that exist or may, and those that may be sent, sorted by name.

    One that exists counts as it was sent, whatever its definition says now: edits are never applied. What is
    held back as a likely rename is not sent, and counts as the campaign that it was.

    Args:
        plan: The plan.
        state: What it was made from.
    """
    lost = [pending.claim for pending in plan.pending if pending.definition is None]
    creates = [each for each in plan.create if each.key not in plan.renames]
    claimed = [pending.definition for pending in plan.pending if pending.definition is not None]
    entries: tuple[Entry, ...] = (*state.records, *lost)
    kept = [
        Campaign(name=entry.name, path=entry.source, body=entry.definition, is_new=False) for entry in entries
    ]
    return tuple(sorted([*map(_new, (*creates, *claimed)), *kept], key=lambda campaign: campaign.name))


def drafts_of(definitions: Iterable[Definition]) -> tuple[Campaign, ...]:
    """Return definitions that were parsed as campaigns that may be sent, sorted by name."""
    return tuple(map(_new, sorted(definitions, key=lambda definition: definition.name)))


def _new(definition: Definition) -> Campaign:
    return Campaign(
        name=definition.name,
        path=definition.source,
        body=definition.body or {},
        is_new=True,
        places=definition.places,
        name_comment=definition.name_comment,
    )
