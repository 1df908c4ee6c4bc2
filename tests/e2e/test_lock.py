"""One run at a time on a machine: the lock says who holds it, ends with its process; git never sees it."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.kill_driver import Driver, Running, started
from tests.e2e.kill_vendor import STATE, Held, World, recorded, status, sync_args, world
from tests.e2e.kills import Boundary

_ARGS = ("sync", "--rate-limit=0", "--settle=0.3", "--timeout=50", "--parallel=1")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """Make a world on the machine's own clock, with two definitions."""
    with world(tmp_path, speed=1) as made:
        made.define("Alpha", "Beta")
        yield made


@pytest.fixture
def held(here: World) -> Held:
    """Let the account hold the first create until it is released."""
    held = Held()
    here.vendor.on_create("Alpha", held)
    return held


@pytest.fixture
def holder(here: World, held: Held) -> Iterator[Running]:
    """Start a run, which has the lock and waits for an answer."""
    with started(here.first, _ARGS, env=here.env, output=here.folder("holder")) as run:
        held.wait_until_reached()
        yield run


def test_a_second_run_ends_with_1_and_names_process_and_time(here: World, holder: Running) -> None:
    creates = len(here.vendor.creates)
    with started(here.first, _ARGS, env=here.env, output=here.folder("second")) as run:
        ended = run.ended()
    assert ended.code == 1
    assert f"process {holder.pid}, " in ended.err
    since = re.search(r"since (\S+Z)", ended.err)
    assert since is not None, ended.err
    age = datetime.now(UTC) - datetime.fromisoformat(since[1])
    assert timedelta(0) <= age < timedelta(minutes=2)
    assert len(here.vendor.creates) == creates


def test_the_second_run_leaves_the_first_and_its_lock_alone(here: World, held: Held, holder: Running) -> None:
    for number in range(2):
        with started(here.first, _ARGS, env=here.env, output=here.folder(f"second-{number}")) as run:
            assert f"process {holder.pid}, " in run.ended().err
    held.release()
    assert holder.ended().code == 0
    here.check(here.first, is_pushed=False)


def test_a_plan_needs_no_lock(here: World, holder: Running) -> None:
    with started(here.first, ("plan",), env=here.env, output=here.folder("plan")) as run:
        assert run.ended().code == 0


def test_kill_9_releases_the_lock(here: World, held: Held, holder: Running) -> None:
    holder.signal(signal.SIGKILL)
    assert holder.ended().is_killed
    held.release()
    with started(here.first, _ARGS, env=here.env, output=here.folder("second")) as run:
        ended = run.ended()
    assert ended.code == 0, ended.err
    here.check(here.first, is_pushed=False)


def test_lock_and_temporary_files_are_never_in_git_status(here: World, held: Held, holder: Running) -> None:
    saved = f"?? {STATE}"
    assert status(here.first) == saved
    holder.signal(signal.SIGKILL)
    holder.ended()
    assert status(here.first) == saved


@pytest.mark.parametrize("is_after", [False, True], ids=["before it is written", "before it is renamed"])
def test_kill_9_in_the_middle_of_a_save_leaves_the_last_state_and_nothing_that_git_sees(
    here: World, *, is_after: bool
) -> None:
    with Driver(here.folder("output"), here.env, here.clock) as driver:
        assert driver.run(here.first, sync_args("--settle=0.3")).code == 0
        before = recorded(here.first)
        here.define("Gamma")
        boundary = Boundary(step="file written", is_after=is_after)
        assert driver.run(here.first, sync_args("--settle=0.3"), boundary=boundary).is_killed
        left = [path.name for path in (here.first / ".git" / "campaignsync").iterdir()]
        assert any(name.endswith(".tmp") for name in left) == is_after
        assert recorded(here.first) == before
        assert status(here.first) == ""
        following = driver.run(here.first, sync_args("--settle=0.3"))
        assert following.code == 0, following.err
        here.check(here.first, is_pushed=False)
