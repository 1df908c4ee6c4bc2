"""Clones as they come in CI: shallow, partial, linked, of one branch; with real git."""

from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.git import Ahead
from tests.integration.clones import (
    MESSAGE,
    STATE,
    Clone,
    Remote,
    commit_own,
    new_clone,
    new_remote,
    push_as_person,
    text,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    """A remote and two clones."""
    return new_remote(tmp_path)


def shallow(remote: Remote, folder: Path, *args: str) -> Clone:
    return new_clone(folder / "shallow", "--depth=1", *args, remote.url)


async def test_a_shallow_clone_claims_and_records(remote: Remote, tmp_path: Path) -> None:
    clone = shallow(remote, tmp_path)
    push_as_person(remote.second)
    repository = await clone.open()
    await repository.check_push(None)
    await repository.fetch()
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=1)
    await repository.move_to(None)
    _, commit = await commit_own(clone, "a")
    assert await repository.push(commit) is None
    assert remote.tip == commit


async def test_a_shallow_clone_that_lost_the_race_replays(remote: Remote, tmp_path: Path) -> None:
    clone = shallow(remote, tmp_path)
    repository, commit = await commit_own(clone, "a")
    push_as_person(remote.second, STATE, text("theirs"))
    refused = await repository.push(commit)
    assert refused is not None
    assert refused.is_race
    await repository.fetch()
    assert await repository.ahead() == Ahead(own=(commit,), foreign=(), behind=1)
    assert await repository.state_at_base() == text()
    replayed = await repository.replay(text("a", "theirs"), MESSAGE)
    assert await repository.push(replayed) is None
    await repository.move_to(replayed)
    assert clone.status == ""


async def test_a_shallow_clone_looks_deeper_until_it_finds_where_it_parted(
    remote: Remote, tmp_path: Path
) -> None:
    """The upstream was put back behind the only commit that the clone has."""
    parting = remote.tip
    push_as_person(remote.second)
    clone = shallow(remote, tmp_path)
    remote.second.git("reset", "--quiet", "--hard", parting)
    remote.second.commit("y", "1\n")
    remote.second.git("push", "--quiet", "--force", "origin", "HEAD:main")
    repository = await clone.open()
    await repository.fetch()
    assert clone.git("merge-base", "HEAD", "origin/main") == parting
    ahead = await repository.ahead()
    assert (len(ahead.foreign), ahead.behind) == (1, 1)


async def test_a_clone_of_one_other_branch_has_its_upstream(remote: Remote, tmp_path: Path) -> None:
    """Its rule for fetching names another branch only, so git itself remembers nothing of this one."""
    remote.bare.git("branch", "other", "main")
    clone = shallow(remote, tmp_path, "--single-branch", "--branch=other")
    clone.git("fetch", "--quiet", "origin", "main")
    clone.git("switch", "--quiet", "--create", "main", "FETCH_HEAD")
    clone.git("config", "branch.main.remote", "origin")
    clone.git("config", "branch.main.merge", "refs/heads/main")
    repository, commit = await commit_own(clone, "a")
    await repository.fetch()
    await repository.check_push(None)
    assert await repository.push(commit) is None
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=0)


async def test_the_layout_of_actions_checkout(remote: Remote, tmp_path: Path) -> None:
    """As actions/checkout does it: init, fetch of one commit, a branch on it."""
    clone = new_clone(tmp_path / "runner")
    sha = remote.tip
    clone.git("remote", "add", "origin", remote.url)
    clone.git("config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic eDp0MGtlbg==")
    refspec = f"+{sha}:refs/remotes/origin/main"
    clone.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", refspec)
    clone.git("checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main")
    push_as_person(remote.second)
    repository = await clone.open(GITHUB_ACTIONS="true")
    await repository.check()
    await repository.check_push(None)
    await repository.fetch()
    await repository.move_to(None)
    _, commit = await commit_own(clone, "a")
    assert await repository.push(commit) is None
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=0)


async def test_a_partial_clone_replays_without_fetching_everything(remote: Remote, tmp_path: Path) -> None:
    remote.bare.git("config", "uploadpack.allowFilter", "true")
    push_as_person(remote.second, "large.bin", "x" * 1000)
    clone = new_clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout", remote.url)
    repository = await clone.open()
    commit = await repository.replay(text("a"), MESSAGE)
    missing = clone.git("rev-list", "--objects", "--missing=print", commit)
    assert sum(line.startswith("?") for line in missing.splitlines()) == 3


async def test_a_linked_work_tree_pushes_its_own_branch(remote: Remote, tmp_path: Path) -> None:
    remote.first.git(
        "worktree", "add", "--quiet", "--track", "-b", "mine", str(tmp_path / "mine"), "origin/main"
    )
    repository, commit = await commit_own(Clone(tmp_path / "mine"), "a")
    assert await repository.push(commit) is None
    await repository.move_to(await repository.replay(text("a", "b"), MESSAGE))
    assert Clone(tmp_path / "mine").status == ""
    assert remote.first.status == ""


@pytest.mark.parametrize("branch", ["feature/größe", "a.b", "v1..2".replace("..", "-")])
async def test_any_branch_name_works(remote: Remote, branch: str) -> None:
    remote.first.git("switch", "--quiet", "--create", branch)
    remote.first.git("push", "--quiet", "--set-upstream", "origin", branch)
    repository, commit = await commit_own(remote.first, "a")
    await repository.check_push(branch)
    await repository.fetch()
    assert await repository.push(commit) is None
    assert remote.bare.git("rev-parse", f"refs/heads/{branch}") == commit


async def test_a_password_in_the_address_is_never_shown(remote: Remote) -> None:
    remote.first.git("remote", "set-url", "origin", "https://ada:t0ken@127.0.0.1:1/x.git")
    repository, commit = await commit_own(remote.first, "a")
    with pytest.raises(GitError) as fetching:
        await repository.fetch()
    with pytest.raises(GitError) as pushing:
        await repository.push(commit)
    with pytest.raises(GitError) as checking:
        await repository.check_push(None)
    for caught in (fetching, pushing, checking):
        assert "t0ken" not in f"{caught.value.message} {caught.value.hint}"
        assert "127.0.0.1" in caught.value.message
