"""One world, from its seed: runs, people, the vendor and the remote at once, until all is quiet."""

import asyncio
from dataclasses import dataclass, field, replace
from random import Random

from tests.simulation.ending import Ending
from tests.simulation.laws import Laws, Violation
from tests.simulation.machine import Machine
from tests.simulation.people import Author, Console, first
from tests.simulation.remote import Clone, Commit, Remote, read_state
from tests.simulation.runs import Around, Built, Fate, Runner, Seat
from tests.simulation.scenario import MOST_SKEW_S, Scenario, draw
from tests.simulation.vendor import Vendor, VendorFaults
from tests.simulation.virtual import DeadlockError, VirtualLoop

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
    world = World(seed, built)
    loop = VirtualLoop()  # type: ignore[abstract]  # the rest of it is about sockets and threads
    try:
        loop.run(world.live())
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
        seed: The seed.
        built: What its runs are built of.
    """

    def __init__(self, seed: int, built: Built) -> None:
        self._rng = rng = Random(seed)
        self.trace: list[tuple[float, str, str]] = []
        self.scenario = scenario = draw(rng)
        self.laws = Laws(scenario, self.tell)
        self._author = Author(rng, scenario.definitions)
        self._remote = Remote(first(scenario.definitions), self._on_move)
        self._vendor = Vendor(
            rng,
            settle_s=scenario.settle_s,
            skew_s=scenario.vendor_skew_s,
            page_rows=scenario.page_rows,
            on_made=self.laws.on_made,
        )
        self._vendor.faults = scenario.vendor
        self._console = Console(self._vendor, rng)
        self._around = Around(
            scenario=scenario,
            rng=rng,
            remote=self._remote,
            vendor=self._vendor,
            laws=self.laws,
            built=built,
        )
        self._runner = Runner(self._around)
        self._seats: list[Seat] = []

    def tell(self, who: str, text: str) -> None:
        """Add a line to the trace."""
        self.trace.append((asyncio.get_running_loop().time(), who, text))

    async def live(self) -> None:
        """Live from the first run until all is quiet."""
        for _ in range(self.scenario.strangers):
            self._console.make_other()
        self._seats = [self._seat(number) for number in range(self.scenario.clones)]
        await asyncio.gather(
            *map(self._use, self._seats), self._edit(), self._work_in_console(), self._set_clocks()
        )
        await self._settle()

    def _on_move(self, old: Commit, new: Commit) -> None:
        if old.state != new.state:
            self.laws.on_change(read_state(old.state), read_state(new.state))

    def _seat(self, number: int) -> Seat:
        skew_s = self.scenario.skews_s[number]
        machine = Machine(f"m{number}", skew_s=skew_s, rng=self._rng, trace=self.tell)
        return Seat(machine=machine, clone=Clone(self._remote, has_upstream=self.scenario.is_pushing))

    async def _use(self, seat: Seat) -> None:
        """Start runs, one after another, some of which are killed or asked to end."""
        for _ in range(self.scenario.runs):
            longest_s = self._rng.choice((0, 0, 60, 900))
            await asyncio.sleep(self._rng.uniform(0, longest_s))
            await self._runner.sync(seat, self._fate())
            may_move = self.scenario.is_pushing and not self.scenario.is_mixed
            if may_move and self._rng.random() < 0.1:
                # The next run has only what was pushed.
                seat.clone = Clone(self._remote, has_upstream=True)

    def _fate(self) -> Fate:
        rng, longest_s = self._rng, 3 * self.scenario.settle_s
        is_pushing = not self.scenario.is_mixed or rng.random() < 0.5
        plain = Fate(is_pushing=is_pushing, git=self.scenario.git)
        chance, crash = rng.random(), self.scenario.crash
        if chance < crash / 2:
            return replace(plain, crash_at=rng.randrange(1, rng.choice((30, 60))))
        if chance < crash:
            return replace(plain, crash_after_s=rng.uniform(0.1, rng.choice((10.0, longest_s))))
        if chance < crash + self.scenario.stop:
            return replace(plain, stop_after_s=rng.uniform(0.1, longest_s))
        return plain

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
        if self.scenario.is_pushing:
            self._remote.edit(self._author.change(self._remote.tip.definitions))
            self.tell("person", f"pushes {[each.name for each in self._remote.tip.definitions]}")
        else:
            clone = self._seats[0].clone
            clone.edit(self._author.change(clone.definitions))
            self.tell("person", f"commits {[each.name for each in clone.definitions]}")

    def _person(self) -> Seat:
        """Return where a person works: in a clone of their own, unless there may be but one."""
        has_own = self.scenario.is_pushing and not self.scenario.is_mixed
        return self._seat(self.scenario.clones) if has_own else self._seats[0]

    async def _forget(self) -> None:
        seat = self._person()
        entries = self._runner.authority(seat).sorted()
        if not entries:
            return
        await self._runner.forget(seat, self._rng.choice(entries).name)

    async def _adopt(self) -> None:
        seat = self._person()
        if not seat.clone.definitions:
            return
        definition = self._rng.choice(seat.clone.definitions)
        named = [each for each in self._vendor.listed() if each.name == definition.name]
        own = [each for each in named if each.made_for == definition.key] or named
        if own:
            await self._runner.adopt(seat, definition.source, own[0].camp_id)

    async def _work_in_console(self) -> None:
        for _ in range(self.scenario.console):
            await asyncio.sleep(self._rng.uniform(0, 100))
            self._console.act(self._runner.definitions(self._seats[0]))

    async def _set_clocks(self) -> None:
        for _ in range(self.scenario.clock):
            await asyncio.sleep(self._rng.uniform(0, 300))
            machine = self._rng.choice(self._seats).machine
            # Without a remote only back: a clock set forward between a crash and the next run makes the
            # crash seem long past, and there is nothing else to tell it by.
            most_s = MOST_SKEW_S if self.scenario.is_pushing else machine.skew_s
            machine.set_clock(self._rng.uniform(0, most_s))

    async def _settle(self) -> None:
        """Let people and faults rest, then see whether all ends well."""
        self._vendor.faults = VendorFaults()
        if self.scenario.is_pushing:
            self._seats.append(self._seat(0))
        ending = Ending(self._around, self._runner, seats=self._seats, person=self._person)
        await ending.check()
