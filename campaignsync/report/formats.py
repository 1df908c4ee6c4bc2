"""Reports in the format that was asked for: the one place that knows all formats. Pure.

Each format is imported when it is asked for: the check of one file, as a hook runs it, needs but one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.errors import Problem
    from campaignsync.findings import Finding
    from campaignsync.history import Event
    from campaignsync.report.status import StatusView
    from campaignsync.report.view import View
    from campaignsync.result import Result


def plan_report(view: View, output_format: str, *, is_summary: bool = False) -> str:
    """Return a plan.

    Args:
        view: The plan, and what is told with it; it has a target.
        output_format: "text", "json" or "markdown".
        is_summary: Markdown for a run's summary, not for a comment.
    """
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.plan(view)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.plan(view, is_summary=is_summary)
        case _:
            from campaignsync.report import text

            return text.plan(view)


def result_report(result: Result, output_format: str) -> str:
    """Return how a sync ended, as "text", "json" or "markdown"."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.result(result)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.result(result)
        case _:
            from campaignsync.report import text

            return text.result(result)


def status_report(view: StatusView, output_format: str) -> str:
    """Return what became of recorded campaigns, as "text", "json" or "markdown"."""
    from campaignsync.report import status

    form = {"json": status.as_json, "markdown": status.markdown}.get(output_format, status.text)
    return form(view)


def history_report(events: Sequence[Event], output_format: str) -> str:
    """Return what happened to campaigns, as "text", "json" or "csv"."""
    from campaignsync.report import history

    form = {"json": history.as_json, "csv": history.as_csv}.get(output_format, history.text)
    return form(events)


def checked_report(findings: Sequence[Finding], output_format: str) -> str:
    """Return what there is to look at in definitions without problems, as "text", "json" or "github"."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.checked(findings)
        case "github":
            from campaignsync.report import annotations

            return annotations.findings(findings)
        case _:
            from campaignsync.report import text

            return text.checked(findings)


def problems_report(problems: Sequence[Problem], output_format: str) -> str:
    """Return the problems of definitions in any format."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.problems(problems)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.problems(problems)
        case "github":
            from campaignsync.report import annotations

            return annotations.problems(problems)
        case _:
            from campaignsync.report import text

            return text.problems(problems)


def error_report(message: str, hint: str, output_format: str) -> str:
    """Return an error in a format that is kept or parsed; nothing for the others: people read stderr."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.error(message, hint)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.error(message, hint)
        case _:
            return ""
