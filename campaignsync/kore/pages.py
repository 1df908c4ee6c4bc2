"""Reading the account's list, page by page: strict in what decides, lenient in what only describes. Pure."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from pydantic import Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from campaignsync.kore.responses import CAMP_ID, Answer, StrictModel, is_no, parsed
from campaignsync.kore.words import shown
from campaignsync.outcome import OverLimit, Page, PageFailed, PageOutcome, RemoteCampaign, Unauthorized

PAGE_ROWS = 100
"""Rows asked for in one page of the list; one may hold fewer (the product's contract, "Sync" 3)."""


def page_outcome(answer: Answer, skip: int) -> PageOutcome:
    """Return what an answer to a request for one page of the list means.

    Args:
        answer: The answer.
        skip: The number of the first campaign that was asked for, 0 for the newest.
    """
    if answer.is_success:
        try:
            page = _PageAnswer.model_validate_json(answer.body)
        except ValidationError as error:
            if answer.page_title is None and not (is_no(parsed(answer.body)) or _is_bare_sentence(answer)):
                return PageFailed(reason=_unreadable(error, answer, skip))
        else:
            if not page.says_no:
                return _page(page.data, skip)
    # Under any status, since reading has no effect: to ask again later is always right.
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.says_over_limit():
        return OverLimit(retry_after_s=answer.retry_after_s)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(reason=answer.reason)
    return PageFailed(reason=answer.reason, cure=answer.cure)


class _OrNone:
    """Makes a field None where its value is of another type; by the parser itself, since that is fast."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


_T = TypeVar("_T")
Lenient = Annotated[_T | None, _OrNone()]
"""A field that is None where an answer has another type there."""
_CampId = Annotated[str, Field(pattern=f"^{CAMP_ID.pattern}$")]


class _Row(StrictModel):
    """One campaign in the list: strict in what decides, lenient in what only describes."""

    stored_id: _CampId | None = Field(default=None, alias="_id")
    plain_id: _CampId | None = Field(default=None, alias="id")
    name: Annotated[str, Field(pattern=r"\S")]
    description: Lenient[str] = None
    contact_lists: Lenient[list[str]] = Field(default=None, alias="contactLists")
    priority: Lenient[str | int] = None
    dialing_mode: Lenient[str] = Field(default=None, alias="dialingMode")
    created_at: Lenient[str] = Field(default=None, alias="createdAt")
    status: Lenient[str] = None
    connection: Lenient[str] = None
    dnc_lists: Lenient[dict[str, Any]] = Field(default=None, alias="dncLists")
    schedule: Lenient[dict[str, Any]] = None


class _PageData(StrictModel):
    results: list[_Row]
    total: int = Field(alias="totalResults", ge=0)
    has_more: bool | None = Field(default=None, alias="hasMore")


class _PageAnswer(StrictModel):
    data: _PageData
    status: Any = None
    errors: Any = None

    @property
    def says_no(self) -> bool:
        """Whether it is a refusal all the same."""
        return is_no({"status": self.status, "errors": self.errors})


def _page(data: _PageData, skip: int) -> Page | PageFailed:
    rows = [_campaign(row) for row in data.results]
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        position = skip + rows.index(None)
        return PageFailed(reason=f"the account's list: row {position + 1} names no id, or two")
    is_short = skip + len(rows) < data.total
    return Page(
        campaigns=tuple(known),
        total=data.total,
        has_more=is_short if data.has_more is None else data.has_more,
    )


def _campaign(row: _Row) -> RemoteCampaign | None:
    ids = {camp_id for camp_id in (row.stored_id, row.plain_id) if camp_id is not None}
    if len(ids) != 1:
        return None
    return RemoteCampaign(
        camp_id=ids.pop(),
        name=row.name,
        description=row.description,
        contact_lists=None if row.contact_lists is None else tuple(row.contact_lists),
        priority=None if row.priority is None else str(row.priority),
        dialing_mode=row.dialing_mode,
        created_at=None if row.created_at is None else _time(row.created_at),
        status=row.status,
        connection=row.connection,
        dnc_list=_within(row.dnc_lists, "name", str),
        is_scheduled=_within(row.schedule, "isSchedulingEnabled", bool),
    )


def _within(data: dict[str, Any] | None, key: str, kind: type[_T]) -> _T | None:
    value = (data or {}).get(key)
    return value if isinstance(value, kind) else None


def _time(text: str) -> datetime | None:
    """Return a time in UTC; None also for one without a zone, since it can't be compared with a claim's."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _is_bare_sentence(answer: Answer) -> bool:
    """Return whether the over-limit sentence came instead of a page, not in some campaign's texts."""
    match parsed(answer.body):
        case {"data": {"results": _}}:
            return False
        case _:
            return answer.says_over_limit()


def _unreadable(error: ValidationError, answer: Answer, skip: int) -> str:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the answer"
    whole = f"the account's list, after {skip} rows, can't be read: {where}: {first['msg']}"
    return shown(whole, answer.secrets)
