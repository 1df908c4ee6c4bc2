"""A lease given anew on a clock that was set back to the second at which it was first given."""

import asyncio
from random import Random

from campaignsync.claims import Rules
from campaignsync.state import Claim
from campaignsync.sync.ledger import Ledger
from campaignsync.sync.ports import Options
from campaignsync.sync.tools import Context
from tests.simulation.machine import EPOCH, Machine, Told, Wish
from tests.simulation.remote import Clone, Remote
from tests.simulation.virtual import VirtualLoop
from tests.simulation.worktree import Files

CLAIM = Claim(
    name="Camp",
    source="campaigns/camp.yaml",
    digest="sha256:0",
    definition={"name": "Camp"},
    claimed_at=EPOCH,
    claimed_by="r1",
    send_before=EPOCH,
    lease_seconds=0,
    sends=1,
)


def test_a_renewal_always_changes_the_claim() -> None:
    """Or it makes no commit, and no push shows that another run has taken the claim over."""
    first, again = _leased_twice()
    assert again.send_before > first.send_before


def _leased_twice() -> tuple[Claim, Claim]:
    async def lease() -> tuple[Claim, Claim]:
        machine = Machine("m", skew_s=60, rng=Random(0), trace=lambda _, __: None)
        ledger = _ledger(machine)
        first = ledger.leased(CLAIM, count=1)
        await asyncio.sleep(60)
        machine.set_clock(0)
        return first, ledger.leased(first, count=1)

    loop = VirtualLoop()  # type: ignore[abstract]  # the rest of it is about sockets and threads
    return loop.run(lease())


def _ledger(machine: Machine) -> Ledger:
    context = Context(
        clock=machine,
        progress=Told(machine),
        stop=Wish(),
        options=Options(host=None, app_id=None, run_id="r1"),
        rules=Rules(timeout_s=5, settle_s=20, rate_limit=0),
    )
    clone = Clone(Remote((), lambda _, __: None), has_upstream=False)
    return Ledger(Files(clone, machine, lambda _, __: None), None, context)
