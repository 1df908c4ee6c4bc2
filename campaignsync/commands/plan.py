"""`plan`, and the dry run of `sync`: what would be created, offline. Does I/O."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from campaignsync.commands.kept import folder_state, journal_of
from campaignsync.commands.policy import apply, policy_from
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions, named_target
from campaignsync.errors import SettingsError
from campaignsync.findings import in_order
from campaignsync.plan import Plan, known_digests, make_plan, planned_digests, target_of
from campaignsync.protocol import remediation
from campaignsync.report.formats import plan_report
from campaignsync.report.view import View
from campaignsync.repository.disk import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.commands.known import Remote
    from campaignsync.findings import Campaign, Finding
    from campaignsync.policy.applying import Applied
    from campaignsync.state import State

_ELSEWHERE = "Name another file."


def planned(project: Project, options: RunOptions, *, commit: str | None = None) -> tuple[Plan, State]:
    """Plan what the folder, or a commit, would create, with what this clone's journal holds.

    The state must be the account's that the environment names, if it names one.

    Args:
        project: Where the command works.
        options: Its options.
        commit: A revision whose definitions and state are read, as git has them; None for the folder.

    Returns:
        The plan, and the state that it was made from.

    Raises:
        InvalidDefinitionsError: Some definitions have problems.
        GitError: The state file is missing, and the last commit has it; a sparse checkout leaves definitions
            out; or there is no such commit.
        StateError: The state or the journal can't be used.
    """
    host, app_id = ("sandbox", None) if options.is_sandbox else named_target(project.env)
    if commit is not None:
        import anyio

        from campaignsync.commands.recording import committed

        snapshot = anyio.run(committed, project, options, commit)
        kept = journal_of(project, options)
        state = kept.shown_on(snapshot.state).bound_to(host=host, app_id=app_id)
        return make_plan(anyio.run(snapshot.definitions.load, known_digests(state)), state), state
    state = folder_state(project, options).bound_to(host=host, app_id=app_id)
    plan = make_plan(project.definitions(options).load_now(known_digests(state)), state)
    if plan.removed:
        import anyio

        from campaignsync.commands.recording import check_whole

        anyio.run(check_whole, project, options)
    return plan, state


def view_of(
    project: Project,
    options: RunOptions,
    planned: tuple[Plan, State],
    *,
    commit: str | None = None,
    remote: Remote | None = None,
) -> View:
    """Return a plan with all that is told of it.

    Args:
        project: Where the command works.
        options: Its options.
        planned: The plan, and the state that it was made from.
        commit: Whose definitions it is of; None for the folder.
        remote: What the account has, if it was asked.

    Raises:
        InvalidDefinitionsError: The policy has problems.
        GitError: Git can't read the commit.
    """
    plan, state = planned
    names = [each.name for each in (*state.entries.values(), *plan.create)]
    policy = policy_from(project, options, commit=commit, names=names)
    applied: Applied | None = None
    # Where nothing may be sent, nobody asks who else calls whom: nor imports what finds it.
    campaigns: Sequence[Campaign] = ()
    findings: Sequence[Finding] = ()
    if plan.create or plan.pending:
        from campaignsync.commands.known import fits, known_from
        from campaignsync.findings.campaigns import campaigns_of
        from campaignsync.findings.rules import findings_of

        campaigns = campaigns_of(plan, state)
        offline = fits(known_from(project, options, commit=commit), state)
        findings = findings_of(campaigns, remote.known if remote and remote.known else offline)
        if policy:
            applied = apply(policy, options, findings=findings, campaigns=campaigns, is_whole=True)
    renames = remediation.renames(plan, options)
    return View(
        plan=plan,
        target=target_of(state, options),
        findings=sorted((*renames, *(applied.findings if applied else findings)), key=in_order),
        packs=[pack.id for pack in applied.packs] if applied else (),
        stops=policy is not None
        and (
            (applied is not None and applied.stops)
            or any(each.severity in policy.policy.stop for each in renames)
        ),
        campaigns=campaigns,
        rate_limit=options.rate_limit,
        unmanaged=remote.unmanaged if remote else None,
    )


def dry_run(project: Project, options: RunOptions, *, output_format: str) -> Ended:
    """Show the plan of a sync; nothing that can write is even made."""
    view = view_of(project, options, planned(project, options))
    return Ended(text=plan_report(view, output_format))


def write(project: Project, options: RunOptions, *, file: str, view: View) -> None:
    """Write a plan as a file for `sync --plan`.

    Raises:
        SettingsError: It can't be written.
    """
    text = plan_report(view, "json")
    path = Path(os.path.normpath(project.root / file))
    kept = [project.root / options.campaigns, project.root / options.state]
    if ".git" in path.parts or any(path.is_relative_to(os.path.normpath(each)) for each in kept):
        raise SettingsError(f"--out {file}: would overwrite what the repository keeps", hint=_ELSEWHERE)
    if not path.parent.is_dir():
        raise SettingsError(f"--out {file}: can't be written: there is no such folder", hint=_ELSEWHERE)
    try:
        replace_file(path, f"{text}\n".encode())
    except OSError as error:
        raise SettingsError(f"--out {file}: can't be written: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"--out {file}: {error}", hint=_ELSEWHERE) from error


def read(project: Project, options: RunOptions, *, file: str) -> frozenset[str]:
    """Return the digests of all bodies that a plan's file would send.

    Raises:
        SettingsError: It can't be read, holds no plan, or one of another target.
    """
    hint = "Write it again with `campaignsync plan --out FILE`."
    host, app_id = named_target(project.env)
    try:
        text = (project.root / file).read_text(encoding="utf-8")
        return planned_digests(json.loads(text), state=options.state, host=host, app_id=app_id)
    except OSError as error:
        raise SettingsError(f"--plan {file}: can't be read: {error.strerror}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"--plan {file}: {error}", hint=hint) from error
