"""The commands that never call the API: validate, plan, schema, and sync's dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaignsync.errors import ExitCode, InvalidDefinitionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.commands.workplace import Workplace
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Plan
    from campaignsync.state import State


def validate(place: Workplace, paths: Sequence[str]) -> None:
    """Check definitions: the files and folders named, or all.

    Raises:
        InvalidDefinitionsError: Some have problems.
    """
    problems = place.definitions.validate(paths or [place.campaigns])
    if problems:
        raise InvalidDefinitionsError(problems)


def make_plan(place: Workplace) -> tuple[Plan, State]:
    """Plan, offline; the state must be the account's that the environment names, if it names one.

    Returns:
        The plan, and the state that it was made from.

    Raises:
        InvalidDefinitionsError: Some definitions have problems.
        StateError: The state can't be used.
    """
    from campaignsync.sync.planning import plan_now

    with place.read_ahead() as definitions:
        state = place.state_file().load().bound_to(host=place.host, app_id=place.app_id)
        return plan_now(definitions, state), state


def show_plan(
    plan: Plan, *, output_format: str, rate_limit: int, unmanaged: Sequence[RemoteCampaign] | None = None
) -> str:
    """Return a plan in a format."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.plan(plan, unmanaged=unmanaged)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)
        case _:
            from campaignsync.report import text

            return text.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)


def plan_exit_code(plan: Plan, *, is_detailed: bool) -> ExitCode:
    """Return 2 for a plan with something to create or pending, where that was asked for."""
    return ExitCode.TO_CREATE if is_detailed and (plan.create or plan.pending) else ExitCode.DONE


def schema() -> str:
    """Return the JSON Schema of a definition."""
    from campaignsync.report.escape import json_text
    from campaignsync.schema import json_schema

    return json_text(json_schema(), indent=2)
