"""Ctrl-C, SIGTERM, SIGHUP: nothing new is sent; what is under way is waited for, what was made recorded."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.clones import Gate, Late, assert_each_once, differences, hook, kept, published, running
from tests.e2e.conftest import Project, claim
from tests.e2e.kill_driver import Running
from tests.e2e.vendor import Reply, Request, Vendor, created, dropped, listed, rejected, reply

_NAMES = [f"Campaign {number:02}" for number in range(1, 11)]
_STOPPING = "Stopping:"
_every_signal = pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGINT, id="SIGINT"),
        pytest.param(signal.SIGTERM, id="SIGTERM", marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, id="SIGHUP", marks=pytest.mark.slow),
    ],
)


@pytest.fixture(autouse=True)
def hang_ups_are_heard() -> Iterator[None]:
    """Let a run hear a SIGHUP even where the tests themselves run under `nohup`."""
    original = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, original)


@pytest.fixture
def here(project: Project) -> Project:
    """Return a clone with ten definitions."""
    project.define(*_NAMES)
    return project


@pytest.fixture
def remote(here: Project, tmp_path: Path) -> Project:
    """Return its remote."""
    return published(here, tmp_path / "remote.git")


def _interrupt(run: Running, late: Late, number: signal.Signals) -> None:
    """Ask a run to stop while one of its requests waits for an answer."""
    late.wait_until_reached()
    run.signal(number)
    run.wait_until_said(_STOPPING)


@_every_signal
def test_interrupted_at_the_second_of_ten_answers_commits_two_and_the_next_run_creates_the_rest(
    here: Project, vendor: Vendor, tmp_path: Path, number: signal.Signals
) -> None:
    late = Late(created)
    vendor.on_create(_NAMES[1], late)
    with running(here, "sync", "--parallel=1", output=tmp_path / "output") as run:
        _interrupt(run, late, number)
        late.release()
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert vendor.sent_names == _NAMES[:2]
    assert here.recorded() == {name: vendor.ids_of(name)[0] for name in _NAMES[:2]}
    assert (here.status, here.journals) == ("", {})
    assert here.git("log", "-1", "--format=%s") == "campaignsync: create 2 campaigns"
    assert here.run("sync").code == 0
    assert_each_once(vendor, here, *_NAMES)


@_every_signal
def test_interrupted_with_push_it_pushes_two_and_the_next_run_creates_the_rest(  # fixtures
    here: Project, remote: Project, vendor: Vendor, tmp_path: Path, number: signal.Signals
) -> None:
    late, before = Late(created), kept(here.path)
    vendor.on_create(_NAMES[1], late)
    with running(here, "sync", "--push", "--parallel=1", output=tmp_path / "output") as run:
        _interrupt(run, late, number)
        late.release()
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert remote.recorded("main") == {name: vendor.ids_of(name)[0] for name in _NAMES[:2]}
    assert (differences(before, kept(here.path)), here.journals) == (set(), {})
    assert here.run("sync", "--push").code == 0
    assert_each_once(vendor, remote, *_NAMES)


def test_all_requests_in_flight_are_waited_for(here: Project, vendor: Vendor, tmp_path: Path) -> None:
    lates = [Late(created) for _ in range(4)]
    for name, late in zip(_NAMES, lates, strict=False):
        vendor.on_create(name, late)
    with running(here, "sync", "--parallel=4", output=tmp_path / "output") as run:
        for late in lates:
            late.wait_until_reached()
        _interrupt(run, lates[0], signal.SIGTERM)
        for late in lates:
            late.release()
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert here.recorded() == {name: vendor.ids_of(name)[0] for name in _NAMES[:4]}
    assert here.status == ""


@_every_signal
def test_a_second_one_leaves_at_once_with_what_was_sent_in_the_journal(
    here: Project, vendor: Vendor, tmp_path: Path, number: signal.Signals
) -> None:
    late, head = Late(created), here.head
    vendor.on_create(_NAMES[0], late)
    with running(here, "sync", "--parallel=1", "--timeout=50", output=tmp_path / "output") as run:
        _interrupt(run, late, number)
        run.signal(number)
        # The answer is still held, so a run that waited for it would not end.
        ended = run.ended()
        late.release()
    assert (ended.code, here.head) == (130, head)
    pending = here.run("plan", "--format", "json").json["pending"]
    assert [each["name"] for each in pending] == _NAMES[:1]
    following = here.run("sync", "--format", "json")
    assert following.code == 0, following.err
    assert [each["name"] for each in following.json["recovered"]] == _NAMES[:1]
    assert_each_once(vendor, here, *_NAMES)


@_every_signal
def test_waiting_for_an_unknown_outcome_ends_at_once_and_keeps_the_claim(
    here: Project, vendor: Vendor, tmp_path: Path, number: signal.Signals
) -> None:
    vendor.on_create(_NAMES[0], dropped)
    args = ("sync", "--parallel=1", "--settle=3600")
    with running(here, *args, output=tmp_path / "output") as run:
        run.wait_until_said("looking in the account in 3600 s")
        run.signal(number)
        ended = run.ended()
    assert ended.code == 130, ended.err
    recorded = here.recorded()
    assert [name for name, camp_id in recorded.items() if camp_id is None] == _NAMES[:1]
    # Nobody needs to wait for a run that has ended.
    assert here.entries()[_NAMES[0]]["leaseSeconds"] == 0
    assert here.status == ""
    assert here.run("sync").code == 0
    assert_each_once(vendor, here, *_NAMES)


_CLAIMED = claim(_NAMES[0], leaseSeconds=1800)
_ABOUT_CLAIMS = [
    ("sync", "--push"),
    ("adopt", f"campaigns/{_NAMES[0]}.yaml", "--push"),
    ("forget", _NAMES[0], "--push"),
]


@pytest.mark.parametrize("command", _ABOUT_CLAIMS, ids=lambda command: command[0])
def test_waiting_for_another_runs_claim_ends_at_once_and_leaves_the_claim(
    here: Project, vendor: Vendor, tmp_path: Path, command: tuple[str, ...]
) -> None:
    here.write_state({_NAMES[0]: _CLAIMED})
    remote = published(here, tmp_path / "remote.git")
    with running(here, *command, output=tmp_path / "output") as run:
        run.wait_until_said("waiting;")
        run.signal(signal.SIGTERM)
        ended = run.ended()
    assert (ended.code, vendor.requests) == (130, []), ended.err
    assert remote.entries("main") == {_NAMES[0]: _CLAIMED}
    assert "Traceback" not in ended.err


def test_a_list_without_an_end_is_read_no_further(here: Project, vendor: Vendor, tmp_path: Path) -> None:
    late = Late(listed)

    def endless(account: Vendor, request: Request) -> Reply | None:
        skip = request.json["skip"]
        if skip == 3:
            late(account, request)
        row = {"_id": f"cd-{skip}", "name": f"Other {skip}"}
        return reply(200, {"data": {"results": [row], "hasMore": True, "totalResults": 100_000}})

    vendor.list_behaviour = endless
    with running(here, "sync", output=tmp_path / "output") as run:
        _interrupt(run, late, signal.SIGTERM)
        late.release()
        ended = run.ended()
    assert (ended.code, len(vendor.pages)) == (130, 4), ended.err


def test_a_claim_that_the_remote_refuses_is_pushed_no_further(
    here: Project, remote: Project, vendor: Vendor, tmp_path: Path
) -> None:
    gate, calls = Gate(tmp_path / "gate"), tmp_path / "calls"
    hook(remote, "update", f"echo >> '{calls}'; {gate.script}; exit 1")
    with running(here, "sync", "--push", output=tmp_path / "output") as run:
        gate.wait_until_reached()
        run.signal(signal.SIGTERM)
        run.wait_until_said(_STOPPING)
        gate.open()
        ended = run.ended()
    assert (ended.code, vendor.creates) == (130, []), ended.err
    assert len(calls.read_text().splitlines()) == 1


def test_waiting_out_the_rate_limit_ends_at_once_and_gives_the_claims_back(
    here: Project, vendor: Vendor, tmp_path: Path
) -> None:
    over = reply(429, {"message": "slow down"}, Retry_After="600")
    vendor.on_create(_NAMES[0], lambda _vendor, _request: over)
    args = ("--verbose", "sync", "--parallel=1")
    with running(here, *args, output=tmp_path / "output") as run:
        run.wait_until_said("over the rate limit: waiting 600 s")
        run.signal(signal.SIGTERM)
        ended = run.ended()
    assert (ended.code, len(vendor.creates)) == (130, 1), ended.err
    assert (here.entries(), here.journals) == ({}, {})


def test_a_plan_that_lists_the_account_ends_too(here: Project, vendor: Vendor, tmp_path: Path) -> None:
    late = Late(rejected("down", status=500))
    vendor.list_behaviour = late
    with running(here, "plan", "--remote", output=tmp_path / "output") as run:
        _interrupt(run, late, signal.SIGINT)
        late.release()
        ended = run.ended()
    assert (ended.code, ended.out, "Traceback" in ended.err) == (130, "", False)
