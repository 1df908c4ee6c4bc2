"""The rows of what never calls the API, against one parse of the same files; and the starts. Does I/O."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import COMMAND, PYTHON, peak_mb, run
from tests.bench.places import NONE
from tests.bench.table import Line, Pair, ratio_line
from tests.bench.workshop import Workshop, product


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """A run over all definitions, and its targets.

    Attributes:
        what: What it is.
        arguments: Of the command.
        most: Its time, in times of one parse of the same files.
        most_mb: Its memory, in millions of bytes; None where no target is set.
    """

    what: str
    arguments: tuple[str, ...]
    most: float
    most_mb: float | None = None


WHOLE: Mapping[str, _Whole] = {
    "unchanged": _Whole(what="plan, nothing new", arguments=("plan",), most=0.10, most_mb=150),
    "cold": _Whole(what="plan, all new", arguments=("plan", "--state", NONE), most=0.7, most_mb=400),
    "validate": _Whole(what="validate", arguments=("validate",), most=0.7),
}
GROWTH = 1.1
"""How much faster than the definitions a time may grow: 11 times from 1,000 to 10,000."""


def whole_lines(workshop: Workshop, names: Collection[str]) -> Iterator[Line]:
    """Measure runs over all definitions: in each round one parse of the same files, then each run."""
    chosen = {name: WHOLE[name] for name in names}
    large, small = workshop.large, workshop.small
    pairs, growths = defaultdict[str, list[Pair]](list), defaultdict[str, list[Pair]](list)
    for whole in chosen.values():
        # Once before, so that all bytecode is written.
        product(small, *whole.arguments)
    for number in range(workshop.sizes.rounds):
        workshop.tell(f"one parse of all, and {', '.join(chosen)}: round {number + 1}")
        parse_s = _parse_s(large)
        for name, whole in chosen.items():
            large_s, small_s = (product(place, *whole.arguments).seconds for place in (large, small))
            pairs[name].append((large_s, parse_s))
            growths[name].append((large_s, small_s))
    for name, whole in chosen.items():
        yield ratio_line(
            _titled(workshop, whole.what), pairs[name], against="PyYAML's C loader", most=whole.most
        )
        yield from _memory(large, whole)
        yield growth_line(workshop, whole.what, growths[name])


def growth_line(workshop: Workshop, what: str, pairs: list[Pair]) -> Line:
    """Return the line of how a time grows with the definitions."""
    count = workshop.sizes.definitions // workshop.sizes.growth
    most = GROWTH * workshop.sizes.growth
    return ratio_line(f"- how it grows: {what}", pairs, against=f"with {count:,} definitions", most=most)


def _titled(workshop: Workshop, what: str) -> str:
    return f"{what}, {workshop.sizes.definitions:,} definitions"


def _parse_s(place: Path) -> float:
    return float(run([*PYTHON, "-m", "tests.bench.baseline", str(place / "campaigns")]).out)


def _memory(place: Path, whole: _Whole) -> Iterator[Line]:
    if whole.most_mb is not None:
        peak = peak_mb([*COMMAND, *whole.arguments], cwd=place)
        pair = (peak, whole.most_mb)
        yield ratio_line(f"- its memory: {whole.what}", [pair], against="the most", most=1, unit="MB")


_CLICK = "import click"
_MODELS = "import click, pydantic, ruamel.yaml"


def start_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure starts that only print, in turns with the import of what any command line needs."""
    for option in ("--help", "--version"):
        yield _start(workshop, option, arguments=(option,), imports=_CLICK)


def one_file_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure the check of one file, as a pre-commit hook runs it, in turns with the imports it needs."""
    file = next(path for path in sorted((workshop.small / "campaigns").iterdir()) if path.is_file())
    yield _start(
        workshop, "validate of one file", arguments=("validate", f"campaigns/{file.name}"), imports=_MODELS
    )


def _start(workshop: Workshop, what: str, *, arguments: tuple[str, ...], imports: str) -> Line:
    workshop.tell(f"starts: {what}")
    place = workshop.small
    # Once before, so that all bytecode is written.
    product(place, *arguments)
    pairs = []
    for _ in range(workshop.sizes.rounds * workshop.sizes.starts):
        base = run([*PYTHON, "-c", imports], cwd=place)
        pairs.append((product(place, *arguments).seconds, base.seconds))
    return ratio_line(what, pairs, against=f'python -c "{imports}"', most=1.5)
