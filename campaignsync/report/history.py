"""What happened to campaigns, as text, as one JSON object, and as CSV. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from campaignsync.history import Event
from campaignsync.report.summary import counted
from campaignsync.text import cut, json_text, printable

_LONGEST = 300
_COLUMNS = ("name", "event", "at", "campId", "file", "commit", "by", "definition", "run", "actor", "plan")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, or strips to find one."""


def text(events: Sequence[Event]) -> str:
    """Return it for people, campaign by campaign."""
    lines = list[str]()
    for name, own in groupby(events, key=lambda event: event.name):
        lines.append(printable(cut(name, _LONGEST)))
        lines += (line for event in own for line in _lines(event))
    names = len({event.name for event in events})
    lines.append(f"{counted(len(events), 'event')} of {counted(names, 'campaign')}.")
    return "\n".join(lines)


def _lines(event: Event) -> Iterator[str]:
    commit = event.commit
    facts = [commit.at, f"{event.what:<9}", event.camp_id, f"in {commit.id[:12]} by {commit.author}"]
    yield "  " + "  ".join(printable(cut(fact, _LONGEST)) for fact in facts if fact)
    more = (
        ("definition", f"{event.path}, last changed by {event.definer}" if event.definer else event.path),
        ("run", " ".join(filter(None, [commit.run, f"started by {commit.actor}" if commit.actor else ""]))),
    )
    for label, value in more:
        if value:
            yield f"      {label}: {printable(cut(value, _LONGEST))}"


def as_json(events: Sequence[Event]) -> str:
    """Return it as one object."""
    rows = [dict(zip(_COLUMNS, (value or None for value in _row(event)), strict=True)) for event in events]
    return json_text({"formatVersion": 1, "events": rows}, indent=2)


def as_csv(events: Sequence[Event]) -> str:
    """Return it as a table for spreadsheets (RFC 4180); no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(value) for value in _row(event)] for event in events)
    return out.getvalue().removesuffix("\n")


def _row(event: Event) -> tuple[str, ...]:
    commit = event.commit
    return (
        event.name,
        event.what,
        commit.at,
        event.camp_id,
        event.path,
        commit.id,
        commit.author,
        event.definer,
        commit.run,
        commit.actor,
        commit.plan,
    )


def _cell(value: str) -> str:
    shown = printable(value)
    return f"'{shown}" if shown.lstrip(" ").startswith(_FORMULA) else shown
