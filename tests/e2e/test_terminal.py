"""What a person sees on a terminal, and what a pipe gets instead."""

import os
import pty
import subprocess
import sys

import pytest

from tests.e2e.conftest import Project, definition


def seen(project: Project, *args: str, **env: str) -> str:
    """Run a command whose stdout and stderr are a terminal; return all that it showed."""
    main, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "campaignsync", *args],
        cwd=project.path,
        env={**os.environ, **project.env, "TERM": "xterm-256color", **env},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    ):
        os.close(terminal)
        shown = b""
        try:
            while data := os.read(main, 65536):
                shown += data
        except OSError:  # Linux says so at the end of a terminal
            pass
    os.close(main)
    return shown.decode().replace("\r\n", "\n")


@pytest.fixture
def broken(project: Project) -> Project:
    text = definition("Billing").replace('"maxRingTime":', '"maxRingTimes":')
    project.write("campaigns/a.yaml", text.replace('{"name"', '{\n"name"'))
    return project


@pytest.mark.parametrize("command", [("validate",), ("plan",)])
def test_problems_are_pointed_at(broken: Project, command: tuple[str, ...]) -> None:
    shown = seen(broken, *command, NO_COLOR="1")
    assert "\x1b" not in shown
    lines = shown.splitlines()
    first = next(index for index, line in enumerate(lines) if "unknown key" in line)
    assert '"maxRingTimes"' in lines[first + 1]
    assert lines[first + 1][lines[first + 2].index("^") :].startswith('"maxRingTimes"')


def test_colors(broken: Project) -> None:
    assert "\x1b[31m^\x1b[0m" in seen(broken, "validate")
    assert "\x1b[31mError:\x1b[0m" in seen(broken, "validate")
    assert "\x1b" not in seen(broken, "validate", TERM="dumb")


def test_a_pipe_gets_one_line_for_each_problem(broken: Project) -> None:
    ran = broken.run("validate", TERM="xterm-256color")
    assert "^" not in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert all(line.startswith("campaigns/a.yaml:") for line in ran.out.splitlines()[:-1])
