"""Reading one campaign by its id, as `status --deep` does: answers of every kind, over respx."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given

from campaignsync.drift import differences
from campaignsync.kore.details import details_outcome
from campaignsync.kore.responses import Answer
from campaignsync.outcome import Details, DetailsOutcome, OverLimit, PageFailed, Unauthorized
from tests.integration.test_client_statuses import APP, HOST, JSON, answering

pytestmark = pytest.mark.anyio
SENT = {"name": "A", "priority": "5", "contactLists": ["B"], "dialingStrategy": {"maxRingTime": 30}}


async def details_of(*responses: httpx.Response, camp_id: str = "cd-1") -> DetailsOutcome:
    async with answering(*responses) as (client, route):
        outcome = await client.campaign(camp_id, version=1)
    assert {call.request.method for call in route.calls} == {"GET"}
    assert {call.request.content for call in route.calls} == {b""}
    return outcome


def found(data: Mapping[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": data})


async def test_what_a_definition_has_too_is_kept_and_nothing_else() -> None:
    answer = found({**SENT, "_id": "cd-1", "phoneNumber": "+1", "contacts": [{"phoneNumber": "+1"}]})
    assert await details_of(answer) == Details(values=SENT)


@pytest.mark.parametrize(
    ("version", "url"),
    [
        (1, f"{APP}/campaign/cd-1%2F..%3Ftrigger%3Dplay"),
        (2, f"{HOST}/campaign/api/v2/public/st-1/campaign/cd-1%2F..%3Ftrigger%3Dplay?accountId=acc-1"),
    ],
)
async def test_an_id_can_not_make_it_another_call(version: Any, url: str) -> None:  # noqa: ANN401  # 1 or 2
    async with answering(found({})) as (client, route):
        await client.campaign("cd-1/..?trigger=play", version=version)
    assert str(route.calls.last.request.url) == url


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(404, json={"message": "gone"}), "HTTP 404: gone"),
        (httpx.Response(200, json={"status": "failure", "message": "no"}), "HTTP 200: no"),
        (httpx.Response(200, json={"data": []}), "HTTP 200: "),
        (httpx.Response(200, json=[]), "HTTP 200: "),
        (httpx.Response(200, text="<html><title>Sign in</title>"), "HTTP 200: "),
        (httpx.Response(200, content=b'{"data":' * 100_000), "HTTP 200: "),
        (
            httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"\x1f\x8b"),
            "HTTP 200 with an encoded",
        ),
        (
            httpx.Response(200, content=b" " * (16 * 1024 * 1024 + 1)),
            "HTTP 200 with more than 16777216 bytes",
        ),
    ],
)
async def test_what_can_not_be_read_says_why(response: httpx.Response, reason: str) -> None:
    outcome = await details_of(response)
    assert isinstance(outcome, PageFailed)
    assert outcome.reason.startswith(reason), outcome.reason
    assert len(outcome.reason) <= 220


async def test_over_the_limit_or_without_credentials() -> None:
    sentence = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
    assert await details_of(httpx.Response(429)) == OverLimit()
    assert await details_of(httpx.Response(200, json={"status": "error", "message": sentence})) == OverLimit()
    # A campaign may be described with it.
    assert await details_of(found({"description": sentence})) == Details(values={"description": sentence})
    assert isinstance(await details_of(httpx.Response(401), httpx.Response(401)), Unauthorized)
    assert await details_of(httpx.Response(401), found({})) == Details(values={})


@given(JSON)
def test_law_whatever_comes_back_can_be_compared(data: Any) -> None:  # noqa: ANN401  # any JSON
    answer = Answer(status=200, body=httpx.Response(200, json={"data": data}).content)
    outcome = details_outcome(answer)
    if isinstance(outcome, Details):
        differences(SENT, outcome.values)
    differences(SENT, {"name": data, "contactLists": data, "priority": data, "dialingStrategy": data})
    differences(SENT, {"contactLists": [data], "dialingStrategy": {"maxRingTime": data}})
