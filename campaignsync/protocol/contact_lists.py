"""Whether the contact lists that definitions name exist: one request, before anything is sent ("Sync" 3)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaignsync.identity import Definition, identity
from campaignsync.nearest import nearest_choice
from campaignsync.outcome import ContactList, ContactLists, OverLimit, PageFailed, Unauthorized
from campaignsync.protocol.listing import OVER_LIMIT
from campaignsync.protocol.tools import Tools, backoff_s
from campaignsync.text import printable
from campaignsync.versions import Version, versions_of

_TRIES = 2
_GOOD = {"ready", "validated"}


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
        unknown = [name for name in _names(definition.body) if identity(name) not in known]
        if unknown:
            checked.missing[definition.key] = "; ".join(_unknown(name, lists) for name in unknown)
        else:
            for name in _names(definition.body):
                remarks.setdefault(identity(name), []).append(definition.name)
    for key, callers in remarks.items():
        one = known[key]
        who = ", ".join(printable(caller) for caller in sorted(callers))
        name = printable(one.name)
        checked.warnings.extend(f"{who}: the contact list {name!r} {text}" for text in _odd(one))
    checked.warnings.sort()
    return checked


def _names(body: Mapping[str, Any] | None) -> Sequence[str]:
    names: Sequence[str] = (body or {}).get("contactLists", ())
    return names


def _unknown(name: str, lists: Sequence[ContactList]) -> str:
    near = nearest_choice(name, [one.name for one in lists])
    hint = f"; the nearest is {printable(near)!r}" if near else ""
    return f"the account has no contact list {printable(name)!r}{hint}"


def _odd(one: ContactList) -> Iterator[str]:
    if one.contacts == 0:
        yield "is empty: the campaign would call nobody"
    if one.status is not None and one.status.lower() not in _GOOD:
        yield f"is {printable(one.status)}, not Ready"
    if one.kind is not None and one.kind.lower() != "call":
        yield f"is of type {printable(one.kind)}, not call"
    if one.users:
        users = (f"{printable(name)!r} ({printable(camp_id)})" for camp_id, name in sorted(one.users))
        yield f"is called by {', '.join(users)} already, says the account"
