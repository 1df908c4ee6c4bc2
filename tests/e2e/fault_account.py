"""The account behind the faulty vendor: what exists in it, what goes wrong, and what is answered. No I/O.

It shares no code with the product, so that a mistake of the product is not repeated here.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.e2e.kills import SkippingClock

APP_ID = "st-00000000-0000-4000-8000-00000000e2e0"
LIMIT_WORDS = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying."
"""What the vendor says over its rate limit (the notes on the API, "Rate limit")."""

PAGE_ROWS = 100
"""Rows that the product asks for in one page (the product's contract, "Sync" 3)."""
_PATH = f"/agentassist/api/v1/public/{APP_ID}/campaign"
_PATH_2 = f"/campaign/api/v2/public/{APP_ID}/campaign"
ACCOUNT_ID = "000000000000000000000e2e"
_ACCOUNT = f"accountId={ACCOUNT_ID}"
_CREATE = f"POST {_PATH}?campaignType=voice "
_CREATE_2 = f"POST {_PATH_2}?{_ACCOUNT}&campaignType=voice "
_LISTS = (f"POST {_PATH}/getAllCampaignDetails ", f"POST {_PATH_2}/getAllCampaignDetails?{_ACCOUNT} ")
_CONTACT_LISTS = (
    f"POST {_PATH}/contactList/getAllListDetails?type=call ",
    f"POST {_PATH_2}/contactList/getAllListDetails?{_ACCOUNT}&type=call ",
)
"""By version 1 and by version 2; whether one lists what the other made is not documented: here both do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def on_the_wire(self, now: datetime) -> bytes:
        """Return it as it is sent at a time by the server's clock."""
        always = {"Date": format_datetime(now, usegmt=True), "Content-Length": str(len(self.body))}
        headers = {**always, "Connection": "close", **self.headers}
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection is closed without an answer."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """No answer comes for as long as the client waits for one."""


Reply = Answer | Dropped | Hanging


def says(status: int, body: object, **headers: str) -> Answer:
    """Return an answer; a text goes as it is, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, body=text.encode(), headers=named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, and for which creates.

    Attributes:
        reply: What a create that is hit is answered.
        is_executed: Whether the campaign is made all the same.
        is_good: Nothing goes wrong with it: it is only told of.
        is_late: It is made only when `FaultyAccount.execute_late` says so.
        hits: How many creates of each target are hit; the others succeed.
        shown_after_s: Seconds after the request until a campaign that was hit shows in the list.
        others: Campaigns of other people, there from the beginning.
        clock_ahead_s: How far the server's clock is ahead of the machine's.
        most_rows: Rows that a page holds at most, whatever is asked for.
        total_ahead: By how much each page's total is too large.
        is_page_stuck: Each page holds the first rows, and says that more follow.
        endless_lists: Listings in which each page holds new rows, and says that more follow.
        lists_failing: Requests for the list that fail after the first hit.
        lists_failing_first: Requests for the list that fail before anything else.
        are_lists_refused: The list is answered with `reply`, too, while the fault lasts.
        are_rows_moving: After each hit other people make a page full of campaigns, and delete one of them
            while the list is read: the new campaign slips from the second page to the first, unseen.
        is_door_closed: Nobody listens when the first target would connect.
        is_door_slow: The first target's connection is accepted only after a while.
    """

    reply: Reply = Dropped()
    is_executed: bool = False
    is_good: bool = False
    is_late: bool = False
    hits: int = 1
    shown_after_s: float = 0.0
    others: int = 0
    clock_ahead_s: float = 0.0
    most_rows: int = PAGE_ROWS
    total_ahead: int = 0
    is_page_stuck: bool = False
    endless_lists: int = 0
    lists_failing: int = 0
    lists_failing_first: int = 0
    are_lists_refused: bool = False
    are_rows_moving: bool = False
    is_door_closed: bool = False
    is_door_slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A campaign in the account."""

    camp_id: str
    body: Mapping[str, Any]
    created_at: datetime
    shown_from: float

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.body["name"])

    @property
    def row(self) -> dict[str, Any]:
        """What the list shows of it."""
        shown = ("name", "description", "contactLists", "priority", "dialingMode")
        made = self.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        row = {key: self.body[key] for key in shown}
        return {"_id": self.camp_id, **row, "status": "Ready", "createdAt": made}


