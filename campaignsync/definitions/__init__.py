"""Definition files: found, read, checked, with the place of every problem. Does I/O."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from campaignsync.definitions.files import (
    LARGEST,
    LINKED,
    SUBMODULED,
    Finder,
    UnreadableError,
    fit,
    looks_like_definition,
    may_be_meant,
    problem_of,
    read,
    remarks,
    too_large,
)
from campaignsync.errors import InvalidDefinitionsError, Problem, SettingsError
from campaignsync.identity import Definition, identity
from campaignsync.repository.modes import LINK, SUBMODULE
from campaignsync.text import printable

if TYPE_CHECKING:
    from campaignsync.definitions.validation import Valid
    from campaignsync.repository.branch import Tree
    from campaignsync.repository.objects import Blob

__all__ = ["CommittedDefinitions", "DefinitionFiles", "source_of"]


_MOST_TOLD = 1000
"""Problems that one run tells: nobody reads more, and a log or a comment has no room for them."""


def _unheard(_: str) -> None:
    """Tell nobody."""


class _Loading:
    """Definition files being read and checked, each once.

    Args:
        read: Returns a file's bytes, or raises UnreadableError.
        known: Digests that need not be parsed, and the campaigns' names.
    """

    def __init__(self, read: Callable[[str], bytes], known: Mapping[str, str]) -> None:
        self._read = read
        self._known = known
        self._problems: set[Problem] = set()
        self._strangers: set[str] = set()
        """Files that nobody asked for: only their names matter."""
        self._sources: defaultdict[str, list[str]] = defaultdict(list)
        """The files that say a name, by its identity."""

    def each(self, found: Iterable[str | Problem]) -> Iterator[Definition]:
        """Read and check each file; those with problems are only counted."""
        for source in dict.fromkeys(found):
            if isinstance(source, Problem):
                self._problems.add(source)
                continue
            try:
                content = self._read(source)
            except UnreadableError as error:
                self._problems.add(problem_of(source, str(error)))
                continue
            digest = f"sha256:{sha256(content).hexdigest()}"
            name = self._known.get(digest)
            if name is not None:
                definition = Definition(name=name, source=source, digest=digest, body=None)
            else:
                checked = self._checked(content, source)
                if checked is None:
                    continue
                definition = Definition(
                    name=checked.body["name"],
                    source=source,
                    digest=digest,
                    body=checked.body,
                    places=checked.places,
                    name_comment=checked.name_comment,
                )
            self._sources[definition.key].append(source)
            yield definition

    def meet(self, strangers: Iterable[Definition]) -> None:
        """Take note of the names in files that nobody asked for, to find those that stand here, too."""
        for each in strangers:
            self._strangers.add(each.source)
            self._sources[each.key].append(each.source)

    def _checked(self, content: bytes, source: str) -> "Valid | None":
        # Parser and models take longer to import than ten thousand unchanged files take to read.
        from campaignsync.definitions.validation import Invalid, check

        checked = check(content, source=source)
        if isinstance(checked, Invalid):
            self._problems.update(checked.problems)
            if checked.name and checked.name.strip():
                self._sources[identity(checked.name)].append(source)
            return None
        return checked

    def problems(self) -> tuple[Problem, ...]:
        """Return all problems of what was read, in order."""
        shared = (sorted(sources) for sources in self._sources.values() if len(sources) > 1)
        twins = (
            self._twin(source, sources)
            for sources in shared
            for source in sources
            if source not in self._strangers
        )
        found = sorted([*self._problems, *twins])
        more = found[_MOST_TOLD:]
        return (*found[:_MOST_TOLD], *([_left_out(more)] if more else []))

    def _twin(self, source: str, sources: Sequence[str]) -> Problem:
        from campaignsync.definitions.validation import place_of_name

        try:
            line, column = place_of_name(self._read(source))
        except UnreadableError:
            line, column = 1, 1
        others = [other for other in sources if other != source]
        also = "has" if len(others) == 1 else f"and {len(others) - 1} more have"
        message = (
            f"{printable(others[0])} {also} the same name (case and space around it don't count): "
            "one campaign, one definition"
        )
        return Problem(path=source, line=line, column=column, key="name", message=message)


def _left_out(problems: Sequence[Problem]) -> Problem:
    """Say, at the place of the first, that these are left out."""
    files = len({problem.path for problem in problems})
    message = f"and {len(problems)} more problems from here on, in {files} file{'' if files == 1 else 's'}"
    return replace(problems[0], key="", message=message)


def _load(
    found: Iterable[str | Problem],
    read: Callable[[str], bytes],
    known: Mapping[str, str],
    *,
    strangers: Iterable[Definition] = (),
) -> tuple[Definition, ...]:
    loading = _Loading(read, known)
    definitions = list(loading.each(found))
    loading.meet(strangers)
    problems = loading.problems()
    if problems:
        raise InvalidDefinitionsError(problems)
    # By now no two have one key.
    return tuple(sorted(definitions, key=attrgetter("key")))


def _no_folder(folder: str, what: str) -> SettingsError:
    return SettingsError(
        f"the folder of the definitions, {printable(folder)}, {what}",
        hint="`campaignsync init` makes what a repository needs. If it has another name: --campaigns DIR.",
    )


class DefinitionFiles:
    """The definition files of one working directory.

    Args:
        root: The working directory.
        folder: The folder of the definitions, as typed.
        note: Is told what is passed over.
    """

    def __init__(self, *, root: Path, folder: str, note: Callable[[str], None] = _unheard) -> None:
        self._root = root
        self._folder = source_of(folder, root=root)
        self._note = note

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name; see `load_now`."""
        return self.load_now(known)

    def load_now(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name.

        Args:
            known: Digests that need not be parsed, and the campaigns' names.

        Raises:
            InvalidDefinitionsError: Some have problems; all problems of all files, in order.
            SettingsError: The folder isn't there, and nothing was ever created from it.
        """
        # Git keeps no empty folder: with its last definition it is gone, and that was meant.
        is_emptied = bool(known) and not os.path.lexists(self._root / self._folder)
        return () if is_emptied else _load(self._below_folder(), self._read, known)

    def validate(self, paths: Sequence[str], known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return the definitions in these files, and in the files below these folders, sorted by name.

        A name that another file of the folder has, too, is a problem of the file that was given.

        Args:
            paths: As typed, relative to the working directory; none means the folder of the definitions.
            known: Digests of other files that need not be parsed, and the campaigns' names.

        Raises:
            InvalidDefinitionsError: Some have problems; all problems of all of them, in order.
            SettingsError: The folder of the definitions isn't there.
        """
        named = list(self._named(paths))
        return _load(named, self._read, {}, strangers=self._others(named, known))

    def _others(self, named: Sequence[str | Problem], known: Mapping[str, str]) -> Iterator[Definition]:
        """Yield the valid definitions of the folder beside those named; what is wrong there is not asked."""
        if (self._root / self._folder).is_dir():
            given = {each for each in named if isinstance(each, str)}
            below = (each for each in Finder(self._root).below(self._folder) if isinstance(each, str))
            yield from _Loading(self._read, known).each(each for each in below if each not in given)

    def _read(self, source: str) -> bytes:
        return read(f"{self._root}/{source}")

    def _below_folder(self) -> Iterator[str | Problem]:
        path = self._root / self._folder
        if not path.is_dir():
            raise _no_folder(self._folder, "is not a folder" if path.exists() else "does not exist")
        yield from self._below(self._folder)

    def _below(self, folder: str) -> Iterator[str | Problem]:
        finder, has_any = Finder(self._root), False
        for found in finder.below(folder):
            has_any = True
            yield found
        for remark in remarks(folder, finder.passed_over, has_any=has_any):
            self._note(remark)

    def _named(self, paths: Sequence[str]) -> Iterator[str | Problem]:
        finder = Finder(self._root)
        for path in [source_of(typed, root=self._root) for typed in paths] or [self._folder]:
            if path == self._folder:
                yield from self._below_folder()
            elif (self._root / path).is_dir():
                yield from self._below(path)
            else:
                yield finder.one(path)


class CommittedDefinitions:
    """The definition files of one commit: its blobs, byte for byte.

    Args:
        tree: The folder of the definitions in the commit.
        folder: What to call the folder: its path as typed.
        note: Is told what is passed over.
    """

    def __init__(self, tree: "Tree", *, folder: str, note: Callable[[str], None] = _unheard) -> None:
        self._tree = tree
        self._folder = os.path.normpath(folder)
        self._note = note
        self._passed_over: list[str] = []

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name; arguments and errors as for `DefinitionFiles.load_now`."""
        if not self._tree.blobs and not known:
            raise _no_folder(self._folder, f"does not exist in the commit {self._tree.commit[:12]}")
        self._passed_over.clear()
        found = [(blob, each) for blob in self._tree.blobs if (each := self._found(blob)) is not None]
        wanted = {each: blob for blob, each in found if isinstance(each, str)}
        for remark in remarks(self._folder, self._passed_over, has_any=bool(found)):
            self._note(remark)
        contents = await self._tree.read(list(wanted.values()))
        return _load([each for _, each in found], lambda source: contents[wanted[source].path], known)

    def _found(self, blob: "Blob") -> str | Problem | None:
        """Return a blob's path as a source, or what hinders it from being one; None for what is skipped."""
        inside = os.path.relpath(blob.path, self._tree.folder)
        source = os.path.normpath(f"{self._folder}/{inside}")
        if inside != "." and any(step.startswith(".") for step in inside.split("/")):
            return None
        if blob.mode in {LINK, SUBMODULE}:
            return problem_of(source, LINKED if blob.mode == LINK else SUBMODULED)
        if inside == ".":
            return problem_of(source, "is a file, not a folder")
        if not looks_like_definition(source):
            self._passed_over += [source] if may_be_meant(source) else []
            return None
        if blob.size > LARGEST:
            return problem_of(source, too_large(blob.size))
        return fit(source)


def source_of(path: str, *, root: Path) -> str:
    """Return a path as the program calls it: relative to the working directory where it is inside."""
    normal = Path(os.path.normpath(path))
    # The shell's $PWD may lead through a symbolic link to the working directory.
    ways = (normal, Path(os.path.realpath(normal.parent), normal.name)) if normal.is_absolute() else ()
    inside = [os.path.relpath(way, root) for way in ways if way.is_relative_to(root)]
    return (inside or [str(normal)])[0]
