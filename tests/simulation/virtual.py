"""An event loop on virtual time: it never waits, and the same program runs the same way each time."""

import asyncio
import contextvars
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class DeadlockError(Exception):
    """Every task waits for another: no run may end like this."""


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end on virtual time, from 0 on."""
    return VirtualLoop().run(main)  # type: ignore[abstract]  # the rest of it is about sockets and threads


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs what is ready in order, then jumps to the next timer; knows neither sockets nor threads."""

    def __init__(self) -> None:
        self._now = 0.0
        self._count = itertools.count()
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._error: BaseException | None = None

    def time(self) -> float:
        return self._now

    def call_soon(
        self,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._count), handle))
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:  # noqa: ANN401  # differs by version
        return asyncio.Task(coro, loop=self, **options)

    def get_task_factory(self) -> None:
        return None

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._error = self._error or context.get("exception") or RuntimeError(context["message"])

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: a cancelled timer is skipped when its time comes."""

    def run(self, main: Coroutine[Any, Any, _T]) -> _T:
        """Run a coroutine to its end.

        Raises:
            DeadlockError: Nothing can happen any more, and it has not ended.
        """
        asyncio._set_running_loop(self)
        try:
            task: asyncio.Task[_T] = self.create_task(main)
            while not task.done():
                self._step()
                if self._error is not None:
                    raise self._error
            return task.result()
        finally:
            asyncio._set_running_loop(None)

    def _step(self) -> None:
        if not self._ready:
            if not self._timers:
                raise DeadlockError
            self._jump()
        for _ in range(len(self._ready)):
            handle = self._ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _jump(self) -> None:
        """Go to the time of the next timer."""
        when, _, handle = heapq.heappop(self._timers)
        if not handle.cancelled():
            self._now = max(self._now, when)
            self._ready.append(handle)
