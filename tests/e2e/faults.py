"""A campaign API on loopback that fails as it is told: what the fault matrix runs the command against.

Every fault is triggered by what arrives (a create, a page of the list, a client that hangs up), never by a
sleep, so that a slow machine sees the same faults in the same order as a fast one.
"""

import json
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from tests.e2e.fault_account import Answer, FaultyAccount, Hanging, Reply

_BACKLOG = 64
_LOOK_S = 0.05
"""Seconds between looks at whether the door is to be closed."""

_SLOW_S = 0.7
"""Seconds for which the door stays blocked: Linux knocks for a second time after one second (RFC 6298, 2)."""


class FaultyVendor:
    """The server of an account. Use as a context manager; each request has a thread.

    Args:
        account: What it answers for.

    Attributes:
        account: As given.
        port: Where it listens, on 127.0.0.1.
    """

    def __init__(self, account: FaultyAccount) -> None:
        self.account = account
        self._listener = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._handlers: list[threading.Thread] = []
        self._closing = threading.Event()
        self._block = threading.Event()
        self._is_blocked = threading.Event()
        self._is_door_used = False

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        for handler in self._handlers:
            handler.join()

    @property
    def url(self) -> str:
        """What KORE_HOST names."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_listening(self) -> bool:
        """Whether connections are accepted."""
        return not self._closing.is_set()

    def listen_again(self) -> None:
        """Accept connections again, on the same port."""
        self._listener = _listen(self.port)
        self._open()

    def _open(self) -> None:
        self._closing.clear()
        self._door = threading.Thread(target=self._accept, args=(self._listener,))
        self._door.start()

    def _close(self) -> None:
        self._closing.set()
        self._door.join()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while not self._closing.is_set():
                if self._block.is_set():
                    self._stand_in_the_door(listener)
                with suppress(TimeoutError):
                    connection, _ = listener.accept()
                    connection.settimeout(None)
                    handler = threading.Thread(target=self._handle, args=(connection,))
                    self._handlers.append(handler)
                    handler.start()

    def _stand_in_the_door(self, listener: socket.socket) -> None:
        """Fill the queue of connections, so that the next client has to knock twice; then let all in."""
        listener.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.settimeout(0)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", self.port))
        self._block.clear()
        self._is_blocked.set()
        # How long makes no difference to what must come of it, only to how slow the connection is.
        time.sleep(_SLOW_S)
        listener.listen(_BACKLOG)
        for filler in fillers:
            filler.close()

    def _handle(self, connection: socket.socket) -> None:
        # A client may hang up whenever it likes; what it got to see is for the test to judge.
        with connection, suppress(OSError):
            request = _read_request(connection)
            if request is not None:
                self._answer(connection, *request)

    def _answer(
        self, connection: socket.socket, line: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> None:
        with self._lock:
            self.account.tokens.append(headers.get("auth", ""))
            reply = self.account.reply(line, body)
        # The contact lists are asked for before the account is listed: the next request is no create yet.
        if "/contactList/" not in line:
            self._use_the_door()
        self._send(connection, reply)

    def _send(self, connection: socket.socket, reply: Reply) -> None:
        if isinstance(reply, Hanging):
            connection.recv(1)
        elif isinstance(reply, Answer):
            connection.sendall(reply.on_the_wire(self.account.now))

    def _use_the_door(self) -> None:
        """Close or block the door before the client can make the next request, where that is the fault."""
        fault = self.account.fault
        if self._is_door_used or not self.account.is_target_next():
            return
        if fault.is_door_closed:
            self._is_door_used = True
            self._close()
            self.account.end_fault()
        elif fault.is_door_slow:
            self._is_door_used = True
            self._block.set()
            self._is_blocked.wait()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(_BACKLOG)
    listener.settimeout(_LOOK_S)
    return listener


def _read_request(connection: socket.socket) -> tuple[str, dict[str, str], Any] | None:
    """Return a request's line, headers and JSON; None where the client hangs up before its end."""
    with connection.makefile("rb") as stream:
        line = stream.readline().decode()
        headers = dict[str, str]()
        while header := stream.readline().decode().strip():
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        body = stream.read(length)
    return (line, headers, json.loads(body)) if line and len(body) == length and body else None
