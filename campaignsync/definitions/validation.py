"""The bytes of one file to the body of a campaign, or to all of its problems, each with its place. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from pydantic import ValidationError

from campaignsync.definitions.messages import dotted, explain
from campaignsync.definitions.model import MOST_LISTS, MOST_OF_A_FILE
from campaignsync.definitions.shapes import form_of, to_body
from campaignsync.definitions.yaml import Loc, read
from campaignsync.definitions.yaml_errors import ParseError, Place, line_at, place_at
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """A file that is a definition.

    Attributes:
        body: The JSON object to send.
        places: Where findings may be about, by dotted key.
        name_comment: What follows the name as a comment and looks like a part of it, such as ``#1``.
    """

    body: dict[str, Any]
    places: Mapping[str, Place]
    name_comment: str


_PLACED: Sequence[Loc] = (
    ("name",),
    ("contactLists",),
    *(("contactLists", index) for index in range(MOST_LISTS)),
    ("dncLists",),
    ("dialingMode",),
    ("queue_name",),
    ("experienceFlowName",),
    ("dialingStrategy", "callerId", "phoneNumber"),
    ("dialingStrategy", "callingHours", "frequency"),
    ("dialingStrategy", "callingHours", "timezone"),
    ("dialingStrategy", "callingHours", "days"),
    ("dialingStrategy", "maxAttemptsPerRecord"),
    ("dialingStrategy", "maxRingTime"),
)
"""What a finding may be about."""
_DOTTED = {loc: dotted(loc) for loc in _PLACED}


def check(content: bytes, *, source: str) -> Valid | Invalid:
    """Return what is to be sent for a file, or what is wrong with the file.

    Args:
        content: The file's bytes.
        source: What to call the file in problems: its path.
    """
    try:
        text = _decode(content)
        document = read(text)
    except UnicodeDecodeError as error:
        return Invalid(problems=(_undecodable(content, error.start, source),))
    except ParseError as error:
        return Invalid(problems=(_problem(source, (), error.place, error.message, text=text),))
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
            return Valid(
                body=to_body(campaign),
                places={key: document.place(loc) for loc, key in _DOTTED.items() if loc in document.values},
                name_comment=_comment_behind(text, document.place(("name",))) if " #" in text else "",
            )
    name = document.value.get("name") if isinstance(document.value, dict) else None
    problems = sorted(
        _problem(source, loc, place, message, text=text) for (loc, place), message in found.items()
    )
    if len(problems) > MOST_OF_A_FILE:
        problems = [*problems[: MOST_OF_A_FILE - 1], _more(problems[MOST_OF_A_FILE - 1])]
    return Invalid(
        problems=tuple(problems),
        name=name if isinstance(name, str) else None,
    )


def _comment_behind(text: str, place: Place) -> str:
    """Return a comment without a space behind its ``#`` that ends the line of an unquoted value."""
    line, column = place
    value = line_at(text, line)[column - 1 :]
    found = re.search(r"\s(#\S.*)$", value)
    return found[1].strip() if found and value[0] not in "\"'&*!|>{[" else ""


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


def _problem(source: str, loc: Loc, place: Place, message: str, *, text: str = "") -> Problem:
    excerpt = line_at(text, place[0])
    if text and not excerpt:
        # Without a last line break the parser takes the end for the start of one line more.
        place = min(place, place_at(text, len(text)))
    line, column = place
    return Problem(path=source, line=line, column=column, key=dotted(loc), message=message, excerpt=excerpt)
