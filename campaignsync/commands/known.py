"""What offline commands know of an account: the inventory in the repository. Does I/O."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from campaignsync.commands.project import Project
from campaignsync.config import RunOptions
from campaignsync.definitions.files import UnreadableError, read
from campaignsync.findings import Finding
from campaignsync.findings.known import Known
from campaignsync.inventory import InventoryError, parse
from campaignsync.outcome import RemoteCampaign
from campaignsync.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What the account has, where it was asked.

    Attributes:
        unmanaged: Its campaigns whose names are not in the state, sorted by name.
        known: Its contact lists; None where they could not be read.
    """

    unmanaged: Sequence[RemoteCampaign]
    known: Known | None


def file_of(options: RunOptions) -> str:
    """Return the inventory's file, which is beside the state: one for each application and environment."""
    state = PurePosixPath(options.state)
    stem = state.name.removesuffix(".json")
    return str(state.with_name("inventory.json" if stem == "campaigns" else f"{stem}.inventory.json"))


def known_from(project: Project, options: RunOptions, *, commit: str | None) -> Known | Finding | None:
    """Return what the inventory in the folder, or in a commit, says; None where there is none.

    It is a help and no more: what is wrong with it is a finding.
    """
    file = file_of(options)
    try:
        content = content_of(project, options, file, commit=commit)
        return None if content is None else Known(inventory=parse(content), source=file)
    except (InventoryError, UnreadableError) as error:
        return _unfit(file, str(error))


def fits(known: Known | Finding | None, state: State) -> Known | Finding | None:
    """Return what an inventory says, if it is of the state's application; else a finding."""
    if not isinstance(known, Known):
        return known
    inventory = known.inventory
    theirs = (state.host or inventory.host, state.app_id or inventory.app_id)
    if (inventory.host, inventory.app_id) == theirs:
        return known
    return _unfit(known.source, f"is of the application {inventory.app_id} at {inventory.host}")


def _unfit(file: str, reason: str) -> Finding:
    return Finding(
        rule="lists/inventory",
        severity="notice",
        name="",
        path=file,
        message=f"{file} {reason}, so nobody looked whether contact lists exist; "
        "`campaignsync inventory` makes one",
    )


def content_of(project: Project, options: RunOptions, file: str, *, commit: str | None) -> bytes | None:
    """Return what a file in the folder, or in a commit, holds; None where there is none.

    Raises:
        UnreadableError: It can't be read.
        GitError: Git can't read the commit.
    """
    path = project.root / file
    if commit is None:
        return read(path) if os.path.lexists(path) else None
    inside = project.layout.inside(path) if project.layout else None
    if inside is None:
        return None
    # Only where a commit was named: git takes longer to import than many files take to read.
    import anyio

    from campaignsync.commands.recording import committed_file

    return anyio.run(committed_file, project, options, commit, inside)
