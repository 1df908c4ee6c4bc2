"""Recording on a remote's branch: fetched aside, pushed by id, and a person's clone left as it is."""

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.repository.branch import Files
from campaignsync.repository.remote_branch import RemoteBranch, find_remote, has_upstream
from campaignsync.repository.scratch import object_folder
from campaignsync.snapshot import Snapshot
from tests.integration.clones import (
    KEY,
    MESSAGE,
    STATE,
    Clone,
    Remote,
    new_clone,
    new_remote,
    push_as_person,
    state,
    text,
)

pytestmark = pytest.mark.anyio


async def make(recorder: RemoteBranch, *names: str) -> tuple[Snapshot, str]:
    """Take a snapshot, and make a commit on it."""
    base = await recorder.snapshot()
    return base, await recorder.commit(base, state(*names), MESSAGE)


async def record(
    clone: Clone, *names: str, files: Files | None = None, branch: str | None = None, key: str = KEY
) -> str:
    """Record a state as a run does; return the commit."""
    async with clone.pushing(files, branch=branch, key=key) as recorder:
        base, commit = await make(recorder, *names)
        assert await recorder.publish(base, commit) is None
        return commit


def refuse(remote: Remote, words: str) -> None:
    remote.bare.hook("pre-receive", f"echo '{words}'; exit 1")


async def test_the_remotes_tip_is_read_and_one_commit_is_added(remote: Remote) -> None:
    tip = push_as_person(remote.second, STATE, text("theirs"))
    async with remote.first.pushing() as recorder:
        base = await recorder.snapshot()
        assert (base.id, base.state) == (tip, state("theirs"))
        commit = await recorder.commit(base, state("a", "theirs"), MESSAGE)
        assert await recorder.publish(base, commit) is None
        assert (await recorder.snapshot()).id == commit
    assert (remote.tip, remote.bare.git("rev-parse", f"{commit}^")) == (commit, tip)
    assert remote.bare.git("diff", "--name-only", tip, commit) == STATE
    assert remote.shown(STATE) == text("a", "theirs")


async def test_a_persons_clone_is_left_as_it_is(remote: Remote) -> None:
    push_as_person(remote.second, "theirs.txt")
    remote.second.git("tag", "--annotate", "--message=x", "v1", "HEAD")
    remote.second.git("push", "--quiet", "origin", "v1")
    remote.first.make_untidy()
    remote.first.commit("unpushed.txt", "1\n")
    before = remote.first.everything
    folder = sorted(path.name for path in (remote.first.path / ".git").iterdir())
    commit = await record(remote.first, "a")
    assert (remote.tip, remote.first.everything) == (commit, before)
    assert sorted(path.name for path in (remote.first.path / ".git").iterdir()) == folder


async def test_what_was_pushed_comes_with_a_pull(remote: Remote) -> None:
    commit = await record(remote.first, "a")
    remote.first.git("pull", "--quiet")
    assert (remote.first.head, remote.first.status, remote.first.read(STATE)) == (commit, "", text("a"))


async def test_a_fetch_moves_a_ref_of_the_programs_own_which_goes_with_it(remote: Remote) -> None:
    tip = push_as_person(remote.second)
    before = remote.first.git("for-each-ref")
    async with remote.first.pushing() as recorder:
        await recorder.snapshot()
        own = remote.first.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/campaignsync")
        assert own == f"{tip} refs/campaignsync/{KEY}"
    assert remote.first.git("for-each-ref") == before


