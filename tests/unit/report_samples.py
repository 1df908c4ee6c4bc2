"""Definitions, entries and results that the tests of plans and reports share."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from campaignsync.claims import Conflict
from campaignsync.config import RunOptions
from campaignsync.findings.campaigns import campaigns_of
from campaignsync.identity import Definition, identity
from campaignsync.plan import Plan, Target, make_plan
from campaignsync.protocol import remediation
from campaignsync.report.view import View
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Claim, Entry, Record, State, Status

THEN = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
TARGET = Target(host="https://platform.kore.ai", app_id="st-1", state="state/campaigns.json", is_new=False)

HOSTILE = (
    "@team",
    "a|b",
    "\\|@team",
    "\\\\|@team",
    "`",
    "``@team``",
    "a`@team`b",
    "```",
    "<script>alert(1)</script>",
    "</code></summary></details>@team",
    "<!--",
    "-->",
    "&lt;b&gt;&#64;team",
    "[a](https://example.com) ![i](https://example.com/i.png)",
    "https://example.com www.example.com me@example.com",
    "*b* _i_ ~~s~~ $x$ :tada:",
    "#1 GH-1 octo/repo#2",
    "> q",
    "\\",
    " a",
    "a ",
    "::set-output name=x::y",
    "a ##[add-mask]b",
    "%0A::error::a",
    "a\n::error::b",
    "a\r\n\r\n# @team",
    "a\u2028b\x85c",
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnp.exe",
    "\u200f\u2066a\u2069",
    "a\u200bb\ufeffc",
    "\ud800",
    "\u8868" * 48,
)
"""Names and values that try to be more than text."""


def body(name: str = "Billing", **values: Any) -> dict[str, Any]:  # noqa: ANN401  # values of JSON
    """Return a valid body, with these values in place of its own."""
    days = [{"day": day, "start": "9:00 AM", "end": "6:00 PM"} for day in ("MO", "TU", "WE", "TH", "FR")]
    return {
        "name": name,
        "description": "Reminds of bills.",
        "contactLists": ["Recent Buyers"],
        "priority": "5",
        "dialingMode": "Preview",
        "dialingStrategy": {
            "callerId": {"phoneNumber": "+181234567"},
            "callingHours": {"frequency": "WEEKLY", "timezone": "Asia/Kolkata", "days": days},
            "dialingOrder": "FIFO",
            "maxAttemptsPerRecord": 3,
            "defaultRetryPeriod": 10,
            "maxRingTime": 30,
        },
        "schedule": {"isSchedulingEnabled": False},
        "queue_name": "Default Queue",
        "enableMachineDetect": False,
        "maxSkips": 1,
        "campaignType": "voice",
        **values,
    }


def definition(name: str, **values: Any) -> Definition:  # noqa: ANN401  # values of JSON
    """Return a parsed definition whose digest stands in no state."""
    source = f"campaigns/{name.lower()}.yaml"
    return Definition(name=name, source=source, digest="sha256:new", body=body(name, **values))


def unread(name: str) -> Definition:
    """Return a definition that was not parsed, since `record` has its digest."""
    return Definition(name=name, source=f"campaigns/{name.lower()}.yaml", digest=f"sha256:{name}", body=None)


def record(name: str, sent: Mapping[str, Any] | None = None) -> Record:
    """Return a created campaign, for which this body was sent."""
    return Record(
        name=name,
        camp_id=f"cd-{name.lower()}",
        status=Status.CREATED,
        source=f"campaigns/{name.lower()}.yaml",
        digest=f"sha256:{name}",
        definition=body(name) if sent is None else sent,
        claimed_at=THEN,
        created_at=THEN,
    )


def claim(name: str, **values: Any) -> Claim:  # noqa: ANN401  # values of JSON
    """Return a claim that a run of yesterday left."""
    return Claim(
        name=name,
        source=f"campaigns/{name.lower()}.yaml",
        digest=f"sha256:{name}",
        definition=body(name, **values),
        claimed_at=THEN,
        claimed_by="r-1",
        send_before=THEN,
        lease_seconds=160,
        sends=1,
    )


def state(entries: Iterable[Entry] = ()) -> State:
    """Return a state of these entries."""
    return State(
        host="https://platform.kore.ai",
        app_id="st-1",
        entries={identity(entry.name): entry for entry in entries},
    )


def view(plan: Plan, **more: Any) -> View:  # noqa: ANN401  # fields of any kind
    """Return what a report of a plan is made from, its likely renames found."""
    known = state([*plan.removed, *(each.record for each in plan.changed)])
    given = {
        "target": TARGET,
        "findings": remediation.renames(plan, RunOptions()),
        "campaigns": campaigns_of(plan, known),
        **more,
    }
    return View(plan=plan, **given)


def everything() -> tuple[list[Definition], list[Entry]]:
    """Return input whose plan has something in each class, and a likely rename."""
    sent = body("Changed", contactLists=["Recent Buyers", "Late Payers"])
    definitions = [
        definition("Billing", maxSkips=2),
        definition("It's new", maxSkips=3),
        definition("Changed"),
        definition("Waiting"),
        unread("Same"),
    ]
    entries: list[Entry] = [
        record("Old", body("Old", maxSkips=3)),
        record("Changed", sent),
        record("Same"),
        claim("Waiting"),
        claim("Lost", maxSkips=9),
    ]
    return definitions, entries


def hostile_result(text: str) -> Result:
    """Return a result with a plan in which this text stands wherever foreign text can."""
    values = body(text, queue_name=text, contactLists=[text], description=text)
    create = Definition(name=text, source=text, digest="d", body=values)
    entries: list[Entry] = [
        record(f"Gone {text}", {**values, "name": "Gone"}),
        record(f"Changed {text}", {**values, "description": text * 2, f"key {text}": text}),
        claim(f"Pending {text}"),
    ]
    failures = (Failure(name=text, source=text, error=text),)
    done = (Done(name=text, camp_id=text, source=text),)
    return Result(
        target=TARGET,
        plan=make_plan([create, definition(f"Changed {text}")], state(entries)),
        created=done,
        recovered=done,
        failed=failures,
        unknown=failures,
        not_sent=failures,
        warnings=(text,),
        conflicts=(Conflict(name=text, recorded=text, found=text),),
        record_error=text,
        record_hint=text,
    )
