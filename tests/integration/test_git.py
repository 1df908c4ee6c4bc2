"""Finding a work tree and checking whether it is fit for a sync, with real git."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.git import open_repository
from tests.integration.clones import (
    MESSAGE,
    STATE,
    Clone,
    new_clone,
    new_work_tree,
    text,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A work tree with a committed definition and an empty state."""
    return new_work_tree(tmp_path / "a clone")


async def test_no_repository_is_none(tmp_path: Path) -> None:
    assert await open_repository(tmp_path, Path(STATE), os.environ) is None


async def test_a_bare_repository_and_the_git_folder_are_none(clone: Clone, tmp_path: Path) -> None:
    clone.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    assert await open_repository(tmp_path / "bare", Path(STATE), os.environ) is None
    assert await open_repository(clone.path / ".git", Path(STATE), os.environ) is None


async def test_a_missing_git_is_told(clone: Clone) -> None:
    with pytest.raises(GitError, match="can't be run") as caught:
        await open_repository(clone.path, Path(STATE), {"PATH": "/nowhere"})
    assert "installed" in caught.value.hint


async def test_a_repository_that_git_refuses_is_told_in_its_words(clone: Clone) -> None:
    clone.git("config", "core.repositoryFormatVersion", "99")
    with pytest.raises(GitError, match="repo version"):
        await clone.open()


async def test_opening_writes_nothing(clone: Clone) -> None:
    before = sorted(clone.path.rglob("*"))
    await clone.open()
    assert sorted(clone.path.rglob("*")) == before


async def test_a_work_tree_reached_through_a_link_is_the_same(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(clone.path)
    repository = await Clone(tmp_path / "alias").open()
    assert (repository.top, repository.path) == (clone.path, STATE)


async def test_inherited_variables_do_not_lead_elsewhere(clone: Clone, tmp_path: Path) -> None:
    other = new_clone(tmp_path / "other")
    elsewhere = {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / "index"),
    }
    repository = await clone.open(**elsewhere)
    clone.write(STATE, text("a"))
    assert await repository.commit(MESSAGE) == clone.head


async def test_a_fit_work_tree_passes_and_nothing_changes(clone: Clone) -> None:
    before = clone.make_untidy()
    await (await clone.open()).check()
    assert clone.status == before


async def test_a_detached_head_is_refused_with_the_way_out(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--detach")
    with pytest.raises(GitError, match="detached HEAD") as caught:
        await (await clone.open()).check()
    assert "git switch" in caught.value.hint


async def test_a_branch_without_a_commit_is_refused(tmp_path: Path) -> None:
    repository = await new_clone(tmp_path / "new").open()
    with pytest.raises(GitError, match="no commit yet"):
        await repository.check()
    with pytest.raises(GitError, match="no commit yet"):
        await repository.head()


def start_conflict(clone: Clone, *command: str) -> None:
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit("x", "side\n")
    clone.git("switch", "--quiet", "main")
    clone.commit("x", "main\n")
    with suppress(subprocess.CalledProcessError):
        clone.git(*command)


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ("merge", ("merge", "side")),
        ("cherry-pick", ("cherry-pick", "side")),
        ("revert", ("revert", "--no-edit", "HEAD^")),
        ("bisect", ("bisect", "start")),
    ],
)
async def test_a_half_done_operation_is_refused(
    clone: Clone, operation: str, command: tuple[str, ...]
) -> None:
    clone.commit("x", "1\n")
    start_conflict(clone, *command)
    with pytest.raises(GitError, match=f"a {operation} is under way"):
        await (await clone.open()).check()


async def test_a_stash_that_did_not_apply_is_refused(clone: Clone) -> None:
    clone.commit("x", "1\n")
    clone.write("x", "2\n")
    clone.git("stash", "--quiet")
    clone.commit("x", "3\n")
    with suppress(subprocess.CalledProcessError):
        clone.git("stash", "pop")
    with pytest.raises(GitError, match="conflicts that are not resolved"):
        await (await clone.open()).check()


async def test_a_rebase_is_refused_even_if_its_branch_is_checked_out(clone: Clone) -> None:
    """A rebase detaches HEAD, and people switch away from it and forget it."""
    start_conflict(clone, "rebase", "side")
    with pytest.raises(GitError, match="detached HEAD"):
        await (await clone.open()).check()
    clone.git("reset", "--quiet", "--hard")
    clone.git("symbolic-ref", "HEAD", "refs/heads/main")
    with pytest.raises(GitError, match="a rebase is under way"):
        await (await clone.open()).check()