async def test_a_ref_that_a_killed_run_left_is_in_nobodys_way(remote: Remote) -> None:
    unrelated = remote.first.git("commit-tree", "-m", "x", "HEAD^{tree}")
    remote.first.git("update-ref", f"refs/campaignsync/{KEY}", unrelated)
    assert await record(remote.first, "a") == remote.tip
    assert remote.first.git("for-each-ref", "refs/campaignsync") == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"push.default": "nothing"},
        {"push.followTags": "true"},
        {"push.autoSetupRemote": "true"},
        {"remote.origin.push": "+refs/heads/*:refs/heads/*"},
        {"remote.pushDefault": "nowhere"},
        {"branch.main.pushRemote": "nowhere"},
        {"fetch.prune": "true", "fetch.pruneTags": "true"},
        {"remote.origin.tagOpt": "--tags"},
        {"remote.origin.fetch": "+refs/heads/*:refs/heads/*"},
        {"fetch.writeCommitGraph": "true"},
        {"core.logAllRefUpdates": "always"},
        {"core.fsmonitor": "false-program", "core.hooksPath": "/nowhere"},
        {"safe.bareRepository": "explicit"},
        {"core.autocrlf": "true"},
        {"submodule.recurse": "true", "push.recurseSubmodules": "check"},
        {"user.useConfigOnly": "true"},
        {"protocol.version": "0"},
        {"advice.pushUpdateRejected": "false", "color.ui": "always", "core.quotePath": "false"},
    ],
    ids=lambda settings: next(iter(settings)),
)
async def test_no_setting_of_a_person_changes_what_is_pushed(
    remote: Remote, settings: dict[str, str]
) -> None:
    remote.first.git("branch", "side")
    remote.first.git("tag", "--annotate", "--message=x", "v1")
    push_as_person(remote.second)
    for name, value in settings.items():
        remote.first.git("config", name, value)
    before = remote.first.everything
    commit = await record(remote.first, "a")
    assert remote.bare.git("for-each-ref", "--format=%(objectname) %(refname)") == f"{commit} refs/heads/main"
    assert remote.first.everything == before


@pytest.mark.parametrize("theirs", ["another file", "the state"])
async def test_second_place_pushes_nothing(remote: Remote, theirs: str) -> None:
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        tip = push_as_person(remote.second, STATE if theirs == "the state" else "x", text("theirs"))
        assert await recorder.publish(base, commit) is not None
        now = await recorder.snapshot()
        assert (now.id, remote.tip, await recorder.holds(now, commit)) == (tip, tip, False)


@pytest.mark.parametrize("name", ["remote.origin.push", "remote.origin.mirror"])
async def test_no_setting_makes_a_push_forced(remote: Remote, name: str) -> None:
    remote.first.git("config", name, "true" if "mirror" in name else "+refs/heads/*:refs/heads/*")
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        tip = push_as_person(remote.second)
        assert await recorder.publish(base, commit) is not None
    assert remote.tip == tip


async def test_a_branch_that_was_set_back_meanwhile_stays_so(remote: Remote) -> None:
    """A push as a fast-forward would bring back the commit that somebody has just taken away."""
    begin = remote.tip
    push_as_person(remote.second)
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        remote.bare.git("update-ref", "refs/heads/main", begin)
        assert await recorder.publish(base, commit) is not None
        now = await recorder.snapshot()
        assert (now.id, remote.tip, await recorder.holds(now, commit)) == (begin, begin, False)


async def test_a_commit_that_is_there_already_is_pushed_again_without_harm(remote: Remote) -> None:
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        assert await recorder.publish(base, commit) is None
        assert await recorder.publish(base, commit) is None
        tip = push_as_person(remote.second)
        assert await recorder.publish(base, commit) is not None
        now = await recorder.snapshot()
        assert (now.id, await recorder.holds(now, commit)) == (tip, True)


async def test_a_push_between_the_look_and_the_lock_is_not_overwritten(remote: Remote) -> None:
    """The hook pushes in the middle of the other push, as a second machine would."""
    theirs = remote.second.commit("x", "1\n")
    alternates = remote.bare.path / "objects/info/alternates"
    alternates.write_text(f"{remote.second.path}/.git/objects\n", encoding="utf-8")
    remote.bare.hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main {theirs}")
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        assert await recorder.publish(base, commit) is not None
    assert remote.tip == theirs


