"""What offline commands know of an account: the inventory in the repository. Does I/O."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from campaignsync.commands.files import content_of
from campaignsync.definitions.files import UnreadableError
from campaignsync.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaignsync.commands.project import Project
    from campaignsync.config import RunOptions
    from campaignsync.findings.known import Known
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
    except UnreadableError as error:
        return _unfit(file, str(error))
    if content is None:
        return None
    # What reads it takes longer to import than one definition takes to check.
    from campaignsync.findings.known import Known
    from campaignsync.inventory import InventoryError, parse

    try:
        return Known(inventory=parse(content), source=file)
    except InventoryError as error:
        return _unfit(file, str(error))


def fits(known: Known | Finding | None, state: State) -> Known | Finding | None:
    """Return what an inventory says, if it is of the state's application; else a finding."""
    if known is None or isinstance(known, Finding):
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
