"""Problems as workflow commands, which GitHub shows at their file and line. Pure."""

from collections.abc import Sequence

from campaignsync.errors import Problem
from campaignsync.report.summary import problem_parts
from campaignsync.text import annotation_data, annotation_property

_TITLE = "Campaign definition"


def problems(problems: Sequence[Problem]) -> str:
    """Return one ``::error`` command a line for each problem.

    See "Workflow commands for GitHub Actions", "Setting an error message".
    """
    return "\n".join(_command(problem) for problem in sorted(problems))


def _command(problem: Problem) -> str:
    _, what = problem_parts(problem)
    properties = (("file", problem.path), ("line", problem.line), ("col", problem.column), ("title", _TITLE))
    where = ",".join(f"{name}={annotation_property(str(value))}" for name, value in properties)
    return f"::error {where}::{annotation_data(what)}"
