"""Two clones sync the same new definitions at one moment: the push of the claim lets one of them through."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.kill_driver import Driver, Ended
from tests.e2e.kill_vendor import World, git, sync_args, world
from tests.e2e.kills import Boundary

# The loser looks every half a real second; it would wait for 14 of them before it looked in the account
# itself, which even a busy machine's winner does not need.
_SPEED, _SETTLE = 10.0, "--settle=60"


def _race(here: World, drivers: list[Driver], clones: list[Path], *, meeting: str) -> list[Ended]:
    """Run in both clones at once; with a meeting, both are about to push their claims before one does."""
    boundary = Boundary(step="claim pushed", is_after=False, meeting=meeting) if meeting else None
    args = sync_args("--push", "--format=json", _SETTLE)
    with ThreadPoolExecutor(len(drivers)) as pool:
        pairs = zip(drivers, clones, strict=True)
        runs = [pool.submit(driver.run, clone, args, boundary=boundary) for driver, clone in pairs]
        return [run.result() for run in runs]


def _check_round(ended: list[Ended], names: list[str]) -> None:
    assert [run.code for run in ended] == [0, 0], ended
    made = sorted([campaign["name"] for campaign in run.json["created"]] for run in ended)
    assert made == [[], names], ended
    assert [run.json["recovered"] for run in ended] == [[], []]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_of_two_clones_one_creates_and_the_other_ends_with_0_having_created_nothing(
    rounds: int, tmp_path: Path
) -> None:
    with world(tmp_path, speed=_SPEED) as here, ExitStack() as stack:
        clones = [here.first]
        here.define("Kept")
        clones.append(here.clone())
        folders = [here.folder(f"output-{number}") for number in range(2)]
        drivers = [stack.enter_context(Driver(folder, here.env, here.clock)) for folder in folders]
        assert drivers[0].run(here.first, sync_args("--push")).code == 0
        for number in range(rounds):
            names = [f"Round {number} {which}" for which in ("a", "b")]
            here.define(*names)
            git(clones[1], "pull", "--quiet", "--ff-only")
            # Every second round is left to chance: the two may then meet anywhere.
            meeting = str(here.folder(f"meeting-{number}")) if number % 2 == 0 else ""
            _check_round(_race(here, drivers, clones, meeting=meeting), names)
            for clone in clones:
                here.check(clone, is_pushed=True)
