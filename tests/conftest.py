"""Fixtures of all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how much of the simulation to run; it stands here since pytest reads it before any subfolder."""
    parser.addoption("--seeds", type=int, default=500, help="worlds that the simulation lives through")
    parser.addoption("--first-seed", type=int, default=0, help="the first of them")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take one worker more than there are cores: tests mostly wait for what they started."""
    return (os.cpu_count() or 1) + 1


# A busy machine is no reason for a property not to hold.
settings.register_profile("campaignsync", deadline=None, print_blob=True)
settings.load_profile("campaignsync")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide the developer's git configuration, CI's variables and any credentials; return a new HOME."""
    for variable in os.environ:
        if variable.startswith(("GIT_", "KORE_", "GITHUB_", "CAMPAIGNSYNC_", "XDG_")):
            monkeypatch.delenv(variable)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home
