"""A simulated vendor: campaigns, requests executed at once, late or never, and a list that lags and moves."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from campaignsync.identity import identity
from campaignsync.outcome import (
    Created,
    NotSent,
    Outcome,
    OverLimit,
    Page,
    PageFailed,
    PageOutcome,
    Rejected,
    RemoteCampaign,
    Unauthorized,
    Unknown,
    Withheld,
)
from campaignsync.sync.ports import Stop
from campaignsync.sync.tools import pause
from tests.simulation.machine import EPOCH, Machine

NEVER = float("inf")
_NOT_EXECUTED = {"unauthorized", "rejected_never"}


@dataclass(slots=True, kw_only=True)
class Campaign:
    """A campaign that the vendor made.

    Attributes:
        camp_id: Its id.
        name: Its name, as somebody may have changed it in the console.
        body: As sent, with the first name.
        made_for: The identity that a run sent it for; empty for a stranger's.
        epoch: How often a person had given that identity up when it was sent.
        created_s: When it was made, in true seconds.
        listed_s: From when on the list shows it.
    """

    camp_id: str
    name: str
    body: Mapping[str, Any]
    made_for: str = ""
    epoch: int = 0
    created_s: float
    listed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFaults:
    """How likely each is, from 0 to 1; `fates` are weights of what becomes of a create, beside "created".

    Attributes:
        fates: See `Account._answer`; ``_done``, ``_late`` and ``_never`` say whether it is executed.
        slow_list: A campaign made at once is listed only later.
        page_failed: Reading a page fails.
        moving: A stranger's campaign is deleted between two pages.
        stalled: A request waits long for its turn under the rate limit.
        storms: From when to when the account is over its limit, in seconds.
        overdue_s: How much later than promised a late request is executed, at most.
    """

    fates: Mapping[str, float] = field(default_factory=dict)
    slow_list: float = 0.0
    page_failed: float = 0.0
    moving: float = 0.0
    stalled: float = 0.0
    storms: tuple[tuple[float, float], ...] = ()
    overdue_s: float = 0.0


class Vendor:
    """The account.

    Args:
        rng: The seed's chance.
        settle_s: Within how many seconds of an attempt's end it executes and lists.
        skew_s: How far its clock is ahead of true time.
        page_rows: Rows in one page of the list.
        on_made: Told of each campaign that a run's request made.
    """

    def __init__(
        self,
        rng: Random,
        *,
        settle_s: float,
        skew_s: float,
        page_rows: int,
        on_made: Callable[[Campaign], None],
    ) -> None:
        self._ids = itertools.count(1)
        self._skew = timedelta(seconds=skew_s)
        self._on_made = on_made
        self.rng = rng
        self.settle_s = settle_s
        self.page_rows = page_rows
        self.campaigns: list[Campaign] = []
        self.faults = VendorFaults()

    def make(self, body: Mapping[str, Any], *, made_for: str = "", epoch: int = 0) -> Campaign:
        """Make a campaign now."""
        now = asyncio.get_running_loop().time()
        campaign = Campaign(
            camp_id=f"cd-{next(self._ids)}",
            name=body["name"],
            body=body,
            made_for=made_for,
            epoch=epoch,
            created_s=now,
            listed_s=now,
        )
        self.campaigns.append(campaign)
        if made_for:
            self._on_made(campaign)
        return campaign

    def listed(self) -> list[Campaign]:
        """Return what the list shows now, newest first."""
        now = asyncio.get_running_loop().time()
        return sorted(
            (campaign for campaign in self.campaigns if campaign.listed_s <= now),
            key=lambda campaign: -campaign.created_s,
        )

    def page(self, number: int) -> Page:
        """Return one page of the list, and perhaps let rows move before the next."""
        rows = self.listed()
        end = number * self.page_rows
        shown = rows[end - self.page_rows : end]
        strangers = [row for row in rows[:end] if not row.made_for]
        if end < len(rows) and strangers and self.rng.random() < self.faults.moving:
            self.campaigns.remove(self.rng.choice(strangers))
        return Page(campaigns=tuple(map(self._row, shown)), total=len(rows), has_more=end < len(rows))

    def _row(self, campaign: Campaign) -> RemoteCampaign:
        return RemoteCampaign(
            camp_id=campaign.camp_id,
            name=campaign.name,
            description=campaign.body["description"],
            contact_lists=tuple(campaign.body["contactLists"]),
            priority=campaign.body["priority"],
            dialing_mode=campaign.body["dialingMode"],
            created_at=EPOCH + timedelta(seconds=campaign.created_s) + self._skew,
        )

    def is_over_limit(self) -> bool:
        """Return whether the account's requests of this minute are used up."""
        now = asyncio.get_running_loop().time()
        return any(start <= now < end for start, end in self.faults.storms)

    def delay_s(self) -> float:
        """Return how long something takes that the vendor promises within the settle time."""
        return self.settle_s * self.rng.choice((0.02, 0.5, 0.9, 0.999))


