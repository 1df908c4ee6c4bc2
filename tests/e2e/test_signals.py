"""Ctrl-C and SIGTERM: nothing new is sent, what is under way is waited for, what was created is committed."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kill_driver import Ended, Running, started
from tests.e2e.kill_vendor import Held, World, git, recorded, status, world
from tests.e2e.vendor import dropped

_NAMES = [f"Campaign {number:02}" for number in range(1, 11)]
_STOPPING = "Stopping:"
_either_signal = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """Make a world on the machine's own clock, with ten definitions."""
    with world(tmp_path, speed=1) as made:
        made.define(*_NAMES)
        yield made


def _args(*more: str, settle: float = 0.3) -> tuple[str, ...]:
    return ("sync", "--rate-limit=0", f"--settle={settle}", *more)


def _finish(here: World) -> Ended:
    """Run to the end, with nobody interrupting."""
    with started(here.first, _args(), env=here.env, output=here.folder("finish")) as run:
        return run.ended()


def _interrupt(run: Running, held: Held, number: signal.Signals) -> None:
    """Ask a run to stop while one of its requests waits for an answer."""
    held.wait_until_reached()
    run.signal(number)
    run.wait_until_said(_STOPPING)


@_either_signal
@pytest.mark.parametrize("push", [(), ("--push",)], ids=["without --push", "with --push"])
def test_interrupted_at_the_second_of_ten_answers_commits_two_and_the_next_run_creates_the_rest(
    here: World, number: signal.Signals, push: tuple[str, ...]
) -> None:
    held = Held()
    here.vendor.on_create(_NAMES[1], held)
    args = _args("--parallel=1", *push)
    with started(here.first, args, env=here.env, output=here.folder("output")) as run:
        _interrupt(run, held, number)
        held.release()
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert here.vendor.sent_names == _NAMES[:2]
    made = {name: here.vendor.ids_of(name)[0] for name in _NAMES[:2]}
    assert recorded(here.first) == made
    assert status(here.first) == ""
    subject = git(here.first, "log", "-1", "--format=%s")
    assert subject == "campaignsync: create 2 campaigns"
    if push:
        assert git(here.first, "rev-parse", "HEAD") == git(here.bare, "rev-parse", "main")
    following = _finish(here)
    assert following.code == 0, following.err
    here.check(here.first, is_pushed=False)


def test_all_requests_in_flight_are_waited_for(here: World) -> None:
    holds = [Held() for _ in range(4)]
    for name, held in zip(_NAMES, holds, strict=False):
        here.vendor.on_create(name, held)
    with started(here.first, _args("--parallel=4"), env=here.env, output=here.folder("output")) as run:
        for held in holds:
            held.wait_until_reached()
        _interrupt(run, holds[0], signal.SIGTERM)
        for held in holds:
            held.release()
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert sorted(recorded(here.first)) == _NAMES[:4]
    assert None not in recorded(here.first).values()
    assert status(here.first) == ""


@_either_signal
def test_a_second_one_leaves_at_once_with_the_claims_saved(here: World, number: signal.Signals) -> None:
    held = Held()
    here.vendor.on_create(_NAMES[0], held)
    args = _args("--parallel=1", "--timeout=50")
    with started(here.first, args, env=here.env, output=here.folder("output")) as run:
        _interrupt(run, held, number)
        run.signal(number)
        # The request is still held, so a run that waited for it would not end.
        ended = run.ended()
    assert ended.code == 130
    assert recorded(here.first) == dict.fromkeys(_NAMES)
    held.release()
    following = _finish(here)
    assert following.code == 0, following.err
    here.check(here.first, is_pushed=False)


@_either_signal
def test_waiting_for_an_unknown_outcome_ends_at_once_and_keeps_the_claim(
    here: World, number: signal.Signals
) -> None:
    here.vendor.on_create(_NAMES[0], dropped)
    args = _args("--parallel=1", settle=3600)
    with started(here.first, args, env=here.env, output=here.folder("output")) as run:
        run.wait_until_said("looking in the account in 3600 s")
        run.signal(number)
        ended = run.ended()
    assert ended.code == 130, ended.err
    assert [name for name, camp_id in recorded(here.first).items() if camp_id is None] == _NAMES[:1]
    assert status(here.first) == ""
    following = _finish(here)
    assert following.code == 0, following.err
    here.check(here.first, is_pushed=False)


def test_waiting_for_another_clones_claim_ends_at_once_and_leaves_the_claim(here: World) -> None:
    other, held = here.clone(), Held()
    here.vendor.on_create(_NAMES[0], held)
    args = _args("--parallel=1", "--timeout=50", "--push", settle=60)
    with started(other, args, env=here.env, output=here.folder("owner")) as owner:
        held.wait_until_reached()
        with started(here.first, args, env=here.env, output=here.folder("output")) as run:
            run.wait_until_said("waiting;")
            run.signal(signal.SIGTERM)
            ended = run.ended()
        assert ended.code == 130, ended.err
        assert len(here.vendor.creates) == 1
        held.release()
        assert owner.ended().code == 0
    here.check(other, is_pushed=True)
