"""Recording on a branch of this clone: by compare-and-swap of its ref, beside a person who works in it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from campaignsync.errors import GitError
from campaignsync.repository.local_branch import current_branch
from campaignsync.repository.runner import Answer, Git
from campaignsync.snapshot import Snapshot
from tests.integration.clones import MESSAGE, STATE, Clone, new_clone, new_work_tree, state, text

pytestmark = pytest.mark.anyio


async def record(clone: Clone, *names: str) -> tuple[Snapshot, str, list[str]]:
    """Record a state as a run does; return the snapshot before, the commit, and what a person reads."""
    recorder, notes = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state(*names), MESSAGE)
    assert await recorder.publish(base, commit) is None
    return base, commit, notes


def state_status(clone: Clone) -> str:
    """Return git's two letters on the state file: index, and file."""
    return (
        clone.git("status", "--porcelain", "--untracked-files=all", "--", "state")
        .partition("state")[0]
        .strip(" \n")
    )


async def test_the_tip_is_read_and_one_commit_is_added(clone: Clone) -> None:
    base, commit, notes = await record(clone, "a")
    assert (clone.head, clone.git("rev-parse", "HEAD^"), notes) == (commit, base.id, [])
    assert (clone.read(STATE), clone.status) == (text("a"), "")


async def test_all_else_of_a_persons_is_as_before(clone: Clone) -> None:
    clone.make_untidy()
    before = clone.everything
    status = clone.status
    _, commit, _ = await record(clone, "a")
    after = clone.everything
    assert clone.status == status
    assert {**dict(before["files"]), STATE: text("a").encode()} == after["files"]  # type: ignore[call-overload]  # it is a mapping
    assert clone.git("diff", "--name-only", "HEAD^", "HEAD") == STATE
    assert clone.git("log", "-1", "--walk-reflogs", "--format=%H %gs") == f"{commit} campaignsync: record"
    assert (after["HEAD"], after["settings"]) == (before["HEAD"], before["settings"])
    assert clone.git("stash", "list") != ""


async def test_the_next_snapshot_is_the_commit(clone: Clone) -> None:
    _, commit, _ = await record(clone, "a")
    recorder, _ = clone.local()
    tip = await recorder.snapshot()
    assert (tip.id, tip.state) == (commit, state("a"))
    assert await recorder.holds(tip, commit)


async def test_what_the_branch_holds_is_its_history(clone: Clone) -> None:
    recorder, _ = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    assert not await recorder.holds(base, commit)
    await recorder.publish(base, commit)
    clone.commit("x", "1\n")
    tip = await recorder.snapshot()
    assert await recorder.holds(tip, commit)


@pytest.mark.parametrize("what", ["commit", "amend", "reset"])
async def test_a_branch_that_a_person_moved_meanwhile_is_left_where_it_is(clone: Clone, what: str) -> None:
    clone.commit("x", "1\n")
    recorder, _ = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    if what == "commit":
        clone.commit("x", "2\n")
    elif what == "amend":
        clone.git("commit", "--quiet", "--amend", "--message=better")
    else:
        clone.git("reset", "--quiet", "--hard", "HEAD^")
    before = clone.everything
    said = await recorder.publish(base, commit)
    assert (said is not None and base.id in said, clone.everything) == (True, before)
    tip = await recorder.snapshot()
    assert (tip.id, await recorder.holds(tip, commit)) == (clone.head, False)


async def test_a_switch_meanwhile_changes_neither_where_it_records_nor_the_work_tree(clone: Clone) -> None:
    recorder, notes = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit(STATE, text("theirs"))
    side, status = clone.head, clone.status
    assert await recorder.publish(base, commit) is None
    assert (clone.git("rev-parse", "main"), clone.head, clone.status) == (commit, side, status)
    assert clone.read(STATE) == text("theirs")
    (note,) = notes
    assert "was left alone: it has changes, or another branch is checked out" in note
    assert note.endswith(f"git checkout {commit[:12]} -- {STATE}")


async def test_a_held_index_is_caught_up_by_a_later_run_however_many_come_between(clone: Clone) -> None:
    lock = clone.path / ".git/index.lock"
    lock.touch()
    names: list[str] = []
    for name in ("a", "b"):
        names.append(name)
        files = clone.at()
        recorder, notes = clone.local(replace(files, git=replace(files.git, lock_patience_s=0)))
        await recorder.check()
        base = await recorder.snapshot()
        commit = await recorder.commit(base, state(*names), MESSAGE)
        assert await recorder.publish(base, commit) is None
        assert (clone.head, "another git command holds the index" in notes[0]) == (commit, True)
    lock.unlink()
    recorder, _ = clone.local()
    await recorder.check()
    assert (clone.read(STATE), clone.status) == (text("a", "b"), "")
    assert clone.git("for-each-ref", "refs/worktree/campaignsync") == ""


