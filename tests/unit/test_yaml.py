"""YAML 1.2: what strings, numbers, words, tags and aliases mean, and where each of them is."""

import io
import json
import math
import re
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from campaignsync.definitions.validation import Invalid, Valid, check
from campaignsync.definitions.yaml import DEEPEST, LONGEST_NUMBER, read
from campaignsync.definitions.yaml_errors import ParseError
from campaignsync.text import printable
from tests.unit.bodies import Body, bodies

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
"""YAML 1.2.2, section 10.3.2. Without a sign in its exponent the writer takes it for no number."""


class _Writer(SafeRepresenter):
    def represent_str(self, data: str) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, '"' if _FLOAT.fullmatch(data) else None)


_Writer.add_representer(str, _Writer.represent_str)


def as_yaml(value: object, *, style: str | None = None) -> str:
    writer: Any = YAML(typ="safe", pure=True)
    writer.Representer = _Writer
    writer.default_flow_style = style is not None
    writer.default_style = style
    writer.allow_unicode = True
    # The writer folds some long texts into others: a tab before a word at the edge gains a space.
    writer.width = sys.maxsize
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
    document = read(f"key: {text}\n")
    assert (document.value, document.flaws) == ({"key": value}, [])
    assert type(document.value["key"]) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(read("key: .nan").value["key"])
    assert math.isnan(read("key: .NaN").value["key"])


@pytest.mark.parametrize("number", ["1" * LONGEST_NUMBER, f"0x{'f' * (LONGEST_NUMBER - 2)}"])
def test_a_number_that_is_too_long_is_a_flaw(number: str) -> None:
    assert read(f"key: {number}\n").flaws == []
    ((loc, _, message),) = read(f"key: {number}1\n").flaws
    assert loc == ("key",)
    assert message == "a number of 301 characters is longer than any key takes"


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
    ((loc, place, message),) = read(f"key: {text}\n").flaws
    assert (loc, place) == (("key",), (1, 6))
    assert f"{tag} " in message or f"{tag}:" in message


def test_the_parsers_own_handles_can_not_smuggle_a_tag() -> None:
    ((_, _, message),) = read("%TAG !! tag:evil,2025:\n---\nkey: !!str x\n").flaws
    assert "tag:evil,2025:str has no meaning" in message


def test_an_alias_is_its_anchors_value_and_the_last_anchor_of_a_name_wins() -> None:
    text = "a: &x 1\nb: &x [2, 3]\nc: *x\n"
    assert read(text).value == {"a": 1, "b": [2, 3], "c": [2, 3]}
    assert read("a: &x key\n*x : 1\n").value == {"a": "key", "key": 1}


@pytest.mark.parametrize("text", ["a: &x [1]\n*x : 1\n", "? {a: 1}\n: 1\n", "? [1]\n: 1\n"])
def test_a_list_or_mapping_can_not_be_a_key(text: str) -> None:
    with pytest.raises(ParseError, match="can't be a key"):
        read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: \"'1'\"\nb: '\"'\nc: ''\n", {"a": "'1'", "b": '"', "c": ""}),
        ("a:\nb:  # note\n", {"a": None, "b": None}),
        ("# note\n\na:  b c   # note\n  # note\nd: e\n\n", {"a": "b c", "d": "e"}),
        ("a:\n  b:\n      c: d\n  e: f\ng: h\n", {"a": {"b": {"c": "d"}, "e": "f"}, "g": "h"}),
        ("a:\n- b\n-  c\nd:\n  - e\n", {"a": ["b", "c"], "d": ["e"]}),
        ("a:\n  - b: c\n    d:\n    - e\n  - f:\n  - g\n", {"a": [{"b": "c", "d": ["e"]}, {"f": None}, "g"]}),
        ("a: {b: c d, e: '1',  f:  \"{,\" }\n", {"a": {"b": "c d", "e": "1", "f": "{,"}}),
        ("a: 17:30\nb: 9:00 AM  # note\nc: d :e\n", {"a": "17:30", "b": "9:00 AM", "c": "d :e"}),
        ("a: [b]\nc: [ d e, '1' ,2]  # note\nf:\n- [g]\n", {"a": ["b"], "c": ["d e", "1", 2], "f": [["g"]]}),
        ("a: >-  # note\n  b: c\n  # d  \nb: e\n", {"a": "b: c # d  ", "b": "e"}),
        ("a: >\n    b\n    - c\n\n\n# d\n", {"a": "b - c\n"}),
        ("a: |\n b\n c\n", {"a": "b\nc\n"}),
        ("a:\n  - b: >-\n      c\n    d: e\n", {"a": [{"b": "c", "d": "e"}]}),
        ("a: now! R&D, 5 % & more - [x] {y} @ home?\n", {"a": "now! R&D, 5 % & more - [x] {y} @ home?"}),
        ("a: >\n  now!\n  or never &\n", {"a": "now! or never &\n"}),
        ("%YAML 1.2\n---\na: 1\n", {"a": 1}),
    ],
)
def test_a_definition_may_be_laid_out_in_many_ways(text: str, value: object) -> None:
    document = read(text)
    assert (document.value, document.flaws) == (value, [])


