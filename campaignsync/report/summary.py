"""What all forms of a report say in the same words: targets, counts, estimates, advice. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from campaignsync.state import format_time
from campaignsync.text import shell_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaignsync.claims import Conflict
    from campaignsync.errors import Problem
    from campaignsync.findings import Finding
    from campaignsync.identity import Definition
    from campaignsync.outcome import RemoteCampaign
    from campaignsync.plan import Pending, Plan, Target
    from campaignsync.result import Done, Result

CHANGED_ADVICE = (
    "Campaigns that exist are never altered. Make the same change in Kore.ai and record it with "
    "`campaignsync forget NAME` and `campaignsync adopt FILE`, or undo it here."
)
REMOVED_ADVICE = (
    "Nothing is ever deleted. Stop the campaign in Kore.ai, then drop its entry: `campaignsync forget NAME`."
)
PENDING_ADVICE = (
    "What says `claimed` was claimed by an earlier run, which did not learn whether it exists. The next sync "
    "looks in the account first, and sends what is shown only if it is not there."
)
MOST_CALLS_ADVICE = (
    "The most calls to one person: as many as attempts, minutes between them and hours allow if nobody "
    "answers. Whoever is on a list twice gets more."
)
LOST_ADVICE = (
    "An earlier run did not learn whether they exist, and their definitions are gone. The next sync looks, "
    "and sends nothing."
)
UNMANAGED_ADVICE = (
    "Made elsewhere. `campaignsync adopt FILE` records one of them for a definition of its name."
)
FAILED_ADVICE = "No campaign was made for these. Fix what is said below, then run it again."
NOT_SENT_ADVICE = "Nothing of these left this machine. The next sync tries again."
UNKNOWN_ADVICE = (
    "They may exist or not, and their claims stay in the state. Where no command is named below, run "
    "`campaignsync sync` again: it looks in the account first, and sends nothing that may exist."
)
RECOVERED_ADVICE = "Made by a request whose answer was lost, and found in the account."
CONFLICT_ADVICE = "Stop the campaign that is not wanted in Kore.ai before people are called twice."

INTERRUPTED = "Interrupted before its end; the next sync goes on from here."

DIALING = (
    "People may be called now, or later without anybody's doing. Look in Kore.ai at once, and stop what "
    "nobody started."
)

_SEVERITIES = ("error", "warning", "notice")
_PAGE_SIZE = 100
"""Campaigns on one page of the account's list (the API notes, "list")."""


def body_of(definition: Definition) -> Mapping[str, Any]:
    """Return the body of a definition to create; those are always parsed."""
    return definition.body or {}


def since(pending: Pending) -> str:
    """Return since when and by whose claim something is pending, and what is known of it."""
    claim = pending.claim
    sends = "not sent yet" if claim.sends == 0 else f"sent at most {counted(claim.sends, 'time')}"
    gone = "" if pending.definition else "; its definition is gone"
    return f"since {format_time(claim.claimed_at)} by run {claim.claimed_by}, {sends}{gone}"


def source_of(pending: Pending) -> str:
    """Return the definition's file, or where it was when it was claimed."""
    return pending.definition.source if pending.definition else pending.claim.source


def forget(name: str) -> str:
    """Return the command that drops an entry, fit to be copied."""
    return f"campaignsync forget {'-- ' if name.startswith('-') else ''}{shell_word(name)}"


def counted(number: int, noun: str) -> str:
    """Return a number and its noun, which takes a plain s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def is_empty(plan: Plan) -> bool:
    """Tell whether a plan has nothing to show."""
    return not (plan.create or plan.pending or plan.changed or plan.removed)


def target_line(target: Target) -> str:
    """Return where a plan's campaigns are created."""
    new = ", which is new: nothing was ever created from it" if target.is_new else ""
    named = (target.host, target.app_id and f"application {target.app_id}")
    account = target.account_id and f"account {target.account_id}"
    known = ", ".join(part for part in (*named, account) if part)
    where = f"for {known}" if known else "neither host nor application is known here"
    return f"Campaigns of {target.state}{new}; {where}."