async def test_a_detached_head_meanwhile_is_left_alone(clone: Clone) -> None:
    recorder, notes = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    clone.git("switch", "--quiet", "--detach")
    await recorder.publish(base, commit)
    assert (clone.head, clone.status, len(notes)) == (base.id, "", 1)


@pytest.mark.parametrize("moment", ["before the snapshot", "before the commit is published"])
async def test_a_branch_that_was_deleted_meanwhile_stays_so(clone: Clone, moment: str) -> None:
    recorder, _ = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    clone.git("switch", "--quiet", "--detach")
    clone.git("branch", "--quiet", "-D", "main")
    if moment == "before the snapshot":
        with pytest.raises(GitError, match="the branch main has no commit"):
            await recorder.snapshot()
    else:
        assert await recorder.publish(base, commit) is not None
    assert clone.git("for-each-ref", "refs/heads") == ""


async def test_a_branch_without_a_commit_is_told(tmp_path: Path) -> None:
    recorder, _ = new_clone(tmp_path / "new").local()
    with pytest.raises(GitError, match="the branch main has no commit") as caught:
        await recorder.check()
    assert "Commit the definitions first" in caught.value.hint


async def test_a_git_at_work_in_the_branch_is_waited_for_and_then_told(clone: Clone) -> None:
    files = clone.at()
    recorder, _ = clone.local(replace(files, git=replace(files.git, lock_patience_s=0.0)))
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    (clone.path / ".git/refs/heads/main.lock").touch()
    said = await recorder.publish(base, commit)
    assert (said is not None and "main.lock" in said, clone.head) == (True, base.id)


async def test_a_lock_that_goes_away_is_no_hindrance(clone: Clone) -> None:
    recorder, _ = clone.local()
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    lock = clone.path / ".git/refs/heads/main.lock"
    lock.touch()
    with subprocess.Popen(["sh", "-c", 'sleep 0.3; rm "$0"', lock]):  # noqa: ASYNC220  # it runs beside the test
        assert await recorder.publish(base, commit) is None
    assert clone.head == commit


class _KilledError(BaseException):
    """The process is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _DyingGit(Git):
    """Runs so many commands, and then the process is gone."""

    left: Iterator[int]

    async def ask(self, *args: str, **more: Any) -> Answer:  # noqa: ANN401  # as they are
        if next(self.left, None) is None:
            raise _KilledError
        return await Git.ask(self, *args, **more)


@pytest.mark.parametrize("commands", range(11))
@pytest.mark.parametrize("is_first", [False, True])
async def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_set_right(
    clone: Clone, commands: int, *, is_first: bool
) -> None:
    """Also in the middle of moving the branch, the index and the file."""
    if is_first:
        await without_a_state(clone)
    base, commit = await clone.make("a")
    files = clone.at()
    git = _DyingGit(folder=files.git.folder, env=files.git.env, left=iter(range(commands)))
    dying, _ = clone.local(replace(files, git=git))
    with suppress(_KilledError):
        await dying.publish(base, commit)
    next_one, _ = clone.local()
    await next_one.check()
    assert (clone.status, clone.head in {base.id, commit}) == ("", True)
    assert clone.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


@pytest.mark.parametrize("length", [0, 1, 60])
async def test_a_file_that_a_killed_git_wrote_in_part_is_written_whole_by_the_next_run(
    clone: Clone, length: int
) -> None:
    whole = await _killed_before_the_file(clone)
    (clone.path / STATE).write_bytes(whole[:length])
    next_one, _ = clone.local()
    await next_one.check()
    assert ((clone.path / STATE).read_bytes(), clone.status) == (whole, "")


async def test_what_a_person_wrote_after_a_kill_is_left(clone: Clone) -> None:
    whole = await _killed_before_the_file(clone)
    mine = whole[:60] + b"mine"
    (clone.path / STATE).write_bytes(mine)
    next_one, _ = clone.local()
    await next_one.check()
    assert (clone.path / STATE).read_bytes() == mine


async def _killed_before_the_file(clone: Clone) -> bytes:
    """Move the branch, and be killed before the file has followed; return what it must hold."""
    base, commit = await clone.make("a")
    files = clone.at()
    for commands in range(11):
        git = _DyingGit(folder=files.git.folder, env=files.git.env, left=iter(range(commands)))
        dying, _ = clone.local(replace(files, git=git))
        with suppress(_KilledError):
            await dying.publish(base, commit)
        if clone.head == commit:
            break
    return clone.git("show", f"{commit}:{STATE}").encode() + b"\n"


async def test_no_hook_runs_not_even_a_refs(clone: Clone) -> None:
    for name in ("pre-commit", "post-commit", "post-checkout", "post-index-change", "reference-transaction"):
        clone.hook(name, "touch ../ran; exit 1")
    _, commit, _ = await record(clone, "a")
    assert (clone.head, (clone.path.parent / "ran").exists()) == (commit, False)


async def test_a_modified_file_is_left_and_the_index_follows(clone: Clone) -> None:
    """With the old entry in the index, the person's next commit would take the records out again."""
    clone.write(STATE, "mine\n")
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), state_status(clone), len(notes)) == ("mine\n", "M", 1)
    assert clone.git("diff", "--cached", "--name-only") == ""


