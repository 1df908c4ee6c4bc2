"""One thing that a reviewer should look at, and what a rule looks at. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal

from campaignsync.calling_hours import Week, week_of
from campaignsync.identity import identity

Severity = Literal["error", "warning", "notice"]
"""How much it matters; the order is from most to least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """That a finding is accepted.

    Attributes:
        reason: Why.
        by: Who answers for it.
        until: The last day.
    """

    reason: str
    by: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a reviewer should look at.

    Attributes:
        rule: The rule's id, such as ``lists/shared``.
        severity: How much it matters.
        name: The campaign; empty where it is about none.
        path: The definition's file.
        key: What it is about, dotted, such as ``dialingStrategy.callingHours.days[2]``; empty for the whole
            file. From it the line and the column are found.
        line: Line in the file, from 1.
        column: Column in it, from 1.
        message: A sentence or two: what, against which limit, what to do. Plain text, not yet made safe.
        waiver: Who accepts it, until when; None where nobody does.
    """

    rule: str
    severity: Severity
    name: str
    path: str
    key: str = ""
    line: int = 1
    column: int = 1
    message: str
    waiver: Waiver | None = field(default=None, compare=False)


in_order = attrgetter("rule", "severity", "name", "path", "key", "line", "column", "message")
"""The key that findings are sorted by."""


def lists_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the identities of a body's contact lists, each once: names that differ in case are one list."""
    lists = body.get("contactLists")
    names = lists if isinstance(lists, list) else []
    return tuple(dict.fromkeys(identity(name) for name in names if isinstance(name, str)))


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One campaign, as the rules see it.

    Attributes:
        name: Its name.
        path: The definition's file.
        body: What is sent, or was sent.
        is_new: Whether it may be sent: a create or a pending claim. A finding is about at least one of those.
        places: Line and column of what a finding may be about, by dotted key; empty for one that exists.
        name_comment: What follows the name as a comment and looks like a part of it, such as ``#1``.
    """

    name: str
    path: str
    body: Mapping[str, Any]
    is_new: bool
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)
    name_comment: str = ""

    @cached_property
    def week(self) -> Week:
        """When it may call."""
        return week_of(self.body)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The identities of its contact lists, each once."""
        return lists_of(self.body)

    def finding(self, rule: str, severity: Severity, key: str, message: str) -> Finding:
        """Return a finding about this campaign, at the place of a dotted key."""
        line, column = self.places.get(key, (1, 1))
        return Finding(
            rule=rule,
            severity=severity,
            name=self.name,
            path=self.path,
            key=key,
            line=line,
            column=column,
            message=message,
        )


Rule = Callable[[Sequence[Campaign]], Iterable[Finding]]
"""Looks at all campaigns of a plan, recorded ones too, sorted by name."""
