"""The bench works: each row is measured, at a tiny size. What it finds there holds for nothing."""

from pathlib import Path

import pytest

from tests.bench.__main__ import PARTS, Bench, Sizes
from tests.bench.definitions import write_definitions
from tests.bench.measuring import row

TINY = Sizes(rounds=1, many=40, few=20, new=4, limited=10, limit=4, window_s=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_each_row_is_measured(tmp_path: Path, part: str) -> None:
    rows = [*getattr(Bench(tmp_path, TINY), part)()]
    assert rows
    assert all(ratio > 0 for each in rows for ratio in each.ratios)


def test_a_row_is_judged_by_the_median_of_the_ratios() -> None:
    pairs = [(1.0, 10.0), (30.0, 100.0), (1.0, 10.0)]
    assert row("x", pairs, most=0.1).is_met is True
    assert row("x", pairs, most=0.09).is_met is False
    assert str(row("x", pairs, most=0.09)) == "| x | 1 s | 0.1 (0.1 to 0.3) | at most 0.09 | MISSED |"


def test_the_same_seed_makes_the_same_files_and_no_two_alike(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_definitions(tmp_path / folder, 30)
    one, two = (
        {
            file.relative_to(tmp_path / folder): file.read_bytes()
            for file in (tmp_path / folder).rglob("*.y*ml")
        }
        for folder in ("one", "two")
    )
    assert one == two
    assert len({*one.values()}) == 30
