"""A run was killed while it moved files and branch to the remote's tip: files first, the branch last."""

from random import Random

from campaignsync.result import Result
from campaignsync.state import State, render
from tests.simulation.remote import Clone, Remote
from tests.simulation.runs import UNHARMED
from tests.simulation.scenario import draw
from tests.simulation.vendor import VendorFaults
from tests.simulation.virtual import VirtualLoop
from tests.simulation.world import PLAIN, World

SEED = next(seed for seed in range(100) if draw(Random(seed)).is_pushing)
BOUND = render(State(host="https://platform.kore.ai", app_id="st-1"))
"""A state with as many entries as an empty one, and another text."""


def test_files_that_were_moved_and_differ_from_the_branch_in_no_entry_are_not_in_the_next_runs_way() -> None:
    world = World(SEED, PLAIN)
    world._vendor.faults = VendorFaults()

    async def live() -> tuple[Result | None, Clone]:
        seat = world._seat(0)
        _push_state(world._remote, BOUND)
        seat.clone.state = BOUND
        _push_state(world._remote, BOUND + "\n")
        return await world._runner.sync(seat, UNHARMED), seat.clone

    result, clone = VirtualLoop().run(live())  # type: ignore[abstract]  # the rest is about sockets and threads
    assert result is not None
    assert result.created
    assert clone.head is world._remote.tip
    assert not world.laws.violations


def _push_state(remote: Remote, text: str) -> None:
    remote.take(remote.make(remote.tip, definitions=remote.tip.definitions, state=text, is_own=True))
