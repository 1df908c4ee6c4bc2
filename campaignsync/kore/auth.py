"""Tokens for the `auth` header. No I/O: the clock and the ids come in as arguments.

How a token must look is in the vendor's "Generating the JWT token": HS256 with the client secret of a JWT
app, claims `sub` and `appId`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, assert_never

import jwt

from campaignsync import config
from campaignsync.errors import SettingsError

# RFC 9110, 5.5: what a field's value may hold. The wider Latin-1 range is left out: it is obsolete.
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
# RFC 7518, 3.2: a key for HS256 has at least as many bytes as the hash.
_KEY_BYTES = 32
_SUBJECT = "campaignsync"


class Tokens(Protocol):
    """Where the client gets a token for each request."""

    @property
    def is_renewable(self) -> bool:
        """Whether the next token differs from the last, so that a refused one is worth another try."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""

    def token(self) -> str:
        """Return the token for one request."""


def header_value(text: str, variable: str) -> str:
    """Return a string that can be sent in a header as it is.

    Args:
        text: The value of a setting.
        variable: Where it comes from, for the message; the value itself may be secret and is not shown.

    Raises:
        SettingsError: It is empty, or has a line break, an outer space or another illegal character.
    """
    if not _HEADER_VALUE.fullmatch(text):
        raise SettingsError(
            f"{variable} is empty or holds a character that no HTTP header can carry",
            hint="Set it again; a line break or a space that was copied along is the usual reason.",
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTokens:
    """Tokens signed here, a new one for each request.

    A JWT app may be set to accept each `jti` once, so no token is used twice.

    Attributes:
        client_id: The JWT app's client id.
        client_secret: Its secret.
        now: Returns the time, with its zone.
        new_id: Returns a string that it never returned before.
        lifetime: How long a token is good for, from now.
        skew: How far the server's clock may be behind ours.

    Raises:
        SettingsError: The secret can't be a JWT app's.
    """

    client_id: str
    client_secret: str = field(repr=False)
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    lifetime: timedelta = timedelta(minutes=5)
    skew: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        header_value(self.client_id, "KORE_CLIENT_ID")
        header_value(self.client_secret, "KORE_CLIENT_SECRET")
        try:
            self.token()
        except jwt.PyJWTError:
            # Without the cause: a library's message about a key may quote it.
            raise SettingsError(
                "KORE_CLIENT_SECRET can't sign tokens: it looks like a public key or a certificate",
                hint="Set it to the client secret of the JWT app.",
            ) from None

    @property
    def is_renewable(self) -> bool:
        """Always: each token is new."""
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """The client's secret."""
        return (self.client_secret,)

    def token(self) -> str:
        """Return a new token."""
        now = self.now()
        claims = {
            "sub": _SUBJECT,
            "appId": self.client_id,
            "iat": int((now - self.skew).timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
            "jti": self.new_id(),
        }
        return jwt.encode(claims, _key(self.client_secret), algorithm="HS256")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    """One token that was made elsewhere and can't be renewed here.

    Attributes:
        value: The token, from `KORE_JWT`.

    Raises:
        SettingsError: No header can carry it.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        header_value(self.value, "KORE_JWT")

    @property
    def is_renewable(self) -> bool:
        """Never."""
        return False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self.value,)

    def token(self) -> str:
        """Return the token."""
        return self.value


def tokens_of(
    credentials: config.Credentials, *, now: Callable[[], datetime], new_id: Callable[[], str]
) -> Tokens:
    """Return where tokens come from under these credentials; raises what the two kinds raise."""
    match credentials:
        case config.GivenToken(token=token):
            return GivenToken(value=token)
        case config.ClientSecret(client_id=client_id, secret=secret):
            return SignedTokens(client_id=client_id, client_secret=secret, now=now, new_id=new_id)
        case _:
            assert_never(credentials)


def _key(secret: str) -> bytes:
    """Return the key, long enough that PyJWT doesn't warn of a secret that only the vendor can change.

    HMAC itself pads a short key with zeros up to a block (RFC 2104, 2), so the signature is the same.
    """
    return secret.encode().ljust(_KEY_BYTES, b"\0")
