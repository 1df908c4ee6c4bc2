"""Problems on a terminal: the line below each, and a caret under the place."""

import pytest

from campaignsync.errors import Problem
from campaignsync.report.pointing import pointed


def problem(excerpt: str, column: int, *, line: int = 7) -> Problem:
    return Problem(path="a.yaml", line=line, column=column, key="name", message="no", excerpt=excerpt)


def below(excerpt: str, column: int) -> list[str]:
    """Return the line that is shown, and what the caret is under."""
    _, shown, caret, _ = pointed([problem(excerpt, column)], is_colored=False).splitlines()
    assert shown.startswith("  7 | ")
    assert caret.startswith("    | ")
    assert caret.endswith("^")
    return [shown[6:], shown[len(caret) - 1 :][:1]]


@pytest.mark.parametrize(
    ("excerpt", "column", "shown", "under"),
    [
        ("name: x", 1, "name: x", "n"),
        ("name: x", 7, "name: x", "x"),
        ("name: x", 8, "name: x", ""),
        ("\tname: x", 2, " name: x", "n"),
        ("a\x1b[31m: x", 9, "a<U+001B>[31m: x", "x"),
        ("\u202ename: x", 2, "<U+202E>name: x", "n"),
        ("x" * 99 + "yz", 101, "…" + "x" * 59 + "yz", "z"),
        ("y" + "x" * 200, 1, "y" + "x" * 99 + "…", "y"),
    ],
)
def test_the_caret_is_below_the_place(excerpt: str, column: int, shown: str, under: str) -> None:
    assert below(excerpt, column) == [shown, under]


def test_wide_letters_take_two_columns() -> None:
    _, _, caret, _ = pointed([problem("表: x", 4)], is_colored=False).splitlines()
    assert caret == "    | " + " " * 4 + "^"


def test_where_there_is_no_line_there_is_no_caret() -> None:
    assert pointed([problem("", 1), problem("   ", 2)], is_colored=False).splitlines() == [
        "a.yaml:7:1: name: no",
        "a.yaml:7:2: name: no",
        "2 problems in 1 file.",
    ]


def test_colors_are_for_the_place_and_the_caret() -> None:
    told = pointed([problem("\x1b[2Jx", 5)], is_colored=True)
    assert told.count("\x1b") == 4
    assert told.startswith("\x1b[1ma.yaml:7:5\x1b[0m: name: no\n")
    assert "\x1b[31m^\x1b[0m" in told
