"""A scriptable stand-in of the vendor's API: real HTTP on loopback, and no code of the product.

What it answers is said by behaviours. A behaviour is given the vendor and the request, read whole, and
returns a `Reply`, or None to drop the connection without a word. `vendor.on_create(name, one, two)` lets the
first create of that name meet `one` and the second `two`; then creates are answered as usual again.
"""

import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.e2e.loopback import listening


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it arrived.

    Attributes:
        method: The HTTP method.
        path: The path, without the query.
        query: The query's pairs, in order.
        headers: The headers; looked up without regard to case.
        body: The bytes.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever was sent
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def is_contact_lists(self) -> bool:
        """Whether it asks for the account's contact lists."""
        return self.path.endswith("/campaign/contactList/getAllListDetails")

    @property
    def is_create(self) -> bool:
        """Whether it asks for a new campaign."""
        return self.method == "POST" and self.path.endswith("/campaign")

    @property
    def is_list(self) -> bool:
        """Whether it asks for a page of the account's campaigns."""
        return self.path.endswith("/campaign/getAllCampaignDetails")

    @property
    def is_read(self) -> bool:
        """Whether it asks for one campaign by its id."""
        return self.method == "GET" and "/campaign/" in self.path and "/cd-" in self.path

    @property
    def is_queues(self) -> bool:
        """Whether it asks for a page of the queues."""
        return self.method == "GET" and self.path.endswith("/queues")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(status: int, data: object, **headers: str) -> Reply:
    """Return an answer in JSON; underscores in the headers' names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(
        status=status, body=json.dumps(data).encode(), headers={"Content-Type": "application/json", **named}
    )


Behaviour = Callable[["Vendor", Request], Reply | None]


def created(vendor: "Vendor", request: Request) -> Reply:
    """Create the campaign and answer in the contract's shape."""
    camp_id = vendor.add(request.json)
    message = f"Campaign {request.json['name']} creation in progress"
    data = {"campId": camp_id}
    return reply(200, {"status": "success", "message": message, "id": camp_id, "data": data})


def rejected(message: str, *, status: int = 400) -> Behaviour:
    """Return a refusal with a reason."""
    return lambda vendor, request: reply(status, {"message": message})


def dropped(vendor: "Vendor", request: Request) -> None:
    """Create nothing, and drop the connection."""


def created_then_dropped(vendor: "Vendor", request: Request) -> None:
    """Create the campaign, and drop the connection without an answer."""
    vendor.add(request.json)


def listed(vendor: "Vendor", request: Request) -> Reply:
    """Answer with the page that was asked for, newest first."""
    asked = request.json
    rows = [*reversed(vendor.campaigns)]
    skip, limit = asked["skip"], asked["limit"]
    page = rows[skip : skip + limit]
    data = {"results": page, "hasMore": skip + len(page) < len(rows), "totalResults": len(rows)}
    return reply(200, {"status": "success", "data": data})


def contact_lists(vendor: "Vendor", request: Request) -> Reply:
    """Answer with the account's contact lists, or that this client may not see them."""
    if vendor.contact_lists is None:
        return reply(403, {"errors": [{"msg": "not in your scope", "code": 403}]})
    rows = [
        {"_id": f"cl-{name}", "name": name, "status": "Ready", **vendor.list_facts.get(name, {})}
        for name in vendor.contact_lists
    ]
    return reply(200, {"status": "success", "data": rows})


def queues(vendor: "Vendor", request: Request) -> Reply:
    """Answer with ten of the account's queues, or that this client may not see them."""
    if vendor.queues is None:
        return reply(403, {"errors": [{"msg": "not in your scope", "code": 403}]})
    start = (int(dict(request.query)["page"]) - 1) * 10
    page = vendor.queues[start : start + 10]
    more = start + len(page) < len(vendor.queues)
    return reply(200, {"results": [{"id": f"qu-{name}", "name": name} for name in page], "hasMore": more})


def read(vendor: "Vendor", request: Request) -> Reply:
    """Answer with one campaign, as it was sent and is listed."""
    camp_id = request.path.rsplit("/", 1)[-1]
    for row in vendor.campaigns:
        if row["_id"] == camp_id:
            sent = vendor.bodies.get(camp_id, {})
            kept = ("dialingStrategy", "dncLists", "enableMachineDetect", "maxSkips", "schedule")
            return reply(
                200, {"status": "success", "data": {**{key: sent[key] for key in kept if key in sent}, **row}}
            )
    return reply(404, {"errors": [{"msg": "no campaign has this id", "code": 404}]})