async def test_a_removed_file_is_left_removed(clone: Clone) -> None:
    (clone.path / STATE).unlink()
    _, _, notes = await record(clone, "a")
    assert ((clone.path / STATE).exists(), clone.git("diff", "--cached", "--name-only"), len(notes)) == (
        False,
        "",
        1,
    )


async def test_what_a_person_staged_is_left_staged(clone: Clone) -> None:
    clone.write(STATE, "mine\n")
    clone.git("add", STATE)
    entry = clone.git("ls-files", "--stage", STATE)
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), clone.git("ls-files", "--stage", STATE), len(notes)) == ("mine\n", entry, 1)


async def test_a_staged_removal_is_left_staged(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    _, _, notes = await record(clone, "a")
    assert (clone.git("ls-files", STATE), (clone.path / STATE).exists(), len(notes)) == ("", False, 1)


async def test_a_state_in_conflict_is_left_in_conflict(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--create", "side")
    clone.commit(STATE, text("side"))
    clone.git("switch", "--quiet", "main")
    clone.commit(STATE, text("mine"))
    subprocess.run(["git", "merge", "side"], check=False, capture_output=True, cwd=clone.path)  # noqa: ASYNC221  # over in a moment
    entries, content = clone.git("ls-files", "--stage", STATE), clone.read(STATE)
    _, _, notes = await record(clone, "mine", "a")
    assert (clone.git("ls-files", "--stage", STATE), clone.read(STATE), len(notes)) == (entries, content, 1)


async def test_a_file_only_touched_is_as_before(clone: Clone) -> None:
    clone.write(STATE, text())
    os.utime(clone.path / STATE, (1, 1))
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), clone.status, notes) == (text("a"), "", [])


async def without_a_state(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.commit_all("begin without a state")


async def test_the_first_state_file_comes_into_the_work_tree(clone: Clone) -> None:
    await without_a_state(clone)
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), clone.status, notes) == (text("a"), "", [])


async def test_an_untracked_file_in_its_place_is_left(clone: Clone) -> None:
    await without_a_state(clone)
    clone.write(STATE, "mine\n")
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), state_status(clone), len(notes)) == ("mine\n", "M", 1)


@pytest.mark.parametrize("kind", ["a link", "a dangling link", "a file"])
async def test_nothing_is_written_through_what_is_in_the_place_of_the_new_folder(
    clone: Clone, kind: str
) -> None:
    await without_a_state(clone)
    elsewhere, place = clone.path.parent / "elsewhere", clone.path / "state"
    elsewhere.mkdir()
    if kind == "a file":
        place.write_text("mine\n", encoding="utf-8")
    else:
        place.symlink_to(elsewhere if kind == "a link" else "nowhere")
    before = place.lstat()
    _, commit, notes = await record(clone, "a")
    after = place.lstat()
    assert (after.st_ino, after.st_mode, list(elsewhere.iterdir())) == (before.st_ino, before.st_mode, [])
    assert (clone.head, len(notes)) == (commit, 1)


async def test_nothing_is_written_through_a_link_in_the_place_of_the_known_folder(clone: Clone) -> None:
    elsewhere = clone.path.parent / "elsewhere"
    (clone.path / "state").rename(elsewhere)
    (clone.path / "state").symlink_to("../elsewhere")
    _, _, notes = await record(clone, "a")
    assert ((clone.path / "state").is_symlink(), len(notes)) == (True, 1)
    assert (elsewhere / "campaigns.json").read_text(encoding="utf-8") == text()


