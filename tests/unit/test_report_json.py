"""What programs read: the keys are a contract."""

import json
from typing import Any

import pytest

from campaignsync.config import RunOptions
from campaignsync.errors import Problem
from campaignsync.findings import Finding
from campaignsync.identity import Definition
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Plan, body_digest, make_plan
from campaignsync.protocol import remediation
from campaignsync.report import as_json
from campaignsync.result import Done, Failure, Result
from tests.unit.report_samples import HOSTILE, TARGET, body, claim, everything, state, view

REMOTE = [RemoteCampaign(camp_id="cd-9", name="Z"), RemoteCampaign(camp_id="cd-8", name="Y")]


def full_plan() -> Plan:
    definitions, entries = everything()
    return make_plan(definitions, state(entries))


def found(plan: Plan) -> tuple[Finding, ...]:
    return remediation.renames(plan, RunOptions())


WHERE = {
    "host": "https://platform.kore.ai",
    "appId": "st-1",
    "state": "state/campaigns.json",
    "isNew": False,
}


def sent(name: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401  # values of JSON
    """Return what a plan says of a body that may be sent."""
    whole = body(name, **values)
    return {"digest": body_digest(whole), "body": whole}


PLAN: dict[str, Any] = {
    "formatVersion": 1,
    "target": WHERE,
    "create": [
        {"name": "Billing", "source": "campaigns/billing.yaml", **sent("Billing", maxSkips=2)},
        {
            "name": "It's new",
            "source": "campaigns/it's new.yaml",
            **sent("It's new", maxSkips=3),
        },
    ],
    "pending": [
        {
            "name": "Lost",
            "source": "campaigns/lost.yaml",
            "claimedAt": "2026-01-31T09:00:00Z",
            "digest": None,
            "body": None,
        },
        {
            "name": "Waiting",
            "source": "campaigns/waiting.yaml",
            "claimedAt": "2026-01-31T09:00:00Z",
            **sent("Waiting"),
        },
    ],
    "changed": [
        {
            "name": "Changed",
            "campId": "cd-changed",
            "source": "campaigns/changed.yaml",
            "changes": [{"path": "contactLists[1]", "old": "Late Payers", "new": None}],
        }
    ],
    "removed": [{"name": "Old", "campId": "cd-old"}],
    "unchanged": 1,
    "findings": [
        {
            "rule": "names/renamed",
            "severity": "error",
            "name": "It's new",
            "path": "campaigns/it's new.yaml",
            "line": 1,
            "column": 1,
            "message": (
                "Not sent: equals 'Old' (the campaign cd-old) in all but the name, and would call the same "
                "people twice: give it that name again, or `campaignsync forget 'Old'` if both are wanted."
            ),
            "waiver": None,
        }
    ],
    "packs": [],
}


def test_a_plan_is_one_object() -> None:
    text = as_json.plan(view(full_plan()))
    assert json.loads(text) == PLAN
    assert text.endswith("}")


def test_the_accounts_other_campaigns_are_there_only_where_it_was_listed() -> None:
    unmanaged = [{"name": "Y", "campId": "cd-8"}, {"name": "Z", "campId": "cd-9"}]
    for remote, shown in ((REMOTE, unmanaged), ([], [])):
        text = as_json.plan(view(full_plan(), unmanaged=remote))
        assert json.loads(text) == {**PLAN, "unmanaged": shown}


def test_a_moved_definition_is_pending_where_it_is_now() -> None:
    moved = Definition(name="Waiting", source="campaigns/sub/w.yaml", digest="d", body=body("Waiting"))
    plan = make_plan([moved], state([claim("Waiting")]))
    assert json.loads(as_json.plan(view(plan)))["pending"][0]["source"] == "campaigns/sub/w.yaml"


def test_a_result_is_its_plan_and_what_became_of_it() -> None:
    result = Result(
        target=TARGET,
        plan=full_plan(),
        findings=found(full_plan()),
        created=(Done(name="A", camp_id="cd-1", source="a.yaml"),),
        recovered=(Done(name="B", camp_id="cd-2", source="b.yaml", status="Ready"),),
        failed=(Failure(name="C", source="c.yaml", error="400"),),
        unknown=(Failure(name="D", source="d.yaml", error="504"),),
        not_sent=(Failure(name="E", source="e.yaml", error="refused"),),
        warnings=("not for programs",),
        requests=12,
        commit="abc1234def",
        is_pushed=True,
    )
    assert json.loads(as_json.result(result)) == {
        **PLAN,
        "created": [{"name": "A", "campId": "cd-1", "source": "a.yaml", "status": None}],
        "recovered": [{"name": "B", "campId": "cd-2", "source": "b.yaml", "status": "Ready"}],
        "failed": [{"name": "C", "source": "c.yaml", "error": "400"}],
        "unknown": [{"name": "D", "source": "d.yaml", "error": "504"}],
        "notSent": [{"name": "E", "source": "e.yaml", "error": "refused"}],
        "requests": 12,
        "commit": "abc1234def",
        "pushed": True,
    }


def test_a_result_without_anything_has_all_keys() -> None:
    plan = make_plan([], state())
    lists = (
        "create",
        "pending",
        "changed",
        "removed",
        "created",
        "recovered",
        "failed",
        "unknown",
        "notSent",
    )
    assert json.loads(as_json.result(Result(target=TARGET, plan=plan))) == {
        "formatVersion": 1,
        "target": WHERE,
        **{key: [] for key in lists},
        "unchanged": 0,
        "findings": [],
        "packs": [],
        "requests": 0,
        "commit": None,
        "pushed": False,
    }


def test_problems_are_sorted_by_place() -> None:
    problems = [
        Problem(path="b.yaml", line=10, column=2, key="name", message="is missing"),
        Problem(path="b.yaml", line=9, column=2, key="", message="no"),
    ]
    assert json.loads(as_json.problems(problems)) == {
        "formatVersion": 1,
        "problems": [
            {"path": "b.yaml", "line": 9, "column": 2, "key": "", "message": "no"},
            {"path": "b.yaml", "line": 10, "column": 2, "key": "name", "message": "is missing"},
        ],
    }


def test_an_error_is_a_message_and_a_hint() -> None:
    assert json.loads(as_json.error("broken", "fix it")) == {
        "formatVersion": 1,
        "error": {"message": "broken", "hint": "fix it"},
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_and_never_printed_raw(text: str) -> None:
    report = as_json.error(text, text)
    assert json.loads(report)["error"] == {"message": text, "hint": text}
    assert not set(report) & set("\x1b\x07\x85\u2028\u202e\u200f\u2066\u2069\u200b\ufeff\ud800")
    assert "##[" not in report
