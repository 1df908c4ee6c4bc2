"""What a reviewer sees on a pull request and in a run's summary."""

# ruff: noqa: RUF001  # the reports write ranges with an en dash

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from textwrap import dedent

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from campaignsync.errors import Problem
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Plan, make_plan
from campaignsync.report import markdown
from campaignsync.report.changes import in_words
from campaignsync.result import Done, Failure, Result
from campaignsync.text import printable
from tests.unit.report_samples import (
    HOSTILE,
    TARGET,
    body,
    claim,
    definition,
    everything,
    hostile_result,
    record,
    state,
    unread,
    view,
)

NOTHING = make_plan([], state())
LIMIT = 60_000


def full_plan() -> Plan:
    definitions, entries = everything()
    return make_plan(definitions, state(entries))


def golden(block: str) -> str:
    return dedent(block).strip("\n")


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def shape(text: str) -> list[str]:
    """Return all that is not code: the kinds of parts, and their text where it isn't code.

    Where a long word may be broken, its pieces count as one.
    """
    text = re.sub(r"(`+)<wbr>(`+)", "", text)
    return [f"{token.type} {re.sub('<code>.*?</code>', '', _open_text(token))}" for token in tokens(text)]


def _open_text(token: Token) -> str:
    return token.content if token.type in {"text", "html_block", "html_inline"} else ""


def test_a_plan_is_a_summary_a_table_warnings_and_folds() -> None:
    report = markdown.plan(view(full_plan()))
    assert report.split("#### Calling hours and exact bodies")[0].rstrip() == golden("""
        ### Campaigns of `state/campaigns.json`

        For `https://platform.kore.ai`, application `st-1`.

        **Plan: 2 to create (1 not sent: likely renamed), 2 pending, 1 changed (not applied), 1 removed (still exists), 1 unchanged.**

        A sync needs about 5 requests: under a minute at 60 a minute.

        #### To look at first: 1

        - **`names/renamed`**, error: 1
          - `It's new` (`campaigns/it's new.yaml:1:1`): ``Not sent: equals 'Old' (the campaign cd-old) in all but the name, and would call the same people twice: give it that name again, or `campaignsync forget 'Old'` if both are wanted.``

        #### May be sent: 2

        | campaign | calls | from | when | how often |
        |---|---|---|---|---|
        | `Billing`<br>`campaigns/`<wbr>`billing.yaml` | `Recent Buyers`<br>queue `Default Queue`<br>do-not-call **none** | `+181234567` | MO–FR 9:00 AM–6:00 PM<br>`Asia/Kolkata`<br>UTC: MO–FR 03:30–12:30 | 3 attempts, 10 min apart<br>at most 3 to one person in 24 hours, 3 in 7 days<br>**15 and 15 with others on its lists** |
        | `Waiting`<br>`campaigns/`<wbr>`waiting.yaml`<br>**claimed 2026-01-31 09:00 UTC, sent up to 1 of 3 times** | `Recent Buyers`<br>queue `Default Queue`<br>do-not-call **none** | `+181234567` | MO–FR 9:00 AM–6:00 PM<br>`Asia/Kolkata`<br>UTC: MO–FR 03:30–12:30 | 3 attempts, 10 min apart<br>at most 3 to one person in 24 hours, 3 in 7 days<br>**15 and 15 with others on its lists** |

        The most calls to one person: as many as attempts, minutes between them and hours allow if nobody answers. Whoever is on a list twice gets more.

        What says `claimed` was claimed by an earlier run, which did not learn whether it exists. The next sync looks in the account first, and sends what is shown only if it is not there.

        #### Pending, and not sent again: 1

        An earlier run did not learn whether they exist, and their definitions are gone. The next sync looks, and sends nothing.

        - `Lost` (`campaigns/lost.yaml`): `since 2026-01-31T09:00:00Z by run r-1, sent at most 1 time; its definition is gone`

        > [!WARNING]
        > **Changed, and not applied: 1.** Campaigns that exist are never altered. Make the same change in Kore.ai and record it with `campaignsync forget NAME` and `campaignsync adopt FILE`, or undo it here.

        - `Changed` (`cd-changed`, `campaigns/changed.yaml`)
          - contact lists: `"Late Payers"` → `none`

        > [!WARNING]
        > **Removed here, and still existing: 1.** Nothing is ever deleted. Stop the campaign in Kore.ai, then drop its entry: `campaignsync forget NAME`.

        - `Old` (`cd-old`)
    """)  # noqa: E501  # a line of Markdown can't be wrapped in a table, and isn't in a list


