"""Who calls which contact list, hour by hour."""

from typing import Any

from campaignsync.findings import Campaign
from campaignsync.report.calendar import by_list, sign_of
from tests.unit.report_samples import body


def campaign(name: str, *blocks: str, lists: tuple[str, ...] = ("Buyers",), **more: Any) -> Campaign:  # noqa: ANN401  # fields of any kind
    days = [dict(zip(("day", "start", "end"), block.split("/"), strict=True)) for block in blocks]
    whole = body(name, contactLists=list(lists))
    whole["dialingStrategy"]["callingHours"] |= {"days": days, "timezone": more.pop("zone", "Asia/Kolkata")}
    return Campaign(name=name, path=f"campaigns/{name}.yaml", body=whole, **{"is_new": True, **more})


def test_the_week_of_a_list_shows_who_calls_when_and_marks_overlaps() -> None:
    (week,) = by_list(
        [
            campaign("A", "MO/9:00 AM/12:00 PM", "TU/9:00 AM/9:30 AM"),
            campaign("B", "MO/11:00 AM/2:00 PM", "TU/9:30 AM/10:00 AM", is_new=False),
        ]
    )
    assert week.picture.splitlines() == [
        "    0  3  6  9  12 15 18 21",
        "MO  ·········AA#BB··········",
        "TU  ·········/··············",
        *(f"{day}  {'·' * 24}" for day in ("WE", "TH", "FR", "SA", "SU")),
    ]
    assert (week.name, week.zone, week.overlap_minutes) == ("Buyers", "Asia/Kolkata", 60)
    assert [each.name for each in week.campaigns] == ["A", "B"]


def test_campaigns_of_several_zones_are_drawn_in_utc() -> None:
    (week,) = by_list(
        [
            campaign("A", "MO/9:30 AM/10:30 AM"),
            campaign("B", "MO/9:00 AM/10:00 AM", zone="Europe/London"),
        ]
    )
    assert week.zone == "UTC, January"
    assert week.picture.splitlines()[1] == "MO  ····A····B··············"
    assert week.overlap_minutes == 0


def test_a_minute_that_two_share_is_an_overlap_and_touching_is_none() -> None:
    def overlap(end: str) -> int:
        (week,) = by_list([campaign("A", f"MO/9:00 AM/{end}"), campaign("B", "MO/10:00 AM/11:00 AM")])
        return week.overlap_minutes

    assert (overlap("10:00 AM"), overlap("10:01 AM")) == (0, 1)


def test_lists_are_told_apart_as_the_vendor_does_and_those_with_overlap_come_first() -> None:
    weeks = by_list(
        [
            campaign("A", "MO/9:00 AM/10:00 AM", lists=("Alone", "Shared")),
            campaign("B", "MO/9:00 AM/10:00 AM", lists=("shared ",)),
        ]
    )
    assert [(week.name, len(week.campaigns)) for week in weeks] == [("Shared", 2), ("Alone", 1)]


def test_a_list_that_no_new_campaign_calls_is_left_out() -> None:
    old = campaign("A", "MO/9:00 AM/10:00 AM", is_new=False)
    assert by_list([old]) == ()


def test_more_campaigns_than_letters_share_a_sign() -> None:
    assert (sign_of(0), sign_of(25), sign_of(26), sign_of(51), sign_of(52)) == ("A", "Z", "a", "z", "+")
