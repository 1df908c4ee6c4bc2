"""The bench works: each row is measured, at a tiny size. What it finds there holds for nothing."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.__main__ import NAMES, main, measure
from tests.bench.definitions import write_definitions
from tests.bench.offline import WHOLE
from tests.bench.standin import Window
from tests.bench.table import Line, count_line, ratio_line, render
from tests.bench.workshop import Sizes, Workshop

TINY = Sizes(
    rounds=1,
    definitions=60,
    growth=3,
    limited=10,
    limit=4,
    window_s=0.5,
    latent=4,
    latency_s=0.02,
    parallel=2,
    starts=1,
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Return a workshop whose places are made once for all tests."""
    return Workshop(folder=tmp_path_factory.mktemp("workshop"), sizes=TINY, tell=lambda _: None)


@pytest.mark.parametrize("names", [[*WHOLE], *([name] for name in NAMES if name not in WHOLE)], ids="+".join)
def test_each_row_is_measured(workshop: Workshop, names: Sequence[str]) -> None:
    lines = [*measure(workshop, names)]
    assert len(lines) >= len(names)
    assert all(line.is_met is not None for line in lines)
    # What is counted, and not timed, doesn't hang on how fast the machine is.
    assert [line.is_met for line in lines if line.target == "exactly"] == [True] * 3 * (names == ["limit"])


def test_the_same_seed_makes_the_same_files_and_no_two_alike(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_definitions(tmp_path / folder, 30)
    one, two = (
        {
            path.relative_to(tmp_path / folder): path.read_bytes()
            for path in (tmp_path / folder).rglob("*.y*ml")
        }
        for folder in ("one", "two")
    )
    assert one == two
    assert len({*one.values()}) == 30


def test_a_line_is_judged_by_the_median_of_the_pairs_own_ratios() -> None:
    slow_machine = [(1.0, 10.0), (30.0, 100.0), (1.0, 10.0)]
    line = ratio_line("x", slow_machine, against="y", most=0.1)
    assert (line.ratio, line.is_met) == ("0.100 (0.100 to 0.300)", True)
    assert ratio_line("x", slow_machine, against="y", most=0.09).is_met is False


def test_a_count_is_demanded_in_every_round() -> None:
    assert count_line("x", [3, 3], expected=3, against="y").is_met is True
    assert count_line("x", [3, 4, 3], expected=3, against="y").is_met is False


def test_the_window_lets_so_many_through_and_does_not_count_what_is_over_it() -> None:
    window = Window(2, 1.0)
    assert [window.is_over(now) for now in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5)] == [
        False,
        False,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(("is_met", "code"), [(True, 0), (None, 0), (False, 1)])
def test_a_missed_target_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_met: bool | None, code: int
) -> None:
    line = replace(ratio_line("x", [(1, 1)], against="y", most=1), is_met=is_met)
    monkeypatch.setattr("tests.bench.__main__.measure", lambda workshop, names: [line])
    assert main(["--rounds", "1"]) == code
    assert ("MISSED" in capsys.readouterr().out) is (code == 1)


def test_the_table_is_markdown() -> None:
    line = Line(what="a", figure="1 s", against="2 s: b", ratio="0.5", target="at most 1", is_met=True)
    head, rule, row = render([line]).splitlines()
    assert {text.count("|") for text in (head, rule, row)} == {7}
    assert set(rule) == set("|- ")