class Vendor:
    """The account, what came in, and what is to be answered.

    Attributes:
        url: Where it listens.
        requests: All requests, in the order in which they were read.
        campaigns: The account's campaigns as rows of the list, oldest first.
        bodies: What was sent for each of them, by id.
        list_behaviour: How the list call is answered.
        read_behaviour: How a request for one campaign is answered.
        statuses: What becomes of campaigns, by name; of all others, Ready.
        contact_lists: Names of the account's contact lists; None where the client may not see them.
        list_facts: What is told of a contact list beside its name, by name.
        queues: Names of the account's queues; None where the client may not see them.
        now: The server's clock, which dates campaigns and answers.
        is_closing: No connection is taken after the answer under way.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.url = ""
        self.requests: list[Request] = []
        self.campaigns: list[dict[str, Any]] = []
        self.bodies: dict[str, Mapping[str, Any]] = {}
        self.list_behaviour: Behaviour = listed
        self.read_behaviour: Behaviour = read
        self.statuses: dict[str, str] = {}
        self.contact_lists: list[str] | None = None
        self.list_facts: dict[str, dict[str, Any]] = {}
        self.queues: list[str] | None = None
        self.now = now
        self.is_closing = False
        self._scripts: dict[str, deque[Behaviour]] = defaultdict(deque)
        self._ids = count(1)
        self._lock = threading.RLock()

    @property
    def creates(self) -> list[Request]:
        """The creates that came in."""
        return [request for request in self.requests if request.is_create]

    @property
    def pages(self) -> list[Request]:
        """The requests for a page of the account's campaigns, in the order in which they were read."""
        return [request for request in self.requests if request.is_list]

    @property
    def sent_names(self) -> list[str]:
        """The names that creates asked for, sorted."""
        return sorted(request.json["name"] for request in self.creates)

    def ids_of(self, name: str) -> list[str]:
        """Return the ids of the account's campaigns of a name."""
        return [row["_id"] for row in self.campaigns if row["name"] == name]

    def on_create(self, name: str, *behaviours: Behaviour) -> None:
        """Say how the next creates of a name are answered, one behaviour each."""
        self._scripts[name].extend(behaviours)

    def add(self, body: Mapping[str, Any], *, created_at: datetime | None = None) -> str:
        """Put a campaign into the account; return its id."""
        with self._lock:
            camp_id = f"cd-{next(self._ids):04}"
            shown = {key: body[key] for key in ("description", "contactLists", "priority", "dialingMode")}
            moment = (created_at or self.now()).isoformat(timespec="milliseconds")
            status = self.statuses.get(body["name"], "Ready")
            row = {"_id": camp_id, "name": body["name"], "createdAt": moment, "status": status, **shown}
            connection = body.get("queue_name") or body.get("experienceFlowName", "")
            self.campaigns.append({**row, "connection": connection})
            self.bodies[camp_id] = body
            return camp_id

    def answer(self, request: Request) -> Reply | None:
        """Record a request, and answer it as scripted."""
        with self._lock:
            self.requests.append(request)
            behaviour = self._behaviour(request)
        return behaviour(self, request)

    def _behaviour(self, request: Request) -> Behaviour:
        if request.is_list:
            return self.list_behaviour
        if request.is_contact_lists:
            return contact_lists
        if request.is_read:
            return self.read_behaviour
        if request.is_queues:
            return queues
        if not request.is_create:
            return rejected("no such call", status=404)
        script = self._scripts[request.json["name"]]
        return script.popleft() if script else created


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendor: Vendor

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers=self.headers,
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        answer = self.vendor.answer(request)
        self.close_connection = True
        if self.vendor.is_closing:
            self.server.shutdown()
            self.server.server_close()
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815  # http.server's names

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the header Date."""
        return format_datetime(self.vendor.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Say nothing: the requests are recorded."""


@contextmanager
def serving(vendor: Vendor | None = None) -> Iterator[Vendor]:
    """Serve an account on a free port of loopback."""
    account = vendor or Vendor()
    with listening(type("Handler", (_Handler,), {"vendor": account})) as account.url:
        yield account
