"""Reports in the format that was asked for: the one place that knows all formats. Pure.

Each format is imported when it is asked for: the check of one file, as a hook runs it, needs but one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.errors import Problem
    from campaignsync.findings import Finding
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Plan, Target
    from campaignsync.result import Result


def plan_report(  # noqa: PLR0913  # one parameter a part
    plan: Plan,
    output_format: str,
    *,
    target: Target,
    findings: Sequence[Finding] = (),
    rate_limit: int,
    unmanaged: Sequence[RemoteCampaign] | None = None,
) -> str:
    """Return a plan.

    Args:
        plan: The plan.
        output_format: "text", "json" or "markdown".
        target: Where its campaigns are created.
        findings: What a reviewer should look at.
        rate_limit: Requests a minute, for the estimate.
        unmanaged: Campaigns of the account that are not in the state; None where it was not listed.
    """
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.plan(plan, target=target, findings=findings, unmanaged=unmanaged)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)
        case _:
            from campaignsync.report import text

            return text.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)


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


def problems_report(problems: Sequence[Problem], output_format: str) -> str:
    """Return the problems of definitions, none for all is well, in any format."""
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
