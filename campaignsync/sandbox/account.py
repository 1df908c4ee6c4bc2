"""The sandbox's account: who may call, how often, and what was created. In memory; no I/O.

The vendor doesn't say whether it refuses a second campaign of the same name. The sandbox accepts it: for a
program that must not create twice, that is the harder case.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from campaignsync.config import Account, ClientSecret
from campaignsync.sandbox.faults import LATE_S, BadDay, Fault
from campaignsync.sandbox.lists import StoredList


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client of the sandbox needs; made up, the same everywhere, and good for nothing else.

    Attributes:
        app_id: The application's id.
        account_id: The account's id.
        client_id: The JWT app's client id.
        client_secret: Its secret.
    """

    app_id: str
    account_id: str
    client_id: str
    client_secret: str = field(repr=False)

    def account(self, url: str) -> Account:
        """Return these as the settings of a client; `url` is where the sandbox listens."""
        secret = ClientSecret(client_id=self.client_id, secret=self.client_secret)
        return Account(host=url, app_id=self.app_id, account_id=self.account_id, credentials=secret)

    def variables(self, url: str) -> Mapping[str, str]:
        """Return these as environment variables; `url` is where the sandbox listens."""
        return {
            "KORE_HOST": url,
            "KORE_APP_ID": self.app_id,
            "KORE_ACCOUNT_ID": self.account_id,
            "KORE_CLIENT_ID": self.client_id,
            "KORE_CLIENT_SECRET": self.client_secret,
        }


