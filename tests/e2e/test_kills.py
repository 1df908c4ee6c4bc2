"""kill -9 at every boundary of a run, and at random moments: the next run ends with one campaign each."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.kill_driver import Driver, Ended
from tests.e2e.kill_vendor import World, git, sync_args, world
from tests.e2e.kills import Boundary
from tests.e2e.vendor import Request, Vendor

# Who takes over after the kill: the same clone without --push, with it, or a clone of what was pushed.
LOCAL, SAME, NEW = "without --push", "with --push", "with --push on a new clone"

_STEPS = ("claim saved", "request sent", "answer received", "entry saved", "entry committed")
_PUSHED_STEPS = ("claim committed", "claim pushed", "entry pushed")
_CELLS = [
    (step, is_after, successor)
    for successor in (LOCAL, SAME, NEW)
    for step in (*_STEPS, *(() if successor == LOCAL else _PUSHED_STEPS))
    for is_after in (False, True)
]
_QUICK = {
    ("claim saved", True, LOCAL),
    ("answer received", False, LOCAL),
    ("entry committed", False, LOCAL),
    ("request sent", True, SAME),
    ("entry saved", True, NEW),
    ("entry pushed", False, SAME),
}

# 200 kills in all. The lanes of a chunk run side by side, since much of their time is waiting.
_CHUNKS, _LANES, _KILLS_A_LANE = 20, 2, 5


def _marks(cell: tuple[str, bool, str]) -> list[pytest.MarkDecorator]:
    return [] if cell in _QUICK else [pytest.mark.slow]


def _cell_id(cell: tuple[str, bool, str]) -> str:
    step, is_after, successor = cell
    return f"{Boundary(step=step, is_after=is_after)}, {successor}"


def _kill_from_vendor(driver: Driver, *, is_executed: bool) -> Callable[[Vendor, Request], None]:
    """Return a behaviour that kills the run whose request it is, before or after carrying it out."""

    def behave(vendor: Vendor, request: Request) -> None:
        if is_executed:
            vendor.add(request.json)
        driver.kill()

    return behave


def _run_to_death(here: World, driver: Driver, *, step: str, is_after: bool, push: tuple[str, ...]) -> Ended:
    # Between these two only the vendor knows where the request is.
    if (step, is_after) in {("request sent", True), ("answer received", False)}:
        behave = _kill_from_vendor(driver, is_executed=step == "answer received")
        here.vendor.on_create(here.names[1], behave)
        return driver.run(here.first, sync_args(*push))
    boundary = Boundary(step=step, is_after=is_after)
    return driver.run(here.first, sync_args(*push), boundary=boundary)


@pytest.mark.parametrize(
    "cell", [pytest.param(cell, marks=_marks(cell), id=_cell_id(cell)) for cell in _CELLS]
)
def test_a_run_killed_at_a_boundary_is_made_good_by_the_next(
    cell: tuple[str, bool, str], tmp_path: Path
) -> None:
    step, is_after, successor = cell
    push = () if successor == LOCAL else ("--push",)
    with world(tmp_path) as here, Driver(here.folder("output"), here.env, here.clock) as driver:
        here.define("Alpha", "Beta", "Gamma")
        killed = _run_to_death(here, driver, step=step, is_after=is_after, push=push)
        assert killed.is_killed, killed
        heir = here.clone() if successor == NEW else here.first
        following = driver.run(heir, sync_args(*push))
        assert following.code == 0, following.err
        here.check(heir, is_pushed=bool(push))
        if successor == NEW:
            # The first machine comes back, with what it never pushed.
            back = driver.run(here.first, sync_args(*push))
            assert back.code == 0, back.err
            here.check(here.first, is_pushed=True)


class _Lane:
    """One world in which runs are killed at random moments, one after another."""

    def __init__(self, here: World, driver: Driver, chance: random.Random) -> None:
        self._here = here
        self._driver = driver
        self._chance = chance
        self._longest_s = 0.0

    def live(self, kills: int) -> None:
        """Kill so many runs; each time let runs follow until one has nothing to do."""
        self._define()
        started = time.monotonic()
        self._settle(self._here.first, ("--push",))
        self._longest_s = time.monotonic() - started
        while kills:
            kills -= self._kill_one()

    def _define(self) -> None:
        count = self._chance.randint(1, 4)
        first = len(self._here.names)
        self._here.define(*(f"Campaign {first + number}" for number in range(count)))

    def _kill_one(self) -> bool:
        """Run, kill and let others mend it; return whether the kill came before the end."""
        here = self._here
        push = () if self._chance.random() < 1 / 3 else ("--push",)
        self._define()
        at_s = self._chance.uniform(0, self._longest_s)
        ended = self._driver.run(here.first, sync_args(*push), kill_after_s=at_s)
        assert ended.is_killed or ended.code == 0, ended
        if push and self._chance.random() < 1 / 2:
            heir = here.clone()
            self._settle(heir, push)
            here.drop(heir)
        # Also where a new clone has done all: what the killed one left must not undo it.
        self._settle(here.first, push)
        git(here.first, "push", "--quiet")
        return ended.is_killed

    def _settle(self, clone: Path, push: tuple[str, ...]) -> None:
        following = self._driver.run(clone, sync_args(*push))
        assert following.code == 0, following
        self._here.check(clone, is_pushed=bool(push))


def _live(folder: Path, seed: int) -> None:
    folder.mkdir()
    with world(folder, speed=40) as here, Driver(here.folder("output"), here.env, here.clock) as driver:
        try:
            _Lane(here, driver, random.Random(seed)).live(_KILLS_A_LANE)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_runs_killed_at_random_moments_are_made_good(chunk: int, tmp_path: Path) -> None:
    seeds = [random.SystemRandom().randrange(10**6) for _ in range(_LANES)]
    print(f"seeds: {seeds}, {_KILLS_A_LANE} kills each")  # noqa: T201  # what to repeat a failure with
    with ThreadPoolExecutor(_LANES) as pool:
        list(pool.map(_live, [tmp_path / f"lane-{number}" for number in range(_LANES)], seeds))
