"""What the models refuse, in people's words: what is wrong, and what is right. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from campaignsync.definitions.model import CONTROL, CONTROL_IN_LINES, LINES, ODD_SPACES, RULE, Campaign, Words
from campaignsync.definitions.shapes import MODES, Form, keys_of_mode, modes_with
from campaignsync.definitions.suggestions import nearest_day, nearest_zone
from campaignsync.definitions.yaml import Loc, kind_of
from campaignsync.definitions.yaml_errors import CURLY, curly_advice, cut, quoted
from campaignsync.nearest import nearest_choice
from campaignsync.text import printable
from campaignsync.times import DAYS

_ITEM = 0
"""Any index of a list, whose items all follow one rule."""
_OF_MODE = {"missing", "extra_forbidden"}
"""The types of errors that say that a key is missing, or is there and shouldn't be."""
_MOST_KEYS = 3
"""How many of a mapping's keys are named."""
_MEANT = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
"""What people write for a boolean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that a definition may not say.

    Attributes:
        loc: The value, or the key that is missing or unknown.
        message: What is wrong and what is right.
        is_key: It is about the key, not its value.
    """

    loc: Loc
    message: str
    is_key: bool = False


def dotted(loc: Loc) -> str:
    """Return a place as ``dialingStrategy.callingHours.days[0].start``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{cut(part)}" for part in loc)
    return "".join(parts).removeprefix(".")


def explain(error: ValidationError, form: Form) -> Iterator[Flaw]:
    """Find all that is wrong with the data that the models refused, perhaps several flaws for one value.

    Args:
        error: What the form's shape said.
        form: What the data was held against. Where its mode is a guess, nothing is said about the keys that
            depend on it: the mode comes first.
    """
    for details in error.errors(include_url=False):
        loc = details["loc"]
        if form.is_guess and len(loc) == 1 and details["type"] in _OF_MODE and _depends(str(loc[0])):
            continue
        yield _flaw(details, all_fields(form.shape), lambda key, above: _unknown_key(key, above, form))


def explain_as(error: ValidationError, shape: type[BaseModel]) -> Iterator[Flaw]:
    """Find all that is wrong with data of any other shape, perhaps several flaws for one value."""

    def unknown(key: str, above: Loc) -> str:
        here = [str(place[-1]) for place in all_fields(shape) if place and place[:-1] == above]
        near = nearest_choice(key, here)
        return "unknown key; " + (f"perhaps you meant `{near}`" if near else f"known here: {', '.join(here)}")

    for details in error.errors(include_url=False):
        yield _flaw(details, all_fields(shape), unknown)


def _flaw(details: ErrorDetails, fields: Mapping[Loc, FieldInfo], unknown: Callable[[str, Loc], str]) -> Flaw:
    loc = details["loc"]
    place = tuple(_ITEM if isinstance(part, int) else part for part in loc)
    if details["type"] == RULE:
        return Flaw(loc=loc, message=details["msg"], is_key=bool(details.get("ctx", {}).get("is_key")))
    if details["type"] == "extra_forbidden":
        return Flaw(loc=loc, message=unknown(str(loc[-1]), place[:-1]), is_key=True)
    return Flaw(loc=loc, message=_message(details, fields[place]))


@cache
def all_fields(shape: type[BaseModel]) -> Mapping[Loc, FieldInfo]:
    """Return the field of each key of a shape, by the keys that lead to it; 0 is any index of a list."""
    whole = FieldInfo.from_annotation(shape)
    whole.metadata.append(Words(value=f"a mapping of keys such as {' and '.join(_first_keys(shape))}"))
    return dict(_fields((), whole))


def _first_keys(shape: type[BaseModel]) -> list[str]:
    """Return the keys that tell a person best what a file is about."""
    if issubclass(shape, Campaign):
        return ["name", "dialingMode"]
    return [inner.alias or name for name, inner in shape.model_fields.items()][:2]


def expected(field: FieldInfo) -> str:
    """Return what a key takes, such as ``a whole number from 5 to 120 (seconds)``."""
    words = _words(field)
    note = f" ({words.note})" if words.note else ""
    optional = "" if field.is_required() else ", and may be left out"
    return f"{words.value or _described(field)}{note}{optional}"


def _words(field: FieldInfo) -> Words:
    return next((each for each in field.metadata if isinstance(each, Words)), Words())


def _described(field: FieldInfo) -> str:
    bounds = {
        name: getattr(each, name)
        for each in field.metadata
        for name in ("ge", "le", "max_length")
        if getattr(each, name, None) is not None
    }
    (kind,) = _types(field.annotation)
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number from {bounds['ge']} to {bounds['le']}"
    if kind is str:
        return f"a string of 1 to {bounds['max_length']} characters"
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return "one of " + ", ".join(choices) if len(choices) > 1 else str(choices[0])
    *others, last = [inner.alias or name for name, inner in kind.model_fields.items()]
    if len(others) >= _MOST_KEYS:
        others, last = others[:_MOST_KEYS], "more"
    return f"a mapping with {', '.join(others)} and {last}" if others else f"a mapping with {last}"


def _message(details: ErrorDetails, field: FieldInfo) -> str:  # noqa: C901, PLR0911  # one case a kind of error
    value, bound, words = details["input"], details.get("ctx", {}), _words(field)
    refused = f"{quoted(value)} is not {expected(field)}"
    note = f" ({words.note})" if words.note else ""
    match details["type"]:
        case "missing":
            return f"is missing: {expected(field)}"
        case _ if value is None:
            return f"has no value: {expected(field)}"
        case "string_type" if not words.suggest and not isinstance(value, dict | list):
            return f"{quoted(value)} is {kind_of(value)} to YAML, not a string: write it in quotes"
        case "string_pattern_mismatch" if not words.suggest:
            return _unprintable(value, field, is_lines=bound["pattern"] == LINES)
        case "string_too_long":
            return f"{len(value)} characters are more than {bound['max_length']}"
        case "too_long":
            return (
                f"{len(value)} lists are more than {bound['max_length']}, the most that a campaign can have"
            )
        case "too_short":
            return f"the list is empty: {expected(field)}"
        case "less_than_equal":
            return f"{quoted(value)} is more than {bound['le']}{note}"
        case "greater_than_equal":
            return f"{quoted(value)} is less than {bound['ge']}{note}"
        case _ if isinstance(value, str):
            return refused + _unseen(value) + _advice(value, field)
    return refused


def _unseen(value: str) -> str:
    """Say which character of a refused string only looks like another one, or isn't seen at all."""
    for char in value:
        if CURLY.match(char):
            return f"; {curly_advice(char)}"
        if not char.isascii() and (char.isspace() or unicodedata.category(char) == "Cf"):
            return f"; it holds U+{ord(char):04X}, which nobody sees: write a plain space or nothing"
        if not char.isascii() and unicodedata.normalize("NFKC", char).isascii():
            return f"; {char} is U+{ord(char):04X}, not {unicodedata.normalize('NFKC', char)}"
    return ""


