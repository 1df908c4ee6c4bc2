"""Replaying on the upstream's tip, and moving to another commit, with real git."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.git import Ahead
from tests.integration.clones import (
    MESSAGE,
    STATE,
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


def make_untidy(remote: Remote) -> str:
    """Leave changes about in the first clone, all of whose commits are pushed; return git's word on them."""
    status = remote.first.make_untidy()
    remote.first.git("push", "--quiet", "origin", "HEAD:main")
    return status


async def test_a_replay_is_on_the_tip_and_touches_nothing_here(remote: Remote) -> None:
    tip = push_as_person(remote.second, "other file.txt", "theirs\n")
    repository, head = await commit_own(remote.first, "a")
    remote.first.write("staged.txt", "1\n")
    remote.first.git("add", "staged.txt")
    status = remote.first.status
    await repository.fetch()
    commit = await repository.replay(text("a", "b"), MESSAGE)
    assert remote.first.git("rev-list", "--parents", "-1", commit) == f"{commit} {tip}"
    assert remote.first.git("diff", "--name-only", tip, commit) == STATE
    assert remote.first.git("show", f"{commit}:{STATE}") + "\n" == text("a", "b")
    assert remote.first.git("log", "-1", "--format=%B", commit) + "\n" == MESSAGE
    assert (remote.first.head, remote.first.status, remote.first.read(STATE)) == (head, status, text("a"))
    assert list(repository.scratch.iterdir()) == []


async def test_a_replay_that_changes_nothing_is_the_tip(remote: Remote) -> None:
    tip = push_as_person(remote.second, STATE, text("a"))
    repository = await remote.first.open()
    await repository.fetch()
    assert await repository.replay(text("a"), MESSAGE) == tip


async def test_a_replay_makes_the_first_state_file(remote: Remote) -> None:
    repository = await remote.first.open(state="new folder/größe.json")
    commit = await repository.replay(text("a"), MESSAGE)
    assert remote.first.git("show", f"{commit}:new folder/größe.json") + "\n" == text("a")


async def test_a_replay_counts_as_own_work(remote: Remote) -> None:
    repository = await remote.first.open()
    commit = await repository.replay(text("a"), MESSAGE)
    await repository.move_to(commit)
    assert (await repository.ahead()).own == (commit,)


async def test_a_replay_is_signed_where_people_sign(remote: Remote, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is missing")
    subprocess.run(  # noqa: ASYNC221  # over in a moment
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True
    )
    settings = {"gpg.format": "ssh", "user.signingKey": str(tmp_path / "key"), "commit.gpgSign": "yes"}
    for name, value in settings.items():
        remote.first.git("config", name, value)
    commit = await (await remote.first.open()).replay(text("a"), MESSAGE)
    assert "gpgsig" in remote.first.git("cat-file", "commit", commit)


async def test_in_github_actions_the_bot_replays(remote: Remote) -> None:
    remote.first.git("config", "--unset", "user.name")
    remote.first.git("config", "--unset", "user.email")
    commit = await (await remote.first.open(GITHUB_ACTIONS="true")).replay(text("a"), MESSAGE)
    assert remote.first.git("show", "--no-patch", "--format=%an", commit) == "github-actions[bot]"


async def test_line_end_rules_of_the_repository_apply_to_a_replay(remote: Remote) -> None:
    remote.first.git("config", "core.autocrlf", "true")
    remote.first.git("config", "core.safecrlf", "true")
    repository = await remote.first.open()
    commit = await repository.replay(text("a").replace("\n", "\r\n"), MESSAGE)
    assert remote.first.git("cat-file", "blob", f"{commit}:{STATE}") + "\n" == text("a")


async def test_fast_forward_keeps_what_people_staged_and_modified(remote: Remote) -> None:
    before = make_untidy(remote)
    tip = push_as_person(remote.second, "theirs/x.txt", "1\n")
    repository = await remote.first.open()
    await repository.fetch()
    await repository.move_to(None)
    assert (remote.first.head, remote.first.status) == (tip, before)
    assert remote.first.read("theirs/x.txt") == "1\n"
    assert remote.first.git("symbolic-ref", "HEAD") == "refs/heads/main"


async def test_own_commits_are_dropped_and_peoples_changes_kept(remote: Remote) -> None:
    before = make_untidy(remote)
    repository, _ = await commit_own(remote.first, "claim")
    tip = push_as_person(remote.second, STATE, text("theirs"))
    await repository.fetch()
    await repository.move_to(None)
    assert (remote.first.head, remote.first.status) == (tip, before)
    assert remote.first.read(STATE) == text("theirs")


async def test_a_replayed_commit_takes_the_place_of_own_ones(remote: Remote) -> None:
    before = make_untidy(remote)
    repository, _ = await commit_own(remote.first, "a")
    push_as_person(remote.second, STATE, text("theirs"))
    await repository.fetch()
    commit = await repository.replay(text("a", "theirs"), MESSAGE)
    assert await repository.push(commit) is None
    await repository.move_to(commit)
    assert (remote.first.head, remote.first.status) == (commit, before)
    assert remote.first.read(STATE) == text("a", "theirs")
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=0)


