"""Reading the account's queues, of which only the names matter. Pure.

Source: the vendor notes, "Calls beside create": pages of ten, and the scope Configuration.
"""

from http import HTTPStatus

from campaignsync.kore.responses import Answer, is_no, parsed
from campaignsync.outcome import OverLimit, PageFailed, Queues, QueuesOutcome, Unauthorized


def queues_outcome(answer: Answer) -> QueuesOutcome:
    """Return what an answer to a request for one page of the queues means."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return OverLimit(retry_after_s=answer.retry_after_s)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(reason=answer.reason)
    data = parsed(answer.body)
    match data:
        case {"data": dict(page)} | dict(page):
            rows = page.get("results", page.get("queues"))
        case _:
            page, rows = {}, None
    if not isinstance(rows, list) or not answer.is_success or is_no(data):
        return PageFailed(reason=answer.reason, cure=answer.cure)
    names = tuple(row["name"] for row in rows if isinstance(row, dict) and _is_name(row.get("name")))
    return Queues(names=names, has_more=page.get("hasMore") is True)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
