"""A person works in the clone in which a sync runs; others sync at the same time; a run dies.

Each story ends with exactly one campaign for each definition, its id in git, and the person's clone byte for
byte as they left it, or in the default mode with exactly one commit more.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from campaignsync.state import Record, State, Status, render
from tests.e2e import git_server
from tests.e2e.clones import (
    Gate,
    Late,
    assert_each_once,
    cloned,
    deadly_git,
    differences,
    hook,
    kept,
    program,
    published,
    running,
)
from tests.e2e.conftest import STATE, Project, definition
from tests.e2e.vendor import Reply, Request, Vendor, created, listed, reply

_PUSH = ("sync", "--push")
_ADVANCED = {f".git/{file}" for file in ("logs/HEAD", "logs/refs/heads/main", "refs/heads/main")}
"""What moving the checked out branch main changes."""


@pytest.fixture
def alone(project: Project) -> Project:
    """Return a clone without a remote, with one definition."""
    project.define("Alpha")
    return project


@pytest.fixture
def remote(alone: Project, tmp_path: Path) -> Project:
    """Return a bare remote."""
    return published(alone, tmp_path / "remote.git")


@pytest.fixture
def here(alone: Project, remote: Project) -> Project:
    """Return the person's clone of the remote."""
    return alone


@pytest.fixture
def there(remote: Project, tmp_path: Path) -> Project:
    """Return somebody else's clone of it."""
    return cloned(remote, tmp_path / "there")


def _commit(project: Project, path: str, content: str = "mine\n") -> None:
    project.write(path, content)
    project.git("add", path)
    project.git("commit", "--quiet", f"--message=my {path}")


def _push(project: Project, path: str) -> None:
    _commit(project, path)
    project.git("push", "--quiet", "origin", "HEAD:main")


def _assert_one_commit_more(project: Project, before: str) -> None:
    """Assert that main has one commit more, which changes the state and nothing else."""
    assert project.git("rev-parse", "main^") == before
    assert project.git("diff-tree", "--name-only", "-r", "main^", "main") == STATE


