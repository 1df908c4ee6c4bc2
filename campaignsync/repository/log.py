"""The history of the state file and of the definitions, in few git processes. Does I/O."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import from_json

from campaignsync.history import Commit, Entries
from campaignsync.repository.objects import read_blobs
from campaignsync.repository.runner import Git

_FIELDS = ("%H", "%P", "%cI", "%an <%ae>", *(f"%(trailers:key={key},valueonly,separator=%x20)" for key in (
    "Source-Commit", "Run", "Actor", "Plan",
)))  # fmt: skip
_MOST_READ = 64 * 1024 * 1024
"""Bytes of versions that are read at once, by one process."""


@dataclass(slots=True, kw_only=True)
class Log:
    """One state file's history.

    Args:
        git: The runner, in the top of the work tree.
        path: The state file, from there.
        revision: The commit up to which to look.
    """

    git: Git
    path: str
    revision: str
    _kept: dict[str, Entries] = field(default_factory=dict)

    async def versions(self) -> AsyncIterator[tuple[Commit, Entries, list[Entries]]]:
        """Yield each commit that changed the file, oldest first, with its entries and those of its parents.

        Raises:
            GitError: Git failed.
        """
        commits = await self._commits()
        wanted = list(dict.fromkeys(each for commit in commits for each in (commit.id, *commit.parents)))
        blobs = await self._blobs(wanted)
        for group in _groups(commits, blobs):
            await self._load({blobs[each][0] for commit in group for each in _looked_at(commit, blobs)})
            for commit in group:
                found = [blobs.get(each) for each in (commit.id, *commit.parents)]
                entries = [self._kept[blob[0]] if blob else {} for blob in found]
                yield commit, entries[0], entries[1:]

    async def _commits(self) -> list[Commit]:
        answer = await self.git.run(
            "log", "-z", "--full-history", "--topo-order", "--reverse", f"--format={'%x00'.join(_FIELDS)}",
            "--end-of-options", self.revision, "--", f":(top,literal){self.path}",
        )  # fmt: skip
        texts = answer.stdout.decode(errors="replace").split("\0")
        return [
            Commit(
                id=found[0],
                parents=tuple(found[1].split()),
                at=found[2],
                author=found[3],
                source=found[4].strip(),
                run=found[5].strip(),
                actor=found[6].strip(),
                plan=found[7].strip(),
            )
            for found in _rows(texts, len(_FIELDS))
        ]

    async def _blobs(self, commits: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Return the file's blob in each of these commits that has it, and its size."""
        asked = "".join(f"{commit}:{self.path}\n" for commit in commits)
        wanted = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
        answer = await self.git.run("cat-file", wanted, stdin=asked.encode())
        lines = answer.stdout.decode(errors="replace").splitlines()
        rows = zip(commits, (line.split() for line in lines), strict=False)
        return {commit: (words[1], int(words[2])) for commit, words in rows if words[:1] == ["blob"]}

    async def _load(self, wanted: set[str]) -> None:
        """Have these versions, and no others, since each may be as large as all that is recorded."""
        kept = {blob: entries for blob, entries in self._kept.items() if blob in wanted}
        contents = await read_blobs(self.git, sorted(wanted - kept.keys()))
        self._kept = kept | {blob: _entries(content) for blob, content in contents.items()}


def _looked_at(commit: Commit, blobs: Mapping[str, tuple[str, int]]) -> list[str]:
    return [each for each in (commit.id, *commit.parents) if each in blobs]


def _groups(commits: Sequence[Commit], blobs: Mapping[str, tuple[str, int]]) -> Iterator[list[Commit]]:
    """Yield commits in order, as many at once as may be read at once."""
    group, size = list[Commit](), 0
    for commit in commits:
        own = sum(blobs[each][1] for each in _looked_at(commit, blobs))
        if group and size + own > _MOST_READ:
            yield group
            group, size = [], 0
        group.append(commit)
        size += own
    if group:
        yield group


def _rows(texts: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts) - width + 1, width):
        yield texts[start : start + width]


def _entries(content: bytes) -> Entries:
    """Return a version's entries; none of one that was damaged."""
    try:
        data = from_json(content)
    except ValueError:
        return {}
    campaigns = data.get("campaigns") if isinstance(data, dict) else None
    return campaigns if isinstance(campaigns, dict) else {}


async def changes_below(git: Git, folder: str, revision: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return which commits changed each file of a folder, newest first, and who wrote each of them.

    Raises:
        GitError: Git failed.
    """
    answer = await git.run(
        "log", "-z", "-m", "--full-history", "--topo-order", "--name-only", "--no-renames",
        "--format=%x01%H%x00%an <%ae>",
        "--end-of-options", revision, "--", ":(top)" if folder == "." else f":(top,literal){folder}",
    )  # fmt: skip
    changed: defaultdict[str, list[str]] = defaultdict(list)
    authors = dict[str, str]()
    commit = ""
    texts = iter(answer.stdout.decode(errors="surrogateescape").split("\0"))
    for text in texts:
        if text.startswith("\x01"):
            commit = text[1:]
            authors[commit] = next(texts, "").encode(errors="surrogateescape").decode(errors="replace")
        elif (name := text.lstrip("\n")) and commit not in changed[name][-1:]:
            changed[name].append(commit)
    return changed, authors


async def parents_of_all(git: Git, revision: str) -> dict[str, list[str]]:
    """Return all commits up to a revision with their parents.

    Raises:
        GitError: Git failed.
    """
    answer = await git.run("rev-list", "--parents", "--end-of-options", revision)
    rows = (line.split() for line in answer.text.splitlines())
    return {row[0]: row[1:] for row in rows}
