"""What a listing says about several claims together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import anyio

from campaignsync.claims import Rules
from campaignsync.plan import Plan
from campaignsync.state import State
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.ports import Options
from campaignsync.sync.resolving import resolve
from campaignsync.sync.tools import Context
from tests.unit.test_claims import CLAIM, NOW, OURS


@dataclass(slots=True)
class MemoryStore:
    state: State = field(default_factory=State)

    def load(self) -> State:
        return self.state

    async def save(self, state: State) -> None:
        self.state = state


class StillClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError

    def jitter(self) -> float:
        return 0.0


class Quiet:
    def note(self, text: str) -> None: ...
    def detail(self, text: str) -> None: ...
    def advance(self, done: int, total: int) -> None: ...
    def show(self, plan: Plan) -> None: ...


class NeverStopped:
    def is_set(self) -> bool:
        return False

    async def wait(self) -> None:
        raise AssertionError


def _ledger() -> Ledger:
    context = Context(
        clock=StillClock(),
        progress=Quiet(),
        stop=NeverStopped(),
        options=Options(host="h", app_id="a", run_id="run-1"),
        rules=Rules(timeout_s=30, settle_s=120, rate_limit=60),
    )
    return Ledger(MemoryStore(), None, context)


def _named(name: str) -> Mapping[str, Any]:
    return {**CLAIM.definition, "name": name}


def test_a_campaign_that_is_surely_one_claims_own_is_not_taken_for_anothers_renamed() -> None:
    missing = replace(CLAIM, name="A First", definition=_named("A First"))
    resolution = anyio.run(resolve, [missing, CLAIM], [OURS], _ledger())
    assert [record.camp_id for record in resolution.recovered] == ["cd-1"]
    assert resolution.absent == [missing]
    assert resolution.stuck == []
