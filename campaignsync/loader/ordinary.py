"""YAML text to plain values where each line means one thing by itself: fast, and nothing else. Pure.

Definitions are written alike: keys with values, lists of names, blocks of hours, comments.
A line like that is taken apart once, in however many files it stands. What could mean something else in
another version of YAML, or depends on more than its line, is not ordinary: `yaml12` reads that. A test
holds all that is read here against what is read there.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from campaignsync.loader.core_schema import WORDS, plain

LONGEST = 8_000
"""Characters. They make hardly more events than they are, and `yaml12` reads 10,000 of those."""
WIDEST_MARGIN = 14
"""Columns. Each may begin a mapping and a list; with a dash and braces behind, that is 32 deep."""

_MOST_LINES_KEPT = 4_096

_KEY = "[A-Za-z_][A-Za-z0-9_]{0,63}"
_QUOTED = r""" "[^"\\]*" | '[^']*' """
# What begins with a letter or digit is a text or number, until a # or a : before a space.
_PLAIN = r"\w [^:#]* (?: :(?=[^\ ]) [^:#]* )* (?<![:\ ])"
_INSIDE = rf"(?: {_QUOTED} | \w [^:#,?{{}}\[\]]* (?<!\ ) )"
_PAIR = rf"\ * {_KEY} :\ + {_INSIDE} \ *"
_BRACES = rf"\{{ {_PAIR} (?: , {_PAIR} )* \}}"
_BRACKETS = rf"\[ \ * {_INSIDE} (?: \ *,\ * {_INSIDE} )* \ * \]"
_VALUE = rf"{_QUOTED} | {_PLAIN} | {_BRACES} | {_BRACKETS}"
_LINE = re.compile(
    rf"""
    (?P<margin> \ {{0,{WIDEST_MARGIN}}} )
    (?: (?P<dash> -\ + )? (?P<key> {_KEY} ): (?: \ + (?: (?P<value> {_VALUE} ) | (?P<block> [>|]-? ) ) )?
      | -\ + (?P<item> {_VALUE} ) )
    (?: \ +\#.* )? \ *
    """,
    re.VERBOSE,
)
_PAIRS = re.compile(rf"( {_KEY} ) :\ + ( {_INSIDE} )", re.VERBOSE)
_ITEMS = re.compile(_INSIDE, re.VERBOSE)


class _NotOrdinaryError(Exception):
    """The text is wrong, or not ordinary."""


class _Row(NamedTuple):
    """A key, or an item of a list."""

    column: int
    key: str | None
    """None for an item."""
    value: Any = None
    """Between braces or brackets: ``dict`` or ``list``, and what it is made of."""
    is_open: bool = False
    """The value is what the next rows say."""
    block: str = ""
    """How the lines that follow make a text: ``>`` or ``|``, and perhaps ``-``."""


_END = _Row(column=-1, key=None)


def read(text: str) -> dict[str, Any] | None:
    """Return the mapping that a text is, or None where it is wrong or not ordinary.

    Args:
        text: The text, without a byte order mark.
    """
    if len(text) > LONGEST or not text.endswith("\n") or not text.replace("\n", "").isprintable():
        return None
    try:
        rows = [_END, *reversed([*_rows(text)])]
        mapping = _mapping(rows, 0)
    except _NotOrdinaryError:
        return None
    return mapping if rows == [_END] and mapping else None


def _rows(text: str) -> Iterator[_Row]:
    lines = text.split("\n")
    lines.reverse()
    while lines:
        for row in _taken_apart(lines.pop()):
            yield row._replace(value=_block_text(lines, row)) if row.block else row


@lru_cache(_MOST_LINES_KEPT)
def _taken_apart(line: str) -> tuple[_Row, ...]:
    if line.lstrip(" ")[:1] in {"", "#"}:
        return ()
    found = _LINE.fullmatch(line)
    if found is None:
        raise _NotOrdinaryError
    margin, dash, key, value, block, item = found.groups()
    column = len(margin)
    if item:
        return (_Row(column, None, _value(item)),)
    if key in WORDS:
        raise _NotOrdinaryError
    row = _Row(
        column + len(dash or ""),
        key,
        _value(value) if value else None,
        is_open=not (value or block),
        block=block or "",
    )
    return (_Row(column, None, is_open=True), row) if dash else (row,)


def _value(text: str) -> Any:  # noqa: ANN401  # any YAML value
    if text[0] in "\"'":
        return text[1:-1]
    if text[0] == "{":
        pairs = [(key, _value(value)) for key, value in _PAIRS.findall(text)]
        if len(dict(pairs)) < len(pairs) or not WORDS.keys().isdisjoint(dict(pairs)):
            raise _NotOrdinaryError
        return dict, pairs
    if text[0] == "[":
        return list, [_value(item) for item in _ITEMS.findall(text)]
    try:
        return plain(text)
    except ValueError as error:
        raise _NotOrdinaryError from error


def _block_text(lines: list[str], row: _Row) -> str:
    """Take the lines that make a text, all with one margin; empty ones may only follow."""
    margin = " " * (len(lines[-1]) - len(lines[-1].lstrip(" ")))
    if len(margin) <= row.column:
        raise _NotOrdinaryError
    texts = []
    while lines[-1].startswith(margin):
        texts.append(lines.pop().removeprefix(margin))
    while lines and not lines[-1]:
        lines.pop()
    if lines and (lines[-1].isspace() or lines[-1].startswith(margin)):
        raise _NotOrdinaryError
    if any(not text or text[0] == " " for text in texts):
        raise _NotOrdinaryError
    return (" " if row.block[0] == ">" else "\n").join(texts) + ("" if row.block[1:] else "\n")


def _mapping(rows: list[_Row], column: int) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    while True:
        at, key, value, is_open, _ = rows[-1]
        if at != column or key is None:
            return mapping
        if key in mapping:
            raise _NotOrdinaryError
        rows.pop()
        mapping[key] = _below(rows, column) if is_open else _made(value)


def _list(rows: list[_Row], column: int) -> list[Any]:
    items: list[Any] = []
    while True:
        at, key, value, is_open, _ = rows[-1]
        if at != column or key is not None:
            return items
        rows.pop()
        items.append(_below(rows, column) if is_open else _made(value))


def _made(value: Any) -> Any:  # noqa: ANN401  # any YAML value
    """Return a row's value, each time a new one, since rows are kept."""
    return value[0](value[1]) if type(value) is tuple else value


def _below(rows: list[_Row], column: int) -> Any:  # noqa: ANN401  # any YAML value
    """Take the rows below one that is open, and return the value that they make."""
    at, key, *_ = rows[-1]
    if key is None and at >= column:
        return _list(rows, at)
    return _mapping(rows, at) if at > column else None
