"""Definition files: found, read, checked, with the place of every problem. Does I/O.

A known file is not parsed, a new one that is written as most are is taken the `shortcut`, and all others
are for `checking`. Each is imported when it is needed: parser and models take long.
"""

import gc
import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from campaignsync.errors import InvalidDefinitionsError, Problem, SettingsError
from campaignsync.identity import Definition, identity
from campaignsync.loader.files import Finder, UnreadableError, problem_of, read
from campaignsync.report.escape import printable

__all__ = ["DefinitionFiles"]


class _Tally:
    """The problems so far, and which files say which name."""

    def __init__(self) -> None:
        self.problems: set[Problem] = set()
        self.sources: defaultdict[str, set[str]] = defaultdict(set)

    def name(self, name: str, source: str) -> None:
        if key := identity(name):
            self.sources[key].add(source)


class DefinitionFiles:
    """The definition files of one working directory.

    Args:
        root: The working directory.
        folder: The folder of the definitions, as typed.
    """

    def __init__(self, *, root: Path, folder: str) -> None:
        self._root = root
        self._folder = self._source(folder)

    def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name.

        Args:
            known: Digests that need not be parsed, and the campaigns' names.

        Raises:
            InvalidDefinitionsError: Some have problems; all problems of all files, in order.
            SettingsError: The folder isn't there.
        """
        tally = _Tally()
        with _uncollected():
            definitions = list(self._each(self._below_folder(), known, tally))
        problems = self._problems(tally)
        if problems:
            raise InvalidDefinitionsError(problems)
        return tuple(sorted(definitions, key=lambda definition: (definition.key, definition.source)))

    def validate(self, paths: Sequence[str]) -> tuple[Problem, ...]:
        """Return all problems of these files, and of the files below these folders, in order.

        Args:
            paths: As typed, relative to the working directory; none means the folder of the definitions.

        Raises:
            SettingsError: The folder of the definitions isn't there.
        """
        tally = _Tally()
        with _uncollected():
            for _ in self._each(self._named(paths), {}, tally):
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
        self, found: Iterable[str | Problem], known: Mapping[str, str], tally: _Tally
    ) -> Iterator[Definition]:
        """Read and check each file once; those with problems are only counted."""
        for source in dict.fromkeys(found):
            if isinstance(source, Problem):
                tally.problems.add(source)
                continue
            try:
                content = read(os.path.join(self._root, source))  # noqa: PTH118  # Path is slower than the read
            except UnreadableError as error:
                tally.problems.add(problem_of(source, str(error)))
                continue
            definition = _definition(content, source, known, tally)
            if definition is not None:
                yield definition

    def _problems(self, tally: _Tally) -> tuple[Problem, ...]:
        shared = (sorted(sources) for sources in tally.sources.values() if len(sources) > 1)
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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from going through all that is loaded, over and over, for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _definition(content: bytes, source: str, known: Mapping[str, str], tally: _Tally) -> Definition | None:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
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
