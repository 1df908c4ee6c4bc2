"""The client of the campaign API: creates, and pages of the list. Does I/O over httpx, on asyncio or trio.

Where requests go and what they carry is in the contract, "Create Voice Campaign API - Preview Mode", and in
the notes on the API; what their outcomes mean is the product's contract, "Sync" 5.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, assert_never

import httpx

from campaignsync import __version__
from campaignsync.config import is_loopback
from campaignsync.errors import SettingsError
from campaignsync.kore.auth import Tokens, header_value
from campaignsync.kore.contact_lists import lists_outcome
from campaignsync.kore.details import details_outcome
from campaignsync.kore.pages import PAGE_ROWS, page_outcome
from campaignsync.kore.queues import queues_outcome
from campaignsync.kore.rate_limit import RateLimit
from campaignsync.kore.responses import Answer, clock_skew_s, create_outcome
from campaignsync.kore.transport import Broken, Call, Gate, exchange, set_location_aside
from campaignsync.kore.urls import Urls, refuse_harm
from campaignsync.outcome import (
    DetailsOutcome,
    ListsOutcome,
    NotSent,
    Outcome,
    OverLimit,
    PageFailed,
    PageOutcome,
    QueuesOutcome,
    Unauthorized,
    Unknown,
    Withheld,
)
from campaignsync.versions import Version, version_of

_MOST_CREATE_BYTES = 1024 * 1024
_MOST_PAGE_BYTES = 16 * 1024 * 1024

_Read = TypeVar("_Read", PageOutcome, ListsOutcome, DetailsOutcome, QueuesOutcome)


class KoreClient:
    """One application of one account. Use as an async context manager.

    Each request has a connection of its own: at a request a second nothing is gained by keeping one, and
    a kept one that the server closes at the wrong moment makes an unknown outcome.

    Args:
        host: Base URL with scheme, such as ``https://platform.kore.ai``.
        app_id: The application's id, ``st-…``.
        account_id: The account's id.
        tokens: Where tokens come from.
        rate_limit: The rate limit, over all calls.
        timeout_s: One deadline over each attempt, in seconds; pacing comes before it.
        now: Returns the time, with its zone.
        monotonic: Returns seconds on a clock that nobody sets.
        on_detail: Told one line for each request, without secrets.

    Attributes:
        requests: How many requests were sent so far, of any kind.
        skew_s: By how many seconds the server's clock is ahead of this machine's (negative: behind), by the
            first answer of any kind with a readable `Date`; None before.

    Raises:
        SettingsError: An id can't go into a header, or the host is no URL.
    """

    def __init__(  # noqa: PLR0913  # what it composes, each given by name
        self,
        *,
        host: str,
        app_id: str,
        account_id: str,
        tokens: Tokens,
        rate_limit: RateLimit,
        timeout_s: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        on_detail: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.requests = 0
        self.skew_s: float | None = None
        self._headers = _headers(app_id, account_id)
        self._urls = Urls(host=host, app_id=app_id, account_id=account_id)
        # Nobody's proxy has any business with what stays on this machine.
        self._is_direct = is_loopback(host)
        self._tokens = tokens
        self._rate_limit = rate_limit
        self._timeout_s = timeout_s
        self._now = now
        self._monotonic = monotonic
        self._on_detail = on_detail
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        try:
            self._http = httpx.AsyncClient(
                timeout=None,  # noqa: S113  # one deadline over the whole attempt instead
                trust_env=not self._is_direct,
                # Also for this machine: who names an authority means it.
                verify=httpx.create_ssl_context(),
                limits=httpx.Limits(max_connections=None),
                event_hooks={"response": [set_location_aside]},
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL):
            # Without the cause: a proxy's URL may hold a password.
            raise SettingsError(
                "the proxy or the certificates that the environment names can't be used",
                hint="Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and NO_PROXY, "
                "which takes ::1 without brackets, and no range of IPv6 addresses.",
            ) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        """Send one create, by the version that the body is for; after a 401, once more with a new token.

        Args:
            body: The campaign, as the contract or, with a do-not-call list, version 2 has it.
            permit: Whether it may still go; asked before each send, after pacing and connecting.

        Raises:
            Exception: Only what `permit` raised; then nothing was sent.
        """
        sent, version = json.dumps(body), version_of(body)
        outcome = await self._create_once(sent, version, permit)
        if isinstance(outcome, Unauthorized) and self._tokens.is_renewable:
            return await self._create_once(sent, version, permit)
        return outcome

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        """Read the account's voice campaigns from one on, newest first: a page of them, which may be short.

        Args:
            skip: The number of the first, 0 for the newest.
            version: Whose list.
        """
        url = self._urls.campaigns(version)
        return await self._read("POST", url, _listing(skip), lambda it: page_outcome(it, skip))

    async def contact_lists(self, *, version: Version) -> ListsOutcome:
        """Read the account's contact lists, all in one answer; no contact is in it.

        Args:
            version: Whose list.
        """
        return await self._read("POST", self._urls.contact_lists(version), "{}", lists_outcome)

    async def campaign(self, camp_id: str, *, version: Version) -> DetailsOutcome:
        """Read one campaign by its id; no contact is in it."""
        return await self._read("GET", self._urls.campaign(version, camp_id), "", details_outcome)

    async def queues(self, page: int) -> QueuesOutcome:
        """Read a page of the account's queues, from 1; it needs a scope that a sync doesn't."""
        return await self._read("GET", self._urls.queues(page), "", queues_outcome)

    async def _create_once(self, sent: str, version: Version, permit: Callable[[], bool]) -> Outcome:
        async with self._rate_limit.slot():
            url = self._urls.create(version)
            call = self._call("POST", url, sent, most_bytes=_MOST_CREATE_BYTES)
            match await self._told(call, Gate(permit, self._count)):
                case Answer() as answer:
                    outcome = create_outcome(answer, sent=sent)
                    self._pace(outcome)
                    return outcome
                case Broken(reason=reason, is_sent=is_sent):
                    return Unknown(reason=reason) if is_sent else NotSent(reason=reason)
                case Withheld() as withheld:
                    return withheld
                case never:
                    assert_never(never)

    async def _read(
        self, method: str, url: httpx.URL, asked: str, outcome_of: Callable[[Answer], _Read]
    ) -> _Read | PageFailed:
        """Ask for what has no effect; after a 401, once more with a new token."""
        outcome = await self._read_once(method, url, asked, outcome_of)
        if isinstance(outcome, Unauthorized) and self._tokens.is_renewable:
            return await self._read_once(method, url, asked, outcome_of)
        return outcome

    async def _read_once(
        self, method: str, url: httpx.URL, asked: str, outcome_of: Callable[[Answer], _Read]
    ) -> _Read | PageFailed:
        async with self._rate_limit.slot():
            call = self._call(method, url, asked, most_bytes=_MOST_PAGE_BYTES)
            match await self._told(call, Gate(lambda: True, self._count)):
                case Answer() as answer:
                    outcome = outcome_of(answer)
                    self._pace(outcome)
                    return outcome
                case Broken(reason=reason, cure=cure):
                    return PageFailed(reason=reason, cure=cure)
                case Withheld():
                    return PageFailed(reason="nothing was sent")
                case never:
                    assert_never(never)

    def _call(self, method: str, url: httpx.URL, content: str, *, most_bytes: int) -> Call:
        refuse_harm(url)
        token = self._tokens.token()
        return Call(
            method=method,
            url=url,
            headers={**self._headers, "auth": token},
            content=content.encode(),
            most_bytes=most_bytes,
            secrets=(token, *self._tokens.secrets),
        )

    async def _told(self, call: Call, gate: Gate) -> Answer | Broken | Withheld:
        """Exchange, tell of it, and compare the clocks once."""
        if self._http is None:
            raise RuntimeError("the client is not open: use it as an async context manager")
        started, started_at = self._monotonic(), self._now()
        result = await exchange(self._http, call, gate, timeout_s=self._timeout_s, now=self._now)
        if self.skew_s is None and isinstance(result, Answer):
            self.skew_s = clock_skew_s(result.date, started=started_at, ended=self._now())
        spent_ms = 1000 * (self._monotonic() - started)
        self._on_detail(f"{call.method} {call.url.raw_path.decode()}: {_summary(result)} ({spent_ms:.0f} ms)")
        return result

    def _pace(self, outcome: Outcome | PageOutcome | ListsOutcome | DetailsOutcome | QueuesOutcome) -> None:
        """Hold everything back after an over-limit answer, before the next request can start."""
        if isinstance(outcome, OverLimit):
            self._rate_limit.back_off(outcome.retry_after_s)
        else:
            self._rate_limit.ease()

    def _count(self) -> None:
        self.requests += 1


def _headers(app_id: str, account_id: str) -> dict[str, str]:
    return {
        "iid": header_value(app_id, "KORE_APP_ID"),
        "accountId": header_value(account_id, "KORE_ACCOUNT_ID"),
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": f"campaignsync/{__version__}",
    }


def _listing(skip: int) -> str:
    """Return the body of the list call, with the keys of the vendor's sample."""
    return json.dumps(
        {
            "type": "voice",
            "limit": PAGE_ROWS,
            "skip": skip,
            "page": skip // PAGE_ROWS + 1,
            "sortBy": {"createdAt": "desc"},
        }
    )


def _summary(result: Answer | Broken | Withheld) -> str:
    match result:
        case Answer(status=status):
            return str(status)
        case Broken(reason=reason, is_sent=is_sent):
            return reason if is_sent else f"not sent: {reason}"
        case Withheld():
            return "withheld"
        case never:
            assert_never(never)
