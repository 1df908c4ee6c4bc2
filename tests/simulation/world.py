"""One world, from its seed: runs, people, the vendor and the remote at once, until all is quiet."""

import asyncio
from dataclasses import dataclass, field, replace
from random import Random

from campaignsync.plan import body_digest
from tests.simulation.ending import Ending
from tests.simulation.laws import Laws, Violation
from tests.simulation.machine import Clocks, Machine
from tests.simulation.people import Author, Console, Neighbour, first
from tests.simulation.remote import MAIN, Clone, Commit, Remote, read_state
from tests.simulation.runs import Around, Built, Fate, Runner, Seat
from tests.simulation.scenario import MOST_SKEW_S, Place, Scenario, draw
from tests.simulation.vendor import Vendor, VendorFaults
from tests.simulation.virtual import DeadlockError, run

PLAIN = Built()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one seed's world ended."""

    seed: int
    scenario: Scenario
    violations: tuple[Violation, ...]
    trace: tuple[tuple[float, str, str], ...] = field(repr=False)

    def __str__(self) -> str:
        lines = [f"{at:9.2f} {who}: {text}" for at, who, text in self.trace]
        return "\n".join([f"seed {self.seed}: {self.scenario}", *lines, *map(str, self.violations)])


def simulate(seed: int, built: Built = PLAIN) -> Ended:
    """Live through the world of a seed."""
    rng = Random(seed)
    world = World(draw(rng), rng, built)
    try:
        run(world.live())
    except DeadlockError:
        world.laws.broken("stuck", "every task waits for another")
    return Ended(
        seed=seed,
        scenario=world.scenario,
        violations=tuple(world.laws.violations),
        trace=tuple(world.trace),
    )


