"""The sandbox over real HTTP: what it accepts, what it refuses and how, and how it is served."""

import copy
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic_core import to_json

from campaignsync.cli import FAULTS
from campaignsync.definitions.shapes import to_body
from campaignsync.errors import SettingsError
from campaignsync.kore.auth import tokens_of
from campaignsync.kore.client import KoreClient
from campaignsync.kore.rate_limit import RateLimit
from campaignsync.outcome import Created, OverLimit, Page, Rejected, Unauthorized, Unknown
from campaignsync.sandbox import (
    CREDENTIALS,
    Credentials,
    Fault,
    Sandbox,
    StoredList,
    read_lists,
    run,
    serve,
)
from campaignsync.sandbox.contract import problems
from campaignsync.versions import version_of
from tests.unit.bodies import SHAPES, shaped, validated

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 9, 0, 0, tzinfo=UTC)
SENTENCE = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
SAMPLE: dict[str, Any] = {
    "name": "Billing Reminder Voice Campaign",
    "description": "Progressive dialing campaign to remind customers about upcoming bill payments. "
    "Connects to an agent if available, else plays a recorded message",
    "contactLists": ["Recent Buyers - Q2 2025"],
    "priority": "5",
    "dialingMode": "Preview",
    "dialingStrategy": {
        "callerId": {"phoneNumber": "+181234567"},
        "callingHours": {
            "frequency": "WEEKLY",
            "timezone": "Asia/Kolkata",
            "days": [
                {"day": day, "start": "9:00 AM", "end": "6:00 PM"} for day in ("MO", "TU", "WE", "TH", "FR")
            ],
        },
        "dialingOrder": "FIFO",
        "maxAttemptsPerRecord": 3,
        "defaultRetryPeriod": 10,
        "maxRingTime": 30,
    },
    "schedule": {"isSchedulingEnabled": False},
    "queue_name": "Default Queue",
    "enableMachineDetect": False,
    "maxSkips": 1,
    "campaignType": "voice",
}


@pytest.fixture
def anyio_backend() -> str:
    """The one that uvicorn runs on."""
    return "asyncio"


class Clock:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sandbox_of(
    clock: Clock,
    *,
    rate_limit: int = 0,
    window_s: float = 60,
    lists: Sequence[StoredList] | None = None,
    fault: Fault | None = None,
) -> Sandbox:
    numbers = itertools.count(1)
    return Sandbox(
        now=clock.now,
        monotonic=time.monotonic,
        new_id=lambda: f"{next(numbers):04}",
        rate_limit=rate_limit,
        window_s=window_s,
        lists=lists,
        fault=fault,
    )


def client_of(
    url: str, clock: Clock, *, credentials: Credentials = CREDENTIALS, rate_limit: RateLimit
) -> KoreClient:
    numbers = itertools.count(1)
    account = credentials.account(url)
    return KoreClient(
        host=account.host,
        app_id=account.app_id,
        account_id=account.account_id,
        tokens=tokens_of(account.credentials, now=clock.now, new_id=lambda: f"jti-{next(numbers)}"),
        rate_limit=rate_limit,
        timeout_s=20,
        now=clock.now,
        monotonic=time.monotonic,
    )


def unpaced() -> RateLimit:
    return RateLimit(0, window_s=0.01, monotonic=time.monotonic, sleep=anyio.sleep)


@asynccontextmanager
async def served(clock: Clock, sandbox: Sandbox | None = None) -> AsyncIterator[tuple[Sandbox, KoreClient]]:
    account = sandbox or sandbox_of(clock)
    async with serve(account) as url, client_of(url, clock, rate_limit=unpaced()) as client:
        yield account, client


def yes() -> bool:
    return True


async def test_the_sample_of_the_contract_arrives_as_it_is_and_gets_an_id(clock: Clock) -> None:
    async with served(clock) as (sandbox, client):
        assert await client.create(SAMPLE, permit=yes) == Created(camp_id="cd-0001")
    assert [campaign.body for campaign in sandbox.campaigns] == [SAMPLE]


