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


def line_at(text: str, number: int) -> str:
    """Return a line, counted from 1; empty behind the last.

    Its end is what the parser takes for one (YAML 1.1, section 5.4).
    """
    # One that only "\\n" ends is found in no time.
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text) if "\r" in text else text.split("\n", number)
    return lines[number - 1] if number <= len(lines) else ""


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


_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
"""What git leaves in a file with a merge conflict (git-merge(1), "How conflicts are presented")."""
_NO_SPACE = re.compile(r"[ \t]*(?:- +)*(?P<key>[A-Za-z_]+):(?P<rest>\S[^\r\n]*|[^\S \t\r\n][^\r\n]*)")
CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb]")
"""Quotation marks that are none to YAML."""


def _known_mistake(error: MarkedYAMLError, text: str, index: int) -> ParseError | None:
    """Return what people get wrong so often that the text shows it, wherever the parser stopped."""
    marker = _MARKER.search(text)
    if marker:
        message = "a merge conflict: keep one side, and remove the lines with <<<<<<<, ======= and >>>>>>>"
        return ParseError(message, place=place_at(text, marker.start()))
    start = error.context_mark.index if error.context_mark is not None else index
    problem = error.problem or ""
    if problem.startswith("could not find expected ':'"):
        return _without_space(text, start)
    if problem.startswith("did not find expected key") and text[:index].rstrip(" ")[-1:] in {"'", '"'}:
        return _behind_quote(text, index)
    line = _line_around(text, index)
    curly = CURLY.search(line)
    if curly and problem.startswith(("found unexpected ':'", "mapping values")):
        at = text.rfind(line, 0, index + len(line)) + curly.start()
        return ParseError(curly_advice(curly.group()), place=place_at(text, at))
    return None


def _tab_advice(text: str, index: int) -> str:
    if not _line_around(text, index).strip():
        return "this line holds nothing but a tab: empty it"
    if text[:index].rstrip(" ").endswith("-"):
        return "a tab stands behind the `-`: write a space"
    return "a tab can't indent: use spaces"


def curly_advice(mark: str) -> str:
    """Say that a quotation mark is none to YAML."""
    return f"{mark} (U+{ord(mark):04X}) is no quote to YAML: write a plain \" or '"


def _line_around(text: str, index: int) -> str:
    start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    return re.split(r"[\r\n]", text[start:], maxsplit=1)[0]


def _without_space(text: str, start: int) -> ParseError | None:
    """Return the error of a key whose colon has no space behind it, or one that only looks like a space."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    found = _NO_SPACE.match(text, line_start)
    if found is None:
        return None
    key, rest = found["key"], found["rest"]
    if rest[0].isspace():
        message = (
            f"behind `{key}:` stands U+{ord(rest[0]):04X}, which only looks like a space: write a plain one"
        )
    else:
        message = f"a space is missing behind the colon: write `{key}: {cut(rest)}`"
    return ParseError(message, place=place_at(text, found.start("rest")))


def _behind_quote(text: str, index: int) -> ParseError:
    """Return the error of text that goes on behind a closing quote, which may be the next value's."""
    close = len(text[:index].rstrip(" ")) - 1
    mark = text[close]
    for found in reversed(list(re.finditer(rf"(?:^|[\s\[{{,]){mark}", text[:close]))):
        start = found.end() - 1
        inner = r"(?:[^\"\\]|\\.)*" if mark == '"' else "(?:[^']|'')*"
        whole = re.compile(f"{mark}{inner}{mark}", re.DOTALL).match(text, start)
        if whole is None or whole.end() - 1 != close:
            continue
        if re.search(r"[\r\n]", whole.group()):
            return ParseError(
                "the quote that opens here is not closed on its line", place=place_at(text, start)
            )
        break
    other = '\\"' if mark == '"' else "''"
    message = f"the text goes on behind its closing quote: write {other} for the quote itself"
    return ParseError(message, place=place_at(text, index))


def explain_error(error: YAMLError, text: str) -> ParseError:
    """Return what a parser's error means to the person who wrote the text."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        found = re.search(_UNPRINTABLE, text)
        return _invisible(text, found) if found else ParseError(f"not YAML: {cut(str(error))}", place=(1, 1))
    mark, problem = error.problem_mark, error.problem or ""
    if known := _known_mistake(error, text, mark.index):
        return known
    message = f"not YAML: {problem}"
    if problem.startswith("found character that cannot start any token"):
        char = text[mark.index : mark.index + 1]
        message = (
            _tab_advice(text, mark.index) if char == "\t" else f"a value can't begin with {char}: quote it"
        )
    for advice in _ADVICE:
        if problem.startswith(advice.problem):
            message = advice.message
            if advice.is_at_start and error.context_mark is not None:
                mark = error.context_mark
    if message.startswith("a tab can't indent"):
        message = _tab_advice(text, mark.index)
    # The parser takes the end of the text for the start of one line more.
    is_at_end = mark.index >= len(text)
    place = place_at(text, len(text)) if is_at_end else (mark.line + 1, mark.column + 1)
    return ParseError(message, place=place)
