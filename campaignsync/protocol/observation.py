"""Looking at what is recorded: one listing for all, and with `deep` one read each. Sends nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import anyio

from campaignsync.drift import Condition, Observed, observed, with_details
from campaignsync.outcome import Details, DetailsOutcome, OverLimit, PageFailed, Unauthorized
from campaignsync.protocol.listing import OVER_LIMIT, list_account, unauthorized
from campaignsync.protocol.tools import StopRequestedError, Tools, backoff_s
from campaignsync.report.summary import counted, duration
from campaignsync.state import Entry, Record
from campaignsync.versions import version_of, versions_of

_MOST_NAMED = 5

_LONGEST_LOOK_S = 30.0
"""The longest pause between two looks, in seconds; Preparing took 0 to 17 (the vendor notes, "Statuses")."""

_TRIES = 5
"""Times that a campaign is asked for while the account is over its rate limit."""


@dataclass(slots=True, kw_only=True)
class Observations:
    """What the account says of a state's entries.

    Attributes:
        found: One for each entry, in their order.
        unread: How many campaigns `deep` did not come to, since the run was asked to end.
        is_interrupted: The run was asked to end, and told what it had by then.
        is_waited_out: Some were still being made when the wait ended.
        requests: How many requests were sent.
    """

    found: list[Observed] = field(default_factory=list)
    unread: int = 0
    requests: int = 0
    is_interrupted: bool = False
    is_waited_out: bool = False


async def observe(
    tools: Tools, entries: Sequence[Entry], *, is_deep: bool = False, wait_s: float = 0
) -> Observations:
    """List the account and hold entries of the state against it.

    Args:
        tools: The run's ports and options.
        entries: Of the state.
        is_deep: Also read each campaign by its id, for what the list leaves out.
        wait_s: Look again, for at most so many seconds, until the vendor has made all of them.

    Raises:
        ApiError: The account can't be listed, or the clocks differ.
        AuthorizationError: The server refuses the credentials.
        StopRequestedError: The run was asked to end before there was anything to tell.
    """
    seen = Observations()
    if not entries:
        return seen
    seen.found = await _listed(tools, entries)
    try:
        await _wait(tools, seen, entries, wait_s)
        if is_deep:
            await _read_all(tools, seen)
    except StopRequestedError:
        seen.is_interrupted = True
    seen.requests = tools.api.requests
    return seen


async def _listed(tools: Tools, entries: Sequence[Entry]) -> list[Observed]:
    listing = await list_account(tools, versions_of(entry.definition for entry in entries))
    return observed(entries, listing, now=tools.clock.now(), settle_s=tools.options.settle_s)


async def _wait(tools: Tools, seen: Observations, entries: Sequence[Entry], wait_s: float) -> None:
    if wait_s <= 0:
        return
    ends, attempt = tools.clock.monotonic() + wait_s, 0
    while preparing := [one.entry.name for one in seen.found if one.is_preparing]:
        left_s = ends - tools.clock.monotonic()
        if left_s <= 0:
            seen.is_waited_out = True
            return
        attempt += 1
        pause_s = min(2.0**attempt, _LONGEST_LOOK_S, left_s)
        named = ", ".join(preparing[:_MOST_NAMED]) + (", …" if len(preparing) > _MOST_NAMED else "")
        tools.progress.note(
            f"{counted(len(preparing), 'campaign')} still being made ({named}): "
            f"looking again in {pause_s:.0f} s, for {left_s:.0f} s at most"
        )
        await tools.pause(pause_s, "the vendor to make them")
        seen.found = await _listed(tools, entries)


async def _read_all(tools: Tools, seen: Observations) -> None:
    """Read each campaign that is in the list, and put what that adds into its place."""
    places = [index for index, one in enumerate(seen.found) if one.condition is Condition.LISTED]
    took = duration(len(places), tools.options.rate_limit)
    tools.progress.note(f"Reading {counted(len(places), 'campaign')}, one request each{took}.")
    seen.unread = len(places)
    waiting = list(reversed(places))
    refusals: list[str] = []

    async def work() -> None:
        while waiting and not refusals:
            tools.check_stop()
            index = waiting.pop()
            match await _read_one(tools, seen.found[index]):
                case Observed() as read:
                    seen.found[index] = read
                    seen.unread -= 1
                case Unauthorized(reason=reason):
                    refusals.append(reason)

    async def worker() -> None:
        try:
            await work()
        except StopRequestedError:
            # The others hear it, too; and a group would wrap it.
            waiting.clear()

    async with anyio.create_task_group() as group:
        for _ in range(min(tools.options.parallel, len(places))):
            group.start_soon(worker)
    if refusals:
        raise unauthorized(refusals[0])
    tools.check_stop()


async def _read_one(tools: Tools, one: Observed) -> Observed | Unauthorized:
    if not isinstance(one.entry, Record):
        return one
    answer: DetailsOutcome = PageFailed(reason="not asked")
    for attempt in range(1, _TRIES + 1):
        answer = await tools.api.campaign(one.entry.camp_id, version=version_of(one.entry.definition))
        if not isinstance(answer, OverLimit):
            break
        await tools.pause(backoff_s(attempt, answer.retry_after_s), OVER_LIMIT)
    match answer:
        case Details(values=values):
            return with_details(one, values)
        case Unauthorized():
            return answer
        case OverLimit():
            return replace(one, error="the account is over its rate limit")
        case PageFailed(reason=reason):
            return replace(one, error=reason)
