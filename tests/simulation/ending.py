"""How a world ends: undisturbed runs settle everything, and a person's decisions what is left."""

import asyncio
from collections.abc import Callable, Sequence

from campaignsync.identity import identity
from campaignsync.protocol.journal import replay
from campaignsync.result import Result
from campaignsync.state import Claim, State
from tests.simulation.runs import UNHARMED, Around, Runner, Seat

ROUNDS = 4
"""Rounds of undisturbed runs in which everything is settled; the last of them changes nothing."""

_WAITS = 3
_WAIT_S = 1200.0


class Ending:
    """The end of a world in which nothing goes wrong any more.

    Args:
        around: What its runs share.
        runner: Starts them.
        seats: The clones; the first is where the state is looked at.
        person: Returns a clone in which a person decides.
    """

    def __init__(
        self, around: Around, runner: Runner, *, seats: Sequence[Seat], person: Callable[[], Seat]
    ) -> None:
        self._around = around
        self._runner = runner
        self._seats = seats
        self._person = person

    async def check(self) -> None:
        """Run on until nothing changes, check, let a person decide what is left, and see that it is done."""
        result = await self._settled()
        if result is None:
            return
        self._check(result)
        for claim in self._state.claims:
            await self._decide(claim)
        result = await self._settled()
        if result is not None:
            self._check(result)
            if self._state.claims:
                self._around.laws.broken("stuck", f"decided, and still pending: {self._state.claims}")

    @property
    def _state(self) -> State:
        return self._runner.authority(self._seats[0])

    @property
    def _known(self) -> list[State]:
        """Everything that any run will know: the state that counts, and what journals hold beside."""
        return [self._state, *(replay(seat.clone.journal, where="").state for seat in self._seats)]

    async def _settled(self) -> Result | None:
        """Sync in every clone until that changes nothing; return how the last run ended."""
        for _ in range(ROUNDS):
            before = self._known
            results = [await self._runner.sync(seat, UNHARMED) for seat in self._seats]
            if None in results:
                self._around.laws.broken("stuck", "an undisturbed run ends with an error")
                return None
            if self._known == before:
                return results[-1]
        self._around.laws.broken("stuck", f"{ROUNDS} rounds of undisturbed runs did not settle it")
        return None

    def _check(self, result: Result) -> None:
        definitions = self._runner.definitions(self._seats[0])
        now = self._seats[0].machine.now()
        self._around.laws.check_end(definitions, self._state, result, self._around.vendor, now)

    async def _decide(self, claim: Claim) -> None:
        """Let a person adopt the campaign that is surely the claim's, or else give it up."""
        key = identity(claim.name)
        defined = [each for each in self._runner.definitions(self._seats[0]) if each.key == key]
        own = [each for each in self._around.vendor.campaigns if each.made_for == key == identity(each.name)]
        for _ in range(_WAITS):
            if own and defined:
                done = await self._runner.adopt(self._person(), defined[0].source, own[-1].camp_id)
            else:
                done = await self._runner.forget(self._person(), claim.name)
            if done is not None:
                return
            # The message says in how many seconds it is free.
            await asyncio.sleep(_WAIT_S)
        self._around.laws.broken("stuck", f"a person can't decide about {claim.name}")
