"""`names/…`: names that were cut, not filled in, or only look like others. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from campaignsync.findings.finding import Campaign, Finding
from campaignsync.identity import identity
from campaignsync.text import cut, printable

_LONGEST_NAME = 48
_MOST_KEPT = 65_536
"""Names that are kept as seen: each is looked at more than once, and lists are shared."""

_LOOKS_LIKE = str.maketrans(
    dict(
        zip(
            "аеорсухіјѕԁԛԝһвнкмтгαονρτυικ",
            "aeopcyxijsdqwhbhkmtraovptuik",
            strict=True,
        )
    )
)
"""Small letters of Cyrillic and Greek, of which a reader takes some form for a Latin one (Unicode TS 39)."""

_QUOTES = frozenset("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb\u2039\u203a")
"""Quotation marks that are none to YAML."""

_PLACEHOLDER = "NAME OF "
"""How a name begins that `campaignsync new` left to be filled in."""

_KINDS = (
    ("name", "campaign"),
    ("contactLists", "contact list"),
    ("queue_name", "queue"),
    ("experienceFlowName", "flow"),
    ("dncLists", "do-not-call list"),
)


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find new campaigns whose name may have been cut, and names that are not what they look like."""
    for campaign in campaigns:
        if campaign.name_comment:
            comment = printable(cut(campaign.name_comment, _LONGEST_NAME))
            yield campaign.finding(
                "names/cut",
                "warning",
                "name",
                f"YAML reads {comment!r} as a comment, so the name ends before it: put the whole name "
                "between quotes if it belongs to it",
            )
    for key, kind in _KINDS:
        uses = list(_named(campaigns, key))
        yield from _not_filled_in(uses, kind)
        yield from _in_curly_quotes(uses, kind)
        yield from _alike(uses, kind)


_Use = tuple[Campaign, str, str]
"""A campaign, the dotted key of a name in it, and the name."""


def _named(campaigns: Sequence[Campaign], key: str) -> Iterator[_Use]:
    for campaign in campaigns:
        match campaign.body.get(key):
            case str(name) | {"name": str(name)}:
                yield campaign, key, name
            case [*names]:
                for index, name in enumerate(names):
                    if isinstance(name, str):
                        yield campaign, f"{key}[{index}]", name


def _not_filled_in(uses: Sequence[_Use], kind: str) -> Iterator[Finding]:
    for campaign, key, name in uses:
        if campaign.is_new and name.startswith(_PLACEHOLDER) and kind != "campaign":
            yield campaign.finding(
                "names/placeholder",
                "warning",
                key,
                f"{_spelled(name)} is not filled in: write the name of a {kind} that the account has",
            )


def _in_curly_quotes(uses: Sequence[_Use], kind: str) -> Iterator[Finding]:
    for campaign, key, name in uses:
        if campaign.is_new and name[:1] in _QUOTES and name[-1:] in _QUOTES:
            yield campaign.finding(
                "names/quotes",
                "warning",
                key,
                f"the {kind} {_spelled(name)} has its quotes as a part of its name, since curly ones are "
                "none to YAML: write plain ones",
            )


def _alike(uses: Sequence[_Use], kind: str) -> Iterator[Finding]:
    groups: dict[str, dict[str, _Use]] = {}
    for use in uses:
        # The first use of each name is enough to tell of it; names of one identity are one name.
        groups.setdefault(seen(use[2]), {}).setdefault(identity(use[2]), use)
    for campaign, key, name in uses:
        others = groups[seen(name)]
        if campaign.is_new and len(others) > 1:
            first, _, other = next(use for own, use in others.items() if own != identity(name))
            yield campaign.finding(
                "names/alike",
                "warning",
                key,
                f"the {kind} {_spelled(name)} looks like {_spelled(other)} of {first.path}, and is "
                "another: write both in the same way if one is meant",
            )


@lru_cache(_MOST_KEPT)
def seen(name: str) -> str:
    """Return what a reader sees of a name: without case, forms, spaces of width and what is invisible."""
    if name.isascii() and name.isprintable():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFKC", name).lower()
    shown = "".join(" " if letter.isspace() else letter for letter in folded if _is_seen(letter))
    return " ".join(shown.split()).translate(_LOOKS_LIKE)


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cf", "Mn"} or unicodedata.combining(letter) > 0


def _spelled(name: str) -> str:
    """Return a name with the code point of each letter that isn't plain ASCII."""
    short = cut(name, _LONGEST_NAME)
    return repr(
        "".join(letter if letter.isascii() else f"<U+{ord(letter):04X}>" for letter in printable(short))
    )
