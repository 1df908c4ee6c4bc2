"""What `adopt` and `forget` did, as text. Pure."""

from campaignsync.report.escape import printable
from campaignsync.state import Claim, Entry, Record


def adopted(entry: Entry, *, commit: str | None) -> str:
    """Say that an existing campaign is a definition's now."""
    camp_id = entry.camp_id if isinstance(entry, Record) else ""
    return f"Adopted {printable(entry.name)!r} as {printable(camp_id)}{_committed(commit)}."


def forgotten(entry: Entry, *, commit: str | None) -> str:
    """Say that an entry is gone from the state, and what that means."""
    name = printable(entry.name)
    if isinstance(entry, Claim):
        return f"Forgot the claim of {name!r}{_committed(commit)}; the next sync sends its definition again."
    return (
        f"Forgot {name!r}{_committed(commit)}. The campaign {printable(entry.camp_id)} still exists; "
        "where its definition is kept, the next sync finds it in the account and asks."
    )


def _committed(commit: str | None) -> str:
    return f", committed as {commit[:7]}" if commit else ""
