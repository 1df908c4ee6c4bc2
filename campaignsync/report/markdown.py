"""Plan, result and problems as Markdown for a pull request's comment or a run's summary. Pure.

Foreign text is in code only, where GitHub finds no Markdown, HTML, mention, link or emoji in it.
"""

from collections.abc import Iterator, Sequence

from campaignsync.claims import Conflict
from campaignsync.errors import Problem
from campaignsync.identity import Definition
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Changed, FieldChange, Pending, Plan
from campaignsync.report import hours, summary
from campaignsync.report.sections import Section, assemble
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Entry, Record
from campaignsync.text import code_block, code_span, cut, html_code, json_text, table_code

_LONGEST_CELL = 120
_LONGEST_VALUE = 300
_LONGEST_TEXT = 2_000
_LONGEST_BODY = 8_000
_MOST_CHANGES = 20
# Characters for a section's items. What these leave of the limit, and what sections don't need of theirs,
# is for the bodies, which come last.
_LARGE, _MEDIUM, _SMALL = 18_000, 9_000, 5_000
_ALL = 60_000


def plan(plan: Plan, *, unmanaged: Sequence[RemoteCampaign] | None = None, rate_limit: int = 60) -> str:
    """Return a plan as Markdown of less than 60,000 characters.

    Args:
        plan: The plan.
        unmanaged: Campaigns of the account that are not in the state; None where it was not listed.
        rate_limit: Requests a minute; 0 for no limit.
    """
    lines = ("### Campaigns", f"**{summary.plan_line(plan)}**", summary.estimate(plan, rate_limit=rate_limit))
    sections = [
        _creates(plan),
        _renames(plan),
        _changes(plan.changed),
        _removals(plan.removed),
        _pendings(plan.pending),
        _unmanaged(unmanaged or ()),
        _bodies(plan.create),
    ]
    return assemble("\n\n".join(line for line in lines if line), sections)


def _heading(title: str, count: int, advice: str = "") -> str:
    return f"#### {title}: {count}\n\n" + (f"{advice}\n\n" if advice else "")


def _warning(title: str, count: int, advice: str) -> str:
    return f"> [!WARNING]\n> **{title}: {count}.**{advice and ' '}{advice}\n\n"


def _table(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(table_code(cut(cell, _LONGEST_CELL)) for cell in cells)} |"


def _bullet(name: str, *notes: str, text: str = "") -> str:
    where = ", ".join(code_span(cut(note, _LONGEST_VALUE)) for note in notes)
    return f"- {code_span(cut(name, _LONGEST_VALUE))}" + (f" ({where})" if where else "") + text


def _creates(plan: Plan) -> Section:
    table = _table("name", "file", "queue", "caller id", "contact lists", "attempts", "hours")
    return Section(
        head=_heading("To create", len(plan.create)) + table,
        items=map(_create, plan.create),
        count=len(plan.create),
        share=_LARGE,
    )


def _create(definition: Definition) -> str:
    facts = summary.facts_of(definition)
    return _row(
        definition.name,
        definition.source,
        facts.queue,
        facts.caller_id,
        facts.contact_lists,
        facts.attempts,
        hours.in_words(facts.week),
    )


def _renames(plan: Plan) -> Section:
    pairs = ((definition, plan.renames.get(definition.key)) for definition in plan.create)
    return Section(
        head=_warning("Likely renamed", len(plan.renames), summary.RENAME_ADVICE),
        items=(_rename(definition, rename.old) for definition, rename in pairs if rename),
        count=len(plan.renames),
        share=_SMALL,
    )


def _rename(definition: Definition, old: Entry) -> str:
    ways = f"give it that name again or, when both are wanted, run {code_span(summary.forget(old.name))}"
    was = f": equals {code_span(cut(old.name, _LONGEST_VALUE))} ({code_span(summary.id_of(old))})"
    return _bullet(definition.name, definition.source, text=f"{was} in all but its name; {ways}")


def _changes(changed: Sequence[Changed]) -> Section:
    return Section(
        head=_warning("Changed, and not applied", len(changed), summary.CHANGED_ADVICE),
        items=map(_changed, changed),
        count=len(changed),
        share=_MEDIUM,
    )


def _changed(changed: Changed) -> str:
    lines = [_bullet(changed.record.name, changed.record.camp_id, changed.definition.source)]
    lines += map(_change, changed.changes[:_MOST_CHANGES])
    more = len(changed.changes) - _MOST_CHANGES
    return "\n".join([*lines, *([f"  - … and {more} more changes"] if more > 0 else [])])


def _change(change: FieldChange) -> str:
    old, new = (code_span(cut(value, _LONGEST_VALUE)) for value in summary.change_values(change))
    return f"  - {code_span(cut(change.path, _LONGEST_VALUE))}: {old} → {new}"


