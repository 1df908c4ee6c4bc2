"""Two clones sync the same new definitions at one moment: the push of the claim lets one of them through."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.clones import assert_each_once, cloned, hook, published
from tests.e2e.conftest import Project, Ran
from tests.e2e.vendor import Vendor


def _let_meet(clones: list[Project], folder: Path) -> None:
    """Let no push go before both clones are about to push; later ones go as they come."""
    folder.mkdir()
    met = f"""
touch '{folder}'/$PPID
while test "$(ls '{folder}' | wc -l)" -lt 2; do sleep 0.01; done
"""
    for clone in clones:
        hook(clone, "pre-push", met)


def _race(clones: list[Project]) -> list[Ran]:
    # The loser would look in the account itself after minutes, which no winner needs.
    args = ("sync", "--push", "--format=json", "--settle=120")
    with ThreadPoolExecutor(len(clones)) as pool:
        return list(pool.map(lambda clone: clone.run(*args), clones))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_of_two_clones_one_creates_and_the_other_ends_with_0_having_created_nothing(
    rounds: int, project: Project, vendor: Vendor, tmp_path: Path
) -> None:
    project.define("Kept")
    remote = published(project, tmp_path / "remote.git")
    clones, defined = [project, cloned(remote, tmp_path / "other")], ["Kept"]
    assert project.run("sync", "--push").code == 0
    for number in range(rounds):
        names = [f"Round {number} {which}" for which in ("a", "b")]
        project.git("pull", "--quiet")
        project.define(names[0])
        project.define(names[1], dncLists={"name": "Never"})
        project.git("push", "--quiet")
        defined += names
        # Every second round is left to chance: the two may then meet anywhere.
        if number % 2 == 0:
            _let_meet(clones, tmp_path / f"meeting-{number}")
        ended = _race(clones)
        assert [run.code for run in ended] == [0, 0], ended
        made = sorted([campaign["name"] for campaign in run.json["created"]] for run in ended)
        assert made == [[], names], ended
        assert [run.json["recovered"] for run in ended] == [[], []]
        assert_each_once(vendor, remote, *defined)
        assert [clone.journals for clone in clones] == [{}, {}]
