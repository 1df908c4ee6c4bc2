"""Reading a state file: fast where it is as this program wrote it, with care everywhere else. Pure.

Of ten thousand entries a run needs ten, and all of them must be known to be sound. So what is laid out as
this program does it is checked by its looks, and its definition stays text until it is asked for.
"""

from collections.abc import Iterable

from campaignsync.identity import identity
from campaignsync.state import parsing
from campaignsync.state.entries import Entry, Record, State, Status
from campaignsync.state.layout import RECORD, Shapes, take_apart

_STATUSES = {status.value.encode(): status for status in Status}


def parse(text: str, *, where: str) -> State:
    """Read a state file's text.

    Args:
        text: The file's text.
        where: What to call it in an error: its path.

    Raises:
        StateError: It is damaged, in conflict, or of another version of this program.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return parsing.parse(text, where=where)
    state = _as_written(data)
    return parsing.parse(text, where=where) if state is None else state


def parse_bytes(data: bytes, *, where: str) -> State:
    """Read a state file's bytes, as `parse` does its text.

    Raises:
        StateError: As for `parse`.
        UnicodeDecodeError: They are no UTF-8.
    """
    state = _as_written(data)
    return parsing.parse(data.decode(), where=where) if state is None else state


def _as_written(data: bytes) -> State | None:
    """Return the state, or None where something isn't as this program writes it and must be looked at."""
    try:
        sheet = take_apart(data)
        entries = None if sheet is None else _entries(sheet.entries)
    except parsing.UNSOUND:
        return None
    if sheet is None or entries is None:
        return None
    return State(host=sheet.host, app_id=sheet.app_id, entries=entries)


def _entries(texts: Iterable[bytes]) -> dict[str, Entry] | None:
    """Return the entries by identity; None where two have one name or one id."""
    shapes, entries, ids, count = Shapes(), dict[str, Entry](), set[str](), 0
    for text in texts:
        record = _record(text, shapes)
        if record is not None:
            count += 1
            entries[identity(record.name)] = record
            ids.add(record.camp_id)
            continue
        for entry in parsing.parse_entries(text.decode()):
            count += 1
            entries[identity(entry.name)] = entry
            ids.add(entry.camp_id if isinstance(entry, Record) else f"claim {count}")
            shapes.learn(entry.definition)
    return entries if len(entries) == len(ids) == count else None


def _record(text: bytes, shapes: Shapes) -> Record | None:
    """Return a record that is sound by its looks, or None."""
    head = RECORD.match(text)
    if head is None or not shapes.fit(text, head.end()):
        return None
    if not text.isascii():
        text.decode()
    name, camp_id, status, _, digest, _, _, sends = head.groups()
    return Record.written(
        name=name.decode(),
        camp_id=camp_id.decode(),
        status=_STATUSES[status],
        digest=digest.decode(),
        sends=1 if sends is None else int(sends),
        text=text,
    )
