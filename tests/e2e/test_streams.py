"""A sync does all its work, and ends with the code of its outcome, wherever its output goes."""

import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import Project
from tests.e2e.vendor import Vendor, rejected

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
_every_format = pytest.mark.parametrize("output_format", ["text", "json", "markdown"])

pytestmark = pytest.mark.slow


def _sync(project: Project, *options: str, redirection: str = "", stdout: int = subprocess.PIPE) -> int:
    """Sync with streams as the shell redirects them, telling all there is to tell; return the exit code."""
    command = [sys.executable, "-m", "campaignsync", "--verbose", "sync", *options]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE if stdout == subprocess.PIPE else stdout,
        cwd=project.path,
        env={**os.environ, **project.env},
    )
    return done.returncode


@_every_redirection
@_every_format
def test_a_sync_creates_and_records_wherever_its_output_goes(
    project: Project, vendor: Vendor, redirection: str, output_format: str
) -> None:
    project.define("Alpha")
    code = _sync(project, f"--format={output_format}", redirection=redirection)
    assert (code, project.recorded()) == (0, {"Alpha": vendor.ids_of("Alpha")[0]})


@_every_format
def test_a_sync_creates_and_records_when_nobody_reads_its_pipes(
    project: Project, vendor: Vendor, output_format: str
) -> None:
    project.define("Alpha")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code = _sync(project, f"--format={output_format}", stdout=writing)
    finally:
        os.close(writing)
    assert (code, project.recorded()) == (0, {"Alpha": vendor.ids_of("Alpha")[0]})


@_every_redirection
def test_a_sync_ends_with_the_code_of_its_outcome_wherever_its_output_goes(
    project: Project, vendor: Vendor, redirection: str
) -> None:
    project.define("Alpha", "Bravo")
    vendor.on_create("Bravo", rejected("no"))
    code = _sync(project, redirection=redirection)
    assert (code, project.recorded()) == (4, {"Alpha": vendor.ids_of("Alpha")[0]})