class World:
    """Everything that one seed has.

    Args:
        scenario: What it is like.
        rng: The seed's chance.
        built: What its runs are built of.

    Attributes:
        trace: What happened: when, in seconds, to whom, and what.
        scenario: What it is like.
        laws: What is checked.
        remote: The branch on the remote.
        vendor: The account.
        runner: Starts runs.
    """

    def __init__(self, scenario: Scenario, rng: Random, built: Built = PLAIN) -> None:
        self._rng = rng
        self.trace: list[tuple[float, str, str]] = []
        self.scenario = scenario
        self.laws = Laws(scenario, self.tell)
        self._author = Author(rng, scenario.definitions)
        self.remote = Remote(first(scenario.definitions), self._on_move)
        self.vendor = Vendor(
            rng,
            settle_s=scenario.settle_s,
            skew_s=scenario.vendor_skew_s,
            page_rows=scenario.page_rows,
            on_made=self.laws.on_made,
        )
        self.vendor.faults = scenario.vendor
        self._console = Console(self.vendor, rng)
        self._around = Around(
            scenario=scenario,
            rng=rng,
            remote=self.remote,
            vendor=self.vendor,
            laws=self.laws,
            built=built,
        )
        self.runner = Runner(self._around)
        self.laws.on_definitions(self.remote.tip.definitions)
        self._seats: list[Seat] = []

    def tell(self, who: str, text: str) -> None:
        """Add a line to the trace."""
        self.trace.append((asyncio.get_running_loop().time(), who, text))

    async def live(self) -> None:
        """Live from the first run until all is quiet."""
        for _ in range(self.scenario.strangers):
            self._console.make_other()
        self._seats = [seat for number in range(self.scenario.clones) for seat in self.clone(number)]
        await asyncio.gather(
            *map(self._use, self._seats),
            *map(self._work_beside, self._seats),
            self._edit(),
            self._work_in_console(),
            self._set_clocks(),
            self._suspend(),
        )
        await self._settle()

    def _on_move(self, old: Commit, new: Commit) -> None:
        if self.scenario.is_shared:
            self.laws.on_definitions(new.definitions)
        if old.state != new.state and self.scenario.is_shared:
            self.laws.on_change(read_state(old.state), read_state(new.state))

    def clone(self, number: int) -> list[Seat]:
        """Return the seats in one clone: by two paths to one work tree, or in two work trees."""
        scenario, clone = self.scenario, Clone.of(self.remote, self.laws.on_branch)
        clocks = Clocks(skew_s=scenario.skews_s[number], counts_sleep=scenario.counts_sleep)
        tree, seats = clone.work_tree(), []
        for seat in range(scenario.seats):
            machine = Machine(f"m{number}{'abc'[seat]}", clocks, rng=self._rng, trace=self.tell)
            has_own = seat and scenario.place is Place.REMOTE and self._rng.random() < 0.5
            seats.append(
                Seat(machine=machine, clone=clone, tree=clone.work_tree("other") if has_own else tree)
            )
        return seats

    async def _use(self, seat: Seat) -> None:
        """Start runs, one after another, some of which are killed or asked to end."""
        for _ in range(self.scenario.runs):
            longest_s = self._rng.choice(self.scenario.pauses_s)
            await asyncio.sleep(self._rng.uniform(0, longest_s))
            await self.runner.sync(seat, self._fate(seat))
            if self.scenario.place is Place.REMOTE and self._rng.random() < 0.1:
                # The next run has only what was pushed.
                seat.clone = Clone.of(self.remote, self.laws.on_branch)
                seat.tree = seat.clone.work_tree()

    def _fate(self, seat: Seat) -> Fate:
        rng, scenario, longest_s = self._rng, self.scenario, 3 * self.scenario.settle_s
        plain = Fate(
            is_pushing=rng.random() < 0.5,
            git=replace(scenario.git, forbidden=1.0) if rng.random() < scenario.refused else scenario.git,
            allowed=self._planned(seat) if rng.random() < scenario.planned else None,
        )
        chance, crash = rng.random(), scenario.crash
        if chance < crash / 2:
            return replace(plain, crash_at=rng.randrange(1, rng.choice((30, 60, 120))))
        if chance < crash:
            return replace(plain, crash_after_s=rng.uniform(0.1, rng.choice((10.0, longest_s))))
        if chance < crash + scenario.stop:
            return replace(plain, stop_after_s=rng.uniform(0.1, longest_s))
        return plain

    def _planned(self, seat: Seat) -> frozenset[str]:
        """Return what a plan holds that was made now, or at some earlier commit."""
        commit = self._rng.choice(list(self.remote.tip.history()))
        chosen = self._rng.choice((commit.definitions, self.runner.definitions(seat)))
        return frozenset(body_digest(each.body or {}) for each in chosen)

    async def _edit(self) -> None:
        """Let a person edit definitions, or decide about an entry."""
        for _ in range(self.scenario.person):
            await asyncio.sleep(self._rng.uniform(0, 600))
            chance = self._rng.random()
            if chance < 0.7:
                self._change_definitions()
            elif chance < 0.85:
                await self._forget()
            else:
                await self._adopt()

    def _change_definitions(self) -> None:
        seat = self._seats[0]
        changed = self._author.change(self.runner.definitions(seat))
        match self.scenario.place:
            case Place.REMOTE | Place.MIXED:
                self.remote.edit(changed)
            case Place.LOCAL:
                seat.clone.commit(MAIN, changed)
                seat.tree.definitions = changed if seat.tree.branch == MAIN else seat.tree.definitions
            case Place.FOLDER:
                seat.tree.definitions = changed
        self._look_at_definitions()
        self.tell("person", f"defines {[each.name for each in changed]}")

    def _look_at_definitions(self) -> None:
        self.laws.on_definitions(self.runner.definitions(self._seats[0]))

    async def _work_beside(self, seat: Seat) -> None:
        """Let a person work in the very clone in which runs happen."""
        if self.scenario.place is Place.FOLDER:
            return
        for _ in range(self.scenario.neighbour):
            await asyncio.sleep(self._rng.uniform(0, self._rng.choice((5, 60, 300))))
            neighbour = Neighbour(
                seat.clone,
                seat.tree,
                self._rng,
                is_local=self.scenario.place is Place.LOCAL,
                change=self._author.change,
            )
            self.tell("neighbour", f"{neighbour.act()} in {seat.machine.name}")
            self._look_at_definitions()

    def _person(self) -> Seat:
        """Return where a person decides: in a clone of their own, unless there may be but one."""
        return self.clone(self.scenario.clones)[0] if self.scenario.place is Place.REMOTE else self._seats[0]

    async def _forget(self) -> None:
        seat = self._person()
        entries = self.runner.authority(seat).sorted()
        if not entries:
            return
        fate = replace(self._fate(seat), is_pushing=True)
        await self.runner.forget(seat, self._rng.choice(entries).name, fate)

    async def _adopt(self) -> None:
        seat = self._person()
        definitions = self.runner.definitions(seat)
        if not definitions:
            return
        definition = self._rng.choice(definitions)
        named = [each for each in self.vendor.listed() if each.name == definition.name]
        own = [each for each in named if each.made_for == definition.key] or named
        if own:
            fate = replace(self._fate(seat), is_pushing=True)
            await self.runner.adopt(seat, definition.source, own[0].camp_id, fate)

    async def _work_in_console(self) -> None:
        for _ in range(self.scenario.console):
            await asyncio.sleep(self._rng.uniform(0, 100))
            self._console.act(self.runner.definitions(self._seats[0]))

    async def _set_clocks(self) -> None:
        for _ in range(self.scenario.clock):
            await asyncio.sleep(self._rng.uniform(0, 300))
            machine = self._rng.choice(self._seats).machine
            most_s = self._rng.choice((MOST_SKEW_S, self.scenario.most_skew_s))
            machine.clocks.skew_s = self._rng.uniform(0 if most_s == MOST_SKEW_S else -most_s, most_s)
            machine.tell(f"its clock is set {machine.clocks.skew_s:.0f} s ahead")

    async def _suspend(self) -> None:
        for _ in range(self.scenario.suspended):
            await asyncio.sleep(self._rng.uniform(0, 200))
            machine = self._rng.choice(self._seats).machine
            seconds = self._rng.choice((10.0, 100.0, 1000.0)) * self._rng.uniform(0.3, 3)
            machine.tell(f"is suspended for {seconds:.0f} s")
            machine.clocks.suspend(seconds)

    async def _settle(self) -> None:
        """Let people, faults and the vendor's list come to rest, then see whether all ends well."""
        # What a run could report but not save is found in the list: not before it is there.
        listed_s = max((campaign.listed_s for campaign in self.vendor.campaigns), default=0.0)
        await asyncio.sleep(max(listed_s - asyncio.get_running_loop().time(), 0.0))
        self.vendor.faults = replace(
            VendorFaults(),
            miscounted=self.vendor.faults.miscounted,
            is_unsorted=self.vendor.faults.is_unsorted,
        )
        if self.scenario.place is Place.REMOTE:
            self._seats.append(self.clone(0)[0])
        for seat in self._seats:
            seat.machine.clocks.skew_s = self.scenario.skews_s[0]
            if self.scenario.place is not Place.FOLDER:
                head = seat.clone.branches[MAIN]
                seat.tree.branch, seat.tree.definitions = MAIN, head.definitions
        ending = Ending(self._around, self.runner, seats=self._seats, person=self._person)
        await ending.check()