def test_a_fold_holds_the_exact_body_and_the_week() -> None:
    report = markdown.plan(view(make_plan([definition("A&B")], state())))
    fold = report.split("#### Calling hours and exact bodies: 1\n\n")[1]
    week, exact = (token.content for token in tokens(fold) if token.type == "fence")
    assert json.loads(exact) == body("A&B")
    assert week == dedent("""\
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
    """)
    assert fold.splitlines()[:2] == [
        "<details><summary><code>A&amp;B</code> <code>campaigns/a&amp;b.yaml</code></summary>",
        "",
    ]
    assert fold.endswith("\n\n</details>")


def test_a_plan_with_nothing_new_is_one_sentence() -> None:
    plan = make_plan([unread("A")], state([record("A")]))
    assert markdown.plan(view(plan)) == (
        "### Campaigns of `state/campaigns.json`\n\n"
        "For `https://platform.kore.ai`, application `st-1`.\n\n"
        "**Nothing to create: 1 unchanged.**"
    )


def test_campaigns_of_the_account_are_told_where_it_was_listed() -> None:
    campaigns = [RemoteCampaign(camp_id="cd-2", name="B"), RemoteCampaign(camp_id="cd-1", name="A")]
    assert markdown.plan(view(NOTHING, unmanaged=campaigns)).endswith("\n\n- `A` (`cd-1`)\n- `B` (`cd-2`)")


def test_the_order_of_the_input_changes_nothing() -> None:
    definitions, entries = everything()
    shuffled = random.Random(3)
    for _ in range(5):
        shuffled.shuffle(definitions)
        shuffled.shuffle(entries)
        assert markdown.plan(view(make_plan(definitions, state(entries)))) == markdown.plan(view(full_plan()))


def test_a_result_is_a_summary_and_what_became_of_each_campaign() -> None:
    result = Result(
        target=TARGET,
        plan=full_plan(),
        created=(Done(name="A", camp_id="cd-1", source="campaigns/a.yaml"),),
        failed=(Failure(name="D", source="campaigns/d.yaml", error="400: no such queue"),),
        unknown=(Failure(name="E", source="campaigns/e.yaml", error="no answer\nwithin 30 s"),),
        warnings=("exists twice",),
        requests=9,
        record_error="the remote refuses",
        record_hint="Let it.",
    )
    assert markdown.result(result) == golden("""
        ### Campaigns of `state/campaigns.json`

        For `https://platform.kore.ai`, application `st-1`.

        **Created 1 campaign, 1 failed, 1 unknown; 9 requests; kept in this clone's journal, not recorded.**

        1 changed (not applied), 1 removed (still exists): `campaignsync plan` shows them.

        > [!CAUTION]
        > Not recorded in git: `the remote refuses`

        `Let it.`

        > [!WARNING]
        > **Unknown: 1.** They may exist or not, and their claims stay in the state. Where no command is named below, run `campaignsync sync` again: it looks in the account first, and sends nothing that may exist.

        - `E` (`campaigns/e.yaml`): `no answer within 30 s`

        > [!WARNING]
        > **Failed: 1.** No campaign was made for these. Fix what is said below, then run it again.

        - `D` (`campaigns/d.yaml`): `400: no such queue`

        > [!WARNING]
        > **Warnings: 1.**

        - `exists twice`

        #### Created: 1

        | name | campaign id | status | file |
        |---|---|---|---|
        | `A` | `cd-1` | `not seen yet` | `campaigns/`<wbr>`a.yaml` |
    """)  # noqa: E501  # an item of Markdown is one line


