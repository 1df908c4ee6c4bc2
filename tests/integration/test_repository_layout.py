"""Where a repository's folders are: found as git itself finds them."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from campaignsync.repository.layout import find_layout, journal_path
from tests.integration.clones import STATE, Clone, new_clone


def as_git_says(folder: Path) -> tuple[Path, Path]:
    """Return the top of the work tree and the common folder."""
    asked = ("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir")
    top, common = Clone(folder).git(*asked).splitlines()
    return Path(top), Path(os.path.realpath(common))


def plain(clone: Clone) -> Path:
    return clone.path


def subfolder(clone: Clone) -> Path:
    return clone.path / "campaigns"


def linked_work_tree(clone: Clone) -> Path:
    clone.git("worktree", "add", "--quiet", "-b", "side", "../side")
    return clone.path.parent / "side"


def moved_linked_work_tree(clone: Clone) -> Path:
    linked_work_tree(clone)
    clone.git("worktree", "move", "../side", "../moved")
    return clone.path.parent / "moved"


def work_tree_of_a_bare_clone(clone: Clone) -> Path:
    clone.git("clone", "--quiet", "--bare", ".", "../bare.git")
    Clone(clone.path.parent / "bare.git").git("worktree", "add", "--quiet", "../of bare", "main")
    return clone.path.parent / "of bare"


def work_tree_inside_a_bare_clone(clone: Clone) -> Path:
    clone.git("clone", "--quiet", "--bare", ".", "../bare.git")
    Clone(clone.path.parent / "bare.git").git("worktree", "add", "--quiet", "inside", "main")
    return clone.path.parent / "bare.git/inside"


def submodule(clone: Clone) -> Path:
    url = f"file://{clone.path}"
    clone.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "module")
    return clone.path / "module/campaigns"


def separate_git_folder(clone: Clone) -> Path:
    clone.git("init", "--quiet", "--separate-git-dir=../elsewhere.git")
    return clone.path


def linked_git_folder(clone: Clone) -> Path:
    (clone.path / ".git").rename(clone.path.parent / "elsewhere.git")
    (clone.path / ".git").symlink_to("../elsewhere.git")
    return clone.path


def symbolic_link_to_the_work_tree(clone: Clone) -> Path:
    (clone.path.parent / "alias").symlink_to(clone.path)
    return clone.path.parent / "alias"


def symbolic_link_into_the_work_tree(clone: Clone) -> Path:
    (clone.path.parent / "alias").symlink_to(clone.path / "campaigns")
    return clone.path.parent / "alias"


def repository_in_a_repository(clone: Clone) -> Path:
    return new_clone(clone.path / "inner").path


def folder_with_an_empty_git_folder(clone: Clone) -> Path:
    (clone.path / "campaigns/.git").mkdir()
    return clone.path / "campaigns"


PLACES = [
    plain,
    subfolder,
    linked_work_tree,
    moved_linked_work_tree,
    work_tree_of_a_bare_clone,
    work_tree_inside_a_bare_clone,
    submodule,
    separate_git_folder,
    linked_git_folder,
    symbolic_link_to_the_work_tree,
    symbolic_link_into_the_work_tree,
    repository_in_a_repository,
    folder_with_an_empty_git_folder,
]


@pytest.mark.parametrize("make", PLACES, ids=lambda make: make.__name__)
def test_the_folders_are_those_that_git_names(clone: Clone, make: Callable[[Clone], Path]) -> None:
    folder = make(clone)
    layout = find_layout(folder)
    assert layout is not None
    assert (layout.top, layout.common) == as_git_says(folder)


def bare_clone(clone: Clone) -> Path:
    clone.git("clone", "--quiet", "--bare", ".", "../bare.git")
    return clone.path.parent / "bare.git"


def inside_a_bare_clone(clone: Clone) -> Path:
    return bare_clone(clone) / "objects"


def git_folder(clone: Clone) -> Path:
    return clone.path / ".git"


def inside_the_git_folder(clone: Clone) -> Path:
    return clone.path / ".git/hooks"


def git_folder_of_a_linked_work_tree(clone: Clone) -> Path:
    linked_work_tree(clone)
    return clone.path / ".git/worktrees/side"


def outside(clone: Clone) -> Path:
    return clone.path.parent


@pytest.mark.parametrize(
    "make",
    [
        bare_clone,
        inside_a_bare_clone,
        git_folder,
        inside_the_git_folder,
        git_folder_of_a_linked_work_tree,
        outside,
    ],
    ids=lambda make: make.__name__,
)
def test_where_git_names_no_work_tree_there_is_none(clone: Clone, make: Callable[[Clone], Path]) -> None:
    folder = make(clone)
    with pytest.raises(subprocess.CalledProcessError):
        as_git_says(folder)
    assert find_layout(folder) is None


def test_looking_writes_nothing(clone: Clone) -> None:
    before = sorted(clone.path.rglob("*"))
    find_layout(clone.path)
    assert sorted(clone.path.rglob("*")) == before


@pytest.mark.parametrize(
    "path",
    [STATE, "campaigns/../state/campaigns.json", "../again/state/campaigns.json"],
)
def test_one_state_file_has_one_journal_by_whatever_path(clone: Clone, path: str) -> None:
    (clone.path.parent / "again").symlink_to(clone.path)
    layout = clone.layout
    journal = journal_path(clone.path / path, layout)
    assert journal == journal_path(clone.path / STATE, layout)
    assert journal.parent == clone.path / ".git/campaignsync"


def test_all_work_trees_of_a_clone_share_its_journal(clone: Clone) -> None:
    side = Clone(linked_work_tree(clone))
    assert journal_path(side.path / STATE, side.layout) == journal_path(clone.path / STATE, clone.layout)


def test_two_state_files_have_two_journals(clone: Clone) -> None:
    paths = (STATE, "state/staging.json", "campaigns.json", "STATE/campaigns.json")
    assert len({journal_path(clone.path / path, clone.layout) for path in paths}) == len(paths)


def test_outside_git_the_journal_is_hidden_beside_the_state(tmp_path: Path) -> None:
    assert journal_path(tmp_path / "campaigns.json", None) == tmp_path / ".campaigns.json.jsonl"


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("campaigns", "campaigns"),
        (".", "."),
        ("campaigns/..", "."),
        ("campaigns/../state", "state"),
        ("alias", "alias"),
        ("alias/x", "alias/x"),
        ("../again/alias/x", "alias/x"),
        ("..", None),
        ("../elsewhere", None),
    ],
)
def test_a_path_from_the_top_follows_only_links_that_lead_there(
    clone: Clone, path: str, inside: str | None
) -> None:
    """What a work tree holds in the place of a folder must not say which file of a branch is meant."""
    (clone.path / "alias").symlink_to("campaigns")
    (clone.path.parent / "again").symlink_to(clone.path)
    assert clone.layout.inside(clone.path / path) == inside
