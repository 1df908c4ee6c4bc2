"""The bytes of one file to the body of a campaign, or to all of its problems, each with its place. Pure."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from campaignsync.definitions.messages import dotted, explain
from campaignsync.definitions.model import MOST_OF_A_FILE
from campaignsync.definitions.shapes import form_of, to_body
from campaignsync.definitions.yaml import Loc, read
from campaignsync.definitions.yaml_errors import ParseError, Place, place_at
from campaignsync.errors import Problem

_BOM = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A file that isn't a definition.

    Attributes:
        problems: All that is wrong with it.
        name: The campaign's name, where the file says one.
    """

    problems: tuple[Problem, ...]
    name: str | None = None


def check(content: bytes, *, source: str) -> dict[str, Any] | Invalid:
    """Return the JSON object to send for a file, or what is wrong with the file.

    Args:
        content: The file's bytes.
        source: What to call the file in problems: its path.
    """
    try:
        document = read(_decode(content))
    except UnicodeDecodeError as error:
        return Invalid(problems=(_undecodable(content, error.start, source),))
    except ParseError as error:
        return Invalid(problems=(_problem(source, (), error.place, error.message),))
    found = {(loc, place): message for loc, place, message in document.flaws}
    form = form_of(document.value)
    try:
        campaign = form.shape.model_validate(document.value)
    except ValidationError as error:
        for flaw in islice(explain(error, form), MOST_OF_A_FILE + 1):
            # What YAML can't make sense of needs no second word by the models.
            found.setdefault((flaw.loc, document.place(flaw.loc, is_key=flaw.is_key)), flaw.message)
    else:
        if not found:
            return to_body(campaign)
    name = document.value.get("name") if isinstance(document.value, dict) else None
    problems = sorted(_problem(source, loc, place, message) for (loc, place), message in found.items())
    if len(problems) > MOST_OF_A_FILE:
        problems = [*problems[: MOST_OF_A_FILE - 1], _more(problems[MOST_OF_A_FILE - 1])]
    return Invalid(
        problems=tuple(problems),
        name=name if isinstance(name, str) else None,
    )


def _more(first: Problem) -> Problem:
    """Say, at the place of the first problem that is left out, that there are more."""
    return replace(
        first, key="", message=f"and more from here on: a file's first {MOST_OF_A_FILE - 1} problems are told"
    )


def place_of_name(content: bytes) -> Place:
    """Return where a file says the campaign's name, or its start where it doesn't."""
    try:
        return read(_decode(content)).place(("name",))
    except (UnicodeDecodeError, ParseError):
        return 1, 1


def _decode(content: bytes) -> str:
    return content.decode().removeprefix(_BOM)


def _undecodable(content: bytes, index: int, source: str) -> Problem:
    if content.startswith(_UTF16):
        return _problem(source, (), (1, 1), "the file is UTF-16: save it as UTF-8")
    before = _decode(content[:index])
    message = f"the byte 0x{content[index]:02x} is not UTF-8: save the file as UTF-8"
    return _problem(source, (), place_at(before, len(before)), message)


def _problem(source: str, loc: Loc, place: Place, message: str) -> Problem:
    line, column = place
    return Problem(path=source, line=line, column=column, key=dotted(loc), message=message)