class Account:
    """The port `Api`: one machine's view of the vendor.

    Args:
        vendor: The vendor.
        machine: Whose requests these are.
        stop: The wish that the run ends.
        timeout_s: The deadline of an attempt.
        on_send: Told of each body just as it is written, and whether the vendor may execute it; returns
            the epoch to note on its campaign.
    """

    def __init__(
        self,
        vendor: Vendor,
        machine: Machine,
        stop: Stop,
        *,
        timeout_s: float,
        on_send: Callable[[Mapping[str, Any], bool], int],
    ) -> None:
        self._vendor = vendor
        self._rng = vendor.rng
        self._machine = machine
        self._stop = stop
        self._timeout_s = timeout_s
        self._on_send = on_send
        self.requests = 0

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        await self._wait_turn()
        fate, connect_s = self._fate(), self._rng.uniform(0.02, 1)
        await self._machine.spend(connect_s)
        if fate == "not_sent":
            return NotSent(reason="connection refused")
        if not permit():
            return Withheld()
        self.requests += 1
        if self._vendor.is_over_limit():
            await self._machine.spend(0.2)
            return OverLimit(retry_after_s=self._rng.choice((None, 7.0, 61.0)))
        is_slow = "lost" in fate and self._rng.random() < 0.5
        wait_s = self._timeout_s - connect_s if is_slow else self._rng.uniform(0.05, 3)
        camp_id = await self._exchange(body, fate, wait_s)
        self._machine.tell(f"{body['name']}: {fate} {camp_id}")
        return _answer(fate, camp_id)

    async def page(self, number: int) -> PageOutcome:
        await self._machine.spend(self._rng.uniform(0.05, 2))
        self.requests += 1
        if self._vendor.is_over_limit():
            return OverLimit(retry_after_s=None)
        if self._rng.random() < self._vendor.faults.page_failed:
            return PageFailed(reason="503")
        return self._vendor.page(number)

    async def _wait_turn(self) -> None:
        if self._rng.random() < self._vendor.faults.stalled:
            seconds = self._rng.uniform(0.3, 4) * (self._vendor.settle_s + self._timeout_s)
            await pause(seconds, clock=self._machine, stop=self._stop)

    def _fate(self) -> str:
        fates = self._vendor.faults.fates
        names, weights = ("created", *fates), (1 - sum(fates.values()), *fates.values())
        return self._rng.choices(names, weights)[0]

    async def _exchange(self, body: Mapping[str, Any], fate: str, wait_s: float) -> str:
        """Write the request and wait for the answer; what the vendor does goes on if this machine dies."""
        epoch = self._on_send(body, fate not in _NOT_EXECUTED)
        key = identity(body["name"])
        vendor = self._vendor
        is_slow = self._rng.random() < vendor.faults.slow_list and fate != "rejected_done"
        delay_s, lag_s = vendor.delay_s(), vendor.delay_s() if is_slow else 0.0
        delay_s += self._rng.uniform(0, vendor.faults.overdue_s)
        campaign: Campaign | None = None
        if fate == "created" or fate.endswith("_done"):
            campaign = vendor.make(body, made_for=key, epoch=epoch)
            campaign.listed_s = NEVER if is_slow else campaign.listed_s
        try:
            await self._machine.spend(wait_s)
        finally:
            loop = asyncio.get_running_loop()
            if campaign is not None and is_slow:
                campaign.listed_s = loop.time() + lag_s
            if fate.endswith("_late"):
                loop.call_later(delay_s, lambda: vendor.make(body, made_for=key, epoch=epoch))
        return campaign.camp_id if campaign else ""


def _answer(fate: str, camp_id: str) -> Outcome:
    match fate.partition("_")[0]:
        case "created":
            return Created(camp_id=camp_id)
        case "lost":
            return Unknown(reason="no answer")
        case "refused":
            return Unknown(reason="409: in progress", is_refusal=True)
        case "rejected":
            return Rejected(reason="400: no")
        case _:
            return Unauthorized(reason="401")