async def test_files_that_the_tip_removed_or_renamed_go(remote: Remote) -> None:
    push_as_person(remote.first, "old.txt")
    remote.second.git("pull", "--quiet")
    remote.second.git("mv", "old.txt", "new.txt")
    remote.second.git("commit", "--quiet", "--message=rename")
    remote.second.git("push", "--quiet")
    repository = await remote.first.open()
    await repository.fetch()
    await repository.move_to(None)
    assert remote.first.status == ""
    assert sorted(path.name for path in remote.first.path.glob("*.txt")) == ["new.txt"]


async def test_a_state_saved_anew_without_a_change_is_in_nobodys_way(remote: Remote) -> None:
    push_as_person(remote.second, STATE, text("theirs"))
    remote.first.write(STATE, text())
    os.utime(remote.first.path / STATE, (1, 1))
    repository = await remote.first.open()
    await repository.fetch()
    await repository.move_to(None)
    assert remote.first.read(STATE) == text("theirs")


async def test_a_staged_change_that_the_tip_has_too_is_in_nobodys_way(remote: Remote) -> None:
    push_as_person(remote.second, "x.txt", "same\n")
    remote.first.write("x.txt", "same\n")
    remote.first.git("add", "x.txt")
    repository = await remote.first.open()
    await repository.fetch()
    await repository.move_to(None)
    assert remote.first.status == ""


@pytest.mark.parametrize("how", ["modified", "staged", "untracked"])
async def test_a_change_in_the_way_is_named_and_nothing_moves(remote: Remote, how: str) -> None:
    names = ("one.txt", "größe two.txt")
    for name in names if how != "untracked" else ():
        push_as_person(remote.first, name, "1\n")
    for name in names:
        push_as_person(remote.second, name, "2\n")
        remote.first.write(name, "mine\n")
    if how == "staged":
        remote.first.git("add", ".")
    before = (remote.first.head, remote.first.status)
    repository = await remote.first.open()
    await repository.fetch()
    with pytest.raises(GitError, match=r"in the way: größe two\.txt, one\.txt") as caught:
        await repository.move_to(None)
    assert "Commit, stash or remove" in caught.value.hint
    assert (remote.first.head, remote.first.status) == before
    assert remote.first.read("one.txt") == "mine\n"


async def test_moving_to_where_it_is_does_nothing(remote: Remote) -> None:
    before = make_untidy(remote)
    repository = await remote.first.open()
    await repository.move_to(remote.first.head)
    assert remote.first.status == before


async def test_many_changes_in_the_way_are_not_all_named(remote: Remote) -> None:
    for number in range(12):
        remote.second.write(f"{number:02}\x1b.txt", "2\n")
        remote.first.write(f"{number:02}\x1b.txt", "mine\n")
    remote.second.git("add", ".")
    remote.second.git("commit", "--quiet", "--message=many")
    remote.second.git("push", "--quiet")
    repository = await remote.first.open()
    await repository.fetch()
    with pytest.raises(GitError, match=r"in the way: 00\.txt, .*, 09\.txt, and 2 more"):
        await repository.move_to(None)


async def test_a_git_that_was_killed_is_told_and_nothing_moves(remote: Remote) -> None:
    push_as_person(remote.second)
    repository = await remote.first.open()
    await repository.fetch()
    head = remote.first.head
    (remote.first.path / ".git/index.lock").touch()
    impatient = replace(repository, git=replace(repository.git, lock_patience_s=0.0))
    with pytest.raises(GitError, match=r"can't move to .*index\.lock") as caught:
        await impatient.move_to(None)
    assert "remove the lock file" in caught.value.hint
    assert remote.first.head == head


async def test_a_commit_that_is_not_here_is_told(remote: Remote) -> None:
    with pytest.raises(GitError, match="there is no commit"):
        await (await remote.first.open()).move_to("f" * 40)


async def test_a_move_that_was_cut_off_loses_no_entry(remote: Remote) -> None:
    """Killed after the files, before the branch: the next run commits what it finds, and moves on."""
    push_as_person(remote.second, STATE, text("theirs"))
    repository = await remote.first.open()
    await repository.fetch()
    remote.first.git("read-tree", "-m", "-u", "HEAD", "origin/main")
    assert await repository.commit(MESSAGE) is not None
    assert await repository.state_at_head() == text("theirs")
    await repository.move_to(None)
    assert (remote.first.head, remote.first.status) == (remote.tip, "")
