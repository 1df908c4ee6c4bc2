"""YAML 1.2: what texts, numbers, words, tags and aliases mean, read fast or with care."""

import io
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from campaignsync.definition import Campaign, to_body
from campaignsync.loader.checking import check
from campaignsync.loader.mistakes import NoYamlError
from campaignsync.loader.survey import survey
from campaignsync.loader.yaml12 import DEEPEST, UnusualError, load
from campaignsync.report.escape import printable
from tests.unit.bodies import Body, bodies


def as_yaml(value: object, *, style: str | None = None) -> str:
    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style = style is not None
    writer.default_style = style
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(value, text)
    return text.getvalue()


def as_quoted_yaml(value: object) -> str:
    """Return YAML between brackets, all of it quoted, and where that isn't enough with tags."""
    return as_yaml(value, style='"')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # The core schema of YAML 1.2.2, section 10.3.2: what a word or number is, and what is none.
        *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[(word, word) for word in ("NO", "no", "yes", "on", "off", "y", "n", "tRUE", "nULL", "none")],
        *[
            ("0", 0),
            ("-0", 0),
            ("+12", 12),
            ("-19", -19),
            ("012", 12),
            ("0o14", 12),
            ("0xC", 12),
            ("0xc", 12),
        ],
        *[
            (word, word)
            for word in ("1_000", "0b11", "0o8", "0xG", "-0x1", "1,000", "17:30", "2025-01-01", "-a", "+")
        ],
        *[("0.", 0.0), (".5", 0.5), ("-0.5", -0.5), ("12e03", 12000.0), ("-2E+05", -200000.0), ("+1.5", 1.5)],
        *[(".inf", math.inf), ("-.Inf", -math.inf), ("+.INF", math.inf), ("1e999", math.inf)],
        *[(word, word) for word in (".", "e3", ".e3", "1e", "1.2.3", "-.nan", ".iNf", "inf", "nan", "١٢")],
        *[("'12'", "12"), ('"true"', "true"), ('""', ""), ("''", "")],
        *[("!!str 12", "12"), ("!!str", ""), ("! 12", "12"), ("!!int 012", 12), ("!!float 3", 3.0)],
        *[
            ("!!null ~", None),
            ("!!bool true", True),
            ("!!seq [1]", [1]),
            ("!!map {a: 1}", {"a": 1}),
            ("! [1]", [1]),
        ],
        *[
            ("!<tag:yaml.org,2002:str> 5", "5"),
            ("!!int '5'", 5),
            ("|\n  a\n  b\n", "a\nb\n"),
            (">-\n  a\n  b\n", "a b"),
        ],
    ],
)
def test_a_value_means_what_yaml_1_2_says(text: str, value: object) -> None:
    document = f"key: {text}\n"
    seen = survey(document)
    assert seen.flaws == ()
    assert seen.value == {"key": value}
    assert type(seen.value["key"]) is type(value)
    if "!" not in document:
        assert load(document) == {"key": value}


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(load("key: .nan")["key"])
    assert math.isnan(survey("key: .NaN").value["key"])


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("!!int 1.5", "!!int"),
        ("!!int true", "!!int"),
        ("!!bool yes", "!!bool"),
        ("!!bool 1", "!!bool"),
        ("!!null x", "!!null"),
        ("!!float x", "!!float"),
        ("!!map [a]", "!!map"),
        ("!!seq {a: 1}", "!!seq"),
        ("!!str [a]", "!!str"),
        ("!!binary aGk=", "!!binary"),
        ("!!timestamp 2025-01-01", "!!timestamp"),
        ("!mine x", "!mine"),
    ],
)
def test_a_tag_that_is_foreign_or_does_not_fit_is_a_flaw(text: str, tag: str) -> None:
    (flaw,) = survey(f"key: {text}\n").flaws
    assert (flaw.loc, flaw.spot) == (("key",), (1, 6))
    assert f"{tag} " in flaw.message or f"{tag}:" in flaw.message


def test_the_parsers_own_handles_can_not_smuggle_a_tag() -> None:
    (flaw,) = survey("%TAG !! tag:evil,2025:\n---\nkey: !!str x\n").flaws
    assert "tag:evil,2025:str has no meaning" in flaw.message


