"""Code run in another process, for the tests of crashes, locks, rights and full disks."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Takes from root what lets it read and write everything (capabilities(7)).
AS_ANYONE = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if os.getuid() == 0 and shutil.which("setpriv")
    else ()
)
MAY_DO_ALL = os.getuid() == 0 and not AS_ANYONE

_PRELUDE = """
    import os, resource, signal, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from campaignsync.repository.disk import append_to_file, locked, read_file, replace_file

    path = Path(sys.argv[1])

    def limit_files(size):
        # Stands in for a full disk: a write that goes beyond fails in the middle.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def told(work, *args, **more):
        try:
            work(*args, **more)
        except Exception as error:
            print(type(error).__name__, error)

    def crash_at(call):
        setattr(os, call, lambda *args, **more: os.kill(os.getpid(), signal.SIGKILL))
"""


def program(code: str, path: Path) -> list[str]:
    """Return a command that runs code which knows `path` and the functions of `disk`."""
    return [sys.executable, "-c", textwrap.dedent(_PRELUDE) + textwrap.dedent(code), str(path)]


def run_python(code: str, path: Path, *, is_anyone: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run code in another process, with `is_anyone` without root's rights."""
    command = [*(AS_ANYONE if is_anyone else ()), *program(code, path)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
