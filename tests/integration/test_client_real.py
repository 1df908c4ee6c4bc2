"""The border between not sent and unknown, held against real sockets on loopback, on asyncio and trio."""

import json
import re
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import anyio
import pytest
from anyio.abc import AnyByteStream, SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaignsync.errors import SettingsError
from campaignsync.kore.auth import SignedTokens
from campaignsync.kore.client import KoreClient
from campaignsync.kore.rate_limit import RateLimit
from campaignsync.outcome import Created, NotSent, Outcome, Page, PageFailed, Unknown, Withheld

pytestmark = pytest.mark.anyio

BODY = {"name": "Billing", "maxSkips": 1}
SHORT_S = 1.5
"""A time-out that is meant to run out."""


@pytest.fixture(params=["asyncio", pytest.param("trio", marks=pytest.mark.slow)])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Both, since the client runs on either."""
    return str(request.param)


def client_of(host: str, *, timeout_s: float = 20, rate_limit: RateLimit | None = None) -> KoreClient:
    numbers = iter(range(1000))
    return KoreClient(
        host=host,
        app_id="st-1",
        account_id="acc-1",
        tokens=SignedTokens(
            client_id="cs-1",
            client_secret="the-client-secret-of-this-test-0123456789",
            now=lambda: datetime.now(UTC),
            new_id=lambda: f"id-{next(numbers)}",
        ),
        rate_limit=rate_limit or RateLimit(0, monotonic=time.monotonic, sleep=anyio.sleep),
        timeout_s=timeout_s,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
    )


class Server:
    """Counts connections, keeps what came over each, and answers as its script says."""

    def __init__(self, script: Callable[["Server", AnyByteStream], Awaitable[None]]) -> None:
        self.script = script
        self.url = ""
        self.received: list[bytes] = []

    async def handle(self, stream: SocketStream) -> None:
        self.received.append(b"")
        async with stream:
            try:
                await self.script(self, stream)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
                return

    async def read(self, stream: AnyByteStream, *, whole: bool = True) -> None:
        """Read one request, or only to the end of its headers."""
        request = b""
        while not is_whole(request) if whole else b"\r\n\r\n" not in request:
            request += await stream.receive()
            self.received[-1] = request


def is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and len(body) >= int(length[1] if length else 0)


@asynccontextmanager
async def serving(script: Callable[[Server, AnyByteStream], Awaitable[None]]) -> AsyncIterator[Server]:
    server = Server(script)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        server.url = f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}"  # noqa: S610  # anyio's, not Django's
        async with anyio.create_task_group() as group:
            group.start_soon(listener.serve, server.handle)
            yield server
            group.cancel_scope.cancel()


def replying(*parts: bytes) -> Callable[[Server, AnyByteStream], Awaitable[None]]:
    """Return a script that reads the request, sends these parts, and closes."""

    async def script(server: Server, stream: AnyByteStream) -> None:
        await server.read(stream)
        for part in parts:
            await stream.send(part)

    return script


def hanging_after(*parts: bytes) -> Callable[[Server, AnyByteStream], Awaitable[None]]:
    async def script(server: Server, stream: AnyByteStream) -> None:
        await replying(*parts)(server, stream)
        await anyio.sleep_forever()

    return script


def response(body: bytes, *, status: str = "200 OK", length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    return head.encode() + body


ID = b'{"status": "success", "id": "cd-1"}'
OK = response(ID)


async def created_at(host: str, *, timeout_s: float = 20) -> tuple[Outcome, int]:
    """Return a create's outcome, and how many requests the client says it sent."""
    async with client_of(host, timeout_s=timeout_s) as client:
        return await client.create(BODY, permit=lambda: True), client.requests


async def test_the_whole_request_arrives_in_one_piece_and_as_documented() -> None:
    async with serving(replying(OK)) as server:
        assert await created_at(server.url) == (Created(camp_id="cd-1"), 1)
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    assert line == "POST /agentassist/api/v1/public/st-1/campaign?campaignType=voice HTTP/1.1"
    assert json.loads(body) == BODY
    assert headers.pop("auth").count(".") == 2
    assert headers.pop("user-agent").startswith("campaignsync/")
    assert headers == {
        "host": server.url.removeprefix("http://"),
        "iid": "st-1",
        "accountid": "acc-1",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
    }


