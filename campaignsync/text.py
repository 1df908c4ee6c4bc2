"""Foreign text made safe to show: in a terminal, a workflow's log, Markdown, HTML, JSON, a shell. Pure.

Names and values come from YAML, from the state file and from the server: whoever wrote them may want the
reader to see, or a program to do, something else than what they say.
"""

import json
import re
from collections.abc import Iterator

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), line and paragraph separators, the
# controls of a terminal, lone surrogates (no encoding can print them), interlinear annotations.
_HIDDEN = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SUSPECT = re.compile(f"[{_HIDDEN}]")
_VISIBLE = rf"[^\x00-\x7f{_HIDDEN}]"
# Joiners belong into words of many scripts and into emoji, presentation selectors after emoji: they stay
# where both neighbours are such characters. The one group is what does not stay. Compiled when it is needed
# for the first time, by `re`: that takes longer than all other imports of this module.
_REVEALED = (
    rf"(?<={_VISIBLE})[\ufe0e\ufe0f]"
    rf"|(?:(?<={_VISIBLE})|(?<={_VISIBLE}\ufe0f))[\u200c\u200d](?={_VISIBLE})"
    rf"|([{_HIDDEN}])"
)
_LEGACY_COMMAND = "##["
"""GitHub's runner takes it for a command wherever it is in a line (ActionCommand.cs, TryParse)."""
_COMMAND = "::"
"""The same at the start of a line, after any space (ActionCommand.cs, TryParseV2)."""


def printable(text: str) -> str:
    """Return one line that shows what a string holds and does nothing else, wherever it is printed.

    Control characters, line breaks, characters that turn the direction of writing and invisible ones
    become their code points, such as ``<U+202E>``; so does the character that would make a command of
    GitHub's workflows. Letters of all scripts, and emoji, stay as they are.
    """
    # Nearly no text holds one, and to look for one takes a tenth of the time that replacing it takes.
    shown = re.sub(_REVEALED, _as_code_point, text) if _SUSPECT.search(text) else text
    shown = shown.replace(_LEGACY_COMMAND, "##<U+005B>")
    return shown.replace(":", "<U+003A>", 1) if shown.lstrip().startswith(_COMMAND) else shown


def _as_code_point(match: re.Match[str]) -> str:
    return f"<U+{ord(match[1]):04X}>" if match[1] else match[0]


def cut(text: str, length: int) -> str:
    """Return a string of at most this many characters, with a count of what was left out behind it."""
    return text if len(text) <= length else f"{text[:length]}… (+{len(text) - length} characters)"


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return JSON that is readable in all scripts and holds nothing hidden and no workflow command.

    Unlike `printable` it loses nothing: the same value can be read back.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return re.sub(_REVEALED, _as_json_escape, text).replace(_LEGACY_COMMAND, r"##\u005b")


def _as_json_escape(match: re.Match[str]) -> str:
    # The only control that the encoder leaves in is its own line break between values.
    return match[0] if match[1] in {None, "\n"} else json.dumps(match[1])[1:-1]


def shell_word(text: str) -> str:
    """Return a string as one word of a command for bash or zsh, fit to be copied from a terminal.

    Where it holds hidden characters they are written out (``$'…'``, Bash Reference Manual, 3.1.2.4).
    """
    if printable(text) == text:
        return "'" + text.replace("'", r"'\''") + "'"
    quoted = text.replace("\\", r"\\").replace("'", r"\'").replace(_LEGACY_COMMAND, r"##\x5b")
    return "$'" + re.sub(_REVEALED, _as_shell_escape, quoted) + "'"


def _as_shell_escape(match: re.Match[str]) -> str:
    return f"\\U{ord(match[1]):08x}" if match[1] else match[0]


def annotation_data(text: str) -> str:
    """Return a string as the message of a workflow command (actions/toolkit, command.ts, escapeData)."""
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def annotation_property(text: str) -> str:
    """Return a string as a property of a workflow command (actions/toolkit, command.ts, escapeProperty)."""
    return annotation_data(text).replace(":", "%3A").replace(",", "%2C")


_IN_COMMITS = (
    r"(?i)(?<!\w)@(?=\w)"
    r"|(?<=\[)(?:(?:skip|no) ci|ci skip|skip actions|actions skip)\]"
    r"|\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b(?=:?\s+\S*(?:#|gh-|://))"
)
"""What GitHub acts on in a commit's message: mentions, and what its documentation has in "Skipping workflow
runs" and "Linking a pull request to an issue using a keyword"."""


def commit_text(text: str) -> str:
    """Return a string as a line of a commit's message, on which neither git nor GitHub acts."""
    return re.sub(_IN_COMMITS, lambda match: f"<U+{ord(match[0][0]):04X}>{match[0][1:]}", printable(text))


def html_code(text: str) -> str:
    """Return a string as HTML code, on one line. GitHub makes no mention, link or emoji inside code."""
    import html

    return f"<code>{html.escape(printable(text))}</code>"


def code_span(text: str) -> str:
    """Return a string as Markdown code, on one line; in code nothing is Markdown, HTML, mention or link.

    See CommonMark 0.31.2, 6.1: the fence is longer than any run of backticks inside, and one space
    inside each end is taken away again.
    """
    shown = printable(text)
    if not shown:
        return "*(empty)*"
    fence = _fence(shown, shortest=1)
    pad = " " if shown.strip(" ") and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def table_code(text: str, *, longest_word: int = 0) -> str:
    r"""Return a string as Markdown code for a table's cell, where even in code a ``|`` must be escaped.

    See GitHub Flavored Markdown, 4.10. Backslashes in front of a ``|`` are written as code points, since
    renderers differ in what ``\\|`` means.

    Args:
        text: The string.
        longest_word: Characters of a word behind which a browser may begin a new line; 0 for any. A table
            is as wide as its longest words.
    """
    shown = re.sub(r"\\+(?=\|)", lambda match: "<U+005C>" * len(match[0]), printable(text))
    pieces = _pieces(shown, longest_word) if longest_word else (shown,)
    return "<wbr>".join(code_span(piece).replace("|", r"\|") for piece in pieces)


_WIDE = "\u1100"
"""From here on characters count as three: many are as wide as two or more letters, some as wide as ten."""
_STICKY = re.compile(r"[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f]")
"""Characters that belong to the one in front of them."""


def _pieces(text: str, longest: int) -> Iterator[str]:
    """Cut a string so that no word in a piece is longer than `longest`, where possible behind punctuation."""
    start = slash = soft = length = 0
    for index, character in enumerate(text):
        width = 3 if character >= _WIDE else 1
        if character == " ":
            slash, soft, length = start, start, 0
            continue
        if length + width > longest and not _STICKY.match(character):
            cut_at = next((place for place in (slash, soft) if place > start), index)
            yield text[start:cut_at]
            length = sum(3 if other >= _WIDE else 1 for other in text[cut_at:index])
            start = cut_at
        length += width
        if character in "-_":
            soft = index + 1
        elif character == "/":
            slash = index + 1
    yield text[start:]


def code_block(text: str, *, language: str = "") -> str:
    """Return lines as a fenced block of Markdown (CommonMark 0.31.2, 4.5). Each must be safe to print."""
    fence = _fence(text, shortest=3)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(text: str, *, shortest: int) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(shortest, longest + 1)