def test_a_new_campaign_that_calls_people_comes_before_all_else() -> None:
    dialing = [
        Done(name=f"C {n:02}", camp_id=f"cd-{n:02}", source="c.yaml", status="Active") for n in range(22)
    ]
    report = markdown.result(Result(target=TARGET, plan=NOTHING, created=tuple(dialing)))
    first, *lines = report.split("\n")
    assert first == "> [!CAUTION]"
    assert lines[0] == "> - `cd-00 is Active: C 00`"
    assert lines[20] == "> - … and 2 more, in the list below"
    assert lines[22].startswith("> People may be called now")


def test_an_interrupted_result_says_so() -> None:
    report = markdown.result(Result(target=TARGET, plan=NOTHING, is_interrupted=True))
    assert report.endswith("\n\nInterrupted before its end; the next sync goes on from here.")


def test_problems_are_a_list() -> None:
    problems = [
        Problem(path="b.yaml", line=3, column=2, key="maxSkips", message="is missing"),
        Problem(path="a.yaml", line=1, column=1, key="", message="empty"),
    ]
    assert markdown.problems(problems) == golden("""
        ### Campaigns

        **2 problems in 2 files.**

        - `a.yaml:1:1`: `empty`
        - `b.yaml:3:2`: `maxSkips: is missing`
    """)


def hostile_reports(text: str) -> list[str]:
    result = hostile_result(text)
    problem = Problem(path=text, line=1, column=1, key=text, message=text)
    remote = [RemoteCampaign(camp_id=text, name=text)]
    return [
        markdown.plan(view(result.plan, unmanaged=remote)),
        markdown.result(result),
        markdown.problems([problem]),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_inside_code(text: str) -> None:
    for report, harmless in zip(hostile_reports(text), hostile_reports("harmless"), strict=True):
        assert shape(report) == shape(harmless)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_safe_in_a_log(text: str) -> None:
    for report in hostile_reports(text):
        lines = report.split("\n")
        assert [printable(line) for line in lines] == lines


@pytest.mark.parametrize("text", [text for text in HOSTILE if "|" not in text and text == text.strip()])
def test_hostile_text_can_be_read(text: str) -> None:
    (report, *_) = hostile_reports(text)
    assert printable(text) in [token.content for token in tokens(report) if token.type == "code_inline"]


def large_plan(creates: int, changed: int, **values: object) -> Plan:
    edited = [f"Edited {number:04}" for number in range(changed)]
    definitions = [
        *(definition(f"New {number:04}", **values) for number in range(creates)),
        *(definition(name, maxSkips=7) for name in edited),
    ]
    return make_plan(definitions, state(record(name) for name in edited))


def counts_left_out(report: str) -> list[int]:
    return [int(count) for count in re.findall(r"\*… and (\d+) more, left out here\.\*", report)]


def test_a_large_plan_is_cut_and_shows_every_count() -> None:
    report = markdown.plan(view(large_plan(500, 300)))
    assert LIMIT / 2 < len(report) < LIMIT
    assert "**Plan: 500 to create, 0 pending, 300 changed (not applied), 0 removed" in report
    rows, changes = report.count("| `New "), report.count("- `Edited ")
    assert counts_left_out(report) == [500 - rows, 300 - changes, 500]
    assert rows > 150
    assert changes > 3
    # Rows come before any body, and where one is missing the first thing said is how many.
    assert "<details>" not in report
    assert f"> **Rows left out: {500 - rows}.**" in report.split("####")[0]


def test_where_all_rows_fit_the_bodies_have_what_they_leave() -> None:
    report = markdown.plan(view(large_plan(100, 0)))
    folds = report.count("<details>")
    assert (report.count("| `New "), counts_left_out(report)) == (100, [100 - folds])
    assert "Rows left out" not in report
    assert folds == report.count("</details>") > 10
    assert report.rindex("| `New ") < report.index("<details>")


def test_a_summary_has_all_rows_bodies_and_the_week_by_list() -> None:
    report = markdown.plan(view(large_plan(150, 0)), is_summary=True)
    assert (report.count("| `New "), report.count('"name": "New '), counts_left_out(report)) == (150, 150, [])
    assert report.count("<details open>") == 1
    assert len(report.encode()) < 1_000_000


def test_a_summary_that_is_too_large_counts_bytes() -> None:
    report = markdown.plan(view(large_plan(3000, 0, queue_name="\u8868" * 40)), is_summary=True)
    assert 900_000 < len(report.encode()) < 1_000_000


def many_changes() -> Plan:
    definitions = [definition(f"C {number}") for number in range(99)]
    sent = {f"{key}": "x" * 999 for key in range(99)}
    return make_plan(definitions, state(record(each.name, sent) for each in definitions))


def all_renamed() -> Plan:
    definitions = [definition(f"A {number}", maxSkips=number) for number in range(999)]
    removed = [record(f"B {number}", body("B", maxSkips=number)) for number in range(999)]
    claims = [claim(f"C {number}", maxSkips=-1) for number in range(999)]
    return make_plan(definitions, state([*removed, *claims]))


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(partial(large_plan, 2000, 2000), id="many"),
        pytest.param(partial(large_plan, 30, 0, contactLists=["L" * 9] * 9000), id="long bodies"),
        pytest.param(
            partial(large_plan, 30, 0, queue_name="\x00`|" * 9000), id="text that grows when escaped"
        ),
        many_changes,
        all_renamed,
    ],
)
def test_a_plan_never_exceeds_the_limit(plan: Callable[[], Plan]) -> None:
    remote = [RemoteCampaign(camp_id=f"cd-{number}", name="R" * 48) for number in range(999)]
    assert len(markdown.plan(view(plan(), unmanaged=remote))) < LIMIT


