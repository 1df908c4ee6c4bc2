"""Single stories out of the simulation's worlds, each as short as it can be told."""

import asyncio
from random import Random

import pytest

from campaignsync.protocol.ledger import Ledger
from campaignsync.result import Result
from campaignsync.state import Record
from tests.simulation import mutants
from tests.simulation.people import definition
from tests.simulation.recorders import GitFaults
from tests.simulation.remote import MAIN
from tests.simulation.runs import UNHARMED, Built, Fate, Seat
from tests.simulation.scenario import Place, calm
from tests.simulation.vendor import VendorFaults
from tests.simulation.virtual import run
from tests.simulation.world import World

MINE = definition("Mine", "campaigns/mine.yaml", description="not reviewed")


def _world(place: Place) -> World:
    return World(calm(place), Random(0))


async def _until_made(world: World) -> None:
    while not world.vendor.campaigns:  # noqa: ASYNC110  # virtual time, and no event in the product
        await asyncio.sleep(0.01)


def test_a_persons_commit_meanwhile_stays_on_their_branch_below_the_runs() -> None:
    world = _world(Place.LOCAL)

    async def live() -> Seat:
        seat = world.clone(0)[0]
        syncing = asyncio.create_task(world.runner.sync(seat, UNHARMED))
        await _until_made(world)
        made = seat.clone.commit(MAIN, (*seat.clone.branches[MAIN].definitions, MINE))
        seat.tree.definitions = made.definitions
        await syncing
        return seat

    seat = run(live())
    assert MINE in seat.clone.branches[MAIN].definitions
    assert [type(entry) for entry in world.runner.authority(seat).sorted()] == [Record]
    assert world.laws.violations == []


def test_a_switch_meanwhile_leaves_the_record_on_the_branch_that_was_synced() -> None:
    world = _world(Place.LOCAL)

    async def live() -> Seat:
        seat = world.clone(0)[0]
        syncing = asyncio.create_task(world.runner.sync(seat, UNHARMED))
        await _until_made(world)
        seat.clone.branches["feature"] = seat.clone.branches[MAIN]
        seat.tree.branch = "feature"
        await syncing
        return seat

    seat = run(live())
    assert [type(entry) for entry in world.runner.authority(seat).sorted()] == [Record]
    assert seat.tree.all == ("feature", world.remote.tip.definitions, world.remote.tip.state)


def test_a_pushing_run_leaves_a_persons_clone_as_it_is() -> None:
    world = _world(Place.REMOTE)

    async def live() -> tuple[Seat, object, object]:
        seat = world.clone(0)[0]
        seat.clone.commit(MAIN, (MINE,))
        seat.tree.definitions, seat.tree.state = (), "edited"
        before = dict(seat.clone.branches), seat.tree.all
        await world.runner.sync(seat, UNHARMED)
        return seat, before, (dict(seat.clone.branches), seat.tree.all)

    seat, before, after = run(live())
    assert after == before
    assert [type(entry) for entry in world.runner.authority(seat).sorted()] == [Record]


def test_a_run_killed_between_the_journals_line_and_its_request_is_followed_by_one_that_waits() -> None:
    world = _world(Place.FOLDER)

    async def live() -> tuple[Result | None, float]:
        seat = world.clone(0)[0]
        syncing = asyncio.create_task(world.runner.sync(seat, UNHARMED))
        while b'"sent"' not in seat.clone.journal:  # noqa: ASYNC110  # virtual time
            await asyncio.sleep(0.001)
        seat.machine.crash()
        await syncing
        started = asyncio.get_running_loop().time()
        result = await world.runner.sync(seat, UNHARMED)
        return result, asyncio.get_running_loop().time() - started

    result, took_s = run(live())
    assert result is not None
    assert [done.name for done in result.created] == ["Camp 0"]
    assert took_s > world.scenario.settle_s
    assert len(world.vendor.campaigns) == 1
    assert world.laws.violations == []


def test_a_run_killed_before_the_journals_line_is_followed_by_one_that_does_not_wait() -> None:
    world = _world(Place.FOLDER)

    async def live() -> float:
        seat = world.clone(0)[0]
        syncing = asyncio.create_task(world.runner.sync(seat, UNHARMED))
        while b'"put"' not in seat.clone.journal:  # noqa: ASYNC110  # virtual time
            await asyncio.sleep(0.0001)
        seat.machine.crash()
        await syncing
        return await _took_s(world, seat, UNHARMED)

    assert run(live()) < world.scenario.settle_s
    assert len(world.vendor.campaigns) == 1


def test_two_paths_to_one_clone_synced_at_once_make_one_campaign() -> None:
    world = _world(Place.REMOTE)

    async def live() -> list[Result | None]:
        seats = world.clone(0)
        return await asyncio.gather(*(world.runner.sync(seat, UNHARMED) for seat in seats))

    results = run(live())
    assert [len(result.created) for result in results if result] == [1, 0]
    assert len(world.vendor.campaigns) == 1


def test_a_clock_that_is_an_hour_off_sends_nothing() -> None:
    world = _world(Place.REMOTE)

    async def live() -> Result | None:
        seat = world.clone(0)[0]
        seat.machine.clocks.skew_s = 3600
        return await world.runner.sync(seat, UNHARMED)

    assert run(live()) is None
    assert world.vendor.campaigns == []


def test_what_the_given_plan_does_not_hold_is_not_sent() -> None:
    world = _world(Place.REMOTE)

    async def live() -> Result | None:
        return await world.runner.sync(world.clone(0)[0], Fate(allowed=frozenset()))

    result = run(live())
    assert result is not None
    assert [failure.name for failure in result.not_sent] == ["Camp 0"]
    assert world.vendor.campaigns == []


@pytest.mark.parametrize(("ledger", "waits"), [(Ledger, False), (mutants.LeaseLeftOn, True)])
def test_nobody_waits_for_the_lease_of_a_run_that_ended(ledger: type[Ledger], waits: bool) -> None:  # noqa: FBT001
    world = World(calm(Place.REMOTE), Random(0), Built(ledger=ledger))

    async def live() -> float:
        seat = world.clone(0)[0]
        world.vendor.faults = VendorFaults(fates={"lost_never": 1.0})
        await world.runner.sync(seat, Fate(stop_after_s=10.0))
        world.vendor.faults = VendorFaults()
        return await _took_s(world, seat, UNHARMED)

    # A proof of absence takes the settle time in any case.
    assert (run(live()) > 2 * world.scenario.settle_s) == waits


@pytest.mark.parametrize(("ledger", "waits"), [(Ledger, False), (mutants.NoLookUp, True)])
def test_a_run_does_not_wait_for_its_own_claim_where_pushes_have_no_answer(
    ledger: type[Ledger],
    waits: bool,  # noqa: FBT001
) -> None:
    world = World(calm(Place.REMOTE), Random(0), Built(ledger=ledger))

    async def live() -> float:
        return await _took_s(world, world.clone(0)[0], Fate(git=GitFaults(lost_after=1.0)))

    assert (run(live()) > 2 * world.scenario.settle_s) == waits


async def _took_s(world: World, seat: Seat, fate: Fate) -> float:
    started = asyncio.get_running_loop().time()
    await world.runner.sync(seat, fate)
    return asyncio.get_running_loop().time() - started
