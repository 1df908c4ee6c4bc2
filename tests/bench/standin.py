"""A stand-in of the vendor's API that costs next to nothing, so that it isn't what is measured. Does I/O.

Run as a program, `python -m tests.bench.standin [--account STATE] [--limit N --window S]`, it prints where it
listens, and serves until its stdin ends. The pages of the account's list are made before, as bytes. After a
create the list begins with what was created: a run looks there what became of it, and at nothing else.
"""

import argparse
import asyncio
import json
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

_PAGE_ROWS = 100
_CLOSING = "Content-Type: application/json\r\nConnection: close"


class Account:
    """What is answered.

    Args:
        pages: The answers to the list call, by page from 0.
        limit: Requests in a window; 0 for no limit. One too many is answered so, and ends the whole: a
            command that is over the limit must not look fast.
        window_s: The window's length in seconds.
    """

    def __init__(self, pages: Sequence[bytes], *, limit: int, window_s: float) -> None:
        self._pages = pages
        self._limit = limit
        self._window_s = window_s
        self._counted: deque[float] = deque()
        self._names: dict[str, str] = {}

    def answer(self, path: str, body: bytes) -> bytes:
        """Return the whole answer to a request."""
        if self._is_over(monotonic()):
            return _reply(400, {"message": "over the limit: this measurement is void"})
        if path.endswith("/getAllCampaignDetails"):
            skip: int = json.loads(body)["skip"]
            return self._newest(skip) if self._names else self._pages[skip // _PAGE_ROWS]
        if path.endswith("/getAllListDetails"):
            return _reply(403, {"errors": [{"msg": "not in your scope"}]})
        name = json.loads(body)["name"]
        if name in self._names:
            return _reply(400, {"message": "sent twice: this measurement is void"})
        camp_id = f"cd-new-{len(self._names) + 1:06}"
        self._names[name] = camp_id
        return _reply(200, {"status": "success", "id": camp_id, "data": {"campId": camp_id}})

    def _newest(self, skip: int) -> bytes:
        """Return a page of what was created, newest first: more is asked for by nobody who finds it there."""
        made = [*self._names.items()][::-1]
        rows = [
            {"_id": camp_id, "name": name, "status": "Ready"}
            for name, camp_id in made[skip : skip + _PAGE_ROWS]
        ]
        return _reply(200, {"data": {"results": rows, "hasMore": True, "totalResults": 10**6}})

    def _is_over(self, now: float) -> bool:
        while self._counted and self._counted[0] + self._window_s <= now:
            self._counted.popleft()
        self._counted.append(now)
        return bool(self._limit) and len(self._counted) > self._limit


class _Connection(asyncio.Protocol):
    """One request and its answer."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if not body or len(body) < length:
            return
        self._transport.write(self._account.answer(head.split(b" ", 2)[1].decode().partition("?")[0], body))
        self._transport.close()


def _reply(status: int, content: object) -> bytes:
    body = json.dumps(content).encode()
    return f"HTTP/1.1 {status} OK\r\n{_CLOSING}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _pages(state: Path | None) -> list[bytes]:
    """Return the answers to the list call, for an account with what a state records; at least one."""
    entries = json.loads(state.read_bytes())["campaigns"].values() if state else ()
    rows = [
        {"_id": entry["campId"], "status": "Ready", "createdAt": entry["createdAt"], **entry["definition"]}
        for entry in entries
    ]
    return [
        _reply(
            200,
            {
                "data": {
                    "results": rows[start : start + _PAGE_ROWS],
                    "hasMore": start + _PAGE_ROWS < len(rows),
                    "totalResults": len(rows),
                }
            },
        )
        for start in range(0, max(len(rows), 1), _PAGE_ROWS)
    ]


async def _serve(account: Account) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(account), "127.0.0.1", 0)
    async with server:
        sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--account", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--window", type=float, default=60)
    wanted = parser.parse_args()
    asyncio.run(_serve(Account(_pages(wanted.account), limit=wanted.limit, window_s=wanted.window)))


if __name__ == "__main__":
    main()
