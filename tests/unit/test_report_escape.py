"""Foreign text is shown, and does nothing."""

import json
import shlex
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from campaignsync.text import (
    annotation_data,
    annotation_property,
    code_block,
    code_span,
    cut,
    html_code,
    json_text,
    printable,
    shell_word,
    table_code,
)
from tests.unit.report_samples import HOSTILE

# Any text, and more often than by chance the characters that mean something somewhere.
TEXT = st.text(
    st.sampled_from("`|\\ <&*_:#[%\n\r\x1b\u202e\u200d\ufe0f\u3164a\u2764") | st.characters(), max_size=12
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Billing Reminder", "Billing Reminder"),
        ("", ""),
        (
            "M\u00fcnchen \u5317\u4eac \u05d0\u05d1 \U0001f4b8",
            "M\u00fcnchen \u5317\u4eac \u05d0\u05d1 \U0001f4b8",
        ),
        ("a\nb\r\tc\x00", "a<U+000A>b<U+000D><U+0009>c<U+0000>"),
        ("\x1b[31m\x9b1m\x7f", "<U+001B>[31m<U+009B>1m<U+007F>"),
        ("\u202eab\u202c\u2066\u200f", "<U+202E>ab<U+202C><U+2066><U+200F>"),
        ("a\u2028b\u2029c\x85d", "a<U+2028>b<U+2029>c<U+0085>d"),
        ("a\u200bb\u00adc\ufeffd\u3164", "a<U+200B>b<U+00AD>c<U+FEFF>d<U+3164>"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        # Joiners and presentation selectors, where they belong and where they only hide.
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("a\u200db\u200c", "a<U+200D>b<U+200C>"),
        ("\u0915\u200d\u200d\u0937", "\u0915<U+200D><U+200D>\u0937"),
        ("\u0915\u200d\u202e", "\u0915<U+200D><U+202E>"),
        ("a\ufe0f", "a<U+FE0F>"),
        # Commands of GitHub's workflows: at the start of a line, and the old ones anywhere.
        ("::error::a", "<U+003A>:error::a"),
        ("\u00a0 ::error::a", "\u00a0 <U+003A>:error::a"),
        ("a::error::b", "a::error::b"),
        ("a ##[error]b ##[c", "a ##<U+005B>error]b ##<U+005B>c"),
        ("#\u200b#[error]", "#<U+200B>#[error]"),
    ],
)
def test_printable_shows_what_a_text_holds(text: str, shown: str) -> None:
    assert ascii(printable(text)) == ascii(shown)


@given(TEXT)
def test_what_is_printable_is_one_line_without_controls_or_commands(text: str) -> None:
    shown = printable(text)
    assert {unicodedata.category(character) for character in shown}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")
    assert printable(shown) == shown


@given(
    st.recursive(
        TEXT | st.integers() | st.none(), lambda values: st.lists(values) | st.dictionaries(TEXT, values)
    )
)
def test_json_can_be_read_back_and_is_printable(value: object) -> None:
    for indent in (None, 2):
        text = json_text(value, indent=indent)
        assert json.loads(text) == value
        assert [printable(line) for line in text.split("\n")] == text.split("\n")


def test_json_keeps_letters_of_all_scripts_and_escapes_what_is_hidden() -> None:
    assert json_text(["M\u00fcnchen \u5317"]) == '["M\u00fcnchen \u5317"]'
    assert json_text("\x7f\x85\ud800\U000e0041") == r'"\u007f\u0085\ud800\udb40\udc41"'


@given(TEXT)
def test_a_shell_reads_a_word_as_the_text(text: str) -> None:
    word = shell_word(text)
    assert printable(word) == word
    if printable(text) == text:
        assert shlex.split(word) == [text]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("it's $HOME", r"'it'\''s $HOME'"),
        ("a\n'\\\u202eb", r"$'a\U0000000a\'\\\U0000202eb'"),
        ("##[error]1", r"$'##\x5berror]1'"),
    ],
)
def test_a_shell_word_is_quoted(text: str, word: str) -> None:
    assert shell_word(text) == word


