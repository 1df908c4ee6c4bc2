"""What fits a comment on GitHub: rows and bodies by counting, widths in a browser where there is one."""

import json
from pathlib import Path
from typing import Any

import pytest

from campaignsync.identity import Definition
from campaignsync.plan import Plan, make_plan
from campaignsync.report import markdown
from tests.e2e import page
from tests.e2e.conftest import SAMPLE
from tests.unit.report_samples import HOSTILE, claim, record, state, view

SIZES = (1, 5, 40, 100, 150)
WIDEST = "W" * 48
"""A name of the greatest length, of the widest letter, without a place to break it."""

needs_browser = pytest.mark.skipif(page.browser() is None, reason="no Chromium: apt-get install chromium")


def campaign(name: str, path: str = "", **changes: Any) -> Definition:  # noqa: ANN401  # values of JSON
    """Return a definition like the README's: the contract's sample."""
    body = {**json.loads(SAMPLE), "name": name, "description": f"About {name}", **changes}
    return Definition(name=name, source=path or f"campaigns/{name}.yaml", digest=f"sha256:{name}", body=body)


def plan_of(count: int) -> Plan:
    return make_plan(
        [campaign(f"Billing Reminder Voice Campaign {number:03}") for number in range(count)], state()
    )


def wide_plan() -> Plan:
    """Return a plan with the longest of all."""
    strategy = json.loads(SAMPLE)["dialingStrategy"]
    hours = {
        "frequency": "CUSTOM",
        "timezone": "America/Argentina/ComodRivadavia",
        "days": [
            {"day": day, "start": start, "end": end}
            for day in ("MO", "WE", "FR", "SU")
            for start, end in (("8:31 AM", "12:01 PM"), ("1:03 PM", "3:05 PM"), ("10:10 PM", "11:59 PM"))
        ],
    }
    widest = {
        "dialingStrategy": {
            **strategy,
            "callerId": {"phoneNumber": "+123456789012345"},
            "callingHours": hours,
            "maxAttemptsPerRecord": 100,
            "defaultRetryPeriod": 10080,
        },
        "contactLists": [f"{number}{WIDEST * 3}" for number in range(10)],
        "queue_name": WIDEST,
    }
    definitions = [
        campaign(WIDEST, f"campaigns/{WIDEST * 4}.yaml", **widest),
        campaign("A", dialingMode="Agentless"),
    ]
    return make_plan(definitions, state([claim("A")]))


def hostile_plan() -> Plan:
    definitions = [
        campaign(f"{number}{text}"[:48], queue_name=text, contactLists=[text])
        for number, text in enumerate(HOSTILE)
    ]
    return make_plan(definitions, state([record("Old")]))


@pytest.mark.parametrize("count", SIZES)
def test_a_comment_has_all_rows_and_a_summary_all_bodies(count: int) -> None:
    comment = markdown.plan(view(plan_of(count)))
    summary = markdown.plan(view(plan_of(count)), is_summary=True)
    assert len(comment) < 60_000
    assert comment.count("\n| `Billing ") == min(count, comment.count("\n| `Billing "))
    assert (count > 100) or comment.count("\n| `Billing ") == count
    assert ("Rows left out" in comment) == (comment.count("\n| `Billing ") < count)
    assert (summary.count("\n| `Billing "), summary.count('"name": "Billing ')) == (count, count)
    assert len(summary.encode()) < 1024 * 1024


@pytest.mark.parametrize("make", [lambda: plan_of(3), wide_plan, hostile_plan])
def test_no_cell_has_a_word_that_is_wider_than_its_column(make: Any) -> None:  # noqa: ANN401  # a function
    """Five columns of 14 characters of 8 pixels, with 26 of padding and borders each, are 770 at most."""
    report = markdown.plan(view(make())).split("#### Calling hours", maxsplit=1)[0]
    rows = [line for line in report.splitlines() if line.startswith("| ")]
    assert len(rows) > 1
    for row in rows:
        # Cut where a browser may begin a new line: at a break, at a space, behind a dash of hours.
        words = (
            row.replace("<br>", " ")
            .replace("<wbr>", " ")
            .replace("\N{EN DASH}", " ")
            .replace("`", " ")
            .split()
        )
        assert max(map(len, words)) <= 16, row


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("count", SIZES)
def test_a_comment_fits_the_page(count: int, tmp_path: Path) -> None:
    comment = markdown.plan(view(plan_of(count)))
    measured = page.measure(comment, tmp_path)
    assert (measured.page, measured.tables, measured.pictures) == (page.WIDTH, 0, 0)
    assert measured.right <= page.WIDTH
    assert measured.rows == comment.count("\n| `Billing ")
    assert measured.folds == comment.count("<details>")


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("count", SIZES)
def test_a_summary_fits_the_page(count: int, tmp_path: Path) -> None:
    summary = markdown.plan(view(plan_of(count)), is_summary=True)
    measured = page.measure(summary, tmp_path)
    assert (measured.page, measured.tables, measured.pictures) == (page.WIDTH, 0, 0)
    # A fold for each body, and one for the contact list.
    assert (measured.rows, measured.folds) == (count, count + 1)


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("make", [wide_plan, hostile_plan])
@pytest.mark.parametrize("is_summary", [False, True])
def test_the_longest_and_the_strangest_fit_the_page(make: Any, is_summary: bool, tmp_path: Path) -> None:  # noqa: ANN401, FBT001  # pytest
    measured = page.measure(markdown.plan(view(make()), is_summary=is_summary), tmp_path)
    assert (measured.page, measured.tables) == (page.WIDTH, 0)


@pytest.mark.slow
@needs_browser
def test_pictures_fit_a_telephone(tmp_path: Path) -> None:
    summary = markdown.plan(view(plan_of(5)), is_summary=True)
    pictures = "#### Who calls" + summary.split("#### Who calls")[1].split("```json")[0]
    measured = page.measure(pictures, tmp_path, width=360)
    assert measured.pictures == 0


@pytest.mark.slow
@needs_browser
def test_the_browser_sees_what_is_too_wide(tmp_path: Path) -> None:
    """Else all of the above could not fail."""
    word = "W" * 60
    measured = page.measure(
        f"| a | b |\n|---|---|\n| {word} | {word} |\n\n```text\n{word * 3}\n```\n", tmp_path
    )
    assert measured.tables > 0
    assert measured.pictures > 0
