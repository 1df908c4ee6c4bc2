"""Which texts are ordinary, and what they say: each here is read by the careful reader, too."""

import pytest

from campaignsync.loader.ordinary import LONGEST, WIDEST_MARGIN, read
from campaignsync.loader.survey import survey


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: b\n", {"a": "b"}),
        (
            "a: NO\nb: 012\nc: 1e3\nd: true\ne: null\nf: 0x1F\n",
            {"a": "NO", "b": 12, "c": 1e3, "d": True, "e": None, "f": 31},
        ),
        ("a: \"'1'\"\nb: '\"'\nc: ''\n", {"a": "'1'", "b": '"', "c": ""}),
        ("a:\nb:  # note\n", {"a": None, "b": None}),
        ("# note\n\na:  b c   # note\n  # note\nd: e\n\n", {"a": "b c", "d": "e"}),
        ("a:\n  b:\n      c: d\n  e: f\ng: h\n", {"a": {"b": {"c": "d"}, "e": "f"}, "g": "h"}),
        ("a:\n- b\n-  c\nd:\n  - e\n", {"a": ["b", "c"], "d": ["e"]}),
        ("a:\n  - b: c\n    d:\n    - e\n  - f:\n  - g\n", {"a": [{"b": "c", "d": ["e"]}, {"f": None}, "g"]}),
        ("a: {b: c d, e: '1',  f:  \"{,\" }\n", {"a": {"b": "c d", "e": "1", "f": "{,"}}),
        ("a:\n  - {b: 1}\n  - {b: 1}\n", {"a": [{"b": 1}, {"b": 1}]}),
        ("a: 17:30\nb: 9:00 AM  # note\nc: d :e\n", {"a": "17:30", "b": "9:00 AM", "c": "d :e"}),
        ("a: [b]\nc: [ d e, '1' ,2]  # note\nf:\n- [g]\n", {"a": ["b"], "c": ["d e", "1", 2], "f": [["g"]]}),
        ("a: >-  # note\n  b: c\n  # d  \nb: e\n", {"a": "b: c # d  ", "b": "e"}),
        ("a: >\n    b\n    - c\n\n\n# d\n", {"a": "b - c\n"}),
        ("a: |\n b\n c\n", {"a": "b\nc\n"}),
        ("a: |-\n  b\n  c\n", {"a": "b\nc"}),
        ("a:\n  - b: >-\n      c\n    d: e\n", {"a": [{"b": "c", "d": "e"}]}),
        ("a: Été 東 🔔\n", {"a": "Été 東 🔔"}),
        ("a: now! R&D, 5 % & more - [x] {y} @ home?\n", {"a": "now! R&D, 5 % & more - [x] {y} @ home?"}),
    ],
)
def test_an_ordinary_text_is_read_as_the_careful_reader_reads_it(text: str, value: object) -> None:
    assert repr(read(text)) == repr(value) == repr(survey(text).value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "\n",
            "# note\n",
            "a: b",
            "a\n",
            "- a\n",
            " a: b\n",
            "a : b\n",
            "a:b\n",
            "-a: b\n",
            '"a": b\n',
            "é: b\n",
        ),
        *(
            "a: b: c\n",
            "a: b#c\n",
            "a: +1\n",
            "a: -1\n",
            "a: .5\n",
            "a: ~\n",
            "a: @b\n",
            "a: - b\n",
        ),
        *(
            "a: 'it''s'\n",
            'a: "\\n"\n',
            "a: 'b\n",
            "a: 'b' c\n",
            "a: 'b\n  c'\n",
            f"a: {'1' * 301}\n",
            "a: &b c\n",
        ),
        *(
            "a: b\n  c\n",
            "a: b\n  c: d\n",
            "a: b\n  - c\n",
            "a:\n  - b\n c: d\n",
            "a:\n  b: c\n d: e\n",
            "a: *b\n",
        ),
        *(
            "a: b\na: c\n",
            "true: b\n",
            "null: b\n",
            "a:\n  b: c\n  b: d\n",
            "a: {b: c, b: d}\n",
            "a: {true: b}\n",
        ),
        *(
            "a: 17:\n",
            "a: b::\n",
            "a: []\n",
            "a: [b\n",
            "a: [b] c\n",
            "a: [b,]\n",
            "a: [b, , c]\n",
            "a: [b: c]\n",
            "a: [9:00]\n",
            "a: [[b]]\n",
            "a: [{b: c}]\n",
            "a: ['b'c]\n",
            "a: {}\n",
            "a: {b}\n",
            "a: {b: }\n",
            "a: {b: c,}\n",
            "a: {b: {c: d}}\n",
            "a: {b: c\n",
        ),
        *(
            "a: {b: c}}\n",
            "a: {b: 9:00}\n",
            "a: {b: c?}\n",
            "a: {b: c?d}\n",
            "a: {b: [c]}\n",
            "a: {b:c}\n",
            "a: {b: c} d\n",
            "a: ! b\n",
        ),
        *(
            "a: >+\n  b\n",
            "a: >2\n  b\n",
            "a: >\n",
            "a: >\nb: c\n",
            "a: >\n\n  b\n",
            "a: >\n  b\n\n  c\n",
            "a: |\n  b\n   c\n",
        ),
        *(
            "a: |\n  b\n c\n",
            "a: |\n  b\n   \n",
            "a: |\n  b\n\n  # c\n",
            "a: |\n  b\n \n  # c\n",
            "a: |\n  b\n# c\n  d\n",
            "a:\n  - >-\n    b\n",
            "a: |\n b",
        ),
        *(
            "a:\tb\n",
            "a: b\tc\n",
            "a: b\r\n",
            "a: b\x85\n",
            "a: b\xa0c\n",
            "a: \u2028\n",
            "\ufeffa: b\n",
            "a: \x00\n",
        ),
        *(
            "a:\n  -\n",
            "a:\n  - - b\n",
            "a:\n  - b:\n   - c\n",
            "? a\n: b\n",
            "<<: b\n",
            "---\na: b\n",
            "a: b\n---\n",
        ),
        *(
            "a: b\n...\n",
            "%YAML 1.2\n",
            f"a: {'b' * LONGEST}\n",
            f"a:\n{' ' * (WIDEST_MARGIN + 1)}b: c\n",
            f"{'a' * 65}: b\n",
        ),
    ],
)
def test_all_else_is_left_to_others(text: str) -> None:
    assert read(text) is None


def test_what_two_texts_share_is_not_one_object() -> None:
    text = "a: {b: c}\nd: [e]\n"
    first = read(text)
    assert first is not None
    first["a"]["b"] = "f"
    first["d"].append("f")
    assert read(text) == {"a": {"b": "c"}, "d": ["e"]}


def test_the_deepest_ordinary_text_is_not_too_deep_for_the_careful_reader() -> None:
    keys = [f"{' ' * column}a:" for column in range(WIDEST_MARGIN + 1)]
    text = "\n".join([*keys, f"{' ' * WIDEST_MARGIN}- a: {{b: c}}", ""])
    assert read(text) == survey(text).value
    assert text.count("a:") == WIDEST_MARGIN + 2
