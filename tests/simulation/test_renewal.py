"""A lease given again on a clock that was set back to the second at which it was first given."""

import asyncio
from random import Random

from campaignsync.claims import Rules
from campaignsync.config import RunOptions
from campaignsync.protocol.journal import Journal
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.tools import Context
from campaignsync.state import Claim
from tests.simulation.machine import EPOCH, Clocks, Machine, Told, Wish
from tests.simulation.recorders import GitFaults, JournalBytes, RemoteBranch
from tests.simulation.remote import Clone, Remote
from tests.simulation.virtual import run

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
    first, again = run(_lease_twice())
    assert again.send_before > first.send_before


async def _lease_twice() -> tuple[Claim, Claim]:
    clocks = Clocks(skew_s=60, counts_sleep=True)
    ledger = _ledger(Machine("m", clocks, rng=Random(0), trace=lambda _, __: None))
    first = ledger.leased(CLAIM, count=1)
    await asyncio.sleep(60)
    clocks.skew_s = 0
    return first, ledger.leased(first, count=1)


def _ledger(machine: Machine) -> Ledger:
    context = Context(
        clock=machine,
        progress=Told(machine),
        stop=Wish(),
        options=RunOptions(host=None, app_id=None, run_id="r1"),
        rules=Rules(timeout_s=5, settle_s=20, rate_limit=0),
    )
    clone = Clone.of(Remote((), lambda _, __: None), lambda _, __: None)
    journal = Journal(
        JournalBytes(clone, machine, write_s=0, full=0), where="journal", run_id="r1", is_shared=True
    )
    return Ledger(RemoteBranch(clone, machine, GitFaults(), Random(0)), journal, context)
