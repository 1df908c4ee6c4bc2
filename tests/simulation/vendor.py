"""A simulated vendor: campaigns, requests executed at once, late or never, and a list that lags and moves."""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from campaignsync.identity import identity
from campaignsync.outcome import (
    ContactList,
    ContactLists,
    Created,
    DetailsOutcome,
    ListsOutcome,
    NotSent,
    Outcome,
    OverLimit,
    Page,
    PageFailed,
    PageOutcome,
    QueuesOutcome,
    Rejected,
    RemoteCampaign,
    Unauthorized,
    Unknown,
    Withheld,
)
from campaignsync.protocol.ports import Stop
from campaignsync.protocol.tools import pause
from campaignsync.versions import Version, version_of
from tests.simulation.machine import EPOCH, Machine

_NOT_EXECUTED = {"unauthorized", "rejected_never"}
_REFUSED = ("refused", "rejected")


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
        moving: Rows move between two pages: a stranger's campaign is deleted or made, or the order changes.
        short: A page has fewer rows than were asked for.
        is_unsorted: The list isn't in the order in which campaigns were made.
        miscounted: By how much every page's total is wrong.
        listless: The contact list that all definitions name is gone, for one answer.
        doubled: A gateway sends a request a second time, within the settle time.
        stalled: A request waits long for its turn under the rate limit.
        storms: From when to when the account is over its limit, in seconds.
        is_split: Each version of the API lists only the campaigns that were made by it.
        overdue_s: How much later than promised a late request is executed, at most.
    """

    fates: Mapping[str, float] = field(default_factory=dict)
    slow_list: float = 0.0
    page_failed: float = 0.0
    moving: float = 0.0
    short: float = 0.0
    is_unsorted: bool = False
    miscounted: int = 0
    listless: float = 0.0
    doubled: float = 0.0
    stalled: float = 0.0
    storms: tuple[tuple[float, float], ...] = ()
    is_split: bool = False
    overdue_s: float = 0.0

    @property
    def late_refusals(self) -> bool:
        """Whether a request that was rejected is executed all the same, later."""
        return "rejected_late" in self.fates


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
        self._shuffles = 0
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

    def listed(self, version: Version | None = None) -> list[Campaign]:
        """Return what a version's list, or all of them together, shows now, in its order."""
        now = asyncio.get_running_loop().time()
        shown = [campaign for campaign in self.campaigns if campaign.listed_s <= now]
        if self.faults.is_split and version is not None:
            shown = [campaign for campaign in shown if version_of(campaign.body) == version]
        return sorted(shown, key=self._place)

    def _place(self, campaign: Campaign) -> float:
        mixed = hash((campaign.created_s, self._shuffles))
        return mixed if self.faults.is_unsorted else -campaign.created_s

    def page(self, skip: int, version: Version) -> Page:
        """Return one page of a version's list, and perhaps let rows move before the next."""
        rows, count = self.listed(version), self.page_rows
        if self.rng.random() < self.faults.short:
            count = self.rng.randint(1, count)
        shown = rows[skip : skip + count]
        has_more = skip + count < len(rows)
        if has_more and self.rng.random() < self.faults.moving:
            self._move_rows(rows[: skip + count])
        total = max(len(rows) + self.faults.miscounted, 0)
        return Page(campaigns=tuple(map(self._row, shown)), total=total, has_more=has_more)

    def _move_rows(self, seen: Sequence[Campaign]) -> None:
        strangers = [row for row in seen if not row.made_for]
        match self.rng.randrange(3):
            case 0 if strangers:
                self.campaigns.remove(self.rng.choice(strangers))
            case 1 if strangers:
                self.make({**self.rng.choice(strangers).body, "name": f"New {self.rng.randrange(10**6)}"})
            case _:
                self._shuffles += 1

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

    def now(self) -> datetime:
        """Return the time by the vendor's clock, as an answer's ``Date`` tells it."""
        return EPOCH + timedelta(seconds=int(asyncio.get_running_loop().time())) + self._skew

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
        on_send: Told of each body just as it is written, and what becomes of it; returns the epoch to note
            on its campaign.
    """

    def __init__(
        self,
        vendor: Vendor,
        machine: Machine,
        stop: Stop,
        *,
        timeout_s: float,
        on_send: Callable[[Mapping[str, Any], str], int],
    ) -> None:
        self._vendor = vendor
        self._rng = vendor.rng
        self._machine = machine
        self._stop = stop
        self._timeout_s = timeout_s
        self._on_send = on_send
        self.requests = 0
        self.skew_s: float | None = None

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

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        await self._machine.spend(self._rng.uniform(0.05, 2))
        self.requests += 1
        self.skew_s = (self._vendor.now() - self._machine.now()).total_seconds()
        if self._vendor.is_over_limit():
            return OverLimit(retry_after_s=None)
        if self._rng.random() < self._vendor.faults.page_failed:
            return PageFailed(reason="503")
        return self._vendor.page(skip, version)

    async def contact_lists(self, *, version: Version) -> ListsOutcome:
        await self._machine.spend(self._rng.uniform(0.05, 2))
        self.requests += 1
        if self._rng.random() < self._vendor.faults.page_failed:
            return PageFailed(reason="503")
        is_gone = self._vendor.faults.listless > 0 and self._rng.random() < self._vendor.faults.listless
        return ContactLists(lists=() if is_gone else (ContactList(name="Buyers"),))

    async def campaign(self, camp_id: str, *, version: Version) -> DetailsOutcome:
        raise AssertionError("no sync reads a campaign by its id")

    async def queues(self, page: int) -> QueuesOutcome:
        raise AssertionError("no sync reads the queues")

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
        epoch = self._on_send(body, fate)
        vendor, loop, written_s = self._vendor, asyncio.get_running_loop(), asyncio.get_running_loop().time()
        is_slow = self._rng.random() < vendor.faults.slow_list and fate != "rejected_done"
        delay_s, lag_s = vendor.delay_s(), vendor.delay_s() if is_slow else 0.0
        delay_s += self._rng.uniform(0, vendor.faults.overdue_s)
        is_doubled = self._rng.random() < vendor.faults.doubled

        def execute() -> Campaign:
            return vendor.make(body, made_for=identity(body["name"]), epoch=epoch)

        campaign = execute() if fate == "created" or fate.endswith("_done") else None
        is_twice = fate.endswith("_late") or (is_doubled and campaign is not None)
        # A suspended machine only learns late that the attempt is over, and a killed one ends it early.
        ends_s = written_s + wait_s
        late = loop.call_at(ends_s + delay_s, execute) if is_twice else None
        if campaign is not None and is_slow:
            campaign.listed_s = ends_s + lag_s
        try:
            await self._machine.spend(wait_s)
        except BaseException:
            early_s = max(ends_s - loop.time(), 0.0)
            if campaign is not None and is_slow:
                campaign.listed_s -= early_s
            if late is not None and early_s:
                late.cancel()
                loop.call_later(delay_s, execute)
            raise
        return campaign.camp_id if campaign else ""


def is_executable(fate: str) -> bool:
    """Return whether the vendor may execute a request of this fate."""
    return fate not in _NOT_EXECUTED


def is_refusal(fate: str) -> bool:
    """Return whether the answer says no."""
    return fate.partition("_")[0] in _REFUSED


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
