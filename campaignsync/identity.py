"""What makes two campaigns the same one: the name. And a definition as loaded. Pure.

Apart from `definitions` because it is needed where nothing is validated, and pydantic takes longer to
import than ten thousand unchanged files take to read.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def identity(name: str) -> str:
    """Return what two names of one campaign have in common.

    The vendor compares names in lower case (its field ``lname``); editors and shells differ in
    surrounding space and in the Unicode form of accents.
    """
    return unicodedata.normalize("NFC", name.strip()).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One definition file, valid.

    Attributes:
        name: The campaign's name.
        source: The file, relative to the working directory, with forward slashes.
        digest: ``sha256:`` and the hex digest of the file's bytes.
        body: The JSON object to send; None where the digest stood in the state, so that the file was
            not parsed and the state's own copy is its body.
        places: Line and column, from 1, of what a finding may be about, by dotted key; empty where the file
            was not parsed.
        name_comment: What follows the name as a comment of YAML and looks like a part of it, such as ``#1``.
        key: The identity of the name, found out once.
    """

    name: str
    source: str
    digest: str
    body: Mapping[str, Any] | None = field(hash=False)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)
    name_comment: str = field(default="", repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", identity(self.name))
