"""The commit messages that tell in git history what was created, and from what. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaignsync.claims import Change, changes
from campaignsync.report.escape import commit_text, printable
from campaignsync.state import Claim, Record, State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a commit's entries come from.

    Attributes:
        source_commit: The commit whose definitions were synced.
        run_url: The run in GitHub Actions, or empty.
    """

    source_commit: str
    run_url: str = ""


def commit_message(before: State, after: State, *, origin: Origin) -> str:
    """Return the message of the commit that turns one state into another.

    Subject, one line for each campaign, then the trailers, as the contract's "Sync" 7 has them. Records come
    before claims: a commit with both is about what was created.
    """
    verb, told = _told(changes(before, after))
    noun = "campaign" if len(told) == 1 else "campaigns"
    lines = [_line(change) for change in told]
    trailers = [f"Source-Commit: {origin.source_commit}"]
    if origin.run_url:
        trailers.append(f"Run: {printable(origin.run_url)}")
    parts = [f"campaignsync: {verb} {len(told)} {noun}", "\n".join(lines), "\n".join(trailers)]
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