async def test_each_request_has_a_connection_of_its_own() -> None:
    async with serving(hanging_after(OK)) as server:
        async with client_of(server.url) as client:
            await client.create(BODY, permit=lambda: True)
            await client.create(BODY, permit=lambda: True)
        assert len(server.received) == 2


def noting(moments: list[str]) -> Callable[[], bool]:
    """Return a permit that is given, and noted."""

    def permit() -> bool:
        moments.append("permit")
        return True

    return permit


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_a_refused_connection_is_not_sent_and_asks_for_no_permit() -> None:
    asked = list[str]()
    async with client_of(f"http://127.0.0.1:{closed_port()}") as client:
        outcome = await client.create(BODY, permit=noting(asked))
        assert (outcome, client.requests, asked) == (NotSent(reason="Connection refused"), 0, [])


async def test_an_unknown_host_is_not_sent() -> None:
    outcome, requests = await created_at("https://kore.invalid", timeout_s=20)
    assert isinstance(outcome, NotSent)
    assert requests == 0


@contextmanager
def full_backlog() -> Iterator[str]:
    """A port whose queue of connections is full, so that one more hangs while it connects."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = list[socket.socket]()
        try:
            while not waiting or not waiting[-1].getblocking():
                one = socket.socket()
                waiting.append(one)
                one.settimeout(0.3)
                try:
                    one.connect(listener.getsockname())
                except TimeoutError:
                    break
                one.setblocking(False)  # noqa: FBT003  # the socket module's own
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for one in waiting:
                one.close()


async def test_a_connection_that_is_not_made_in_time_is_not_sent() -> None:
    with full_backlog() as url:
        assert await created_at(url, timeout_s=SHORT_S) == (NotSent(reason="no connection within 1.5 s"), 0)


async def test_a_server_that_never_accepts_may_still_get_the_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert await created_at(url, timeout_s=SHORT_S) == (Unknown(reason="no answer within 1.5 s"), 1)


async def close_at_once(server: Server, stream: AnyByteStream) -> None:
    pass


async def close_after_headers(server: Server, stream: AnyByteStream) -> None:
    await server.read(stream, whole=False)


async def reset(server: Server, stream: AnyByteStream) -> None:
    await server.read(stream)
    raw = stream.extra(SocketAttribute.raw_socket)  # noqa: S610  # anyio's, not Django's
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def endless(server: Server, stream: AnyByteStream) -> None:
    await replying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")(server, stream)
    while True:
        await stream.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN = {
    "closed before reading": close_at_once,
    "closed after the headers": close_after_headers,
    "closed after reading": replying(),
    "reset": reset,
    "garbage": replying(b"\x16\x03\x01 not HTTP at all\r\n\r\n"),
    "another protocol": replying(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "half a status line": replying(b"HTTP/1.1 20"),
    "half the headers": replying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "a length that is none": replying(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
    "headers without end": replying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000),
    "a body cut short": replying(response(ID, length=len(ID) + 1)),
    "a body cut within a chunk": replying(CHUNKED, b"23\r\n" + ID),
    "a body without its last chunk": replying(CHUNKED, b"23\r\n" + ID + b"\r\n"),
    "a body cut at the end of the connection": replying(b"HTTP/1.1 200 OK\r\n\r\n" + ID[:-1]),
    "a body without end": endless,
    "a body larger than it may be": replying(response(b" " * (1024 * 1024 + 1))),
    "a change of protocol": replying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    "500": replying(response(b"boom", status="500 Internal Server Error")),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
async def test_what_breaks_after_the_first_byte_is_unknown_and_not_sent_again(
    script: Callable[[Server, AnyByteStream], Awaitable[None]],
) -> None:
    async with serving(script) as server:
        outcome, requests = await created_at(server.url)
        assert isinstance(outcome, Unknown)
        assert outcome.reason
        assert (requests, len(server.received)) == (1, 1)


async def test_a_body_without_end_is_given_up_at_the_limit_not_at_the_deadline() -> None:
    async with serving(endless) as server:
        outcome, _ = await created_at(server.url, timeout_s=600)
        assert outcome == Unknown(reason="HTTP 200 with more than 1048576 bytes")


async def trickle(server: Server, stream: AnyByteStream) -> None:
    await replying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")(server, stream)
    while True:
        await stream.send(b" ")
        await anyio.sleep(SHORT_S / 10)


async def endless_hints(server: Server, stream: AnyByteStream) -> None:
    await server.read(stream)
    while True:
        await stream.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await anyio.sleep(SHORT_S / 10)


LATE = {
    "no answer": hanging_after(),
    "half the headers": hanging_after(b"HTTP/1.1 200 OK\r\nContent-"),
    "headers only": hanging_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
    "half the body": hanging_after(response(ID, length=len(ID) + 1)),
    "an id, but no end": hanging_after(b"HTTP/1.1 200 OK\r\n\r\n" + ID),
    "a byte now and then": trickle,
    "hints without end": endless_hints,
}


@pytest.mark.slow
@pytest.mark.parametrize("script", LATE.values(), ids=LATE)
async def test_the_deadline_is_one_over_the_whole_attempt(
    script: Callable[[Server, AnyByteStream], Awaitable[None]],
) -> None:
    async with serving(script) as server:
        started = time.monotonic()
        assert await created_at(server.url, timeout_s=SHORT_S) == (
            Unknown(reason="no answer within 1.5 s"),
            1,
        )
        assert time.monotonic() - started < SHORT_S + 30


async def test_an_early_hint_is_not_the_answer() -> None:
    async with serving(replying(b"HTTP/1.1 103 Early Hints\r\n\r\n", OK)) as server:
        assert await created_at(server.url) == (Created(camp_id="cd-1"), 1)


async def test_an_answer_before_the_request_was_read_is_an_answer() -> None:
    async def script(server: Server, stream: AnyByteStream) -> None:
        await stream.send(response(b'{"message": "no"}', status="413 Content Too Large"))
        await server.read(stream)

    async with serving(script) as server:
        outcome, _ = await created_at(server.url)
        assert "HTTP 413: no" in repr(outcome)


async def test_a_page_that_breaks_has_failed() -> None:
    async with serving(close_at_once) as server, client_of(server.url) as client:
        assert isinstance(await client.page(0, version=1), PageFailed)


async def three_rows(server: Server, stream: AnyByteStream) -> None:
    """Answer with three of eight campaigns at most, however many are asked for."""
    await server.read(stream)
    asked = json.loads(server.received[-1].partition(b"\r\n\r\n")[2])
    ids = [f"cd-{number}" for number in range(8)]
    shown = [{"_id": camp_id, "name": camp_id} for camp_id in ids[asked["skip"] :][: min(3, asked["limit"])]]
    await stream.send(response(json.dumps({"data": {"results": shown, "totalResults": 8}}).encode()))


async def test_pages_that_hold_fewer_rows_than_asked_for_are_read_one_after_the_other() -> None:
    pages = list[Page]()
    async with serving(three_rows) as server, client_of(server.url) as client:
        while not pages or pages[-1].has_more:
            page = await client.page(sum(len(page.campaigns) for page in pages), version=1)
            assert isinstance(page, Page)
            pages.append(page)
    assert [len(page.campaigns) for page in pages] == [3, 3, 2]
    assert [row.name for page in pages for row in page.campaigns] == [f"cd-{number}" for number in range(8)]


async def test_a_servers_clock_that_is_ahead_is_seen_whatever_the_answer_takes() -> None:
    async def script(server: Server, stream: AnyByteStream) -> None:
        await server.read(stream)
        date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        await stream.send(f"HTTP/1.1 404 Not Found\r\nDate: {date}\r\nContent-Length: 0\r\n\r\n".encode())

    async with serving(script) as server, client_of(server.url) as client:
        started = time.monotonic()
        await client.page(0, version=1)
        taken_s = time.monotonic() - started
        assert client.skew_s is not None
        # A second for the date's resolution, and one that the end of the request is given.
        assert 3600 - 2 - taken_s <= client.skew_s <= 3600


async def to_the_end(server: Server, stream: AnyByteStream) -> None:
    """Keep whatever comes, until the client closes."""
    while True:
        server.received[-1] += await stream.receive()


async def test_what_is_withheld_sends_not_one_byte_and_leaves_the_client_healthy() -> None:
    async with serving(to_the_end) as server, client_of(server.url) as client:
        assert await client.create(BODY, permit=lambda: False) == Withheld()
        assert (server.received, client.requests) == ([b""], 0)
        server.script = replying(OK)
        assert await client.create(BODY, permit=lambda: True) == Created(camp_id="cd-1")
        assert (len(server.received), client.requests) == (2, 1)
        assert server.received[0] == b""


async def test_an_error_of_the_permit_is_not_taken_for_one_of_the_network() -> None:
    def permit() -> bool:
        raise OSError("disk full")

    async with serving(to_the_end) as server, client_of(server.url) as client:
        with pytest.raises(OSError, match="disk full"):
            await client.create(BODY, permit=permit)
        assert (server.received, client.requests) == ([b""], 0)


async def test_the_deadline_starts_after_pacing_and_the_permit_is_asked_once_before_the_request() -> None:
    moments = list[str]()

    async def script(server: Server, stream: AnyByteStream) -> None:
        moments.append("connection")
        await server.read(stream)
        moments.append("request")
        await stream.send(OK)

    rate_limit = RateLimit(0, monotonic=time.monotonic, sleep=anyio.sleep)
    rate_limit.hold(SHORT_S + 0.2)
    started = time.monotonic()
    async with (
        serving(script) as server,
        client_of(server.url, timeout_s=SHORT_S, rate_limit=rate_limit) as client,
    ):
        outcome = await client.create(BODY, permit=noting(moments))
    # Longer than its time-out, and yet in time: waiting for a turn is not part of the attempt.
    assert outcome == Created(camp_id="cd-1")
    assert time.monotonic() - started > SHORT_S
    assert sorted(moments) == ["connection", "permit", "request"]
    assert moments.index("permit") < moments.index("request")


async def test_a_cancelled_request_gives_its_place_back_and_closes_its_connection() -> None:
    rate_limit = RateLimit(1, window_s=0.01, monotonic=time.monotonic, sleep=anyio.sleep)
    async with serving(hanging_after()) as server, client_of(server.url, rate_limit=rate_limit) as client:
        with anyio.move_on_after(0.1) as scope:
            await client.create(BODY, permit=lambda: True)
        assert scope.cancelled_caught
        server.script = replying(OK)
        assert await client.create(BODY, permit=lambda: True) == Created(camp_id="cd-1")


async def test_many_at_once_do_not_wait_for_a_free_connection() -> None:
    outcomes, all_arrived = list[Outcome](), anyio.Event()

    async def script(server: Server, stream: AnyByteStream) -> None:
        if len(server.received) == 120:
            all_arrived.set()
        await all_arrived.wait()
        await stream.send(OK)

    async with serving(script) as server, client_of(server.url) as client:

        async def create() -> None:
            outcomes.append(await client.create(BODY, permit=lambda: True))

        async with anyio.create_task_group() as group:
            for _ in range(120):
                group.start_soon(create)
    assert outcomes == [Created(camp_id="cd-1")] * 120
    assert len(server.received) == 120


async def test_an_over_limit_answer_holds_back_all_requests_of_the_client() -> None:
    async with serving(replying(response(b"", status="429 Too Many Requests"))) as server:
        rate_limit = RateLimit(0, window_s=6, monotonic=time.monotonic, sleep=anyio.sleep)
        async with client_of(server.url, rate_limit=rate_limit) as client:
            await client.create(BODY, permit=lambda: True)
            server.script = replying(OK)
            started = time.monotonic()
            await client.create(BODY, permit=lambda: True)
            assert time.monotonic() - started > 0.4


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_no_proxy_sees_what_stays_on_this_machine(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"http://127.0.0.1:{closed_port()}")
    async with serving(replying(OK)) as server:
        assert await created_at(server.url) == (Created(camp_id="cd-1"), 1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for kore.example, and this machine, that nobody signed."""
    names = ("kore.example", "localhost")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kore.example")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(list(map(x509.DNSName, names))),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "kore.example.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


