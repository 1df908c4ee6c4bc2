"""The sandbox's HTTP: what is checked of a request, in which order, and the shapes of the answers.

Calls and shapes are those of the contract and the notes on the API. To start a campaign is not among them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from campaignsync.sandbox.account import Sandbox, StoredCampaign
from campaignsync.sandbox.contract import problems

OVER_LIMIT = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
"""The vendor's sentence."""

_PREFIX = "/agentassist/api/v1/public/{iid}/campaign"
_BAD_TOKEN = 4002
_MOST_BYTES = 1024 * 1024
_MOST_ROWS = 100

_Call = Callable[[Request, Sandbox], Awaitable[Response]]


class _Refusal(HTTPException):
    """A request that is answered with errors, each its own message."""

    def __init__(self, status: int, *messages: str, code: int | None = None) -> None:
        super().__init__(status)
        self.errors = [{"msg": message, "code": code or status} for message in messages]


def application(sandbox: Sandbox) -> Starlette:
    """Return the ASGI application that serves an account."""

    def guarded(call: _Call) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            _check_caller(request, sandbox)
            return await call(request, sandbox)

        return endpoint

    return Starlette(
        routes=[
            Route(_PREFIX, guarded(_create), methods=["POST"]),
            Route(f"{_PREFIX}/getAllCampaignDetails", guarded(_list), methods=["POST"]),
            Route(f"{_PREFIX}/{{camp_id}}", guarded(_read), methods=["GET"]),
            Route(f"{_PREFIX}/{{camp_id}}/status", guarded(_status), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused},
    )


async def _refused(_: Request, error: Exception) -> Response:
    match error:
        case _Refusal(status_code=status, errors=errors):
            return JSONResponse({"errors": errors}, status)
        case HTTPException(status_code=status, detail=detail):
            return JSONResponse({"errors": [{"msg": detail, "code": status}]}, status)
        case _:
            raise error


def _check_caller(request: Request, sandbox: Sandbox) -> None:
    if sandbox.is_over_limit():
        raise _Refusal(429, OVER_LIMIT)
    if not sandbox.accepts(request.headers.get("auth", "")):
        raise _Refusal(401, "Invalid SDK credentials", code=_BAD_TOKEN)
    known = sandbox.credentials
    if request.path_params["iid"] != known.app_id:
        raise _Refusal(404, "the path names another application than this sandbox's")
    for header, value in (("iid", known.app_id), ("accountId", known.account_id)):
        if request.headers.get(header) != value:
            raise _Refusal(403, f"the header {header} is missing, or not this sandbox's")


async def _create(request: Request, sandbox: Sandbox) -> Response:
    if request.query_params.multi_items() != [("campaignType", "voice")]:
        raise _Refusal(400, "the query must be campaignType=voice")
    body = await _object(request)
    if found := problems(body):
        raise _Refusal(400, *found)
    campaign = sandbox.create(body)
    return JSONResponse(
        {
            "status": "success",
            "message": f"{body['name']} creation in progress",
            "id": campaign.camp_id,
            "data": {"campId": campaign.camp_id},
        }
    )


async def _list(request: Request, sandbox: Sandbox) -> Response:
    match await _object(request):
        case {
            "type": "voice",
            "limit": int(limit),
            "skip": int(skip),
            "page": int(page),
            "sortBy": {"createdAt": "asc" | "desc" as order},
        } if 1 <= limit <= _MOST_ROWS and skip >= 0 and page >= 1:
            rows = sandbox.listed(is_newest_first=order == "desc")
            return JSONResponse({"data": _page(rows, sandbox, start=skip or (page - 1) * limit, limit=limit)})
        case _:
            raise _Refusal(400, "the body must be type voice, limit, skip, page and sortBy createdAt")


def _page(
    rows: Sequence[StoredCampaign], sandbox: Sandbox, *, start: int, limit: int
) -> Mapping[str, object]:
    return {
        "results": [sandbox.document(row) for row in rows[start : start + limit]],
        "hasMore": start + limit < len(rows),
        "totalResults": len(rows),
    }


async def _read(request: Request, sandbox: Sandbox) -> Response:
    return JSONResponse({"status": "success", "data": sandbox.document(_found(request, sandbox))})


async def _status(request: Request, sandbox: Sandbox) -> Response:
    if request.query_params.multi_items() != [("view", "status")]:
        raise _Refusal(400, "the query must be view=status")
    return JSONResponse({"status": "success", "data": {"status": sandbox.status(_found(request, sandbox))}})


def _found(request: Request, sandbox: Sandbox) -> StoredCampaign:
    campaign = sandbox.find(request.path_params["camp_id"])
    if campaign is None:
        raise _Refusal(404, "no campaign has this id")
    return campaign


async def _object(request: Request) -> dict[str, Any]:
    """Return a JSON body."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Refusal(415, "the Content-Type must be application/json")
    try:
        body = from_json(await _bytes(request), allow_inf_nan=False)
    except ValueError as error:
        raise _Refusal(400, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise _Refusal(400, "the body must be an object")
    return body


async def _bytes(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > _MOST_BYTES:
            raise _Refusal(413, f"the body has more than {_MOST_BYTES} bytes")
    return bytes(received)
