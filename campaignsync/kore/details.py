"""Reading one campaign by its id: what came back of the keys that a definition has. Pure."""

from http import HTTPStatus

from campaignsync.kore.responses import Answer, is_no, parsed
from campaignsync.outcome import Details, DetailsOutcome, OverLimit, PageFailed, Unauthorized

_KEYS = (
    "name",
    "description",
    "contactLists",
    "dncLists",
    "priority",
    "dialingMode",
    "dialingStrategy",
    "schedule",
    "enableMachineDetect",
    "maxSkips",
)
"""Keys of a body that some sample of this call has; what names its queue or flow is in the list alone."""


def details_outcome(answer: Answer) -> DetailsOutcome:
    """Return what an answer to a request for one campaign means."""
    data = parsed(answer.body)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or (
        answer.says_over_limit() and not (answer.is_success and isinstance(data, dict) and "data" in data)
    ):
        return OverLimit(retry_after_s=answer.retry_after_s)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(reason=answer.reason)
    match data:
        case {"data": dict(campaign)} if answer.is_success and not is_no(data):
            return Details(values={key: campaign[key] for key in _KEYS if key in campaign})
        case _:
            return PageFailed(reason=answer.reason, cure=answer.cure)
