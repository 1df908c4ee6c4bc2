"""The sandbox's HTTP: what is checked of a request, in which order, and the shapes of the answers.

Calls and shapes are those of the contract and the notes on the API. To start a campaign is not among them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from campaignsync.sandbox.account import Sandbox, StoredCampaign
from campaignsync.sandbox.contract import problems
from campaignsync.sandbox.faults import LATE_S, Fault

OVER_LIMIT = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
"""The vendor's sentence."""

_PREFIXES = {1: "/agentassist/api/v1/public/{iid}/campaign", 2: "/campaign/api/v2/public/{iid}/campaign"}
_QUEUES = "/agentassist/api/v1/public/{iid}/queues"
_WITH_ACCOUNT = 2
_HOSTS = {"127.0.0.1", "localhost"}
_BAD_TOKEN = 4002
_MOST_BYTES = 1024 * 1024
_MOST_ROWS = 100

_QUEUES_A_PAGE = 10

_Call = Callable[[Request, Sandbox, int], Awaitable[Response]]


class _Refusal(HTTPException):
    """A request that is answered with errors, each its own message."""

    def __init__(self, status: int, *messages: str, code: int | None = None) -> None:
        super().__init__(status)
        self.errors = [{"msg": message, "code": code or status} for message in messages]


def application(sandbox: Sandbox) -> Starlette:
    """Return the ASGI application that serves an account."""

    def guarded(call: _Call, version: int) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            _check_caller(request, sandbox, version)
            return await call(request, sandbox, version)

        return endpoint

    return Starlette(
        routes=[
            *(
                Route(f"{prefix}{path}", guarded(call, version), methods=[method])
                for version, prefix in _PREFIXES.items()
                for path, method, call in (
                    ("", "POST", _create),
                    ("/getAllCampaignDetails", "POST", _list),
                    ("/contactList/getAllListDetails", "POST", _contact_lists),
                    ("/{camp_id}", "GET", _read),
                    ("/{camp_id}/status", "POST", _status),
                )
            ),
            Route(_QUEUES, guarded(_queues, 1), methods=["GET"]),
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


def _check_caller(request: Request, sandbox: Sandbox, version: int) -> None:
    host = request.headers.get("Host", "").partition(":")[0]
    if host not in _HOSTS:
        # A page in a browser may have a name of its own resolved to this machine.
        raise _Refusal(421, "this sandbox answers only to 127.0.0.1 and localhost")
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
    if version == _WITH_ACCOUNT and request.query_params.get("accountId") != known.account_id:
        raise _Refusal(403, "accountId is missing in the query, or not this sandbox's")


def _check_query(request: Request, version: int, **wanted: str) -> None:
    """Demand a query of these parameters, beside the account of version 2, and no other."""
    found = [pair for pair in request.query_params.multi_items() if version == 1 or pair[0] != "accountId"]
    if sorted(found) != sorted(wanted.items()):
        shown = "&".join(f"{key}={value}" for key, value in wanted.items())
        raise _Refusal(400, f"the query must be {shown}" if shown else "there must be no such query")


async def _create(request: Request, sandbox: Sandbox, version: int) -> Response:
    _check_query(request, version, campaignType="voice")
    body = await _object(request)
    if found := problems(body, version):
        raise _Refusal(400, *found)
    match sandbox.day.of_create():
        case Fault.OVER_LIMIT:
            raise _Refusal(429, OVER_LIMIT)
        case Fault.LATE_504:
            sandbox.create(body, version=version, late_s=LATE_S)
            return HTMLResponse("<html><title>504 Gateway Time-out</title></html>", 504)
        case Fault.LOST_ANSWER:
            sandbox.create(body, version=version)
            return _LostResponse()
        case _:
            campaign = sandbox.create(body, version=version)
    if version != 1 or body["dialingMode"] != "Preview":
        document = sandbox.document(campaign)
        whole = {**document, "id": document.pop("_id")}
        return JSONResponse(
            {"status": "success", "message": f"{body['name']} creation in progress", "data": whole}
        )
    return JSONResponse(
        {
            "status": "success",
            "message": f"{body['name']} creation in progress",
            "id": campaign.camp_id,
            "data": {"campId": campaign.camp_id},
        }
    )


class _LostResponse(Response):
    """An answer of which only the start is sent before the connection ends."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _list(request: Request, sandbox: Sandbox, version: int) -> Response:
    _check_query(request, version)
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
        "results": [sandbox.row(row) for row in rows[start : start + limit]],
        "hasMore": start + limit < len(rows),
        "totalResults": len(rows),
    }


async def _contact_lists(request: Request, sandbox: Sandbox, version: int) -> Response:
    _check_query(request, version, type="call")
    if sandbox.lists is None:
        raise _Refusal(403, "this sandbox was started without contact lists: see --lists")
    return JSONResponse({"status": "success", "data": sandbox.list_documents()})


async def _queues(request: Request, sandbox: Sandbox, _: int) -> Response:
    names = sorted({str(one.body["queue_name"]) for one in sandbox.campaigns if "queue_name" in one.body})
    page = request.query_params.get("page", "1")
    if not (page.isascii() and page.isdecimal() and int(page) >= 1):
        raise _Refusal(400, "page must be a number from 1")
    start = (int(page) - 1) * _QUEUES_A_PAGE
    shown = names[start : start + _QUEUES_A_PAGE]
    return JSONResponse(
        {
            "queues": [{"id": f"qu-{name}", "name": name} for name in shown],
            "hasMore": start + _QUEUES_A_PAGE < len(names),
            "total": len(names),
        }
    )


async def _read(request: Request, sandbox: Sandbox, version: int) -> Response:
    _check_query(request, version)
    return JSONResponse({"status": "success", "data": sandbox.document(_found(request, sandbox))})


async def _status(request: Request, sandbox: Sandbox, version: int) -> Response:
    _check_query(request, version, view="status")
    found = _found(request, sandbox)
    data = {"id": found.camp_id, "status": sandbox.status(found), "name": found.body["name"]}
    return JSONResponse({"status": "success", "data": data})


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
