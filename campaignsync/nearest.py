"""The choice that was most likely meant by a word that is none. Pure."""

import difflib
import re
from collections.abc import Iterable

LONGEST_MEANT = 60
"""Characters of a word for which a nearest one is looked for."""

LIKENESS = 0.75
"""Of 1; at 0.7 dncLists, whose people must not be called, is still like contactLists."""

_SEPARATORS = r"[\s_-]"


def nearest_choice(text: str, choices: Iterable[str]) -> str | None:
    """Return the choice that a string misses only in case, separators or a few letters."""
    if len(text) > LONGEST_MEANT:
        return None
    by_letters = {_letters(choice): choice for choice in choices}
    near = difflib.get_close_matches(_letters(text), by_letters, n=1, cutoff=LIKENESS)
    return by_letters[near[0]] if near else None


def _letters(text: str) -> str:
    return re.sub(_SEPARATORS, "", text).lower()
