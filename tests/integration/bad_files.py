"""Bad definitions: files that can't be read as one, and files that are no one's twin."""

import os
from collections.abc import Callable
from pathlib import Path

from campaignsync.definitions.files import LINKED, SUBMODULED
from tests.integration.bad_case import BAD, GOOD, OTHER, Case, Expected, write

_COMPARED = "the same name (case and space around it don't count)"


def _all(*steps: Callable[[Path], None]) -> Callable[[Path], None]:
    def lay_out(root: Path) -> None:
        for step in steps:
            step(root)

    return lay_out


def _link(path: str, target: str) -> Callable[[Path], None]:
    return lambda root: (root / path).symlink_to(target)


def _folder(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).mkdir(parents=True)


def _file(name: str, lay_out: Callable[[Path], None], fragment: str, *, path: str = BAD) -> Case:
    return Case(name=name, lay_out=lay_out, expected=(Expected(path=path, fragment=fragment),))


def _twin(path: str, other: str) -> Expected:
    return Expected(path=path, column=7, key="name", fragment=f"{other} {_COMPARED}")


_A, _B, _C = "campaigns/a.yaml", "campaigns/b.yml", "campaigns/deep/c.yaml"

FILES = (
    _file("a folder named as a file", _folder(BAD), "is a folder, not a file"),
    _file("a broken link", _link(BAD, "nowhere.yaml"), LINKED),
    _file("a link to itself", _link(BAD, "bad.yaml"), LINKED),
    _file("a link to a device", _link(BAD, os.devnull), LINKED),
    _file("a link to a folder, named as a file", _all(_folder("x"), _link(BAD, "../x")), LINKED),
    _file(
        "a link to a folder elsewhere",
        _all(write(GOOD.encode(), "elsewhere/a.yaml"), _link("campaigns/linked", "../elsewhere")),
        LINKED,
        path="campaigns/linked",
    ),
    _file(
        "a repository of its own",
        _all(write(GOOD.encode(), "campaigns/module/a.yaml"), _folder("campaigns/module/.git")),
        SUBMODULED,
        path="campaigns/module",
    ),
    _file("a pipe", lambda root: os.mkfifo(root / BAD), "is a folder, a pipe or a device, not a file"),
    _file(
        "an ending in upper case",
        write(GOOD.encode(), "campaigns/a.YAML"),
        "must be in lower case: .yaml or .yml",
        path="campaigns/a.YAML",
    ),
    _file(
        "a line break in a file's name",
        write(GOOD.encode(), "campaigns/a\n::error::b.yaml"),
        "its name holds a control character",
        path="campaigns/a\n::error::b.yaml",
    ),
    _file(
        "a file's name that is not UTF-8",
        write(GOOD.encode(), os.fsdecode(b"campaigns/caf\xe9.yaml")),
        "bytes that are not UTF-8: rename it",
        path=os.fsdecode(b"campaigns/caf\xe9.yaml"),
    ),
    Case(
        name="one name in two files, in other case",
        lay_out=_all(
            write(GOOD.encode(), _A), write(GOOD.replace("Spring Offer", "SPRING offer").encode(), _B)
        ),
        expected=(_twin(_A, f"{_B} has"), _twin(_B, f"{_A} has")),
    ),
    Case(
        name="one name in three files, with space and other accents",
        lay_out=_all(
            write(GOOD.replace("Spring", "Été").encode(), _A),
            write(GOOD.replace("Spring Offer", '" Été Offer "').encode(), _B),
            write(GOOD.replace("Spring", "E\u0301te\u0301").encode(), _C),
        ),
        expected=(
            _twin(_A, f"{_B} and 1 more have"),
            _twin(_B, f"{_A} and 1 more have"),
            _twin(_C, f"{_A} and 1 more have"),
        ),
    ),
    Case(
        name="the same bytes in two files",
        lay_out=_all(write(GOOD.encode(), _A), write(GOOD.encode(), _B)),
        expected=(_twin(_A, f"{_B} has"), _twin(_B, f"{_A} has")),
    ),
    Case(
        name="one name in a good file and in one with a problem of its own",
        lay_out=_all(
            write(GOOD.encode(), _A), write(GOOD.replace("priority: 3", "priority: 7").encode(), _B)
        ),
        expected=(
            _twin(_A, f"{_B} has"),
            _twin(_B, f"{_A} has"),
            Expected(path=_B, line=6, column=11, key="priority", fragment="7 is not one of"),
        ),
    ),
    Case(
        name="problems in several files",
        lay_out=_all(
            write(GOOD.replace("maxSkips: 1", "maxSkips: -1").encode(), _C),
            write(OTHER.replace("priority: 3", "priority: 7").encode(), _B),
            write(b"", _A),
        ),
        expected=(
            Expected(path=_A, fragment="the file is empty"),
            Expected(path=_B, line=6, column=11, key="priority", fragment="7 is not one of"),
            Expected(path=_C, line=25, column=11, key="maxSkips", fragment="-1 is less than 0"),
        ),
    ),
)
"""All of them."""
