"""The work tree: whether it is fit for a sync, and whether definitions are committed. Does I/O."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from campaignsync.errors import GitError
from campaignsync.git.objects import commit_at, differing, ids_at
from campaignsync.git.runner import Git

_OPERATIONS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase or am",
}
_MOST_LINKS = 40
_BOT = {"NAME": "github-actions[bot]", "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com"}
"""Who commits in GitHub Actions where nobody is configured: the address that GitHub gives its own bot."""


async def check_branch(git: Git, git_dir: Path) -> None:
    """Raise GitError unless on a branch with a commit, with nothing half done."""
    if (await git.ask("symbolic-ref", "--quiet", "HEAD")).status:
        raise GitError(
            "the repository is on no branch (detached HEAD), so nothing could be recorded",
            hint="Switch to the branch that holds the state: git switch BRANCH.",
        )
    if await commit_at(git, "HEAD") is None:
        raise GitError("the branch has no commit yet", hint="Commit the definitions first.")
    for name, operation in _OPERATIONS.items():
        is_under_way = (git_dir / name).exists() or (
            name.endswith("_HEAD") and await commit_at(git, name) is not None
        )
        if is_under_way:
            raise GitError(
                f"a {operation} is under way in this repository",
                hint="Finish it or give it up (git status says how), then run the command again.",
            )
    # As after a stash that did not apply: then git can't move to another commit.
    if (await git.run("ls-files", "--unmerged", "-z")).stdout:
        raise GitError(
            "some files have conflicts that are not resolved",
            hint="Resolve them (git status names them), then run the command again.",
        )


async def check_state_path(git: Git, path: str) -> None:
    """Raise GitError where git would not keep the state file.

    Args:
        git: The runner, in the top of the work tree.
        path: The state file, from there.
    """
    parts = Path(path).parts
    if ".git" in (part.lower() for part in parts):
        raise GitError(f"the state file {path} is inside git's own folder", hint="Use another --state.")
    if _is_in_another(git.folder, Path(path)):
        raise GitError(f"the state file {path} is in another repository inside this one", hint=_RUN_THERE)
    answer = await git.ask("check-ignore", "--quiet", "--", f"./{path}")
    if answer.status == 0:
        raise GitError(
            f"the state file {path} is ignored by git, so it would not be kept",
            hint="Take it out of .gitignore (git check-ignore -v shows the line), or use another --state.",
        )
    if answer.status != 1:
        raise answer.failure(f"git can't keep the state file {path}")


def _is_in_another(top: Path, path: Path) -> bool:
    """Return whether a folder between the top and the file is a repository of its own, as submodules are."""
    return any(os.path.lexists(top / folder / ".git") for folder in path.parents if folder.name)


_RUN_THERE = "Run the command in that repository, or use another --state."


async def identity(git: Git, *, is_ci: bool) -> Mapping[str, str]:
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


async def uncommitted(git: Git, cwd: Path, sources: Sequence[str], *, commit: str) -> tuple[str, ...]:
    """Return those of these files that a commit does not hold as they stand, in the order given.

    A file reached through symbolic links counts as held where the commit holds the links too.

    Args:
        git: The runner, in the top of the work tree.
        cwd: What the sources are relative to, without symbolic links.
        sources: The files.
        commit: The commit's id.
    """
    needs = {source: _steps(git.folder, cwd, source) for source in sources}
    steps = {step for found in needs.values() for step in found or ()}
    links = sorted(step for step in steps if (git.folder / step).is_symlink())
    files = sorted(step for step in steps.difference(links) if (git.folder / step).is_file())
    held = set(files) - await differing(git, commit, files)
    held |= await _held_links(git, links, commit)
    return tuple(source for source, found in needs.items() if not found or not held.issuperset(found))


async def _held_links(git: Git, links: Sequence[str], commit: str) -> set[str]:
    held = await ids_at(git, commit, links)
    targets = [os.fsencode((git.folder / link).readlink()) for link in links]
    ids = [(await git.run("hash-object", "--stdin", stdin=target)).text for target in targets]
    return {link for link, there, here in zip(links, held, ids, strict=True) if there == here}


def _steps(top: Path, cwd: Path, source: str) -> tuple[str, ...] | None:
    """Return what a commit must hold for a file: the links on its way, and itself; None where it can't."""
    *links, file = _walk(cwd, source)
    inside = [link for link in links if link.is_relative_to(top)]
    if "\n" in source or not file.is_relative_to(top):
        return None
    steps = tuple(step.relative_to(top).as_posix() for step in (*inside, file))
    return None if any("\n" in step for step in steps) else steps


def _walk(cwd: Path, source: str) -> list[Path]:
    """Return the symbolic links on the way to a file, and last the file itself."""
    links: list[Path] = []
    at, parts = cwd, list(reversed(Path(source).parts))
    while parts:
        step = at / parts.pop()
        if step.name == "..":
            at = at.parent
        elif step.is_symlink() and len(links) < _MOST_LINKS:
            links.append(step)
            parts.extend(reversed(step.readlink().parts))
        else:
            at = step
    return [*links, at]