@pytest.mark.parametrize("text", ["a", "\x00`|" * 9000])
def test_a_result_never_exceeds_the_limit(text: str) -> None:
    done = [Done(name=f"{number} {text}", camp_id=text, source=text) for number in range(3000)]
    failures = [Failure(name=f"{number} {text}", source=text, error=text) for number in range(3000)]
    result = replace(
        hostile_result(text),
        created=tuple(done),
        recovered=tuple(done),
        failed=tuple(failures),
        unknown=tuple(failures),
        not_sent=tuple(failures),
        warnings=(text,) * 3000,
    )
    report = markdown.result(result)
    assert len(report) < LIMIT
    assert "Created 3000 campaigns, 3000 recovered, 3000 failed, 3000 unknown, 3000 not sent;" in report


def test_problems_never_exceed_the_limit() -> None:
    problems: Sequence[Problem] = [
        Problem(path=f"{number}.yaml", line=1, column=1, key="a", message="b" * 100) for number in range(3000)
    ]
    report = markdown.problems(problems)
    assert (len(report) < LIMIT, counts_left_out(report)) == (True, [3000 - report.count("\n- ")])


def test_many_changes_of_one_campaign_are_counted() -> None:
    plan = make_plan([definition("A")], state([record("A", {"name": "A"})]))
    wide = replace(plan.changed[0], changes=plan.changed[0].changes * 4)
    report = markdown.plan(view(replace(plan, changed=(wide,))))
    assert report.count("\n  - ") == 21
    assert f"\n  - … and {len(in_words(wide)) - 20} more changes" in report


def test_long_values_and_bodies_are_cut_and_the_others_stay() -> None:
    lists = [f"List {number:05}" for number in range(9000)]
    plan = make_plan([definition("A", contactLists=lists), definition("B")], state())
    report = markdown.plan(view(plan))
    assert report.count("<details>") == 2
    assert counts_left_out(report) == []
    assert "`List 00009`<br>**and 8990 more lists**<br>" in report
    assert re.search(r'"List 00300",\n(.|\n)*… \(\+\d+ characters\)\n```\n', report)


def test_an_error_says_what_and_what_to_do_next() -> None:
    text = markdown.error("the state file is damaged", "Restore it: git restore state/campaigns.json")

    assert text == golden("""
        ### Campaigns

        > [!CAUTION]
        > Stopped: `the state file is damaged`

        `Restore it: git restore state/campaigns.json`
    """)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_in_an_error_change_nothing_about_it(hostile: str) -> None:
    """Git and the server have their say in it."""
    assert shape(markdown.error(hostile, hostile)) == shape(markdown.error("plain", "plain"))
