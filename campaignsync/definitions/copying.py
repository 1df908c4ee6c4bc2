"""A definition under another name: the text of a file, with nothing but the name replaced. Pure."""

import json
import re

from campaignsync.definitions.yaml import plain, read
from campaignsync.definitions.yaml_errors import ParseError

_QUOTED = r'"(?:[^"\\\n]|\\.)*"' + r"|'(?:[^'\n]|'')*'"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.()&+/-]*[A-Za-z0-9).]")


class NoNameError(Exception):
    """The text has no name that can be replaced; the message says why."""


def renamed(text: str, name: str) -> str:
    """Return a definition's text with another name in the place of its own; all else stays, comments too.

    Raises:
        NoNameError: It can't be read, has no name, or one that is not on one line.
    """
    try:
        document = read(text)
    except ParseError as error:
        raise NoNameError(error.message) from error
    if not isinstance(document.value, dict) or not isinstance(document.value.get("name"), str):
        raise NoNameError("it has no name")
    line, column = document.place(("name",))
    lines = text.splitlines(keepends=True)
    if line > len(lines):
        raise NoNameError("its lines end in an unusual way")
    rest = lines[line - 1][column - 1 :]
    found = re.match(rf"{_QUOTED}|[^\"'|>&*!\s][^\r\n]*?(?=\s*[\r\n]|\s+#|\s*$)", rest)
    if found is None:
        raise NoNameError("its name is not on one line")
    lines[line - 1] = lines[line - 1][: column - 1] + written(name) + rest[found.end() :]
    return "".join(lines)


def written(name: str) -> str:
    """Return a name as YAML has it: plain where nobody could read it as something else."""
    is_word = name.lower() in {"null", "true", "false", "yes", "no", "on", "off"}
    is_number = re.fullmatch(r"[0-9][0-9 _.+-]*", name)
    if _PLAIN.fullmatch(name) and not (is_word or is_number) and plain(name) == name:
        return name
    return json.dumps(name, ensure_ascii=False)
