"""The plan of a sync: the same for `plan`, `sync --dry-run` and `sync`. It reads the definitions by its port.

It stands by itself, since a plan needs nothing else of a sync, and all of that takes long to import.
"""

from typing import TYPE_CHECKING

from campaignsync.plan import Plan, make_plan
from campaignsync.state import Record, State

if TYPE_CHECKING:
    from campaignsync.sync.ports import Definitions


def plan_now(definitions: "Definitions", state: State) -> Plan:
    """Plan what a sync would do.

    Raises:
        InvalidDefinitionsError: Some definitions have problems.
    """
    known = {entry.digest: entry.name for entry in state.entries.values() if isinstance(entry, Record)}
    return make_plan(definitions.load(known), state)
