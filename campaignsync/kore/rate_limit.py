"""The rate limit as a sliding window, and holding back when the server asks for it. No I/O.

The vendor counts 60 requests a minute for each account. It counts a request at some moment between its
start and its answer, so a place in the window is taken before the start and given back one window after
the answer: then no window of the server's holds more than the limit, whenever it counted.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf

import anyio

# The first wait after an over-limit answer that names none, as a part of the window: 5 seconds of 60.
_FIRST_WAIT = 1 / 12
# Beyond this many over-limit answers in a row the wait no longer doubles; it is a whole window by then.
_MOST_STRIKES = 6


class RateLimit:
    """Lets requests start, in the order in which they ask, at most so many in any window.

    Args:
        limit: Requests in a window, 1 or more; 0 for no limit.
        window_s: The window's length in seconds, more than 0.
        monotonic: Returns seconds on a clock that nobody sets.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        limit: int,
        *,
        window_s: float = 60.0,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._limit = limit
        self._window_s = window_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._turn = anyio.Lock()
        self._freed = anyio.Event()
        self._in_flight = 0
        self._ended: deque[float] = deque()
        self._held_until = -inf
        self._strikes = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a place, and keep it for the length of one attempt."""
        async with self._turn:
            while (wait_s := self._wait_s()) > 0:
                await self._pause(wait_s)
            self._in_flight += 1
        try:
            yield
        finally:
            self._give_back()

    def hold(self, seconds: float) -> None:
        """Let no request start for so many seconds from now; a longer hold is kept."""
        self._held_until = max(self._held_until, self._monotonic() + seconds)

    def back_off(self, asked_s: float | None) -> None:
        """Hold after an over-limit answer: as long as the server asks, else longer each time in a row.

        Args:
            asked_s: Seconds that the server asks to wait; None or 0 when it names none.
        """
        if self._monotonic() >= self._held_until:
            self._strikes = min(self._strikes + 1, _MOST_STRIKES)
        doubled_s = self._window_s * _FIRST_WAIT * 2 ** (self._strikes - 1)
        self.hold(asked_s or min(self._window_s, doubled_s))

    def ease(self) -> None:
        """Take note of an answer that was not over the limit."""
        self._strikes = 0

    def _wait_s(self) -> float:
        now = self._monotonic()
        return max(self._held_until - now, self._window_wait_s(now))

    def _window_wait_s(self, now: float) -> float:
        while self._ended and self._ended[0] + self._window_s <= now:
            self._ended.popleft()
        if not self._limit or self._in_flight + len(self._ended) < self._limit:
            return 0
        return self._ended[0] + self._window_s - now if self._ended else inf

    async def _pause(self, wait_s: float) -> None:
        if wait_s == inf:
            await self._freed.wait()
        else:
            await self._sleep(wait_s)

    def _give_back(self) -> None:
        self._in_flight -= 1
        if self._limit:
            self._ended.append(self._monotonic())
        self._freed.set()
        self._freed = anyio.Event()
