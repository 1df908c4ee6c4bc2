"""What stops a text from being YAML, in people's words and at the right place. Pure."""

import re
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from campaignsync.loader.shown import cut

Spot = tuple[int, int]
"""Line and column in characters, both counted from 1."""

# Line breaks to YAML 1.1 and not to YAML 1.2; and the mark of a file's start, which in the middle is what
# a careless concatenation leaves.
_ODD = re.compile("[\x85\u2028\u2029\ufeff]")
# YAML 1.2.2, production 1, c-printable.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile(r"\r\n|\r|\n")


class NoYamlError(Exception):
    """A text that can't be read as YAML.

    Args:
        message: What is wrong and what is right.
        spot: Where.
    """

    def __init__(self, message: str, *, spot: Spot) -> None:
        super().__init__(message)
        self.message = message
        self.spot = spot


def spot_at(text: str, index: int) -> Spot:
    """Return the line and column of a character, given by its index."""
    breaks = list(_BREAK.finditer(text, 0, index))
    return len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1


def odd_character(text: str) -> re.Match[str] | None:
    """Find a character that editors don't show and that YAML 1.1 and 1.2 take differently."""
    return None if text.isascii() else _ODD.search(text)


def refuse_odd_character(text: str) -> None:
    """Raise NoYamlError where there is such a character."""
    found = odd_character(text)
    if found:
        raise _unshown(text, found)


def _unshown(text: str, found: re.Match[str]) -> NoYamlError:
    message = f"the invisible character {cut(found.group())} stands here: remove it"
    return NoYamlError(message, spot=spot_at(text, found.start()))


class _Advice(NamedTuple):
    problem: str
    """How the parser's own words begin."""
    message: str
    is_at_start: bool = False
    """The mistake is where the text, list or mapping begins, not where the parser gave up."""


_ADVICE = (
    _Advice(
        "mapping values are not allowed",
        "a `:` too many, or the line is indented wrongly: quote a text that holds one",
    ),
    _Advice(
        "did not find expected key",
        "the line doesn't go on as the mapping does: check its indentation, or quote the text",
    ),
    _Advice(
        "did not find expected '-' indicator",
        "the line doesn't go on as the list does: check its indentation",
    ),
    _Advice(
        "did not find expected ',' or '}'",
        "the `{` here is not closed, or holds a text that needs quotes",
        is_at_start=True,
    ),
    _Advice(
        "did not find expected ',' or ']'",
        "the `[` here is not closed, or holds a text that needs quotes",
        is_at_start=True,
    ),
    _Advice("found unexpected ':'", "between brackets a text that holds `:` must be quoted"),
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
        "found unknown escape character", "no such escape; write `\\\\` for a backslash, or use single quotes"
    ),
    _Advice(
        "found invalid Unicode character escape",
        "no such character; write the character itself, or `\\U0001F600`",
    ),
    _Advice("found a tab character", "a tab can't indent: use spaces"),
)


def mistake(error: YAMLError, text: str) -> NoYamlError:
    """Return what a parser's error means to the person who wrote the text."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        found = _UNPRINTABLE.search(text)
        return _unshown(text, found) if found else NoYamlError(f"not YAML: {cut(str(error))}", spot=(1, 1))
    mark, problem = error.problem_mark, error.problem or ""
    if problem.startswith("found character that cannot start any token"):
        return NoYamlError(_no_start(text, mark.index), spot=(mark.line + 1, mark.column + 1))
    for advice in _ADVICE:
        if problem.startswith(advice.problem):
            if advice.is_at_start and error.context_mark is not None:
                mark = error.context_mark
            return NoYamlError(advice.message, spot=(mark.line + 1, mark.column + 1))
    return NoYamlError(f"not YAML: {problem}", spot=(mark.line + 1, mark.column + 1))


def _no_start(text: str, index: int) -> str:
    char = text[index : index + 1]
    return "a tab can't indent: use spaces" if char == "\t" else f"a text can't begin with {char}: quote it"
