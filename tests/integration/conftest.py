"""Fixtures of the tests with real git."""

from pathlib import Path

import pytest

from tests.integration.clones import Clone, Remote, new_remote, new_work_tree


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A work tree with a committed definition and an empty state, without a remote."""
    return new_work_tree(tmp_path / "a clone")


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """A remote and two clones."""
    return new_remote(tmp_path)
