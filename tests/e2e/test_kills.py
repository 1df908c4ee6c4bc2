"""kill -9 at every boundary of a run, and at random moments: the next run ends with one campaign each."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from tests.e2e.clones import Kept, differences, kept
from tests.e2e.kill_driver import Driver, Ended
from tests.e2e.kill_vendor import STATE, World, git, sync_args, world
from tests.e2e.kills import (
    AFTER,
    AMID,
    BEFORE,
    CREATE,
    JOURNAL,
    JOURNAL_LINE,
    LIST,
    PUSH,
    STATE_FILE,
    Boundary,
)
from tests.e2e.vendor import Request, Vendor


class Mode(Enum):
    """How a run works, and who takes over after the kill: the same clone, or a clone of what was pushed."""

    LOCAL = "on the branch"
    FOLDER = "in the folder"
    PUSH = "pushing"
    NEW = "pushing, then a new clone"

    @property
    def is_pushing(self) -> bool:
        return self in {Mode.PUSH, Mode.NEW}

    @property
    def args(self) -> tuple[str, ...]:
        """A sync's arguments."""
        option = {Mode.LOCAL: "--local", Mode.FOLDER: "--no-commit"}.get(self, "--push")
        return tuple(sync_args(option))


_NAMES = ("Alpha", "Beta", "Gamma")

# How often a run takes each step that creates these three, one after the other. The journal's lines: the
# claims; the first send; an answer and the next send, twice; the last answer. On the branch, the first of two
# commits is a trial.
# The contact lists; the account before, and what became of the new campaigns, by both versions of the API.
_EVERYWHERE = {LIST: 5, CREATE: 3, JOURNAL_LINE: 5, JOURNAL: 1}
_COMMITS = {"blob": 2, "tree": 2, "commit": 2}
_PUSHED = {**_EVERYWHERE, **_COMMITS, "fetch": 1, PUSH: 2, "ref": 1}
_STEPS = {
    Mode.LOCAL: {**_EVERYWHERE, **_COMMITS, "ref": 3, "index": 2, "work tree": 1},
    Mode.FOLDER: {**_EVERYWHERE, STATE_FILE: 1},
    Mode.PUSH: _PUSHED,
    Mode.NEW: _PUSHED,
}
_TORN = {JOURNAL_LINE, JOURNAL, STATE_FILE}

_CHUNKS, _KILLS_A_CHUNK = 20, 10
_LONGEST_STEP_S = 0.05


def _boundaries(mode: Mode) -> Iterator[Boundary]:
    for step, turns in _STEPS[mode].items():
        for turn in range(1, turns + 1):
            moments = (BEFORE, AMID, AFTER) if step in _TORN else (BEFORE, AFTER)
            yield from (Boundary(step=step, moment=moment, turn=turn) for moment in moments)


_CELLS = [(boundary, mode) for mode in Mode for boundary in _boundaries(mode)]
_QUICK = [
    (Boundary(step=JOURNAL_LINE, moment=AMID, turn=3), Mode.LOCAL),
    (Boundary(step="ref", moment=AFTER), Mode.LOCAL),
    (Boundary(step=STATE_FILE, moment=AFTER), Mode.FOLDER),
    (Boundary(step=CREATE, moment=AFTER, turn=2), Mode.PUSH),
    (Boundary(step=PUSH, moment=AFTER, turn=2), Mode.PUSH),
    (Boundary(step=PUSH, moment=AFTER), Mode.NEW),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A world with three new definitions, and how the person left their clone."""

    here: World
    driver: Driver
    mode: Mode
    before: Kept
    head: str

    def check_clone(self) -> None:
        """Assert that a push changed nothing in the person's clone, and that another run made one commit."""
        clone = self.here.first
        if self.mode is Mode.LOCAL:
            assert git(clone, "rev-parse", "HEAD^") == self.head
            assert git(clone, "diff-tree", "--name-only", "-r", "HEAD^", "HEAD") == STATE
        else:
            assert differences(self.before, kept(clone)) <= ({STATE} if self.mode is Mode.FOLDER else set())

    def check_next_run(self) -> None:
        """Run until all is done, and assert that it is, once."""
        following = self.sync(self.here.clone() if self.mode is Mode.NEW else self.here.first)
        assert following.code == 0, following
        if self.mode is Mode.NEW:
            # The first machine comes back, with what it never pushed.
            back = self.sync(self.here.first)
            assert back.code == 0, back
        self.here.check(
            self.here.first, is_pushed=self.mode.is_pushing, is_committed=self.mode is not Mode.FOLDER
        )
        self.check_clone()

    def sync(self, clone: Path) -> Ended:
        return self.driver.run(clone, self.mode.args)


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[Mode], _Scene]]:
    """Return what makes a scene."""
    with world(tmp_path) as here, Driver(here.folder("output"), here.env, here.clock) as driver:

        def make(mode: Mode) -> _Scene:
            here.define(*_NAMES)
            head = git(here.first, "rev-parse", "HEAD")
            return _Scene(here=here, driver=driver, mode=mode, before=kept(here.first), head=head)

        yield make


