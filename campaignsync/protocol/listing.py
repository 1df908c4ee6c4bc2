"""The account's campaigns, listed to the end and checked for being whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from campaignsync.errors import ApiError, AuthorizationError
from campaignsync.outcome import OverLimit, Page, PageFailed, RemoteCampaign, Unauthorized
from campaignsync.protocol.tools import Tools, backoff_s
from campaignsync.report.summary import counted
from campaignsync.versions import Version

OVER_LIMIT = "the account, which is over its rate limit"
"""What is waited for after an over-limit answer."""

TRIES = 5
"""Listings that may fail or contradict themselves before a run gives up (the contract, "Sync" 3)."""

MAX_CLOCK_DIFFERENCE_S = 120.0
"""How far the server's clock and this machine's may differ, in seconds (the contract, "Sync" 2)."""

_MOST_PAGES = 1_000
"""More than any account has: at 60 requests a minute, no run waits longer than 17 minutes for a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One pass over the pages, to the end of the list or to a row that came twice."""

    totals: Sequence[int]
    campaigns: Sequence[RemoteCampaign]


async def list_account(tools: Tools, versions: Collection[Version]) -> tuple[RemoteCampaign, ...]:
    """Return all voice campaigns of the account: from each version's list one that counts, joined by id.

    Whether one version lists what the other made is not documented, so what matters is asked of each.

    Args:
        tools: The run's ports and options.
        versions: By which the campaigns that matter were made, or may have been.

    Raises:
        ApiError: No listing counted in several tries, or one failed so that no other could do better; the
            list has no end; or the clocks differ.
        AuthorizationError: The server refuses the credentials.
        StopRequestedError: The run was asked to end.
    """
    found = dict[str, RemoteCampaign]()
    for version in sorted(versions):
        for campaign in await _list_one(tools, version):
            found[campaign.camp_id] = joined(found.get(campaign.camp_id), campaign)
    return tuple(found.values())


def joined(first: RemoteCampaign | None, second: RemoteCampaign) -> RemoteCampaign:
    """Return one campaign of two rows: the second, and from the first what the second leaves out."""
    if first is None:
        return second
    names = [field.name for field in fields(second) if getattr(second, field.name) is None]
    return replace(second, **{name: getattr(first, name) for name in names})


async def _list_one(tools: Tools, version: Version) -> Sequence[RemoteCampaign]:
    before, reason = None, ""
    for attempt in range(1, TRIES + 1):
        reading = await _read(tools, version)
        if isinstance(reading, PageFailed):
            before, reason = None, reading.reason
            if reading.cure:
                raise _unlisted(f"{tools.options.host}: {reason}", cure=reading.cure)
        elif tools.rules.is_complete(reading.totals, reading.campaigns) or (
            before is not None and agree(before.campaigns, reading.campaigns)
        ):
            tools.progress.detail(
                f"listed the account by version {version}: {counted(len(reading.campaigns), 'campaign')}"
            )
            return reading.campaigns
        else:
            before, reason = reading, _contradiction(reading)
        tools.progress.detail(f"listing {attempt} of at most {TRIES}: {reason}")
        if attempt < TRIES:
            await tools.pause(backoff_s(attempt) / 5, "another try to list the account")
    raise _unlisted(reason)


def agree(first: Sequence[RemoteCampaign], second: Sequence[RemoteCampaign]) -> bool:
    """Return whether two listings hold the same campaigns, each of them once."""
    first_ids, second_ids = ([campaign.camp_id for campaign in listing] for listing in (first, second))
    return sorted(first_ids) == sorted(second_ids) and len(set(second_ids)) == len(second_ids)


async def _read(tools: Tools, version: Version) -> _Reading | PageFailed:
    totals, campaigns, ids = list[int](), list[RemoteCampaign](), set[str]()
    for _ in range(_MOST_PAGES):
        page = await _page(tools, len(campaigns), version)
        if isinstance(page, PageFailed):
            return page
        totals.append(page.total)
        campaigns.extend(page.campaigns)
        ids.update(campaign.camp_id for campaign in page.campaigns)
        if page.has_more and not page.campaigns and len(campaigns) < page.total:
            return PageFailed(reason="a page of the list is empty, and says that more follow")
        is_last = not page.has_more and len(campaigns) >= page.total
        if is_last or not page.campaigns or len(ids) < len(campaigns):
            return _Reading(totals=totals, campaigns=campaigns)
    raise _unlisted(f"the list has no end: after {_MOST_PAGES} pages the server says that more follow")


async def _page(tools: Tools, skip: int, version: Version) -> Page | PageFailed:
    attempt = 0
    while True:
        tools.check_stop()
        answer = await tools.api.page(skip, version=version)
        # Before the answer is looked at: a token's times are wrong, too, where the clock is.
        check_clock(tools)
        match answer:
            case OverLimit(retry_after_s=asked_s):
                attempt += 1
                tools.progress.detail("over the rate limit: waiting")
                await tools.pause(backoff_s(attempt, asked_s), OVER_LIMIT)
            case Unauthorized(reason=reason):
                raise unauthorized(reason)
            case _:
                return answer


def check_clock(tools: Tools) -> None:
    """Compare this machine's clock with the server's, once there was an answer with a time.

    Raises:
        ApiError: They differ by more than `MAX_CLOCK_DIFFERENCE_S`.
    """
    skew_s = tools.api.skew_s
    if skew_s is None or abs(skew_s) <= MAX_CLOCK_DIFFERENCE_S:
        return
    ours = tools.clock.now()
    theirs = ours + timedelta(seconds=skew_s)
    raise ApiError(
        f"the clocks differ by {abs(skew_s):.0f} seconds: the server says {_utc(theirs)}, "
        f"this machine {_utc(ours)}",
        hint="Set this machine's clock, or ask the vendor where it is right: waits and leases rest on clocks "
        f"that differ by {MAX_CLOCK_DIFFERENCE_S / 60:.0f} minutes at most.",
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _contradiction(reading: _Reading) -> str:
    totals = ", ".join(str(total) for total in sorted(set(reading.totals)))
    return f"the pages name {totals} campaigns in all and hold {len(reading.campaigns)}, or one twice"


def _unlisted(reason: str, *, cure: str = "") -> ApiError:
    return ApiError(
        f"the account's campaigns could not be listed: {reason}",
        hint=cure or "Nothing was decided without the list; run the command again when the service answers.",
    )


def unauthorized(reason: str) -> AuthorizationError:
    """Return the error of refused credentials."""
    return AuthorizationError(
        f"the server refuses the credentials: {reason}",
        hint="Check KORE_CLIENT_ID and KORE_CLIENT_SECRET (or KORE_JWT), KORE_APP_ID and KORE_ACCOUNT_ID; "
        "the client needs the scope Campaign Management.",
    )
