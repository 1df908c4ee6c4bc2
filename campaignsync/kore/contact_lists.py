"""Reading the account's contact lists: strict in their names, lenient in what only describes them. Pure.

Source: the API notes, "Contact lists": one answer that isn't paged, a plain array.
"""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field, ValidationError

from campaignsync.kore.pages import Lenient
from campaignsync.kore.responses import Answer, StrictModel, is_no, parsed
from campaignsync.kore.words import shown
from campaignsync.outcome import ContactList, ContactLists, ListsOutcome, OverLimit, PageFailed, Unauthorized


def lists_outcome(answer: Answer) -> ListsOutcome:
    """Return what an answer to a request for all contact lists means."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return OverLimit(retry_after_s=answer.retry_after_s)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(reason=answer.reason)
    data = parsed(answer.body)
    if not answer.is_success or is_no(data) or answer.page_title is not None:
        return PageFailed(reason=answer.reason, cure=answer.cure)
    try:
        rows = _Lists.model_validate({"lists": _array(data)}).lists
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        whole = f"the contact lists can't be read: {where}: {first['msg']}"
        return PageFailed(reason=shown(whole, answer.secrets))
    return ContactLists(lists=tuple(map(_contact_list, rows)))


def _array(data: object) -> object:
    """Return the array, wherever siblings of this call have it."""
    match data:
        case {"data": {"results": rows}} | {"data": rows}:
            return rows
        case _:
            return data


class _User(StrictModel):
    id: str
    name: str


class _Row(StrictModel):
    name: Annotated[str, Field(pattern=r"\S")]
    contacts: Lenient[int] = Field(default=None, alias="totalRecordCount")
    status: Lenient[str] = None
    mapping: Lenient[dict[str, Any]] = None
    kind: Lenient[str] = Field(default=None, alias="listType")
    source: Lenient[str] = None
    columns: Lenient[list[str]] = None
    users: Lenient[list[_User]] = Field(default=None, alias="campaignInUse")


class _Lists(StrictModel):
    lists: list[_Row]


def _contact_list(row: _Row) -> ContactList:
    return ContactList(
        name=row.name,
        contacts=row.contacts,
        status=row.status,
        has_time_zones=None if row.mapping is None else bool(row.mapping.get("timeZone")),
        kind=row.kind,
        # One and the same source has both names in the vendor's samples (the vendor notes, 1.6).
        source=row.source and row.source.removesuffix("Integration"),
        columns=None if row.columns is None else tuple(sorted(set(row.columns))),
        users=tuple((user.id, user.name) for user in row.users or ()),
    )
