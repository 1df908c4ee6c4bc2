"""Plan, result and problems as plain text for people. Pure.

No line begins with foreign text, and each goes through `escape` on its way out.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from campaignsync.report import summary
from campaignsync.state import Claim, Entry, Record
from campaignsync.text import cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaignsync.errors import Problem
    from campaignsync.findings import Finding
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Changed, Pending
    from campaignsync.report.changes import Change
    from campaignsync.report.rows import Row
    from campaignsync.report.view import View
    from campaignsync.result import Done, Failure, Result

MOST_IN_DETAIL = 10
"""Creates up to which each is shown in full, with its week; more are shown in two lines each."""

_LONGEST_VALUE = 400
"""Characters of one value, more than the longest description has."""

_LONGEST_LINE = 4_000
"""Characters of a line that tells what happened, perhaps with commands to choose from."""

_WIDTH = 100
"""Columns of our own sentences."""


def plan(view: View) -> str:
    """Return a plan for people, its target in the first line and its counts in the last.

    Args:
        view: The plan, and what is told with it.
    """
    from campaignsync.report.rows import lost_claims, rows_of

    plan, rows, found = view.plan, rows_of(view), summary.open_of(view.findings)
    is_short = len(rows) <= MOST_IN_DETAIL
    advice = " ".join(
        [summary.MOST_CALLS_ADVICE, *([summary.PENDING_ADVICE] if any(row.claim for row in rows) else [])]
    )
    removals = (_item("-", record.name, record.camp_id) for record in plan.removed)
    parts = [
        printable(summary.target_line(view.target)) if view.target else "",
        _section("To look at first", _findings(found), count=len(found)),
        _section("Waived by the policy", map(_waived, summary.waived_of(view.findings))),
        _wrapped(summary.packs_line(view.packs)),
        _section("May be sent", map(_row if is_short else _brief, rows), advice),
        _section("Pending, and not sent again", map(_pending, lost_claims(plan)), summary.LOST_ADVICE),
        _section("Changed, and not applied", map(_changed, plan.changed), summary.CHANGED_ADVICE),
        _section("Removed here, and still existing", removals, summary.REMOVED_ADVICE),
        _section(
            "In the account, and not managed here", _unmanaged(view.unmanaged), summary.UNMANAGED_ADVICE
        ),
        _paragraph(summary.estimate(plan, rate_limit=view.rate_limit), summary.plan_line(plan)),
    ]
    return "\n\n".join(part for part in parts if part)


def _paragraph(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _wrapped(sentences: str) -> str:
    from textwrap import fill

    return fill(sentences, width=_WIDTH, break_on_hyphens=False)


def _section(title: str, items: Iterable[str], advice: str = "", *, count: int | None = None) -> str:
    shown = list(items)
    if not shown:
        return ""
    from textwrap import fill

    wrapped = fill(advice, width=_WIDTH, initial_indent="  ", subsequent_indent="  ")
    return _paragraph(f"{title} ({len(shown) if count is None else count}):", wrapped, *shown)


def _item(sign: str, name: str, *notes: str) -> str:
    return "  ".join(
        [f"  {sign} {printable(name)}", *(printable(cut(note, _LONGEST_VALUE)) for note in notes)]
    )


def _line(text: str, *, length: int = _LONGEST_VALUE) -> str:
    return f"      {printable(cut(text, length))}"


def _lines(text: str) -> Iterable[str]:
    """Indent text of perhaps several lines below its item."""
    return (_line(line, length=_LONGEST_LINE) for line in text.splitlines())


def _findings(findings: Sequence[Finding]) -> Iterable[str]:
    for rule, found in summary.by_rule(findings).items():
        yield f"  {printable(rule)} ({found[0].severity}):"
        for finding, following in zip_longest(found, found[1:]):
            yield _item("!", finding.name or finding.path, summary.place_of(finding))
            # Once below all that it is said of.
            if following is None or following.message != finding.message:
                yield from _lines(finding.message)


def _waived(finding: Finding) -> str:
    head = _item("!", finding.name, finding.rule, summary.waiver_line(finding))
    return "\n".join([head, *_lines(finding.message)])


def _row(row: Row) -> str:
    # A plan that sends nothing shows no hours.
    from campaignsync.report import hours

    kind, name = row.connection
    facts = (
        ("file", row.definition.source),
        ("calls", "; ".join(row.lists)),
        (kind, name),
        ("do-not-call", row.dnc_list or "none"),
        ("from", row.number),
        ("when", hours.in_words(row.week)),
        *(("", line) for line in _in_utc(row)),
        ("how often", row.attempts),
        *(("", words) for words in (row.most_calls, row.most_together) if words),
        ("dialing", f"{row.mode}, priority {row.priority}"),
        *([("pending", row.claimed)] if row.claim else []),
    )
    table = (f"{label:<13}{value}" for label, value in facts)
    drawing = hours.picture(row.week)
    return "\n".join([_head(row), *map(_line, table), *_lines(drawing)])


def _head(row: Row, *notes: str) -> str:
    return _item("?" if row.claim else "+", row.definition.name, *notes)


def _in_utc(row: Row) -> Iterable[str]:
    from campaignsync.report import hours

    for months, words in hours.utc_lines(row.week):
        yield f"{words} UTC{f' in {months}' if months else ''}"


def _brief(row: Row) -> str:
    from campaignsync.report import hours

    values = (
        f"calls {'; '.join(row.lists)}",
        " ".join(row.connection),
        f"do-not-call {row.dnc_list or 'none'}",
        f"from {row.number}",
        hours.in_words(row.week),
        *_in_utc(row),
        *(words for words in (row.attempts, row.most_calls, row.most_together) if words),
        f"{row.mode}, priority {row.priority}",
        *([row.claimed] if row.claim else []),
    )
    return "\n".join([_head(row, row.definition.source), _line(" | ".join(values), length=_LONGEST_LINE)])


def _pending(pending: Pending) -> str:
    return f"{_item('?', pending.claim.name, summary.source_of(pending))}\n{_line(summary.since(pending))}"


def _changed(changed: Changed) -> str:
    from campaignsync.report.changes import in_words

    head = _item("~", changed.record.name, changed.record.camp_id, changed.definition.source)
    return "\n".join([head, *map(_change, in_words(changed))])


def _change(change: Change) -> str:
    what = f"      {printable(change.what)}"
    if change.old is None or change.new is None:
        return what
    old, new = (printable(cut(value, _LONGEST_VALUE)) for value in (change.old, change.new))
    return f"{what}: {old} -> {new}"


def _unmanaged(campaigns: Sequence[RemoteCampaign] | None) -> Iterable[str]:
    return (_item("*", campaign.name, campaign.camp_id) for campaign in summary.by_name(campaigns or ()))


def result(result: Result) -> str:
    """Return how a sync ended for people, its counts in the last line."""
    parts = [
        _paragraph(*_dialing(result)),
        _section("Created", map(_done, result.created)),
        _section("Recovered", map(_done, result.recovered), summary.RECOVERED_ADVICE),
        _failures("Failed", result.failed, summary.FAILED_ADVICE),
        _failures("Not sent", result.not_sent, summary.NOT_SENT_ADVICE),
        _failures("Unknown", result.unknown, summary.UNKNOWN_ADVICE),
        _section("Two campaigns of one definition", _conflicts(result), summary.CONFLICT_ADVICE),
        _section("Warnings", map(_warning, result.warnings)),
        _paragraph(*_not_recorded(result)),
        _paragraph(*_ending(result)),
    ]
    return "\n\n".join(part for part in parts if part)


def _dialing(result: Result) -> Iterable[str]:
    for done in result.dialing:
        yield printable(cut(summary.dialing_line(done), _LONGEST_LINE))
    if result.dialing:
        yield summary.DIALING


def _done(done: Done) -> str:
    status = [done.status] if done.status else []
    return _item("+", done.name, done.camp_id, done.source, *status)


def _failures(title: str, failures: Sequence[Failure], advice: str) -> str:
    """Return failures by their reason, which is said once below all that have it."""
    by_reason: dict[str, list[str]] = {}
    for failure in failures:
        by_reason.setdefault(failure.error, []).append(_item("!", failure.name, failure.source))
    groups = ("\n".join([*items, *_lines(reason)]) for reason, items in by_reason.items())
    return _section(title, groups, advice, count=len(failures))


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


def checked(findings: Sequence[Finding]) -> str:
    """Return what there is to look at in definitions without problems, one a line, the count in the last."""
    found = summary.open_of(findings)
    lines = (
        printable(f"{summary.place_of(each)}: {each.severity}: {each.message} [{each.rule}]")
        for each in sorted(found, key=lambda each: (each.path, each.line, each.column, each.rule))
    )
    count = f" {summary.counted(len(found), 'finding')} to look at." if found else ""
    waived = len(findings) - len(found)
    rest = f" {waived} waived by the policy." if waived else ""
    return "\n".join([*lines, f"{summary.problems_line(())}{count}{rest}"])


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