@pytest.mark.slow
class TestOthersMeanwhile:
    def test_a_pull_in_a_clone_whose_sync_is_listing_makes_no_second_campaign(
        self, remote: Project, here: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        vendor.list_behaviour = late = Late(listed)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            late.wait_until_reached()
            vendor.list_behaviour = listed
            assert there.run(*_PUSH).code == 0
            here.git("pull", "--quiet")
            before = kept(here.path)
            late.release()
            ended = run.ended()
        assert ended.code == 0, ended.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    def test_a_definition_that_comes_by_the_pull_is_created_too(
        self, remote: Project, here: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        vendor.list_behaviour = late = Late(listed)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            late.wait_until_reached()
            there.define("Bravo")
            there.git("push", "--quiet")
            here.git("pull", "--quiet")
            before = kept(here.path)
            late.release()
            ended = run.ended()
        assert ended.code == 0, ended.err
        assert_each_once(vendor, remote, "Alpha", "Bravo")
        assert differences(before, kept(here.path)) == set()

    def test_a_commit_made_while_the_claims_push_loses_its_race_stays_with_its_files(
        self, remote: Project, here: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        gate = Gate(tmp_path / "gate")
        hook(here, "pre-push", gate.script)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            gate.wait_until_reached()
            _push(there, "theirs.txt")
            here.define("Unpushed")
            before = kept(here.path)
            gate.open()
            ended = run.ended()
        assert ended.code == 0, ended.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    def test_a_clone_that_syncs_beside_the_workflow_needs_to_push(
        self, here: Project, vendor: Vendor
    ) -> None:
        before = kept(here.path)
        ran = here.run("sync")
        assert (ran.code, vendor.requests) == (1, [])
        assert "Run it with --push" in ran.err
        assert differences(before, kept(here.path)) == set()

    def test_after_a_local_sync_the_workflow_creates_nothing_and_names_the_campaign(
        self, here: Project, there: Project, vendor: Vendor
    ) -> None:
        assert here.run("sync", "--local").code == 0
        ran = there.run(*_PUSH)
        assert (ran.code, len(vendor.campaigns)) == (4, 1)
        assert f"exists already ({vendor.ids_of('Alpha')[0]})" in ran.out

    def test_a_local_sync_reports_what_the_workflow_is_creating_and_leaves_it_alone(
        self, remote: Project, here: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        late = Late(created)
        vendor.on_create("Alpha", late)
        with running(there, *_PUSH, output=tmp_path / "workflow") as workflow:
            late.wait_until_reached()
            here.git("pull", "--quiet")
            before = kept(here.path)
            ran = here.run("sync", "--local")
            late.release()
            assert workflow.ended().code == 0
        assert ran.code == 5, ran.err
        assert "`campaignsync sync --push` resolves it" in ran.out
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    def test_the_commits_of_a_local_sync_are_merged_with_the_remotes_as_any_others(
        self, remote: Project, here: Project, there: Project, vendor: Vendor
    ) -> None:
        assert here.run("sync", "--local").code == 0
        _push(there, "theirs.txt")
        here.git("pull", "--quiet", "--no-edit", "--no-rebase")
        here.git("push", "--quiet")
        ran = there.run(*_PUSH)
        assert ran.code == 0, ran.err
        assert_each_once(vendor, remote, "Alpha")


def _linked(project: Project, path: Path) -> Project:
    project.git("worktree", "add", "--quiet", "-b", "side", str(path))
    return Project(path, project.env)


def _symbolic_link(project: Project, path: Path) -> Project:
    path.symlink_to(project.path)
    return Project(path, project.env)


_other_ways = pytest.mark.parametrize("other_way", [_linked, _symbolic_link])


class TestTwoWaysIntoOneClone:
    @_other_ways
    @pytest.mark.parametrize("mode", ["--push", "--local"])
    def test_a_second_run_is_refused_and_doubles_nothing_afterwards(
        self,
        here: Project,
        vendor: Vendor,
        tmp_path: Path,
        other_way: Callable[[Project, Path], Project],
        mode: str,
    ) -> None:
        other, late = other_way(here, tmp_path / "other"), Late(created)
        vendor.on_create("Alpha", late)
        with running(here, "sync", mode, output=tmp_path / "run") as run:
            late.wait_until_reached()
            second = other.run("sync", mode)
            late.release()
            first = run.ended()
        assert (first.code, second.code) == (0, 1), (first.err, second.err)
        assert f"another run in this clone holds it (process {run.pid}, since " in second.err
        third = other.run("sync", mode, "--settle", "0")
        # What this clone made less than the settle time ago it would know of itself, from wherever.
        # The linked work tree's own branch has neither the record nor a claim: it is told what exists.
        assert third.code == (4 if other_way is _linked and mode == "--local" else 0), third.err
        assert len(vendor.campaigns) == 1

    @_other_ways
    def test_two_at_once_leave_one_campaign_and_both_folders_as_they_were(
        self,
        here: Project,
        remote: Project,
        vendor: Vendor,
        tmp_path: Path,
        other_way: Callable[[Project, Path], Project],
    ) -> None:
        other = other_way(here, tmp_path / "other")
        before = [kept(folder.path) for folder in (here, other)]
        with ThreadPoolExecutor(2) as pool:
            codes = {ran.code for ran in pool.map(lambda project: project.run(*_PUSH), (here, other))}
        assert 0 in codes
        assert codes <= {0, 1}
        assert_each_once(vendor, remote, "Alpha")
        assert [kept(folder.path) for folder in (here, other)] == before


def _switches(project: Project) -> None:
    project.git("switch", "--quiet", "--create", "other")


def _switches_to_other_definitions(project: Project) -> None:
    project.git("switch", "--quiet", "--orphan", "other")
    project.define("Other")


def _detaches(project: Project) -> None:
    project.git("switch", "--quiet", "--detach")


def _commits(project: Project) -> None:
    project.define("Unsynced")


def _amends(project: Project) -> None:
    project.git("commit", "--quiet", "--amend", "--message=amended")


def _resets(project: Project) -> None:
    project.git("reset", "--quiet", "--hard", "HEAD~1")


def _stashes(project: Project) -> None:
    project.write("notes.txt", "two\n")
    project.git("stash", "push", "--quiet")


def _stages(project: Project) -> None:
    project.write("campaigns/Alpha.yaml", definition("Alpha", maxSkips=9))
    project.write("new.txt", "new\n")
    project.git("add", "--all")
    project.write("notes.txt", "three\n")


def _collects_garbage(project: Project) -> None:
    project.git("gc", "--quiet", "--prune=now")


def _damages_the_state(project: Project) -> None:
    project.write(STATE, "{<<<<<<< damaged")


def _stages_a_state(project: Project) -> None:
    _damages_the_state(project)
    project.git("add", STATE)


_EVERY_ACT = (
    _switches,
    _switches_to_other_definitions,
    _detaches,
    _commits,
    _amends,
    _resets,
    _stashes,
    _stages,
    _collects_garbage,
    _damages_the_state,
    _stages_a_state,
)
_SWITCHES = {_switches, _switches_to_other_definitions, _detaches}
_STATUS_AFTER: dict[Callable[[Project], None], str] = {
    _damages_the_state: f" M {STATE}",
    _stages_a_state: f"M  {STATE}",
}
"""Where a person has a state of their own in the folder: that is left, and shows as what it is."""

_every_act = pytest.mark.parametrize("act", _EVERY_ACT, ids=lambda act: act.__name__.strip("_"))


@pytest.mark.slow
class TestAPersonMeanwhile:
    @_every_act
    def test_who_pushes_leaves_the_clone_as_the_person_has_it(
        self,
        here: Project,
        remote: Project,
        vendor: Vendor,
        tmp_path: Path,
        act: Callable[[Project], None],
    ) -> None:
        late = Late(created)
        vendor.on_create("Alpha", late)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            late.wait_until_reached()
            act(here)
            before = kept(here.path)
            late.release()
            ended = run.ended()
        assert ended.code == 0, ended.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    @_every_act
    def test_who_commits_adds_one_commit_to_the_branch_that_the_run_began_on(
        self, alone: Project, vendor: Vendor, tmp_path: Path, act: Callable[[Project], None]
    ) -> None:
        late = Late(created)
        vendor.on_create("Alpha", late)
        with running(alone, "sync", output=tmp_path / "run") as run:
            late.wait_until_reached()
            act(alone)
            before, tip, status = kept(alone.path), alone.git("rev-parse", "main"), alone.status
            late.release()
            ended = run.ended()
        assert ended.code == 0, ended.err
        assert_each_once(vendor, alone, "Alpha")
        _assert_one_commit_more(alone, tip)
        is_left = act in _SWITCHES or act in _STATUS_AFTER
        allowed = {*_ADVANCED, *(() if act in _SWITCHES else (".git/index",)), *(() if is_left else (STATE,))}
        assert differences(before, kept(alone.path)) <= allowed
        assert ("was left alone" in ended.err) == is_left
        assert alone.status == _STATUS_AFTER.get(act, status)


@pytest.mark.slow
class TestHooks:
    def test_a_pre_push_hook_that_fails_ends_the_run_with_1_and_nothing_sent(
        self, remote: Project, here: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        hook(here, "pre-push", f"echo >> '{tmp_path}/calls'; echo 'no push on Fridays' >&2; exit 1")
        before, tip = kept(here.path), remote.git("rev-parse", "main")
        ran = here.run(*_PUSH)
        assert (ran.code, vendor.creates) == (1, [])
        assert "Nothing was sent" in ran.err
        assert "no push on Fridays" in ran.err
        assert len((tmp_path / "calls").read_text().splitlines()) == 3
        assert len(vendor.pages) == 1
        assert remote.git("rev-parse", "main") == tip
        assert differences(before, kept(here.path)) == set()

    def test_after_a_pre_push_hook_that_failed_the_next_run_creates(
        self, remote: Project, here: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        hook(here, "pre-push", f"test -e '{tmp_path}/allowed'")
        with running(here, "--verbose", *_PUSH, output=tmp_path / "run") as run:
            run.wait_until_said("the push was not taken (1 of 3)")
            run.signal(signal.SIGINT)
            assert run.ended().code == 130
        (tmp_path / "allowed").touch()
        before = kept(here.path)
        ran = here.run(*_PUSH)
        assert ran.code == 0, ran.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    def test_the_first_ctrl_c_ends_the_tries_of_a_pre_push_hook_that_fails(
        self, here: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        hook(here, "pre-push", "exit 1")
        before = kept(here.path)
        with running(here, "--verbose", *_PUSH, output=tmp_path / "run") as run:
            run.wait_until_said("the push was not taken (1 of 3)")
            run.signal(signal.SIGINT)
            ended = run.ended()
        assert (ended.code, vendor.creates) == (130, []), ended.err
        assert "(2 of 3)" not in ended.err
        assert differences(before, kept(here.path)) == set()

    def test_what_a_pre_push_hook_commits_in_the_clone_stays(
        self, remote: Project, here: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        program(
            here.path / ".git/hooks/pre-push",
            "date +%N > notes.txt; git commit --quiet --all --message=formatted",
        )
        before = here.head
        ran = here.run(*_PUSH)
        assert ran.code == 0, ran.err
        assert_each_once(vendor, remote, "Alpha")
        assert here.git("log", "--format=%s", f"{before}..") == "formatted\nformatted"
        assert (here.git("fsck", "--no-dangling"), here.status) == ("", "")

    @pytest.mark.parametrize("name", ["commit-msg", "pre-commit", "post-commit", "reference-transaction"])
    @pytest.mark.parametrize("mode", ["--push", "--local"])
    def test_no_other_hook_runs_and_later_runs_work(
        self, here: Project, vendor: Vendor, tmp_path: Path, mode: str, name: str
    ) -> None:
        """Such as one that adds a paragraph to messages: then no trailers would be found in them."""
        adds_a_paragraph = """test -f "$1" && printf '\\nCopyright: all of us\\n' >> "$1"; """
        program(tmp_path / "hooks" / name, f"touch '{tmp_path}/ran'; {adds_a_paragraph}exit 1")
        codes = []
        for defined in ("Bravo", "Charlie"):
            here.git("pull", "--quiet")
            here.define(defined)
            here.git("push", "--quiet")
            here.git("config", "core.hooksPath", str(tmp_path / "hooks"))
            codes.append(here.run("sync", mode).code)
            here.git("config", "--unset", "core.hooksPath")
        assert (codes, (tmp_path / "ran").exists()) == ([0, 0], False)
        here.git("pull", "--quiet")
        assert_each_once(vendor, here, "Alpha", "Bravo", "Charlie")


_every_attribute = pytest.mark.parametrize(
    "attributes", ["text eol=crlf", "text working-tree-encoding=UTF-16", "filter=louder", "ident"]
)


@pytest.mark.slow
class TestAttributesOfALaterCommit:
    @pytest.fixture
    def planned(self, here: Project) -> list[Any]:
        """Write a plan to a file; return the bodies in it."""
        here.define("Bravo", description="Calls about $Id$")
        here.git("push", "--quiet")
        assert here.run("plan", "--out=../plan.json").code == 0
        plan = json.loads((here.path / "../plan.json").read_text(encoding="utf-8"))
        return [create["body"] for create in plan["create"]]

    def _push_attributes(self, project: Project, attributes: str) -> None:
        """Bring them to the remote, and the work tree to what they say."""
        for direction in ("smudge", "clean"):
            project.git("config", f"filter.louder.{direction}", "sed s/bout/BOUT/")
        project.write(".gitattributes", f"campaigns/** {attributes}\nstate/** {attributes}\n")
        _push(project, "notes.txt")
        project.git("add", ".gitattributes")
        project.git("commit", "--quiet", "--message=attributes")
        project.git("push", "--quiet")
        project.git("rm", "--quiet", "-r", "--cached", ".")
        project.git("reset", "--quiet", "--hard")

    @_every_attribute
    def test_change_nothing_of_what_a_plan_sends(
        self,
        here: Project,
        remote: Project,
        vendor: Vendor,
        planned: list[Any],
        attributes: str,
    ) -> None:
        self._push_attributes(here, attributes)
        before = kept(here.path)
        ran = here.run(*_PUSH, "--plan=../plan.json")
        assert ran.code == 0, ran.err
        assert sorted((request.json for request in vendor.creates), key=lambda body: body["name"]) == planned
        assert_each_once(vendor, remote, "Alpha", "Bravo")
        assert differences(before, kept(here.path)) == set()

    @_every_attribute
    def test_let_a_sync_that_commits_send_what_the_plan_holds_or_nothing(
        self,
        here: Project,
        vendor: Vendor,
        planned: list[Any],
        attributes: str,
    ) -> None:
        self._push_attributes(here, attributes)
        ran = here.run("sync", "--local", "--plan=../plan.json")
        sent = sorted((request.json for request in vendor.creates), key=lambda body: body["name"])
        assert (ran.code, sent) in [(0, planned), (1, []), (3, [])], ran.err


@pytest.mark.slow
class TestKilled:
    @pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("command", ["commit-tree", "update-ref", "update-index", "checkout-index"])
    def test_amid_recording_on_a_branch_the_next_run_heals_it(
        self, alone: Project, vendor: Vendor, tmp_path: Path, command: str, *, is_after: bool
    ) -> None:
        tip, turn = alone.head, 2 if command == "update-index" else 1
        deadly = deadly_git(tmp_path / "bin", command=command, turn=turn, is_after=is_after)
        assert alone.run("sync", PATH=deadly).code == -signal.SIGKILL
        ran = alone.run("sync")
        assert ran.code == 0, ran.err
        assert_each_once(vendor, alone, "Alpha")
        _assert_one_commit_more(alone, tip)
        assert alone.status == ""
        assert alone.state["campaigns"]["Alpha"]["campId"] == vendor.ids_of("Alpha")[0]

    @pytest.mark.parametrize(
        ("command", "turn"), [("update-ref", 1), ("update-index", 3), ("checkout-index", 1)]
    )
    def test_with_an_older_state_in_the_folder_the_next_run_heals_it(
        self, alone: Project, vendor: Vendor, tmp_path: Path, command: str, turn: int
    ) -> None:
        assert alone.run("sync").code == 0
        alone.define("Bravo")
        tip = alone.head
        deadly = deadly_git(tmp_path / "bin", command=command, turn=turn, is_after=True)
        assert alone.run("sync", PATH=deadly).code == -signal.SIGKILL
        ran = alone.run("sync")
        assert ran.code == 0, ran.err
        assert_each_once(vendor, alone, "Alpha", "Bravo")
        _assert_one_commit_more(alone, tip)
        assert alone.status == ""

    @pytest.mark.parametrize(
        "moment", [(1, False), (2, False), (2, True)], ids=["claim", "before the ids", "after the ids"]
    )
    def test_amid_a_push_the_next_run_heals_it(
        self, here: Project, remote: Project, vendor: Vendor, tmp_path: Path, moment: tuple[int, bool]
    ) -> None:
        turn, is_after = moment
        before = kept(here.path)
        deadly = deadly_git(tmp_path / "bin", command="push", turn=turn, is_after=is_after)
        assert here.run(*_PUSH, PATH=deadly).code == -signal.SIGKILL
        ran = here.run(*_PUSH)
        assert ran.code == 0, ran.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()

    def test_while_a_create_is_under_way_the_next_run_finds_the_campaign(
        self, alone: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        tip, late = alone.head, Late(created)
        vendor.on_create("Alpha", late)
        with running(alone, "sync", output=tmp_path / "run") as run:
            late.wait_until_reached()
            run.signal(signal.SIGKILL)
            assert run.ended().is_killed
        late.release()
        ran = alone.run("sync")
        assert ran.code == 0, ran.err
        assert_each_once(vendor, alone, "Alpha")
        _assert_one_commit_more(alone, tip)
        assert alone.status == ""

    def test_before_the_ids_were_pushed_a_run_in_another_work_tree_pushes_them(
        self, here: Project, remote: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        other = _linked(here, tmp_path / "other")
        before = [kept(folder.path) for folder in (here, other)]
        deadly = deadly_git(tmp_path / "bin", command="push", turn=2, is_after=False)
        assert here.run(*_PUSH, PATH=deadly).code == -signal.SIGKILL
        ran = other.run(*_PUSH)
        assert ran.code == 0, ran.err
        assert_each_once(vendor, remote, "Alpha")
        assert [kept(folder.path) for folder in (here, other)] == before


def _endless(vendor: Vendor, request: Request) -> Reply:
    """Answer with a page after which there is always another."""
    asked = request.json
    rows = [
        {"_id": f"cd-x{number}", "name": f"Other {number}", "createdAt": "2026-01-01T00:00:00.000Z"}
        for number in range(asked["skip"], asked["skip"] + asked["limit"])
    ]
    data = {"results": rows, "hasMore": True, "totalResults": 10**9}
    return reply(200, {"status": "success", "data": data})


class TestTheFirstCtrlC:
    """Each time nothing was sent yet, and nothing is."""

    def test_is_heard_in_an_endless_listing(self, here: Project, vendor: Vendor, tmp_path: Path) -> None:
        vendor.list_behaviour = late = Late(_endless)
        before = kept(here.path)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            late.wait_until_reached()
            run.signal(signal.SIGINT)
            run.wait_until_said("Stopping:")
            late.release()
            ended = run.ended()
        assert (ended.code, vendor.creates, len(vendor.pages)) == (130, [], 1), ended.err
        assert differences(before, kept(here.path)) == set()

    def test_is_heard_while_claims_lose_races_without_end(
        self, here: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        commits = f"git -C '{there.path}' commit --quiet --allow-empty --message=theirs"
        gate = Gate(tmp_path / "gate")
        hook(here, "pre-push", f"{commits}; git -C '{there.path}' push --quiet; {gate.script}")
        before = kept(here.path)
        with running(here, *_PUSH, output=tmp_path / "run") as run:
            gate.wait_until_reached()
            run.signal(signal.SIGINT)
            run.wait_until_said("Stopping:")
            gate.open()
            ended = run.ended()
        assert (ended.code, vendor.creates) == (130, []), ended.err
        assert there.git("rev-list", "--count", "--grep=theirs", "HEAD") == "1"
        assert differences(before, kept(here.path)) == set()

    def test_is_heard_while_another_runs_claim_is_waited_for(
        self, here: Project, remote: Project, there: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        late = Late(created)
        vendor.on_create("Alpha", late)
        before = kept(here.path)
        with running(there, *_PUSH, output=tmp_path / "owner") as owner:
            late.wait_until_reached()
            with running(here, *_PUSH, output=tmp_path / "run") as run:
                run.wait_until_said("waiting;")
                run.signal(signal.SIGINT)
                ended = run.ended()
            late.release()
            assert owner.ended().code == 0
        assert ended.code == 130, ended.err
        assert_each_once(vendor, remote, "Alpha")
        assert differences(before, kept(here.path)) == set()


@pytest.mark.slow
@pytest.mark.timeout(600)
class TestBytesOnDisk:
    """A sync of 50 creates beside 10,000 campaigns, and what this machine's disk has to do for it.

    Counted by the kernel (proc(5), `/proc/PID/io`: `write_bytes`): what a shell, and all processes that it
    waited for, made the file system write, in whole pages. Memory and pipes are no disk. The remote is behind
    HTTP, so what it writes is not in the sum.
    """

    @pytest.fixture
    def many(self, here: Project) -> Project:
        """Return the clone with 10,000 campaigns recorded and 50 new definitions, all of it pushed."""
        moment = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
        records = []
        for number in range(10_000):
            name = f"Campaign {number}"
            content = definition(name, contactLists=[f"List {number}"])
            here.write(f"campaigns/many/{number}.yaml", content)
            digest = sha256(content.encode()).hexdigest()
            records.append(
                Record(
                    name=name,
                    camp_id=f"cd-{digest[:32]}",
                    status=Status.CREATED,
                    source=f"campaigns/many/{number}.yaml",
                    digest=f"sha256:{digest}",
                    definition=json.loads(content),
                    claimed_at=moment,
                    created_at=moment,
                    sends=1,
                )
            )
        here.write(STATE, render(State(host=here.env["KORE_HOST"], app_id="st-1").with_entries(records)))
        here.git("add", STATE)
        here.define(*(f"New {number}" for number in range(49)))
        here.git("push", "--quiet")
        here.git("repack", "-a", "-d", "--quiet")
        return here

    def _written(self, project: Project, folder: Path, *args: str) -> int:
        """Sync with the remote behind HTTP; return the bytes written to the disk."""
        counting = '"$@" || exit; while read -r line; do echo "$line" >&2; done < /proc/$$/io'
        command = ["sh", "-c", counting, "sh", sys.executable, "-m", "campaignsync", "sync", *args]
        with git_server.serving(folder, token="token") as url:
            address = url.replace("//", "//x-access-token:token@")
            project.git("remote", "set-url", "origin", f"{address}/remote.git")
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                encoding="utf-8",
                cwd=project.path,
                env={**os.environ, **project.env},
            )
        assert done.returncode == 0, done.stderr
        counted = re.search(r"^write_bytes: (\d+)$", done.stderr, re.MULTILINE)
        assert counted is not None
        written = int(counted[1])
        # A file system in memory would prove nothing.
        assert written > 0
        return written

    def test_who_pushes_writes_less_than_1_mb(self, many: Project, vendor: Vendor, tmp_path: Path) -> None:
        written = self._written(many, tmp_path, "--push")
        assert len(vendor.creates) == 50
        assert written < 1_000_000

    def test_who_commits_writes_state_and_index_and_less_than_1_mb_beside(
        self, many: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        """The state as a file and as an object, the index three times, and two copies, each three times."""
        before = _objects(many)
        written = self._written(many, tmp_path, "--local")
        objects = sum(_objects(many).values()) - sum(before.values())
        file, index = ((many.path / name).stat().st_size for name in (STATE, ".git/index"))
        assert len(vendor.creates) == 50
        assert written - file - objects - 9 * index < 1_000_000


def _objects(project: Project) -> dict[Path, int]:
    """Return the sizes of git's objects and packs."""
    files = (path for path in (project.path / ".git/objects").rglob("*") if path.is_file())
    return {path: path.stat().st_size for path in files}
