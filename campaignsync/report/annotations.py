"""Problems and findings as workflow commands, which GitHub shows at their file and line. Pure."""

from collections.abc import Sequence

from campaignsync.errors import Problem
from campaignsync.findings import Finding
from campaignsync.report.summary import problem_parts
from campaignsync.text import annotation_data, annotation_property

_TITLE = "Campaign definition"


def problems(problems: Sequence[Problem]) -> str:
    """Return one ``::error`` command a line for each problem.

    See "Workflow commands for GitHub Actions", "Setting an error message".
    """
    return "\n".join(_command(problem) for problem in sorted(problems))


def findings(findings: Sequence[Finding]) -> str:
    """Return one command a line for each finding that nobody waives, of its severity."""
    return "\n".join(
        _at(each.severity, each.path, (each.line, each.column), each.rule, f"{each.name}: {each.message}")
        for each in findings
        if each.waiver is None
    )


def _command(problem: Problem) -> str:
    _, what = problem_parts(problem)
    return _at("error", problem.path, (problem.line, problem.column), _TITLE, what)


def _at(command: str, path: str, place: tuple[int, int], title: str, what: str) -> str:
    line, column = place
    properties = (("file", path), ("line", line), ("col", column), ("title", title))
    where = ",".join(f"{name}={annotation_property(str(value))}" for name, value in properties)
    return f"::{command} {where}::{annotation_data(what)}"
