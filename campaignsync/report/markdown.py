"""Plan, result and problems as Markdown for a pull request's comment or a run's summary. Pure.

Foreign text is in code only, where GitHub finds no Markdown, HTML, mention, link or emoji in it.
"""

from collections.abc import Iterator, Sequence

from campaignsync.calling_hours import Week
from campaignsync.claims import Conflict
from campaignsync.errors import Problem
from campaignsync.findings import Finding
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Changed, Plan, Target
from campaignsync.report import calendar, hours, summary
from campaignsync.report.changes import Change, in_words
from campaignsync.report.rows import Row, lost_claims, rows_of
from campaignsync.report.sections import COMMENT, SUMMARY, Section, assemble
from campaignsync.report.view import View
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Record
from campaignsync.text import code_block, code_span, cut, html_code, json_text, table_code

_LONGEST_CELL = 120
_LONGEST_WORD = 14
"""Characters: five columns of such words, their padding and a number fit GitHub's 770 pixels."""
_MOST_LISTS = 10
"""Contact lists in a row: as many as a campaign may have (the product's contract, "Definition files")."""
_LONGEST_VALUE = 300
_LONGEST_TEXT = 2_000
_MOST_DIALING = 20
_LONGEST_BODY = 8_000
_MOST_CHANGES = 20
_MOST_OF_A_RULE = 10
"""Findings of one rule that a comment shows; the run's summary has the others."""
# Characters for a section's items. What these leave of the limit, and what sections don't need of theirs,
# is for the bodies, which come last.
_LARGE, _MEDIUM, _SMALL = 18_000, 9_000, 5_000
_ALL = 2_000_000


def plan(view: View, *, is_summary: bool = False) -> str:
    """Return a plan as Markdown: the target, the counts, the findings, a row for each campaign, the bodies.

    Args:
        view: The plan, and what is told with it.
        is_summary: Make it for a run's summary, with the week by contact list, of less than 1,000,000 bytes;
            else for a comment, of less than 60,000 characters. All rows come before any body, and where rows
            had to be left out a line that begins with ``**Rows left out:`` says how many.
    """
    plan, limit = view.plan, SUMMARY if is_summary else COMMENT
    lines = (
        _title(view.target),
        f"**{summary.plan_line(plan)}**",
        summary.estimate(plan, rate_limit=view.rate_limit),
        summary.packs_line(view.packs),
    )
    rows, columns = rows_of(view), _table("campaign", "calls", "from", "when", "how often")
    found = summary.open_of(view.findings)
    findings = list(_findings(found, most=len(found) if is_summary else _MOST_OF_A_RULE))
    reserved = min(_MEDIUM, sum(map(len, findings)) + len(findings))
    sections = [
        Section(
            head=_heading("To look at first", len(found)),
            items=findings,
            count=len(findings),
            share=_ALL,
        ),
        _waived(summary.waived_of(view.findings)),
        Section(
            head=_heading("May be sent", len(rows)) + columns,
            items=map(_row, rows),
            count=len(rows),
            share=limit.size - reserved - _SMALL,
            is_first=True,
            foot="\n\n".join(["", summary.MOST_CALLS_ADVICE, *_claim_advice(rows)]),
        ),
        _lost(plan),
        _changes(plan.changed),
        _removals(plan.removed),
        _unmanaged(view.unmanaged or ()),
        *([_by_list(view)] if is_summary else []),
        _bodies(rows, longest=_ALL if is_summary else _LONGEST_BODY),
    ]
    return assemble(
        "\n\n".join(line for line in lines if line), sections, limit=limit, warning=_rows_left_out
    )


def _rows_left_out(count: int) -> str:
    return (
        f"> [!CAUTION]\n> **Rows left out: {count}.** These campaigns are sent, too, and stand nowhere "
        "below: merge them in smaller pull requests, or look at them with `campaignsync plan`."
    )


def _title(target: Target | None) -> str:
    """Return which plan this is: of the plans of several states, each has a comment of its own."""
    if target is None:
        return "### Campaigns"
    named = [
        f"{what}{code_span(cut(value, _LONGEST_VALUE))}"
        for what, value in (
            ("", target.host),
            ("application ", target.app_id),
            ("account ", target.account_id),
        )
        if value
    ]
    where = f"For {', '.join(named)}" if named else "Neither host nor application is known here"
    new = "\n\n**The state is new: nothing was ever created from it.**" if target.is_new else ""
    return f"### Campaigns of {code_span(cut(target.state, _LONGEST_VALUE))}\n\n{where}.{new}"


