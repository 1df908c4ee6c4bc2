"""Reading a state by its looks: whatever the bytes, it tells the same as parsing it with care."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignsync.errors import StateError
from campaignsync.state import Record, Renderer, State, parse, parse_bytes, render
from campaignsync.state import parsing as careful
from campaignsync.state.layout import RECORD
from tests.unit.bodies import bodies, sample
from tests.unit.test_state import DAMAGES, claim, record, state, states

ORDINARY = state(*(record(f"Campaign {number}", f"cd-{number}", sample()) for number in range(4)))

Told = State | tuple[str, str] | int
"""A state, an error's message and hint, or the first byte that is no UTF-8."""


def render_bytes(state: State) -> bytes:
    return b"".join(Renderer().pieces(state))


def told(read: Callable[[bytes], State], data: bytes) -> Told:
    try:
        return read(data)
    except UnicodeDecodeError as error:
        return error.start
    except StateError as error:
        return error.message, error.hint


def by_looks(data: bytes) -> Told:
    return told(lambda given: parse_bytes(given, where="state"), data)


def with_care(data: bytes) -> Told:
    return told(lambda given: careful.parse(given.decode(), where="state"), data)


def assert_alike(data: bytes) -> None:
    """Demand the same of both, also the types within the definitions, which equality doesn't tell apart."""
    fast, slow = by_looks(data), with_care(data)
    assert fast == slow
    if isinstance(fast, State) and isinstance(slow, State):
        assert render_bytes(fast) == render(fast).encode() == render(slow).encode()


@given(states)
def test_every_state_is_read_alike(original: State) -> None:
    assert_alike(render_bytes(original))


@given(st.lists(bodies(), min_size=2, max_size=4), st.integers(0, 1))
def test_states_of_real_bodies_are_read_alike_and_survive(
    definitions: list[dict[str, object]], sends: int
) -> None:
    records = [
        replace(record(f"Grüße {number}", f"cd-{number}", body), sends=sends * number)
        for number, body in enumerate(definitions)
    ]
    data = render_bytes(state(*records))
    assert_alike(data)
    assert parse_bytes(data, where="state") == state(*records)


MANGLINGS = (
    b'"',
    b"\\",
    b",",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b" ",
    b"\n",
    b"0",
    b"1",
    b"-",
    b".",
    b"e9",
    b"\xff",
)
MORE = (
    b"\x00",
    b"\x1f",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u000a",
    b"\\n",
    b"null",
    b"true",
    b"1e999",
    b"=======\n",
)


@given(st.sampled_from([ORDINARY, state(record(), claim(), record("Z", "cd-2", sample()))]), st.data())
def test_a_state_with_a_few_bytes_changed_is_read_alike(original: State, data: st.DataObject) -> None:
    text = render_bytes(original)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 3))
        text = text[:start] + data.draw(st.sampled_from([b"", *MANGLINGS, *MORE])) + text[end:]
    assert_alike(text)


@given(st.data())
def test_a_state_with_a_line_twice_moved_or_gone_is_read_alike(data: st.DataObject) -> None:
    lines = render_bytes(ORDINARY).splitlines(keepends=True)
    taken = lines[data.draw(st.integers(0, len(lines) - 1))]
    place = data.draw(st.integers(0, len(lines)))
    if data.draw(st.booleans()):
        lines.remove(taken)
    lines[place:place] = [taken] * data.draw(st.integers(0, 2))
    assert_alike(b"".join(lines))


@pytest.mark.parametrize("text", [text for text, _ in DAMAGES.values()], ids=DAMAGES.keys())
def test_a_damage_is_told_alike(text: str) -> None:
    assert_alike(text.encode())