def _check_cell(scene: _Scene, boundary: Boundary) -> None:
    killed = scene.driver.run(scene.here.first, scene.mode.args, boundary=boundary)
    assert killed.is_killed, killed
    if scene.mode.is_pushing:
        scene.check_clone()
    scene.check_next_run()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("boundary", "mode"), [pytest.param(*cell, id=f"{cell[0]}, {cell[1].value}") for cell in _CELLS]
)
def test_a_run_killed_at_a_boundary_is_made_good_by_the_next(
    scene: Callable[[Mode], _Scene], boundary: Boundary, mode: Mode
) -> None:
    _check_cell(scene(mode), boundary)


@pytest.mark.parametrize(
    ("boundary", "mode"), [pytest.param(*cell, id=f"{cell[0]}, {cell[1].value}") for cell in _QUICK]
)
def test_a_selection_of_the_boundaries_holds(
    scene: Callable[[Mode], _Scene], boundary: Boundary, mode: Mode
) -> None:
    _check_cell(scene(mode), boundary)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_the_boundaries_are_all_that_there_are(scene: Callable[[Mode], _Scene], mode: Mode) -> None:
    made = scene(mode)
    assert made.sync(made.here.first).code == 0
    assert made.driver.turns == _STEPS[mode]


@pytest.mark.slow
@pytest.mark.parametrize("mode", [Mode.LOCAL, Mode.FOLDER, Mode.PUSH], ids=lambda mode: mode.value)
def test_a_run_killed_after_one_that_left_half_a_line_is_made_good_by_the_next(
    scene: Callable[[Mode], _Scene], mode: Mode
) -> None:
    here = scene(mode)
    for boundary in (
        Boundary(step=JOURNAL_LINE, moment=AMID, turn=3),
        Boundary(step=CREATE, moment=AFTER, turn=1),
    ):
        assert here.driver.run(here.here.first, mode.args, boundary=boundary).is_killed
    here.check_next_run()


def _kill_from_vendor(driver: Driver, *, is_executed: bool) -> Callable[[Vendor, Request], None]:
    """Return a behaviour that kills the run whose request it is, before or after carrying it out."""

    def behave(vendor: Vendor, request: Request) -> None:
        if is_executed:
            vendor.add(request.json)
        driver.kill()

    return behave


@pytest.mark.slow
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("is_executed", [False, True], ids=["not executed", "executed"])
def test_a_run_killed_while_only_the_vendor_knows_of_its_request_is_made_good_by_the_next(
    scene: Callable[[Mode], _Scene], mode: Mode, *, is_executed: bool
) -> None:
    here = scene(mode)
    here.here.vendor.on_create(_NAMES[1], _kill_from_vendor(here.driver, is_executed=is_executed))
    assert here.sync(here.here.first).is_killed
    here.check_next_run()


class _Life:
    """A world in which runs are killed at random moments, one after another."""

    def __init__(self, here: World, driver: Driver, chance: random.Random) -> None:
        self._here = here
        self._driver = driver
        self._chance = chance

    def live(self, kills: int) -> None:
        """Kill so many runs; after each, or two, let runs follow until one has nothing to do."""
        self._define()
        self._settle(self._here.first, Mode.PUSH)
        while kills > 0:
            kills -= self._kill_some()

    def _define(self) -> None:
        first, count = len(self._here.names), self._chance.randint(2, 4)
        self._here.define(*(f"Campaign {first + number}" for number in range(count)))

    def _kill_some(self) -> int:
        """Run, kill and let others go on; return how many kills came before the run's end."""
        here, mode = self._here, self._chance.choice(list(Mode))
        git(here.first, "pull", "--quiet", "--ff-only")
        self._define()
        before, kills = kept(here.first), int(self._kill(mode))
        # Not a third time: after three sends, only a person decides.
        if kills and self._chance.random() < 1 / 3:
            kills += self._kill(mode)
        if mode is Mode.NEW:
            heir = here.clone()
            self._settle(heir, mode)
            here.drop(heir)
        # Also where a new clone has done all: what the killed one left must not undo it.
        self._settle(here.first, mode)
        if mode.is_pushing:
            assert differences(before, kept(here.first)) == set()
        else:
            git(here.first, "add", STATE)
            git(here.first, "commit", "--quiet", "--allow-empty", "--message=state")
            git(here.first, "push", "--quiet")
        return kills

    def _kill(self, mode: Mode) -> bool:
        """Run, and kill the run a moment after a boundary; return whether it had not ended before."""
        has_family = self._chance.random() < 2 / 3
        ended = self._driver.run(
            self._here.first,
            [*mode.args, f"--parallel={self._chance.choice([1, 4])}"],
            boundary=self._chance.choice([each for each in _boundaries(mode) if each.turn <= 2]),
            kill_after_s=self._chance.uniform(0, _LONGEST_STEP_S),
            has_family=has_family,
        )
        assert ended.is_killed or ended.code == 0, ended
        self._here.wait_until_idle()
        if has_family:
            self._here.remove_locks()
        return ended.is_killed

    def _settle(self, clone: Path, mode: Mode) -> None:
        following = self._driver.run(clone, mode.args)
        assert following.code == 0, following
        self._here.check(clone, is_pushed=mode.is_pushing, is_committed=mode is not Mode.FOLDER)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_runs_killed_at_random_moments_with_all_that_they_started_are_made_good(
    chunk: int, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}, {_KILLS_A_CHUNK} kills")  # noqa: T201  # what to repeat a failure with
    with world(tmp_path) as here, Driver(here.folder("output"), here.env, here.clock) as driver:
        _Life(here, driver, random.Random(seed)).live(_KILLS_A_CHUNK)