def _removals(removed: Sequence[Record]) -> Section:
    return Section(
        head=_warning("Removed here, and still existing", len(removed), summary.REMOVED_ADVICE),
        items=(_bullet(record.name, record.camp_id) for record in removed),
        count=len(removed),
        share=_SMALL,
    )


def _pendings(pending: Sequence[Pending]) -> Section:
    return Section(
        head=_heading("Pending", len(pending), summary.PENDING_ADVICE),
        items=(
            _bullet(each.claim.name, summary.source_of(each), text=f": {_prose(summary.since(each))}")
            for each in pending
        ),
        count=len(pending),
        share=_SMALL,
    )


def _unmanaged(campaigns: Sequence[RemoteCampaign]) -> Section:
    return Section(
        head=_heading("In the account, and not managed here", len(campaigns), summary.UNMANAGED_ADVICE),
        items=(_bullet(each.name, each.camp_id) for each in summary.by_name(campaigns)),
        count=len(campaigns),
        share=_SMALL,
    )


def _bodies(create: Sequence[Definition]) -> Section:
    return Section(
        head=_heading("Exact bodies and calling hours", len(create)),
        items=map(_body, create),
        count=len(create),
        share=_ALL,
        separator="\n\n",
    )


def _body(definition: Definition) -> str:
    body = summary.body_of(definition)
    name, source = (html_code(cut(text, _LONGEST_VALUE)) for text in (definition.name, definition.source))
    exact = code_block(cut(json_text(body, indent=2), _LONGEST_BODY), language="json")
    week = code_block(hours.picture(hours.week_of(body)), language="text")
    return f"<details><summary>{name} {source}</summary>\n\n{exact}\n\n{week}\n\n</details>"


def result(result: Result) -> str:
    """Return how a sync ended as Markdown of less than 60,000 characters."""
    lines = ["### Campaigns", f"**{summary.result_line(result)}**", *_remarks(result)]
    sections = [
        _failures("Unknown", result.unknown, summary.UNKNOWN_ADVICE),
        _conflicts(result.conflicts),
        _failures("Failed", result.failed, summary.FAILED_ADVICE),
        _failures("Not sent", result.not_sent, summary.NOT_SENT_ADVICE),
        _warnings(result.warnings),
        _done("Created", result.created),
        _done("Recovered", result.recovered, summary.RECOVERED_ADVICE),
    ]
    return assemble("\n\n".join(line for line in lines if line), sections)


def _remarks(result: Result) -> Iterator[str]:
    yield summary.not_applied_line(result.plan)
    if result.is_interrupted:
        yield summary.INTERRUPTED
    if result.record_error:
        yield f"> [!CAUTION]\n> Not recorded in git: {_prose(result.record_error)}"
        yield _prose(result.record_hint) if result.record_hint else ""


def _prose(text: str) -> str:
    return code_span(cut(" ".join(text.split()), _LONGEST_TEXT))


def _failures(title: str, failures: Sequence[Failure], advice: str) -> Section:
    return Section(
        head=_warning(title, len(failures), advice),
        items=(_bullet(each.name, each.source, text=f": {_prose(each.error)}") for each in failures),
        count=len(failures),
        share=_MEDIUM,
    )


def _conflicts(conflicts: Sequence[Conflict]) -> Section:
    return Section(
        head=_warning("Two campaigns of one definition", len(conflicts), summary.CONFLICT_ADVICE),
        items=(_bullet(each.name, text=f": {_prose(summary.both_ids(each))}") for each in conflicts),
        count=len(conflicts),
        share=_MEDIUM,
    )


def _warnings(warnings: Sequence[str]) -> Section:
    return Section(
        head=_warning("Warnings", len(warnings), ""),
        items=(f"- {_prose(warning)}" for warning in warnings),
        count=len(warnings),
        share=_SMALL,
    )


def _done(title: str, done: Sequence[Done], advice: str = "") -> Section:
    return Section(
        head=_heading(title, len(done), advice) + _table("name", "campaign id", "file"),
        items=(_row(each.name, each.camp_id, each.source) for each in done),
        count=len(done),
        share=_LARGE,
    )


def problems(problems: Sequence[Problem]) -> str:
    """Return problems of definitions as Markdown of less than 60,000 characters."""
    section = Section(
        head="",
        items=map(_problem, sorted(problems)),
        count=len(problems),
        share=_ALL,
    )
    return assemble(f"### Campaigns\n\n**{summary.problems_line(problems)}**", [section])


def _problem(problem: Problem) -> str:
    where, what = summary.problem_parts(problem)
    return f"- {code_span(cut(where, _LONGEST_VALUE))}: {_prose(what)}"


def error(message: str, hint: str) -> str:
    """Return why a command stopped as Markdown of less than 60,000 characters.

    Args:
        message: What went wrong.
        hint: What to do next; may be empty.
    """
    lines = ["### Campaigns", f"> [!CAUTION]\n> Stopped: {_prose(message)}", _prose(hint) if hint else ""]
    return "\n\n".join(line for line in lines if line)
