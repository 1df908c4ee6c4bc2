"""Bad definitions: texts that are no YAML, or YAML that no definition may hold."""

import codecs

from tests.integration.bad_case import GOOD, OTHER, Case, Expected, edit, text, write


def _utf16(marked: str) -> bytes:
    return codecs.BOM_UTF16_LE + marked.encode("utf-16-le")


def _bom(marked: str) -> bytes:
    return codecs.BOM_UTF8 + marked.encode()


def _crlf(marked: str) -> bytes:
    return marked.replace("\n", "\r\n").encode()


def _latin1(marked: str) -> bytes:
    return marked.encode("latin-1")


def _latin1_crlf(marked: str) -> bytes:
    return _latin1(marked.replace("\n", "\r\n"))


_INDENTED = GOOD.replace("\n", "\n  ").rstrip(" ")
_SHORT_RING = edit("maxRingTime: 30", "maxRingTime: §3")
_RING = ("dialingStrategy.maxRingTime", "3 is less than 5 (seconds)")

_DOCUMENTS = (
    text("an empty file", "§", ("", "the file is empty")),
    text("only a comment", "§# name: X\n", ("", "the file is empty")),
    text("an empty document", "---\n§", ("", "has no value: a mapping of keys such as name")),
    text("two documents", f"{GOOD}§---\n{OTHER}", ("", "a second document begins here")),
    text("a second, empty document", f"{GOOD}§---\n", ("", "a second document begins here")),
    text("more after the end", f"{GOOD}...\n§{OTHER}", ("", "a second document begins here")),
    text("a list at the top", f"§- {_INDENTED}", ("", "a list is not a mapping of keys")),
    text("a text at the top", "§hello\n", ("", '"hello" is not a mapping of keys')),
    text("no space after a colon", "§name:X\n", ("", '"name:X" is not a mapping of keys')),
    text("YAML 1.1", f"§%YAML 1.1\n---\n{GOOD}", ("", "remove the %YAML line")),
    text("YAML 2.0", f"§%YAML 2.0\n---\n{GOOD}", ("", "remove the %YAML line")),
)

_SYNTAX = (
    text("a tab as indentation", edit("  callerId", "§\tcallerId"), ("", "a tab can't indent: use spaces")),
    text(
        "a line too far left", edit("  - Spring - Wrote", " §- Spring - Wrote"), ("", "check its indentation")
    ),
    text("a line too far right", edit("priority: 3", "  §priority: 3"), ("", "check its indentation")),
    text("a colon in a text", edit("Calls those", "Calls§: those"), ("", "quote a value that contains one")),
    text(
        "a quote that stays open",
        f'{GOOD}campaignType: §"voice\n',
        ("", "the quote that opens here is not closed"),
    ),
    text(
        "text after a quote",
        edit("name: Spring Offer", "name: 'Spring' §Offer"),
        ("", "write '' for the quote itself"),
    ),
    text("a bracket that stays open", f"{GOOD}contactLists: §[A, B\n", ("", "the `[` here is not closed")),
    text("a brace that stays open", f"{GOOD}schedule: §{{a: b\n", ("", "the `{` here is not closed")),
    text("nothing after a brace", f"{GOOD}schedule: {{a: §", ("", "a value is missing here")),
    text("a time between braces", f"{GOOD}schedule: {{start: 9§:00 AM}}\n", ("", "must be quoted")),
    text("a key without colon", f"{GOOD}§campaignType\n", ("", "a key without `:` after it")),
    text(
        "an at sign first",
        edit("name: Spring", "name: §@Spring"),
        ("", "a value can't begin with @: quote it"),
    ),
    text(
        "a list after a key", edit("name: Spring Offer", "name: §- Spring"), ("", "a list can't begin here")
    ),
    text("no such escape", edit("name: Spring Offer", 'name: "Spring §\\Offer"'), ("", "no such escape")),
    text(
        "half a character, escaped",
        edit("name: Spring Offer", 'name: "\\u§d83d\\ude00"'),
        ("", "write the character itself"),
    ),
    text("a template", edit("name: Spring Offer", "name: {§{ name }}"), ("", "can't be a key")),
    text("a list as key", f"{GOOD}? §[a]\n: b\n", ("", "can't be a key")),
    text(
        "a merge conflict",
        f"§<<<<<<< HEAD\nname: A\n=======\nname: B\n>>>>>>> x\n{GOOD}",
        ("", "a merge conflict: keep one side"),
    ),
)

