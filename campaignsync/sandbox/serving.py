"""Serving the sandbox over HTTP: on 127.0.0.1 and nowhere else. Does I/O; on asyncio, as uvicorn is.

The libraries are imported when they are used: they come with an extra, and a missing one is an error that
says how to install it.
"""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import anyio

from campaignsync.errors import SettingsError
from campaignsync.sandbox.account import Sandbox

if TYPE_CHECKING:
    import uvicorn

_LOOPBACK = "127.0.0.1"
# What a client may take to read its last answer once the sandbox was told to end.
_GRACE_S = 1


@asynccontextmanager
async def serve(sandbox: Sandbox, *, port: int = 0) -> AsyncIterator[str]:
    """Serve an account while the context lasts.

    Args:
        sandbox: The account.
        port: Where to listen on loopback, 0 to 65535; 0 for any that is free.

    Yields:
        The base URL; it answers already.

    Raises:
        SettingsError: The port can't be had, or the extra `sandbox` isn't installed.
    """
    started = anyio.Event()
    server = _server(sandbox, started.set)
    with _bound(port) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await _started(serving, started)
            yield f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            # Whatever ends the context, open connections are closed and the task doesn't outlive it.
            with anyio.CancelScope(shield=True):
                await asyncio.wait([serving])
    await serving


def run(sandbox: Sandbox, *, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve an account until the process gets SIGINT or SIGTERM; call it on the main thread.

    Args:
        sandbox: The account.
        port: Where to listen on loopback, 0 to 65535; 0 for any that is free.
        on_ready: Told the base URL once it answers.

    Raises:
        SettingsError: The port can't be had, or the extra `sandbox` isn't installed.
    """
    anyio.run(_run, sandbox, port, on_ready, backend="asyncio")


async def _run(sandbox: Sandbox, port: int, on_ready: Callable[[str], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with serve(sandbox, port=port) as url:
            on_ready(url)
            async for _ in signals:
                return


async def _started(serving: asyncio.Task[None], started: anyio.Event) -> None:
    """Wait until the server answers; raise what ended it instead."""
    serving.add_done_callback(lambda _: started.set())
    await started.wait()
    if serving.done():
        await serving


def _server(sandbox: Sandbox, on_started: Callable[[], None]) -> "uvicorn.Server":
    """Return a server that prints nothing and leaves the process's signals alone."""
    try:
        import uvicorn

        from campaignsync.sandbox.app import application
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the sandbox needs {error.name}, which is not installed",
            hint="Install it from where you installed campaignsync, with the extra [sandbox]: "
            "pip install 'campaignsync[sandbox] @ git+https://github.com/OWNER/campaignsync@COMMIT'",
        ) from error

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            # What Ctrl-C means is for the command to say: a sync records before it ends.
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            on_started()

    return Server(
        uvicorn.Config(
            application(sandbox),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Without it, a port that was left a minute ago counts as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_LOOPBACK, port))
            listener.listen()
        except OSError as error:
            raise SettingsError(
                f"port {port} on {_LOOPBACK} can't be had: {os.strerror(error.errno or 0)}",
                hint="Name another with --port, or leave it out for any that is free.",
            ) from error
        yield listener
