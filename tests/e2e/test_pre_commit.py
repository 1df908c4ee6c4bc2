"""Our hook, installed by pre-commit itself from a repository, as another repository's configuration does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, definition

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pre-commit") is None, reason="pre-commit is not installed"),
]

ROOT = Path(__file__).parents[2]
CONFIG = """
repos:
  - repo: {repo}
    rev: {rev}
    hooks:
      - id: campaignsync-validate
"""


@pytest.fixture
def published(tmp_path: Path) -> Project:
    """Make a repository with what pre-commit clones of ours."""
    made = Project(tmp_path / "campaignsync", {})
    shutil.copytree(ROOT / "campaignsync", made.path / "campaignsync")
    for name in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, made.path / name)
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", ".")
    made.git(
        "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--message=release"
    )
    return made


def test_a_commit_with_a_bad_definition_is_refused(
    project: Project, published: Project, tmp_path: Path
) -> None:
    config = CONFIG.format(repo=published.path, rev=published.head)
    project.write(".pre-commit-config.yaml", config)
    project.write("campaigns/good.yaml", definition("Good"))
    project.write("campaigns/bad.yaml", definition("Bad", maxSkips="none"))
    project.write("elsewhere/other.yaml", "no: definition\n")
    project.write("campaigns/.example.yaml", "no: definition\n")
    project.write("campaigns/.policy.yaml", "version: 2\n")
    project.git("add", ".")

    env = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache"), "PIP_NO_COMPILE": "1"}
    done = subprocess.run(
        ["pre-commit", "run"],
        check=False,
        capture_output=True,
        text=True,
        cwd=project.path,
        env=env,
        timeout=110,
    )

    assert done.returncode == 1
    assert "campaigns/bad.yaml:1:" in done.stdout
    assert "maxSkips" in done.stdout
    assert "good.yaml" not in done.stdout
    assert "elsewhere" not in done.stdout
    assert "example" not in done.stdout
    assert "campaigns/.policy.yaml:1:10: version: 2 is not 1" in done.stdout
