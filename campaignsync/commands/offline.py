"""The commands that never call the API: validate, plan, schema, and sync's dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaignsync.errors import ExitCode, InvalidDefinitionsError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.commands.workplace import Workplace
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Plan, Target
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
    """Plan, offline, what the folder would create; with what this clone's journal holds.

    The state must be the account's that the environment names, if it names one.

    Returns:
        The plan, and the state that it was made from.

    Raises:
        InvalidDefinitionsError: Some definitions have problems.
        GitError: The state file is missing, and the last commit has it.
        StateError: The state or the journal can't be used.
    """
    from campaignsync.plan import known_digests, make_plan
    from campaignsync.protocol.journal import replay
    from campaignsync.repository.folder import StateFile
    from campaignsync.repository.journal_file import JournalFile

    file = StateFile(place.state_path, shown=place.state)
    data = file.read()
    if data is None:
        import anyio

        from campaignsync.commands.recording import check_lost

        anyio.run(check_lost, place, None)
    found = replay(JournalFile(path=place.journal).load(), where=str(place.journal))
    state = found.shown_on(file.load()).bound_to(host=place.host, app_id=place.app_id)
    return make_plan(place.definitions.load_now(known_digests(state)), state), state


def show_plan(  # noqa: PLR0913  # what the command was given, each by name
    place: Workplace,
    plan: Plan,
    *,
    state: State,
    output_format: str,
    rate_limit: int,
    unmanaged: Sequence[RemoteCampaign] | None = None,
) -> str:
    """Return a plan in a format."""
    match output_format:
        case "json":
            from campaignsync.report import as_json

            return as_json.plan(plan, target=_target(place, state), unmanaged=unmanaged)
        case "markdown":
            from campaignsync.report import markdown

            return markdown.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)
        case _:
            from campaignsync.report import text

            return text.plan(plan, unmanaged=unmanaged, rate_limit=rate_limit)


def write_plan(place: Workplace, file: str, plan: Plan, *, state: State) -> None:
    """Write a plan as a file for `sync --plan`.

    Raises:
        SettingsError: It can't be written.
    """
    from campaignsync.report import as_json

    try:
        (place.root / file).write_text(
            as_json.plan(plan, target=_target(place, state)) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise SettingsError(f"--out {file}: can't be written: {error.strerror}") from error


def read_plan(place: Workplace, file: str) -> frozenset[str]:
    """Return the digests of all bodies that a plan's file would send.

    Raises:
        SettingsError: It can't be read, holds no plan, or one of another target.
    """
    import json

    from campaignsync.plan import planned_digests

    hint = "Write it again with `campaignsync plan --out FILE`."
    try:
        text = (place.root / file).read_text(encoding="utf-8")
        digests = planned_digests(json.loads(text), state=place.state, host=place.host, app_id=place.app_id)
    except OSError as error:
        raise SettingsError(f"--plan {file}: can't be read: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"--plan {file}: {error}", hint=hint) from error
    return digests


def _target(place: Workplace, state: State) -> Target:
    from campaignsync.plan import Target

    return Target(host=state.host, app_id=state.app_id, state=place.state, is_new=not state.entries)


def plan_exit_code(plan: Plan, *, is_detailed: bool) -> ExitCode:
    """Return 2 for a plan with something to create or pending, where that was asked for."""
    return ExitCode.TO_CREATE if is_detailed and (plan.create or plan.pending) else ExitCode.DONE


def schema() -> str:
    """Return the JSON Schema of a definition."""
    from campaignsync.definitions.model import json_schema
    from campaignsync.report.escape import json_text

    return json_text(json_schema(), indent=2)
