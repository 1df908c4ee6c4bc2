"""A stand-in of the vendor's API that costs next to nothing, so that it isn't what is measured. Does I/O.

Run as a program, `python -m tests.bench.standin` with the arguments of `serving`, it prints where it listens,
and when its stdin ends, what came in. The pages of the account's list are made before, as bytes. What is
created is not put into the list: none of the measured runs lists twice.
"""

import argparse
import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

PAGE_ROWS = 50
"""Rows of a page, as many as the command asks for."""

_CLOSING = "Content-Type: application/json\r\nConnection: close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came in.

    Attributes:
        creates: The creates that were answered with an id.
        names: Their different names.
        pages: The pages of the list that were asked for.
        over_limit: The requests of any kind that were answered as one too many.
    """

    creates: int
    names: int
    pages: int
    over_limit: int


class Window:
    """The vendor's limit: so many requests in any window; what is over it doesn't count.

    Args:
        limit: Requests in a window; 0 for no limit.
        window_s: Its length in seconds.
    """

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._counted: deque[float] = deque()

    def is_over(self, now: float) -> bool:
        """Count a request that arrives now; return whether it is one too many."""
        while self._counted and self._counted[0] + self._window_s <= now:
            self._counted.popleft()
        if self._limit and len(self._counted) >= self._limit:
            return True
        self._counted.append(now)
        return False


class Account:
    """What is answered.

    Args:
        pages: The answers to the list call, by page from 0.
        window: The limit.
    """

    def __init__(self, pages: Sequence[bytes], window: Window) -> None:
        self._pages = pages
        self._window = window
        self._created: list[str] = []
        self._listed = 0
        self._refused = 0

    @property
    def seen(self) -> Seen:
        """What came in so far."""
        return Seen(
            creates=len(self._created),
            names=len(set(self._created)),
            pages=self._listed,
            over_limit=self._refused,
        )

    def answer(self, path: str, body: bytes) -> bytes:
        """Return the whole answer to a request."""
        if self._window.is_over(monotonic()):
            self._refused += 1
            return _reply(429, {"message": "You've exceeded the per-minute rate limit."})
        if path.endswith("/getAllCampaignDetails"):
            self._listed += 1
            skip: int = json.loads(body)["skip"]
            return self._pages[skip // PAGE_ROWS]
        self._created.append(json.loads(body)["name"])
        camp_id = f"cd-new-{len(self._created):06}"
        return _reply(200, {"status": "success", "id": camp_id, "data": {"campId": camp_id}})


class _Connection(asyncio.Protocol):
    """One request and its answer, which comes after the latency."""

    def __init__(self, account: Account, latency_s: float) -> None:
        self._account = account
        self._latency_s = latency_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        if not body or len(body) < _length(head):
            return
        answer = self._account.answer(head.split(b" ", 2)[1].decode().partition("?")[0], body)
        asyncio.get_running_loop().call_later(self._latency_s, self._finish, answer)

    def _finish(self, answer: bytes) -> None:
        self._transport.write(answer)
        self._transport.close()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _reply(status: int, content: object) -> bytes:
    body = json.dumps(content).encode()
    return f"HTTP/1.1 {status} OK\r\n{_CLOSING}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _pages(rows: Sequence[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield the answers to the list call; an empty account has one page too."""
    for start in range(0, max(len(rows), 1), PAGE_ROWS):
        results = rows[start : start + PAGE_ROWS]
        has_more = start + PAGE_ROWS < len(rows)
        yield _reply(200, {"data": {"results": results, "hasMore": has_more, "totalResults": len(rows)}})


def _rows(state: Path) -> list[dict[str, object]]:
    """Return the campaigns that a state records, as rows of the list."""
    entries = json.loads(state.read_bytes())["campaigns"].values()
    return [
        {"_id": entry["campId"], "status": "Ready", "createdAt": entry["createdAt"], **entry["definition"]}
        for entry in entries
    ]


async def _serve(account: Account, latency_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(account, latency_s), "127.0.0.1", 0)
    async with server:
        _tell(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await asyncio.to_thread(sys.stdin.read)
    _tell(json.dumps(asdict(account.seen)))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--account", type=Path)
    parser.add_argument("--latency", type=float, default=0)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--window", type=float, default=60)
    wanted = parser.parse_args()
    rows = _rows(wanted.account) if wanted.account else []
    account = Account([*_pages(rows)], Window(wanted.limit, wanted.window))
    asyncio.run(_serve(account, wanted.latency))


if __name__ == "__main__":
    main()