async def test_a_second_campaign_of_the_same_name_is_accepted(clock: Clock) -> None:
    async with served(clock) as (sandbox, client):
        outcomes = [await client.create(SAMPLE, permit=yes) for _ in range(2)]
    assert outcomes == [Created(camp_id="cd-0001"), Created(camp_id="cd-0002")]
    assert len(sandbox.campaigns) == 2


async def test_other_credentials_are_refused(clock: Clock) -> None:
    other = Credentials(
        app_id=CREDENTIALS.app_id,
        account_id=CREDENTIALS.account_id,
        client_id=CREDENTIALS.client_id,
        client_secret="a-secret-that-is-not-the-sandbox's",
    )
    async with (
        serve(sandbox_of(clock)) as url,
        client_of(url, clock, credentials=other, rate_limit=unpaced()) as client,
    ):
        expected = Unauthorized(reason="HTTP 401: Invalid SDK credentials")
        assert await client.create(SAMPLE, permit=yes) == expected
        assert await client.page(0, version=1) == expected


async def test_a_rejected_body_is_told_with_every_problem(clock: Clock) -> None:
    body = {**SAMPLE, "maxSkips": -1, "priority": 5}
    async with served(clock) as (sandbox, client):
        outcome = await client.create(body, permit=yes)
    assert isinstance(outcome, Rejected)
    assert "maxSkips: must be" in outcome.reason
    assert "priority: must be one of 1, 2, 3, 4, 5" in outcome.reason
    assert sandbox.campaigns == []


async def test_the_list_is_paged_and_newest_first(clock: Clock) -> None:
    async with served(clock) as (sandbox, client):
        for number in range(220):
            clock.moment = NOW + timedelta(seconds=number)
            sandbox.create({**SAMPLE, "name": f"Campaign {number}"})
        pages = [await client.page(skip, version=1) for skip in (0, 100, 200, 220)]
    assert all(isinstance(page, Page) for page in pages)
    whole = [page for page in pages if isinstance(page, Page)]
    names = [campaign.name for page in whole for campaign in page.campaigns]
    assert names == [f"Campaign {number}" for number in reversed(range(220))]
    assert [(len(page.campaigns), page.total, page.has_more) for page in whole] == [
        (100, 220, True),
        (100, 220, True),
        (20, 220, False),
        (0, 220, False),
    ]


async def test_a_page_may_begin_anywhere(clock: Clock) -> None:
    async with served(clock) as (sandbox, client):
        for number in range(5):
            sandbox.create({**SAMPLE, "name": f"Campaign {number}"})
        page = await client.page(3, version=1)
    assert isinstance(page, Page)
    assert [campaign.name for campaign in page.campaigns] == ["Campaign 1", "Campaign 0"]


async def test_a_listed_campaign_reads_back_as_it_was_sent(clock: Clock) -> None:
    async with served(clock) as (_, client):
        await client.create(SAMPLE, permit=yes)
        page = await client.page(0, version=1)
    assert isinstance(page, Page)
    campaign = page.campaigns[0]
    assert campaign.camp_id == "cd-0001"
    assert (campaign.description, campaign.priority) == (SAMPLE["description"], "5")
    assert campaign.contact_lists == tuple(SAMPLE["contactLists"])
    assert (campaign.dialing_mode, campaign.created_at) == ("Preview", NOW)


async def test_one_request_too_many_gets_the_vendors_sentence(clock: Clock) -> None:
    sandbox = sandbox_of(clock, rate_limit=2, window_s=600)
    async with served(clock, sandbox) as (_, client):
        outcomes = [await client.create(SAMPLE, permit=yes) for _ in range(3)]
        assert outcomes[2] == OverLimit()
        answer = await post(client_url(client), claims={})
    assert (answer.status_code, answer.json()["errors"][0]["msg"]) == (429, SENTENCE)
    assert len(sandbox.campaigns) == 2


async def test_the_rate_limit_is_off_unless_asked_for(clock: Clock) -> None:
    async with served(clock) as (_, client):
        outcomes = [await client.create(SAMPLE, permit=yes) for _ in range(70)]
    assert all(isinstance(outcome, Created) for outcome in outcomes)


