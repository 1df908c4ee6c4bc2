"""What happened to each campaign, from the versions of the state file in git. Pure.

A version is compared with each of its parents: what a merge has that no parent had is an event of the merge,
what came in from a side is one of that side's own commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Entries = Mapping[str, Any]
"""The entries of one version of a state file, by name, as JSON: old ones may be of any shape."""

_EVENTS = {"created": "created", "recovered": "recovered", "adopted": "adopted", "pending": "claimed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that changed the state file.

    Attributes:
        id: Its id.
        parents: Those of its parents.
        at: When it was committed, as git writes it in ISO 8601.
        author: Who wrote it, with the address.
        source: The commit whose definitions were synced; empty where it doesn't say.
        run: The run's URL; empty where it doesn't say.
        actor: Who started that run; empty where it doesn't say.
        plan: The digest of what was to be sent; empty where it doesn't say.
    """

    id: str
    parents: tuple[str, ...]
    at: str
    author: str
    source: str = ""
    run: str = ""
    actor: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one campaign.

    Attributes:
        name: The campaign's name.
        what: ``claimed``, ``created``, ``recovered``, ``adopted``, ``forgotten``, ``released`` (a claim of
            which nothing was made), or ``edited`` (by hand, since no run writes so).
        camp_id: Its id then, or what it had before it was forgotten; empty where there is none.
        path: The definition's file then.
        commit: The commit that says so.
        definer: Who changed the definition's file last before it was synced, with the commit; empty where
            that isn't known.
    """

    name: str
    what: str
    camp_id: str
    path: str
    commit: Commit
    definer: str = ""


def events_of(commit: Commit, after: Entries, befores: Sequence[Entries]) -> Iterator[Event]:
    """Yield what a version of the state changed, sorted by name.

    Args:
        commit: The commit that holds the version.
        after: Its entries.
        befores: The entries of each parent; none for the first commit.
    """
    sides = befores or [{}]
    names = after.keys() | set().union(*(side.keys() for side in sides))
    for name in sorted(names):
        new = after.get(name)
        if any(side.get(name) == new for side in sides):
            continue
        old = next((side[name] for side in sides if name in side), None)
        what = _what(old, new)
        if what:
            told = new if new is not None else old
            yield Event(
                name=name,
                what=what,
                camp_id=_text(told, "campId"),
                path=_text(told, "source"),
                commit=commit,
            )


def _what(old: object, new: object) -> str:
    """Return what an entry's change means; empty where a claim was only renewed."""
    before, after = (_text(entry, "status") for entry in (old, new))
    if new is None:
        return "released" if before == "pending" else "forgotten"
    if old is not None and before == after:
        is_same = _text(old, "campId") == _text(new, "campId")
        return "" if before == "pending" else "edited" if not is_same or before not in _EVENTS else ""
    return _EVENTS.get(after, "edited")


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, Mapping) else None
    return value if isinstance(value, str) else ""


def last_change(
    path: str, source: str, *, changes: Mapping[str, Sequence[str]], parents: Mapping[str, Sequence[str]]
) -> str:
    """Return the commit that changed a file last before another, itself included; empty where none did.

    Args:
        path: The file.
        source: The commit up to which to look.
        changes: The commits that changed each file, children before their parents.
        parents: All commits with their parents.
    """
    candidates = changes.get(path, ())
    # In most cases there is one, and nothing to look for.
    if len(candidates) < 2 or source not in parents:  # noqa: PLR2004  # a single one
        return candidates[0] if candidates else ""
    wanted, seen, left = set(candidates), {source}, [source]
    while left:
        commit = left.pop()
        for parent in parents.get(commit, ()):
            if parent not in seen:
                seen.add(parent)
                left.append(parent)
    return next((commit for commit in candidates if commit in wanted & seen), "")
