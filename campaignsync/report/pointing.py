"""Problems for a terminal: each with the line that it is about, and a caret below the place. Pure."""

from collections.abc import Sequence

from rich.cells import cell_len

from campaignsync.errors import Problem
from campaignsync.report.summary import problem_parts, problems_line
from campaignsync.text import printable

_WIDTH = 100
"""Columns of a line that are shown."""
_BEFORE = 60
"""Characters before the place that are shown of a longer line."""
_BOLD, _RED, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[0m"


def pointed(problems: Sequence[Problem], *, is_colored: bool) -> str:
    """Return problems as `text.problems` does, with what they are about below each.

    Args:
        problems: In any order.
        is_colored: Whether the terminal shows colors, and its user wants them.
    """
    bold, red, plain = (_BOLD, _RED, _PLAIN) if is_colored else ("", "", "")
    lines = list[str]()
    for problem in sorted(problems):
        where, what = map(printable, problem_parts(problem))
        lines.append(f"{bold}{where}{plain}: {what}")
        if problem.excerpt.strip():
            number = str(problem.line)
            shown, before = _around(problem.excerpt, problem.column - 1)
            lines += [f"  {number} | {shown}", f"  {' ' * len(number)} | {' ' * before}{red}^{plain}"]
    return "\n".join([*lines, problems_line(problems)])


def _around(line: str, index: int) -> tuple[str, int]:
    """Return what is shown of a line, safe to print, and how many columns are before a character of it."""
    start = max(0, index - _BEFORE) if len(line) > _WIDTH else 0
    mark = "…" if start else ""
    head, tail = (printable(part.expandtabs(1)) for part in (line[start:index], line[index : start + _WIDTH]))
    rest = "…" if len(line) > start + _WIDTH else ""
    return f"{mark}{head}{tail}{rest}", cell_len(mark + head)
