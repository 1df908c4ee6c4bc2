"""`names/renamed`: a create that is most likely a campaign that exists under another name. Pure.

A rule of the plan, not of the definitions alone: it needs the entries that lost theirs. What it finds is held
back (the product's contract, "Identity").
"""

from collections.abc import Callable, Iterator

from campaignsync.findings.finding import Finding
from campaignsync.plan import RENAMED, Plan, Rename
from campaignsync.state import Record
from campaignsync.text import printable


def find(plan: Plan, *, forget: Callable[[str], str]) -> Iterator[Finding]:
    """Find the creates that are held back.

    Args:
        plan: The plan.
        forget: Returns the command that drops the entry of a name.
    """
    for definition in plan.create:
        rename = plan.renames.get(definition.key)
        if rename is not None:
            yield Finding(
                rule=RENAMED,
                severity="error",
                name=definition.name,
                path=definition.source,
                key="name",
                message=f"Not sent: {words(rename, forget=forget(rename.old.name))}.",
            )


def words(rename: Rename, *, forget: str) -> str:
    """Say what a create was most likely renamed from, and both ways out.

    Args:
        rename: What was found.
        forget: The command that drops the old entry.
    """
    old = rename.old
    what = f"the campaign {printable(old.camp_id)}" if isinstance(old, Record) else "a claim"
    name = f"{printable(old.name)!r} ({what})"
    how = f"equals {name} in all but the name" if rename.is_same_content else f"came from the file of {name}"
    return (
        f"{how}, and would call the same people twice: give it that name again, "
        f"or `{forget}` if both are wanted"
    )