def _findings(findings: Sequence[Finding], *, most: int) -> Iterator[str]:
    for rule, found in summary.by_rule(findings).items():
        # What is said of all of them is said once.
        said = found[0].message if len({finding.message for finding in found}) == 1 else ""
        words = f". {_prose(said)}" if said and len(found) > 1 else ""
        head = f"- **{code_span(rule)}**, {found[0].severity}: {len(found)}{words}\n"
        for finding in found[:most]:
            yield f"{head}  {_finding(finding, is_said=bool(words))}"
            head = ""
        if len(found) > most:
            yield f"  - *… and {len(found) - most} more of this rule, in the run's summary.*"


def _finding(finding: Finding, *, is_said: bool) -> str:
    name = f"{code_span(cut(finding.name, _LONGEST_VALUE))} " if finding.name else ""
    place = code_span(cut(summary.place_of(finding), _LONGEST_VALUE))
    return f"- {name}({place})" + ("" if is_said else f": {_prose(finding.message)}")


def _waived(findings: Sequence[Finding]) -> Section:
    return Section(
        head=f"<details><summary>Waived by the policy: {len(findings)}</summary>\n\n",
        items=(
            f"- {code_span(finding.rule)} {code_span(cut(finding.name, _LONGEST_VALUE))}, "
            f"{_prose(summary.waiver_line(finding))}. Waived is: {_prose(finding.message)}"
            for finding in findings
        ),
        count=len(findings),
        share=_MEDIUM,
        foot="\n\n</details>",
    )


def _heading(title: str, count: int, advice: str = "") -> str:
    return f"#### {title}: {count}\n\n" + (f"{advice}\n\n" if advice else "")


def _warning(title: str, count: int, advice: str) -> str:
    return f"> [!WARNING]\n> **{title}: {count}.**{advice and ' '}{advice}\n\n"


