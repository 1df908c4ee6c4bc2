"""Where pushes go, fetching, and how a branch stands to its upstream, with real git."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.git import Ahead
from tests.integration.clones import (
    STATE,
    Clone,
    Remote,
    commit_own,
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


async def test_the_default_branch_is_fine(remote: Remote) -> None:
    await (await remote.first.open()).check_push(None)


async def test_another_branch_is_refused_unless_it_is_named(remote: Remote) -> None:
    remote.first.git("switch", "--quiet", "--create", "team/one")
    remote.first.git("push", "--quiet", "--set-upstream", "origin", "team/one")
    repository = await remote.first.open()
    with pytest.raises(GitError, match=r"origin/team/one, and the default branch is main") as caught:
        await repository.check_push(None)
    assert "--branch team/one" in caught.value.hint
    await repository.check_push("team/one")


async def test_the_default_branch_is_refused_if_another_is_named(remote: Remote) -> None:
    with pytest.raises(GitError, match="the branch that --branch names is release"):
        await (await remote.first.open()).check_push("release")


async def test_what_counts_is_the_branch_that_is_pushed_to(remote: Remote) -> None:
    remote.first.git("switch", "--quiet", "--create", "mine", "--track", "origin/main")
    await (await remote.first.open()).check_push(None)


async def test_the_remotes_word_wins_over_what_the_clone_remembers(remote: Remote) -> None:
    remote.bare.git("branch", "trunk", "main")
    remote.bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    with pytest.raises(GitError, match="the default branch is trunk"):
        await (await remote.first.open()).check_push(None)


async def test_a_remote_without_a_word_is_taken_as_the_clone_remembers_it(remote: Remote) -> None:
    remote.bare.git("symbolic-ref", "HEAD", "refs/heads/nowhere")
    await (await remote.second.open()).check_push(None)
    remote.second.git("remote", "set-head", "origin", "--delete")
    with pytest.raises(GitError, match="does not say which branch is its default") as caught:
        await (await remote.second.open()).check_push(None)
    assert "--branch main" in caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        ("branch", "--unset-upstream"),
        ("config", "branch.main.remote", "."),
        ("config", "branch.main.remote", "nowhere"),
        ("checkout", "--quiet", "--detach"),
    ],
)
async def test_a_branch_without_an_upstream_on_a_remote_is_refused(
    remote: Remote, change: tuple[str, ...]
) -> None:
    remote.first.git(*change)
    repository = await remote.first.open()
    with pytest.raises(GitError, match="has no upstream") as caught:
        await repository.check_push(None)
    assert "git push --set-upstream" in caught.value.hint
    assert await repository.state_at_upstream() is None


async def test_a_remote_that_is_gone_is_told(remote: Remote) -> None:
    shutil.rmtree(remote.bare.path)
    repository = await remote.first.open()
    with pytest.raises(GitError, match="can't reach origin"):
        await repository.check_push(None)
    with pytest.raises(GitError, match="can't fetch main from origin"):
        await repository.fetch()


async def test_fetching_moves_only_what_is_remembered_of_the_upstream(remote: Remote) -> None:
    commit = push_as_person(remote.second)
    remote.second.git("tag", "v1")
    remote.second.git("push", "--quiet", "origin", "v1")
    head = remote.first.head
    repository = await remote.first.open()
    await repository.fetch()
    assert remote.first.git("rev-parse", "origin/main") == commit
    assert (remote.first.head, remote.first.git("tag"), remote.first.status) == (head, "", "")
    assert not (remote.first.path / ".git/FETCH_HEAD").exists()


async def test_how_the_branch_stands(remote: Remote) -> None:
    repository = await remote.first.open()
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=0)
    push_as_person(remote.second, content="1\n")
    push_as_person(remote.second, content="2\n")
    _, first = await commit_own(remote.first, "a")
    _, second = await commit_own(remote.first, "a", "b")
    await repository.fetch()
    assert await repository.ahead() == Ahead(own=(first, second), foreign=(), behind=2)


async def test_a_persons_commits_are_named(remote: Remote) -> None:
    repository, own = await commit_own(remote.first, "a")
    person = remote.first.commit("x", "1\n", "Grüße \x1b[31m")
    short = remote.first.git("rev-parse", "--short", person)
    assert await repository.ahead() == Ahead(own=(own,), foreign=(f"{short} Grüße [31m",), behind=0)


async def amend_with_a_file(clone: Clone) -> None:
    await commit_own(clone, "a")
    clone.write("x", "1\n")
    clone.git("add", "x")
    clone.git("commit", "--quiet", "--amend", "--no-edit")


async def drop_the_trailer(clone: Clone) -> None:
    await commit_own(clone, "a")
    clone.git("commit", "--quiet", "--amend", "--message=campaignsync: create 1 campaign")


async def name_the_trailer_in_the_text(clone: Clone) -> None:
    clone.commit(STATE, text("a"), "mine\n\nSource-Commit: 1\n\nand more text")


async def change_another_file(clone: Clone) -> None:
    clone.commit("x", "1\n", "mine\n\nSource-Commit: 1")


async def remove_the_state_and_put_another(clone: Clone) -> None:
    clone.git("mv", STATE, "state/other.json")
    clone.git("commit", "--quiet", "--message=mine\n\nSource-Commit: 1")


async def merge_with_the_trailer(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--create", "side", "HEAD^")
    await commit_own(clone, "b")
    clone.git("switch", "--quiet", "main")
    clone.git("merge", "--quiet", "--no-edit", "-X", "theirs", "-m", "x\n\nSource-Commit: 1", "side")


async def revert_an_own_commit(clone: Clone) -> None:
    await commit_own(clone, "a")
    clone.git("push", "--quiet")
    clone.git("revert", "--no-edit", "HEAD")


@pytest.mark.parametrize(
    "make",
    [
        amend_with_a_file,
        drop_the_trailer,
        name_the_trailer_in_the_text,
        change_another_file,
        remove_the_state_and_put_another,
        merge_with_the_trailer,
        revert_an_own_commit,
    ],
)
async def test_only_what_this_program_would_make_counts_as_own(
    remote: Remote, make: Callable[[Clone], object]
) -> None:
    made = make(remote.first)
    await made  # type: ignore[misc]  # each of them is a coroutine function
    ahead = await (await remote.first.open()).ahead()
    assert len(ahead.foreign) == 1


async def test_the_states_at_both_ends_and_where_they_parted(remote: Remote) -> None:
    push_as_person(remote.second, STATE, text("theirs"))
    repository, _ = await commit_own(remote.first, "ours")
    assert await repository.state_at_upstream() == text()
    await repository.fetch()
    assert await repository.state_at_upstream() == text("theirs")
    assert await repository.state_at_head() == text("ours")
    assert await repository.state_at_base() == text()


async def test_what_the_upstream_holds_is_known(remote: Remote) -> None:
    repository, commit = await commit_own(remote.first, "a")
    assert not await repository.is_on_upstream(commit)
    await repository.push(commit)
    assert await repository.is_on_upstream(commit)
    push_as_person(remote.second)
    await repository.fetch()
    assert await repository.is_on_upstream(commit)


async def test_an_upstream_with_nothing_in_common_has_no_base(remote: Remote) -> None:
    remote.first.git("checkout", "--quiet", "--orphan", "new")
    remote.first.git("commit", "--quiet", "--message=new")
    remote.first.git("branch", "--quiet", "--set-upstream-to=origin/main")
    repository = await remote.first.open()
    await repository.fetch()
    assert await repository.state_at_base() is None
    assert len((await repository.ahead()).foreign) == 1


async def test_a_branch_that_was_never_fetched_is_told(remote: Remote) -> None:
    remote.first.git("update-ref", "-d", "refs/remotes/origin/main")
    repository = await remote.first.open()
    assert await repository.state_at_upstream() is None
    with pytest.raises(GitError, match="origin/main was never fetched"):
        await repository.ahead()
    await repository.fetch()
    assert (await repository.ahead()).behind == 0


async def test_a_fetch_that_meets_another_waits_for_it(remote: Remote) -> None:
    """Both fetch the same ref at once; whichever comes second sees a lock or a moved ref."""
    push_as_person(remote.second)
    repository = await remote.first.open()
    lock = remote.first.path / ".git/refs/remotes/origin/main.lock"
    lock.touch()
    other = subprocess.Popen(["sh", "-c", f"sleep 0.5; rm '{lock}'"])  # noqa: ASYNC220  # it runs beside the test
    await repository.fetch()
    assert other.wait() == 0
    assert (await repository.ahead()).behind == 1