async def test_a_lock_in_the_remote_is_told(remote: Remote) -> None:
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        (remote.bare.path / "refs/heads/main.lock").touch()
        assert "cannot lock ref" in (await recorder.publish(base, commit) or "")


async def test_a_remote_that_forbids_it_is_quoted_without_secrets_and_escapes(remote: Remote) -> None:
    refuse(remote, "GH006: Protected branch \x1b[31mupdate failed. See https://ada:t0ken@host/rules")
    async with remote.first.pushing() as recorder:
        said = await recorder.publish(*await make(recorder, "a"))
    words = "GH006: Protected branch [31mupdate failed. See https://***@host/rules"
    assert said == f"[remote rejected] (pre-receive hook declined): {words}"


async def test_an_endless_refusal_is_cut(remote: Remote) -> None:
    remote.bare.hook("pre-receive", "yes no | head -c 100000; exit 1")
    async with remote.first.pushing() as recorder:
        said = await recorder.publish(*await make(recorder, "a"))
    assert 0 < len(said or "") <= 600


async def test_a_branch_that_is_checked_out_there_is_quoted(remote: Remote) -> None:
    remote.first.git("remote", "set-url", "origin", f"file://{remote.second.path}")
    async with remote.first.pushing() as recorder:
        said = await recorder.publish(*await make(recorder, "a"))
    assert "branch is currently checked out" in (said or "")


@pytest.mark.parametrize("moment", ["prepared", "committed"])
async def test_whether_a_push_without_an_answer_came_through_is_found_by_looking(
    remote: Remote, moment: str
) -> None:
    """The remote's process dies before it has moved the branch, or right after."""
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        remote.bare.hook("reference-transaction", f'[ "$1" != {moment} ] || kill -9 $PPID')
        assert await recorder.publish(base, commit) is not None
        assert await recorder.holds(await recorder.snapshot(), commit) == (moment == "committed")


async def test_a_remote_that_is_gone_is_told(remote: Remote) -> None:
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        shutil.rmtree(remote.bare.path)
        assert await recorder.publish(base, commit)
        with pytest.raises(GitError, match="can't fetch main from origin"):
            await recorder.snapshot()
    with pytest.raises(GitError, match="can't reach origin"):
        async with remote.first.pushing():
            pass


async def test_a_remote_that_knows_us_not_is_quoted(remote: Remote, tmp_path: Path) -> None:
    ssh = tmp_path / "ssh"
    words = "git@host: Permission denied (publickey)."
    ssh.write_text(f"#!/bin/sh\necho '{words}' >&2; exit 255\n", encoding="utf-8")
    ssh.chmod(0o755)
    async with remote.first.pushing(remote.first.at(env={"GIT_SSH": str(ssh)})) as recorder:
        base, commit = await make(recorder, "a")
        remote.first.git("remote", "set-url", "origin", "ssh://git@host/x.git")
        assert words in (await recorder.publish(base, commit) or "")


async def test_a_password_in_the_address_is_never_shown(remote: Remote) -> None:
    async with remote.first.pushing() as recorder:
        base, commit = await make(recorder, "a")
        remote.first.git("remote", "set-url", "origin", "https://ada:t0ken@127.0.0.1:1/x.git")
        pushed = await recorder.publish(base, commit)
        with pytest.raises(GitError) as fetching:
            await recorder.snapshot()
    with pytest.raises(GitError) as checking:
        async with remote.first.pushing():
            pass
    for said in (pushed or "", *(f"{each.value.message} {each.value.hint}" for each in (fetching, checking))):
        assert ("127.0.0.1" in said, "t0ken" in said) == (True, False)