def _table(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"


def _cell(text: str) -> str:
    return table_code(cut(text, _LONGEST_CELL), longest_word=_LONGEST_WORD)


def _cells(*cells: Sequence[str]) -> str:
    """Return a row of a table; a cell has lines of Markdown."""
    return f"| {' | '.join('<br>'.join(lines) for lines in cells)} |"


def _row(row: Row) -> str:
    own = row.definition
    return _cells(
        [
            _cell(own.name),
            _cell(own.source),
            *([f"**{_cell(row.mode)}**"] if row.mode != "Preview" else []),
            *([f"**{row.claimed}**"] if row.claim else []),
        ],
        list(_calls(row)),
        [table_code(cut(row.number, _LONGEST_CELL))],
        list(_when(row.week)),
        [row.attempts, row.most_calls, *([f"**{row.most_together}**"] if row.most_together else [])],
    )


def _claim_advice(rows: Sequence[Row]) -> list[str]:
    return [summary.PENDING_ADVICE] if any(row.claim for row in rows) else []


def _calls(row: Row) -> Iterator[str]:
    yield from (_cell(name) for name in row.lists[:_MOST_LISTS])
    more = len(row.lists) - _MOST_LISTS
    if more > 0:
        yield f"**and {more} more lists**"
    kind, name = row.connection
    yield f"{kind} {_cell(name)}"
    yield f"do-not-call {'**none**' if row.dnc_list is None else _cell(row.dnc_list)}"


def _when(week: Week) -> Iterator[str]:
    yield from hours.lines(week)
    yield _cell(week.timezone + (f" ({week.frequency})" if week.frequency not in {"", "WEEKLY"} else ""))
    for months, words in hours.utc_lines(week):
        yield f"{f'{months}, UTC' if months else 'UTC'}: {words}"


def _bullet(name: str, *notes: str, text: str = "") -> str:
    where = ", ".join(code_span(cut(note, _LONGEST_VALUE)) for note in notes)
    return f"- {code_span(cut(name, _LONGEST_VALUE))}" + (f" ({where})" if where else "") + text


def _changes(changed: Sequence[Changed]) -> Section:
    return Section(
        head=_warning("Changed, and not applied", len(changed), summary.CHANGED_ADVICE),
        items=map(_changed, changed),
        count=len(changed),
        share=_MEDIUM,
    )


def _changed(changed: Changed) -> str:
    edits = in_words(changed)
    lines = [_bullet(changed.record.name, changed.record.camp_id, changed.definition.source)]
    lines += map(_change, edits[:_MOST_CHANGES])
    more = len(edits) - _MOST_CHANGES
    return "\n".join([*lines, *([f"  - … and {more} more changes"] if more > 0 else [])])


def _change(change: Change) -> str:
    what = code_span(cut(change.what, _LONGEST_VALUE)) if change.is_key else change.what
    if change.old is None or change.new is None:
        return f"  - {what}"
    old, new = (code_span(cut(value, _LONGEST_VALUE)) for value in (change.old, change.new))
    return f"  - {what}: {old} → {new}"


def _removals(removed: Sequence[Record]) -> Section:
    return Section(
        head=_warning("Removed here, and still existing", len(removed), summary.REMOVED_ADVICE),
        items=(_bullet(record.name, record.camp_id) for record in removed),
        count=len(removed),
        share=_SMALL,
    )


def _lost(plan: Plan) -> Section:
    lost = list(lost_claims(plan))
    return Section(
        head=_heading("Pending, and not sent again", len(lost), summary.LOST_ADVICE),
        items=(
            _bullet(each.claim.name, summary.source_of(each), text=f": {_prose(summary.since(each))}")
            for each in lost
        ),
        count=len(lost),
        share=_SMALL,
    )


def _unmanaged(campaigns: Sequence[RemoteCampaign]) -> Section:
    return Section(
        head=_heading("In the account, and not managed here", len(campaigns), summary.UNMANAGED_ADVICE),
        items=(_bullet(each.name, each.camp_id) for each in summary.by_name(campaigns)),
        count=len(campaigns),
        share=_SMALL,
    )


def _by_list(view: View) -> Section:
    weeks = calendar.by_list(view.campaigns)
    return Section(
        head=_heading("Who calls which list, hour by hour", len(weeks)),
        items=map(_list_week, weeks),
        count=len(weeks),
        share=_ALL,
        separator="\n\n",
    )


def _list_week(week: calendar.ListWeek) -> str:
    count = summary.counted(len(week.campaigns), "campaign")
    overlap = f", {summary.counted(week.overlap_minutes, 'minute')} a week by several at once"
    said = f"{count}{overlap if week.overlap_minutes else ''}"
    legend = "\n".join(
        f"- {calendar.sign_of(index)}: {code_span(cut(each.name, _LONGEST_VALUE))} "
        f"({code_span(cut(each.path, _LONGEST_VALUE))}{'' if each.is_new else ', recorded'})"
        for index, each in enumerate(week.campaigns[: len(calendar.LETTERS)])
    )
    more = len(week.campaigns) - len(calendar.LETTERS)
    rest = f"\n- {calendar.sign_of(len(calendar.LETTERS))}: {more} more" if more > 0 else ""
    return (
        f"<details{' open' if week.overlap_minutes else ''}><summary>"
        f"{html_code(cut(week.name, _LONGEST_VALUE))}: {said}</summary>\n\n"
        f"{code_block(week.picture, language='text')}\n\n"
        f"{calendar.LEGEND}; hours in {code_span(cut(week.zone, _LONGEST_VALUE))}.\n\n"
        f"{legend}{rest}\n\n</details>"
    )


def _bodies(rows: Sequence[Row], *, longest: int) -> Section:
    return Section(
        head=_heading("Calling hours and exact bodies", len(rows)),
        items=(_body(row, longest=longest) for row in rows),
        count=len(rows),
        share=_ALL,
        separator="\n\n",
    )


def _body(row: Row, *, longest: int) -> str:
    own = row.definition
    name, source = (html_code(cut(text, _LONGEST_VALUE)) for text in (own.name, own.source))
    week = code_block(hours.picture(row.week), language="text")
    exact = code_block(cut(json_text(row.body, indent=2), longest), language="json")
    return f"<details><summary>{name} {source}</summary>\n\n{week}\n\n{exact}\n\n</details>"


def result(result: Result) -> str:
    """Return how a sync ended as Markdown of less than 60,000 characters."""
    lines = [_dialing(result), _title(result.target), f"**{summary.result_line(result)}**", *_remarks(result)]
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


def _dialing(result: Result) -> str:
    shown = [f"> - {_prose(summary.dialing_line(done))}" for done in result.dialing[:_MOST_DIALING]]
    more = len(result.dialing) - len(shown)
    rest = [f"> - … and {more} more, in the list below"] if more else []
    return "\n".join(["> [!CAUTION]", *shown, *rest, ">", f"> {summary.DIALING}"]) if shown else ""


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
        head=_heading(title, len(done), advice) + _table("name", "campaign id", "status", "file"),
        items=map(_done_row, done),
        count=len(done),
        share=_LARGE,
    )


def _done_row(done: Done) -> str:
    cells = (done.name, done.camp_id, done.status or "not seen yet", done.source)
    return _cells(*([_cell(text)] for text in cells))


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
