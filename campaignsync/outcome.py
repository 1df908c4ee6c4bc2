"""What the account answers: the outcomes of a create, listed campaigns, pages. Pure types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The campaign exists, and this is its id."""

    camp_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The server said no with a 4xx that means it, or sent the request elsewhere with a 3xx: nothing exists.

    Attributes:
        reason: The status and the server's own words, or where it redirects to; short, printable, without
            secrets.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Not one byte of the request left this machine: nothing exists."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """The permit asked for just before the write was refused: nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The campaign may or may not exist.

    Attributes:
        reason: What happened instead of an answer.
        is_refusal: The answer carried the server's own reason for a no (409, or 200 with an error in
            it). Once the name is proven absent, such a create has failed and is not sent again.
    """

    reason: str
    is_refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit:
    """The account's requests of this minute are used up; nothing was executed.

    Attributes:
        retry_after_s: Seconds that the server asks to wait, if it said so.
    """

    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized:
    """The server refused the credentials (401), with a new token too: nothing exists."""

    reason: str


Outcome = Created | Rejected | NotSent | Withheld | Unknown | OverLimit | Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteCampaign:
    """One campaign as the account's list shows it.

    Attributes:
        camp_id: Its id.
        name: Its name, as typed by whoever made it.
        description: Its description; None where the list left it out.
        contact_lists: Names of its contact lists; None where the list left them out.
        priority: "1" to "5"; None where the list left it out.
        dialing_mode: For example ``Preview``; None where the list left it out.
        created_at: When the vendor made it; None where the list has no readable time.
        status: For example ``Ready``, as the vendor writes it; None where the list left it out.
        connection: Name of its queue, or of its flow where it is Agentless; None where the list left it out.
        dnc_list: Name of its do-not-call list; None where the list left it out, as version 1 does.
        is_scheduled: Whether it starts by itself at some time; None where the list left it out.
    """

    camp_id: str
    name: str
    description: str | None = None
    contact_lists: tuple[str, ...] | None = None
    priority: str | None = None
    dialing_mode: str | None = None
    created_at: datetime | None = None
    status: str | None = None
    connection: str | None = None
    dnc_list: str | None = None
    is_scheduled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the account's list.

    Attributes:
        campaigns: The rows of this page; they may be fewer than were asked for.
        total: How many campaigns the account has, as this page says (``totalResults``).
        has_more: Whether the server says that another page follows.
    """

    campaigns: Sequence[RemoteCampaign]
    total: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFailed:
    """A page could not be read; reading has no effect, so it may be asked for again.

    Attributes:
        reason: What happened instead.
        cure: What somebody must change, where to ask again would change nothing; else empty.
    """

    reason: str
    cure: str = ""


PageOutcome = Page | PageFailed | OverLimit | Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One campaign as read by its id.

    Attributes:
        values: What came back, of those keys that a definition has too; each of any type.
    """

    values: Mapping[str, Any]


DetailsOutcome = Details | PageFailed | OverLimit | Unauthorized


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """One contact list of the account.

    Attributes:
        name: Its name.
        contacts: How many contacts it holds; None where that isn't told.
        status: For example ``Ready`` or ``Invalid``, as the vendor writes it; None where untold.
        has_time_zones: Whether its contacts have a time zone of their own; None where that isn't told.
        kind: ``call`` for telephone numbers; None where untold.
        source: Where its contacts come from, such as ``passiveApi``; None where untold.
        columns: What is known of each contact, sorted; None where untold.
        users: The campaigns that call it, by id, with their names; the vendor's samples contradict themselves
            about it, so it is only a hint.
    """

    name: str
    contacts: int | None = None
    status: str | None = None
    has_time_zones: bool | None = None
    kind: str | None = None
    source: str | None = None
    columns: tuple[str, ...] | None = None
    users: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLists:
    """All contact lists of the account."""

    lists: tuple[ContactList, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """One page of the account's queues.

    Attributes:
        names: Their names.
        has_more: Whether the server says that another page follows.
    """

    names: tuple[str, ...]
    has_more: bool


QueuesOutcome = Queues | PageFailed | OverLimit | Unauthorized

ListsOutcome = ContactLists | PageFailed | OverLimit | Unauthorized
