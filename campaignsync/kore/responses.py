"""Sorting the server's answers: what they have in common, and what one means for a create. Pure.

The rules are the product's contract, "Sync" step 5, and the notes on the vendor's API.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from campaignsync.kore.words import shown
from campaignsync.outcome import Created, Outcome, OverLimit, Rejected, Unauthorized, Unknown

CAMP_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What is taken for an id: it goes into the state, commit messages and commands for people to copy."""

_MOST_WAIT_S = 600.0
# A century, so that a time can be told from whatever a server says.
_MOST_SKEW_S = 100 * 365 * 86400.0
# Without the "You've", which comes with a straight or a curly apostrophe.
_OVER_LIMIT = ("exceeded the per-minute rate limit", "rate limit for this api has been reached")
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_MOST_TITLED = 4096
_CURES: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "The client needs the scope Campaign Management, and its app must have been "
    "published since.",
    HTTPStatus.NOT_FOUND: "Check KORE_HOST, KORE_APP_ID and KORE_ACCOUNT_ID: the server has no such "
    "application.",
}
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
# 4xx that don't prove that nothing was done: a gateway may answer so while, or after, the vendor creates.
_UNPROVEN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that arrived whole.

    Attributes:
        status: The HTTP status.
        body: What came with it.
        date: When the server made it, by its own clock (RFC 9110, 6.6.1), as it wrote it.
        retry_after_s: Seconds that it asks to wait, if it does.
        redirects_to: Where a 3xx leads, fit to be shown; empty where it doesn't say.
        secrets: What must not be shown of it.
    """

    status: int
    body: bytes = field(repr=False)
    date: str | None = None
    retry_after_s: float | None = None
    redirects_to: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status <= 299  # noqa: PLR2004  # RFC 9110, 15.3 in numbers

    @property
    def is_redirect(self) -> bool:
        """Whether the status is a 3xx."""
        return 300 <= self.status <= 399  # noqa: PLR2004  # RFC 9110, 15.4 in numbers

    @property
    def is_refusal(self) -> bool:
        """Whether the status is a 4xx."""
        return 400 <= self.status <= 499  # noqa: PLR2004  # RFC 9110, 15.5 in numbers

    @property
    def page_title(self) -> str | None:
        """Of a page for people, its title, fit to be shown; empty without one, None where it is no page."""
        start = self.text[:_MOST_TITLED].lstrip()
        if not start.startswith("<"):
            return None
        found = _TITLE.search(start)
        return shown(found[1], self.secrets) if found else ""

    @property
    def cure(self) -> str:
        """What somebody must change, where to ask again would change nothing; else empty."""
        if self.is_redirect:
            return "If that is your environment's host, name it: KORE_HOST."
        if self.is_success or self.is_refusal:
            if self.page_title is not None:
                return (
                    "That is a page for people, not the API: check KORE_HOST, and whether a proxy or a "
                    "sign-in is in the way."
                )
            return _CURES.get(self.status, "")
        return ""

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode(errors="replace")

    @property
    def reason(self) -> str:
        """The status and the server's own words, or where it redirects to."""
        if self.is_redirect and self.redirects_to:
            where = f"redirects to {self.redirects_to} (redirects are not followed)"
            return f"HTTP {self.status}{_phrase(self.status)}: {where}"
        if self.page_title:
            return f"HTTP {self.status}: a page titled {self.page_title!r}"
        words = shown(_words(parsed(self.body), self.text), self.secrets)
        return f"HTTP {self.status}: {words}" if words else f"HTTP {self.status}{_phrase(self.status)}"

    def says_over_limit(self, sent: str = "") -> bool:
        """Whether it holds the vendor's sentence, and not only because what was sent holds it."""
        mine, theirs = (" ".join(text.lower().split()) for text in (sent, self.text))
        return any(sentence in theirs and sentence not in mine for sentence in _OVER_LIMIT)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` header (RFC 9110, 10.2.3), 0 to 600.

    Args:
        value: The header, in seconds or as a date; None where there is none.
        now: The time, with its zone.

    Returns:
        None where there is nothing readable.
    """
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return min(float(value), _MOST_WAIT_S)
    date = _http_date(value)
    return None if date is None else min(max(date.timestamp() - now.timestamp(), 0.0), _MOST_WAIT_S)


def clock_skew_s(value: str | None, *, started: datetime, ended: datetime) -> float | None:
    """Return by how many seconds the server's clock is ahead of this machine's; negative where it is behind.

    Args:
        value: The answer's `Date` header, in whole seconds (RFC 9110, 5.6.7); None where there is none.
        started: When the request began, by this machine's clock.
        ended: When the answer had arrived.

    Returns:
        0 where the date lies between the two, give or take a second; None where there is nothing readable.
    """
    date = None if value is None else _http_date(value)
    if date is None:
        return None
    ahead_s = max(date.timestamp() - ended.timestamp() - 1, 0.0)
    behind_s = max(started.timestamp() - 1 - date.timestamp(), 0.0)
    return min(max(ahead_s - behind_s, -_MOST_SKEW_S), _MOST_SKEW_S)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def create_outcome(answer: Answer, *, sent: str) -> Outcome:
    """Return what an answer to a create means.

    Args:
        answer: The answer.
        sent: The request's body: a refusal that quotes it must not pass for the over-limit sentence.
    """
    if answer.is_success:
        return _success(answer)
    may_limit = answer.is_refusal or answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or (may_limit and answer.says_over_limit(sent)):
        return OverLimit(retry_after_s=answer.retry_after_s)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(reason=answer.reason)
    if answer.is_redirect or (answer.is_refusal and answer.status not in _UNPROVEN):
        return Rejected(reason=answer.reason)
    return Unknown(reason=answer.reason, is_refusal=answer.status == HTTPStatus.CONFLICT)


def parsed(body: bytes) -> object:
    """Return a body's JSON, None where it is none; nesting and numbers are bounded by the parser."""
    try:
        return from_json(body)
    except ValueError:
        return None


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _words(data: object, text: str) -> str:
    match data:
        case {"message": str(message)} if message.strip():
            return message
        case {"errors": [*errors]} if messages := [*_messages(errors)]:
            return "; ".join(messages)
        case _:
            return text


def _messages(errors: Sequence[object]) -> Iterable[str]:
    for error in errors:
        match error:
            case {"msg": str(message)} if message.strip():
                yield message


def is_no(data: object) -> bool:
    """Return whether a 2xx body says no all the same."""
    match data:
        case {"status": str(status)}:
            return status.strip().lower() != "success"
        case {"errors": [*errors]}:
            return any(True for _ in _messages(errors))
        case _:
            return False


class StrictModel(BaseModel):
    """What all models of answers have in common: no conversion; unknown keys are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


class _CreatedCampaign(StrictModel):
    camp_id: str | None = Field(default=None, alias="campId")
    plain_id: str | None = Field(default=None, alias="id")
    stored_id: str | None = Field(default=None, alias="_id")


class _CreateAnswer(StrictModel):
    plain_id: str | None = Field(default=None, alias="id")
    campaign: _CreatedCampaign | None = Field(default=None, alias="data")

    @property
    def ids(self) -> list[str]:
        """All ids that it names, each once, in the order in which the notes say to read them."""
        own = self.campaign or _CreatedCampaign()
        named = (own.camp_id, own.plain_id, own.stored_id, self.plain_id)
        return list(dict.fromkeys(camp_id for camp_id in named if camp_id is not None))


def _success(answer: Answer) -> Outcome:
    if is_no(parsed(answer.body)):
        return Unknown(reason=answer.reason, is_refusal=True)
    try:
        ids = _CreateAnswer.model_validate_json(answer.body).ids
    except ValidationError:
        return Unknown(reason=f"an answer that can't be read ({answer.reason})")
    match ids:
        case [camp_id] if CAMP_ID.fullmatch(camp_id):
            return Created(camp_id=camp_id)
        case []:
            return Unknown(reason=f"an answer without an id ({answer.reason})")
        case _:
            named = shown(", ".join(ids), answer.secrets)
            return Unknown(reason=f"an answer whose id can't be told ({named})")
