"""The commit messages that tell in git history what was created, and from what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaignsync.claims import Change, changes
from campaignsync.config import RunOptions
from campaignsync.state import Claim, Record, State, Status
from campaignsync.text import commit_text, printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a commit's entries come from.

    Attributes:
        source_commit: The commit whose definitions were synced.
        plan: The digest of what was to be sent; empty where nothing was.
        options: The run's options.
    """

    source_commit: str
    plan: str
    options: RunOptions

    @property
    def trailers(self) -> str:
        """The commit's trailers (the contract, "Sync" 8)."""
        named = {
            "Source-Commit": self.source_commit,
            "Plan": self.plan,
            "Run": self.options.run_url,
            "Actor": self.options.actor,
        }
        return "\n".join(f"{key}: {printable(value)}" for key, value in named.items() if value)


def commit_message(before: State, after: State, *, origin: Origin) -> str:
    """Return the message of the commit that turns one state into another.

    Subject, one line for each campaign, then the trailers, as the contract's "Sync" 8 has them. Records come
    before claims: a commit with both is about what was created.
    """
    verb, told = _told(changes(before, after))
    noun = "campaign" if len(told) == 1 else "campaigns"
    lines = [_line(change) for change in told]
    parts = [f"campaignsync: {verb} {len(told)} {noun}", "\n".join(lines), origin.trailers]
    return "\n\n".join(part for part in parts if part) + "\n"


def _told(all_changes: Sequence[Change]) -> tuple[str, Sequence[Change]]:
    records = [change for change in all_changes if isinstance(change.after, Record)]
    claims = [change for change in all_changes if isinstance(change.after, Claim)]
    gone = [change for change in all_changes if change.after is None]
    if records:
        is_adopted = all(isinstance(c.after, Record) and c.after.status is Status.ADOPTED for c in records)
        return ("adopt" if is_adopted else "create"), records
    if claims:
        return "claim", claims
    if not gone:
        return "record", gone
    is_forgotten = any(isinstance(change.before, Record) for change in gone)
    return ("forget" if is_forgotten else "release"), gone


def _line(change: Change) -> str:
    match change:
        case (
            Change(after=Record(name=name, camp_id=camp_id))
            | Change(before=Record(name=name, camp_id=camp_id), after=None)
        ):
            return f"{commit_text(name)}: {commit_text(camp_id)}"
        case Change(after=Claim(name=name)):
            return f"{commit_text(name)}: pending"
        case _:
            return f"{commit_text(change.name)}: not created"
