"""The state file's text as this program writes it, recognised without being parsed. Pure.

JSON has no raw line break within a text, so lines tell where entries begin and end. What is laid out in any
other way, or can't be told to be sound by looks, is left to `parsing`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VERSION = 1
"""The layout's version, which the state names."""

SEPARATOR = b"\n    ,\n"
"""What stands between two entries, on a line of its own."""
_END = b"  }\n}\n"
_DEFINITION = b'      "definition": {\n'
_AFTER_DEFINITION = b"\n    }"

# A text as json.dumps writes it: what needs no escape is not escaped. Possessive, so that what doesn't
# match is known at once.
_PLAIN = rb'[^"\\\x00-\x1f]'
_ESCAPED = rb'\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))'
_TEXT = rb'"' + _PLAIN + rb'*+(?:"|(?:' + _ESCAPED + _PLAIN + rb'*+)++")'
# A moment that exists; 29 February, which not every year has, is left to `parsing`.
_DAY = rb"(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_TIME = rb'"((?!0000)[0-9]{4}-' + _DAY + rb'T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)"'
_WORDS = rb'"(' + _PLAIN + rb'++)"'

_TOP = re.compile(
    rb'\{\n  "version": %d,\n  "host": ' % VERSION
    + _WORDS
    + rb',\n  "appId": '
    + _WORDS
    + rb',\n  "campaigns": \{\n'
)
RECORD = re.compile(
    b",\n".join(
        [
            b"    " + _WORDS + rb': \{\n      "campId": ' + _WORDS,
            b'      "status": "(created|recovered|adopted)"',
            b'      "source": ' + _WORDS,
            b'      "digest": ' + _WORDS,
            b'      "claimedAt": ' + _TIME,
            b'      "createdAt": ' + _TIME,
            b'(?:      "sends": (0|[2-9]|[1-9][0-9]{1,8}),\n)?' + re.escape(_DEFINITION),
        ]
    )
)
"""A record up to its definition: name, campId, status, source, digest, two times and perhaps sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A state file's text, taken apart.

    Attributes:
        host: The environment's base URL.
        app_id: The application's id.
        entries: The text of each entry; sound or not.
    """

    host: str
    app_id: str
    entries: Sequence[bytes]


def take_apart(data: bytes) -> Sheet | None:
    """Return the parts of a state file; None where they are not where this program puts them."""
    top = _TOP.match(data)
    if top is None or not data.endswith(_END):
        return None
    # Split first: a slice of the whole would be another copy of it.
    entries = data.split(SEPARATOR)
    entries[0] = entries[0][top.end() :]
    entries[-1] = entries[-1][: -len(_END)].removesuffix(b"\n")
    return Sheet(host=top[1].decode(), app_id=top[2].decode(), entries=entries if entries != [b""] else [])


def definition_text(entry: bytes) -> bytes:
    """Return the definition's JSON in the text of an entry that is laid out as this program does it."""
    start = entry.index(_DEFINITION) + len(_DEFINITION)
    return b"{" + entry[start : -len(_AFTER_DEFINITION)]


class Shapes:
    """What the definitions look like that were parsed and found sound, as patterns.

    A text that differs from a sound one in nothing but its values is sound: it has the same keys, none
    twice, and is nested as deep. Numbers are whole, since a fraction may be too large to be one.
    """

    _MOST = 8

    def __init__(self) -> None:
        self._known: dict[bytes, re.Pattern[bytes]] = {}
        self._latest = re.compile(b"(?!)")

    def fit(self, entry: bytes, start: int) -> bool:
        """Return whether an entry's text, from behind the start of its definition, is one of them."""
        # An entry mostly looks like the one before it.
        if self._latest.fullmatch(entry, start):
            return True
        for pattern in self._known.values():
            if pattern.fullmatch(entry, start):
                self._latest = pattern
                return True
        return False

    def learn(self, definition: Mapping[str, object]) -> None:
        """Take a sound definition as an example."""
        if definition and len(self._known) < self._MOST:
            lines = rb",\n".join(rb"        " + _member(*member) for member in definition.items())
            shape = lines + rb"\n      \}" + re.escape(_AFTER_DEFINITION)
            if shape not in self._known:
                self._known[shape] = re.compile(shape)


def _member(key: str, value: object) -> bytes:
    return re.escape(json.dumps(key, ensure_ascii=False).encode()) + rb": " + _shape(value)


def _shape(value: object) -> bytes:
    match value:
        case str():
            return _TEXT
        case bool():
            return rb"(?:true|false)"
        case int():
            return rb"(?:0|-?[1-9][0-9]{0,17})"
        case dict():
            return rb"\{" + rb", ".join(_member(*member) for member in value.items()) + rb"\}"
        case [_, *_]:
            item = rb"(?:" + rb"|".join(dict.fromkeys(map(_shape, value))) + rb")"
            return rb"\[" + item + rb"(?:, " + item + rb")*+\]"
        case _:
            # Null, an empty list, a fraction: only what is the same is like it.
            return re.escape(json.dumps(value).encode())
