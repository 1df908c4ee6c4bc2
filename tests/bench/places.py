"""The folders where the command is measured: definitions, and states that record them. Does I/O.

Run as a program, `python -m tests.bench.places FOLDER COUNT NEW`, it makes one. A process of its own: the
memory that this takes would count as that of every process which is started by the same one later.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from campaignsync.definitions import DefinitionFiles
from campaignsync.state import Record, State, Status, render
from tests.bench.definitions import write_definitions

OWN = "state/campaigns.json"
"""The state that records every definition, laid out by the program; where the command looks by itself."""
OTHER = "state/laid-out-by-others.json"
"""The same, laid out by `json.dumps(indent=2)`."""
BUT_NEW = "state/but-new.json"
"""The state that lacks the new ones."""
NONE = "state/none.json"
"""A state that isn't there: all definitions are new."""

POLICY = """\
version: 1
rules:
  - places: [GB, FR, US-FL]
    purpose: sales
    hours: {MO-FR: ["8:00 AM - 8:00 PM"], SA: ["9:00 AM - 5:00 PM"]}
    callsPerDay: 3
    callsPerWeek: 10
    minRingTime: 15
    modes: [Preview, Progressive]
  - match: "emea/**"
    dncLists: required
    lists: unshared
"""
"""A policy that each definition is held against, and that some don't keep."""

_MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def make_place(folder: Path, count: int, *, new: int) -> None:
    """Write definitions, and the states of them, by the product's own code: the digests are true.

    Args:
        folder: Where to.
        count: How many definitions.
        new: How many of them one of the states lacks, spread over all names.
    """
    write_definitions(folder / "campaigns", count)
    records = [
        Record(
            name=definition.name,
            camp_id=f"cd-{number:08x}-8e00-4131-ba20-{number * 7919:012x}",
            status=Status.CREATED,
            source=definition.source,
            digest=definition.digest,
            definition=definition.body or {},
            claimed_at=_MOMENT,
            created_at=_MOMENT,
        )
        for number, definition in enumerate(DefinitionFiles(root=folder, folder="campaigns").load_now({}))
    ]
    fresh = {record.name for record in records[:: max(1, count // new)][:new]}
    (folder / OWN).parent.mkdir()
    texts = {
        OWN: _text(records),
        OTHER: json.dumps(json.loads(_text(records)), indent=2),
        BUT_NEW: _text([record for record in records if record.name not in fresh]),
    }
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")


def _text(records: list[Record]) -> str:
    return render(State(host="http://127.0.0.1:1", app_id="st-1").with_entries(records))


if __name__ == "__main__":
    make_place(Path(sys.argv[1]), int(sys.argv[2]), new=int(sys.argv[3]))
