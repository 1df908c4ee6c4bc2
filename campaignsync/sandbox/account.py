"""The sandbox's account: who may call, how often, and what was created. In memory; no I/O.

The vendor doesn't say whether it refuses a second campaign of the same name. The sandbox accepts it: for a
program that must not create twice, that is the harder case.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from campaignsync.config import Account, ClientSecret


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
        created_at: When it arrived.
    """

    camp_id: str
    body: Mapping[str, Any] = field(hash=False)
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

    Attributes:
        credentials: As given.
        campaigns: What was created, oldest first.
    """

    def __init__(  # noqa: PLR0913  # three sources and three sizes, each given by name
        self,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
        credentials: Credentials = CREDENTIALS,
        rate_limit: int = 0,
        window_s: float = 60.0,
        preparing: timedelta = timedelta(seconds=2),
    ) -> None:
        self.credentials = credentials
        self.campaigns: list[StoredCampaign] = []
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

    def create(self, body: Mapping[str, Any]) -> StoredCampaign:
        """Keep a campaign, whatever others are named."""
        campaign = StoredCampaign(camp_id=f"cd-{self._new_id()}", body=body, created_at=self._now())
        self.campaigns.append(campaign)
        return campaign

    def find(self, camp_id: str) -> StoredCampaign | None:
        """Return the campaign with this id."""
        return next((one for one in self.campaigns if one.camp_id == camp_id), None)

    def listed(self, *, is_newest_first: bool) -> list[StoredCampaign]:
        """Return all campaigns in the order of their making."""
        return self.campaigns[::-1] if is_newest_first else self.campaigns[:]

    def status(self, campaign: StoredCampaign) -> str:
        """Return the campaign's status now: creation is asynchronous."""
        return "Preparing" if self._now() < campaign.created_at + self._preparing else "Ready"

    def document(self, campaign: StoredCampaign) -> dict[str, object]:
        """Return a campaign as reads show it: id in `_id`, the queue as `connection`, no `queue_name`."""
        body = dict(campaign.body)
        made = campaign.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
        return {
            "_id": campaign.camp_id,
            "lname": str(body["name"]).lower(),
            "connection": body.pop("queue_name"),
            **body,
            "status": self.status(campaign),
            "createdAt": made.replace("+00:00", "Z"),
        }

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
