"""What was edited, in words."""

# ruff: noqa: RUF001  # the reports write ranges with an en dash

from typing import Any

import pytest

from campaignsync.plan import make_plan
from campaignsync.report.changes import Change, in_words
from tests.unit.report_samples import body, definition, record, state


def edits(sent: dict[str, Any], **now: Any) -> list[Change]:  # noqa: ANN401  # values of JSON
    (changed,) = make_plan([definition("A", **now)], state([record("A", sent)])).changed
    return in_words(changed)


def hours(*days: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # values of JSON
    blocks = [dict(zip(("day", "start", "end"), day.split("/"), strict=True)) for day in days]
    whole = body()["dialingStrategy"]
    return {"dialingStrategy": {**whole, "callingHours": {**whole["callingHours"], "days": blocks}, **more}}


def words(old: list[str], new: list[str]) -> list[str]:
    return [change.what for change in edits(body("A", **hours(*old)), **hours(*new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["WE/9:00 AM/6:00 PM"], ["SA/9:00 AM/6:00 PM"], ["hours on Wednesday → Saturday"]),
        (
            ["MO/9:00 AM/6:00 PM"],
            ["MO/9:00 AM/8:00 PM"],
            ["hours on Monday: 9:00 AM–6:00 PM → 9:00 AM–8:00 PM"],
        ),
        (
            ["MO/9:00 AM/6:00 PM", "TU/9:00 AM/6:00 PM"],
            ["MO/9:00 AM/6:00 PM"],
            ["hours on Tuesday: 9:00 AM–6:00 PM → none"],
        ),
        (
            ["MO/9:00 AM/6:00 PM"],
            ["MO/9:00 AM/6:00 PM", "SU/1:00 PM/2:00 PM"],
            ["hours on Sunday: none → 1:00 PM–2:00 PM"],
        ),
        (
            ["MO/9:00 AM/12:00 PM", "MO/1:00 PM/5:00 PM"],
            ["MO/9:00 AM/12:00 PM"],
            ["hours on Monday: 9:00 AM–12:00 PM, 1:00 PM–5:00 PM → 9:00 AM–12:00 PM"],
        ),
        (
            ["MO/9:00 AM/6:00 PM", "TU/9:00 AM/6:00 PM"],
            ["SA/9:00 AM/6:00 PM", "SU/9:00 AM/6:00 PM"],
            ["hours on Monday → Saturday", "hours on Tuesday → Sunday"],
        ),
        (
            ["MO/9:00 AM/6:00 PM"],
            ["SA/9:00 AM/1:00 PM"],
            ["hours on Monday: 9:00 AM–6:00 PM → none", "hours on Saturday: none → 9:00 AM–1:00 PM"],
        ),
    ],
)
def test_hours_are_told_by_the_names_of_days(old: list[str], new: list[str], expected: list[str]) -> None:
    assert words(old, new) == expected


def test_another_order_of_the_same_blocks_is_told_by_its_places() -> None:
    days = ["MO/9:00 AM/6:00 PM", "TU/9:00 AM/6:00 PM"]
    assert [what.startswith("dialingStrategy.callingHours.days[") for what in words(days, days[::-1])] == [
        True,
        True,
    ]


def test_hours_that_no_words_tell_wholly_are_told_by_their_keys() -> None:
    told = words(["MO/9:00 AM/6:00 PM"], ["MO/at nine/6:00 PM"])
    assert told == ["dialingStrategy.callingHours.days[0].start"]


def test_what_has_words_is_told_by_them_and_the_rest_by_its_key() -> None:
    sent = {**body("A", contactLists=["Recent Buyers", "Late Payers"], queue_name="Old"), "`key`": 1}
    assert edits(sent) == [
        Change(what="`key`", is_key=True, old="1", new="none"),
        Change(what="contact lists", old='"Late Payers"', new="none"),
        Change(what="queue", old='"Old"', new='"Default Queue"'),
    ]
