"""`init`: what a repository needs to begin. Does I/O."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from campaignsync.commands.project import Ended, Project
from campaignsync.commands.schema import schema_text
from campaignsync.config import RunOptions
from campaignsync.errors import SettingsError
from campaignsync.repository.disk import make_folder
from campaignsync.state import State, render
from campaignsync.text import printable

EXAMPLE = ".example.yaml"
"""The example in the folder of the definitions; a hidden file is never synced."""

SCHEMA = ".campaign.schema.json"
_IGNORED = "state/sandbox.json"
_WORKFLOWS = ".github/workflows"
_PLACEHOLDERS = ("OWNER/campaignsync", "COMMIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file to make.

    Attributes:
        path: From the working directory.
        text: What it holds.
        why: What it is for, in a few words.
    """

    path: str
    text: str
    why: str


def run(project: Project, options: RunOptions, *, has_workflows: bool) -> Ended:
    """Make what isn't there yet; nothing is overwritten.

    Raises:
        SettingsError: Something can't be made, or the workflows would stand where GitHub reads none.
    """
    if has_workflows:
        _check_top(project)
    uses = _installed_from()
    made, kept = list[str](), list[str]()
    wanted = list(_wanted(options, uses, has_workflows=has_workflows))
    longest = max(len(file.path) for file in wanted)
    for file in wanted:
        told = made if _make(project.root, file) else kept
        told.append(f"  {printable(file.path):<{longest}}  {file.why}")
    if _ignore(project.root):
        made.append(f"  {'.gitignore':<{longest}}  a line for what sync --sandbox keeps")
    sections = [("Made:", made), ("There already, and left as it was:", kept)]
    lines = [line for title, items in sections if items for line in (title, *items, "")]
    return Ended(text="\n".join([*lines, *_next(project, uses, has_workflows=has_workflows)]))


def _wanted(options: RunOptions, uses: tuple[str, str] | None, *, has_workflows: bool) -> Iterator[_File]:
    folder = options.campaigns.rstrip("/")
    yield _File(
        path=f"{folder}/{EXAMPLE}",
        text=template("definition.yaml"),
        why="an example with comments; hidden files are never synced",
    )
    yield _File(path=f"{folder}/{SCHEMA}", text=f"{schema_text()}\n", why="checks definitions in an editor")
    yield _File(path=options.state, text=render(State()), why="what was created; only syncs write it")
    for name, why in (("preview", "shows a pull request's plan"), ("sync", "creates what was merged")):
        if has_workflows:
            path = f"{_WORKFLOWS}/{name}.yml"
            yield _File(path=path, text=_workflow(name, options, uses), why=why)


def template(name: str) -> str:
    """Return a template's text."""
    return (files("campaignsync") / "templates" / name).read_text(encoding="utf-8")


def _workflow(name: str, options: RunOptions, uses: tuple[str, str] | None) -> str:
    text = template(f"{name}.yml")
    for placeholder, value in zip(_PLACEHOLDERS, uses or (), strict=False):
        text = text.replace(placeholder, value)
    default = RunOptions()
    inputs = {
        key: value
        for key, value, usual in (
            ("campaigns", options.campaigns, default.campaigns),
            ("state", options.state, default.state),
        )
        if value != usual
    }
    if not inputs:
        return text
    text = text.replace('paths: ["campaigns/**"]', f"paths: [{json.dumps(f'{options.campaigns}/**')}]")
    given = "".join(f"      {key}: {json.dumps(value)}\n" for key, value in inputs.items())
    return f"{text.rstrip()}\n    with:\n{given}"


def _installed_from() -> tuple[str, str] | None:
    """Return owner and name of the repository on GitHub that this was installed from, and the commit.

    Source: PEP 610, "Recording the origin of distributions"; None where it was installed otherwise.
    """
    try:
        recorded = distribution("campaignsync").read_text("direct_url.json")
        origin = json.loads(recorded or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    match origin:
        case {"url": str(url), "vcs_info": {"commit_id": str(commit)}}:
            found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", url, re.ASCII)
            is_commit = re.fullmatch(r"[0-9a-f]{40}", commit)
            return (found[1], commit) if found and is_commit else None
        case _:
            return None


def _check_top(project: Project) -> None:
    layout = project.layout
    if layout is not None and os.path.realpath(project.root) != str(layout.top):
        raise SettingsError(
            f"GitHub reads workflows in the top of a repository only, which is {printable(str(layout.top))}",
            hint="Run it there, or without them: --no-workflows.",
        )


def _make(root: Path, file: _File) -> bool:
    """Make a file, unless there is one; return whether it was made."""
    path = Path(os.path.normpath(root / file.path))
    links = [
        each for each in path.parents if each != root and each.is_relative_to(root) and each.is_symlink()
    ]
    if links:
        raise SettingsError(
            f"{printable(os.path.relpath(links[0], root))} is a symbolic link, and leads elsewhere perhaps",
            hint="Put the folder itself there; no sync reads definitions behind a link.",
        )
    try:
        make_folder(path.parent)
        with path.open("x", encoding="utf-8") as opened:
            opened.write(file.text)
    except FileExistsError:
        if path.is_file():
            return False
        raise SettingsError(f"{printable(file.path)} is there, and is no file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{printable(file.path)} can't be made: {reason}") from error
    return True


def _ignore(root: Path) -> bool:
    """Add a line to .gitignore, unless it is there; return whether it was added."""
    path = root / ".gitignore"
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if _IGNORED in (line.strip().lstrip("/") for line in text.splitlines()):
            return False
        with path.open("a", encoding="utf-8") as opened:
            opened.write(f"{'' if not text or text.endswith(chr(10)) else chr(10)}{_IGNORED}\n")
    except (OSError, ValueError) as error:
        raise SettingsError(f".gitignore can't be changed: {error}") from error
    return True


def _next(project: Project, uses: tuple[str, str] | None, *, has_workflows: bool) -> Iterator[str]:
    yield "Next:"
    steps: Mapping[str, str] = {
        'campaignsync new "Spring Sale"': "writes a definition, which you then edit",
        "campaignsync plan": "shows what would be created",
    }
    for command, why in steps.items():
        yield f"  {command:<31}  {why}"
    if project.layout is None:
        yield f"  {'git init':<31}  a sync reads commits"
    if has_workflows and uses is None:
        yield ""
        yield (
            f"In {_WORKFLOWS}, put your organization's copy of this program in the place of OWNER, and "
            "one of its commits in that of COMMIT."
        )
