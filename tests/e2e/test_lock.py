"""One run at a time in a clone and for a target: the lock says who holds it, and ends with its process."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.clones import Late, assert_each_once, running
from tests.e2e.conftest import Project
from tests.e2e.kill_driver import Running
from tests.e2e.vendor import Vendor, created


@pytest.fixture
def here(project: Project) -> Project:
    """Return a clone with two definitions."""
    project.define("Alpha", "Bravo")
    return project


@pytest.fixture
def late(vendor: Vendor) -> Late:
    """Let the account make the first campaign, and hold its answer until it is released."""
    late = Late(created)
    vendor.on_create("Alpha", late)
    return late


@pytest.fixture
def holder(here: Project, late: Late, tmp_path: Path) -> Iterator[Running]:
    """Start a run, which has the lock and waits for an answer."""
    args = ("sync", "--parallel=1", "--timeout=50")
    with running(here, *args, output=tmp_path / "holder") as run:
        late.wait_until_reached()
        yield run
        late.release()


@pytest.mark.parametrize("command", [("sync",), ("sync", "--no-commit"), ("forget", "Alpha")], ids=" ".join)
def test_a_second_run_ends_with_1_and_names_process_and_time(
    here: Project, vendor: Vendor, holder: Running, command: tuple[str, ...]
) -> None:
    requests = len(vendor.requests)
    second = here.run(*command)
    assert (second.code, len(vendor.requests)) == (1, requests)
    assert f"process {holder.pid}, " in second.err
    since = re.search(r"since (\S+Z)", second.err)
    assert since is not None, second.err
    age = datetime.now(UTC) - datetime.fromisoformat(since[1])
    # As long as a test may take; the time itself is in whole seconds.
    assert timedelta(0) <= age < timedelta(minutes=2)


def test_the_second_run_leaves_the_first_and_its_lock_alone(
    here: Project, vendor: Vendor, late: Late, holder: Running
) -> None:
    for _ in range(2):
        assert f"process {holder.pid}, " in here.run("sync").err
    late.release()
    assert holder.ended().code == 0
    assert_each_once(vendor, here, "Alpha", "Bravo")


def test_another_target_has_a_lock_of_its_own(here: Project, holder: Running) -> None:
    other = here.run("forget", "Alpha", "--state", "state/other.json")
    assert (other.code, "the state has no campaign 'Alpha'" in other.err) == (1, True), other.err


def test_a_plan_needs_no_lock_and_shows_what_is_under_way(here: Project, holder: Running) -> None:
    planned = here.run("plan", "--format", "json")
    assert planned.code == 0, planned.err
    names = {key: [each["name"] for each in planned.json[key]] for key in ("pending", "create")}
    assert names == {"pending": ["Alpha"], "create": ["Bravo"]}


def test_kill_9_releases_the_lock_and_the_next_run_goes_on(
    here: Project, vendor: Vendor, holder: Running
) -> None:
    holder.signal(signal.SIGKILL)
    assert holder.ended().is_killed
    following = here.run("sync", "--format", "json")
    assert following.code == 0, following.err
    assert [each["name"] for each in following.json["recovered"]] == ["Alpha"]
    assert_each_once(vendor, here, "Alpha", "Bravo")
    assert here.journals == {}


def test_lock_and_journal_are_never_in_git_status(here: Project, holder: Running) -> None:
    assert (here.status, len(here.journals)) == ("", 1)
    holder.signal(signal.SIGKILL)
    holder.ended()
    assert (here.status, len(here.journals)) == ("", 1)