CREDENTIALS = Credentials(
    app_id="st-00000000-0000-4000-8000-000000000000",
    account_id="000000000000000000000000",
    client_id="cs-00000000-0000-4000-8000-000000000000",
    client_secret="the-sandbox-has-no-secrets-to-keep",  # noqa: S106  # it opens nothing but the sandbox
)
"""What `campaignsync sandbox` prints and `sync --sandbox` uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCampaign:
    """One campaign as the sandbox keeps it.

    Attributes:
        camp_id: Its id, ``cd-…``.
        body: What was sent.
        version: By which version of the API, 1 or 2.
        created_at: When it was made.
    """

    camp_id: str
    body: Mapping[str, Any] = field(hash=False)
    version: int = 1
    created_at: datetime


class Sandbox:
    """The account behind the server.

    Args:
        now: Returns the time, with its zone.
        monotonic: Returns seconds on a clock that nobody sets.
        new_id: Returns a string that it never returned before, such as a UUID.
        credentials: Who may call.
        rate_limit: Requests in a window; 0 for no limit.
        window_s: The window's length in seconds.
        preparing: How long a campaign is `Preparing` before it is `Ready`.
        lists: The account's contact lists; None where it doesn't say which it has.
        fault: What goes wrong all day.

    Attributes:
        credentials: As given.
        day: What goes wrong, and whom it hits.
        lists: As given.
    """

    def __init__(  # noqa: PLR0913  # what an account is made of, each given by name
        self,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
        credentials: Credentials = CREDENTIALS,
        rate_limit: int = 0,
        window_s: float = 60.0,
        preparing: timedelta = timedelta(seconds=2),
        lists: Sequence[StoredList] | None = None,
        fault: Fault | None = None,
    ) -> None:
        self.credentials = credentials
        self.lists = lists
        self.day = BadDay(fault)
        self._made: list[StoredCampaign] = []
        self._now = now
        self._monotonic = monotonic
        self._new_id = new_id
        self._rate_limit = rate_limit
        self._window_s = window_s
        self._preparing = preparing
        self._arrived: deque[float] = deque()
        self._token_ids: dict[str, int] = {}

    def is_over_limit(self) -> bool:
        """Count a request; return whether it is one too many, which then doesn't count."""
        now = self._monotonic()
        while self._arrived and self._arrived[0] <= now - self._window_s:
            self._arrived.popleft()
        if self._rate_limit and len(self._arrived) >= self._rate_limit:
            return True
        self._arrived.append(now)
        return False

    def accepts(self, token: str) -> bool:
        """Return whether a token is signed by the client, timely, and not used before."""
        try:
            # The times are compared below, with this sandbox's clock.
            options: Any = {"verify_exp": False, "verify_iat": False, "require": ["sub", "iat", "exp", "jti"]}
            claims = jwt.decode(token, self.credentials.client_secret, algorithms=["HS256"], options=options)
        except jwt.PyJWTError:
            return False
        match claims:
            case {"sub": str(sub), "appId": self.credentials.client_id, "jti": str(jti)} if sub and jti:
                return self._is_timely(claims) and self._is_new(jti, claims["exp"])
            case _:
                return False

    @property
    def campaigns(self) -> list[StoredCampaign]:
        """What was made so far, oldest first."""
        return [one for one in self._made if one.created_at <= self._now()]

    def create(self, body: Mapping[str, Any], *, version: int = 1, late_s: float = 0.0) -> StoredCampaign:
        """Make a campaign, whatever others are named.

        Args:
            body: What was sent.
            version: By which version of the API.
            late_s: In how many seconds it is made.
        """
        made = self._now() + timedelta(seconds=late_s)
        campaign = StoredCampaign(camp_id=f"cd-{self._new_id()}", body=body, version=version, created_at=made)
        self._made.append(campaign)
        return campaign

    def find(self, camp_id: str) -> StoredCampaign | None:
        """Return the campaign with this id."""
        return next((one for one in self.campaigns if one.camp_id == camp_id), None)

    def listed(self, *, is_newest_first: bool) -> list[StoredCampaign]:
        """Return the campaigns that the list shows, in the order of their making."""
        late_s = LATE_S if self.day.is_(Fault.LIST_BEHIND) else 0.0
        since = self._now() - timedelta(seconds=late_s)
        shown = [one for one in self.campaigns if one.created_at <= since]
        shown.sort(key=lambda one: one.created_at)
        return shown[::-1] if is_newest_first else shown

    def status(self, campaign: StoredCampaign) -> str:
        """Return the campaign's status now: creation is asynchronous."""
        if self.day.is_(Fault.ACTIVE):
            return "Active"
        return "Preparing" if self._now() < campaign.created_at + self._preparing else "Ready"

    def row(self, campaign: StoredCampaign) -> dict[str, object]:
        """Return a campaign as the list shows it: without its dialing strategy, the queue as `connection`."""
        body = campaign.body
        made = campaign.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
        shown = ("name", "description", "contactLists", "priority", "dialingMode", "schedule")
        return {
            "_id": campaign.camp_id,
            "lname": str(body["name"]).lower(),
            **{key: body[key] for key in shown},
            "connection": body.get("queue_name") or body.get("experienceFlowName"),
            **_dnc(body),
            "status": self.status(campaign),
            "createdAt": made.replace("+00:00", "Z"),
        }

    def document(self, campaign: StoredCampaign) -> dict[str, object]:
        """Return a campaign as reading it shows it: with its strategy, and without its queue."""
        body, row = campaign.body, self.row(campaign)
        del row["connection"]
        more: dict[str, object] = {key: body[key] for key in ("dialingStrategy", "maxSkips") if key in body}
        if "experienceFlowName" in body:
            more["experienceFlow"] = f"cf-{campaign.camp_id.removeprefix('cd-')}"
        if "enableMachineDetect" in body:
            # Version 2 takes a word and answers with a boolean.
            more["enableMachineDetect"] = body["enableMachineDetect"] not in {False, "no"}
        return {**row, **more}

    def list_documents(self) -> list[dict[str, object]]:
        """Return the contact lists as their list shows them."""
        users: dict[str, list[dict[str, str]]] = {}
        for campaign in self.campaigns:
            for name in campaign.body["contactLists"]:
                users.setdefault(name, []).append({"id": campaign.camp_id, "name": campaign.body["name"]})
        lists = self.lists or ()
        return [one.document(number, users.get(one.name, [])) for number, one in enumerate(lists, start=1)]

    def _is_timely(self, claims: Mapping[str, Any]) -> bool:
        now = self._now().timestamp()
        match claims:
            case {"iat": int(issued) | float(issued), "exp": int(expires) | float(expires)}:
                return issued <= now < expires
            case _:
                return False

    def _is_new(self, token_id: str, expires: float) -> bool:
        now = self._now().timestamp()
        self._token_ids = {known: until for known, until in self._token_ids.items() if until > now}
        is_new = token_id not in self._token_ids
        self._token_ids[token_id] = int(expires)
        return is_new


def _dnc(body: Mapping[str, Any]) -> dict[str, object]:
    if "dncLists" not in body:
        return {}
    return {"dncLists": {"id": "cl-99999999", "name": body["dncLists"]["name"]}, "isFiltersEnabled": False}
