"""Pushing, and what a remote can say to it, with real git."""

import shutil
import subprocess
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.git import Ahead, PushRefused
from tests.integration.clones import (
    MESSAGE,
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


def refuse(remote: Remote, words: str) -> None:
    remote.bare.hook("pre-receive", f"echo '{words}'; exit 1")


async def test_a_push_is_remembered(remote: Remote) -> None:
    repository, commit = await commit_own(remote.first, "a")
    assert await repository.push(commit) is None
    assert remote.tip == commit
    assert await repository.ahead() == Ahead(own=(), foreign=(), behind=0)


async def test_pushing_again_is_fine(remote: Remote) -> None:
    repository, commit = await commit_own(remote.first, "a")
    await repository.push(commit)
    assert await repository.push(commit) is None


async def test_a_commit_on_no_branch_can_be_pushed(remote: Remote) -> None:
    repository = await remote.first.open()
    commit = await repository.replay(text("a"), MESSAGE)
    assert await repository.push(commit) is None
    assert remote.tip == commit


@pytest.mark.parametrize("is_fetched", [False, True])
async def test_second_place_is_a_race(remote: Remote, is_fetched: bool) -> None:  # noqa: FBT001  # a case
    theirs = push_as_person(remote.second)
    repository, commit = await commit_own(remote.first, "a")
    if is_fetched:
        await repository.fetch()
    refused = await repository.push(commit)
    assert refused is not None
    assert (refused.is_race, remote.tip) == (True, theirs)


@pytest.mark.parametrize(
    "settings", [{"push.default": "nothing"}, {"remote.origin.push": "+refs/heads/*:refs/heads/*"}]
)
async def test_no_setting_makes_a_push_forced(remote: Remote, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        remote.first.git("config", name, value)
    theirs = push_as_person(remote.second)
    repository, commit = await commit_own(remote.first, "a")
    refused = await repository.push(commit)
    assert refused is not None
    assert remote.tip == theirs


async def test_nothing_but_the_commit_is_pushed(remote: Remote) -> None:
    remote.first.git("config", "push.followTags", "true")
    repository, commit = await commit_own(remote.first, "a")
    remote.first.git("tag", "--annotate", "--message=x", "v1")
    remote.first.git("branch", "side")
    await repository.push(commit)
    refs = remote.bare.git("for-each-ref", "--format=%(refname)")
    assert refs == "refs/heads/main"


async def test_a_lock_in_the_remote_is_a_race(remote: Remote) -> None:
    repository, commit = await commit_own(remote.first, "a")
    (remote.bare.path / "refs/heads/main.lock").touch()
    refused = await repository.push(commit)
    assert refused is not None
    assert refused.is_race
    assert "cannot lock ref" in refused.reason


async def test_a_push_between_the_look_and_the_lock_is_a_race(remote: Remote) -> None:
    """The hook pushes in the middle of the other push, as a second machine would."""
    theirs = remote.second.commit("x", "1\n")
    objects = remote.second.path / ".git/objects"
    alternates = remote.bare.path / "objects/info/alternates"
    alternates.write_text(f"{objects}\n", encoding="utf-8")
    remote.bare.hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main {theirs}")
    repository, commit = await commit_own(remote.first, "a")
    refused = await repository.push(commit)
    assert refused is not None
    assert (refused.is_race, remote.tip) == (True, theirs)


async def test_a_remote_that_forbids_it_is_quoted(remote: Remote) -> None:
    refuse(remote, "GH006: Protected branch \x1b[31mupdate failed. See https://ada:t0ken@host/rules")
    repository, commit = await commit_own(remote.first, "a")
    assert await repository.push(commit) == PushRefused(
        reason="pre-receive hook declined: GH006: Protected branch [31mupdate failed. See https://***@host/rules",
        is_race=False,
    )


async def test_a_hook_that_speaks_of_a_race_is_no_race(remote: Remote) -> None:
    refuse(remote, "cannot lock ref: fetch first, non-fast-forward, reference already exists")
    repository, commit = await commit_own(remote.first, "a")
    refused = await repository.push(commit)
    assert refused is not None
    assert not refused.is_race


async def test_an_endless_refusal_is_cut(remote: Remote) -> None:
    remote.bare.hook("pre-receive", "yes no | head -c 100000; exit 1")
    repository, commit = await commit_own(remote.first, "a")
    refused = await repository.push(commit)
    assert refused is not None
    assert len(refused.reason) <= 600


async def test_a_remote_that_denies_fast_forwards_of_a_checked_out_branch_is_quoted(
    remote: Remote, tmp_path: Path
) -> None:
    remote.first.git("remote", "set-url", "origin", f"file://{remote.second.path}")
    repository, commit = await commit_own(remote.first, "a")
    refused = await repository.push(commit)
    assert refused is not None
    assert (refused.is_race, refused.reason.split(":")[0]) == (
        False,
        "branch is currently checked out",
    )


async def test_a_remote_that_does_not_answer_is_an_error(remote: Remote) -> None:
    repository, commit = await commit_own(remote.first, "a")
    shutil.rmtree(remote.bare.path)
    with pytest.raises(GitError, match="the push to origin/main failed"):
        await repository.push(commit)


@pytest.mark.parametrize("moment", ["prepared", "committed"])
async def test_an_answer_that_is_lost_is_an_error_whatever_the_remote_did(
    remote: Remote, moment: str
) -> None:
    """The remote's process dies before it has moved the branch, or right after."""
    repository, commit = await commit_own(remote.first, "a")
    remote.bare.hook("reference-transaction", f'[ "$1" != {moment} ] || kill -9 $PPID')
    with pytest.raises(GitError, match="the push to origin/main failed"):
        await repository.push(commit)
    await repository.fetch()
    assert await repository.is_on_upstream(commit) == (moment == "committed")


async def test_a_remote_that_knows_us_not_forbids_it(remote: Remote, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(
        "#!/bin/sh\necho 'git@host: Permission denied (publickey).' >&2; exit 255\n", encoding="utf-8"
    )
    ssh.chmod(0o755)
    remote.first.git("remote", "set-url", "origin", "ssh://git@host/x.git")
    await commit_own(remote.first, "a")
    repository = await remote.first.open(GIT_SSH=str(ssh))
    refused = await repository.push(remote.first.head)
    assert refused is not None
    assert not refused.is_race
    assert "Permission denied" in refused.reason


async def test_a_hook_here_that_refuses_is_quoted(remote: Remote) -> None:
    remote.first.hook("pre-push", "echo 'not today' >&2; exit 1")
    repository, commit = await commit_own(remote.first, "a")
    before = remote.tip
    with pytest.raises(GitError, match="not today"):
        await repository.push(commit)
    assert remote.tip == before


async def test_an_address_for_pushing_alone_is_used(remote: Remote, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", "--bare", remote.url, tmp_path / "push.git"], check=True)  # noqa: ASYNC221  # over in a moment
    remote.first.git("remote", "set-url", "--push", "origin", str(tmp_path / "push.git"))
    repository, commit = await commit_own(remote.first, "a")
    await repository.push(commit)
    assert Clone(tmp_path / "push.git").git("rev-parse", "main") == commit
