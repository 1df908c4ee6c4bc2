"""What the actions install is what the package asks for, each file by hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / ".github" / "actions" / "requirements.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]


@pytest.mark.parametrize("wanted", [Requirement(line) for line in NEEDED], ids=str)
def test_each_dependency_is_locked_at_a_version_that_will_do(wanted: Requirement) -> None:
    found = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", LOCK, re.MULTILINE))

    assert wanted.specifier.contains(found[canonicalize_name(wanted.name)])


def test_each_locked_file_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", LOCK)

    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
