"""What each answer of the server means: a table over respx, and the words that people get to see."""

import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import anyio
import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from campaignsync.errors import SettingsError
from campaignsync.kore.auth import GivenToken, SignedTokens, Tokens
from campaignsync.kore.client import KoreClient
from campaignsync.kore.pages import page_outcome
from campaignsync.kore.rate_limit import RateLimit
from campaignsync.kore.responses import Answer, clock_skew_s, create_outcome, retry_after_s
from campaignsync.kore.transport import Broken, Call, Gate, exchange
from campaignsync.kore.words import shown, shown_place
from campaignsync.outcome import (
    ContactList,
    ContactLists,
    Created,
    Outcome,
    OverLimit,
    Page,
    PageFailed,
    Rejected,
    RemoteCampaign,
    Unauthorized,
    Unknown,
    Withheld,
)

pytestmark = pytest.mark.anyio

HOST = "https://kore.example"
APP = f"{HOST}/agentassist/api/v1/public/st-1"
V2 = f"{HOST}/campaign/api/v2/public/st-1"
NOW = datetime(2026, 1, 31, 9, 0, 0, tzinfo=UTC)
SECRET = "the-client-secret-of-this-test-0123456789"
BODY = {"name": "Billing", "maxSkips": 1, "enableMachineDetect": False}
SENTENCE = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
OTHER_SENTENCE = "Rate limit for this API has been reached. Please try again later"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both, since the client runs on either."""
    return str(request.param)


def signed() -> SignedTokens:
    numbers = iter(range(1000))
    return SignedTokens(
        client_id="cs-1", client_secret=SECRET, now=lambda: NOW, new_id=lambda: f"id-{next(numbers)}"
    )


def client_of(tokens: Tokens, details: list[str] | None = None, *, host: str = HOST) -> KoreClient:
    return KoreClient(
        host=host,
        app_id="st-1",
        account_id="acc-1",
        tokens=tokens,
        rate_limit=RateLimit(0, window_s=0.01, monotonic=time.monotonic, sleep=anyio.sleep),
        timeout_s=5,
        now=lambda: NOW,
        monotonic=time.monotonic,
        on_detail=(details if details is not None else list[str]()).append,
    )


@asynccontextmanager
async def answering(*responses: httpx.Response | Exception) -> AsyncIterator[tuple[KoreClient, respx.Route]]:
    """Open a client whose requests, of any kind, get these answers in turn."""
    with respx.mock:
        route = respx.route(host="kore.example").mock(side_effect=list(responses))
        async with client_of(signed()) as client:
            yield client, route


async def created_by(*responses: httpx.Response | Exception) -> Outcome:
    async with answering(*responses) as (client, _):
        return await client.create(BODY, permit=lambda: True)


def ok(**facts: object) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "message": "creation in progress", **facts})


CREATED = {
    "the sample's shape": ok(id="cd-1", data={"campId": "cd-1"}),
    "the id alone": ok(id="cd-1"),
    "data.campId alone": ok(data={"campId": "cd-1"}),
    "data.id, as Progressive answers": ok(data={"id": "cd-1", "name": "x", "status": "Preparing"}),
    "data._id": ok(data={"_id": "cd-1"}),
    "no data": ok(id="cd-1", data=None),
    "without a status": httpx.Response(200, json={"id": "cd-1"}),
    "201": httpx.Response(201, json={"id": "cd-1"}),
    "202": httpx.Response(202, json={"id": "cd-1"}),
    "success in capitals": httpx.Response(200, json={"status": "SUCCESS", "id": "cd-1"}),
    "unknown keys": ok(id="cd-1", more=[1, {"x": None}]),
    "labelled as text": httpx.Response(200, text='{"id": "cd-1"}'),
    "after a byte-order mark": httpx.Response(200, content=b'\xef\xbb\xbf{"id": "cd-1"}'),
}


@pytest.mark.parametrize("response", CREATED.values(), ids=CREATED)
async def test_a_success_with_one_id_is_created(response: httpx.Response) -> None:
    assert await created_by(response) == Created(camp_id="cd-1")


UNKNOWN = {
    "200 without an id": ok(),
    "200 without a body": httpx.Response(200),
    "204": httpx.Response(204),
    "200 with garbage": httpx.Response(200, content=b"\x00\xff garbage"),
    "200 cut short": httpx.Response(200, text='{"status": "success", "id": "cd-'),
    "200 with a list": httpx.Response(200, json=["cd-1"]),
    "200 with a string": httpx.Response(200, json="cd-1"),
    "200 nested without end": httpx.Response(200, text="[" * 500_000),
    "200 with a lone surrogate": httpx.Response(200, text='{"id": "\\ud800"}'),
    "200 with an HTML page": httpx.Response(200, html="<html>Sign in</html>"),
    "two ids that differ": ok(id="cd-1", data={"campId": "cd-2"}),
    "two ids in data that differ": ok(data={"campId": "cd-1", "_id": "cd-2"}),
    "an empty id": ok(id=""),
    "a number as id": ok(id=17),
    "an id among strange data": ok(id="cd-1", data=["cd-1"]),
    "an id with a line break": ok(id="cd-1\nRun: evil"),
    "an id with a final line break": ok(id="cd-1\n"),
    "an id with a space": ok(id="cd 1"),
    "an id that moves the cursor": ok(id="cd-\x1b[2J"),
    "an id of another alphabet": ok(id="cd-\u0661"),
    "an id that is too long": ok(id="c" * 129),
    "the sentence under 200": httpx.Response(200, text=SENTENCE),
    "the sentence under 500": httpx.Response(500, text=SENTENCE),
    "408": httpx.Response(408),
    "425": httpx.Response(425),
    "500": httpx.Response(500, json={"message": "boom"}),
    "501": httpx.Response(501),
    "502": httpx.Response(502, html="<html>Bad Gateway</html>"),
    "503": httpx.Response(503),
    "504": httpx.Response(504),
    "a status that nobody knows": httpx.Response(799),
    "an encoded body": httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"x"),
    "an encoded body under 400": httpx.Response(400, headers={"Content-Encoding": "br"}, content=b"x"),
    "an answer beyond the limit": httpx.Response(200, content=b" " * (1024 * 1024 + 1)),
    "a time-out of httpx": httpx.ReadTimeout("slow"),
    "a protocol error": httpx.RemoteProtocolError("disconnected"),
    "a read error": httpx.ReadError("reset"),
    "an error of the system": OSError("leaked"),
    "an error nobody thought of": KeyError("leaked"),
}


@pytest.mark.parametrize("response", UNKNOWN.values(), ids=UNKNOWN)
async def test_what_proves_nothing_is_unknown(response: httpx.Response | Exception) -> None:
    outcome = await created_by(response)
    assert isinstance(outcome, Unknown)
    assert not outcome.is_refusal
    assert outcome.reason.isprintable()


REFUSALS = {
    "409": (httpx.Response(409, json={"message": "exists"}), "HTTP 409: exists"),
    "status error": (
        httpx.Response(200, json={"status": "error", "message": "no such queue"}),
        "HTTP 200: no such queue",
    ),
    "status error and an id": (
        httpx.Response(200, json={"status": "failed", "id": "cd-1", "message": "x"}),
        "HTTP 200: x",
    ),
    "errors under 200": (httpx.Response(200, json={"errors": [{"msg": "bad list"}]}), "HTTP 200: bad list"),
    "the sentence in a refusal under 200": (
        httpx.Response(200, json={"status": "error", "message": SENTENCE}),
        f"HTTP 200: {SENTENCE}",
    ),
}


@pytest.mark.parametrize(("response", "reason"), REFUSALS.values(), ids=REFUSALS)
async def test_a_no_that_is_no_proof_is_unknown_with_its_reason(
    response: httpx.Response, reason: str
) -> None:
    assert await created_by(response) == Unknown(reason=reason, is_refusal=True)


REJECTED = {
    "message": (400, {"message": "Invalid contact list"}, "HTTP 400: Invalid contact list"),
    "errors": (400, {"errors": [{"msg": "a"}, {"code": 1}, {"msg": "b"}]}, "HTTP 400: a; b"),
    "neither": (422, {"why": "no"}, 'HTTP 422: {"why":"no"}'),
    "403": (403, {"errors": [{"msg": "no scope"}]}, "HTTP 403: no scope"),
    "404": (404, {}, "HTTP 404: {}"),
    "410": (410, {"message": "  "}, 'HTTP 410: {"message":" "}'),
    "499": (499, {"message": "x"}, "HTTP 499: x"),
}


@pytest.mark.parametrize(("status", "body", "reason"), REJECTED.values(), ids=REJECTED)
async def test_a_4xx_that_means_it_is_rejected_with_the_servers_words(
    status: int, body: Mapping[str, object], reason: str
) -> None:
    assert await created_by(httpx.Response(status, json=body)) == Rejected(reason=reason)


REDIRECTS = {
    "300 without a place": (300, {}, "HTTP 300 Multiple Choices"),
    "301": (
        301,
        {"Location": f"{HOST}/new"},
        "HTTP 301 Moved Permanently: redirects to https://kore.example/new (redirects are not followed)",
    ),
    "302 to a sign-in": (
        302,
        {"Location": "https://sso.example/login?next=%2Fcampaign#top"},
        "HTTP 302 Found: redirects to https://sso.example/login (redirects are not followed)",
    ),
    "302 to nowhere": (302, {"Location": "http://["}, "HTTP 302 Found"),
    "304": (304, {}, "HTTP 304 Not Modified"),
    "307": (
        307,
        {"Location": "/login"},
        "HTTP 307 Temporary Redirect: redirects to https://kore.example/login (redirects are not followed)",
    ),
    "a 3xx that nobody knows": (399, {}, "HTTP 399"),
}


@pytest.mark.parametrize(("status", "headers", "reason"), REDIRECTS.values(), ids=REDIRECTS)
async def test_a_redirect_is_not_followed_and_rejected_with_where_it_leads(
    status: int, headers: Mapping[str, str], reason: str
) -> None:
    response = httpx.Response(status, headers=headers)
    async with answering(response, response) as (client, route):
        assert await client.create(BODY, permit=lambda: True) == Rejected(reason=reason)
        page = await client.page(0, version=1)
        assert page == PageFailed(
            reason=reason, cure="If that is your environment's host, name it: KORE_HOST."
        )
        assert route.call_count == 2


PLACES = {
    "https://sso.example:8443/a/b;c?d=e#f": "https://sso.example:8443/a/b;c",
    "http://user:hunter2@sso.example/x": "http://sso.example/x",
    "//sso.example": "https://sso.example",
    "next": "https://kore.example/agentassist/next",
    "?again": "https://kore.example/agentassist/create",
    "": "",
    "http://[": "",
    "https:///path": "https://kore.example/path",
    "javascript:alert(1)": "",
    "kore://open/this": "",
    "https://x.example/\x1b[2J\u202epath": "https://x.example/[2Jpath",
}


@pytest.mark.parametrize(("location", "expected"), PLACES.items())
def test_where_a_redirect_leads_is_shown_without_query_and_user(location: str, expected: str) -> None:
    assert shown_place(location, base="https://kore.example/agentassist/create?x=1", secrets=()) == expected


def test_a_secret_in_a_redirect_is_hidden_though_it_holds_a_question_mark() -> None:
    place = shown_place("https://x.example/half?secret/", base=HOST, secrets=("half?secret",))
    assert place == "https://x.example/***/"


def test_a_long_redirect_is_cut() -> None:
    assert len(shown_place("https://x.example/" + "a/" * 5000, base=HOST, secrets=())) == 200


async def test_a_4xx_without_words_is_told_by_its_name() -> None:
    assert await created_by(httpx.Response(404)) == Rejected(reason="HTTP 404 Not Found")


OVER = {
    "429": httpx.Response(429),
    "429 with other words": httpx.Response(429, text="slow down"),
    "the sentence as text under 400": httpx.Response(400, text=SENTENCE),
    "with a curly apostrophe": httpx.Response(403, json={"message": SENTENCE.replace("'", "\u2019")}),
    "as JSON escapes it": httpx.Response(
        400, text='{"message": "You\\u2019ve exceeded the per-minute rate limit."}'
    ),
    "in capitals": httpx.Response(400, text=SENTENCE.upper()),
    "folded": httpx.Response(400, text=SENTENCE.replace(" ", "\n  ")),
    "among errors": httpx.Response(400, json={"errors": [{"msg": SENTENCE, "code": 1}]}),
    "the other sentence": httpx.Response(400, text=OTHER_SENTENCE),
    "under 401": httpx.Response(401, text=SENTENCE),
    "under 409": httpx.Response(409, text=SENTENCE),
    "under 503": httpx.Response(503, text=OTHER_SENTENCE),
}


@pytest.mark.parametrize("response", OVER.values(), ids=OVER)
async def test_the_rate_limit_is_known_by_429_or_the_vendors_sentence(response: httpx.Response) -> None:
    assert await created_by(response) == OverLimit()


async def test_a_refusal_that_quotes_our_own_text_is_no_rate_limit() -> None:
    body = {"name": "People who exceeded the per-minute rate limit"}
    async with answering(httpx.Response(400, json={"message": f"bad name {body['name']}"})) as (client, _):
        assert isinstance(await client.create(body, permit=lambda: True), Rejected)


RETRY_AFTER = {
    "0": 0,
    "7": 7,
    " 7 ": 7,
    "1.5": 1.5,
    "600": 600,
    "86400": 600,
    "9" * 400: 600,
    "-5": None,
    "nan": None,
    "inf": None,
    "1e3": None,
    "٣": None,
    "soon": None,
    "": None,
    "7, 8": None,
    format_datetime(NOW + timedelta(seconds=30), usegmt=True): 30,
    format_datetime(NOW - timedelta(seconds=30), usegmt=True): 0,
    format_datetime(NOW + timedelta(days=900), usegmt=True): 600,
    "Sat, 31 Jan 2026 09:00:12 -0000": 12,
    "Fri, 31 Dec 9999 23:59:59 -2359": 600,
    "Sat, 99 Jan 2026 09:00:12 GMT": None,
}


@pytest.mark.parametrize(("header", "expected"), RETRY_AFTER.items())
def test_retry_after_is_read_within_reason(header: str, expected: float | None) -> None:
    assert retry_after_s(header, NOW) == expected


@given(st.text())
def test_law_any_retry_after_is_none_or_within_ten_minutes(header: str) -> None:
    waited_s = retry_after_s(header, NOW)
    assert waited_s is None or 0 <= waited_s <= 600


async def test_retry_after_reaches_the_outcome() -> None:
    response = httpx.Response(429, headers={"Retry-After": "0.01"})
    assert await created_by(response) == OverLimit(retry_after_s=0.01)


UNAUTHORIZED = httpx.Response(401, json={"errors": [{"msg": "Invalid SDK credentials", "code": 4002}]})


async def test_after_a_401_a_new_token_is_sent_and_may_succeed() -> None:
    async with answering(UNAUTHORIZED, ok(id="cd-1")) as (client, route):
        assert await client.create(BODY, permit=lambda: True) == Created(camp_id="cd-1")
        first, second = (call.request.headers["auth"] for call in route.calls)
        assert first != second
        assert client.requests == 2


async def test_a_second_401_is_unauthorized_and_no_third_is_sent() -> None:
    async with answering(UNAUTHORIZED, UNAUTHORIZED) as (client, route):
        outcome = await client.create(BODY, permit=lambda: True)
        assert outcome == Unauthorized(reason="HTTP 401: Invalid SDK credentials")
        assert route.call_count == 2


async def test_a_given_token_is_not_tried_again() -> None:
    with respx.mock:
        route = respx.route(host="kore.example").mock(return_value=UNAUTHORIZED)
        async with client_of(GivenToken(value="a.b.c")) as client:
            assert isinstance(await client.create(BODY, permit=lambda: True), Unauthorized)
            assert isinstance(await client.page(0, version=1), Unauthorized)
    assert [call.request.headers["auth"] for call in route.calls] == ["a.b.c", "a.b.c"]


async def test_the_permit_is_asked_again_before_the_second_send() -> None:
    permits = iter([True, False])
    async with answering(UNAUTHORIZED, ok(id="cd-1")) as (client, _):
        assert await client.create(BODY, permit=lambda: next(permits)) == Withheld()
        assert client.requests == 1


async def test_a_create_is_asked_for_as_the_contract_says() -> None:
    async with answering(ok(id="cd-1")) as (client, route):
        await client.create(BODY, permit=lambda: True)
    request = route.calls.last.request
    assert str(request.url) == f"{APP}/campaign?campaignType=voice"
    assert request.method == "POST"
    assert json.loads(request.content) == BODY
    headers = {
        name: request.headers[name] for name in ("iid", "accountId", "content-type", "accept-encoding")
    }
    assert headers == {
        "iid": "st-1",
        "accountId": "acc-1",
        "content-type": "application/json",
        "accept-encoding": "identity",
    }
    assert "authorization" not in request.headers
    assert "transfer-encoding" not in request.headers


async def test_a_body_with_a_do_not_call_list_goes_by_version_2() -> None:
    body = {**BODY, "dncLists": {"name": "Never"}}
    async with answering(ok(id="cd-1")) as (client, route):
        assert await client.create(body, permit=lambda: True) == Created(camp_id="cd-1")
    request = route.calls.last.request
    assert str(request.url) == f"{V2}/campaign?accountId=acc-1&campaignType=voice"
    assert json.loads(request.content) == body
    assert (request.headers["iid"], request.headers["accountId"]) == ("st-1", "acc-1")


async def test_version_2_has_a_list_of_its_own() -> None:
    async with answering(listed()) as (client, route):
        await client.page(0, version=2)
    assert str(route.calls.last.request.url) == f"{V2}/campaign/getAllCampaignDetails?accountId=acc-1"


async def test_the_body_is_sent_whatever_its_alphabet() -> None:
    body = {"name": "Zahlungserinnerung für März \U0001f4de"}
    async with answering(ok(id="cd-1")) as (client, route):
        await client.create(body, permit=lambda: True)
    assert json.loads(route.calls.last.request.content) == body


@pytest.mark.parametrize(("skip", "page"), [(0, 1), (50, 1), (100, 2), (250, 3)])
async def test_a_page_is_asked_for_as_the_notes_say(skip: int, page: int) -> None:
    async with answering(listed()) as (client, route):
        await client.page(skip, version=1)
    request = route.calls.last.request
    assert str(request.url) == f"{APP}/campaign/getAllCampaignDetails"
    assert json.loads(request.content) == {
        "type": "voice",
        "limit": 100,
        "skip": skip,
        "page": page,
        "sortBy": {"createdAt": "desc"},
    }


ROW: dict[str, Any] = {
    "_id": "cd-1",
    "name": "Billing",
    "description": "Reminds",
    "contactLists": ["A", "B"],
    "priority": "5",
    "dialingMode": "Preview",
    "status": "Ready",
    "createdAt": "2026-01-31T10:00:00.000+01:00",
    "connection": "Default Queue",
}


def listed(*rows: object, **facts: object) -> httpx.Response:
    data = {"results": rows, "totalResults": len(rows), "hasMore": False, **facts}
    return httpx.Response(200, json={"data": data})


async def page_of(*responses: httpx.Response | Exception, skip: int = 0) -> object:
    async with answering(*responses) as (client, _):
        return await client.page(skip, version=1)


async def test_a_row_is_read_with_all_that_it_says() -> None:
    campaign = RemoteCampaign(
        camp_id="cd-1",
        name="Billing",
        description="Reminds",
        contact_lists=("A", "B"),
        priority="5",
        dialing_mode="Preview",
        created_at=NOW,
        status="Ready",
        connection="Default Queue",
    )
    assert await page_of(listed(ROW)) == Page(campaigns=(campaign,), total=1, has_more=False)


async def test_a_row_of_version_2_names_its_do_not_call_list() -> None:
    page = await page_of(listed({**ROW, "dncLists": {"id": "dnc-1", "name": "Never"}}))
    assert isinstance(page, Page)
    assert page.campaigns[0].dnc_list == "Never"


@pytest.mark.parametrize("odd", [["Never"], {}, {"name": ["Never"]}, "Never", None])
async def test_a_do_not_call_list_that_cannot_be_read_is_none(odd: object) -> None:
    page = await page_of(listed({**ROW, "dncLists": odd}))
    assert isinstance(page, Page)
    assert page.campaigns[0].dnc_list is None


async def test_what_only_describes_may_be_missing_or_odd() -> None:
    odd = {
        "id": "cd-2",
        "name": "Odd",
        "description": 5,
        "contactLists": "A",
        "priority": [],
        "dialingMode": None,
        "createdAt": "yesterday",
    }
    page = await page_of(listed(odd, {"_id": "cd-3", "name": "Bare"}))
    assert isinstance(page, Page)
    assert page.campaigns == (
        RemoteCampaign(camp_id="cd-2", name="Odd"),
        RemoteCampaign(camp_id="cd-3", name="Bare"),
    )


async def test_a_priority_may_be_a_number() -> None:
    page = await page_of(listed({**ROW, "priority": 5}))
    assert isinstance(page, Page)
    assert page.campaigns[0].priority == "5"


@pytest.mark.parametrize(
    "text", ["2026-01-31T09:00:00", "2026-01-31", 1769850000000, "0001-01-01T00:00:00+14:00", "", None]
)
async def test_a_time_that_can_not_be_compared_is_none(text: object) -> None:
    page = await page_of(listed({**ROW, "createdAt": text}))
    assert isinstance(page, Page)
    assert page.campaigns[0].created_at is None


UNREADABLE_ROWS = {
    "no name": {key: value for key, value in ROW.items() if key != "name"},
    "a blank name": {**ROW, "name": "  "},
    "a number as name": {**ROW, "name": 7},
    "no id": {key: value for key, value in ROW.items() if key != "_id"},
    "null ids": {**ROW, "_id": None, "id": None},
    "an id that can't be one": {**ROW, "_id": "cd 1"},
    "an id with a line break": {**ROW, "_id": "cd-1\n"},
    "two ids": {**ROW, "id": "cd-2"},
    "no object": "cd-1",
    "null": None,
}


@pytest.mark.parametrize("row", UNREADABLE_ROWS.values(), ids=UNREADABLE_ROWS)
async def test_a_row_without_a_readable_name_or_id_fails_its_page(row: object) -> None:
    assert isinstance(await page_of(listed(ROW, row)), PageFailed)


async def test_more_pages_are_told_by_the_totals_where_the_server_does_not_say() -> None:
    rows = [{**ROW, "_id": f"cd-{number}"} for number in range(50)]
    first = await page_of(listed(*rows, totalResults=51, hasMore=None))
    second = await page_of(listed(ROW, totalResults=51, hasMore=None), skip=50)
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert (first.has_more, second.has_more) == (True, False)


PAGE_FAILURES = {
    "no total": listed(ROW, totalResults=None),
    "a total that is text": listed(ROW, totalResults="1"),
    "a total that is true": listed(ROW, totalResults=True),
    "a total below nothing": listed(ROW, totalResults=-1),
    "hasMore as text": listed(ROW, hasMore="no"),
    "results that are no list": listed(results={}),
    "no data": httpx.Response(200, json={}),
    "an error under 200": httpx.Response(
        200, json={"status": "error", "data": {"results": [], "totalResults": 0}}
    ),
    "garbage": httpx.Response(200, text="garbage"),
    "redirect": httpx.Response(302, headers={"Location": HOST}),
    "403": httpx.Response(403),
    "404": httpx.Response(404),
    "409": httpx.Response(409),
    "500": httpx.Response(500),
    "refused": httpx.ConnectError("refused"),
    "cut": httpx.ReadError("cut"),
    "too large": httpx.Response(200, content=b" " * (16 * 1024 * 1024 + 1)),
}


@pytest.mark.parametrize("response", PAGE_FAILURES.values(), ids=PAGE_FAILURES)
async def test_a_page_that_can_not_be_believed_fails(response: httpx.Response | Exception) -> None:
    outcome = await page_of(response)
    assert isinstance(outcome, PageFailed)
    assert outcome.reason


@pytest.mark.parametrize("status", [200, 400, 429, 500, 503])
async def test_reading_waits_for_the_rate_limit_under_any_status(status: int) -> None:
    assert await page_of(httpx.Response(status, text=SENTENCE)) == OverLimit()


async def test_a_page_after_a_byte_order_mark_is_read() -> None:
    response = httpx.Response(200, content=b"\xef\xbb\xbf" + listed(ROW).content)
    assert isinstance(await page_of(response), Page)


async def test_a_row_that_can_not_be_told_is_counted_from_the_newest() -> None:
    outcome = await page_of(listed(ROW, {"name": "No id"}), skip=100)
    assert outcome == PageFailed(reason="the account's list: row 102 names no id, or two")


SKEWS = {
    "within the request": (NOW, 0),
    "up to a second before": (NOW - timedelta(seconds=1), 0),
    "up to a second after": (NOW + timedelta(seconds=11), 0),
    "before": (NOW - timedelta(seconds=121), -120),
    "after": (NOW + timedelta(seconds=131), 120),
    "another zone": (NOW.astimezone(timezone(timedelta(hours=5))), 0),
    "the last of all times": (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), 3_153_600_000),
    "a thousand years ago": (NOW.replace(year=1026), -3_153_600_000),
}


@pytest.mark.parametrize(("date", "expected"), SKEWS.values(), ids=SKEWS)
def test_clocks_differ_by_what_the_length_of_the_request_does_not_explain(
    date: datetime, expected: float
) -> None:
    ended = NOW + timedelta(seconds=10)
    assert clock_skew_s(format_datetime(date), started=NOW, ended=ended) == expected


@pytest.mark.parametrize("date", [None, "", "now", "Sat, 99 Jan 2026 09:00:12 GMT", "12"])
def test_a_date_that_can_not_be_read_says_nothing(date: str | None) -> None:
    assert clock_skew_s(date, started=NOW, ended=NOW) is None


@given(st.text())
def test_law_any_date_says_nothing_or_differs_by_a_century_at_most(date: str) -> None:
    skew_s = clock_skew_s(date, started=NOW, ended=NOW)
    assert skew_s is None or abs(skew_s) <= 100 * 366 * 86400


def dated(seconds: float) -> dict[str, str]:
    return {"Date": format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)}


@pytest.mark.parametrize("status", [200, 302, 400, 401, 429, 500])
async def test_the_first_answer_of_any_kind_that_has_a_date_says_how_the_clocks_differ(status: int) -> None:
    responses = [
        httpx.Response(200),
        httpx.Response(status, headers=dated(301)),
        httpx.Response(200, headers=dated(-501)),
    ]
    with respx.mock:
        respx.route(host="kore.example").mock(side_effect=responses)
        async with client_of(GivenToken(value="a.b.c")) as client:
            skews = [client.skew_s]
            for _ in responses:
                await client.page(0, version=1)
                skews.append(client.skew_s)
    assert skews == [None, None, 300, 300]


async def test_a_campaign_that_quotes_the_sentence_does_not_stop_the_listing() -> None:
    assert isinstance(await page_of(listed({**ROW, "description": SENTENCE})), Page)
    assert isinstance(await page_of(listed({**ROW, "description": SENTENCE, "name": 7})), PageFailed)


async def test_a_page_refused_twice_is_unauthorized() -> None:
    assert isinstance(await page_of(UNAUTHORIZED, listed()), Page)
    assert isinstance(await page_of(UNAUTHORIZED, UNAUTHORIZED), Unauthorized)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 409, 500])
async def test_a_server_that_echoes_everything_gives_no_secret_away(status: int) -> None:
    tokens, details, seen = signed(), list[str](), list[str]()

    def echo(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["auth"])
        words = f"{request.headers['auth']} {SECRET} {seen} "
        return httpx.Response(status, json={"status": "error", "message": words, "id": SECRET})

    with respx.mock:
        respx.route(host="kore.example").mock(side_effect=echo)
        async with client_of(tokens, details) as client:
            outcomes = [await client.create(BODY, permit=lambda: True), await client.page(0, version=1)]
            texts = f"{outcomes} {details} {client!r} {vars(client)}"
    assert SECRET not in texts
    assert not [token for token in seen if token in texts or token.rsplit(".", 1)[1] in texts]


async def test_each_request_is_told_in_one_line() -> None:
    details = list[str]()
    with respx.mock:
        respx.route(host="kore.example").mock(side_effect=[ok(id="cd-1"), httpx.ReadError("cut")])
        async with client_of(signed(), details) as client:
            await client.create(BODY, permit=lambda: True)
            await client.page(0, version=1)
    create, page = details
    assert create.startswith("POST /agentassist/api/v1/public/st-1/campaign?campaignType=voice: 200 (")
    assert page.startswith("POST /agentassist/api/v1/public/st-1/campaign/getAllCampaignDetails: cut (")


@pytest.mark.parametrize("host", ["https://", "https://[", "https://kore.example:99999"])
def test_a_host_that_is_no_url_is_an_error_of_the_settings(host: str) -> None:
    with pytest.raises(SettingsError, match="KORE_HOST"):
        client_of(signed(), host=host)


async def test_a_proxy_that_can_not_be_used_is_an_error_that_does_not_quote_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:hunter2@proxy.example")
    with pytest.raises(SettingsError, match="proxy") as caught:
        async with client_of(signed()):
            pytest.fail("it opened")
    assert "hunter2" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


OUTCOMES = (Created, Rejected, Unknown, OverLimit, Unauthorized)
PAGE_OUTCOMES = (Page, PageFailed, OverLimit, Unauthorized)


@given(status=st.integers(100, 999), body=st.binary())
def test_law_any_answer_has_an_outcome(status: int, body: bytes) -> None:
    answer = Answer(status=status, body=body)
    assert isinstance(create_outcome(answer, sent="{}"), OUTCOMES)
    assert isinstance(page_outcome(answer, 0), PAGE_OUTCOMES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["success", "error", "cd-1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "id", "data", "campId", "_id", "message", "errors", "msg", "results"]),
            inner,
        )
    ),
)


@given(status=st.sampled_from([200, 201, 400, 401, 409, 429, 500]), body=JSON)
def test_law_any_json_has_an_outcome_and_only_a_fit_id_is_created(status: int, body: object) -> None:
    answer = Answer(status=status, body=json.dumps(body).encode(errors="replace"))
    outcome = create_outcome(answer, sent="{}")
    assert isinstance(page_outcome(answer, 0), PAGE_OUTCOMES)
    if isinstance(outcome, Created):
        assert status in {200, 201}
        assert outcome.camp_id in json.dumps(body)


QUOTED = 'Zx"9<secret>&/y'
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Invalid contact list", "Invalid contact list"),
        ("  two\n lines\t and  spaces \r\n", "two lines and spaces"),
        ("red \x1b[31malert\x07", "red [31malert"),
        ("left\u202eright\u2066 zero\u200bwidth\ufeff", "leftright zerowidth"),
        ("", ""),
        ("<html><head><title>502 Bad Gateway</title></head><h1>nginx</h1></html>", "502 Bad Gateway nginx"),
        ("a < b and c > d", "a < b and c > d"),
        ("überschritten \u2013 zu viel", "überschritten \u2013 zu viel"),
    ],
)
def test_text_is_one_harmless_line(text: str, expected: str) -> None:
    assert shown(text, ()) == expected


def test_a_long_text_is_cut() -> None:
    line = shown("word " * 100, ())
    assert len(line) == 200
    assert line.endswith("…")


@pytest.mark.parametrize(
    "echo",
    [
        QUOTED,
        f"x{QUOTED}{QUOTED}x",
        '{"secret": "Zx\\"9<secret>&/y"}',
        "secret=Zx%229%3Csecret%3E%26%2Fy",
        "Zx&quot;9&lt;secret&gt;&amp;/y",
        'Zx\u200b"9<sec\u202eret>&/y',
        " " * 5000 + QUOTED,
        "x" * 190 + QUOTED,
    ],
)
def test_the_secret_is_hidden_however_it_is_quoted(echo: str) -> None:
    line = shown(echo, (QUOTED,))
    assert "secret>" not in line
    assert "Zx" not in line


def test_any_token_is_hidden_known_or_not() -> None:
    assert shown(f"bad token {TOKEN}, sorry", ()) == "bad token ***, sorry"


def test_a_known_secret_that_ends_where_the_text_is_cut_is_hidden() -> None:
    assert "given" not in shown("x" * 4090 + "given-token", ("given-token",))


@pytest.mark.parametrize("text", ["eyJ" * 400_000, "eyJa." * 200_000, "<" * 1_000_000, " \u200b" * 500_000])
def test_text_made_to_be_slow_is_not(text: str) -> None:
    started = time.process_time()
    shown(text, (QUOTED, TOKEN))
    assert time.process_time() - started < 2


@given(st.text(), st.text(min_size=8))
def test_law_what_is_shown_is_short_printable_and_without_the_secret(text: str, secret: str) -> None:
    line = shown(f"{text}{secret}{text}", (secret,))
    assert len(line) <= 200
    assert line.isprintable()
    assert secret not in line or set(secret) <= {"*"} or not secret.isprintable()


LIST = {"_id": "cl-1", "name": "Buyers", "totalRecordCount": 12, "status": "Validated", "listType": "call"}


async def lists_of(*responses: httpx.Response) -> object:
    async with answering(*responses) as (client, route):
        outcome = await client.contact_lists(version=1)
    assert str(route.calls.last.request.url) == f"{APP}/campaign/contactList/getAllListDetails?type=call"
    return outcome


@pytest.mark.parametrize(
    "wrap", [lambda rows: rows, lambda rows: {"data": rows}, lambda rows: {"data": {"results": rows}}]
)
async def test_contact_lists_are_read_from_wherever_the_array_is(wrap: Callable[[object], object]) -> None:
    more = {
        "mapping": {"timeZone": "tz"},
        "campaignInUse": [{"id": "cd-1", "name": "Other"}],
        "source": "passiveApiIntegration",
        "columns": ["phoneNumber", "firstName"],
    }
    expected = ContactList(
        name="Buyers",
        contacts=12,
        status="Validated",
        has_time_zones=True,
        kind="call",
        source="passiveApi",
        columns=("firstName", "phoneNumber"),
        users=(("cd-1", "Other"),),
    )
    found = await lists_of(httpx.Response(200, json=wrap([{**LIST, **more}])))
    assert found == ContactLists(lists=(expected,))


async def test_of_a_contact_list_all_but_its_name_may_be_missing_or_odd() -> None:
    odd = {"name": "B", "totalRecordCount": "many", "status": ["Ready"], "mapping": 1, "campaignInUse": {}}
    odd |= {"source": 1, "columns": "phoneNumber"}
    found = await lists_of(httpx.Response(200, json=[{"name": "A"}, odd]))
    assert found == ContactLists(lists=(ContactList(name="A"), ContactList(name="B")))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(403, json={"errors": [{"msg": "no scope"}]}), "HTTP 403: no scope"),
        (httpx.Response(200, json={"status": "failure", "message": "no"}), "HTTP 200: no"),
        (
            httpx.Response(200, json=[{"_id": "cl-1"}]),
            "the contact lists can't be read: lists.0.name: Field required",
        ),
        (httpx.Response(200, json=[{"name": " "}]), "the contact lists can't be read: lists.0.name: "),
        (httpx.Response(200, text="<html>"), "HTTP 200 OK"),
        (httpx.Response(200, text="<html><title>Sign in</title>"), "HTTP 200: a page titled 'Sign in'"),
        (httpx.Response(200, content=b"[" * 100_000), "the contact lists can't be read: lists: "),
    ],
)
async def test_contact_lists_that_can_not_be_read_say_why(response: httpx.Response, reason: str) -> None:
    found = await lists_of(response)
    assert isinstance(found, PageFailed)
    assert found.reason.startswith(reason)


async def test_contact_lists_over_the_limit_or_without_credentials() -> None:
    assert await lists_of(httpx.Response(429)) == OverLimit()
    assert isinstance(await lists_of(httpx.Response(401), httpx.Response(401)), Unauthorized)
    # A token that was refused is replaced once, as for the list.
    assert await lists_of(httpx.Response(401), httpx.Response(200, json=[])) == ContactLists(lists=())


PAGE = "That is a page for people, not the API"
CURES: Mapping[str, tuple[httpx.Response, str, str]] = {
    "403": (httpx.Response(403, json={"message": "no"}), "HTTP 403: no", "The client needs the scope"),
    "404": (httpx.Response(404, json={"message": "no"}), "HTTP 404: no", "Check KORE_HOST, KORE_APP_ID"),
    "a sign-in": (
        httpx.Response(200, text="\ufeff \n<!doctype html><html><head><TITLE class=x>Sign\n in</TITLE>"),
        "HTTP 200: a page titled 'Sign in'",
        PAGE,
    ),
    "a page of a 403": (
        httpx.Response(403, text="<html><title>Blocked</title>"),
        "HTTP 403: a page titled 'Blocked'",
        PAGE,
    ),
    "a page without a title": (httpx.Response(200, text="<p>hello</p>"), "HTTP 200: hello", PAGE),
    "a hostile title": (
        httpx.Response(200, text=f"<title>\x1b[31m{'x' * 5000}</title>"),
        "HTTP 200: ",
        PAGE,
    ),
}


@pytest.mark.parametrize(("response", "reason", "cure"), CURES.values(), ids=CURES)
async def test_what_no_waiting_changes_says_what_to_change(
    response: httpx.Response, reason: str, cure: str
) -> None:
    async with answering(response, response, response) as (client, route):
        outcomes = [
            await client.page(0, version=1),
            await client.contact_lists(version=2),
            await client.campaign("cd-1", version=1),
        ]
        assert route.call_count == 3
    for outcome in outcomes:
        assert isinstance(outcome, PageFailed)
        assert outcome.reason.startswith(reason), outcome.reason
        assert outcome.cure.startswith(cure)
        assert len(outcome.reason) < 250
        assert outcome.reason.isprintable()


@pytest.mark.parametrize("status", [400, 408, 409, 500, 502, 503, 504])
async def test_what_may_pass_names_no_cure(status: int) -> None:
    async with answering(httpx.Response(status, json={"message": "later"})) as (client, _):
        outcome = await client.page(0, version=1)
    assert isinstance(outcome, PageFailed)
    assert outcome.cure == ""


@pytest.mark.parametrize(
    ("cause", "cure"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "No machine has that name"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), ""),
        (ConnectionRefusedError(111, "Connection refused"), ""),
        (ssl.SSLError(1, "wrong version number"), ""),
    ],
)
async def test_a_machine_that_is_not_there_is_told_once(cause: OSError, cure: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("all attempts failed", request=request) from cause

    call = Call(method="GET", url=httpx.URL(HOST), headers={}, content=b"", most_bytes=1, secrets=())
    gate = Gate(lambda: True, lambda: None)
    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as http:
        broken = await exchange(http, call, gate, timeout_s=5, now=lambda: NOW)
    assert isinstance(broken, Broken)
    assert (broken.reason, broken.cure[: len(cure) or 1]) == (cause.strerror, cure)