async def test_a_paced_client_never_goes_over_the_limit(clock: Clock) -> None:
    sandbox = sandbox_of(clock, rate_limit=10, window_s=0.3)
    rate_limit = RateLimit(10, window_s=0.3, monotonic=time.monotonic, sleep=anyio.sleep)
    outcomes = list[object]()
    async with serve(sandbox) as url, client_of(url, clock, rate_limit=rate_limit) as client:

        async def work() -> None:
            for number in range(8):
                outcomes.append(
                    await client.page(0, version=1) if number % 2 else await client.create(SAMPLE, permit=yes)
                )

        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(work)
    assert [outcome for outcome in outcomes if not isinstance(outcome, (Created, Page))] == []
    assert len(outcomes) == 64


def client_url(client: KoreClient) -> str:
    return str(client._urls.campaigns(1)).removesuffix("/campaign/getAllCampaignDetails")


@pytest.fixture
async def base(clock: Clock) -> AsyncIterator[str]:
    """The base of all paths, of a sandbox with one campaign."""
    sandbox = sandbox_of(clock)
    sandbox.create(SAMPLE)
    async with serve(sandbox) as url:
        yield f"{url}/agentassist/api/v1/public/{CREDENTIALS.app_id}"


TOKEN_NUMBERS = itertools.count(1)


def token_of(
    claims: Mapping[str, object], *, algorithm: str = "HS256", secret: str = CREDENTIALS.client_secret
) -> str:
    """Return a good token but for these claims; None leaves one out."""
    good = {
        "sub": "someone",
        "appId": CREDENTIALS.client_id,
        "iat": int(NOW.timestamp()) - 5,
        "exp": int(NOW.timestamp()) + 60,
        "jti": f"t-{next(TOKEN_NUMBERS)}",
    }
    chosen = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm}, chosen, OctKey.import_key(secret), algorithms=[algorithm])


async def send(  # noqa: PLR0913  # the parts of a request, each by name
    method: str,
    url: str,
    *,
    token: str | None = None,
    headers: Mapping[str, str | None] | None = None,
    json: object = None,
    content: bytes | None = None,
) -> httpx.Response:
    """Send a good request but for what is given; a header that is None is left out."""
    good = {
        "auth": token_of({}) if token is None else token,
        "iid": CREDENTIALS.app_id,
        "accountId": CREDENTIALS.account_id,
        "Content-Type": "application/json",
    }
    chosen = {name: value for name, value in {**good, **(headers or {})}.items() if value is not None}
    async with httpx.AsyncClient(trust_env=False) as http:
        if content is None:
            return await http.request(method, url, headers=chosen, json=json)
        return await http.request(method, url, headers=chosen, content=content)


async def post(base: str, *, claims: Mapping[str, object]) -> httpx.Response:
    return await send("POST", f"{base}/campaign?campaignType=voice", token=token_of(claims), json=SAMPLE)


async def test_the_answer_to_a_create_has_the_documented_shape(base: str) -> None:
    answer = await send("POST", f"{base}/campaign?campaignType=voice", json=SAMPLE)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "success",
            "message": "Billing Reminder Voice Campaign creation in progress",
            "id": "cd-0002",
            "data": {"campId": "cd-0002"},
        },
    )


BAD_TOKENS = {
    "no token": "",
    "no JWT": "token",
    "another secret": token_of({}, secret="another-secret-of-more-than-32-bytes"),
    "another algorithm": token_of({}, algorithm="HS512"),
    "no algorithm": "eyJhbGciOiJub25lIn0." + token_of({}).split(".")[1] + ".",
    "no sub": token_of({"sub": None}),
    "an empty sub": token_of({"sub": ""}),
    "no appId": token_of({"appId": None}),
    "appId in another case": token_of({"appId": None, "appid": CREDENTIALS.client_id}),
    "another app": token_of({"appId": "cs-other"}),
    "no iat": token_of({"iat": None}),
    "issued in the future": token_of({"iat": int(NOW.timestamp()) + 30}),
    "no exp": token_of({"exp": None}),
    "expired": token_of({"exp": int(NOW.timestamp()) - 1}),
    "no jti": token_of({"jti": None}),
    "an empty jti": token_of({"jti": ""}),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_bad_token_gets_the_documented_401(base: str, token: str) -> None:
    answer = await send("POST", f"{base}/campaign?campaignType=voice", token=token, json=SAMPLE)
    assert (answer.status_code, answer.json()) == (
        401,
        {"errors": [{"msg": "Invalid SDK credentials", "code": 4002}]},
    )


async def test_a_token_is_accepted_once(base: str) -> None:
    statuses = [(await post(base, claims={"jti": "again"})).status_code for _ in range(2)]
    assert statuses == [200, 401]


async def test_ids_of_expired_tokens_are_forgotten(clock: Clock) -> None:
    sandbox = sandbox_of(clock)
    for minute in range(0, 100, 2):
        clock.moment = NOW + timedelta(minutes=minute)
        now = int(clock.moment.timestamp())
        assert sandbox.accepts(token_of({"iat": now, "exp": now + 60}))
    assert len(sandbox._token_ids) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"iid": None}, 403),
        ({"iid": "st-other"}, 403),
        ({"accountId": None}, 403),
        ({"accountId": "other"}, 403),
        ({"auth": None, "Authorization": "Bearer x"}, 401),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
