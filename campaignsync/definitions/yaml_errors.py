"""What stops a string from being YAML, in people's words and at the right place. Pure."""

import re
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from campaignsync import text as safe_text

Place = tuple[int, int]
"""Line and column in characters, both counted from 1."""

_LONGEST_SHOWN = 60
"""Characters of a value that a message repeats."""

# Patterns that are for wrong texts only are compiled by `re` when one comes.
# Line breaks to YAML 1.1 and not to YAML 1.2; and the mark of a file's start, which in the middle is what
# a careless concatenation leaves.
_ODD = "[\x85\u2028\u2029\ufeff]"
# YAML 1.2.2, production 1, c-printable.
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class ParseError(Exception):
    """A string that can't be read as YAML.

    Args:
        message: What is wrong and what is right.
        place: Where.
    """

    def __init__(self, message: str, *, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def cut(text: str) -> str:
    """Return a string to show in a message: short, on one line, nothing hidden."""
    return safe_text.printable(safe_text.cut(text, _LONGEST_SHOWN))


def quoted(value: object) -> str:
    """Return a value to show in a message, as a definition would write it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{cut(value)}"'
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return cut(str(value))


def place_at(text: str, index: int) -> Place:
    """Return the line and column of a character, given by its index."""
    breaks = list(re.finditer(r"\r\n|\r|\n", text[:index]))
    return len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1


def refuse_odd_character(text: str) -> None:
    """Refuse a character that editors don't show and that YAML 1.1 and 1.2 take differently.

    Raises:
        ParseError: There is one.
    """
    if not text.isascii() and (found := re.search(_ODD, text)):
        raise _invisible(text, found)


def _invisible(text: str, found: re.Match[str]) -> ParseError:
    message = f"the invisible character {cut(found.group())} is not allowed: remove it"
    return ParseError(message, place=place_at(text, found.start()))


class _Advice(NamedTuple):
    problem: str
    """How the parser's own words begin."""
    message: str
    is_at_start: bool = False
    """The mistake is where the value begins, not where the parser stopped."""


_ADVICE = (
    _Advice(
        "mapping values are not allowed",
        "a `:` too many, or the line is indented wrongly: quote a value that contains one",
    ),
    _Advice(
        "did not find expected key",
        "the line doesn't continue the mapping: check its indentation, or quote the value",
    ),
    _Advice(
        "did not find expected '-' indicator", "the line doesn't continue the list: check its indentation"
    ),
    _Advice(
        "did not find expected ',' or '}'",
        "the `{` here is not closed, or contains a value that needs quotes",
        is_at_start=True,
    ),
    _Advice(
        "did not find expected ',' or ']'",
        "the `[` here is not closed, or contains a value that needs quotes",
        is_at_start=True,
    ),
    _Advice("found unexpected ':'", "between brackets a value that contains `:` must be quoted"),
    _Advice("found unexpected end of stream", "the quote that opens here is not closed", is_at_start=True),
    _Advice(
        "found unexpected document indicator", "the quote that opens here is not closed", is_at_start=True
    ),
    _Advice("could not find expected ':'", "a key without `:` after it", is_at_start=True),
    _Advice(
        "block sequence entries are not allowed", "a list can't begin here: put its `-` on a line of its own"
    ),
    _Advice(
        "did not find expected <document start>",
        "a second document begins here, or a %YAML line lacks its `---`",
    ),
    _Advice("found incompatible YAML document", "a definition is YAML 1.2: remove the %YAML line"),
    _Advice(
        "found unknown escape character",
        "no such escape: write `\\\\` for a backslash, or use single quotes",
    ),
    _Advice(
        "found invalid Unicode character escape",
        "no such character: write the character itself, or `\\U0001F600`",
    ),
    _Advice("did not find expected node content", "a value is missing here: check the brackets before it"),
    _Advice("found a tab character", "a tab can't indent: use spaces"),
)


def explain_error(error: YAMLError, text: str) -> ParseError:
    """Return what a parser's error means to the person who wrote the text."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        found = re.search(_UNPRINTABLE, text)
        return _invisible(text, found) if found else ParseError(f"not YAML: {cut(str(error))}", place=(1, 1))
    mark, problem = error.problem_mark, error.problem or ""
    message = f"not YAML: {problem}"
    if problem.startswith("found character that cannot start any token"):
        char = text[mark.index : mark.index + 1]
        message = (
            "a tab can't indent: use spaces" if char == "\t" else f"a value can't begin with {char}: quote it"
        )
    for advice in _ADVICE:
        if problem.startswith(advice.problem):
            message = advice.message
            if advice.is_at_start and error.context_mark is not None:
                mark = error.context_mark
    # The parser takes the end of the text for the start of one line more.
    is_at_end = mark.index >= len(text)
    place = place_at(text, len(text)) if is_at_end else (mark.line + 1, mark.column + 1)
    return ParseError(message, place=place)