def test_an_alias_is_its_anchors_value_and_the_last_anchor_of_a_name_wins() -> None:
    text = "a: &x 1\nb: &x [2, 3]\nc: *x\n"
    assert survey(text).value == {"a": 1, "b": [2, 3], "c": [2, 3]}
    assert survey("a: &x key\n*x : 1\n").value == {"a": "key", "key": 1}


@pytest.mark.parametrize("text", ["a: &x [1]\n*x : 1\n", "? {a: 1}\n: 1\n", "? [1]\n: 1\n"])
def test_a_list_or_mapping_is_no_key(text: str) -> None:
    with pytest.raises(UnusualError):
        load(text)
    with pytest.raises(NoYamlError, match="can't be a key"):
        survey(text)


def test_what_is_rare_is_left_to_the_careful_reader() -> None:
    for text in ("a: &x 1\nb: *x\n", "a: !!str 1\n", "%YAML 1.2\n---\na: 1\n"):
        with pytest.raises(UnusualError):
            load(text)
        assert survey(text).flaws == ()


@pytest.mark.parametrize(
    "text", ["a: Call now! R&D\n", "a: Terms & conditions\n", "a: >\n  now!\n  or never &\n"]
)
def test_prose_is_not_rare(text: str) -> None:
    assert load(text) == survey(text).value


def test_lists_as_deep_as_allowed_are_read_and_one_deeper_is_not() -> None:
    deep = "[" * DEEPEST + "]" * DEEPEST
    assert load(deep) == survey(deep).value
    for read in (load, survey):
        with pytest.raises((UnusualError, NoYamlError)):
            read(f"[{deep}]")


def test_places_are_those_of_the_text() -> None:
    seen = survey('a: 1\n"b":\n  - x\n  - {c: &v y, d: *v}\n  -\n    e: |\n      z\n')
    assert seen.keys == {
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", 1, "c"): (4, 6),
        ("b", 1, "d"): (4, 15),
        ("b", 2, "e"): (6, 5),
    }
    assert seen.values == {
        (): (1, 1),
        ("a",): (1, 4),
        ("b",): (3, 3),
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "c"): (4, 9),
        ("b", 1, "d"): (4, 18),
        ("b", 2): (6, 5),
        ("b", 2, "e"): (6, 8),
    }


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aeno-+.01: \n\"'#é🔔", max_size=12)
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abN~ :-", min_size=1, max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abNO~ :-1é", max_size=6), _VALUES, max_size=5))
def test_both_readers_read_what_was_written(value: dict[str, Any]) -> None:
    for text in (as_yaml(value), json.dumps(value, ensure_ascii=False)):
        assert survey(text).value == value
        assert read(text) in (value, UnusualError)
    assert survey(as_quoted_yaml(value)).value == value


def read(text: str) -> object:
    try:
        return load(text)
    except UnusualError:
        return UnusualError


_TOKENS = (
    "a",
    "b:",
    "1",
    "true",
    "-",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "#",
    "|",
    ">",
    "?",
    "\n",
    "\n ",
    "\t",
)
_RARE = ("*x", "&x", "!", "!!int", "%", "---", "...", "<<")


@given(st.lists(st.sampled_from([*_TOKENS, *_RARE]), max_size=14))
@example(["a", ":", "1"])
def test_no_text_is_read_in_two_ways(tokens: list[str]) -> None:
    """Whatever the fast reader reads, the careful one reads to the same value and finds nothing wrong."""
    text = " ".join(tokens)
    value = read(text)
    if value is not UnusualError:
        seen = survey(text)
        assert seen.value == value
        assert seen.flaws == ()


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
)
def test_no_text_is_more_than_a_flaw(text: str) -> None:
    """Any text at all is refused with problems that have a place in it; nothing else is ever raised."""
    found = check(text.encode(), source="x.yaml")
    assert not isinstance(found, Campaign)
    assert found.problems
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in found.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1
        assert printable(problem.message) == problem.message


@given(st.binary(max_size=40))
def test_no_bytes_are_more_than_a_flaw(content: bytes) -> None:
    found = check(content, source="x.yaml")
    assert not isinstance(found, Campaign)
    assert found.problems


@given(bodies())
def test_a_valid_body_written_as_yaml_or_json_is_sent_as_it_was(body: Body) -> None:
    for text in (json.dumps(body, ensure_ascii=False), as_yaml(body), as_quoted_yaml(body)):
        found = check(text.encode(), source="x.yaml")
        assert isinstance(found, Campaign)
        assert to_body(found) == body
