"""What commits hold, and commits made without touching a branch, an index or a file. Does I/O."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from campaignsync.errors import GitError
from campaignsync.repository.runner import Git

_BOT = {"NAME": "github-actions[bot]", "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com"}
"""Who commits in GitHub Actions where nobody is configured: the address that GitHub gives its own bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """One path of a commit.

    Attributes:
        path: From the top, with forward slashes.
        mode: Git's mode, such as "100644".
        id: The id of its content.
        size: Its bytes; 0 for a submodule and for what is missing.
    """

    path: str
    mode: str
    id: str
    size: int


async def commit_at(git: Git, revision: str) -> str | None:
    """Return the commit that a revision names, None where there is no such thing."""
    answer = await git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return None if answer.status else answer.text


async def list_blobs(git: Git, commit: str, *paths: str) -> list[Blob]:
    """Return what a commit holds at and below these paths, in git's order.

    Args:
        git: The runner, in the top of the work tree.
        commit: The commit.
        paths: From the top; "." for all of it.
    """
    wanted = [path for path in paths if path != "."]
    below = wanted if len(wanted) == len(paths) else []
    listing = ("--literal-pathspecs", "ls-tree", "-r", "-l", "-z", "--full-tree")
    answer = await git.run(*listing, commit, "--", *below)
    blobs = []
    for line in answer.stdout.split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        # "-" for a submodule, "BAD" for what is missing.
        known = int(size) if size.isdigit() else 0
        blobs.append(Blob(path=os.fsdecode(path), mode=mode, id=blob, size=known))
    return blobs


async def read_blobs(git: Git, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the contents of blobs by id, byte for byte: no filter or line ending conversion applies.

    Raises:
        GitError: One is not there.
    """
    answer = await git.run("cat-file", "--batch", stdin="".join(f"{each}\n" for each in ids).encode())
    contents, at, output = dict[str, bytes](), 0, answer.stdout
    for blob in ids:
        end = output.index(b"\n", at)
        facts = output[at:end].split()
        if len(facts) != 3 or facts[1] != b"blob":  # noqa: PLR2004  # <id> blob <size>
            raise GitError(
                f"the repository lacks the object {blob}",
                hint="Run git fsck to see what else is missing, or clone it again.",
            )
        at = end + 1 + int(facts[2])
        contents[blob] = output[end + 1 : at]
        at += 1
    return contents


async def committer(git: Git, *, is_ci: bool) -> Mapping[str, str]:
    """Return variables that say who commits, none where git knows it itself.

    Raises:
        GitError: Nobody is configured, and this is not GitHub Actions.
    """
    # In CI git would make up an address from the machine's name.
    strict = ("-c", "user.useConfigOnly=true") if is_ci else ()
    roles = ("AUTHOR", "COMMITTER")
    answers = {role: await git.ask(*strict, "var", f"GIT_{role}_IDENT") for role in roles}
    unknown = [role for role, answer in answers.items() if answer.status]
    if unknown and not is_ci:
        raise GitError(
            "git does not know who commits",
            hint='Tell it: git config user.name "Your Name" and git config user.email you@example.com.',
        )
    return {f"GIT_{role}_{part}": value for role in unknown for part, value in _BOT.items()}


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
    """
    # No path: what is recorded must not go through a filter that anybody's attributes name.
    blob = await git.run("hash-object", "-w", "--stdin", "--no-filters", stdin=new.text.encode())
    tree = await _tree_with(git, new.parent, f"100644,{blob.text},{new.path}", scratch=scratch)
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
    whole = ("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false")
    with _temporary_index(scratch) as index:
        await git.run(*whole, "read-tree", parent, env=index)
        await git.run(*whole, "update-index", "--add", "--cacheinfo", entry, env=index)
        # A partial clone may lack other people's files; they are none of this commit's business.
        return (await git.run(*whole, "write-tree", "--missing-ok", env=index)).text


@contextmanager
def _temporary_index(scratch: Path) -> Iterator[Mapping[str, str]]:
    index = scratch / f"index-{uuid4().hex}"
    try:
        yield {"GIT_INDEX_FILE": str(index)}
    finally:
        for left in (index, index.with_name(f"{index.name}.lock")):
            with suppress(OSError):
                left.unlink()
