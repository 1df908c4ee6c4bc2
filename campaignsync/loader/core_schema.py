"""What YAML's unquoted texts and core tags mean: the core schema of YAML 1.2.2, section 10.3.2. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from campaignsync.loader.shown import cut

LONGEST_NUMBER = 300
"""Characters. Python converts numbers of 640 digits, whatever its environment says, and floats of 308."""

WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""The unquoted words that are not text."""

NUMERIC = frozenset("+-.0123456789")
"""What an unquoted number may begin with."""

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")

_PREFIX = "tag:yaml.org,2002:"
_KINDS = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None), "map": dict, "seq": list}


def number(text: str) -> float | str:
    """Return the number that an unquoted text is, or the text itself.

    Raises:
        ValueError: It is a number of more than `LONGEST_NUMBER` characters.
    """
    if _INT.fullmatch(text):
        return int(_bounded(text))
    if _FLOAT.fullmatch(text):
        return float(_bounded(text))
    if _NO_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    for pattern, base in ((_OCTAL, 8), (_HEX, 16)):
        if pattern.fullmatch(text):
            return int(_bounded(text)[2:], base)
    return text


def _bounded(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(text)} characters is longer than any key takes")
    return text


def plain(text: str) -> float | str | None:
    """Return what an unquoted text means.

    Raises:
        ValueError: It is a number of more than `LONGEST_NUMBER` characters.
    """
    if text in WORDS:
        return WORDS[text]
    return number(text) if text[0] in NUMERIC else text


def tagged(tag: str, content: Any) -> Any:  # noqa: ANN401  # any YAML value
    """Return what a text, list or mapping is under an explicit tag.

    Args:
        tag: In full, such as ``tag:yaml.org,2002:str`` for ``!!str``; ``!`` means that nothing is resolved.
        content: The text as it stands, or the collection.

    Raises:
        ValueError: The tag isn't of the core schema, or the content doesn't fit it.
    """
    kind = _KINDS.get(tag.removeprefix(_PREFIX)) if tag.startswith(_PREFIX) else None
    if tag == "!" or (kind is str and isinstance(content, str)):
        return content
    name = cut(tag.replace(_PREFIX, "!!"))
    if kind is None:
        raise ValueError(f"the tag {name} has no meaning in a definition: remove it")
    value = plain(content) if isinstance(content, str) else content
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"this is no {name}: remove the tag, or write a value that it fits")
    return value
