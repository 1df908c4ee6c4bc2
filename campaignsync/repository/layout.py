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
        """Return a path from the top, with forward slashes; None where it is outside."""
        real = real_path(path)
        return real.relative_to(self.top).as_posix() if real.is_relative_to(self.top) else None


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


def real_path(path: Path) -> Path:
    """Return a path without symbolic links on the way; a last step that is a name is left as it is."""
    if path.name == "..":
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent)) / path.name


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
        return dot_git if (dot_git / "HEAD").exists() else None
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
