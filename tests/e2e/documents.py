"""The repository's documents as the tests read them: texts, tables, blocks, headings, links. Does I/O."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
README, DEFINING = "README.md", "campaigns/README.md"
SETUP, COMMANDS, RELIABILITY, STATUS, FINDINGS, POLICY, OPERATIONS, STATE_FILE, AUDIT, PERFORMANCE = (
    f".github/docs/{name}.md"
    for name in (
        "setup-github",
        "commands",
        "reliability",
        "status",
        "findings",
        "policy",
        "operations",
        "state",
        "audit",
        "performance",
    )
)
CONTRIBUTING, CHANGELOG, SECURITY = (
    f".github/{name}.md" for name in ("CONTRIBUTING", "CHANGELOG", "SECURITY")
)

GUIDES = (
    *(README, DEFINING, SETUP, COMMANDS, RELIABILITY, STATUS, FINDINGS, POLICY, OPERATIONS),
    *(STATE_FILE, AUDIT, PERFORMANCE),
)
"""What people read who use the program as it is now."""

ALL = (*GUIDES, CONTRIBUTING, CHANGELOG, SECURITY)


@cache
def text_of(document: str) -> str:
    """Return a document's text."""
    return (ROOT / document).read_text(encoding="utf-8")


def tables(document: str, header: str) -> list[list[list[str]]]:
    """Return the cells of all tables whose first column has this title, row by row."""
    parts = text_of(document).split(f"| {header} |")[1:]
    assert parts, f"{document} has no table of: {header}"
    return [[_cells(line) for line in part.split("\n\n")[0].split("\n")[2:] if "|" in line] for part in parts]


def rows(document: str, header: str) -> list[list[str]]:
    """Return the cells of these tables, row by row."""
    return [row for each in tables(document, header) for row in each]


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def blocks(document: str, language: str) -> list[str]:
    """Return all fenced blocks of a language, without their indentation."""
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", text_of(document), re.DOTALL | re.MULTILINE)
    return [dedent(block) for block in found]


def the_block(document: str, language: str, begins: str, *, holding: str = "") -> str:
    """Return the one fenced block of a language that begins so and holds this."""
    (block,) = [each for each in blocks(document, language) if each.startswith(begins) and holding in each]
    return block


def between(document: str, begin: str, end: str) -> str:
    """Return what is between two comments of a document."""
    _, found, after = text_of(document).partition(f"<!-- {begin} -->\n")
    inside, ended, _ = after.partition(f"\n<!-- {end} -->")
    assert found, f"{document} has no <!-- {begin} -->"
    assert ended, f"{document} has no <!-- {end} -->"
    return inside


def commands(document: str) -> Sequence[str]:
    """Return the lines of a document's indented blocks, each a command."""
    return re.findall(r"(?<=\n\n) {4}(\S.*)(?=\n\n)", text_of(document))


def anchors(document: str) -> set[str]:
    """Return the anchors that GitHub gives a document's headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(document), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def links(document: str) -> Iterator[tuple[str, str]]:
    """Yield the links of a document that stay in the repository, as paths from its top with their anchors."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            file = (ROOT / document).parent / path if path else ROOT / document
            yield file.resolve().relative_to(ROOT).as_posix(), anchor


def code_in(text: str) -> set[str]:
    """Return the contents of a text's code spans."""
    return set(re.findall(r"`([^`]+)`", text))