async def test_headers_are_checked(base: str, headers: dict[str, str | None], status: int) -> None:
    body = to_json(SAMPLE)
    answer = await send("POST", f"{base}/campaign?campaignType=voice", headers=headers, content=body)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "query", ["", "?campaignType=sms", "?campaigntype=voice", "?campaignType=voice&campaignType=voice"]
)
async def test_any_other_query_is_refused(base: str, query: str) -> None:
    answer = await send("POST", f"{base}/campaign{query}", json=SAMPLE)
    assert (answer.status_code, answer.json()["errors"][0]["msg"]) == (
        400,
        "the query must be campaignType=voice",
    )


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"[" * 100_000, 400),
        (b'{"name": NaN}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"\xff", 400),
        (b" " * (1024 * 1024 + 1), 413),
    ],
)
async def test_a_body_that_is_no_object_is_refused(base: str, content: bytes, status: int) -> None:
    answer = await send("POST", f"{base}/campaign?campaignType=voice", content=content)
    assert answer.status_code == status


async def test_another_application_is_not_found(base: str) -> None:
    other = base.replace(CREDENTIALS.app_id, "st-other")
    answer = await send("POST", f"{other}/campaign?campaignType=voice", json=SAMPLE)
    assert answer.status_code == 404


NO_CALLS = [
    ("GET", "", 404),
    ("GET", "/campaigns", 404),
    ("POST", "/campaign/trigger/cd-0001?campaignType=voice&trigger=play", 404),
    ("GET", "/campaign/trigger/cd-0001", 404),
    ("PUT", "/campaign/cd-0001", 405),
    ("DELETE", "/campaign/cd-0001", 405),
    ("GET", "/campaign/cd-none", 404),
    ("POST", "/campaign/cd-none/status?view=status", 404),
    ("POST", "/campaign/cd-0001/status", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), NO_CALLS)
async def test_what_is_no_call_is_refused_in_json(base: str, method: str, path: str, status: int) -> None:
    answer = await send(method, f"{base}{path}", json={})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["code"] == status


async def test_a_campaign_is_preparing_and_then_ready(base: str, clock: Clock) -> None:
    url, statuses = f"{base}/campaign/cd-0001/status?view=status", list[str]()
    for seconds in (0, 1.9, 2):
        clock.moment = NOW + timedelta(seconds=seconds)
        statuses.append((await send("POST", url, json={})).json()["data"]["status"])
    assert statuses == ["Preparing", "Preparing", "Ready"]


async def test_one_campaign_is_read_as_the_vendor_shows_it(base: str) -> None:
    answer = await send("GET", f"{base}/campaign/cd-0001")
    data = answer.json()["data"]
    assert {name: data[name] for name in ("_id", "name", "lname", "status", "createdAt")} == {
        "_id": "cd-0001",
        "name": SAMPLE["name"],
        "lname": SAMPLE["name"].lower(),
        "status": "Preparing",
        "createdAt": "2026-01-31T09:00:00.000Z",
    }
    assert (data["dialingStrategy"], data["maxSkips"]) == (SAMPLE["dialingStrategy"], 1)
    assert data["enableMachineDetect"] is False
    assert not data.keys() & {"queue_name", "connection"}