async def test_a_file_that_is_a_link_is_left_with_its_target(clone: Clone) -> None:
    (clone.path / STATE).rename(clone.path / "state/real.json")
    (clone.path / STATE).symlink_to("real.json")
    _, _, notes = await record(clone, "a")
    assert ((clone.path / STATE).is_symlink(), clone.read("state/real.json"), len(notes)) == (True, text(), 1)


async def test_a_sparse_checkout_without_the_state_stays_so(clone: Clone) -> None:
    clone.git("sparse-checkout", "set", "campaigns")
    _, _, notes = await record(clone, "a")
    assert (clone.status, (clone.path / STATE).exists(), notes) == ("", False, [])
    clone.git("sparse-checkout", "disable")
    assert (clone.read(STATE), clone.status) == (text("a"), "")


async def test_a_file_that_a_sparse_checkout_leaves_out_is_left(clone: Clone) -> None:
    clone.git("sparse-checkout", "set", "campaigns")
    clone.write(STATE, "mine\n")
    await record(clone, "a")
    assert clone.read(STATE) == "mine\n"
    assert clone.git("diff", "--cached", "--name-only") == ""


async def test_an_edit_that_git_was_told_to_overlook_is_left(clone: Clone) -> None:
    clone.git("update-index", "--assume-unchanged", STATE)
    clone.write(STATE, "mine\n")
    _, _, notes = await record(clone, "a")
    assert (clone.read(STATE), len(notes)) == ("mine\n", 1)


@pytest.mark.parametrize(
    "setting", ["core.autocrlf", "core.splitIndex", "core.untrackedCache", "feature.manyFiles"]
)
async def test_the_file_is_as_a_checkout_would_have_it(clone: Clone, setting: str) -> None:
    clone.git("config", setting, "true")
    clone.git("rm", "--quiet", "--cached", "-r", ".")
    clone.git("reset", "--quiet", "--hard")
    _, _, notes = await record(clone, "a")
    expected = text("a").replace("\n", "\r\n") if setting == "core.autocrlf" else text("a")
    assert (clone.read(STATE), clone.status, notes) == (expected, "", [])


async def test_filters_apply_to_the_file_and_not_to_the_commit(clone: Clone) -> None:
    clone.git("config", "filter.upper.clean", "tr A-Z a-z")
    clone.git("config", "filter.upper.smudge", "tr a-z A-Z")
    clone.write(".git/info/attributes", "*.json filter=upper\n")
    _, commit, _ = await record(clone, "a")
    assert clone.git("show", f"{commit}:{STATE}") + "\n" == text("a")


async def test_other_work_trees_are_left_alone(clone: Clone) -> None:
    clone.git("worktree", "add", "--quiet", "-b", "side", "../side")
    side = Clone(clone.path.parent / "side")
    side.make_untidy()
    status, head = side.status, side.head
    await record(clone, "a")
    assert (side.status, side.head) == (status, head)


async def test_a_linked_work_tree_records_on_its_own_branch(clone: Clone) -> None:
    clone.git("worktree", "add", "--quiet", "-b", "side", "../side")
    main, side = clone.head, Clone(clone.path.parent / "side")
    recorder, notes = side.local(branch="side")
    base = await recorder.snapshot()
    commit = await recorder.commit(base, state("a"), MESSAGE)
    assert await recorder.publish(base, commit) is None
    assert (clone.head, side.head, notes) == (main, commit, [])
    assert (side.read(STATE), side.status, clone.status) == (text("a"), "", "")


@pytest.mark.parametrize("path", ["a b/größe 🙂.json", "[x]*?.json", ":(top)y.json", "-s.json", "x,y.json"])
async def test_any_name_can_be_the_state_files(tmp_path: Path, path: str) -> None:
    clone = new_work_tree(tmp_path / "a clone")
    for names in (("a",), ("a", "b")):
        recorder, notes = clone.local(clone.at(state=path))
        base = await recorder.snapshot()
        assert await recorder.publish(base, await recorder.commit(base, state(*names), MESSAGE)) is None
        assert (clone.read(path), clone.status, notes) == (text(*names), "", [])


async def test_the_current_branch_is_known_by_its_ref(clone: Clone) -> None:
    git = clone.runner()
    clone.git("switch", "--quiet", "--create", "feature/größe")
    assert await current_branch(git) == "refs/heads/feature/größe"
    clone.git("switch", "--quiet", "--detach")
    assert await current_branch(git) is None
