"""`sandbox`: serve the stand-in of the API. Does I/O."""

import shlex
import uuid
from collections.abc import Callable

from campaignsync.sandbox import CREDENTIALS, Sandbox
from campaignsync.sandbox import run as serve
from campaignsync.terminal import SystemClock


def run(*, port: int, rate_limit: int, show: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        port: The port on loopback; 0 for any that is free.
        rate_limit: Requests a minute over which it answers as the vendor does; 0 for no limit.
        show: Prints on stdout.

    Raises:
        SettingsError: The port is taken, or the extra `sandbox` is not installed.
    """

    def on_ready(url: str) -> None:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in CREDENTIALS.variables(url).items()]
        show("\n".join([*lines, "# Serving until Ctrl-C; what is created here is forgotten then."]))

    clock = SystemClock()
    standin = Sandbox(
        now=clock.now, monotonic=clock.monotonic, new_id=lambda: str(uuid.uuid4()), rate_limit=rate_limit
    )
    serve(standin, port=port, on_ready=on_ready)
