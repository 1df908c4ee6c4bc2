"""The bytes of a policy to what it says, or to all of its problems, each with its place. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from pydantic import ValidationError

from campaignsync.definitions.messages import dotted, explain_as
from campaignsync.definitions.model import MOST_OF_A_FILE
from campaignsync.definitions.yaml import Loc, read
from campaignsync.definitions.yaml_errors import ParseError, Place, line_at, quoted
from campaignsync.errors import InvalidDefinitionsError, Problem
from campaignsync.identity import identity
from campaignsync.nearest import nearest_choice
from campaignsync.policy.model import Policy
from campaignsync.policy.packs import packs
from campaignsync.policy.rules import is_rule, rule_ids

LONGEST_WAIVER_DAYS = 366
"""Days ahead that a waiver may end at most (the product's contract, "Policy")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy, and where it says what.

    Attributes:
        policy: What it says.
        path: Its file.
        place: Returns the line and column of a value, by the keys and indexes that lead to it.
    """

    policy: Policy
    path: str
    place: Callable[[Loc], Place]


def read_policy(content: bytes, *, path: str, today: date, names: Collection[str] | None) -> PolicyFile:
    """Return a policy.

    Args:
        content: The file's bytes.
        path: What to call the file.
        today: The day, in UTC, from which waivers are counted.
        names: Names of all campaigns that there are; None where not all are known.

    Raises:
        InvalidDefinitionsError: It has problems.
    """
    try:
        text = content.decode().removeprefix("\ufeff")
        document = read(text)
    except UnicodeDecodeError as error:
        raise _invalid([_problem(path, (), (1, 1), "the file is not UTF-8: save it as UTF-8")]) from error
    except ParseError as error:
        raise _invalid([_problem(path, (), error.place, error.message, text=text)]) from error
    found = {(loc, place): message for loc, place, message in document.flaws}
    policy = None
    try:
        policy = Policy.model_validate(document.value)
    except ValidationError as error:
        for flaw in islice(explain_as(error, Policy), MOST_OF_A_FILE):
            found.setdefault((flaw.loc, document.place(flaw.loc, is_key=flaw.is_key)), flaw.message)
    else:
        for loc, message in _unknown(policy, today, names):
            found.setdefault((loc, document.place(loc)), message)
    if policy is None or found:
        raise _invalid(
            [_problem(path, loc, place, message, text=text) for (loc, place), message in found.items()]
        )
    return PolicyFile(policy=policy, path=path, place=document.place)


def _unknown(policy: Policy, today: date, names: Collection[str] | None) -> Iterator[tuple[Loc, str]]:
    """Find what a policy names and there is not."""
    for index, rule in enumerate(policy.rules):
        for number, pack in enumerate(rule.packs if isinstance(rule.packs, list) else ()):
            if pack not in packs():
                near = _near(pack, packs()) or "; `campaignsync schema --packs` has all"
                yield ("rules", index, "packs", number), f"there is no pack {quoted(pack)}{near}"
    known = None if names is None else {identity(name): name for name in names}
    seen: dict[tuple[str, str], int] = {}
    for index, waiver in enumerate(policy.waivers):
        if not is_rule(waiver.rule):
            yield (
                ("waivers", index, "rule"),
                f"there is no rule {quoted(waiver.rule)}{_near(waiver.rule, rule_ids())}",
            )
        if known is not None and identity(waiver.campaign) not in known:
            yield (
                ("waivers", index, "campaign"),
                f"there is no campaign {quoted(waiver.campaign)}{_near(waiver.campaign, known.values())}",
            )
        if (waiver.until - today).days > LONGEST_WAIVER_DAYS:
            last = today + timedelta(days=LONGEST_WAIVER_DAYS)
            yield (
                ("waivers", index, "until"),
                f"{waiver.until} is more than {LONGEST_WAIVER_DAYS} days ahead: {last} at the latest",
            )
        first = seen.setdefault((waiver.rule, identity(waiver.campaign)), index)
        if first != index:
            yield ("waivers", index), f"duplicate of waivers[{first}]"


def _near(text: str, choices: Collection[str] | Mapping[str, object]) -> str:
    near = nearest_choice(text, choices)
    return f"; perhaps you meant {near}" if near else ""


def _invalid(problems: Sequence[Problem]) -> InvalidDefinitionsError:
    return InvalidDefinitionsError(tuple(sorted(problems)))


def _problem(path: str, loc: Loc, place: Place, message: str, *, text: str = "") -> Problem:
    line, column = place
    return Problem(
        path=path, line=line, column=column, key=dotted(loc), message=message, excerpt=line_at(text, line)
    )
