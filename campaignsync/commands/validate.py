"""`validate`: check definitions, offline. Does I/O."""

import os
from collections.abc import Sequence

from campaignsync.commands.known import known_from
from campaignsync.commands.policy import apply, file_of, policy_from
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions
from campaignsync.errors import ExitCode, InvalidDefinitionsError, Problem, StateError
from campaignsync.findings.campaigns import drafts_of
from campaignsync.findings.rules import findings_of
from campaignsync.identity import Definition
from campaignsync.plan import known_digests
from campaignsync.report.formats import checked_report
from campaignsync.state import State


def run(project: Project, options: RunOptions, *, paths: Sequence[str], output_format: str) -> Ended:
    """Check the files and folders named, or all.

    Findings are about what no state has yet: an edit of what was sent is never applied.

    Raises:
        InvalidDefinitionsError: Some have problems.
    """
    state = _state(project, options)
    # The policy is checked whatever was named: who named it by itself changed it.
    named = [each for each in paths if os.path.normpath(each) != file_of(options)]
    definitions = list[Definition]()
    problems = list[Problem]()
    try:
        if named or not paths:
            definitions += project.definitions(options).validate(
                named or [options.campaigns], known_digests(state)
            )
    except InvalidDefinitionsError as error:
        problems += error.problems
    is_whole = not paths and not problems
    names = [each.name for each in (*definitions, *state.entries.values())] if is_whole else None
    try:
        policy = policy_from(project, options, commit=None, names=names)
    except InvalidDefinitionsError as error:
        problems += error.problems
    if problems:
        raise InvalidDefinitionsError(tuple(sorted(problems)))
    new = drafts_of(each for each in definitions if state.get(each.name) is None)
    findings = findings_of(new, known_from(project, options, commit=None))
    if policy is None:
        return Ended(text=checked_report(findings, output_format))
    applied = apply(policy, options, findings=findings, campaigns=new, is_whole=False)
    text = checked_report(applied.findings, output_format)
    return Ended(text=text, code=ExitCode.POLICY if applied.stops else ExitCode.DONE)


def _state(project: Project, options: RunOptions) -> State:
    """Return the state in the folder; an empty one where it can't be read, since nothing depends on it."""
    try:
        path = project.state_path(options)
        if not path.exists():
            return State()
        # What reads it takes longer to import than one file takes to check.
        from campaignsync.repository.state_file import StateFile

        return StateFile(path, shown=options.state).load()
    except StateError:
        return State()
