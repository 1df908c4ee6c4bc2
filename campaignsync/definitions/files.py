"""Which files are definitions, and their bytes; what hinders is a problem of that file. Does I/O.

Everything in a folder that looks like a definition is one or is a problem: what was passed over in silence
would never become a campaign, and nobody would know.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from campaignsync.errors import Problem

LARGEST = 1024 * 1024
"""Bytes that a definition file may hold (the product's contract, "Definition files")."""

LINKED = "is a symbolic link: put the file or the folder itself here"
SUBMODULED = "is a repository of its own (a submodule): move its definitions here"

_ENDINGS = (".yaml", ".yml")
_MOST_PASSED_OVER = 10
# Control characters, line breaks, and what Python writes for a byte that isn't UTF-8 (PEP 383). To compile it
# takes longer than to check a file, and next to no name needs it.
_UNFIT = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"


class UnreadableError(Exception):
    """A file's bytes can't be had; the message says why."""


def problem_of(path: str, message: str) -> Problem:
    """Return a problem of a file as a whole."""
    return Problem(path=path, line=1, column=1, key="", message=message)


def read(path: str | Path) -> bytes:
    """Return a definition file's bytes. Waits for nobody: a pipe is refused, not read.

    Raises:
        UnreadableError: It is no file, too large, or can't be read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(file)
            _check(status)
            # One more than there should be, so that a file that grows shows.
            content = os.read(file, status.st_size + 1)
        finally:
            os.close(file)
    except OSError as error:
        raise UnreadableError(f"can't be read: {error.strerror}") from error
    if len(content) != status.st_size:
        raise UnreadableError("was changed while it was read: run the command again")
    return content


def too_large(size: int) -> str:
    """Return why a file of so many bytes can't be a definition."""
    return f"holds {size:,} bytes, which is more than {LARGEST:,} (1 MiB)"


def _check(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError("is a folder, a pipe or a device, not a file")
    if status.st_size > LARGEST:
        raise UnreadableError(too_large(status.st_size))


class Finder:
    """Finds definition files.

    Args:
        root: The working directory.

    Attributes:
        passed_over: What was found that somebody may take for a definition, and no sync does.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.passed_over: list[str] = []

    def below(self, folder: str) -> Iterator[str | Problem]:
        """Find the files below a folder; hidden files and folders are skipped.

        Args:
            folder: Relative to the working directory.

        Yields:
            Paths like it, and problems of what can't be one of them.
        """
        if (self._root / folder).is_symlink():
            yield problem_of(folder, LINKED)
            return
        left = [folder]
        while left:
            inside = left.pop()
            try:
                with os.scandir(self._root / inside) as found:
                    entries = [entry for entry in found if not entry.name.startswith(".")]
            except OSError as error:
                yield problem_of(inside, f"the folder can't be read: {error.strerror}")
                continue
            for entry in entries:
                path = entry.name if inside == "." else f"{inside}/{entry.name}"
                if entry.is_symlink():
                    yield problem_of(path, LINKED)
                elif entry.is_dir(follow_symlinks=False):
                    if os.path.lexists(f"{entry.path}/.git"):
                        yield problem_of(path, SUBMODULED)
                        continue
                    left.append(path)
                    if looks_like_definition(path):
                        yield problem_of(path, "is a folder, not a file: rename it")
                else:
                    yield from self._file(path)

    def _file(self, path: str) -> Iterator[str | Problem]:
        if looks_like_definition(path):
            yield fit(path)
        elif may_be_meant(path):
            self.passed_over.append(path)

    def one(self, path: str) -> str | Problem:
        """Return a path that was named by itself, or why it can't be a definition."""
        name = path.rpartition("/")[2]
        if not os.path.lexists(self._root / path):
            return problem_of(path, "there is no such file")
        if name.startswith("."):
            return problem_of(path, "hidden files are never synced: rename it")
        if not looks_like_definition(name):
            return problem_of(path, "can't be a definition: its name doesn't end in .yaml or .yml")
        if (self._root / path).is_symlink():
            return problem_of(path, LINKED)
        return fit(path)


def looks_like_definition(path: str) -> bool:
    """Return whether a file's name ends as a definition's does, in any case."""
    return path.lower().endswith(_ENDINGS)


def may_be_meant(path: str) -> bool:
    """Return whether a file that is no definition has a name that somebody may take for one's."""
    name = path.lower().rpartition("/")[2]
    return name.endswith(".json") or any(ending in name for ending in _ENDINGS)


def remarks(folder: str, passed_over: Sequence[str], *, has_any: bool) -> Iterator[str]:
    """Say what a folder holds that nothing is created from, or that it holds nothing else.

    Args:
        folder: The folder, as typed.
        passed_over: Files in it that may be meant as definitions.
        has_any: Whether there are definitions.
    """
    for path in sorted(passed_over)[:_MOST_PASSED_OVER]:
        yield f"{path}: nothing is created from it, since its name doesn't end in .yaml or .yml"
    more = len(passed_over) - _MOST_PASSED_OVER
    if more > 0:
        yield f"{folder}: and nothing from {more} more whose names don't end in .yaml or .yml"
    if not has_any:
        yield f"{folder}: no definitions in it; `campaignsync new NAME` writes one"


def fit(path: str) -> str | Problem:
    """Return a path that looks like a definition's, or why it can't be one."""
    if not path.isprintable() and re.search(_UNFIT, path):
        return problem_of(path, "its name holds a control character or bytes that are not UTF-8: rename it")
    if not path.endswith(_ENDINGS):
        return problem_of(path, "the ending of its name must be in lower case: .yaml or .yml")
    return path