DEFINITION_DAMAGES = {
    "a key twice": ('"maxRingTime": 30', '"maxRingTime": 30, "maxRingTime": 30'),
    "a key of the top twice": ('        "maxSkips": 1,', '        "maxSkips": 1,\n        "maxSkips": 1,'),
    "a key twice in a list": ('"day": "MO"', '"day": "MO", "day": "MO"'),
    "a fraction that is too large": ('"maxRingTime": 30', '"maxRingTime": 1e999'),
    "a number with a nought before it": ('"maxRingTime": 30', '"maxRingTime": 030'),
    "an unclosed text": ('"dialingOrder": "FIFO"', '"dialingOrder": "FIFO'),
    "a raw tabulator": ('"FIFO"', '"FI\tFO"'),
    "an escape that JSON doesn't know": ('"FIFO"', '"FI\\qFO"'),
    "half a surrogate pair": ('"FIFO"', '"\\ud800"'),
    "a comma too many": ('"maxRingTime": 30', '"maxRingTime": 30,'),
}


@pytest.mark.parametrize(("old", "new"), DEFINITION_DAMAGES.values(), ids=DEFINITION_DAMAGES.keys())
def test_a_damage_within_one_of_many_definitions_is_refused(old: str, new: str) -> None:
    before, found, after = render(ORDINARY).rpartition(old)
    assert found
    with pytest.raises(StateError):
        parse(before + new + after, where="state")
    assert_alike((before + new + after).encode())


def test_what_was_written_is_known_by_its_looks_and_not_parsed() -> None:
    first, *others = parse(render(ORDINARY), where="state").records
    assert first.text is None
    assert all(b'"definition"' in (other.text or b"") for other in others)


def test_a_record_that_is_changed_is_not_written_as_it_was() -> None:
    read = parse(render(ORDINARY), where="state")
    changed = read.with_entries([replace(read.records[2], digest="sha256:new")])
    assert render_bytes(changed) == render(changed).encode()
    assert b"sha256:new" in render_bytes(changed)


def test_a_record_whose_facts_were_put_off_has_them_all() -> None:
    original = ORDINARY.records[3]
    read = parse(render(ORDINARY), where="state").records[3]
    assert (read.source, read.created_at, read.definition) == (
        original.source,
        original.created_at,
        original.definition,
    )
    assert hash(parse(render(ORDINARY), where="state").records[3]) == hash(original)
    assert repr(parse(render(ORDINARY), where="state").records[3]) == repr(original)
    with pytest.raises(AttributeError, match="'Record' object has no attribute 'sauce'"):
        read.sauce  # type: ignore[attr-defined]  # noqa: B018  # that it isn't there is the point


@pytest.mark.parametrize("year", [2024, 2026])
def test_every_day_of_a_year_is_known_by_its_looks_but_the_leap_day(year: int) -> None:
    first = datetime(year, 1, 1, 23, 59, 59, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(366 if year % 4 == 0 else 365)]
    known = [day.date() for day in days if RECORD.match(_text_of(replace(record(), created_at=day)))]
    assert known == [day.date() for day in days if day.date() != date(2024, 2, 29)]


@pytest.mark.parametrize(
    "time", ["2026-02-30T09:00:00Z", "2026-04-31T09:00:00Z", "2026-13-01T09:00:00Z", "0000-01-01T09:00:00Z"]
)
@pytest.mark.parametrize("clock", ["", "24:00:00", "09:60:00", "09:00:60"])
def test_a_moment_that_does_not_exist_is_not_known_by_its_looks(time: str, clock: str) -> None:
    moment = f"2026-01-31T{clock}Z" if clock else time
    text = _text_of(record()).replace(
        b'"createdAt": "2026-01-31T09:00:00Z"', f'"createdAt": "{moment}"'.encode()
    )
    assert moment.encode() in text
    assert RECORD.match(text) is None


def _text_of(one: Record) -> bytes:
    return render_bytes(state(one)).partition(b'"campaigns": {\n')[2]


def test_states_that_follow_one_another_are_each_written_whole() -> None:
    """What is as it was is taken from the last one: also where entries come, go and move by one."""
    many = state(*(record(f"Campaign {number:04}", f"cd-{number}", sample()) for number in range(600)))
    renderer = Renderer()
    changed = replace(many.records[300], digest="sha256:new")
    for following in (
        many,
        many.with_entries([changed]),
        many.with_entries([claim("A first one")]),
        many.with_entries([changed, claim("Z last one")]),
        many.without(["Campaign 0255", "Campaign 0256"]),
        state(),
        state(changed),
        many,
    ):
        assert b"".join(renderer.pieces(following)) == render(following).encode()
