"""Runs the real command in processes of its own that need not import it each time.

Started as a program, this module imports the command once; for each order on its stdin it forks a process,
which is given the order's working directory, environment, arguments and files for its output, and calls the
command's own `main`. To import takes longer than most runs.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

_MODULES = (
    *("adopt", "doctor", "forget", "history", "init", "inventory", "new", "plan", "policy", "schema"),
    *("status", "sync", "validate"),
)


@dataclass(frozen=True, slots=True)
class _Server:
    """This module as a program, for one run at a time."""

    process: "subprocess.Popen[str]"
    folder: "TemporaryDirectory[str]"


_idle: list[_Server] = []
"""Those that wait for an order: as many as there were runs at once."""


def run(args: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end, as `subprocess.run` does.

    Args:
        args: Its arguments.
        cwd: Where.
        env: Its whole environment.
    """
    server = _idle.pop() if _idle else _start()
    files = [Path(server.folder.name, name) for name in ("out", "err")]
    order = {"args": list(args), "cwd": str(cwd), "env": dict(env), "files": [str(file) for file in files]}
    stdin, stdout = server.process.stdin, server.process.stdout
    if stdin is None or stdout is None:
        raise RuntimeError("it was started with pipes")
    stdin.write(f"{json.dumps(order)}\n")
    stdin.flush()
    code = int(stdout.readline())
    out, err = (file.read_bytes().decode() for file in files)
    _idle.append(server)
    return subprocess.CompletedProcess(args, code, out, err)


def _start() -> _Server:
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.forking"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
    )
    return _Server(process, TemporaryDirectory())


@atexit.register
def _end() -> None:
    for server in _idle:
        with server.process as process:
            if process.stdin is not None:
                process.stdin.close()
        server.folder.cleanup()


def _serve() -> None:
    """Fork for each order; return in the process that was forked, which is then the command."""
    import importlib

    for module in _MODULES:
        importlib.import_module(f"campaignsync.commands.{module}")
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order)
            return
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    sys.exit()


def _become(order: Mapping[str, Any]) -> None:
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    time.tzset()
    for descriptor, file in ((0, os.devnull), *zip((1, 2), order["files"], strict=True)):
        mode = os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(file, mode)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["campaignsync", *order["args"]]


def _main() -> NoReturn:
    _serve()
    from campaignsync.cli import main

    main()
    raise SystemExit


if __name__ == "__main__":
    _main()
