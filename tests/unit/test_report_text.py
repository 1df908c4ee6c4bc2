"""What people read in a terminal or a log."""

# ruff: noqa: RUF001  # the reports write ranges with an en dash

import random
from dataclasses import replace
from textwrap import dedent

import pytest

from campaignsync.claims import Conflict
from campaignsync.errors import Problem
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Plan, Target, make_plan
from campaignsync.report import text
from campaignsync.result import Done, Failure, Result
from campaignsync.text import printable
from tests.unit.report_samples import (
    HOSTILE,
    TARGET,
    body,
    definition,
    everything,
    hostile_result,
    record,
    state,
    unread,
    view,
)

NOTHING = make_plan([], state())
HOURS = (
    "MO–FR 9:00 AM–6:00 PM Asia/Kolkata | MO–FR 03:30–12:30 UTC | 3 attempts, 10 min apart"
    " | at most 3 to one person in 24 hours, 3 in 7 days | 900 and 900 with others on its lists"
    " | Preview, priority 5"
)
COUNTS = "Created 1 campaign, 0 failed, 0 unknown; 1 request"
KEPT = f"{COUNTS}; kept in this clone's journal, not recorded."


def golden(block: str) -> str:
    return dedent(block).strip("\n")


def full_plan() -> Plan:
    definitions, entries = everything()
    return make_plan(definitions, state(entries))


def test_a_plan_tells_what_a_sync_would_do_and_what_it_would_not() -> None:
    assert text.plan(view(full_plan())) == golden("""
        Campaigns of state/campaigns.json; for https://platform.kore.ai, application st-1.

        To look at first (1):
          names/renamed (error):
          ! It's new  campaigns/it's new.yaml:1:1
              Not sent: equals 'Old' (the campaign cd-old) in all but the name, and would call the same people twice: give it that name again, or `campaignsync forget 'Old'` if both are wanted.

        May be sent (2):
          The most calls to one person: as many as attempts, minutes between them and hours allow if nobody
          answers. Whoever is on a list twice gets more. What says `claimed` was claimed by an earlier run,
          which did not learn whether it exists. The next sync looks in the account first, and sends what is
          shown only if it is not there.
          + Billing
              file         campaigns/billing.yaml
              calls        Recent Buyers
              queue        Default Queue
              do-not-call  none
              from         +181234567
              when         MO–FR 9:00 AM–6:00 PM Asia/Kolkata
                           MO–FR 03:30–12:30 UTC
              how often    3 attempts, 10 min apart
                           at most 3 to one person in 24 hours, 3 in 7 days
                           15 and 15 with others on its lists
              dialing      Preview, priority 5
                  0  3  6  9  12 15 18 21
              MO  ·········█████████······
              TU  ·········█████████······
              WE  ·········█████████······
              TH  ·········█████████······
              FR  ·········█████████······
              SA  ························
              SU  ························
              █ calls  ▄ part of the hour
              · none: 45 hours a week
              Asia/Kolkata
          ? Waiting
              file         campaigns/waiting.yaml
              calls        Recent Buyers
              queue        Default Queue
              do-not-call  none
              from         +181234567
              when         MO–FR 9:00 AM–6:00 PM Asia/Kolkata
                           MO–FR 03:30–12:30 UTC
              how often    3 attempts, 10 min apart
                           at most 3 to one person in 24 hours, 3 in 7 days
                           15 and 15 with others on its lists
              dialing      Preview, priority 5
              pending      claimed 2026-01-31 09:00 UTC, sent up to 1 of 3 times
                  0  3  6  9  12 15 18 21
              MO  ·········█████████······
              TU  ·········█████████······
              WE  ·········█████████······
              TH  ·········█████████······
              FR  ·········█████████······
              SA  ························
              SU  ························
              █ calls  ▄ part of the hour
              · none: 45 hours a week
              Asia/Kolkata

        Pending, and not sent again (1):
          An earlier run did not learn whether they exist, and their definitions are gone. The next sync
          looks, and sends nothing.
          ? Lost  campaigns/lost.yaml
              since 2026-01-31T09:00:00Z by run r-1, sent at most 1 time; its definition is gone

        Changed, and not applied (1):
          Campaigns that exist are never altered. Make the same change in Kore.ai and record it with
          `campaignsync forget NAME` and `campaignsync adopt FILE`, or undo it here.
          ~ Changed  cd-changed  campaigns/changed.yaml
              contact lists: "Late Payers" -> none

        Removed here, and still existing (1):
          Nothing is ever deleted. Stop the campaign in Kore.ai, then drop its entry: `campaignsync forget
          NAME`.
          - Old  cd-old

        A sync needs about 5 requests: under a minute at 60 a minute.
        Plan: 2 to create (1 not sent: likely renamed), 2 pending, 1 changed (not applied), 1 removed (still exists), 1 unchanged.
    """)  # noqa: E501  # the summary is one line