def test_lists_as_deep_as_allowed_are_read_and_one_deeper_is_not() -> None:
    deep = "[" * DEEPEST + "]" * DEEPEST
    assert read(deep).flaws == []
    with pytest.raises(ParseError, match="more than 32 deep"):
        read(f"[{deep}]")


def test_places_are_those_of_the_text() -> None:
    document = read('a: 1\n"b":\n  - x\n  - {c: &v y, d: *v}\n  -\n    e: |\n      z\n')
    keys = [("a",), ("b",), ("b", 1, "c"), ("b", 1, "d"), ("b", 2, "e")]
    assert [document.place(loc, is_key=True) for loc in keys] == [(1, 1), (2, 1), (4, 6), (4, 15), (6, 5)]
    values = [(), ("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c"), ("b", 1, "d"), ("b", 2), ("b", 2, "e")]
    places = [(1, 1), (1, 4), (3, 3), (3, 5), (4, 5), (4, 9), (4, 18), (6, 5), (6, 8)]
    assert [document.place(loc) for loc in values] == places


def test_what_has_no_place_of_its_own_is_where_the_values_around_it_are() -> None:
    document = read("a: &x {b: {c: 1}}\nd: *x\n")
    assert document.place(("a", "b", "missing")) == (1, 11)
    assert document.place(("d", "b", "c")) == (2, 4)


@pytest.mark.parametrize("second", ["{}", "&x {}", "[]"])
def test_nothing_is_found_in_the_first_of_two_values_of_one_key(second: str) -> None:
    document = read(f"a: {{b: 1}}\na: {second}\n")
    assert document.flaws == [(("a",), (2, 1), "duplicate key: it is already on line 1")]
    assert document.place(("a", "b")) == (2, 4)


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
@example({"": ".0e0", "a": ["1e1", ".e0"]})
def test_what_was_written_is_read(value: dict[str, Any]) -> None:
    for text in (as_yaml(value), json.dumps(value, ensure_ascii=False), as_quoted_yaml(value)):
        assert read(text).value == value


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
)
def test_no_text_is_more_than_a_flaw(text: str) -> None:
    """Any text at all is refused with problems that have a place in it; nothing else is ever raised."""
    found = check(text.encode(), source="x.yaml")
    assert isinstance(found, Invalid)
    assert found.problems
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in found.problems:
        assert 1 <= problem.line <= len(lines)
        assert problem.column >= 1
        assert printable(problem.message) == problem.message


@given(st.binary(max_size=40))
def test_no_bytes_are_more_than_a_flaw(content: bytes) -> None:
    found = check(content, source="x.yaml")
    assert isinstance(found, Invalid)
    assert found.problems


@given(bodies())
def test_a_valid_body_written_as_yaml_or_json_is_sent_as_it_was(body: Body) -> None:
    for text in (json.dumps(body, ensure_ascii=False), as_yaml(body), as_quoted_yaml(body)):
        found = check(text.encode(), source="x.yaml")
        assert isinstance(found, Valid)
        assert found.body == body
