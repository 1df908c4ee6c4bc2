"""Values of a file made fit to stand in a message: short, on one line, nothing hidden. Pure."""

from campaignsync.report import escape

MOST_SHOWN = 60
"""Characters of a value that a message repeats."""


def cut(text: str) -> str:
    """Return a text to show, cut where it is long."""
    return escape.printable(escape.cut(text, MOST_SHOWN))


def quoted(value: object) -> str:
    """Return a value as a definition would write it, cut."""
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