async def test_a_pre_push_hook_that_refuses_is_quoted_and_nothing_is_pushed(remote: Remote) -> None:
    remote.first.hook("pre-push", "echo 'not today' >&2; exit 1")
    before = remote.tip
    async with remote.first.pushing() as recorder:
        said = await recorder.publish(*await make(recorder, "a"))
    assert ("not today" in (said or ""), remote.tip) == (True, before)


@pytest.mark.parametrize("folder", [".git/hooks", "../shared hooks"])
async def test_the_pre_push_hook_sees_the_commit_and_no_secret(remote: Remote, folder: str) -> None:
    if folder != ".git/hooks":
        remote.first.git("config", "core.hooksPath", folder)
    remote.first.hook(
        "pre-push", "cat > ../pushed; env > ../environment; git cat-file -e $(cut -d' ' -f2 ../pushed)"
    )
    files = remote.first.at(env={"KORE_CLIENT_SECRET": "s3cret", "KORE_JWT": "t0ken"})
    tip = remote.tip
    commit = await record(remote.first, "a", files=files)
    seen = (remote.first.path.parent / "environment").read_text(encoding="utf-8")
    pushed = (remote.first.path.parent / "pushed").read_text(encoding="utf-8")
    assert pushed == f"{commit} {commit} refs/heads/main {tip}\n"
    assert ("s3cret" in seen, "t0ken" in seen) == (False, False)


async def test_no_hook_but_pre_push_runs(remote: Remote) -> None:
    names = (
        *("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-checkout"),
        *("post-merge", "pre-auto-gc", "post-index-change", "pre-push"),
    )
    for name in names:
        remote.first.hook(name, f"echo {name} >> ../ran")
    await record(remote.first, "a")
    assert (remote.first.path.parent / "ran").read_text(encoding="utf-8") == "pre-push\n"


async def test_an_address_for_pushing_alone_is_used(remote: Remote, tmp_path: Path) -> None:
    remote.first.git("clone", "--quiet", "--bare", remote.url, str(tmp_path / "push.git"))
    remote.first.git("remote", "set-url", "--push", "origin", str(tmp_path / "push.git"))
    commit = await record(remote.first, "a")
    assert Clone(tmp_path / "push.git").git("rev-parse", "main") == commit


async def test_an_address_that_the_configuration_rewrites_is_rewritten(remote: Remote) -> None:
    remote.first.git("config", f"url.file://{remote.bare.path.parent}/.insteadOf", "here:")
    remote.first.git("remote", "set-url", "origin", "here:remote.git")
    assert await record(remote.first, "a") == remote.tip


async def test_the_branch_is_the_remotes_default_whatever_is_checked_out(remote: Remote) -> None:
    remote.bare.git("branch", "trunk", "main")
    remote.bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    main = remote.tip
    remote.first.git("switch", "--quiet", "--create", "mine")
    commit = await record(remote.first, "a")
    assert (remote.bare.git("rev-parse", "trunk"), remote.tip) == (commit, main)


async def test_a_branch_that_is_named_is_the_one(remote: Remote) -> None:
    remote.bare.git("branch", "feature/größe", "main")
    main = remote.tip
    commit = await record(remote.first, "a", branch="feature/größe")
    assert (remote.bare.git("rev-parse", "feature/größe"), remote.tip) == (commit, main)


async def test_a_branch_that_is_not_there_is_told(remote: Remote) -> None:
    async with remote.first.pushing(branch="nowhere") as recorder:
        with pytest.raises(GitError, match="can't fetch nowhere from origin"):
            await recorder.snapshot()


async def test_a_branch_that_was_deleted_meanwhile_is_not_made_again(remote: Remote) -> None:
    remote.bare.git("branch", "side", "main")
    async with remote.first.pushing(branch="side") as recorder:
        await make(recorder, "a")
        remote.bare.git("branch", "--quiet", "-D", "side")
        with pytest.raises(GitError, match="can't fetch side from origin"):
            await recorder.snapshot()


