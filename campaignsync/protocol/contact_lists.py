"""Whether the contact lists that definitions name exist: one request, before anything is sent ("Sync" 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaignsync.findings.known import mixtures, oddities, unknown
from campaignsync.identity import Definition, identity
from campaignsync.outcome import ContactList, ContactLists, OverLimit, PageFailed, Unauthorized
from campaignsync.protocol.listing import OVER_LIMIT
from campaignsync.protocol.tools import Tools, backoff_s
from campaignsync.text import printable
from campaignsync.versions import Version, versions_of

_TRIES = 2


@dataclass(slots=True, kw_only=True)
class Checked:
    """What the account's contact lists say of definitions.

    Attributes:
        missing: Why a definition's campaign can't be made, by the identity of its name.
        warnings: What a person should look at, sorted.
    """

    missing: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


async def check_lists(tools: Tools, definitions: Sequence[Definition]) -> Checked:
    """Ask for the account's contact lists, and hold definitions against them.

    Where the account doesn't tell, that is a warning and no more: the vendor refuses what it doesn't know.

    Args:
        tools: The run's ports and options.
        definitions: What may be created; without any, nothing is asked.

    Raises:
        StopRequestedError: The run was asked to end.
    """
    if not definitions:
        return Checked()
    found = await read_lists(tools, max(versions_of(each.body or {} for each in definitions)))
    if isinstance(found, str):
        return Checked(warnings=[f"whether the contact lists exist could not be checked: {found}"])
    return judged(definitions, found)


async def read_lists(tools: Tools, version: Version) -> tuple[ContactList, ...] | str:
    """Return the account's contact lists, or why they can't be had.

    Raises:
        StopRequestedError: The run was asked to end.
    """
    reason = ""
    for attempt in range(1, _TRIES + 1):
        tools.check_stop()
        match await tools.api.contact_lists(version=version):
            case ContactLists(lists=lists):
                return lists
            case OverLimit(retry_after_s=asked_s):
                reason = "the account is over its rate limit"
                if attempt < _TRIES:
                    await tools.pause(backoff_s(attempt, asked_s), OVER_LIMIT)
            case PageFailed(reason=reason) | Unauthorized(reason=reason):
                break
    return reason


def judged(definitions: Sequence[Definition], lists: Sequence[ContactList]) -> Checked:
    """Hold definitions against an account's contact lists. Pure."""
    known = {identity(one.name): one for one in lists}
    checked, remarks = Checked(), dict[str, list[str]]()
    for definition in definitions:
        missing = [name for name in _names(definition.body) if identity(name) not in known]
        if missing:
            words = (unknown("contact list", name, [one.name for one in lists]) for name in missing)
            checked.missing[definition.key] = f"the account has {'; '.join(words)}"
        else:
            keys = [identity(name) for name in _names(definition.body)]
            for key in keys:
                remarks.setdefault(key, []).append(definition.name)
            who = printable(definition.name)
            checked.warnings += (f"{who}: {words}" for words in mixtures([known[key] for key in keys]))
    for key, callers in remarks.items():
        who = ", ".join(printable(caller) for caller in sorted(callers))
        checked.warnings.extend(f"{who}: {words}" for _, words in oddities(known[key]))
    checked.warnings.sort()
    return checked


def _names(body: Mapping[str, Any] | None) -> Sequence[str]:
    names: Sequence[str] = (body or {}).get("contactLists", ())
    return names
