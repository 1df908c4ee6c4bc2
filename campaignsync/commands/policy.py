"""The team's policy, as offline commands find it: beside the definitions. Does I/O."""

import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from campaignsync.commands.files import content_of
from campaignsync.commands.project import Project
from campaignsync.config import RunOptions
from campaignsync.definitions.files import UnreadableError, problem_of
from campaignsync.errors import InvalidDefinitionsError

if TYPE_CHECKING:
    from campaignsync.findings import Campaign, Finding
    from campaignsync.policy.applying import Applied
    from campaignsync.policy.reading import PolicyFile


def file_of(options: RunOptions) -> str:
    """Return the policy's file, which is in the folder of the definitions."""
    return os.path.normpath(f"{options.campaigns}/.policy.yaml")


def policy_from(
    project: Project, options: RunOptions, *, commit: str | None, names: Collection[str] | None
) -> "PolicyFile | None":
    """Return the policy in the folder, or in a commit; None where there is none.

    Args:
        project: Where the command works.
        options: Its options.
        commit: A revision; None for the folder.
        names: Names of all campaigns that there are; None where not all are known.

    Raises:
        InvalidDefinitionsError: It has problems.
        GitError: Git can't read the commit.
    """
    file = file_of(options)
    try:
        content = content_of(project, options, file, commit=commit)
    except UnreadableError as error:
        raise InvalidDefinitionsError((problem_of(file, str(error)),)) from error
    if content is None:
        misnamed = f"{file.removesuffix('.yaml')}.yml"
        if content_of(project, options, misnamed, commit=commit) is not None:
            raise InvalidDefinitionsError((problem_of(misnamed, f"rename it: a policy is read from {file}"),))
        return None
    # Most repositories have none, and its models take as long to import as those of definitions.
    from campaignsync.policy.reading import read_policy

    return read_policy(content, path=file, today=datetime.now(UTC).date(), names=names)


def apply(
    file: "PolicyFile",
    options: RunOptions,
    *,
    findings: "Sequence[Finding]",
    campaigns: "Sequence[Campaign]",
    is_whole: bool,
) -> "Applied":
    """Hold campaigns against a policy; `campaignsync.policy.applying` says how."""
    from campaignsync.policy import applying
    from campaignsync.policy.looking import Scene

    folder = os.path.normpath(options.campaigns)
    scene = Scene(campaigns=campaigns, folder=folder, today=datetime.now(UTC).date())
    return applying.apply(file, findings, scene, is_whole=is_whole)
