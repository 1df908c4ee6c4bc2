"""Plan, result, problems and errors as one JSON object each, for programs. Pure.

The keys are the product's contract, "Commands".
"""

from collections.abc import Sequence

from campaignsync.errors import Problem
from campaignsync.findings import Finding, Waiver
from campaignsync.identity import Definition
from campaignsync.outcome import RemoteCampaign
from campaignsync.plan import Changed, Pending, Target, body_digest
from campaignsync.report.summary import body_of, by_name, source_of
from campaignsync.report.view import View
from campaignsync.result import Done, Failure, Result
from campaignsync.state import format_time
from campaignsync.text import json_text

_FORMAT_VERSION = 1


def plan(view: View) -> str:
    """Return a plan as one object.

    Args:
        view: The plan, its target, and what is told with it.
    """
    return _object(_plan(view))


def result(result: Result) -> str:
    """Return how a sync ended as one object, with the plan that it set out from."""
    return _object(
        {
            **_plan(View(plan=result.plan, target=result.target, findings=result.findings)),
            "created": [_done(done) for done in result.created],
            "recovered": [_done(done) for done in result.recovered],
            "failed": [_failure(failure) for failure in result.failed],
            "unknown": [_failure(failure) for failure in result.unknown],
            "notSent": [_failure(failure) for failure in result.not_sent],
            "requests": result.requests,
            "commit": result.commit,
            "pushed": result.is_pushed,
        }
    )


def problems(problems: Sequence[Problem]) -> str:
    """Return problems of definitions as one object, in order of their places."""
    return _object({"problems": [_problem(problem) for problem in sorted(problems)]})


def checked(findings: Sequence[Finding]) -> str:
    """Return what there is to look at in definitions without problems as one object."""
    return _object({"problems": [], "findings": [_finding(each) for each in findings]})


def error(message: str, hint: str) -> str:
    """Return the error that stopped a command as one object."""
    return _object({"error": {"message": message, "hint": hint}})


def _object(data: dict[str, object]) -> str:
    return json_text({"formatVersion": _FORMAT_VERSION, **data}, indent=2)


def _plan(view: View) -> dict[str, object]:
    plan = view.plan
    data: dict[str, object] = {
        "target": _target(view.target),
        "create": [_create(definition) for definition in plan.create],
        "pending": [_pending(pending) for pending in plan.pending],
        "changed": [_changed(changed) for changed in plan.changed],
        "removed": [{"name": record.name, "campId": record.camp_id} for record in plan.removed],
        "unchanged": plan.unchanged,
        "findings": [_finding(each) for each in view.findings],
        "packs": list(view.packs),
    }
    return data if view.unmanaged is None else {**data, "unmanaged": _unmanaged(view.unmanaged)}


def _target(target: Target | None) -> dict[str, object]:
    if target is None:
        raise ValueError("a plan that programs read has a target")
    return {
        "host": target.host,
        "appId": target.app_id,
        "state": target.state,
        "isNew": target.is_new,
    }


def _create(definition: Definition) -> dict[str, object]:
    body = body_of(definition)
    return {
        "name": definition.name,
        "source": definition.source,
        "digest": body_digest(body),
        "body": body,
    }


def _pending(pending: Pending) -> dict[str, object]:
    """Return a claim with the body that is sent if its campaign doesn't exist: today's definition's."""
    body = body_of(pending.definition) if pending.definition else None
    return {
        "name": pending.claim.name,
        "source": source_of(pending),
        "claimedAt": format_time(pending.claim.claimed_at),
        "digest": None if body is None else body_digest(body),
        "body": body,
    }


def _changed(changed: Changed) -> dict[str, object]:
    return {
        "name": changed.record.name,
        "campId": changed.record.camp_id,
        "source": changed.definition.source,
        "changes": [{"path": each.path, "old": each.old, "new": each.new} for each in changed.changes],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "name": finding.name,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "waiver": _waiver(finding.waiver),
    }


def _waiver(waiver: Waiver | None) -> dict[str, str] | None:
    if waiver is None:
        return None
    return {"reason": waiver.reason, "by": waiver.by, "until": waiver.until.isoformat()}


def _unmanaged(campaigns: Sequence[RemoteCampaign]) -> list[dict[str, object]]:
    return [{"name": campaign.name, "campId": campaign.camp_id} for campaign in by_name(campaigns)]


def _done(done: Done) -> dict[str, object]:
    return {"name": done.name, "campId": done.camp_id, "source": done.source, "status": done.status}


def _failure(failure: Failure) -> dict[str, object]:
    return {"name": failure.name, "source": failure.source, "error": failure.error}


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "key": problem.key,
        "message": problem.message,
    }
