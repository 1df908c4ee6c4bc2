"""Definitions as people write them, and what becomes of them under careless hands; made by Hypothesis."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.integration.bad_definitions import GOOD
from tests.integration.sample_body import SAMPLE

_EXAMPLES = Path(__file__).parents[2] / "campaigns"

_SCALARS = [
    *("", "~", "null", "NO", "on", "true", "True", "tRUE", "17:30", "012", "0o14", "0x1F", "1_000", "+12"),
    *("1e3", ".5", "5.", ".inf", "-.INF", ".nan", "2025-01-01", "1" * 301, "-", "=", "<<", "a: b", "a #b"),
    *(
        "'it''s'",
        '"\\u00e9"',
        '"\\ud83d"',
        "'",
        '"',
        "Été",
        "東 🔔",
        "٣",
        "[]",
        "{}",
        "[a, b]",
        "[ a b , '1',2 ]",
        "[a: b]",
        "[a,]",
        "9:00 AM",
        "a:b",
        "a :b",
        "a:",
        "a::",
        "a#b",
        ":a",
        "{a: 1}",
    ),
    *(
        "{a: 1, a: 2}",
        "{true: 1}",
        "{a: 9:00 AM}",
        "{a: b?c}",
        "{a: , b: 1}",
        "{a: 1,}",
        "&a b",
        "*a",
        "!!str 5",
    ),
    *(
        "|",
        ">-",
        ">+",
        "|2",
        ">- # x",
        "@x",
        "`x",
        "%x",
        "!x",
        "now!",
        "Q&A",
        "a & b",
        "a b  ",
        "# x",
        "+1812",
    ),
]
_FRAGMENTS = [
    *_SCALARS,
    *(" ", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\n  ", "\n- ", "\n# x\n", "\n---\n", "\n...\n"),
    *("\x00", "\x07", "\x7f", "\x85", "\xa0", "\u2028", "\u2029", "\ufeff", "\u200b", "\u3000", "\ufffe"),
    *(":", ": ", "-", "- ", "?", "? ", ",", "[", "]", "{", "}", "#", " #", "&", "*", "!", "|", ">", "%", "@"),
    *(
        "x: y",
        "x:",
        "- x",
        "- x: y",
        "name: Twice",
        "priority: 5",
        "\n  x: >-\n    y\n",
        "\n\n  # x\n",
        "\n \n",
        "\nx: |\n y\n  z\n",
    ),
]
_LINES = [
    *("a:", "b:", "c: x", "d: 1", 'a: "q"', "- x", "- a: b", "- b:", "- c: 012", "-  d: 1", "text", "# note"),
    *("", "   ", "e: >-", "f: |", "g: >", "h: |-", "k: {a: b}", "- {a: b, c: 'd'}", "x: y # n", "z: true"),
    *("true: 1", "~: 1", "w: word  ", "- - x", "-", "- ", "1: x", "'q': x", "? a", ": b", "l: [a]", "- >-"),
]

_PLACES = st.floats(0, 1, exclude_max=True)
Edit = Callable[[str], str]


def _inserted(place: float, fragment: str) -> Edit:
    return lambda text: text[: _at(place, text)] + fragment + text[_at(place, text) :]


def _cut_out(place: float, count: int) -> Edit:
    return lambda text: text[: _at(place, text)] + text[_at(place, text) + count :]


def _truncated(place: float) -> Edit:
    return lambda text: text[: _at(place, text)]


def _reindented(place: float, count: int) -> Edit:
    return _with_line(place, lambda found: [" " * count + found.lstrip(" ")])


def _doubled(place: float) -> Edit:
    return _with_line(place, lambda found: [found, found])


def _lengthened(place: float, fragment: str) -> Edit:
    return _with_line(place, lambda found: [found + fragment])


def _with_value(place: float, value: str) -> Edit:
    return _with_line(place, lambda found: [f"{found.partition(':')[0]}: {value}"])


def _with_line(place: float, change: Callable[[str], list[str]]) -> Edit:
    def edit(text: str) -> str:
        lines = text.split("\n")
        at = int(place * len(lines))
        return "\n".join([*lines[:at], *change(lines[at]), *lines[at + 1 :]])

    return edit


def _at(place: float, text: str) -> int:
    return int(place * (len(text) + 1))


_EDITS = st.one_of(
    st.builds(_inserted, _PLACES, st.sampled_from(_FRAGMENTS) | st.characters(max_codepoint=0x3000)),
    st.builds(_cut_out, _PLACES, st.integers(1, 4)),
    st.builds(_truncated, _PLACES),
    st.builds(_reindented, _PLACES, st.integers(0, 9)),
    st.builds(_doubled, _PLACES),
    st.builds(_lengthened, _PLACES, st.sampled_from(_FRAGMENTS)),
    st.builds(_with_value, _PLACES, st.sampled_from(_SCALARS)),
)


def written(body: dict[str, Any]) -> str:
    """Return a body as people write it: a line a key, hours between braces, quotes where they are needed."""
    return "\n".join([*_block(body, ""), ""])


def _block(mapping: dict[str, Any], margin: str) -> Iterator[str]:
    for key, value in mapping.items():
        match value:
            case dict():
                yield f"{margin}{key}:"
                yield from _block(value, f"{margin}  ")
            case list():
                yield f"{margin}{key}:"
                yield from (f"{margin}  - {_flow(item)}" for item in value)
            case _:
                yield f"{margin}{key}: {_flow(value)}"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    is_word = isinstance(value, str) and value.isalpha() and value.isascii()
    return str(value) if is_word else json.dumps(value, ensure_ascii=False)


_FLAT = GOOD.replace("\n  - Spring", "\n- Spring").replace('"', "'").replace("name: ", "name:  ")
_SHORT = GOOD.replace("\n  - Spring - Asked\n  - Spring - Wrote", " [Spring, 'It']  # two").replace(
    '    start: "9:00 AM"', "    start: 9:00 AM"
)
_NOTED = GOOD.replace("\n", "  # note\n").replace("priority", "# a\n\n  # b\npriority")
_KEPT = [
    *(path.read_text() for path in sorted(_EXAMPLES.rglob("*.yaml"))),
    *(GOOD, _FLAT, _SHORT, _NOTED, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, f"---\n{GOOD}"),
    *(GOOD.replace("Calls those who", f"{head}\n  Now!  \n  # more\n ") for head in (">-", "|", ">", "|-")),
    GOOD.replace("Calls those who", ">+\n  R&D\n\n   &\n "),
    written(json.loads(SAMPLE)),
    SAMPLE,
]
"""Valid definitions in many styles, most of them ordinary."""


def contents() -> st.SearchStrategy[bytes]:
    """Return files: definitions, some mangled at up to four places, some as bytes; and lines of any order."""
    soup = st.lists(
        st.tuples(st.sampled_from(["", "", " ", "  ", "  ", "    "]), st.sampled_from(_LINES)).map("".join),
        max_size=8,
    ).map(lambda lines: "\n".join([*lines, ""]))
    mangled = st.tuples(st.sampled_from(_KEPT) | soup, st.lists(_EDITS, max_size=4)).map(_edited)
    whole = mangled.map(lambda text: text.encode("utf-8", "surrogatepass"))
    return whole | st.tuples(whole, _PLACES, st.integers(0, 255)).map(_flipped)


def _edited(parts: tuple[str, list[Edit]]) -> str:
    text, edits = parts
    for edit in edits:
        text = edit(text)
    return text


def _flipped(parts: tuple[bytes, float, int]) -> bytes:
    content, place, byte = parts
    at = int(place * (len(content) + 1))
    return content[:at] + bytes([byte]) + content[at + 1 :]
