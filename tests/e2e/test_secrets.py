"""No output, state, commit or file of the repository ever holds the secret or a token."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import SECRET, Project, Ran
from tests.e2e.vendor import Reply, Request, Vendor, created, reply

_JWT = re.compile(rb"eyJ[\w-]{5,}\.[\w-]{5,}")


def echo_in(status: int, *, secret: str = SECRET) -> Callable[[Vendor, Request], Reply]:
    """Return a behaviour that gives away, in many spellings, what the request authorized itself with."""

    def behave(vendor: Vendor, request: Request) -> Reply:
        token = request.headers["auth"]
        message = f"bad token {token} signed with {secret}; <b>{secret}</b> auth={token}"
        return reply(status, {"message": message, "errors": [{"msg": message, "code": 4002}]})

    return behave


def leaks(project: Project, vendor: Vendor, runs: list[Ran]) -> list[str]:
    """Return where the secret, a token that was sent, or anything like one can be read."""
    tokens = {request.headers["auth"].encode() for request in vendor.requests}
    assert tokens  # else there would have been nothing to leak
    # A signature alone would be enough to forge nothing, and still shows that a token went by.
    known = {SECRET.encode(), *tokens, *(token.rsplit(b".", 1)[1] for token in tokens)}
    texts = {f"output of run {number}": (ran.out + ran.err).encode() for number, ran in enumerate(runs)}
    texts |= {str(file): content_of(file) for file in project.path.rglob("*") if file.is_file()}
    return [
        where for where, text in texts.items() if _JWT.search(text) or any(secret in text for secret in known)
    ]


def content_of(file: Path) -> bytes:
    """Return what a file holds; of git's loose objects, what they hold packed."""
    content = file.read_bytes()
    return zlib.decompress(content) if re.fullmatch(r"[0-9a-f]{38}", file.name) else content


@pytest.mark.parametrize("verbose", [[], ["--verbose"]], ids=["plain", "verbose"])
@pytest.mark.parametrize("output_format", ["text", "json"])
def test_a_sync_with_every_kind_of_answer_leaks_nothing(
    project: Project, vendor: Vendor, verbose: list[str], output_format: str
) -> None:
    project.define("Alpha", "Bravo", "Charlie", "Delta")
    vendor.on_create("Bravo", echo_in(400))
    vendor.on_create("Charlie", echo_in(500), echo_in(409), created)
    vendor.on_create("Delta", echo_in(200))
    ran = project.run(*verbose, "sync", "--format", output_format)
    assert ran.code == 4, ran.err
    assert "bad token" in ran.out
    assert leaks(project, vendor, [ran]) == []


@pytest.mark.parametrize("refused", ["listing", "creating"])
def test_refused_credentials_leak_nothing(project: Project, vendor: Vendor, refused: str) -> None:
    project.define("Alpha")
    if refused == "listing":
        vendor.list_behaviour = echo_in(401)
    vendor.on_create("Alpha", echo_in(401), echo_in(401))
    ran = project.run("--verbose", "sync")
    assert ran.code == 1
    # Once more with a new token, then it stops.
    asked = [request for request in vendor.requests if not request.is_contact_lists]
    assert [request.is_list for request in asked] == (
        [True, True] if refused == "listing" else [True, False, False]
    )
    assert "bad token" in ran.err
    assert "refuses the credentials" in ran.err
    assert project.entries() == {}
    assert leaks(project, vendor, [ran]) == []


@pytest.mark.slow
def test_the_journal_of_a_run_that_could_not_record_holds_none(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")

    def then_lock(account: Vendor, request: Request) -> Reply:
        project.write(".git/refs/heads/main.lock", "")
        return created(account, request)

    vendor.on_create("Alpha", then_lock)
    ran = project.run("--verbose", "sync")
    assert (ran.code, len(project.journals)) == (6, 1)
    assert leaks(project, vendor, [ran]) == []


def test_a_given_token_leaks_nowhere(project: Project, vendor: Vendor) -> None:
    project.define("Alpha", "Bravo")
    token = "opaque-token-made-elsewhere.part-two.part-three"
    vendor.on_create("Alpha", echo_in(400, secret=token))
    runs = [
        project.run("--verbose", "sync", KORE_JWT=token),
        project.run("--verbose", "plan", "--remote", "--format", "json", KORE_JWT=token),
    ]
    assert [ran.code for ran in runs] == [4, 0]
    assert leaks(project, vendor, runs) == []


def test_a_secret_that_can_t_be_used_is_not_shown_in_the_error(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    ran = project.run("--verbose", "sync", KORE_JWT=f"{SECRET}\nX-Other: header")
    assert (ran.code, vendor.requests, SECRET in ran.out + ran.err) == (1, [], False)
    assert "KORE_JWT" in ran.err


def test_the_search_finds_a_secret_where_there_is_one(project: Project, vendor: Vendor) -> None:
    """Otherwise the tests above would pass for a reason of their own."""
    project.define("Alpha", queue_name=SECRET)
    ran = project.run("sync", "--format", "json")
    found = leaks(project, vendor, [ran])
    assert any(where.endswith("campaigns/Alpha.yaml") for where in found)
    assert any("/.git/objects/" in where for where in found)
