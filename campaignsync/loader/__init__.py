"""Definition files: found, read, checked, with the place of every problem. Does I/O.

A known file is not parsed, a new one that is written as most are is taken the `shortcut`, and all others
are for `checking`. Each is imported when it is needed: parser and models take long.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any

from campaignsync.collector import uncollected
from campaignsync.errors import InvalidDefinitionsError, Problem, SettingsError
from campaignsync.identity import Definition, identity
from campaignsync.loader.ahead import digest_of, digests_ahead
from campaignsync.loader.files import Finder, UnreadableError, problem_of, read
from campaignsync.report.escape import printable

__all__ = ["DefinitionFiles"]


class _Tally:
    """The problems so far, and which files say which name."""

    def __init__(self) -> None:
        self.problems: set[Problem] = set()
        self.shared: dict[str, set[str]] = {}
        self._first: dict[str, str] = {}

    def name(self, name: str, source: str) -> str:
        key = identity(name)
        first = self._first.setdefault(key, source)
        if key and first is not source:
            self.shared.setdefault(key, {first}).add(source)
        return key


class DefinitionFiles:
    """The definition files of one working directory.

    Args:
        root: The working directory.
        folder: The folder of the definitions, as typed.
        ahead: Waits for the digests of the files that are being read already (`read_ahead`), for the first
            load: a later one reads what is there then.
    """

    def __init__(
        self, *, root: Path, folder: str, ahead: "Callable[[], Mapping[str, str]] | None" = None
    ) -> None:
        self._root = root
        self._folder = self._source(folder)
        self._ahead = ahead

    @contextmanager
    def read_ahead(self) -> Iterator["DefinitionFiles"]:
        """Begin to read the files while the block does something else; yield what then loads them.

        It saves time where most of many files are known. Nothing in the block may move them before that.
        """
        if not (self._root / self._folder).is_dir():
            yield self
            return
        with digests_ahead(self._root, self._folder) as ahead:
            yield DefinitionFiles(root=self._root, folder=self._folder, ahead=ahead)

    def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name.

        Args:
            known: Digests that need not be parsed, and the campaigns' names.

        Raises:
            InvalidDefinitionsError: Some have problems; all problems of all files, in order.
            SettingsError: The folder isn't there.
        """
        tally = _Tally()
        with uncollected():
            ahead, self._ahead = self._ahead, None
            digests = ahead() if ahead else {}
            found = digests or self._below_folder()
            definitions = list(self._each(found, known, tally, digests=digests))
        problems = self._problems(tally)
        if problems:
            raise InvalidDefinitionsError(problems)
        # By now no two have one key.
        return tuple(sorted(definitions, key=attrgetter("key")))

    def validate(self, paths: Sequence[str]) -> tuple[Problem, ...]:
        """Return all problems of these files, and of the files below these folders, in order.

        Args:
            paths: As typed, relative to the working directory; none means the folder of the definitions.

        Raises:
            SettingsError: The folder of the definitions isn't there.
        """
        tally = _Tally()
        with uncollected():
            for _ in self._each(self._named(paths), {}, tally, digests={}):
                pass
        return self._problems(tally)

    def _source(self, path: str) -> str:
        """Return a path as the program calls it: relative to the working directory where it is inside."""
        normal = os.path.normpath(path)
        if os.path.isabs(normal) and Path(normal).is_relative_to(self._root):  # noqa: PTH117  # a text to compare
            return os.path.relpath(normal, self._root)
        return normal

    def _below_folder(self) -> Iterator[str | Problem]:
        path = self._root / self._folder
        if not path.is_dir():
            what = "is not a folder" if path.exists() else "does not exist"
            raise SettingsError(
                f"the folder of the definitions, {printable(self._folder)}, {what}",
                hint="Make it, or name the right one with --campaigns (CAMPAIGNSYNC_CAMPAIGNS).",
            )
        yield from Finder(self._root).below(self._folder)

    def _named(self, paths: Sequence[str]) -> Iterator[str | Problem]:
        finder = Finder(self._root)
        for path in [self._source(typed) for typed in paths] or [self._folder]:
            if path == self._folder:
                yield from self._below_folder()
            elif (self._root / path).is_dir():
                yield from finder.below(path)
            else:
                yield finder.one(path)

    def _each(
        self,
        found: Iterable[str | Problem],
        known: Mapping[str, str],
        tally: _Tally,
        *,
        digests: Mapping[str, str],
    ) -> Iterator[Definition]:
        """Read and check each file once; those with problems are only counted."""
        for source in dict.fromkeys(found):
            if isinstance(source, Problem):
                tally.problems.add(source)
                continue
            digest = digests.get(source, "")
            if (name := known.get(digest)) is not None:
                yield Definition.known(name=name, source=source, digest=digest, key=tally.name(name, source))
                continue
            try:
                content = read(f"{self._root}/{source}")
            except UnreadableError as error:
                tally.problems.add(problem_of(source, str(error)))
                continue
            definition = _definition(content, source, known, tally)
            if definition is not None:
                yield definition

    def _problems(self, tally: _Tally) -> tuple[Problem, ...]:
        shared = map(sorted, tally.shared.values())
        twins = (self._twin(source, sources) for sources in shared for source in sources)
        return tuple(sorted([*tally.problems, *twins]))

    def _twin(self, source: str, sources: Sequence[str]) -> Problem:
        from campaignsync.loader.checking import spot_of_name

        try:
            line, column = spot_of_name(read(self._root / source))
        except UnreadableError:
            line, column = 1, 1
        others = [other for other in sources if other != source]
        also = "has" if len(others) == 1 else f"and {len(others) - 1} more have"
        message = (
            f"{printable(others[0])} {also} the same name (case and space around it don't count): "
            "one campaign, one definition"
        )
        return Problem(path=source, line=line, column=column, key="name", message=message)


def _definition(content: bytes, source: str, known: Mapping[str, str], tally: _Tally) -> Definition | None:
    digest = digest_of(content)
    name = known.get(digest)
    body = None
    if name is None:
        body = _body(content, source, tally)
        if body is None:
            return None
        name = body["name"]
    tally.name(name, source)
    return Definition(name=name, source=source, digest=digest, body=body)


def _body(content: bytes, source: str, tally: _Tally) -> dict[str, Any] | None:
    from campaignsync.loader.shortcut import body_of

    return body_of(content) or _checked_body(content, source, tally)


def _checked_body(content: bytes, source: str, tally: _Tally) -> dict[str, Any] | None:
    from campaignsync.definition import to_body
    from campaignsync.loader.checking import Invalid, check

    checked = check(content, source=source)
    if isinstance(checked, Invalid):
        tally.problems.update(checked.problems)
        if checked.name is not None:
            tally.name(checked.name, source)
        return None
    return to_body(checked)