def test_a_plan_with_nothing_new_is_one_line() -> None:
    plan = make_plan([unread("A")], state([record("A")]))
    assert text.plan(view(plan, target=None)) == "Nothing to create: 1 unchanged."


def test_the_target_comes_first() -> None:
    new = Target(host=None, app_id=None, state="state/emea.json", is_new=True)
    assert text.plan(view(NOTHING, target=new)).splitlines()[0] == (
        "Campaigns of state/emea.json, which is new: nothing was ever created from it; "
        "neither host nor application is known here."
    )


def test_a_plan_without_renames_has_plain_counts() -> None:
    plan = make_plan([definition("A"), definition("B")], state())
    assert text.plan(view(plan)).splitlines()[-1] == (
        "Plan: 2 to create, 0 pending, 0 changed (not applied), 0 removed (still exists), 0 unchanged."
    )


def test_hundreds_of_creates_take_two_lines_each() -> None:
    plan = make_plan([definition(f"C {number:03}") for number in range(300)], state())
    lines = text.plan(view(plan, target=None)).splitlines()
    assert lines[3:5] == [
        "  + C 000  campaigns/c 000.yaml",
        f"      calls Recent Buyers | queue Default Queue | do-not-call none | from +181234567 | {HOURS}",
    ]
    assert lines[603:] == [
        "",
        "A sync needs about 303 requests: about 6 minutes at 60 a minute.",
        "Plan: 300 to create, 0 pending, 0 changed (not applied), 0 removed (still exists), 0 unchanged.",
    ]


@pytest.mark.parametrize(
    ("creates", "recorded", "rate_limit", "words"),
    [
        (1, 0, 60, "A sync needs about 4 requests: under a minute at 60 a minute."),
        (56, 0, 60, "A sync needs about 59 requests: under a minute at 60 a minute."),
        (58, 0, 60, "A sync needs about 61 requests: about 2 minutes at 60 a minute."),
        (1, 101, 2, "A sync needs about 5 requests: about 3 minutes at 2 a minute."),
        (9_997, 0, 60, "A sync needs about 10000 requests: about 2 h 47 min at 60 a minute."),
        (1, 0, 0, "A sync needs about 4 requests."),
    ],
)
def test_the_time_of_a_sync_is_estimated(creates: int, recorded: int, rate_limit: int, words: str) -> None:
    known = [f"R {number}" for number in range(recorded)]
    new = [definition(f"C {number}") for number in range(creates)]
    plan = make_plan([*new, *map(unread, known)], state(map(record, known)))
    assert text.plan(view(plan, rate_limit=rate_limit)).splitlines()[-2] == words


def test_nothing_is_estimated_where_nothing_is_sent() -> None:
    plan = make_plan([definition("New")], state([record("Old")]))
    assert "A sync needs" not in text.plan(view(plan))


def test_campaigns_of_the_account_are_told_where_it_was_listed() -> None:
    campaigns = [RemoteCampaign(camp_id="cd-2", name="B"), RemoteCampaign(camp_id="cd-1", name="A")]
    assert text.plan(view(NOTHING, target=None, unmanaged=campaigns)) == golden("""
        In the account, and not managed here (2):
          Made elsewhere. `campaignsync adopt FILE` records one of them for a definition of its name.
          * A  cd-1
          * B  cd-2

        Nothing to create: 0 unchanged.
    """)


def test_a_name_that_looks_like_an_option_is_none_in_the_command() -> None:
    plan = make_plan([definition("New")], state([record("--push", body("--push"))]))
    assert "`campaignsync forget -- '--push'`" in text.plan(view(plan))


def test_the_order_of_the_input_changes_nothing() -> None:
    definitions, entries = everything()
    shuffled = random.Random(2)
    for _ in range(5):
        shuffled.shuffle(definitions)
        shuffled.shuffle(entries)
        assert text.plan(view(make_plan(definitions, state(entries)))) == text.plan(view(full_plan()))


def test_a_long_value_is_cut() -> None:
    plan = make_plan(
        [definition("A", description="b" * 5000)], state([record("A", body("A", description="a"))])
    )
    assert f'      description: "a" -> "{"b" * 399}… (+4602 characters)\n' in text.plan(view(plan))