async def test_a_branch_that_was_deleted_meanwhile_is_not_made_by_a_push(remote: Remote) -> None:
    remote.bare.git("branch", "side", "main")
    async with remote.first.pushing(branch="side") as recorder:
        base, commit = await make(recorder, "a")
        remote.bare.git("branch", "--quiet", "-D", "side")
        assert await recorder.publish(base, commit) is not None
    assert remote.bare.git("branch", "--list", "side") == ""


async def test_a_remote_without_a_word_is_taken_as_the_clone_remembers_it(remote: Remote) -> None:
    remote.bare.git("symbolic-ref", "HEAD", "refs/heads/nowhere")
    assert await record(remote.second, "a") == remote.tip
    remote.second.git("remote", "set-head", "origin", "--delete")
    with pytest.raises(GitError, match="does not say which branch is its default") as caught:
        async with remote.second.pushing():
            pass
    assert "--branch NAME" in caught.value.hint


async def test_an_option_in_the_place_of_a_branch_is_no_option(remote: Remote) -> None:
    async with remote.first.pushing(branch="--upload-pack=touch ../ran") as recorder:
        with pytest.raises(GitError):
            await recorder.snapshot()
    assert not (remote.first.path.parent / "ran").exists()


async def test_without_a_remote_there_is_nowhere_to_push(clone: Clone) -> None:
    with pytest.raises(GitError, match="there is no remote origin") as caught:
        async with clone.pushing():
            pass
    assert "git remote add origin" in caught.value.hint


async def test_the_remote_is_the_current_branchs_else_origin(remote: Remote) -> None:
    git = remote.first.runner()
    assert await find_remote(git) == "origin"
    remote.first.git("remote", "add", "up/stream", remote.url)
    remote.first.git("config", "branch.main.remote", "up/stream")
    assert await find_remote(git) == "up/stream"
    remote.first.git("switch", "--quiet", "--detach")
    assert await find_remote(git) == "origin"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("status",), True),
        (("switch", "--quiet", "--create", "mine", "--track", "main"), False),
        (("switch", "--quiet", "--create", "mine", "--track", "origin/main"), True),
        (("branch", "--unset-upstream"), False),
        (("config", "branch.main.remote", "nowhere"), True),
        (("config", "branch.main.merge", "refs/tags/v1"), False),
        (("update-ref", "-d", "refs/remotes/origin/main"), True),
        (("switch", "--quiet", "--detach"), False),
        (("switch", "--quiet", "--orphan", "new"), False),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else None,
)
async def test_whether_others_may_record_where_this_branch_goes(
    remote: Remote, change: tuple[str, ...], *, expected: bool
) -> None:
    remote.first.git(*change)
    assert await has_upstream(remote.first.runner()) == expected


def detached(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path, remote.url)
    clone.git("switch", "--quiet", "--detach", "HEAD^{commit}")
    return clone


def shallow(remote: Remote, path: Path) -> Clone:
    return new_clone(path, "--depth=1", remote.url)


def shallow_of_another_branch(remote: Remote, path: Path) -> Clone:
    remote.bare.git("branch", "other", "main")
    return new_clone(path, "--depth=1", "--single-branch", "--branch=other", remote.url)


def partial(remote: Remote, path: Path) -> Clone:
    remote.bare.git("config", "uploadpack.allowFilter", "true")
    return new_clone(path, "--filter=blob:none", remote.url)


def sparse(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path, remote.url)
    clone.git("sparse-checkout", "set", "--sparse-index", "campaigns")
    return clone


def linked_work_tree(remote: Remote, path: Path) -> Clone:
    remote.first.git("worktree", "add", "--quiet", "-b", "side", str(path))
    return Clone(path)


def work_tree_of_a_bare_clone(remote: Remote, path: Path) -> Clone:
    bare = new_clone(path.parent / "local.git", "--bare", remote.url)
    bare.git("worktree", "add", "--quiet", str(path), "main")
    return Clone(path)


