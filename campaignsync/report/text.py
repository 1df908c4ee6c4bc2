"""Plan, result and problems as plain text for people. Pure.

No line begins with foreign text, and each goes through `escape` on its way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaignsync.report import summary
from campaignsync.state import Claim, Entry, Record
from campaignsync.text import cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaignsync.errors import Problem
    from campaignsync.identity import Definition
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Changed, Pending, Plan
    from campaignsync.result import Done, Failure, Result

MOST_IN_DETAIL = 10
"""Creates up to which each is shown in full, with its week; more are shown in two lines each."""

_LONGEST_VALUE = 400
"""Characters of one value, more than the longest description has."""

_LONGEST_LINE = 4_000
"""Characters of a line that tells what happened, perhaps with commands to choose from."""

_WIDTH = 100
"""Columns of our own sentences."""


def plan(plan: Plan, *, unmanaged: Sequence[RemoteCampaign] | None = None, rate_limit: int = 60) -> str:
    """Return a plan for people, its counts in the last line.

    Args:
        plan: The plan.
        unmanaged: Campaigns of the account that are not in the state; None where it was not listed.
        rate_limit: Requests a minute; 0 for no limit.
    """
    is_short = len(plan.create) <= MOST_IN_DETAIL
    removals = (_item("-", record.name, record.camp_id) for record in plan.removed)
    parts = [
        _section("To create", map(_create if is_short else _brief, plan.create)),
        _section("Likely renamed", _renames(plan), summary.RENAME_ADVICE),
        _section("Pending", map(_pending, plan.pending), summary.PENDING_ADVICE),
        _section("Changed, and not applied", map(_changed, plan.changed), summary.CHANGED_ADVICE),
        _section("Removed here, and still existing", removals, summary.REMOVED_ADVICE),
        _section("In the account, and not managed here", _unmanaged(unmanaged), summary.UNMANAGED_ADVICE),
        _paragraph(summary.estimate(plan, rate_limit=rate_limit), summary.plan_line(plan)),
    ]
    return "\n\n".join(part for part in parts if part)


def _paragraph(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _section(title: str, items: Iterable[str], advice: str = "") -> str:
    shown = list(items)
    if not shown:
        return ""
    from textwrap import fill

    wrapped = fill(advice, width=_WIDTH, initial_indent="  ", subsequent_indent="  ")
    return _paragraph(f"{title} ({len(shown)}):", wrapped, *shown)


def _item(sign: str, name: str, *notes: str) -> str:
    return "  ".join(
        [f"  {sign} {printable(name)}", *(printable(cut(note, _LONGEST_VALUE)) for note in notes)]
    )


def _line(text: str, *, length: int = _LONGEST_VALUE) -> str:
    return f"      {printable(cut(text, length))}"


def _lines(text: str) -> Iterable[str]:
    """Indent text of perhaps several lines below its item."""
    return (_line(line, length=_LONGEST_LINE) for line in text.splitlines())


def _create(definition: Definition) -> str:
    # A plan that creates nothing shows no hours.
    from campaignsync.report import hours

    facts = summary.facts_of(definition)
    rows = (
        ("file", definition.source),
        ("queue", facts.queue),
        ("caller id", facts.caller_id),
        ("contact lists", facts.contact_lists),
        ("hours", hours.in_words(facts.week)),
        ("dialing", f"{facts.mode}, attempts: {facts.attempts}, priority: {facts.priority}"),
    )
    table = (f"{label:<15}{value}" for label, value in rows)
    drawing = hours.picture(facts.week)
    return "\n".join([_item("+", definition.name), *map(_line, table), *_lines(drawing)])


def _brief(definition: Definition) -> str:
    from campaignsync.report import hours

    facts = summary.facts_of(definition)
    values = (
        f"queue {facts.queue}",
        f"caller id {facts.caller_id}",
        f"lists {facts.contact_lists}",
        hours.in_words(facts.week),
        f"{facts.mode}, attempts {facts.attempts}, priority {facts.priority}",
    )
    return f"{_item('+', definition.name, definition.source)}\n{_line(' | '.join(values))}"


def _renames(plan: Plan) -> Iterable[str]:
    for definition in plan.create:
        rename = plan.renames.get(definition.key)
        if rename is not None:
            old = rename.old
            yield "\n".join(
                [
                    _item("!", definition.name, definition.source),
                    _line(f"equals {old.name} ({summary.id_of(old)}) in all but its name"),
                    _line("Give it that name again; or, when both are wanted:"),
                    f"      {summary.forget(old.name)}",
                ]
            )


def _pending(pending: Pending) -> str:
    return f"{_item('?', pending.claim.name, summary.source_of(pending))}\n{_line(summary.since(pending))}"


def _changed(changed: Changed) -> str:
    values = ((change.path, *summary.change_values(change)) for change in changed.changes)
    lines = (
        f"{printable(path)}: {cut(old, _LONGEST_VALUE)} -> {cut(new, _LONGEST_VALUE)}"
        for path, old, new in values
    )
    head = _item("~", changed.record.name, changed.record.camp_id, changed.definition.source)
    return "\n".join([head, *(f"      {line}" for line in lines)])


def _unmanaged(campaigns: Sequence[RemoteCampaign] | None) -> Iterable[str]:
    return (_item("*", campaign.name, campaign.camp_id) for campaign in summary.by_name(campaigns or ()))


def result(result: Result) -> str:
    """Return how a sync ended for people, its counts in the last line."""
    parts = [
        _section("Created", map(_done, result.created)),
        _section("Recovered", map(_done, result.recovered), summary.RECOVERED_ADVICE),
        _section("Failed", map(_failure, result.failed), summary.FAILED_ADVICE),
        _section("Not sent", map(_failure, result.not_sent), summary.NOT_SENT_ADVICE),
        _section("Unknown", map(_failure, result.unknown), summary.UNKNOWN_ADVICE),
        _section("Two campaigns of one definition", _conflicts(result), summary.CONFLICT_ADVICE),
        _section("Warnings", map(_warning, result.warnings)),
        _paragraph(*_not_recorded(result)),
        _paragraph(*_ending(result)),
    ]
    return "\n\n".join(part for part in parts if part)


def _done(done: Done) -> str:
    return _item("+", done.name, done.camp_id, done.source)


def _failure(failure: Failure) -> str:
    return "\n".join([_item("!", failure.name, failure.source), *_lines(failure.error)])


def _conflicts(result: Result) -> Iterable[str]:
    return (_item("!", conflict.name, summary.both_ids(conflict)) for conflict in result.conflicts)


def _warning(warning: str) -> str:
    first, _, others = warning.partition("\n")
    return "\n".join([_item("!", cut(first, _LONGEST_LINE)), *_lines(others)])


def _not_recorded(result: Result) -> Iterable[str]:
    if result.record_error:
        yield "Not recorded in git:"
        yield from _lines(result.record_error)
        yield from _lines(result.record_hint)


def _ending(result: Result) -> Iterable[str]:
    yield summary.not_applied_line(result.plan)
    yield summary.INTERRUPTED if result.is_interrupted else ""
    yield summary.result_line(result)


def problems(problems: Sequence[Problem]) -> str:
    """Return problems of definitions, one a line as compilers write them, and their count in the last."""
    lines = (printable(": ".join(summary.problem_parts(problem))) for problem in sorted(problems))
    return "\n".join([*lines, summary.problems_line(problems)])


def adopted(entry: Entry, *, commit: str | None, is_pushed: bool) -> str:
    """Say that an existing campaign is a definition's now."""
    camp_id = entry.camp_id if isinstance(entry, Record) else ""
    return f"Adopted {printable(entry.name)!r} as {printable(camp_id)}{_committed(commit, is_pushed)}."


def forgotten(entry: Entry, *, commit: str | None, is_pushed: bool) -> str:
    """Say that an entry is gone from the state, and what that means."""
    name, committed = printable(entry.name), _committed(commit, is_pushed)
    if isinstance(entry, Claim):
        return f"Forgot the claim of {name!r}{committed}; the next sync sends its definition again."
    return (
        f"Forgot {name!r}{committed}. The campaign {printable(entry.camp_id)} still exists; "
        "where its definition is kept, the next sync finds it in the account and asks."
    )


def _committed(commit: str | None, is_pushed: bool) -> str:  # noqa: FBT001  # said by its name
    pushed = " and pushed: git pull brings it" if is_pushed else ""
    return f", committed as {commit[:7]}{pushed}" if commit else ""
