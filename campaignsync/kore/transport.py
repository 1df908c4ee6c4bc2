"""One request and its answer over httpx, under one deadline; and whether any byte of it may have left. I/O.

Whether a failed create may be repeated hangs on one question: did the request leave this machine? httpx
doesn't say, so a gate comes before the first byte: httpcore announces it to the `trace` extension.
"""

import codecs
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anyio
import httpx

from campaignsync.kore.responses import Answer, retry_after_s
from campaignsync.kore.words import shown, shown_place
from campaignsync.outcome import Withheld

# httpcore's name for the moment, https://www.encode.io/httpcore/extensions/#trace
_FIRST_BYTE = ".send_request_headers.started"
_MOST_CAUSES = 10
_NO_SUCH_HOST = {socket.EAI_NONAME, socket.EAI_NODATA}
"""Of the resolver's errors those that are no passing trouble of its own (getaddrinfo(3))."""
_LOCATION = "campaignsync.location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """No answer came, or none that can be used.

    Attributes:
        reason: What happened instead.
        is_sent: Some of the request may have reached the server.
        cure: What somebody must change, where no later try can do better; else empty.
    """

    reason: str
    is_sent: bool
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to make.

    Attributes:
        method: The HTTP method.
        url: Where to.
        headers: All but host and length.
        content: The body.
        most_bytes: A longer answer is not read to its end.
        secrets: What no message may hold.
    """

    method: str
    url: httpx.URL
    headers: Mapping[str, str] = field(repr=False)
    content: bytes
    most_bytes: int
    secrets: tuple[str, ...] = field(repr=False)


class _WithheldError(Exception):
    """Nothing may be sent; httpx closes the connection on its way out."""


class _UnusableAnswerError(Exception):
    """An answer that is too large or encoded."""


class Gate:
    """The last moment before a request's first byte: asks for the permit, and remembers having passed.

    Args:
        permit: Whether the request may still go; asked once, with the connection made.
        on_pass: Called when it goes.

    Attributes:
        is_passed: The request went, or began to.
        error: What the permit raised, if it did.
    """

    def __init__(self, permit: Callable[[], bool], on_pass: Callable[[], None]) -> None:
        self._permit = permit
        self._on_pass = on_pass
        self.is_passed = False
        self.error: Exception | None = None

    async def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Take httpcore's word for what happens next; a proxy's CONNECT carries nothing of the request."""
        is_connect = getattr(details.get("request"), "method", None) == b"CONNECT"
        if event.endswith(_FIRST_BYTE) and not is_connect:
            self.pass_through()

    def pass_through(self) -> None:
        """Let the request go, or raise."""
        if self.is_passed:
            return
        if not self._is_permitted():
            raise _WithheldError
        self.is_passed = True
        self._on_pass()

    def _is_permitted(self) -> bool:
        try:
            return self._permit()
        except Exception as error:
            # Kept aside, so that it isn't taken for a failure of the network.
            self.error = error
            raise _WithheldError from error


class _GatedBody(httpx.AsyncByteStream):
    """A body that passes the gate by itself, should the announcement ever be missing.

    No generator, since one that a failed write leaves behind would wait for the garbage collector.
    """

    def __init__(self, content: bytes, gate: Gate) -> None:
        self._rest = [content]
        self._gate = gate

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._gate.pass_through()
        return self

    async def __anext__(self) -> bytes:
        if not self._rest:
            raise StopAsyncIteration
        return self._rest.pop()


async def set_location_aside(response: httpx.Response) -> None:
    """Keep where a redirect leads from httpx, as its response hook.

    httpx makes the next request even if it is not to follow, and loses the answer where it can't.
    """
    if "Location" in response.headers:
        response.extensions[_LOCATION] = response.headers.pop("Location")


async def exchange(
    http: httpx.AsyncClient, call: Call, gate: Gate, *, timeout_s: float, now: Callable[[], datetime]
) -> Answer | Broken | Withheld:
    """Send a request and read the whole answer.

    Args:
        http: The client, without time-outs of its own, and with `set_location_aside` as a hook.
        call: The request.
        gate: Asked before the first byte.
        timeout_s: Seconds for all of it: connecting, writing, reading.
        now: The time, for a `Retry-After` that is a date.

    Raises:
        Exception: Only what the permit raised; nothing was sent.
    """
    with anyio.move_on_after(timeout_s):
        try:
            return await _answer(http, call, gate, now)
        except _WithheldError:
            if gate.error is not None:
                raise gate.error from None
            return Withheld()
        # Libraries leak more than httpx.RequestError: OSError, UnicodeError, ssl's and anyio's own. What
        # is let through here would lose the outcome of this request and of those beside it.
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this request's outcome
            reason = shown(_cause(error), call.secrets)
            return Broken(reason=reason, is_sent=gate.is_passed, cure=_cure(error))
    missing = "answer" if gate.is_passed else "connection"
    return Broken(reason=f"no {missing} within {timeout_s:g} s", is_sent=gate.is_passed)


async def _answer(http: httpx.AsyncClient, call: Call, gate: Gate, now: Callable[[], datetime]) -> Answer:
    request = httpx.Request(
        call.method,
        call.url,
        # With a body of our own, httpx adds neither.
        headers={
            "Host": call.url.netloc.decode(),
            **call.headers,
            "Content-Length": str(len(call.content)),
        },
        stream=_GatedBody(call.content, gate),
        extensions={"trace": gate.trace},
    )
    response = await http.send(request, stream=True, auth=None, follow_redirects=False)
    try:
        return Answer(
            status=response.status_code,
            body=(await _body(response, call.most_bytes)).removeprefix(codecs.BOM_UTF8),
            date=response.headers.get("Date"),
            retry_after_s=retry_after_s(response.headers.get("Retry-After"), now()),
            redirects_to=shown_place(
                response.extensions.get(_LOCATION), base=str(call.url), secrets=call.secrets
            ),
            secrets=call.secrets,
        )
    finally:
        await response.aclose()


async def _body(response: httpx.Response, most_bytes: int) -> bytes:
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise _UnusableAnswerError(
            f"HTTP {response.status_code} with an encoded body, though none was asked for"
        )
    body = bytearray()
    with anyio.CancelScope() as reading:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most_bytes:
                # To leave the loop would leave httpx's inner generators open; this ends them from within.
                reading.cancel()
    if len(body) > most_bytes:
        raise _UnusableAnswerError(f"HTTP {response.status_code} with more than {most_bytes} bytes")
    return bytes(body)


def _cause(error: BaseException) -> str:
    """Return what the operating system said, if it is behind the error, else what the error says."""
    causes = list(_causes(error))
    for cause in causes:
        # The resolver and TLS number their errors apart from the system's.
        if isinstance(cause, (socket.gaierror, ssl.SSLError)) and cause.strerror:
            return cause.strerror
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno)
    return str(causes[0]) or type(causes[0]).__name__


def _cure(error: BaseException) -> str:
    """Return what to change where the machine's own settings are in the way; empty for all that may pass."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "This machine does not trust the certificate. Name the file of the authority that signed it: "
                "SSL_CERT_FILE."
            )
        if isinstance(cause, socket.gaierror) and cause.errno in _NO_SUCH_HOST:
            return "No machine has that name: check KORE_HOST, and HTTPS_PROXY if a proxy is named there."
        if isinstance(cause, httpx.ProxyError):
            return "The proxy lets nobody through: check HTTPS_PROXY, and NO_PROXY for hosts that need none."
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from; httpx hides, and anyio groups, what came first."""
    cause: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__
