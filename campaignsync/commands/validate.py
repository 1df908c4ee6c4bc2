"""`validate`: check definitions, offline. Does I/O."""

from collections.abc import Sequence

from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions
from campaignsync.errors import InvalidDefinitionsError
from campaignsync.report.formats import problems_report


def run(project: Project, options: RunOptions, *, paths: Sequence[str], output_format: str) -> Ended:
    """Check the files and folders named, or all.

    Raises:
        InvalidDefinitionsError: Some have problems.
    """
    problems = project.definitions(options).validate(paths or [options.campaigns])
    if problems:
        raise InvalidDefinitionsError(problems)
    return Ended(text=problems_report((), output_format))
