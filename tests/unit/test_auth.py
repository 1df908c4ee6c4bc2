"""Tokens, verified with another library than the one that made them."""

import itertools
import re
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from campaignsync.config import ClientSecret
from campaignsync.config import GivenToken as GivenSetting
from campaignsync.errors import SettingsError
from campaignsync.kore.auth import GivenToken, SignedTokens, header_value, tokens_of

NOW = datetime(2026, 1, 31, 9, 0, 0, tzinfo=UTC)
SECRET = "s3cret-of-more-than-thirty-two-bytes"


def signed(secret: str = SECRET) -> SignedTokens:
    numbers = itertools.count(1)
    return SignedTokens(
        client_id="cs-1", client_secret=secret, now=lambda: NOW, new_id=lambda: f"id-{next(numbers)}"
    )


def claims_of(token: str, secret: str = SECRET) -> dict[str, object]:
    return jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims


def test_a_token_verifies_and_says_who_calls() -> None:
    claims = claims_of(signed().token())
    assert claims["sub"]
    assert claims["appId"] == "cs-1"


def test_a_token_is_good_from_half_a_minute_ago_for_five_minutes() -> None:
    claims = claims_of(signed().token())
    assert claims["iat"] == int((NOW - timedelta(seconds=30)).timestamp())
    assert claims["exp"] == int((NOW + timedelta(minutes=5)).timestamp())


def test_times_are_whole_numbers_as_every_verifier_reads_them() -> None:
    tokens = SignedTokens(
        client_id="cs-1",
        client_secret=SECRET,
        now=lambda: NOW + timedelta(microseconds=123456),
        new_id=lambda: "id",
    )
    claims = claims_of(tokens.token())
    assert [type(claims[name]) for name in ("iat", "exp")] == [int, int]


def test_each_token_has_an_id_of_its_own() -> None:
    tokens = signed()
    ids = {claims_of(tokens.token())["jti"] for _ in range(5)}
    assert len(ids) == 5


def test_the_algorithm_is_hs256() -> None:
    token = jwt.decode(signed().token(), OctKey.import_key(SECRET), algorithms=["HS256"])
    assert token.header == {"typ": "JWT", "alg": "HS256"}


def test_a_short_secret_signs_without_a_warning_and_as_it_stands() -> None:
    secret = "sixteen-byte-key"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        token = signed(secret).token()
    assert claims_of(token, secret)["appId"] == "cs-1"


def test_a_secret_longer_than_a_block_signs_as_it_stands() -> None:
    secret = "x" * 100
    assert claims_of(signed(secret).token(), secret)["appId"] == "cs-1"


def test_a_given_token_is_used_as_it_is_and_not_renewed() -> None:
    tokens = GivenToken(value="a.b.c")
    assert (tokens.token(), tokens.is_renewable) == ("a.b.c", False)


def test_no_repr_shows_a_secret() -> None:
    shown = f"{signed()!r} {signed()} {GivenToken(value='given.to-ken.x')!r}"
    assert not re.search(rf"{SECRET}|given", shown)


def test_secrets_to_be_hidden_are_named() -> None:
    assert signed().secrets == (SECRET,)
    assert GivenToken(value="a.b.c").secrets == ("a.b.c",)


UNFIT = [
    "",
    "line\nbreak",
    "carriage\rreturn",
    "nul\0",
    " outer",
    "outer ",
    "tab\t",
    "umläut",
    "\x7f",
    "a\u2028b",
]


def of_client(client_id: str) -> SignedTokens:
    return SignedTokens(client_id=client_id, client_secret=SECRET, now=lambda: NOW, new_id=lambda: "id")


def given(value: str) -> GivenToken:
    return GivenToken(value=value)


@pytest.mark.parametrize("text", UNFIT)
@pytest.mark.parametrize("make", [signed, of_client, given])
def test_what_no_header_can_carry_is_refused_without_showing_it(
    make: Callable[[str], object], text: str
) -> None:
    long = f"{text}-abcdefghijklmnop{text}" if text.strip() else text
    with pytest.raises(SettingsError) as caught:
        make(long)
    message = f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert "KORE_" in message
    assert "abcdefghijklmnop" not in message


@pytest.mark.parametrize("secret", ["ssh-rsa AAAAB3NzaC1yc2EAAA", "ecdsa-sha2-nistp256 AAAA"])
def test_a_public_key_in_the_place_of_the_secret_is_an_error_that_does_not_quote_it(secret: str) -> None:
    with pytest.raises(SettingsError, match="KORE_CLIENT_SECRET") as caught:
        signed(secret)
    assert "AAAA" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_inner_spaces_are_no_reason_to_refuse_a_secret() -> None:
    assert header_value("correct horse", "KORE_CLIENT_SECRET") == "correct horse"


def test_the_settings_decide_which_kind_of_token_it_is() -> None:
    secret = ClientSecret(client_id="cs-1", secret=SECRET)
    of_secret = tokens_of(secret, now=lambda: NOW, new_id=lambda: "id")
    of_token = tokens_of(GivenSetting(token="a.b.c"), now=lambda: NOW, new_id=lambda: "id")
    assert claims_of(of_secret.token())["jti"] == "id"
    assert of_token == GivenToken(value="a.b.c")