LISTING = {"type": "voice", "limit": 50, "skip": 0, "page": 1, "sortBy": {"createdAt": "desc"}}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "sms"},
        {"limit": 0},
        {"limit": 101},
        {"limit": "50"},
        {"skip": -1},
        {"page": 0},
        {"sortBy": {"name": "desc"}},
        {"sortBy": {"createdAt": "newest"}},
    ],
)
async def test_a_listing_asked_for_otherwise_is_refused(base: str, change: dict[str, object]) -> None:
    answer = await send("POST", f"{base}/campaign/getAllCampaignDetails", json={**LISTING, **change})
    assert answer.status_code == 400


async def test_a_listing_may_be_asked_for_by_page_alone_and_oldest_first(base: str) -> None:
    await send("POST", f"{base}/campaign?campaignType=voice", json=SAMPLE)
    asked = {**LISTING, "limit": 1, "page": 2, "sortBy": {"createdAt": "asc"}}
    answer = await send("POST", f"{base}/campaign/getAllCampaignDetails", json=asked)
    assert [row["_id"] for row in answer.json()["data"]["results"]] == ["cd-0002"]


async def test_a_row_of_the_list_has_the_queue_and_not_the_strategy(base: str) -> None:
    answer = await send("POST", f"{base}/campaign/getAllCampaignDetails", json=LISTING)
    (row,) = answer.json()["data"]["results"]
    assert row["connection"] == "Default Queue"
    assert not row.keys() & {"queue_name", "dialingStrategy", "maxSkips", "enableMachineDetect"}


async def v2(url: str, path: str, query: str = "", **parts: Any) -> httpx.Response:  # noqa: ANN401  # as `send`
    account = f"accountId={CREDENTIALS.account_id}"
    whole = f"{url}/campaign/api/v2/public/{CREDENTIALS.app_id}/campaign{path}?{account}{query}"
    return await send("GET" if path.startswith("/cd-") and not query else "POST", whole, **parts)


@pytest.mark.parametrize("shape", SHAPES)
async def test_each_shape_is_created_by_its_version_and_listed(clock: Clock, shape: str) -> None:
    body = shaped(shape)
    async with served(clock) as (sandbox, client):
        assert await client.create(body, permit=yes) == Created(camp_id="cd-0001")
        (listed,) = [
            page.campaigns[0]
            for page in [await client.page(0, version=version_of(body))]
            if isinstance(page, Page)
        ]
    assert [(one.body, one.version) for one in sandbox.campaigns] == [(body, version_of(body))]
    assert listed.connection == body.get("queue_name", body.get("experienceFlowName"))
    assert listed.dnc_list == body.get("dncLists", {}).get("name")
    assert (listed.status, listed.dialing_mode) == ("Preparing", body["dialingMode"])


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_body_of_the_other_version_is_refused(clock: Clock, shape: str) -> None:
    body = shaped(shape)
    async with serve(sandbox_of(clock)) as url:
        if "dncLists" in body:
            v1 = f"{url}/agentassist/api/v1/public/{CREDENTIALS.app_id}"
            answer = await send("POST", f"{v1}/campaign?campaignType=voice", json=body)
        else:
            answer = await v2(url, "", "&campaignType=voice", json=body)
    messages = [error["msg"] for error in answer.json()["errors"]]
    assert (answer.status_code, [text for text in messages if text.startswith("dncLists")]) == (
        400,
        ["dncLists: is not allowed" if "dncLists" in body else "dncLists: is required"],
    )


async def test_version_2_demands_the_account_in_the_query(clock: Clock) -> None:
    async with serve(sandbox_of(clock)) as url:
        path = f"{url}/campaign/api/v2/public/{CREDENTIALS.app_id}/campaign/getAllCampaignDetails"
        assert (await send("POST", path, json=LISTING)).status_code == 403


async def test_a_flow_is_read_as_an_id_and_a_word_as_a_boolean(clock: Clock) -> None:
    sandbox = sandbox_of(clock)
    sandbox.create(shaped("Agentless with a do-not-call list"), version=2)
    async with serve(sandbox) as url:
        data = (await v2(url, "/cd-0001")).json()["data"]
    assert (data["experienceFlow"], data["enableMachineDetect"]) == ("cf-0001", False)
    assert data["dncLists"]["name"] == "Never"


