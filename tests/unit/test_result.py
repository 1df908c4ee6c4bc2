"""How a result becomes an exit code: what a person must act on first wins."""

import pytest

from campaignsync.claims import Conflict
from campaignsync.plan import Target, make_plan
from campaignsync.report import text
from campaignsync.result import Done, Failure, Result
from campaignsync.state import State

TARGET = Target(host="https://kore.example", app_id="st-1", state="state/campaigns.json", is_new=True)
PLAN = make_plan([], State())
FAILURE = Failure(name="F", source="f.yaml", error="no")
CONFLICT = Conflict(name="F", recorded="cd-1", found="cd-2")


def made(status: str | None, camp_id: str = "cd-1") -> Done:
    return Done(name=f"Campaign {camp_id}", camp_id=camp_id, source="a.yaml", status=status)


def test_what_calls_people_now_wins_over_all_else() -> None:
    result = Result(
        target=TARGET,
        plan=PLAN,
        created=(made("Active"),),
        unknown=(FAILURE,),
        failed=(FAILURE,),
        conflicts=(CONFLICT,),
        is_interrupted=True,
        record_error="the remote refuses",
    )
    assert result.exit_code == 7


@pytest.mark.parametrize("status", ["Active", "Scheduled", "active", " SCHEDULED "])
def test_it_does_so_by_either_status_and_where_it_was_found_again(status: str) -> None:
    assert Result(target=TARGET, plan=PLAN, recovered=(made(status),)).exit_code == 7


@pytest.mark.parametrize(
    "status", [None, "", "Ready", "Preparing", "Paused", "Rerun", "Inactive", "Activating"]
)
def test_any_other_status_is_shown_as_it_is(status: str | None) -> None:
    assert Result(target=TARGET, plan=PLAN, created=(made(status),)).exit_code == 0


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(target=TARGET, plan=PLAN), 0),
        (Result(target=TARGET, plan=PLAN, not_sent=(FAILURE,)), 4),
        (Result(target=TARGET, plan=PLAN, not_sent=(FAILURE,), unknown=(FAILURE,)), 5),
        (Result(target=TARGET, plan=PLAN, unknown=(FAILURE,), is_interrupted=True), 130),
        (Result(target=TARGET, plan=PLAN, conflicts=(CONFLICT,), is_interrupted=True), 6),
    ],
)
def test_what_is_worse_wins(result: Result, code: int) -> None:
    assert result.exit_code == code


def test_the_ids_of_what_calls_people_are_in_the_first_lines() -> None:
    created = (made("Ready", "cd-1"), made("Active", "cd-2"), made("Scheduled", "cd-3"))
    first, second, third, *_ = text.result(Result(target=TARGET, plan=PLAN, created=created)).splitlines()
    assert first == "cd-2 is Active: Campaign cd-2"
    assert second == "cd-3 is Scheduled: Campaign cd-3"
    assert third.startswith("People may be called now")