def by_rule(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return findings by their rule, the most severe rules first."""
    ordered = sorted(findings, key=lambda each: _SEVERITIES.index(each.severity))
    grouped: dict[str, list[Finding]] = {}
    for finding in ordered:
        grouped.setdefault(finding.rule, []).append(finding)
    return grouped


def open_of(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that nobody waives."""
    return [finding for finding in findings if finding.waiver is None]


def waived_of(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that a policy waives."""
    return [finding for finding in findings if finding.waiver is not None]


def waiver_line(finding: Finding) -> str:
    """Return who accepts a finding, until when and why; empty where nobody does."""
    waiver = finding.waiver
    return f"until {waiver.until} by {waiver.by}: {waiver.reason}" if waiver else ""


def packs_line(packs: Sequence[str]) -> str:
    """Return which packs a plan was held against; empty for none."""
    if not packs:
        return ""
    return (
        f"Compared with the packs {', '.join(packs)}; `campaignsync schema --packs` says where and when each "
        "was read. That nothing is found is no clearance."
    )


def place_of(finding: Finding) -> str:
    """Return where a finding is, as compilers write it."""
    return f"{finding.path}:{finding.line}:{finding.column}"


def plan_line(plan: Plan) -> str:
    """Return a plan's counts as one sentence."""
    if is_empty(plan):
        return f"Nothing to create: {plan.unchanged} unchanged."
    held = f" ({len(plan.renames)} not sent: likely renamed)" if plan.renames else ""
    return (
        f"Plan: {len(plan.create)} to create{held}, {len(plan.pending)} pending, "
        f"{len(plan.changed)} changed (not applied), {len(plan.removed)} removed (still exists), "
        f"{plan.unchanged} unchanged."
    )


def estimate(plan: Plan, *, rate_limit: int) -> str:
    """Return how many requests a sync of this plan needs, and how long they take; empty for none.

    Args:
        plan: The plan.
        rate_limit: Requests a minute; 0 for no limit.
    """
    sends = len(plan.create) - len(plan.renames) + sum(1 for each in plan.pending if each.definition)
    if not (sends or plan.pending):
        return ""
    known = len(plan.changed) + len(plan.removed) + plan.unchanged
    pages = max(1, math.ceil(known / _PAGE_SIZE))
    # The account's list before, its contact lists, and one look at what was made.
    requests = sends + pages + 2
    return f"A sync needs about {counted(requests, 'request')}{duration(requests, rate_limit)}."


def duration(requests: int, rate_limit: int) -> str:
    """Return how long requests take, to follow their number; empty where nothing limits them.

    Args:
        requests: How many.
        rate_limit: Requests a minute; 0 for no limit.
    """
    if not rate_limit:
        return ""
    hours, minutes = divmod(math.ceil(requests / rate_limit), 60)
    words = f"about {f'{hours} h {minutes} min' if hours else counted(minutes, 'minute')}"
    return f": {'under a minute' if (hours, minutes) <= (0, 1) else words} at {rate_limit} a minute"


def dialing_line(done: Done) -> str:
    """Return which new campaign calls people, its id first."""
    return f"{done.camp_id} is {done.status}: {done.name}"


def result_line(result: Result) -> str:
    """Return how a sync ended as one sentence."""
    ending = f"{counted(result.requests, 'request')}; {_recorded(result)}."
    plan = result.plan
    told = (result.created, result.recovered, result.failed, result.unknown, result.not_sent)
    if not (plan.create or plan.pending or any(told)):
        return f"Nothing to create: {plan.unchanged} unchanged; {ending}"
    counts = [
        f"Created {counted(len(result.created), 'campaign')}",
        *([f"{len(result.recovered)} recovered"] if result.recovered else []),
        f"{len(result.failed)} failed",
        f"{len(result.unknown)} unknown",
        *([f"{len(result.not_sent)} not sent"] if result.not_sent else []),
    ]
    return f"{', '.join(counts)}; {ending}"


def _recorded(result: Result) -> str:
    if result.record_error:
        return "kept in this clone's journal, not recorded"
    if result.commit is None:
        return "nothing committed"
    return f"committed {result.commit[:7]}" + (" and pushed: git pull brings it" if result.is_pushed else "")


def not_applied_line(plan: Plan) -> str:
    """Return how much of a plan a sync leaves alone; empty where there is nothing of the kind."""
    counts = [
        *([f"{len(plan.changed)} changed (not applied)"] if plan.changed else []),
        *([f"{len(plan.removed)} removed (still exists)"] if plan.removed else []),
    ]
    return f"{', '.join(counts)}: `campaignsync plan` shows them." if counts else ""


def by_name(campaigns: Sequence[RemoteCampaign]) -> list[RemoteCampaign]:
    """Return campaigns of the account, whose names may be no unique ones, in an order that stays."""
    return sorted(campaigns, key=lambda campaign: (campaign.name, campaign.camp_id))


def both_ids(conflict: Conflict) -> str:
    """Return what the state keeps and what else there is."""
    return f"the state keeps {conflict.recorded}, and there is {conflict.found}"


def problem_parts(problem: Problem) -> tuple[str, str]:
    """Return where a problem is, and what it is."""
    key = f"{problem.key}: " if problem.key else ""
    return f"{problem.path}:{problem.line}:{problem.column}", f"{key}{problem.message}"


def problems_line(problems: Sequence[Problem]) -> str:
    """Return how many problems there are in how many files."""
    if not problems:
        return "No problems."
    files = len({problem.path for problem in problems})
    return f"{counted(len(problems), 'problem')} in {counted(files, 'file')}."
