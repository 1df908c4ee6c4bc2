"""What was probably meant: the nearest value, time, telephone number or key. Pure."""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel

from campaignsync.definition import Campaign
from campaignsync.rules import TIMES

_LONGEST_MEANT = 60
# Of 1; at 0.7 dncLists, whose people must not be called, is still like contactLists.
_LIKENESS = 0.75
_MINUTES = 60
_TIME_12 = re.compile(r"0?([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:[:.]00)?\s*([ap])\.?(?:m\.?)?", re.IGNORECASE)
_TIME_24 = re.compile(r"([0-9]{1,2})[:.]([0-5][0-9])(?:[:.]00)?")
_PUNCTUATION = re.compile(r"[\s().\u2010-\u2015-]")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

ITEM = "[]"
"""Stands for any index of a list, where all items follow one rule."""


def nearest_choice(text: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a text misses only in case, separators or a few letters."""
    if len(text) > _LONGEST_MEANT:
        return None
    by_letters = {_letters(choice): choice for choice in choices}
    near = difflib.get_close_matches(_letters(text), by_letters, n=1, cutoff=_LIKENESS)
    return by_letters[near[0]] if near else None


def _letters(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).lower()


def nearest_time(text: str) -> str | None:
    """Return what a text such as ``9am``, ``09:00 AM`` or ``17:30`` is on the 12-hour clock."""
    text = text.strip()[:_LONGEST_MEANT]
    if found := _TIME_12.fullmatch(text):
        meant = f"{int(found[1])}:{found[2] or '00'} {found[3].upper()}M"
        return meant if meant in TIMES else None
    if found := _TIME_24.fullmatch(text):
        wanted = int(found[1]) * _MINUTES + int(found[2])
        return next((time for time, minutes in TIMES.items() if minutes == wanted), None)
    return None


def nearest_phone_number(text: str) -> str | None:
    """Return the number that a text with spaces, dashes or brackets in it means.

    Only where it begins with +: without it nobody can say which country's number it is.
    """
    meant = _PUNCTUATION.sub("", text[:_LONGEST_MEANT])
    return meant if _PHONE_NUMBER.fullmatch(meant) else None


def unknown_key(key: str, parent: tuple[str, ...]) -> str:
    """Return what is wrong with a key that its mapping doesn't have.

    Args:
        key: The key.
        parent: The keys that lead to the mapping, with `ITEM` for an index.
    """
    if key == "<<":
        return "YAML 1.2 has no merge key: write the keys out"
    home = next((place for place, keys in _KEYS.items() if key in keys), None)
    if home is not None:
        return f"belongs in {'.'.join(home).replace('.[]', '[]')}" if home else "belongs at the top level"
    known = _KEYS.get(parent, ())
    near = nearest_choice(key, known)
    return (
        f"unknown key; perhaps you meant `{near}`" if near else f"unknown key; known here: {', '.join(known)}"
    )


def _keys(
    model: type[BaseModel], place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    yield place, tuple(names)
    for name, annotation in names.items():
        for inner, deeper in (
            (annotation, (name,)),
            *((item, (name, ITEM)) for item in get_args(annotation)),
        ):
            if _is_model(inner):
                yield from _keys(inner, (*place, *deeper))


def _is_model(annotation: Any) -> bool:  # noqa: ANN401  # any annotation
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


_KEYS = dict(_keys(Campaign))
