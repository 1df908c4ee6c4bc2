"""What git history says of a sync, and that no name makes git or GitHub do anything."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from campaignsync.config import RunOptions
from campaignsync.protocol.commit_message import Origin, commit_message
from campaignsync.state import Entry, Status
from tests.unit.report_samples import HOSTILE, claim, record, state

RUN = "https://github.com/team/campaigns/actions/runs/1"
BY_HAND = RunOptions(host="h", app_id="a", run_id="r-1")
ORIGIN = Origin(
    source_commit="0123abc", plan="sha256:4567", options=replace(BY_HAND, run_url=RUN, actor="jane-doe")
)
TRAILERS = f"Source-Commit: 0123abc\nPlan: sha256:4567\nRun: {RUN}\nActor: jane-doe\n"
NAMES = (
    *HOSTILE,
    "Signed-off-by: Mallory <m@example.com>",
    "fixes #1",
    "Resolved: octo/repo#2",
    "closes GH-3",
    "fix https://github.com/octo/repo/issues/4",
    "[skip ci]",
    "[NO CI] now",
    "(@team/leads)",
)


def message(name: str) -> str:
    entry = replace(record("Billing"), name=name)
    return commit_message(state(), state([entry]), origin=ORIGIN)


def test_it_says_what_was_created_and_from_what() -> None:
    assert commit_message(state(), state([record("Billing"), record("Renewals")]), origin=ORIGIN) == (
        "campaignsync: create 2 campaigns\n\nBilling: cd-billing\nRenewals: cd-renewals\n\n" + TRAILERS
    )


def test_outside_of_github_actions_no_run_and_no_actor_are_named() -> None:
    origin = replace(ORIGIN, options=BY_HAND)
    told = commit_message(state(), state([record("Billing")]), origin=origin)
    assert told.endswith("\n\nSource-Commit: 0123abc\nPlan: sha256:4567\n")


def test_where_nothing_was_to_be_sent_no_plan_is_named() -> None:
    origin = replace(ORIGIN, plan="", options=BY_HAND)
    told = commit_message(state([record("Billing")]), state(), origin=origin)
    assert told.endswith("\n\nSource-Commit: 0123abc\n")


@pytest.mark.parametrize("actor", [*HOSTILE, "x\nSigned-off-by: Mallory <m@example.com>"])
def test_no_actor_adds_a_line_or_a_trailer(actor: str) -> None:
    origin = replace(ORIGIN, options=replace(ORIGIN.options, actor=actor))
    text = commit_message(state(), state([record("Billing")]), origin=origin)
    assert len(text.splitlines()) == 8


@pytest.mark.parametrize(
    ("before", "after", "subject"),
    [
        ([], [record("A"), claim("B")], "create 1 campaign"),
        ([], [replace(record("A"), status=Status.ADOPTED)], "adopt 1 campaign"),
        ([], [claim("A"), claim("B")], "claim 2 campaigns"),
        ([claim("A")], [], "release 1 campaign"),
        ([record("A")], [], "forget 1 campaign"),
        ([record("A"), claim("B")], [], "forget 2 campaigns"),
        ([], [], "record 0 campaigns"),
    ],
)
def test_the_subject_says_what_became_of_the_entries(
    before: list[Entry], after: list[Entry], subject: str
) -> None:
    told = commit_message(state(before), state(after), origin=ORIGIN)
    assert told.split("\n")[0] == f"campaignsync: {subject}"


def test_a_claim_is_told_as_one() -> None:
    told = commit_message(state(), state([claim("Billing")]), origin=ORIGIN)

    assert told.startswith("campaignsync: claim 1 campaign\n\nBilling: pending\n\n")


@pytest.mark.parametrize("name", NAMES)
def test_no_name_adds_a_line_or_a_trailer(name: str) -> None:
    text = message(name)

    trailers = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        check=True,
        input=text.encode(),
        capture_output=True,
        cwd=Path("/"),
    ).stdout.decode()
    assert len(text.splitlines()) == 8
    assert trailers == TRAILERS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@team", "<U+0040>team"),
        ("(@team/leads)", "(<U+0040>team/leads)"),
        ("fixes #1", "<U+0066>ixes #1"),
        ("Resolved: octo/repo#2", "<U+0052>esolved: octo/repo#2"),
        ("closes GH-3", "<U+0063>loses GH-3"),
        ("fix https://github.com/octo/repo/issues/4", "<U+0066>ix https://github.com/octo/repo/issues/4"),
        ("[skip ci]", "[<U+0073>kip ci]"),
        ("[NO CI] now", "[<U+004E>O CI] now"),
        ("a\n::error::b", "a<U+000A>::error::b"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
    ],
)
def test_what_git_or_github_would_act_on_is_written_out(name: str, shown: str) -> None:
    assert f"\n{shown}: cd-billing\n" in message(name)


@pytest.mark.parametrize("name", ["Reminder #2", "Quick fix - Spring", "ann@example.com", "Grüße [North]"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert f"\n{name}: cd-billing\n" in message(name)
