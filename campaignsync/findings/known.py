"""`lists/…` and `queues/unknown`: what a campaign names, as the account has it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from campaignsync.findings.finding import Campaign, Finding, Severity
from campaignsync.identity import identity
from campaignsync.inventory import Inventory
from campaignsync.nearest import nearest_choice
from campaignsync.outcome import ContactList
from campaignsync.text import cut, printable

_LONGEST_NAME = 48
_MOST_USERS = 3
_GOOD = {"ready", "validated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an account has, and since when that is known.

    Attributes:
        inventory: What it has.
        source: The file that says so; empty where the account itself was asked.
    """

    inventory: Inventory
    source: str

    @property
    def severity(self) -> Severity:
        """How much an unknown list matters: a sync asks again, and what the account says holds."""
        return "warning" if self.source else "error"

    @property
    def owner(self) -> str:
        """Who has or hasn't something, as the beginning of a sentence."""
        if not self.source:
            return "the account has"
        return f"on {self.inventory.read_at:%Y-%m-%d} the account had ({self.source})"

    @property
    def since(self) -> str:
        """What says when it was so, as the end of a sentence; empty where the account itself was asked."""
        return f" ({self.source}, read on {self.inventory.read_at:%Y-%m-%d})" if self.source else ""


def find(campaigns: Sequence[Campaign], known: Known) -> Iterator[Finding]:
    """Find what new campaigns name and the account has not, or has empty."""
    lists = {identity(one.name): one for one in known.inventory.lists}
    queues = known.inventory.queues
    for campaign in campaigns:
        if not campaign.is_new:
            continue
        for index, name in enumerate(campaign.body.get("contactLists", ())):
            one, key = lists.get(identity(name)), f"contactLists[{index}]"
            if one is None:
                words = unknown("contact list", name, [each.name for each in lists.values()])
                yield campaign.finding("lists/unknown", known.severity, key, f"{known.owner} {words}")
            else:
                for rule, words in oddities(one):
                    yield campaign.finding(rule, "warning", key, f"{words}{known.since}")
        there = [lists[key] for key in campaign.lists if key in lists]
        for words in mixtures(there):
            yield campaign.finding("lists/mixed", "warning", "contactLists", f"{words}{known.since}")
        yield from _zones(campaign, there)
        queue = campaign.body.get("queue_name")
        if queues is not None and queue is not None and identity(queue) not in set(map(identity, queues)):
            words = unknown("queue", queue, queues)
            yield campaign.finding("queues/unknown", known.severity, "queue_name", f"{known.owner} {words}")


def unknown(kind: str, name: str, choices: Sequence[str]) -> str:
    """Return what to say of a name that none of the choices has, as what follows "the account has"."""
    near = nearest_choice(name, choices)
    hint = f"; the nearest is {_quoted(near)}" if near else ""
    return f"no {kind} {_quoted(name)}{hint}"


def oddities(one: ContactList) -> Iterator[tuple[str, str]]:
    """Find why a campaign that calls a list may call nobody, or the wrong people: the rule and a sentence."""
    name = f"the contact list {_quoted(one.name)}"
    if one.contacts == 0:
        yield "lists/empty", f"{name} is empty: the campaign would call nobody"
    if one.status is not None and one.status.lower() not in _GOOD:
        yield "lists/empty", f"{name} is {_cut(one.status)}, not Ready"
    if one.kind is not None and one.kind.lower() != "call":
        yield "lists/empty", f"{name} is of type {_cut(one.kind)}, not call"
    if one.users:
        users = [f"{_quoted(user)} ({_cut(camp_id)})" for camp_id, user in sorted(one.users)[:_MOST_USERS]]
        more = len(one.users) - _MOST_USERS
        others = f" and {more} more" if more > 0 else ""
        yield "lists/busy", f"{name} is called by {', '.join(users)}{others} already"


def mixtures(lists: Sequence[ContactList]) -> Iterator[str]:
    """Say where the lists of one campaign don't go together.

    Source: the vendor notes, "What the console says or enforces": those of one campaign need matching fields
    and the same source type.
    """
    for what, told in (
        ("the same source", [(one, one.source) for one in lists if one.source is not None]),
        ("matching columns", [(one, one.columns) for one in lists if one.columns is not None]),
    ):
        other = next((one for one, value in told if value != told[0][1]), None)
        if other is not None:
            names = f"{_quoted(told[0][0].name)} and {_quoted(other.name)}"
            yield f"the contact lists {names} have not {what}, as those of one campaign must"


def _zones(campaign: Campaign, lists: Sequence[ContactList]) -> Iterator[Finding]:
    """Find lists whose contacts have time zones, which win over the campaign's.

    Source: the vendor notes, "What the console says or enforces", calling hours.
    """
    zoned = [one.name for one in lists if one.has_time_zones]
    if not zoned:
        return
    plain = [one.name for one in lists if one.has_time_zones is False]
    zone = campaign.week.timezone
    words = f"contacts of {_quoted(zoned[0])} have time zones of their own, which win over {zone}"
    if plain:
        words += f", and those of {_quoted(plain[0])} have none: the hours hold on two kinds of clocks"
    yield campaign.finding("lists/zones", "warning" if plain else "notice", "contactLists", words)


def _quoted(name: str) -> str:
    return repr(_cut(name))


def _cut(text: str) -> str:
    return printable(cut(text, _LONGEST_NAME))