@pytest.mark.parametrize("query", ["view=contacts", "", "trigger=play", "view=status&trigger=play"])
async def test_contacts_are_never_shown_and_nothing_is_started(base: str, query: str) -> None:
    answer = await send("POST", f"{base}/campaign/cd-0001/status?{query}", json={})
    assert answer.status_code == 400


async def test_contact_lists_are_listed_with_who_calls_them(clock: Clock) -> None:
    lists = read_lists(
        '["Recent Buyers - Q2 2025", {"name": "Empty", "contacts": 0, "timeZones": true, "source": "x"}]'
    )
    sandbox = sandbox_of(clock, lists=lists)
    sandbox.create(SAMPLE)
    async with serve(sandbox) as url:
        answer = await v2(url, "/contactList/getAllListDetails", "&type=call", json={})
    used, empty = answer.json()["data"]
    assert (used["name"], used["totalRecordCount"], used["status"]) == (
        SAMPLE["contactLists"][0],
        100,
        "Ready",
    )
    assert used["campaignInUse"] == [{"id": "cd-0001", "name": SAMPLE["name"]}]
    assert (used["source"], empty["source"]) == ("passiveApiIntegration", "x")
    assert (empty["totalRecordCount"], empty["mapping"]["timeZone"], empty["campaignInUse"]) == (
        0,
        "timeZone",
        [],
    )


