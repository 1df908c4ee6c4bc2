"""Streams that fail change no outcome and no exit code; the first signal asks to end, the second leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

_PRODUCT = ("-m", "campaignsync")
_TELLING = (str(Path(__file__).with_name("telling.py")),)
_FULL, _CLOSED_PIPE = "No space left on device", "Broken pipe"
_HINT = "The exit code still says how the command ended."

_every_signal = pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
_every_redirection = pytest.mark.parametrize(
    "redirection",
    [
        ">/dev/full",
        "2>/dev/full",
        ">/dev/full 2>/dev/full",
        ">&-",
        "2>&-",
        ">&- 2>&-",
        "<&- >&- 2>&-",
    ],
)


@pytest.fixture(autouse=True)
def hang_ups_are_heard() -> Iterator[None]:
    """Let a run hear a SIGHUP even where the tests themselves run under `nohup`."""
    original = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, original)


def _run(folder: Path, *args: str, redirection: str = "") -> "subprocess.CompletedProcess[str]":
    """Run Python in a folder, its streams redirected as the shell would."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, *args],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
    )


@contextmanager
def _closed_pipe() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        yield writing
    finally:
        os.close(writing)


@_every_redirection
@pytest.mark.parametrize(
    ("arguments", "code"), [("--help", 0), ("--version", 0), ("schema", 0), ("frobnicate", 64), ("", 64)]
)
def test_a_command_ends_with_its_own_code_wherever_its_output_goes(
    tmp_path: Path, arguments: str, code: int, redirection: str
) -> None:
    ran = _run(tmp_path, *_PRODUCT, *arguments.split(), redirection=redirection)
    assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)


@pytest.mark.parametrize(
    ("arguments", "code"), [("--help", 0), ("--version", 0), ("schema", 0), ("frobnicate", 64), ("", 64)]
)
def test_a_command_ends_with_its_own_code_when_nobody_reads_its_pipes(
    tmp_path: Path, arguments: str, code: int
) -> None:
    with _closed_pipe() as pipe:
        ran = subprocess.run(
            [sys.executable, *_PRODUCT, *arguments.split()],
            check=False,
            cwd=tmp_path,
            stdout=pipe,
            stderr=pipe,
        )
    assert ran.returncode == code


@_every_redirection
@pytest.mark.parametrize(("outcome", "code"), [("done", 0), ("unknown", 5), ("error", 1), ("bug", 1)])
def test_work_is_done_to_its_end_wherever_its_output_goes(
    tmp_path: Path, outcome: str, code: int, redirection: str
) -> None:
    ran = _run(tmp_path, *_TELLING, "work", outcome, redirection=redirection)
    assert (ran.returncode, (tmp_path / "record").exists()) == (code, True)


@_every_redirection
def test_a_file_gets_no_standard_streams_number(tmp_path: Path, redirection: str) -> None:
    _run(tmp_path, *_TELLING, "work", "done", redirection=redirection)
    assert int((tmp_path / "record").read_text()) > 2


@pytest.mark.parametrize(("redirection", "why"), [(">/dev/full", _FULL), (">&-", "Bad file descriptor")])
def test_a_result_that_could_not_be_written_is_told_in_one_line_on_stderr(
    tmp_path: Path, redirection: str, why: str
) -> None:
    ran = _run(tmp_path, *_PRODUCT, "schema", redirection=redirection)
    assert ran.stderr == f"Error: the result could not be written to stdout: {why}. {_HINT}\n"