@pytest.mark.parametrize("pattern", ["state/", "*.json", "campaigns.json", "state/campaigns.json"])
async def test_an_ignored_state_file_is_refused(clone: Clone, pattern: str) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.commit(".gitignore", f"{pattern}\n")
    with pytest.raises(GitError, match="is ignored by git"):
        await (await clone.open()).check()


async def test_an_ignored_state_file_that_is_committed_is_kept(clone: Clone) -> None:
    clone.commit(".gitignore", "state/\n")
    clone.write(STATE, text("a"))
    repository = await clone.open()
    await repository.check()
    assert await repository.commit(MESSAGE) == clone.head


@pytest.mark.parametrize("state", ["../outside.json", "/nowhere/state.json"])
async def test_a_state_file_outside_the_work_tree_is_refused(clone: Clone, state: str) -> None:
    repository = await clone.open(state=state)
    with pytest.raises(GitError, match="is outside the work tree"):
        await repository.check()
    assert await repository.state_at_head() is None


async def test_a_state_file_in_gits_own_folder_is_refused(clone: Clone) -> None:
    with pytest.raises(GitError, match="inside git's own folder"):
        await (await clone.open(state=".git/state.json")).check()


async def test_a_state_file_in_an_inner_repository_is_refused(clone: Clone) -> None:
    new_clone(clone.path / "inner")
    with pytest.raises(GitError, match="in another repository"):
        await (await clone.open(state="inner/state.json")).check()


async def test_a_state_file_in_a_submodule_that_is_not_there_is_refused(clone: Clone, tmp_path: Path) -> None:
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.head},module")
    clone.git("commit", "--quiet", "--message=module")
    with pytest.raises(GitError, match="in submodule"):
        await (await clone.open(state="module/state.json")).check()


async def test_a_lost_state_file_is_refused_while_the_last_commit_has_campaigns(clone: Clone) -> None:
    clone.commit(STATE, text("a"))
    (clone.path / STATE).unlink()
    repository = await clone.open()
    with pytest.raises(GitError, match="is missing") as caught:
        await repository.check()
    assert f"git checkout HEAD -- {STATE}" in caught.value.hint
    assert await repository.commit(MESSAGE) is None


async def test_a_lost_state_file_is_refused_while_nobody_can_say_what_was_in_it(clone: Clone) -> None:
    clone.commit(STATE, "{")
    (clone.path / STATE).unlink()
    with pytest.raises(GitError, match="is missing"):
        await (await clone.open()).check()


async def test_a_lost_state_file_that_was_empty_or_removed_by_a_commit_is_none(clone: Clone) -> None:
    (clone.path / STATE).unlink()
    await (await clone.open()).check()
    clone.commit(STATE, text("a"))
    clone.git("rm", "--quiet", STATE)
    clone.git("commit", "--quiet", "--message=start anew")
    await (await clone.open()).check()


async def test_nobody_configured_is_told_with_both_commands(clone: Clone) -> None:
    clone.git("config", "--unset", "user.name")
    clone.git("config", "--unset", "user.email")
    clone.git("config", "user.useConfigOnly", "true")
    with pytest.raises(GitError, match="does not know who commits") as caught:
        await (await clone.open()).check()
    assert "git config user.name" in caught.value.hint
    assert "git config user.email" in caught.value.hint


async def test_in_github_actions_the_bot_commits_if_nobody_is_configured(clone: Clone) -> None:
    clone.git("config", "--unset", "user.name")
    clone.git("config", "--unset", "user.email")
    repository = await clone.open(GITHUB_ACTIONS="true")
    await repository.check()
    clone.write(STATE, text("a"))
    await repository.commit(MESSAGE)
    bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert clone.git("show", "--no-patch", "--format=%an <%ae>%n%cn <%ce>") == f"{bot}\n{bot}"


async def test_in_github_actions_a_configured_person_commits(clone: Clone) -> None:
    repository = await clone.open(GITHUB_ACTIONS="true")
    clone.write(STATE, text("a"))
    await repository.commit(MESSAGE)
    assert clone.git("show", "--no-patch", "--format=%an %ce") == "Ada Person ada@example.com"