async def test_without_a_file_no_lists_are_told(base: str) -> None:
    answer = await send("POST", f"{base}/campaign/contactList/getAllListDetails?type=call", json={})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "is no list, such as"),
        ("[1]", "item 1 is neither a name nor an object with one"),
        ('["A", {"contacts": 1}]', "item 2 is neither"),
        ('[{"name": "A", "size": 1}]', "item 1: unknown key 'size'; known here: name, contacts"),
        ('[{"name": "A", "contacts": "1"}]', "item 1: contacts is not of type int"),
        ("[", "Expecting value"),
    ],
)
def test_a_file_that_holds_no_lists_is_told(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        read_lists(text)


@pytest.mark.parametrize("host", ["kore.example", "127.0.0.1.kore.example", "", "[::1]:80"])
async def test_a_name_that_was_made_to_mean_this_machine_is_refused(base: str, host: str) -> None:
    answer = await send("GET", f"{base}/campaign/cd-0001", headers={"Host": host})
    assert answer.status_code in {400, 421}


async def test_the_command_knows_all_faults() -> None:
    assert list(FAULTS) == list(Fault)


async def test_a_lost_answer_made_the_campaign_all_the_same(clock: Clock) -> None:
    async with served(clock, sandbox_of(clock, fault=Fault.LOST_ANSWER)) as (sandbox, client):
        outcomes = [await client.create(SAMPLE, permit=yes) for _ in range(4)]
    assert [type(outcome) for outcome in outcomes] == [Unknown, Created, Created, Unknown]
    assert len(sandbox.campaigns) == 4


async def test_a_504_makes_its_campaign_later(clock: Clock) -> None:
    async with served(clock, sandbox_of(clock, fault=Fault.LATE_504)) as (sandbox, client):
        assert isinstance(await client.create(SAMPLE, permit=yes), Unknown)
        assert sandbox.campaigns == []
        clock.moment += timedelta(seconds=30)
        assert len(sandbox.campaigns) == 1


async def test_every_second_create_is_over_the_limit(clock: Clock) -> None:
    async with served(clock, sandbox_of(clock, fault=Fault.OVER_LIMIT)) as (sandbox, client):
        outcomes = [await client.create(SAMPLE, permit=yes) for _ in range(4)]
    assert [type(outcome) for outcome in outcomes] == [OverLimit, Created, OverLimit, Created]
    assert len(sandbox.campaigns) == 2


async def test_a_list_that_is_behind_shows_a_campaign_later(clock: Clock) -> None:
    async with served(clock, sandbox_of(clock, fault=Fault.LIST_BEHIND)) as (sandbox, client):
        await client.create(SAMPLE, permit=yes)
        assert await client.page(0, version=1) == Page(campaigns=(), total=0, has_more=False)
        clock.moment += timedelta(seconds=30)
        assert len(sandbox.listed(is_newest_first=True)) == 1


async def test_a_campaign_may_be_active_at_once(clock: Clock) -> None:
    async with served(clock, sandbox_of(clock, fault=Fault.ACTIVE)) as (_, client):
        await client.create(SAMPLE, permit=yes)
        page = await client.page(0, version=1)
    assert isinstance(page, Page)
    assert page.campaigns[0].status == "Active"


def test_what_a_definition_becomes_is_what_the_contract_wants() -> None:
    assert problems(to_body(validated(SAMPLE))) == []


def test_the_sample_has_no_problem() -> None:
    assert problems(SAMPLE) == []


def every_key(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return []
    return [found for key in value for found in [(*path, key), *every_key(value[key], (*path, key))]]


def changed(path: tuple[str, ...], value: object = None, *, is_gone: bool = False) -> dict[str, Any]:
    body = copy.deepcopy(SAMPLE)
    place = body
    for key in path[:-1]:
        place = place[key]
    if is_gone:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return body


@pytest.mark.parametrize("path", every_key(SAMPLE), ids=".".join)
def test_every_key_of_the_sample_is_required_with_its_type(path: tuple[str, ...]) -> None:
    key = ".".join(path)
    assert problems(changed(path, is_gone=True)) == [f"{key}: is required"]
    wrongs: tuple[object, ...] = (None, 1.5, [1], {}, "")
    for wrong in wrongs:
        assert [problem for problem in problems(changed(path, wrong)) if problem.startswith(key)], wrong


STRATEGY, HOURS = ("dialingStrategy",), ("dialingStrategy", "callingHours")
BOUNDS = [
    (("name",), "x" * 48, "x" * 49),
    (("description",), "x" * 256, "x" * 257),
    (("contactLists",), ["a"], []),
    (("contactLists",), ["a", "b"], ["a", ""]),
    (("priority",), "1", "0"),
    (("priority",), "5", "6"),
    (("dialingMode",), "Preview", "preview"),
    (("contactLists",), list("abcdefghij"), list("abcdefghijk")),
    ((*STRATEGY, "callerId", "phoneNumber"), "+1234567", "+123456"),
    ((*STRATEGY, "callerId", "phoneNumber"), "+123456789012345", "+1234567890123456"),
    ((*STRATEGY, "callerId", "phoneNumber"), "+1234567", "+0234567"),
    ((*HOURS, "frequency"), "DAILY", "MONTHLY"),
    ((*HOURS, "days"), [{"day": "SU", "start": "12:59 PM", "end": "1:00 PM"}], []),
    ((*HOURS, "days"), [{"day": "SU", "start": "9:00 AM", "end": "6:00 PM"}], [{"day": "SU"}]),
    (
        (*HOURS, "days"),
        [{"day": "SA", "start": "1:00 AM", "end": "12:00 PM"}],
        [{"day": "SA", "start": "13:00 AM", "end": "12:00 PM"}],
    ),
    ((*STRATEGY, "dialingOrder"), "LIFO", "FILO"),
    ((*STRATEGY, "maxAttemptsPerRecord"), 1, 0),
    ((*STRATEGY, "maxAttemptsPerRecord"), 100, 101),
    ((*STRATEGY, "defaultRetryPeriod"), 1, 0),
    ((*STRATEGY, "defaultRetryPeriod"), 1440, 1441),
    ((*STRATEGY, "maxRingTime"), 5, 4),
    ((*STRATEGY, "maxRingTime"), 120, 121),
    ((*STRATEGY, "maxRingTime"), 30, True),
    (("enableMachineDetect",), True, 1),
    (("maxSkips",), 0, -1),
    (("campaignType",), "voice", "sms"),
]


@pytest.mark.parametrize(("path", "good", "bad"), BOUNDS)
def test_bounds_are_the_contracts(path: tuple[str, ...], good: object, bad: object) -> None:
    assert problems(changed(path, good)) == []
    assert [problem.partition(":")[0] for problem in problems(changed(path, bad))] == [".".join(path)]


def test_unknown_keys_are_named() -> None:
    assert problems({**SAMPLE, "dncLists": {}}) == ["dncLists: is not allowed"]


async def test_it_listens_on_one_loopback_address_only(clock: Clock) -> None:
    async with serve(sandbox_of(clock)) as url:
        port = int(url.rpartition(":")[2])
        assert url.startswith("http://127.0.0.1:")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=5)


async def test_nothing_listens_afterwards(clock: Clock) -> None:
    async with serve(sandbox_of(clock)) as url:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5)


