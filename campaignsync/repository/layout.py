"""Where a repository's folders are, found as git finds them, without starting git. Does I/O: it looks.

See gitrepository-layout(5): ``.git`` is a folder, or a file that names one; what the work trees of a clone
share is where ``commondir`` in it leads.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A work tree.

    Attributes:
        top: Its top, without symbolic links on the way.
        common: The git folder that all work trees of the clone share.
    """

    top: Path
    common: Path

    def inside(self, path: Path) -> str | None:
        """Return a path from the top, with forward slashes; None where it is outside.

        Links that lead to the top are followed, those below it are not: what a work tree holds in the place
        of a folder must not say which file of a branch is meant.
        """
        typed = Path(os.path.normpath(path))
        for folder in (typed, *typed.parents):
            if os.path.realpath(folder) == str(self.top):
                return typed.relative_to(folder).as_posix()
        return None


def find_layout(folder: Path) -> Layout | None:
    """Find the work tree that a folder is in; None where there is none, as in git's own folder."""
    real = Path(os.path.realpath(folder))
    for top in (real, *real.parents):
        git_dir = _git_dir(top / ".git")
        if git_dir is not None:
            return Layout(top=top, common=_common_dir(git_dir))
        if (top / "HEAD").is_file() and (top / "objects").is_dir() and (top / "refs").is_dir():
            return None
    return None


def journal_path(state: Path, layout: Layout | None) -> Path:
    """Return where the journal of a state file is: one for each target, by whatever path it is named.

    Args:
        state: The state file; need not exist.
        layout: The work tree; None outside git.
    """
    path = layout.inside(state) if layout else None
    if layout is None or path is None:
        return state.parent / f".{state.name}.jsonl"
    key = sha256(os.fsencode(path)).hexdigest()[:16]
    return layout.common / "campaignsync" / f"{key}.jsonl"


def _git_dir(dot_git: Path) -> Path | None:
    if dot_git.is_dir():
        return dot_git if os.path.lexists(dot_git / "HEAD") or not os.access(dot_git, os.X_OK) else None
    named = _line(dot_git)
    if not named.startswith("gitdir: "):
        return None
    return dot_git.parent / named.removeprefix("gitdir: ")


def _common_dir(git_dir: Path) -> Path:
    named = _line(git_dir / "commondir")
    return Path(os.path.realpath(git_dir / named))


def _line(file: Path) -> str:
    """Return a small file's text without its end of line; empty where it can't be read."""
    try:
        with file.open("rb") as opened:
            return os.fsdecode(opened.read(_LONGEST)).rstrip("\r\n")
    except OSError:
        return ""
