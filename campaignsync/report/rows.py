"""What may be sent, a row for each campaign: whom it calls, from which number, when, how often. Pure.

A create and a claim that an earlier run left are rows alike: a claim's row shows today's definition, which is
what is sent if the campaign does not exist. What is held back is no row but a finding.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from campaignsync.calling_hours import Week, week_of
from campaignsync.findings import pressure
from campaignsync.findings.finding import lists_of
from campaignsync.findings.pressure import Calls, Pressure
from campaignsync.identity import Definition
from campaignsync.plan import Pending, Plan, body_digest
from campaignsync.report.view import View
from campaignsync.state import MAX_SENDS, Claim
from campaignsync.text import json_text

NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a reviewer of one campaign wants to know first; values as written, "-" where there is none.

    Attributes:
        definition: What may be sent.
        claim: The claim that an earlier run left; None for a create.
        calls: The most calls to one person; this campaign's are counted where they aren't among them.
    """

    definition: Definition
    claim: Claim | None = None
    calls: Calls = field(default=Calls(own={}, on_lists={}), repr=False)

    @property
    def body(self) -> Mapping[str, Any]:
        """The body that may be sent; those are always parsed."""
        return self.definition.body or {}

    @property
    def mode(self) -> str:
        """The dialing mode."""
        return _at(self.body, "dialingMode")

    @property
    def lists(self) -> tuple[str, ...]:
        """Who is called: the contact lists."""
        lists = self.body.get("contactLists")
        return tuple(_text(name) for name in lists) if isinstance(lists, list) else ("-",)

    @property
    def connection(self) -> tuple[str, str]:
        """Who speaks with them: ``queue`` or ``flow``, and its name."""
        is_flow = "experienceFlowName" in self.body
        return (
            ("flow", _at(self.body, "experienceFlowName"))
            if is_flow
            else ("queue", _at(self.body, "queue_name"))
        )

    @property
    def dnc_list(self) -> str | None:
        """The do-not-call list; None where there is none."""
        lists = self.body.get("dncLists")
        return None if lists is None else _at(lists, "name") if isinstance(lists, Mapping) else _text(lists)

    @property
    def number(self) -> str:
        """What the called person's telephone shows."""
        return _at(self.body, "dialingStrategy", "callerId", "phoneNumber")

    @cached_property
    def week(self) -> Week:
        """When calls are made."""
        return week_of(self.body)

    @property
    def attempts(self) -> str:
        """How many times each record is tried, and how many minutes apart, in our own words."""
        strategy = self.body.get("dialingStrategy")
        values = strategy if isinstance(strategy, Mapping) else {}
        attempts, retry = (_number(values.get(key)) for key in ("maxAttemptsPerRecord", "defaultRetryPeriod"))
        return "1 attempt" if attempts == "1" else f"{attempts} attempts, {retry} min apart"

    @cached_property
    def most_calls(self) -> str:
        """The most calls to one person, in our own words."""
        return f"at most {self._own.day} to one person in 24 hours, {self._own.week} in 7 days"

    @cached_property
    def most_together(self) -> str:
        """The same with all campaigns that share a list with this one; empty where none does."""
        found = [self.calls.on_lists.get(key, pressure.NONE) for key in lists_of(self.body)]
        day, week = (max((getattr(each, unit) for each in found), default=0) for unit in ("day", "week"))
        is_more = (day, week) > (self._own.day, self._own.week)
        return f"{day} and {week} with others on its lists" if is_more else ""

    @cached_property
    def _own(self) -> Pressure:
        return self.calls.own.get(self.definition.name) or pressure.of_campaign(self.body, self.week)

    @property
    def priority(self) -> str:
        """From "1" to "5"."""
        return _at(self.body, "priority")

    @property
    def claimed(self) -> str:
        """What is known of the claim, in our own words; empty for a create."""
        claim = self.claim
        if claim is None:
            return ""
        sends = "not sent yet" if claim.sends == 0 else f"sent up to {claim.sends} of {MAX_SENDS} times"
        is_edited = body_digest(claim.definition) != body_digest(self.body)
        edited = "; edited since" if is_edited else ""
        return f"claimed {claim.claimed_at:%Y-%m-%d %H:%M} UTC, {sends}{edited}"


def rows_of(view: View) -> tuple[Row, ...]:
    """Return a row for each campaign that may be sent, sorted by name."""
    plan = view.plan
    found = [(each, None) for each in plan.create if each.key not in plan.renames]
    claimed = [(each.definition, each.claim) for each in plan.pending if each.definition]
    calls = pressure.calls_of(view.campaigns)
    rows = (Row(definition=own, claim=claim, calls=calls) for own, claim in (*found, *claimed))
    return tuple(sorted(rows, key=lambda row: row.definition.name))


def lost_claims(plan: Plan) -> Iterator[Pending]:
    """Yield the claims that are never sent again, since their definition is gone."""
    return (each for each in plan.pending if each.definition is None)


def _at(body: object, *keys: str) -> str:
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return "-" if body is None else _text(body)


def _number(value: object) -> str:
    return str(value) if type(value) is int else "-"


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    # What the encoder would say of a number after ten times the time.
    return str(value) if type(value) is int else json_text(value)
