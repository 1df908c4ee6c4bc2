"""The account's campaigns, listed to the end and checked for being whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaignsync.errors import ApiError, AuthorizationError
from campaignsync.outcome import OverLimit, Page, PageFailed, RemoteCampaign, Unauthorized
from campaignsync.report.summary import counted
from campaignsync.sync.tools import Tools, backoff_s

TRIES = 5
"""Listings that may fail or contradict themselves before a run gives up (the contract, "Sync" 3)."""

_MOST_ROWS = 1_000_000
"""More campaigns than any account has: a server that claims more is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One pass over all pages."""

    totals: Sequence[int]
    campaigns: Sequence[RemoteCampaign]


async def list_account(tools: Tools) -> tuple[RemoteCampaign, ...]:
    """Return all voice campaigns of the account, from one consistent listing.

    Raises:
        ApiError: No listing was whole in several tries.
        AuthorizationError: The server refuses the credentials.
        StopRequestedError: The run was asked to end.
    """
    reason = ""
    for attempt in range(1, TRIES + 1):
        reading = await _read(tools)
        if isinstance(reading, _Reading) and tools.rules.is_complete(reading.totals, reading.campaigns):
            tools.progress.detail(f"listed the account: {counted(len(reading.campaigns), 'campaign')}")
            return tuple(reading.campaigns)
        reason = reading.reason if isinstance(reading, PageFailed) else _contradiction(reading)
        tools.progress.detail(f"listing {attempt} of at most {TRIES}: {reason}")
        if attempt < TRIES:
            await tools.pause(backoff_s(attempt) / 5)
    raise ApiError(
        f"the account's campaigns could not be listed: {reason}",
        hint="Nothing was decided without the list; run the command again when the service answers.",
    )


async def _read(tools: Tools) -> _Reading | PageFailed:
    totals, campaigns = list[int](), list[RemoteCampaign]()
    while True:
        page = await _page(tools, len(totals) + 1)
        if isinstance(page, PageFailed):
            return page
        totals.append(page.total)
        campaigns.extend(page.campaigns)
        is_last = not page.has_more and len(campaigns) >= page.total
        if is_last or not page.campaigns or len(campaigns) > min(page.total, _MOST_ROWS):
            return _Reading(totals=totals, campaigns=campaigns)


async def _page(tools: Tools, number: int) -> Page | PageFailed:
    attempt = 0
    while True:
        match await tools.api.page(number):
            case OverLimit(retry_after_s=asked_s):
                attempt += 1
                tools.progress.detail("over the rate limit: waiting")
                await tools.pause(backoff_s(attempt, asked_s))
            case Unauthorized(reason=reason):
                raise unauthorized(reason)
            case answer:
                return answer


def _contradiction(reading: _Reading) -> str:
    totals = ", ".join(str(total) for total in sorted(set(reading.totals)))
    return f"the pages name {totals} campaigns in all and hold {len(reading.campaigns)}, or one twice"


def unauthorized(reason: str) -> AuthorizationError:
    """Return the error of refused credentials."""
    return AuthorizationError(
        f"the server refuses the credentials: {reason}",
        hint="Check KORE_CLIENT_ID and KORE_CLIENT_SECRET (or KORE_JWT), KORE_APP_ID and KORE_ACCOUNT_ID; "
        "the client needs the scope Campaign Management.",
    )