def _unprintable(value: str, field: FieldInfo, *, is_lines: bool) -> str:
    odd = None if is_lines else re.search(f"[{ODD_SPACES}]", value)
    if odd:
        where = f"{quoted(value)} holds U+{ord(odd.group()):04X}"
        return f"{where}, which only looks like a space: write a plain one"
    found = re.search(f"[{CONTROL_IN_LINES if is_lines else CONTROL}]", value)
    if not found:
        return f"{quoted(value)} is blank: {expected(field)}"
    holds = f"{quoted(value)} holds {printable(found.group())}"
    if is_lines:
        return f"{holds}, a control character: remove it"
    return f"{holds}: only one line is allowed, without control characters"


def _advice(value: str, field: FieldInfo) -> str:
    """Return what to write instead of a string, where that is known."""
    (kind,) = _types(field.annotation)
    if kind is int:
        return ": remove the quotes" if value.strip().lstrip("+-").isdecimal() else ""
    if kind is bool:
        meant = _MEANT.get(value.lower())
        return f": write {meant}, without quotes" if meant else _words(field).otherwise
    suggest = _words(field).suggest
    near = None
    if suggest is not None:
        near = suggest(value)
    elif get_origin(kind) is Literal:
        choices = get_args(kind)
        near = nearest_choice(value, choices) or (nearest_day(value) if choices == DAYS else None)
    if near is None and suggest is nearest_zone and re.fullmatch("[A-Za-z]{2,5}", value):
        return "; an abbreviation names no place: write one, such as America/New_York"
    return f"; perhaps you meant {near}" if near else ""


def _depends(key: str) -> bool:
    """Return whether the mode or a do-not-call list decides whether there is such a key."""
    counts = [len(modes_with(key, has_dnc=has_dnc)) for has_dnc in (False, True)]
    return any(counts) and counts != [len(MODES)] * 2


def _unknown_key(key: str, above: Loc, form: Form) -> str:
    if key == "<<":
        return "YAML 1.2 has no merge key: write the keys out"
    if not above and _depends(key):
        return _other_modes_key(key, form)
    known = [(place[:-1], str(place[-1])) for place in all_fields(form.shape) if place and place[-1] != _ITEM]
    for home, name in known:
        if name == key:
            return f"belongs in {dotted(home).replace('[0]', '[]')}" if home else "belongs at the top level"
    here = [name for home, name in known if home == above] if above else keys_of_mode(form.mode)
    near = nearest_choice(key, here)
    return "unknown key; " + (f"perhaps you meant `{near}`" if near else f"known here: {', '.join(here)}")


def _other_modes_key(key: str, form: Form) -> str:
    """Say which modes have a key that this one hasn't."""
    takers = modes_with(key, has_dnc=form.has_dnc)
    is_of_list = form.has_dnc and form.mode in modes_with(key, has_dnc=False)
    where = " where there are dncLists" if is_of_list else ""
    return f"{key} is only for {' and '.join(takers)}{where}; {form.mode} has none: remove it"


def _types(annotation: Any) -> Iterator[Any]:  # noqa: ANN401  # any annotation
    """Return the types of a value; what says in a union that it may be left out isn't one."""
    if get_origin(annotation) in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _types(each)
    elif get_origin(annotation) is Annotated:
        yield from _types(get_args(annotation)[0])
    elif annotation is not NoneType and (isinstance(annotation, type) or get_origin(annotation)):
        yield annotation


def _fields(place: Loc, field: FieldInfo) -> Iterator[tuple[Loc, FieldInfo]]:
    """Find a field and all within it, by the keys that lead to them."""
    yield place, field
    for kind in _types(field.annotation):
        if get_origin(kind) is list:
            yield from _fields((*place, _ITEM), FieldInfo.from_annotation(get_args(kind)[0]))
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, inner in kind.model_fields.items():
                yield from _fields((*place, inner.alias or name), inner)
