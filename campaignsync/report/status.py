"""What became of recorded campaigns, as text, as one JSON object, and as Markdown. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from campaignsync.drift import Condition, Observed
from campaignsync.plan import Target
from campaignsync.report.changes import change_in_words
from campaignsync.report.sections import Section, assemble
from campaignsync.report.summary import counted, forget, target_line
from campaignsync.state import Claim, Record, format_time
from campaignsync.text import code_span, cut, json_text, printable

_LONGEST_VALUE = 300
_LARGE, _ALL = 30_000, 2_000_000

_GONE = (
    "it is not in the account any more. If that was meant: delete its definition first, then drop its entry "
    "with `{forget}`; while the file is there, a sync after that would create it again"
)
_UNLISTED = "it was created a moment ago, and the account's list does not show it yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """What `status` found, and what is told with it.

    Attributes:
        target: Whose campaigns they are.
        observed: The entries that were asked for, sorted by name.
        requests: How many requests were sent.
        unread: How many campaigns `--deep` did not come to.
        is_interrupted: The run was asked to end before its end.
    """

    target: Target
    observed: Sequence[Observed]
    requests: int
    unread: int = 0
    is_interrupted: bool = False

    @property
    def differing(self) -> list[Observed]:
        """Those that somebody should look at."""
        return [one for one in self.observed if one.differs]

    @property
    def others(self) -> list[Observed]:
        """Those that are as they were sent, as far as the account says."""
        return [one for one in self.observed if not one.differs]


def text(view: StatusView) -> str:
    """Return it for people: what differs first, the counts in the last line."""
    parts = [
        printable(target_line(view.target)),
        _section("To look at", map(_told, view.differing), len(view.differing)),
        _section("As they were sent", map(_told, view.others), len(view.others)),
        "\n".join(_ending(view)),
    ]
    return "\n\n".join(part for part in parts if part)


def _section(title: str, items: Iterable[str], count: int) -> str:
    return "\n".join([f"{title} ({count}):", *items]) if count else ""


def _told(one: Observed) -> str:
    sign = "!" if one.differs else "?" if isinstance(one.entry, Claim) else " "
    head = "  ".join(printable(cut(word, _LONGEST_VALUE)) for word in (one.entry.name, *_facts(one)))
    return "\n".join([f"  {sign} {head}", *(f"      {printable(remark)}" for remark in _remarks(one))])


def _facts(one: Observed) -> Iterator[str]:
    if isinstance(one.entry, Record):
        yield one.entry.camp_id
    yield _status(one)


def _status(one: Observed) -> str:
    is_listed = one.condition is Condition.LISTED
    return (one.status or "status not told") if is_listed else str(one.condition)


def _remarks(one: Observed) -> Iterator[str]:
    match one.condition:
        case Condition.GONE:
            yield _GONE.format(forget=forget(one.entry.name))
        case Condition.UNLISTED:
            yield _UNLISTED
        case Condition.PENDING:
            yield f"claimed since {format_time(one.entry.claimed_at)}: the next sync finds out"
        case Condition.LISTED:
            pass
    if one.is_calling_early and isinstance(one.entry, Record):
        yield (
            f"it is {one.status}, and was created only at {format_time(one.entry.created_at)}: "
            "look in Kore.ai, and stop it if nobody meant to start it"
        )
    for field_change in one.changes:
        change = change_in_words(field_change)
        old, new = (cut(value or "", _LONGEST_VALUE) for value in (change.old, change.new))
        yield f"{change.what}: {old} was sent, {new} is there"
    if one.twins:
        many = "another campaign" if len(one.twins) == 1 else "other campaigns"
        yield f"{many} of this name in the account: {', '.join(one.twins)}"
    if one.error:
        yield f"could not be read by its id: {one.error}"


def _ending(view: StatusView) -> Iterator[str]:
    if view.is_interrupted:
        left = f": {counted(view.unread, 'campaign')} not read by their ids" if view.unread else ""
        yield f"Interrupted before its end{left}."
    yield _counts(view)


def _counts(view: StatusView) -> str:
    if not view.observed:
        return "Nothing is recorded: no request was needed."
    statuses = Counter(_status(one) for one in view.observed)
    each = ", ".join(f"{count} {printable(cut(status, 40))}" for status, count in sorted(statuses.items()))
    differing = len(view.differing)
    ending = f"{differing} to look at" if differing else "all as they were sent"
    return (
        f"{counted(len(view.observed), 'campaign')}: {each}; {ending}; {counted(view.requests, 'request')}."
    )


def as_json(view: StatusView) -> str:
    """Return it as one object."""
    target = view.target
    data = {
        "formatVersion": 1,
        "target": {
            "host": target.host,
            "appId": target.app_id,
            "state": target.state,
            "isNew": target.is_new,
        },
        "campaigns": [_object(one) for one in view.observed],
        "differing": len(view.differing),
        "unread": view.unread,
        "requests": view.requests,
    }
    return json_text(data, indent=2)


def _object(one: Observed) -> dict[str, object]:
    record = one.entry if isinstance(one.entry, Record) else None
    return {
        "name": one.entry.name,
        "campId": record.camp_id if record else None,
        "source": one.entry.source,
        "createdAt": format_time(record.created_at) if record else None,
        "condition": str(one.condition),
        "status": one.status,
        "differs": one.differs,
        "isCallingEarly": one.is_calling_early,
        "changes": [{"path": each.path, "old": each.old, "new": each.new} for each in one.changes],
        "twins": list(one.twins),
        "error": one.error or None,
    }


def markdown(view: StatusView) -> str:
    """Return it as Markdown of less than 60,000 characters, what differs first."""
    differing, others = view.differing, view.others
    head = f"### Status of {code_span(cut(view.target.state, _LONGEST_VALUE))}"
    first = [head, *(f"**{line}**" for line in map(_prose_line, _ending(view)))]
    sections = [
        Section(
            head=f"> [!WARNING]\n> **To look at: {len(differing)}.**\n\n",
            items=map(_bullet, differing),
            count=len(differing),
            share=_LARGE,
        ),
        Section(
            head=f"#### As they were sent: {len(others)}\n\n",
            items=map(_bullet, others),
            count=len(others),
            share=_ALL,
        ),
    ]
    return assemble("\n\n".join(first), sections)


def _prose_line(text: str) -> str:
    # Only statuses in it are foreign; what Markdown could read in them is left out.
    return "".join(letter for letter in text if letter.isalnum() or letter in " .,;:-/()")


def _bullet(one: Observed) -> str:
    facts = ", ".join(code_span(cut(fact, _LONGEST_VALUE)) for fact in _facts(one))
    lines = [f"- {code_span(cut(one.entry.name, _LONGEST_VALUE))} ({facts})"]
    lines += (f"  - {code_span(cut(remark, 2 * _LONGEST_VALUE))}" for remark in _remarks(one))
    return "\n".join(lines)
