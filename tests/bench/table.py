"""The table: what was measured, what it is held against, and whether the target is met. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

Pair = tuple[float, float]
"""One measurement and what it is held against, taken one right after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table.

    Attributes:
        what: What was measured.
        figure: The median of the measurements, with its unit.
        against: The median of what they are held against, with its unit and its name.
        ratio: The median of each pair's ratio, and the range of all; empty where there is no target.
        target: What the ratio may be.
        is_met: Whether it is; None where there is no target.
    """

    what: str
    figure: str
    against: str
    ratio: str
    target: str
    is_met: bool | None


def ratio_line(
    what: str, pairs: Sequence[Pair], *, against: str, most: float | None, unit: str = "s"
) -> Line:
    """Return a line that holds the median of the pairs' ratios against a target.

    Args:
        what: What was measured.
        pairs: The measurements.
        against: The name of what they are held against.
        most: The largest ratio that meets the target; None where none is set.
        unit: Of both, s or MB.
    """
    ratios = sorted(figure / base for figure, base in pairs)
    middle = median(ratios)
    spread = "" if len(ratios) == 1 else f" ({_shown(ratios[0])} to {_shown(ratios[-1])})"
    return Line(
        what=what,
        figure=f"{median(figure for figure, _ in pairs):.3g} {unit}",
        against=f"{median(base for _, base in pairs):.3g} {unit}: {against}",
        ratio=f"{_shown(middle)}{spread}",
        target="" if most is None else f"at most {most:g}",
        is_met=None if most is None else middle <= most,
    )


def _shown(ratio: float) -> str:
    return f"{ratio:.3f}" if ratio < 10 else f"{ratio:.1f}"


def count_line(what: str, counts: Sequence[int], *, expected: int, against: str) -> Line:
    """Return a line that demands one number in every round."""
    seen = ", ".join(map(str, sorted(set(counts))))
    return Line(
        what=what,
        figure=seen,
        against=f"{expected}: {against}",
        ratio="",
        target="exactly",
        is_met=set(counts) == {expected},
    )


def render(lines: Iterable[Line]) -> str:
    """Return the table as Markdown that is easy to read as it stands, too."""
    rows = [("what", "figure", "held against", "ratio", "target", "")]
    rows += [
        (line.what, line.figure, line.against, line.ratio, line.target, _verdict(line)) for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [_row(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([shown[0], _row("-" * width for width in widths), *shown[1:]])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(line: Line) -> str:
    match line.is_met:
        case None:
            return ""
        case True:
            return "met"
        case False:
            return "MISSED"
