"""The steps of our actions as GitHub's runner starts them: their scripts, in a checkout."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.conftest import STATE, Project

_ROOT = Path(__file__).parents[2]
_SCRIPTS = _ROOT / ".github" / "actions"


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner, whose working directory is the checkout.

    Attributes:
        project: The checkout.
        folder: The runner's own folder.
        env: What is added to the environment of each step.
    """

    project: Project
    folder: Path
    env: Mapping[str, str]

    def start(self, script: str, **env: str) -> "subprocess.Popen[str]":
        """Start a script below .github/actions as a step."""
        for name in ("summary", "output"):
            (self.folder / name).write_text("", encoding="utf-8")
        return subprocess.Popen(
            ["bash", _SCRIPTS / script],
            cwd=self.project.path,
            env={**os.environ, **self.project.env, **self.env, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A shell can't trap what is ignored at its start, as where these tests run in the background.
            preexec_fn=_hear_interrupts,  # noqa: PLW1509  # one call, and no thread of the tests' matters to it
        )

    def run(self, script: str, **env: str) -> tuple[int, str]:
        """Run a step; return its exit code and its log."""
        with self.start(script, **env) as step:
            log, _ = step.communicate(timeout=600)
        return step.returncode, log

    @property
    def summary(self) -> str:
        """What the last step wrote into the run's summary."""
        return (self.folder / "summary").read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the last step."""
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


def runner_at(project: Project, folder: Path, **env: str) -> Runner:
    """Make a runner on which campaignsync is installed; the actions' inputs are the defaults."""
    programs = folder / "campaignsync" / "bin"
    programs.mkdir(parents=True)
    for name, arguments in (("campaignsync", "-m campaignsync"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    settings = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "RUNNER_TEMP": str(folder),
        "PYTHONPATH": str(_ROOT),
        "CAMPAIGNSYNC_CAMPAIGNS": "campaigns",
        "CAMPAIGNSYNC_STATE": STATE,
        "CAMPAIGNSYNC_BRANCH": "",
        "MAX_CREATES": "",
        "COMMENT": "true",
        "ALLOW_CUT_ROWS": "false",
        "ALLOW_RENAMES": "false",
        "PLAN": "",
        "PUSH_TOKEN": "",
    }
    return Runner(project, folder, {**settings, **env})
