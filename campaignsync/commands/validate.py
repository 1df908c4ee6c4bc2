"""`validate`: check definitions, offline. Does I/O."""

from collections.abc import Sequence

from campaignsync.commands.known import known_from
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions
from campaignsync.errors import StateError
from campaignsync.findings.campaigns import drafts_of
from campaignsync.findings.rules import findings_of
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
    definitions = project.definitions(options).validate(paths or [options.campaigns], known_digests(state))
    new = (each for each in definitions if state.get(each.name) is None)
    known = known_from(project, options, commit=None)
    return Ended(text=checked_report(findings_of(drafts_of(new), known), output_format))


def _state(project: Project, options: RunOptions) -> State:
    """Return the state in the folder; an empty one where it can't be read, since nothing depends on it."""
    try:
        path = project.state_path(options)
        if not path.exists():
            return State()
        # What reads it takes longer to import than one file takes to check.
        from campaignsync.repository.folder import StateFile

        return StateFile(path, shown=options.state).load()
    except StateError:
        return State()
