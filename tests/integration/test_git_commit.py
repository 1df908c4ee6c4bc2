"""The state in history, and commits of it, with real git."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from campaignsync.errors import GitError, StateError
from tests.integration.clones import (
    MESSAGE,
    STATE,
    Clone,
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


async def test_the_state_at_head_is_what_was_committed(clone: Clone) -> None:
    repository = await clone.open()
    clone.write(STATE, text("a"))
    assert await repository.state_at_head() == text()
    clone.git("rm", "--quiet", "--force", STATE)
    clone.git("commit", "--quiet", "--message=gone")
    assert await repository.state_at_head() is None


async def test_a_committed_state_that_is_no_text_is_told(clone: Clone) -> None:
    (clone.path / STATE).write_bytes(b"\xff\xfe")
    clone.git("commit", "--quiet", "--all", "--message=broken")
    with pytest.raises(StateError, match="is not UTF-8"):
        await (await clone.open()).state_at_head()


async def test_without_a_remote_there_is_no_base_and_no_upstream(clone: Clone) -> None:
    repository = await clone.open()
    assert await repository.state_at_upstream() is None
    assert await repository.state_at_base() is None
    with pytest.raises(GitError, match="has no upstream"):
        await repository.fetch()


async def test_a_commit_holds_the_state_file_alone_and_the_message_as_given(clone: Clone) -> None:
    before = clone.make_untidy()
    clone.write(STATE, text("a"))
    commit = await (await clone.open()).commit(MESSAGE)
    assert commit == clone.head
    assert clone.git("diff", "--name-only", "HEAD^", "HEAD") == STATE
    assert clone.git("show", f"HEAD:{STATE}") + "\n" == text("a")
    assert clone.git("log", "-1", "--format=%B") + "\n" == MESSAGE
    assert clone.status == before


async def test_a_line_of_the_message_that_looks_like_a_comment_stays(clone: Clone) -> None:
    clone.write(STATE, text("a"))
    message = "campaignsync: create 1 campaign\n\n# sale: cd-1\n\n\nSource-Commit: 1\n"
    await (await clone.open()).commit(message)
    assert clone.git("cat-file", "commit", "HEAD").endswith(message.strip())


@pytest.mark.parametrize("staged", ["staged", "removed from the index"])
async def test_the_disk_wins_over_a_staged_state(clone: Clone, staged: str) -> None:
    if staged == "staged":
        clone.write(STATE, text("staged"))
        clone.git("add", STATE)
    else:
        clone.git("rm", "--quiet", "--cached", STATE)
    clone.write(STATE, text("a"))
    await (await clone.open()).commit(MESSAGE)
    assert clone.git("show", f"HEAD:{STATE}") + "\n" == text("a")
    assert clone.status == ""


async def test_a_state_that_head_has_already_makes_no_commit(clone: Clone) -> None:
    status = clone.make_untidy()
    before = clone.head
    repository = await clone.open()
    assert await repository.commit(MESSAGE) is None
    os.utime(clone.path / STATE)
    assert await repository.commit(MESSAGE) is None
    assert (clone.head, clone.status) == (before, status)


async def test_the_first_state_file_is_committed_without_being_known_before(clone: Clone) -> None:
    before = clone.make_untidy()
    clone.write("first/campaigns.json", text("a"))
    commit = await (await clone.open(state="first/campaigns.json")).commit(MESSAGE)
    assert commit == clone.head
    assert clone.git("diff", "--name-only", "HEAD^", "HEAD") == "first/campaigns.json"
    assert clone.status == before


async def test_neither_on_disk_nor_in_head_is_nothing_to_commit(clone: Clone) -> None:
    assert await (await clone.open(state="first/campaigns.json")).commit(MESSAGE) is None


@pytest.mark.parametrize("state", ["state/a b.json", "Größe/🙂.json", "[x]*?/:(top)y.json", "-s/-x.json"])
@pytest.mark.parametrize("folder", [".", "campaigns"])
async def test_any_name_can_be_the_state_files(clone: Clone, state: str, folder: str) -> None:
    clone.write(f"{folder}/{state}", text("a"))
    repository = await clone.open(state=state, folder=folder)
    await repository.check()
    assert await repository.commit(MESSAGE) == clone.head
    assert await repository.state_at_head() == text("a")
    assert clone.status == ""


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
async def test_a_state_that_git_was_told_to_overlook_is_committed(clone: Clone, flag: str) -> None:
    clone.git("update-index", flag, STATE)
    clone.write(STATE, text("a"))
    assert await (await clone.open()).commit(MESSAGE) == clone.head
    assert clone.git("show", f"HEAD:{STATE}") + "\n" == text("a")


async def test_a_sparse_checkout_without_the_state_keeps_a_new_one(clone: Clone) -> None:
    clone.git("sparse-checkout", "set", "campaigns")
    clone.write(STATE, text("a"))
    assert await (await clone.open()).commit(MESSAGE) == clone.head
    assert clone.git("show", f"HEAD:{STATE}") + "\n" == text("a")


@pytest.mark.parametrize("is_new", [False, True])
async def test_a_failing_hook_keeps_the_state_and_peoples_index(clone: Clone, is_new: bool) -> None:  # noqa: FBT001  # a case
    state = "first/campaigns.json" if is_new else STATE
    clone.write(state, text("a"))
    before = clone.make_untidy()
    head = clone.head
    clone.hook("pre-commit", "echo 'only on Tuesdays'; exit 1")
    with pytest.raises(GitError, match="only on Tuesdays") as caught:
        await (await clone.open(state=state)).commit(MESSAGE)
    assert "is saved" in caught.value.message
    assert (clone.head, clone.status, clone.read(state)) == (head, before, text("a"))


async def test_hooks_see_no_secret_and_the_message_applies(clone: Clone) -> None:
    clone.hook("pre-commit", "env > ../environment")
    clone.hook("commit-msg", 'echo "Change-Id: I1" >> "$1"')
    clone.write(STATE, text("a"))
    await (await clone.open(KORE_CLIENT_SECRET="s3cret", KORE_JWT="t0ken")).commit(MESSAGE)
    seen = (clone.path.parent / "environment").read_text(encoding="utf-8")
    assert "s3cret" not in seen
    assert "t0ken" not in seen
    assert clone.git("log", "-1", "--format=%(trailers:key=Change-Id,valueonly)") == "I1"


async def test_a_hook_that_adds_a_file_is_told(clone: Clone) -> None:
    clone.hook("pre-commit", "echo 1 > log.txt; git add log.txt")
    clone.write(STATE, text("a"))
    with pytest.raises(GitError, match=r"holds more than state/campaigns\.json: log\.txt"):
        await (await clone.open()).commit(MESSAGE)


async def test_a_hook_that_hangs_on_to_its_output_does_not_hold_up_the_run(clone: Clone) -> None:
    """As ssh does with a connection that it keeps open for the next command."""
    clone.hook("post-commit", "sleep 600 & echo $! > ../pid")
    clone.write(STATE, text("a"))
    with anyio.fail_after(30):
        assert await (await clone.open()).commit(MESSAGE) == clone.head
    os.kill(int((clone.path.parent / "pid").read_text(encoding="utf-8")), 9)


async def test_a_lock_left_by_a_killed_git_is_told_with_the_way_out(clone: Clone) -> None:
    (clone.path / ".git/index.lock").touch()
    clone.write(STATE, text("a"))
    repository = await clone.open()
    repository = replace(repository, git=replace(repository.git, lock_patience_s=0.0))
    with pytest.raises(GitError, match=r"index\.lock") as caught:
        await repository.commit(MESSAGE)
    assert "remove the lock file" in caught.value.hint


async def test_a_git_that_is_at_work_for_a_moment_is_waited_for(clone: Clone) -> None:
    lock = clone.path / ".git/index.lock"
    lock.touch()
    clone.write(STATE, text("a"))
    repository = await clone.open()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(repository.commit, MESSAGE)
        with anyio.fail_after(30):
            await anyio.sleep(0.5)
        lock.unlink()
    assert clone.git("show", f"HEAD:{STATE}") + "\n" == text("a")


async def test_commits_are_signed_where_people_sign(clone: Clone, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is missing")
    key = tmp_path / "key"
    await anyio.run_process(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)])
    clone.git("config", "gpg.format", "ssh")
    clone.git("config", "user.signingKey", str(key))
    clone.git("config", "commit.gpgSign", "true")
    clone.git("config", "log.showSignature", "true")
    clone.write(STATE, text("a"))
    await (await clone.open()).commit(MESSAGE)
    assert "gpgsig" in clone.git("cat-file", "commit", "HEAD")


async def test_a_signature_that_fails_keeps_the_state(clone: Clone) -> None:
    clone.git("config", "commit.gpgSign", "true")
    clone.git("config", "gpg.program", "false")
    clone.write(STATE, text("a"))
    with pytest.raises(GitError, match="gpg failed to sign"):
        await (await clone.open()).commit(MESSAGE)
    assert clone.read(STATE) == text("a")


async def test_a_linked_work_tree_commits_to_its_own_branch(clone: Clone, tmp_path: Path) -> None:
    clone.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    main, side = clone.head, Clone(tmp_path / "side")
    repository = await side.open()
    await repository.check()
    side.write(STATE, text("a"))
    commit = await repository.commit(MESSAGE)
    assert (clone.head, side.head) == (main, commit)
    assert repository.scratch.is_relative_to(clone.path / ".git/worktrees")


async def test_a_message_in_another_charset_of_the_repository_stays_utf8(clone: Clone) -> None:
    clone.git("config", "i18n.commitEncoding", "ISO-8859-1")
    clone.write(STATE, text("a"))
    await (await clone.open()).commit("campaignsync: create 1 campaign\n\nGrüße: cd-1\n")
    assert "Grüße: cd-1" in clone.git("log", "-1", "--format=%B", "--encoding=UTF-8")