def test_cut_counts_what_it_leaves_out() -> None:
    assert (cut("abcdef", 6), cut("abcdef", 4)) == ("abcdef", "abcd\u2026 (+2 characters)")


def test_annotations_are_escaped_as_githubs_toolkit_does() -> None:
    text = "a%0A,b:c\r\nd"
    assert (annotation_data(text), annotation_property(text)) == (
        "a%250A,b:c%0D%0Ad",
        "a%250A%2Cb%3Ac%0D%0Ad",
    )


def test_annotations_hold_no_control_characters() -> None:
    assert annotation_data("\x1b\u202e##[") == "<U+001B><U+202E>##<U+005B>"


def inline(markdown: str) -> list[Token]:
    """Return the parts of the only cell or paragraph that isn't empty."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    (children,) = (token.children for token in tokens if token.type == "inline" and token.content)
    assert children is not None
    return children


@given(TEXT)
def test_a_code_span_is_code_and_nothing_else(text: str) -> None:
    before, code, after = inline(f"x{code_span(text)}x") if text else inline("x`a`x")
    assert (before.content, code.type, after.content) == ("x", "code_inline", "x")
    assert code.content == (printable(text) or "a")


@given(TEXT.filter(lambda text: "\\|" not in text and text != ""))
def test_a_tables_code_is_code_and_nothing_else(text: str) -> None:
    (code,) = inline(f"| |\n|---|\n| {table_code(text)} |\n")
    assert (code.type, code.content) == ("code_inline", printable(text))


@pytest.mark.parametrize("text", ["\\|@a", "\\\\|@a", "`\\|`@a", "|\\"])
def test_backslashes_before_a_pipe_dont_end_a_cell(text: str) -> None:
    (code,) = inline(f"| |\n|---|\n| {table_code(text)} |\n")
    assert code.type == "code_inline"
    assert code.content.replace("<U+005C>", "\\") == text
    # cmark-gfm, GitHub's own, takes two backslashes for one that is escaped, and the pipe for the cell's end.
    assert "\\\\|" not in table_code(text)


def test_nothing_is_shown_as_nothing() -> None:
    assert (code_span(""), table_code("")) == ("*(empty)*", "*(empty)*")


@pytest.mark.parametrize("text", HOSTILE)
def test_html_code_has_no_tag_but_its_own(text: str) -> None:
    shown = html_code(text)
    assert (shown.count("<"), shown[:6], shown[-7:]) == (2, "<code>", "</code>")


@pytest.mark.parametrize("text", ["a", "```", "~~~\n````\n```", "</details>"])
def test_a_code_block_ends_at_its_end(text: str) -> None:
    (fence,) = MarkdownIt("commonmark").parse(code_block(text, language="text"))
    assert (fence.type, fence.info, fence.content) == ("fence", "text", f"{text}\n")


@given(TEXT.filter(lambda text: "\\|" not in text and text != ""), st.integers(3, 20))
def test_a_long_word_may_be_broken_and_nothing_is_lost(text: str, longest: int) -> None:
    cell = table_code(text, longest_word=longest)
    pieces = [token for token in inline(f"| |\n|---|\n| {cell} |\n") if token.content != "<wbr>"]
    assert {token.type for token in pieces} == {"code_inline"}
    # A piece that only begins as a workflow's command is written out, too.
    assert "".join(token.content for token in pieces).replace("<U+003A>", ":") == printable(text).replace(
        "<U+003A>", ":"
    )


def test_a_word_is_broken_behind_its_slashes_and_dashes_where_it_has_any() -> None:
    assert table_code("campaigns/emea/billing-reminder.yaml", longest_word=14) == (
        "`campaigns/`<wbr>`emea/`<wbr>`billing-`<wbr>`reminder.yaml`"
    )
    assert table_code("a" * 20, longest_word=14) == f"`{'a' * 14}`<wbr>`{'a' * 6}`"
    assert table_code("one two three four", longest_word=5) == "`one two three four`"
    # Characters that are as wide as several letters count as several.
    assert table_code("\u4e00" * 6, longest_word=14) == "`\u4e00\u4e00\u4e00\u4e00`<wbr>`\u4e00\u4e00`"