class FaultyAccount:
    """The account and its faults.

    Args:
        fault: What goes wrong.
        names: All definitions' names in the order in which they are sent.
        targets: Those whose creates are hit.
        clock: The clock.

    Attributes:
        made: All campaigns, oldest first, also those that the list doesn't show yet.
        sends: How often each name was sent.
        tokens: The tokens of all requests.
        surprises: Requests that the product has no business to make.
        on_hit: Called with the body of each create that is hit, before it is answered.
        on_list: Called before the first page of each listing is answered.
    """

    def __init__(
        self, fault: Fault, *, names: Sequence[str], targets: Sequence[str], clock: SkippingClock
    ) -> None:
        self.made: list[Made] = []
        self.sends = Counter[str]()
        self.tokens: list[str] = []
        self.surprises: list[str] = []
        self.on_hit: Callable[[Mapping[str, Any]], object] = lambda _: None
        self.on_list: Callable[[], object] = lambda: None
        self._clock = clock
        self._fault = fault
        self._is_active = True
        self._targets = frozenset(targets)
        self._sent_before_target = min((names.index(name) for name in targets), default=0)
        self._hits = Counter[str]()
        self._late: list[Mapping[str, Any]] = []
        self._failing = self._fault.lists_failing_first
        self._endless_to_come, self._is_endless = self._fault.endless_lists, False
        self._moves = 0
        self._ids = 0
        for number in range(self._fault.others):
            self.make(f"Somebody's {number}", age=timedelta(days=30))

    @property
    def is_active(self) -> bool:
        """Whether the fault still lasts."""
        return self._is_active

    @property
    def fault(self) -> Fault:
        """What goes wrong."""
        return self._fault

    @property
    def now(self) -> datetime:
        """The time by the server's clock."""
        ahead_s = self._fault.clock_ahead_s if self._is_active else 0.0
        return self._clock.now() + timedelta(seconds=ahead_s)

    def ids_of(self, name: str) -> list[str]:
        """Return the ids of all campaigns of a name, oldest first."""
        return [one.camp_id for one in self.made if one.name == name]

    def make(self, name: str, *, age: timedelta = timedelta(0)) -> str:
        """Make a campaign as somebody else, with other content; return its id."""
        body = {
            "name": name,
            "description": "somebody else's",
            "contactLists": ["Another list"],
            "priority": "1",
            "dialingMode": "Preview",
        }
        return self._make(body, age=age)

    def end_fault(self) -> None:
        """Let everything work from now on."""
        self._is_active, self._failing = False, 0

    def execute_late(self) -> None:
        """Make what was kept back."""
        for body in self._late:
            self._make(body)
        self._late.clear()

    def is_target_next(self) -> bool:
        """Return whether the next create is the first target's, where one is sent after the other."""
        return self._is_active and self.sends.total() == self._sent_before_target

    def reply(self, line: str, body: Mapping[str, Any]) -> Reply:
        """Return what a request is answered.

        Args:
            line: The request's first line.
            body: Its JSON.
        """
        # A do-not-call list goes by version 2 alone, and nothing else does.
        if line.startswith(_CREATE_2 if "dncLists" in body else _CREATE):
            return self._create(body)
        if line.startswith(_LISTS):
            return self._list(body)
        if line.startswith(_CONTACT_LISTS):
            return says(403, {"errors": [{"msg": "not in your scope", "code": 403}]})
        self.surprises.append(line)
        return says(404, {"message": "no such call"})

    def _create(self, body: Mapping[str, Any]) -> Reply:
        name = str(body["name"])
        self.sends[name] += 1
        if self._is_active and name in self._targets and self._hits[name] < self._fault.hits:
            reply = self._hit(name, body)
            if not self._fault.is_good:
                return reply
        camp_id = self._make(body)
        message = f"Campaign {name} creation in progress"
        if "dncLists" in body:
            return says(200, {"status": "success", "message": message, "data": {**body, "id": camp_id}})
        return says(
            200, {"status": "success", "message": message, "id": camp_id, "data": {"campId": camp_id}}
        )

    def _hit(self, name: str, body: Mapping[str, Any]) -> Reply:
        fault = self._fault
        if not self._hits:
            self._failing = fault.lists_failing
        self._hits[name] += 1
        self.on_hit(body)
        if fault.is_late:
            self._late.append(body)
        elif fault.is_executed:
            self._make(body, shown_after_s=fault.shown_after_s)
        if fault.are_rows_moving:
            for number in range(PAGE_ROWS):
                self.make(f"Somebody's {number} after {name}")
            self._moves += 1
        return fault.reply

    def _make(
        self, body: Mapping[str, Any], *, shown_after_s: float = 0.0, age: timedelta = timedelta(0)
    ) -> str:
        self._ids += 1
        camp_id = f"cd-{self._ids:04}"
        created_at, shown_from = self.now - age, self._clock.monotonic() + shown_after_s
        self.made.append(Made(camp_id=camp_id, body=body, created_at=created_at, shown_from=shown_from))
        return camp_id

    def _list(self, asked: Mapping[str, Any]) -> Reply:
        skip = int(asked["skip"])
        if skip == 0:
            self.on_list()
            self._is_endless = self._endless_to_come > 0
            self._endless_to_come -= self._is_endless
        if self._is_active and self._fault.are_lists_refused:
            return self._fault.reply
        if self._failing > 0:
            self._failing -= 1
            return says(503, "upstream connect error")
        if self._is_endless:
            return self._endless_page(skip)
        page = self._page(skip, int(asked["limit"]))
        if self._moves and skip == 0:
            self._moves -= 1
            self.made.remove(next(one for one in reversed(self.made) if one.name.startswith("Somebody's")))
        return page

    def _page(self, skip: int, limit: int) -> Answer:
        fault = self._fault if self._is_active else Fault()
        now = self._clock.monotonic()
        rows = [one.row for one in reversed(self.made) if one.shown_from <= now]
        first = 0 if fault.is_page_stuck else skip
        page = rows[first : first + min(limit, fault.most_rows)]
        has_more = first + len(page) < len(rows) or fault.is_page_stuck
        data = {"results": page, "hasMore": has_more, "totalResults": len(rows) + fault.total_ahead}
        return says(200, {"status": "success", "data": data})

    def _endless_page(self, skip: int) -> Answer:
        rows = [{"_id": f"cd-{number}", "name": f"Somebody's {number}"} for number in range(skip, skip + 9)]
        data = {"results": rows, "hasMore": True, "totalResults": skip + 10}
        return says(200, {"status": "success", "data": data})
