"""`sandbox`: serve the stand-in of the API. Does I/O."""

import shlex
import uuid
from collections.abc import Callable
from pathlib import Path

from campaignsync.errors import SettingsError
from campaignsync.sandbox import CREDENTIALS, Fault, Sandbox, StoredList, read_lists
from campaignsync.sandbox import run as serve
from campaignsync.terminal import SystemClock


def run(
    *, port: int, rate_limit: int, lists: Path | None, fault: str | None, show: Callable[[str], None]
) -> None:
    """Serve until interrupted.

    Args:
        port: The port on loopback; 0 for any that is free.
        rate_limit: Requests a minute over which it answers as the vendor does; 0 for no limit.
        lists: A file of the account's contact lists; None where it doesn't say which it has.
        fault: The name of what goes wrong all day, one of `Fault`; None for a good day.
        show: Prints on stdout.

    Raises:
        SettingsError: The port is taken, the file can't be read, or the extra `sandbox` is not installed.
    """

    def on_ready(url: str) -> None:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in CREDENTIALS.variables(url).items()]
        show("\n".join([*lines, "# Serving until Ctrl-C; what is created here is forgotten then."]))

    clock = SystemClock()
    standin = Sandbox(
        now=clock.now,
        monotonic=clock.monotonic,
        new_id=lambda: str(uuid.uuid4()),
        rate_limit=rate_limit,
        lists=None if lists is None else _read(lists),
        fault=None if fault is None else Fault(fault),
    )
    serve(standin, port=port, on_ready=on_ready)


def _read(path: Path) -> list[StoredList]:
    try:
        return read_lists(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"--lists {path}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"--lists {path}: {error}", hint='Such as: ["Recent Buyers"]') from error