_TAGS = (
    text(
        "a tag of Python",
        edit("name: Spring Offer", "name: §!!python/object/apply:os.system [id]"),
        ("name", "the tag !!python/object/apply:os.system has no meaning"),
    ),
    text(
        "a tag of nobody", edit("name: Spring", "name: §!secret Spring"), ("name", "the tag !secret has no")
    ),
    text(
        "a tag that doesn't fit",
        edit("maxRingTime: 30", "maxRingTime: §!!int thirty"),
        ("dialingStrategy.maxRingTime", "the value doesn't fit the tag !!int"),
    ),
    text(
        "a text by its tag",
        edit("maxRingTime: 30", "maxRingTime: §!!str 30"),
        (
            "dialingStrategy.maxRingTime",
            '"30" is not a whole number from 5 to 120 (seconds): remove the quotes',
        ),
    ),
    text(
        "an ordered map",
        f"{GOOD}schedule: §!!omap []\n",
        ("schedule", "the tag !!omap has no meaning"),
    ),
)

_ALIASES = (
    text(
        "an alias for nothing", edit("name: Spring Offer", "name: §*offer"), ("", "*offer refers to nothing")
    ),
    text(
        "an alias within itself",
        f"{GOOD}schedule: &a [§*a]\n",
        ("", "*a refers to a value that it is part of"),
    ),
    text(
        "an alias bomb",
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
        "d: &d [*c, *c, *c, *c, *c, *c, *c, §*c, *c, *c]\n"
        "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
        "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n"
        "g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n",
        ("", "the aliases of this file expand to more than 10,000 values"),
    ),
    text(
        "a wrong value, by its alias",
        edit(
            "maxRingTime: 30",
            "maxRingTime: §*ring",
            edit("defaultRetryPeriod: 10", "defaultRetryPeriod: &ring 300"),
        ),
        ("dialingStrategy.maxRingTime", "300 is more than 120 (seconds)"),
    ),
    text(
        "a wrong value within an alias",
        edit(
            '- {day: MO, start: "9:00 AM", end: "6:00 PM"}',
            '- &week {day: SO, start: "9:00 AM", end: "6:00 PM"}\n      - §*week',
        ).replace("day: SO", "day: §SO"),
        ("dialingStrategy.callingHours.days[0].day", "is not one of MO"),
        ("dialingStrategy.callingHours.days[1].day", "is not one of MO"),
    ),
)

_SIZES = (
    text("lists 33 deep", f"{GOOD}schedule: {'[' * 31}§[{']' * 32}\n", ("", "more than 32 deep")),
    text("lists 100,000 deep", f"schedule: {'[' * 31}§{'[' * 100_000}", ("", "more than 32 deep")),
    Case(
        name="10,000 values",
        lay_out=write(b"contactLists:\n" + b"- x\n" * 10_000),
        expected=(Expected(line=9997, column=3, fragment="more than 10,000 values in one file"),),
    ),
    Case(
        name="a byte over 1 MiB",
        lay_out=write(GOOD.encode() + b"#" * (1024 * 1024 + 1 - len(GOOD))),
        expected=(Expected(fragment="holds 1,048,577 bytes, which is more than 1,048,576 (1 MiB)"),),
    ),
)

_ENCODINGS = (
    text("Latin-1", edit("name: Spring", "name: Caf§é"), ("", "the byte 0xe9 is not UTF-8"), encode=_latin1),
    text("UTF-16", f"§{GOOD}", ("", "the file is UTF-16: save it as UTF-8"), encode=_utf16),
    text("a NUL", edit("name: Spring", "name: Sp§\0ring"), ("", "the invisible character <U+0000>")),
    text("a bell, after an emoji", edit("name: Spring", "name: \U0001f514§\a"), ("", "<U+0007>")),
    text("a mark of order in the middle", edit("name: Spring", "name: §\ufeffSpring"), ("", "<U+FEFF>")),
    text("a line break of another kind", edit("name: Spring ", "name: Spring§\u2028"), ("", "<U+2028>")),
    text("after a mark of order", f"{_SHORT_RING}", _RING, encode=_bom),
    text("a mark of order, at the first key", f"§titel: X\n{GOOD}", ("titel", "unknown key"), encode=_bom),
    text("lines that end with CR LF", _SHORT_RING, _RING, encode=_crlf),
    text(
        "lines that end with CR",
        _SHORT_RING,
        _RING,
        encode=lambda marked: marked.replace("\n", "\r").encode(),
    ),
    text(
        "Latin-1 after CR LF",
        edit("queue_name: Default", "queue_name: Caf§é"),
        ("", "0xe9"),
        encode=_latin1_crlf,
    ),
    text("after letters of two bytes", edit("Spring Offer", "Été Δ", _SHORT_RING), _RING),
    text(
        "after an emoji on its line",
        edit("{day: MO, ", "{§\U0001f514: x, day: §MON, "),
        ("dialingStrategy.callingHours.days[0].\U0001f514", "unknown key; known here: day, start, end"),
        ("dialingStrategy.callingHours.days[0].day", "is not one of MO"),
    ),
)

YAML = (*_DOCUMENTS, *_SYNTAX, *_TAGS, *_ALIASES, *_SIZES, *_ENCODINGS)
"""All of them."""
