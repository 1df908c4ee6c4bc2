"""Words that a stranger stumbles over don't come back into the code, its messages or the documents."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for pattern in (
        "campaignsync/**/*.py",
        "README.md",
        "campaigns/*.md",
        ".github/**/*.md",
        ".github/**/*.sh",
    )
    for file in ROOT.glob(pattern)
)
UNWANTED = {
    r"\bmend(s|ed)?\b": "fix",
    r"\banew\b": "again",
    r"\blikewise\b": "say it again",
    r"\bas it stands\b": "as it is",
    r"\bby its looks\b": "say how",
    r"\bgives? (it|them|the claim|the lock) (up|back)\b": "release",
    r"\b[Aa] text\b": "a string",
    r"\bstands (in|at|above|between|under|twice)\b": "is",
}


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 80


@pytest.mark.parametrize(("unwanted", "better"), UNWANTED.items())
def test_a_word_that_nobody_else_uses_does_not_come_back(unwanted: str, better: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(unwanted, line)
    ]
    assert not found, f"write {better!r} instead:\n" + "\n".join(found)
