"""A person commits in the very clone in which a run is about to record what it created."""

import asyncio
from random import Random

from campaignsync.state import Record
from tests.simulation.people import definition
from tests.simulation.remote import read_state
from tests.simulation.runs import UNHARMED, Seat
from tests.simulation.scenario import draw
from tests.simulation.vendor import VendorFaults
from tests.simulation.virtual import VirtualLoop
from tests.simulation.world import PLAIN, World

MINE = definition("Mine", "campaigns/mine.yaml", description="not reviewed")
SEED = next(seed for seed in range(100) if draw(Random(seed)).is_pushing)


def test_a_commit_made_meanwhile_is_not_pushed() -> None:
    world, seat = _after_a_commit_meanwhile(is_overtaken=False)
    _check(world, seat)


def test_a_commit_made_meanwhile_is_not_lost_where_another_push_comes_first() -> None:
    world, seat = _after_a_commit_meanwhile(is_overtaken=True)
    _check(world, seat)


def _check(world: World, seat: Seat) -> None:
    tip = world._remote.tip
    assert MINE not in tip.definitions
    assert MINE in seat.clone.head.definitions
    assert {type(entry) for entry in read_state(tip.state).entries.values()} == {Record}
    assert not world.laws.violations


def _after_a_commit_meanwhile(*, is_overtaken: bool) -> tuple[World, Seat]:
    world = World(SEED, PLAIN)
    world._vendor.faults = VendorFaults()

    async def live() -> Seat:
        seat = world._seat(0)
        run = asyncio.create_task(world._runner.sync(seat, UNHARMED))
        while not world._vendor.campaigns:  # noqa: ASYNC110  # virtual time, and no event in the product
            await asyncio.sleep(0.01)
        seat.clone.edit((*seat.clone.definitions, MINE))
        if is_overtaken:
            world._remote.edit(world._remote.tip.definitions)
        await run
        return seat

    loop = VirtualLoop()  # type: ignore[abstract]  # the rest of it is about sockets and threads
    return world, loop.run(live())