def test_a_result_that_nobody_reads_is_told_in_one_line_on_stderr(tmp_path: Path) -> None:
    with _closed_pipe() as pipe:
        ran = subprocess.run(
            [sys.executable, *_PRODUCT, "schema"],
            check=True,
            cwd=tmp_path,
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert ran.stderr == f"Error: the result could not be written to stdout: {_CLOSED_PIPE}. {_HINT}\n"


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_a_result_is_whole_where_only_stderr_fails(tmp_path: Path, redirection: str) -> None:
    ran = _run(tmp_path, *_TELLING, "work", "done", redirection=redirection)
    assert ran.stdout == "A result.\n"


def test_what_is_told_with_all_in_order(tmp_path: Path) -> None:
    ran = _run(tmp_path, *_TELLING, "work", "unknown")
    assert (ran.returncode, ran.stdout, ran.stderr) == (5, "A result.\n", "A note.\nA detail.\n")


def test_a_character_that_stdout_can_not_show_is_shown_as_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    assert _run(tmp_path, *_TELLING, "say", "5 €").stdout == "5 \\u20ac\n"


@pytest.mark.parametrize("is_blocking", [True, False], ids=["blocking pipe", "non-blocking pipe"])
def test_a_large_result_arrives_whole(tmp_path: Path, *, is_blocking: bool) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, is_blocking)
    with (
        subprocess.Popen(
            [sys.executable, *_TELLING, "say", "0123456789", "--times=100000"], cwd=tmp_path, stdout=writing
        ),
        open(reading, "rb") as pipe,  # noqa: PTH123  # a descriptor
    ):
        os.close(writing)
        assert pipe.read() == b"0123456789" * 100_000 + b"\n"


def test_a_terminal_that_goes_away_under_the_bar_changes_nothing(tmp_path: Path) -> None:
    terminal, stderr = os.openpty()
    with subprocess.Popen(
        [sys.executable, *_TELLING, "bar"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        os.close(stderr)
        assert process.stdout is not None
        assert process.stdout.readline() == "Ready.\n"
        os.close(terminal)
        process.communicate("go on\n", timeout=60)
    assert (process.returncode, (tmp_path / "record").exists()) == (0, True)


class _Waiting:
    """A run that waits to be asked to end."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str]", stdout: IO[str]) -> None:
        self._folder = folder
        self._process = process
        self._stdout = stdout

    def expect(self, line: str) -> None:
        assert self._stdout.readline() == f"{line}\n"

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self) -> tuple[int, list[str]]:
        """Return the exit code, and which files it left."""
        return self._process.wait(60), sorted(path.name for path in self._folder.iterdir())


@contextmanager
def _waiting(
    folder: Path, *options: str, redirection: str = ":", stderr: int | None = None
) -> Iterator[_Waiting]:
    with subprocess.Popen(
        ["sh", "-c", f'{redirection}; exec "$@"', "sh", sys.executable, *_TELLING, "wait", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        assert process.stdout is not None
        run = _Waiting(folder, process, process.stdout)
        try:
            run.expect("Ready.")
            yield run
        finally:
            process.kill()


@_every_signal
@pytest.mark.parametrize("redirection", [":", "exec 2>/dev/full", "exec 2>&-"])
def test_the_first_signal_asks_to_end(tmp_path: Path, number: signal.Signals, redirection: str) -> None:
    with _waiting(tmp_path, redirection=redirection) as run:
        run.signal(number)
        assert run.ended() == (130, ["record"])


@_every_signal
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_the_second_signal_tidies_the_terminal_and_leaves(
    tmp_path: Path, first: signal.Signals, number: signal.Signals
) -> None:
    with _waiting(tmp_path, "--is-endless") as run:
        run.signal(first)
        run.expect("Asked.")
        run.signal(number)
        assert run.ended() == (130, ["tidied"])


def test_the_second_signal_leaves_even_where_the_loop_hears_nothing(tmp_path: Path) -> None:
    with _waiting(tmp_path, "--is-blocked") as run:
        run.signal(signal.SIGHUP)
        run.signal(signal.SIGTERM)
        assert run.ended() == (130, ["tidied"])


def test_a_hang_up_stays_ignored_under_nohup(tmp_path: Path) -> None:
    with _waiting(tmp_path, redirection="trap '' HUP") as run:
        run.signal(signal.SIGHUP)
        # It would be the second one, which leaves no record.
        run.signal(signal.SIGTERM)
        assert run.ended() == (130, ["record"])


def test_the_first_signal_is_heard_though_nobody_reads_stderr(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        with _waiting(tmp_path, "--note=More than a pipe holds.", stderr=writing) as run:
            run.signal(signal.SIGTERM)
            assert run.ended() == (130, ["record"])
    finally:
        os.close(reading)
        os.close(writing)