def test_a_result_tells_what_became_of_each_campaign() -> None:
    result = Result(
        target=TARGET,
        plan=full_plan(),
        created=(
            Done(name="A", camp_id="cd-1", source="campaigns/a.yaml"),
            Done(name="B", camp_id="cd-2", source="campaigns/b.yaml"),
        ),
        recovered=(Done(name="C", camp_id="cd-3", source="campaigns/c.yaml"),),
        failed=(Failure(name="D", source="campaigns/d.yaml", error="400: no such queue"),),
        unknown=(Failure(name="E", source="campaigns/e.yaml", error="no answer\nwithin 30 s"),),
        not_sent=(Failure(name="F", source="campaigns/f.yaml", error="connection refused"),),
        warnings=("G: exists twice\ncd-4 and cd-5",),
        conflicts=(Conflict(name="H", recorded="cd-6", found="cd-7"),),
        requests=9,
        commit="abc1234def",
        is_pushed=True,
    )
    assert text.result(result) == golden("""
        Created (2):
          + A  cd-1  campaigns/a.yaml
          + B  cd-2  campaigns/b.yaml

        Recovered (1):
          Made by a request whose answer was lost, and found in the account.
          + C  cd-3  campaigns/c.yaml

        Failed (1):
          No campaign was made for these. Fix what is said below, then run it again.
          ! D  campaigns/d.yaml
              400: no such queue

        Not sent (1):
          Nothing of these left this machine. The next sync tries again.
          ! F  campaigns/f.yaml
              connection refused

        Unknown (1):
          They may exist or not, and their claims stay in the state. Where no command is named below, run
          `campaignsync sync` again: it looks in the account first, and sends nothing that may exist.
          ! E  campaigns/e.yaml
              no answer
              within 30 s

        Two campaigns of one definition (1):
          Stop the campaign that is not wanted in Kore.ai before people are called twice.
          ! H  the state keeps cd-6, and there is cd-7

        Warnings (1):
          ! G: exists twice
              cd-4 and cd-5

        1 changed (not applied), 1 removed (still exists): `campaignsync plan` shows them.
        Created 2 campaigns, 1 recovered, 1 failed, 1 unknown, 1 not sent; 9 requests; committed abc1234 and pushed: git pull brings it.
    """)  # noqa: E501  # the summary is one line


ONE = Result(
    target=TARGET, plan=NOTHING, created=(Done(name="A", camp_id="cd-1", source="a.yaml"),), requests=1
)


@pytest.mark.parametrize(
    ("result", "ending"),
    [
        (
            replace(ONE, created=(), requests=0),
            "Nothing to create: 0 unchanged; 0 requests; nothing committed.",
        ),
        (ONE, f"{COUNTS}; nothing committed."),
        (replace(ONE, commit="abc1234def"), f"{COUNTS}; committed abc1234."),
        (
            replace(ONE, commit="abc1234def", is_pushed=True),
            f"{COUNTS}; committed abc1234 and pushed: git pull brings it.",
        ),
        (
            replace(ONE, is_interrupted=True),
            f"Interrupted before its end; the next sync goes on from here.\n{COUNTS}; nothing committed.",
        ),
        (
            replace(ONE, record_error="the hook failed", record_hint="Fix it."),
            f"Not recorded in git:\n      the hook failed\n      Fix it.\n\n{KEPT}",
        ),
        (
            replace(ONE, record_error="the remote refuses", commit="abc1234def"),
            f"Not recorded in git:\n      the remote refuses\n\n{KEPT}",
        ),
    ],
)
def test_a_result_ends_with_its_counts_and_its_commit(result: Result, ending: str) -> None:
    assert text.result(result).endswith(ending)


def test_problems_read_as_those_of_a_compiler() -> None:
    problems = [
        Problem(
            path="campaigns/billing.yaml",
            line=31,
            column=16,
            key="dialingStrategy.maxRingTime",
            message="200 is more than 120 (seconds)",
        ),
        Problem(path="campaigns/billing.yaml", line=4, column=1, key="priority", message="is missing"),
        Problem(path="campaigns/a.yaml", line=1, column=1, key="", message="the file is empty"),
    ]
    assert text.problems(problems) == golden("""
        campaigns/a.yaml:1:1: the file is empty
        campaigns/billing.yaml:4:1: priority: is missing
        campaigns/billing.yaml:31:16: dialingStrategy.maxRingTime: 200 is more than 120 (seconds)
        3 problems in 2 files.
    """)


def test_one_problem_is_counted_as_one() -> None:
    (line, count) = text.problems([Problem(path="a", line=1, column=2, key="", message="b")]).splitlines()
    assert (line, count) == ("a:1:2: b", "1 problem in 1 file.")


def hostile_texts(name: str) -> list[str]:
    result = hostile_result(name)
    problem = Problem(path=name, line=1, column=1, key=name, message=name)
    remote = [RemoteCampaign(camp_id=name, name=name)]
    return [text.plan(view(result.plan, unmanaged=remote)), text.result(result), text.problems([problem])]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_does_nothing(name: str) -> None:
    for report in hostile_texts(name):
        lines = report.split("\n")
        assert [printable(line) for line in lines] == lines


@pytest.mark.parametrize("name", [name for name in HOSTILE if printable(name) != name])
def test_hostile_text_adds_no_item(name: str) -> None:
    plan, _, problems = hostile_texts(name)
    plain_plan, _, plain_problems = hostile_texts("name")
    assert (plan.count("\n"), problems.count("\n")) == (plain_plan.count("\n"), plain_problems.count("\n"))