async def test_a_port_that_is_taken_is_an_error_that_names_it(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"port {port} .*in use") as caught:
            async with serve(sandbox_of(clock), port=port):
                pytest.fail("it listens")
    assert "--port" in caught.value.hint


async def test_a_port_can_be_used_again_at_once(clock: Clock) -> None:
    async with serve(sandbox_of(clock)) as url, client_of(url, clock, rate_limit=unpaced()) as client:
        await client.create(SAMPLE, permit=yes)
    async with serve(sandbox_of(clock), port=int(url.rpartition(":")[2])) as again:
        assert again == url


async def test_an_error_inside_comes_out_as_it_is(clock: Clock) -> None:
    with pytest.raises(SettingsError, match="mine"):
        async with serve(sandbox_of(clock)):
            raise SettingsError("mine")


async def test_a_cancelled_use_ends_the_server(clock: Clock) -> None:
    with anyio.CancelScope() as scope:
        async with serve(sandbox_of(clock)) as url:
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5)


async def test_a_connection_left_open_does_not_hold_up_the_end(clock: Clock) -> None:
    started = time.monotonic()
    async with serve(sandbox_of(clock)) as url:
        left = await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2]))
        await left.send(b"POST /agentassist HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
        await left.receive()
    async with left:
        assert time.monotonic() - started < 60


async def test_signals_stay_with_the_command(clock: Clock) -> None:
    handled = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in handled]
    async with serve(sandbox_of(clock)):
        assert [signal.getsignal(number) for number in handled] == before


async def test_two_sandboxes_share_nothing(clock: Clock) -> None:
    async with served(clock) as (first, client), served(clock) as (second, _):
        await client.create(SAMPLE, permit=yes)
    assert (len(first.campaigns), len(second.campaigns)) == (1, 0)


async def test_it_says_nothing_of_its_own(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    async with serve(sandbox_of(clock)) as url:
        await post(f"{url}/agentassist/api/v1/public/{CREDENTIALS.app_id}", claims={})
        async with await anyio.connect_tcp("127.0.0.1", int(url.rpartition(":")[2])) as stream:
            await stream.send(b"no HTTP\r\n\r\n")
            await stream.receive()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["uvicorn", "starlette"])
async def test_a_missing_library_is_an_error_that_says_how_to_install_it(
    name: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "campaignsync.sandbox.app", raising=False)
    for module in [module for module in sys.modules if re.match(rf"{name}(\.|$)", module)]:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingsError, match=name) as caught:
        async with serve(sandbox_of(clock)):
            pytest.fail("it serves")
    # Not from the index: what has the name there need not be this.
    assert "pip install 'campaignsync[sandbox] @ git+https://" in caught.value.hint


def test_the_variables_are_those_of_a_client() -> None:
    variables = CREDENTIALS.variables("http://127.0.0.1:1")
    assert list(variables) == [
        "KORE_HOST",
        "KORE_APP_ID",
        "KORE_ACCOUNT_ID",
        "KORE_CLIENT_ID",
        "KORE_CLIENT_SECRET",
    ]
    assert CREDENTIALS.client_secret not in repr(CREDENTIALS)


COMMAND = """
import time, uuid
from datetime import UTC, datetime
from campaignsync.sandbox import Sandbox, run
sandbox = Sandbox(now=lambda: datetime.now(UTC), monotonic=time.monotonic, new_id=lambda: str(uuid.uuid4()))
run(sandbox, port=0, on_ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_blocking_form_is_ready_when_it_says_so_and_ends_on_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", COMMAND],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(url, trust_env=False).status_code == 404
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_the_blocking_form_tells_of_a_taken_port_too(clock: Clock) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingsError, match="in use"),
    ):
        run(sandbox_of(clock), port=taken.getsockname()[1], on_ready=pytest.fail)
