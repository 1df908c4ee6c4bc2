"""The places where the command is measured: definitions in a folder, and states that record them. Does I/O.

Run as a program, `python -m tests.bench.places FOLDER COUNT NEW`, it makes one. A process of its own: the
memory that this takes would count as that of every process which is started by the same one later.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from campaignsync.identity import Definition
from campaignsync.loader import DefinitionFiles
from campaignsync.state import Record, State, Status, render
from tests.bench.definitions import write_definitions

ALL = "state/campaigns.json"
"""The state that records every definition; where the command looks by itself."""
BUT_NEW = "state/but-new.json"
"""The state that lacks the new ones."""
NONE = "state/none.json"
"""The state that isn't there: all definitions are new."""
RUN = "state/run.json"
"""The state that a measured run reads and writes."""

_HOST = "http://127.0.0.1:1"
_MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def make_place(folder: Path, count: int, *, new: int) -> None:
    """Write definitions, and the two states of them, by the product's own code: the digests are true.

    Args:
        folder: Where to.
        count: How many definitions.
        new: How many of them one of the states lacks, 1 or more; spread over all names.
    """
    write_definitions(folder / "campaigns", count)
    definitions = DefinitionFiles(root=folder, folder="campaigns").load({})
    records = [_record(number, definition) for number, definition in enumerate(definitions)]
    fresh = {record.name for record in records[:: count // new][:new]}
    (folder / ALL).parent.mkdir()
    _save(folder / ALL, records)
    _save(folder / BUT_NEW, [record for record in records if record.name not in fresh])


def _save(file: Path, records: list[Record]) -> None:
    state = State(host=_HOST, app_id="st-1").with_entries(records)
    file.write_text(render(state), encoding="utf-8")


def _record(number: int, definition: Definition) -> Record:
    return Record(
        name=definition.name,
        camp_id=f"cd-{number:08x}-8e00-4131-ba20-{number * 7919:012x}",
        status=Status.CREATED,
        source=definition.source,
        digest=definition.digest,
        definition=definition.body or {},
        claimed_at=_MOMENT,
        created_at=_MOMENT,
    )


def lay_state(folder: Path, name: str, *, host: str) -> None:
    """Copy a state to where the next run reads and writes it, as that of the account at `host`."""
    target = folder / RUN
    target.parent.mkdir(exist_ok=True)
    with (folder / name).open("rb") as source, target.open("wb") as copy:
        for line in source:
            copy.write(line.replace(_HOST.encode(), host.encode()) if _HOST.encode() in line else line)


if __name__ == "__main__":
    make_place(Path(sys.argv[1]), int(sys.argv[2]), new=int(sys.argv[3]))
