"""What a shell is told when somebody presses Tab, by the scripts that click makes for it."""

import subprocess
import sys

import pytest

from tests.e2e.conftest import STATE, Project, record

NAMES = ("Spring Sale", "Spring $(id) `x`", "Billing")


def completed(project: Project, shell: str, *words: str) -> list[str]:
    """Return the choices for the last word."""
    env = {"_CAMPAIGNSYNC_COMPLETE": f"{shell}_complete", "COMP_CWORD": str(len(words))}
    script = "from campaignsync.cli import cli; cli(prog_name='campaignsync')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        cwd=project.path,
        env={**env, "COMP_WORDS": " ".join(["campaignsync", *words])},
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.fixture
def recorded(project: Project) -> Project:
    project.define("Billing")
    project.write_state({name: record(name) for name in NAMES})
    return project


def test_names_are_found_from_a_folder_inside(recorded: Project) -> None:
    inside = Project(recorded.path / "campaigns", recorded.env)
    assert completed(inside, "zsh", "forget", "b") == ["plain", "Billing", "_"]


@pytest.mark.parametrize("command", ["forget", "status", "history"])
def test_names_that_are_recorded(recorded: Project, command: str) -> None:
    assert completed(recorded, "zsh", command, "b") == ["plain", "Billing", "_"]
    assert completed(recorded, "bash", command, "spring") == [
        r"plain,Spring\ \$\(id\)\ \`x\`",
        r"plain,Spring\ Sale",
    ]
    assert completed(recorded, "bash", command, "x") == []


def test_of_another_state(recorded: Project) -> None:
    (recorded.path / STATE).rename(recorded.path / "state" / "other.json")
    assert completed(recorded, "bash", "forget", "B") == []
    assert completed(recorded, "bash", "forget", "--state", "state/other.json", "B") == ["plain,Billing"]


def test_a_state_that_can_not_be_read_has_no_names(recorded: Project) -> None:
    recorded.write(STATE, "<<<<<<< HEAD\n")
    assert completed(recorded, "bash", "forget", "B") == []


@pytest.mark.parametrize("command", ["adopt", "validate"])
def test_files_are_the_shell_s_to_complete(recorded: Project, command: str) -> None:
    assert completed(recorded, "bash", command, "camp") == ["file,camp"]


def test_commands(recorded: Project) -> None:
    assert completed(recorded, "bash", "sy") == ["plain,sync"]
