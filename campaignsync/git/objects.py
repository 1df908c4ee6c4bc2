"""What commits and files hold: ids, texts, and commits made without touching a branch. Does I/O."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from campaignsync.errors import StateError
from campaignsync.git.runner import Git

_ID = re.compile(r"[0-9a-f]{40,64}")


async def commit_at(git: Git, revision: str) -> str | None:
    """Return the commit that a revision names, None where there is no such thing."""
    answer = await git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return None if answer.status else answer.text


async def ids_at(git: Git, revision: str, paths: Sequence[str]) -> list[str | None]:
    """Return the id of what a revision holds at each path, None where it holds nothing there.

    Args:
        git: The runner.
        revision: A revision that exists.
        paths: From the top of the work tree, without line breaks.
    """
    asked = b"".join(os.fsencode(f"{revision}:{path}\n") for path in paths)
    answer = await git.run("cat-file", "--batch-check=%(objectname)", stdin=asked)
    lines = answer.stdout.decode(errors="replace").split("\n")
    return [line if _ID.fullmatch(line) else None for line in lines[: len(paths)]]


async def ids_on_disk(git: Git, paths: Sequence[str], *, is_literal: bool = False) -> list[str]:
    """Return the id that a commit of each file on disk would give it.

    Args:
        git: The runner, in the top of the work tree.
        paths: From there; files that can be read.
        is_literal: Take the bytes as they are, without line-ending conversion and filters.

    Raises:
        GitError: A file can't be read, or its filter fails.
    """
    # In quotes, since a name that starts with one would be taken for a quoted one.
    quoted = [path.replace("\\", "\\\\").replace('"', '\\"') for path in paths]
    asked = b"".join(os.fsencode(f'"{path}"\n') for path in quoted)
    filters = ("--no-filters",) if is_literal else ()
    answer = await git.run(
        # Only asked what it would be: a warning about line endings must not become an error.
        "-c", "core.safecrlf=false", "hash-object", "--stdin-paths", *filters, stdin=asked
    )  # fmt: skip
    return answer.text.split("\n")[: len(paths)]


async def differing(git: Git, revision: str, paths: Sequence[str]) -> set[str]:
    """Return those of these files that a revision does not hold as they are on disk.

    Both as git would convert it and byte for byte count as held: git itself leaves a file that was
    committed with other line endings alone, and the ids as converted do not show that.
    """
    held = dict(zip(paths, await ids_at(git, revision, paths), strict=True))
    loose = [path for path in paths if held[path] is None]
    left = [path for path in paths if held[path] is not None]
    for is_literal in (False, True):
        ids = await ids_on_disk(git, left, is_literal=is_literal) if left else []
        left = [path for path, found in zip(left, ids, strict=True) if found != held[path]]
    return {*loose, *left}


async def text_at(git: Git, revision: str, path: str) -> str | None:
    """Return the text of a file in a revision, None where either doesn't exist.

    Raises:
        StateError: It is not UTF-8.
        GitError: Git can't read it.
    """
    if await commit_at(git, revision) is None:
        return None
    (found,) = await ids_at(git, revision, [path])
    if found is None:
        return None
    # With the filters that a checkout applies: the file may be kept encrypted or with other line endings.
    answer = await git.run("cat-file", "--filters", f"--path={path}", found)
    try:
        return answer.stdout.decode()
    except UnicodeDecodeError as error:
        raise StateError(
            f"{path} in {revision}: is not UTF-8",
            hint="Restore the last good version from git (git log -p shows them), and commit it.",
        ) from error


async def changed_paths(git: Git, old: str, new: str) -> set[str]:
    """Return the paths that differ between two commits."""
    answer = await git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    return split(answer.stdout)


def split(output: bytes) -> set[str]:
    """Return the paths of an output that ends each with a NUL."""
    return {os.fsdecode(path) for path in output.split(b"\0") if path}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommit:
    """A commit to be made that changes one file.

    Attributes:
        parent: The commit to put it on.
        path: The file, from the top of the work tree.
        text: What it shall hold.
        message: The whole commit message.
    """

    parent: str
    path: str
    text: str
    message: str


async def make_commit(git: Git, new: NewCommit, *, scratch: Path, identity: Mapping[str, str]) -> str:
    """Make a commit; touches no branch, index or file, and runs no hook.

    Args:
        git: The runner, in the top of the work tree.
        new: What it is to be.
        scratch: A folder for a temporary index.
        identity: Variables that say who commits.

    Returns:
        The new commit; the parent where that holds this already.
    """
    blob = await git.run(
        "-c", "core.safecrlf=false",
        "hash-object", "-w", "--stdin", f"--path={new.path}", stdin=new.text.encode(),
    )  # fmt: skip
    tree = await _tree_with(git, new.parent, f"100644,{blob.text},{new.path}", scratch=scratch)
    if tree == (await git.run("rev-parse", f"{new.parent}^{{tree}}")).text:
        return new.parent
    signing = await git.ask("config", "--type=bool", "--get", "commit.gpgSign")
    answer = await git.run(
        "-c", "i18n.commitEncoding=UTF-8",
        "commit-tree", tree, "-p", new.parent, *(("-S",) if signing.text == "true" else ()), "-F", "-",
        stdin=new.message.encode(errors="replace"),
        env=identity,
    )  # fmt: skip
    return answer.text


async def _tree_with(git: Git, parent: str, entry: str, *, scratch: Path) -> str:
    # A split index would leave its shared part behind in the git folder.
    whole = ("-c", "core.splitIndex=false")
    with _temporary_index(scratch) as index:
        await git.run(*whole, "read-tree", parent, env=index)
        await git.run(*whole, "update-index", "--add", "--replace", "--cacheinfo", entry, env=index)
        # A partial clone may lack other people's files; they are none of this commit's business.
        return (await git.run(*whole, "write-tree", "--missing-ok", env=index)).text


@contextmanager
def _temporary_index(scratch: Path) -> Iterator[Mapping[str, str]]:
    scratch.mkdir(parents=True, exist_ok=True)
    index = scratch / f".index-{uuid4().hex}"
    try:
        yield {"GIT_INDEX_FILE": str(index)}
    finally:
        for left in (index, index.with_name(f"{index.name}.lock")):
            with suppress(OSError):
                left.unlink()