def tunnel(certificate: Path) -> Callable[[Server, AnyByteStream], Awaitable[None]]:
    """Return a script that is a proxy, and behind it the server kore.example itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def script(server: Server, stream: AnyByteStream) -> None:
        await server.read(stream)
        assert server.received[-1].startswith(b"CONNECT kore.example:443 ")
        await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        server.received[-1] = b""
        try:
            inner = await TLSStream.wrap(
                stream, server_side=True, ssl_context=context, standard_compatible=False
            )
        except ssl.SSLError:
            return
        await replying(OK)(server, inner)

    return script


async def test_a_certificate_that_nobody_signed_is_not_sent_to(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tunnel(certificate)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome, requests = await created_at("https://kore.example")
        assert isinstance(outcome, NotSent)
        assert "certificate verify failed" in outcome.reason
        assert (proxy.received, requests) == ([b""], 0)
        async with client_of("https://kore.example") as client:
            page = await client.page(0, version=1)
        assert isinstance(page, PageFailed)
        assert "SSL_CERT_FILE" in page.cure


async def test_an_authority_that_is_named_counts_for_this_machine_too(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def script(server: Server, stream: AnyByteStream) -> None:
        inner = await TLSStream.wrap(stream, server_side=True, ssl_context=context, standard_compatible=False)
        await replying(OK)(server, inner)

    async with serving(script) as server:
        host = server.url.replace("http://127.0.0.1", "https://localhost")
        assert await created_at(host) == (Created(camp_id="cd-1"), 1)


@pytest.mark.parametrize("value", ["[::1]", "fd00::/8"])
async def test_a_value_of_no_proxy_that_can_not_be_used_is_named(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    with pytest.raises(SettingsError) as caught:
        async with client_of("https://kore.example"):
            pytest.fail("it opened")
    assert "NO_PROXY, which takes ::1 without brackets" in caught.value.hint


async def test_the_users_proxy_and_certificates_are_used_and_the_permit_is_asked_once(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()
    async with serving(tunnel(certificate)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with client_of("https://kore.example") as client:
            outcome = await client.create(BODY, permit=noting(asked))
            assert (outcome, client.requests, asked) == (Created(camp_id="cd-1"), 1, ["permit"])
        assert proxy.received[0].startswith(b"POST /agentassist/")


async def test_what_is_withheld_behind_a_proxy_sends_nothing_through_it(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tunnel(certificate)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with client_of("https://kore.example") as client:
            assert await client.create(BODY, permit=lambda: False) == Withheld()
        assert proxy.received == [b""]


@pytest.mark.parametrize(
    "script",
    [
        replying(response(b"", status="407 Proxy Authentication Required")),
        replying(response(b"", status="502 Bad Gateway")),
        replying(b"garbage\r\n\r\n"),
        replying(),
        replying(b"HTTP/1.1 200 OK\r\n\r\n", b"no TLS here"),
    ],
    ids=["credentials", "no way", "garbage", "closed", "no TLS behind it"],
)
async def test_a_proxy_that_does_not_connect_means_not_sent(
    script: Callable[[Server, AnyByteStream], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome, requests = await created_at("https://kore.example")
        assert isinstance(outcome, NotSent)
        assert requests == 0


async def test_a_proxy_that_hangs_means_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(hanging_after()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        outcome = await created_at("https://kore.example", timeout_s=SHORT_S)
        assert outcome == (NotSent(reason="no connection within 1.5 s"), 0)
