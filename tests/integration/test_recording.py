"""Which place a run records in, and which it refuses, in real repositories."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from campaignsync.claims import Rules
from campaignsync.commands.project import Project
from campaignsync.commands.recording import Recording, recording
from campaignsync.config import RunOptions
from campaignsync.errors import CampaignSyncError, GitError, LockedError
from campaignsync.progress import TerminalProgress
from campaignsync.protocol.tools import Context
from campaignsync.repository.folder import Folder
from campaignsync.repository.local_branch import LocalBranch
from campaignsync.repository.remote_branch import RemoteBranch
from campaignsync.state import Claim
from tests.integration.clones import BILLING, MESSAGE, MOMENT, STATE, Clone, Remote, new_clone, state, text

CLAIM = Claim(
    name="Other",
    source="campaigns/other.yaml",
    digest="sha256:ab",
    definition={"name": "Other"},
    claimed_at=MOMENT,
    claimed_by="run-1",
    send_before=MOMENT,
    lease_seconds=0,
    sends=0,
)

pytestmark = pytest.mark.anyio

DEFAULT = RunOptions(host="https://platform.kore.ai", app_id="st-1", run_id="run-1")
PUSH = replace(DEFAULT, is_pushing=True)
LOCAL = replace(DEFAULT, is_local=True)
FOLDER = replace(DEFAULT, is_committing=False)


class _Clock:
    def now(self) -> datetime:
        return MOMENT

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    def jitter(self) -> float:
        return 0.0


@asynccontextmanager
async def opened(
    root: Path, options: RunOptions = DEFAULT, *, state: str = STATE, campaigns: str = "campaigns"
) -> AsyncIterator[Recording]:
    """Give what records there, as a command does."""
    progress = TerminalProgress(is_verbose=False, rate_limit=None)
    project = Project(root=root, env=os.environ, progress=progress)
    context = Context(
        clock=_Clock(),
        progress=progress,
        stop=anyio.Event(),
        options=replace(options, campaigns=campaigns, state=state),
        rules=Rules(timeout_s=30.0, settle_s=120.0, rate_limit=60),
    )
    async with recording(project, context) as found:
        yield found


async def refusal(
    root: Path, options: RunOptions = DEFAULT, *, state: str = STATE, campaigns: str = "campaigns"
) -> CampaignSyncError:
    with pytest.raises(CampaignSyncError) as caught:
        async with opened(root, options, state=state, campaigns=campaigns):
            pass
    return caught.value


@pytest.mark.parametrize(
    ("options", "kind", "reads_work_tree"),
    [(DEFAULT, LocalBranch, True), (LOCAL, LocalBranch, True), (FOLDER, Folder, False)],
    ids=["default", "local", "no commit"],
)
async def test_without_an_upstream(
    clone: Clone, options: RunOptions, kind: type, *, reads_work_tree: bool
) -> None:
    async with opened(clone.path, options) as found:
        assert (type(found.recorder), found.work_tree is not None) == (kind, reads_work_tree)


@pytest.mark.parametrize(
    ("options", "kind"),
    [(PUSH, RemoteBranch), (LOCAL, LocalBranch), (FOLDER, Folder)],
    ids=["push", "local", "none"],
)
async def test_with_an_upstream(remote: Remote, options: RunOptions, kind: type) -> None:
    async with opened(remote.first.path, options) as found:
        assert type(found.recorder) is kind


async def test_where_others_may_sync_a_run_that_tells_nobody_is_refused(remote: Remote) -> None:
    error = await refusal(remote.first.path)
    assert "has an upstream" in error.message
    assert ("--push" in error.hint, "--local" in error.hint) == (True, True)


async def test_on_no_branch_nothing_is_recorded_here_but_on_the_remote(remote: Remote) -> None:
    remote.first.git("switch", "--quiet", "--detach")
    error = await refusal(remote.first.path)
    assert "detached HEAD" in error.message
    assert ("git switch" in error.hint, "--push" in error.hint) == (True, True)
    async with opened(remote.first.path, PUSH) as found:
        await found.recorder.check()


@pytest.mark.parametrize("options", [DEFAULT, PUSH], ids=["default", "push"])
async def test_outside_git_there_is_only_the_folder(tmp_path: Path, options: RunOptions) -> None:
    assert "--no-commit" in (await refusal(tmp_path, options)).hint
    async with opened(tmp_path, FOLDER) as found:
        assert type(found.recorder) is Folder


async def test_beside_a_bare_repository_there_is_no_work_tree(clone: Clone, tmp_path: Path) -> None:
    """A usual place for many linked work trees: the folder above them names the bare repository."""
    folder = tmp_path / "many"
    clone.git("clone", "--quiet", "--bare", ".", str(folder / ".bare"))
    (folder / ".git").write_text("gitdir: ./.bare\n", encoding="utf-8")
    Clone(folder).git("worktree", "add", "--quiet", "main")
    assert "not inside a git work tree" in (await refusal(folder)).message
    async with opened(folder / "main") as found:
        assert type(found.recorder) is LocalBranch


@pytest.mark.parametrize("what", ["state", "campaigns"])
@pytest.mark.parametrize("path", ["../outside", "/nowhere/outside", ".."])
async def test_what_no_commit_can_hold_is_refused(clone: Clone, what: str, path: str) -> None:
    state, campaigns = (path, "campaigns") if what == "state" else (STATE, path)
    error = await refusal(clone.path, state=state, campaigns=campaigns)
    assert f"{path}, is outside the work tree" in error.message
    assert "--no-commit" in error.hint


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a folder away")
async def test_a_repository_of_somebody_else_is_told_in_gits_words(clone: Clone) -> None:
    os.chown(clone.path, 12345, 12345)
    assert "dubious ownership" in (await refusal(clone.path)).message


async def test_a_second_run_is_refused_from_any_work_tree_and_by_any_path(clone: Clone) -> None:
    clone.git("worktree", "add", "--quiet", "-b", "side", "../side")
    (clone.path.parent / "alias").symlink_to(clone.path)
    side, alias = clone.path.parent / "side", clone.path.parent / "alias"
    async with opened(clone.path):
        for root, path in (
            (clone.path, STATE),
            (side, STATE),
            (alias, STATE),
            (clone.path / "state", "campaigns.json"),
        ):
            with pytest.raises(LockedError, match=f"{path}: another run in this clone holds it"):
                async with opened(root, FOLDER, state=path, campaigns=str(clone.path / "campaigns")):
                    pass
        async with opened(clone.path, state="state/staging.json"):
            pass


@pytest.mark.parametrize(
    ("folder", "typed", "source"),
    [
        (".", "campaigns", BILLING),
        (".", "./campaigns/", BILLING),
        (".", "{top}/campaigns", BILLING),
        ("campaigns", ".", "billing.yaml"),
        ("campaigns/deep", "..", "../billing.yaml"),
        ("state", "../campaigns", "../campaigns/billing.yaml"),
    ],
)
async def test_a_commits_definitions_have_the_names_that_the_folders_have(
    clone: Clone, folder: str, typed: str, source: str
) -> None:
    (clone.path / folder).mkdir(exist_ok=True)
    campaigns = typed.replace("{top}", str(clone.path))
    async with opened(clone.path / folder, state="x.json", campaigns=campaigns) as found:
        committed = await (await found.recorder.snapshot()).definitions.load({})
        assert found.work_tree is not None
        here = await found.work_tree.load({})
    assert ([each.source for each in committed], committed) == ([source], here)


async def test_a_run_that_records_nothing_leaves_the_clone_as_it_is(remote: Remote) -> None:
    remote.first.make_untidy()
    before = remote.first.everything
    async with opened(remote.first.path, PUSH) as found:
        await found.recorder.check()
        await found.recorder.snapshot()
    assert remote.first.everything == before


async def test_what_is_pushed_is_the_remotes_alone(remote: Remote) -> None:
    before = remote.first.everything
    async with opened(remote.first.path, PUSH) as found:
        await found.recorder.check()
        base = await found.recorder.snapshot()
        commit = await found.recorder.commit(base, state("a"), MESSAGE)
        assert await found.recorder.publish(base, commit) is None
    assert (remote.tip, remote.shown(STATE), remote.first.everything) == (commit, text("a"), before)


async def test_a_run_in_an_empty_repository_is_told(tmp_path: Path) -> None:
    clone = new_clone(tmp_path / "new")
    async with opened(clone.path) as found:
        with pytest.raises(GitError, match="the branch main has no commit"):
            await found.recorder.check()


async def leave(root: Path, options: RunOptions, *, sent: bool) -> None:
    """Leave a claim in the journal as a killed run does."""
    async with opened(root, options) as left:
        await left.recorder.check()
        await left.ledger.refresh()
        await left.ledger.put([replace(CLAIM, sends=1 if sent else 0)])


async def test_what_a_killed_push_left_is_not_for_a_run_without_it(remote: Remote) -> None:
    await leave(remote.first.path, PUSH, sent=True)
    assert "a sync --push of this clone was ended" in (await refusal(remote.first.path, LOCAL)).message


async def test_what_was_left_on_another_branch_is_recorded_there_first(clone: Clone) -> None:
    await leave(clone.path, DEFAULT, sent=True)
    clone.git("switch", "--quiet", "--create", "side")
    assert "a sync on the branch main left campaigns" in (await refusal(clone.path, DEFAULT)).message
    clone.git("switch", "--quiet", "main")
    async with opened(clone.path):
        pass


async def test_what_was_never_sent_is_nobodys_to_record(clone: Clone) -> None:
    await leave(clone.path, DEFAULT, sent=False)
    clone.git("switch", "--quiet", "--create", "side")
    async with opened(clone.path):
        pass


async def test_a_local_sync_behind_its_upstream_is_refused(remote: Remote) -> None:
    remote.second.commit(STATE, text("Billing"))
    remote.second.git("push", "--quiet", "origin", "HEAD:main")
    remote.first.git("fetch", "--quiet")
    assert (
        "the upstream has campaigns that this branch lacks"
        in (await refusal(remote.first.path, LOCAL)).message
    )
    remote.first.git("pull", "--quiet", "--rebase")
    async with opened(remote.first.path, LOCAL):
        pass


async def test_what_was_created_a_moment_ago_is_known_on_another_branch(clone: Clone) -> None:
    """The account's list may not show it yet; nothing else would keep it from being created again."""
    made = replace(state("Other").records[0], created_at=MOMENT)
    async with opened(clone.path) as first:
        await first.recorder.check()
        await first.ledger.refresh()
        await first.ledger.put([made])
        await first.ledger.close()
    clone.git("switch", "--quiet", "--create", "side", "HEAD~1")
    async with opened(clone.path) as second:
        await second.recorder.check()
        await second.ledger.refresh()
        assert second.ledger.state.get("Other") == made
        await second.ledger.forget("Other")
    async with opened(clone.path) as third:
        await third.recorder.check()
        await third.ledger.refresh()
        assert third.ledger.state.get("Other") is None


async def test_a_folder_of_the_state_that_is_a_link_is_refused_where_it_would_be_written(
    clone: Clone,
) -> None:
    (clone.path / "alias").symlink_to("state")
    error = await refusal(clone.path, FOLDER, state="alias/campaigns.json")
    assert "the folder alias is a symbolic link" in error.message


async def test_an_upstream_that_is_a_url_is_one(clone: Clone, tmp_path: Path) -> None:
    clone.git("config", "branch.main.remote", f"file://{tmp_path}")
    clone.git("config", "branch.main.merge", "refs/heads/main")
    assert "has an upstream" in (await refusal(clone.path)).message