def on_an_unborn_branch(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path)
    clone.git("remote", "add", "origin", remote.url)
    return clone


def unpushed_and_behind(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path, remote.url)
    clone.commit("mine", "1\n")
    push_as_person(remote.second)
    return clone


def as_actions_checkout_makes_it(remote: Remote, path: Path) -> Clone:
    """Init, fetch of one commit, and a branch on it."""
    clone, sha = new_clone(path), remote.tip
    clone.git("remote", "add", "origin", remote.url)
    clone.git("config", "http.https://github.com/.extraheader", "AUTHORIZATION: basic eDp0MGtlbg==")
    clone.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{sha}:refs/remotes/origin/main")
    clone.git("checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main")
    return clone


@pytest.mark.parametrize(
    "kind",
    [
        detached,
        shallow,
        shallow_of_another_branch,
        partial,
        sparse,
        linked_work_tree,
        work_tree_of_a_bare_clone,
        on_an_unborn_branch,
        unpushed_and_behind,
        as_actions_checkout_makes_it,
    ],
    ids=lambda kind: kind.__name__,
)
async def test_every_kind_of_clone_records_twice_and_is_left_as_it_is(
    remote: Remote, tmp_path: Path, kind: Callable[[Remote, Path], Clone]
) -> None:
    clone = kind(remote, tmp_path / "other kind")
    before = clone.everything
    first = await record(clone, "a")
    push_as_person(remote.second, "theirs.txt", "2\n")
    second = await record(clone, "a", "b")
    assert (remote.tip, remote.bare.git("rev-list", "--count", f"{first}..{second}")) == (second, "2")
    assert (remote.shown(STATE), clone.everything) == (text("a", "b"), before)


async def test_a_remote_of_longer_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    remote = new_remote(tmp_path)
    commit = await record(remote.first, "a")
    assert (len(commit), remote.tip) == (64, commit)


async def test_runs_for_two_state_files_of_one_clone_do_not_meet(remote: Remote) -> None:
    """Each holds its own lock, so they may overlap in any order."""
    async with remote.first.pushing() as first:
        base, commit = await make(first, "a")
        other = remote.first.at(state="state/staging.json")
        assert await record(remote.first, "b", files=other, key="fedcba9876543210") == remote.tip
        assert await first.publish(base, commit) is not None
        base, commit = await make(first, "a")
        assert await first.publish(base, commit) is None
    assert (remote.shown(STATE), remote.shown("state/staging.json")) == (text("a"), text("b"))


def test_objects_that_a_killed_run_left_are_removed_by_the_next(clone: Clone) -> None:
    with object_folder(clone.layout.common / "objects", key=KEY) as left:
        kept = left.parent.with_name(f"{left.parent.name}x")
        shutil.copytree(left.parent, kept)
    with object_folder(clone.layout.common / "objects", key=KEY):
        assert not kept.exists()


def test_objects_made_aside_are_gone_with_it_and_the_clones_are_seen(clone: Clone) -> None:
    objects = clone.layout.common / "objects"
    before = sorted(objects.rglob("*"))
    with object_folder(objects, key=KEY) as aside:
        env = {**os.environ, "GIT_OBJECT_DIRECTORY": str(aside)}
        command = ["git", "commit-tree", "-m", "x", "HEAD^{tree}"]
        made = subprocess.check_output(command, env=env, cwd=clone.path, text=True).strip()
        subprocess.run(["git", "cat-file", "-e", made], check=True, env=env, cwd=clone.path)
    assert (aside.exists(), sorted(objects.rglob("*"))) == (False, before)


def test_a_place_without_room_for_objects_is_named(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", without_room)
    with (
        pytest.raises(GitError, match=r"can't be made in /.+: No space left on device") as caught,
        object_folder(clone.layout.common / "objects", key=KEY),
    ):
        pass
    assert "Free some space" in caught.value.hint
