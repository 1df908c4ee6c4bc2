"""The state file's text. Pure.

A separator stands on a line of its own, so that adding a campaign adds lines and changes none: git then
merges two such changes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import is_

from campaignsync.state.entries import Claim, Entry, Record, State
from campaignsync.state.layout import SEPARATOR, VERSION

_PIECE = 256
"""Entries that are put together at once."""


def render(state: State) -> str:
    """Return the state file's text: sorted by name, final newline, one line for each change to read."""
    entries = SEPARATOR.decode().join(_render_entry(entry) for entry in state.sorted())
    return _head(state) + entries + _end(state)


class Renderer:
    """Renders states that follow one another: what is as it was in the last one is taken from there."""

    def __init__(self) -> None:
        self._last = list[_Block]()

    def pieces(self, state: State) -> Sequence[bytes]:
        """Return the state file's text as UTF-8, in pieces: as a whole it would be copied once more.

        Raises:
            UnicodeEncodeError: It holds half of a surrogate pair.
        """
        entries = state.sorted()
        blocks = [entries[start : start + _PIECE] for start in range(0, len(entries), _PIECE)]
        last = [*self._last, *([_Block((), b"")] * len(blocks))]
        self._last = [before.with_entries(block) for before, block in zip(last, blocks, strict=False)]
        texts = [part for block in self._last for part in (SEPARATOR, block.text)]
        return [_head(state).encode(), *texts[1:], _end(state).encode()]


@dataclass(frozen=True, slots=True)
class _Block:
    """Some entries, and their text with what stands between them."""

    entries: Sequence[Entry]
    text: bytes

    def with_entries(self, entries: Sequence[Entry]) -> "_Block":
        """Return a block of these entries: this one, where they are the same objects.

        To compare what they say would read all that was put off. Of others, only what was neither read nor
        rendered before is rendered.
        """
        if len(entries) == len(self.entries) and all(map(is_, entries, self.entries)):
            return self
        return _Block(entries, SEPARATOR.join([entry.text or _kept(entry) for entry in entries]))


def _kept(entry: Entry) -> bytes:
    text = _render_entry(entry).encode()
    entry.keep(text)
    return text


def _head(state: State) -> str:
    facts = "".join(
        f"  {_json(key)}: {_json(value)},\n"
        for key, value in (("version", VERSION), ("host", state.host), ("appId", state.app_id))
        if value is not None
    )
    return f'{{\n{facts}  "campaigns": {{\n'


def _end(state: State) -> str:
    return "\n  }\n}\n" if state.entries else "  }\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _render_entry(entry: Entry) -> str:
    facts = _claim_facts(entry) if isinstance(entry, Claim) else _record_facts(entry)
    lines = [f"      {_json(key)}: {_json(value)}," for key, value in facts.items()]
    body = ",\n".join(f"        {_json(key)}: {_json(value)}" for key, value in entry.definition.items())
    return "\n".join(
        [f"    {_json(entry.name)}: {{", *lines, f'      "definition": {{\n{body}\n      }}', "    }"]
    )


def _claim_facts(claim: Claim) -> dict[str, object]:
    return {
        "campId": None,
        "status": "pending",
        "source": claim.source,
        "digest": claim.digest,
        "claimedAt": format_time(claim.claimed_at),
        "claimedBy": claim.claimed_by,
        "sendBefore": format_time(claim.send_before),
        "leaseSeconds": claim.lease_seconds,
        "sends": claim.sends,
    }


def _record_facts(record: Record) -> dict[str, object]:
    facts: dict[str, object] = {
        "campId": record.camp_id,
        "status": record.status.value,
        "source": record.source,
        "digest": record.digest,
        "claimedAt": format_time(record.claimed_at),
        "createdAt": format_time(record.created_at),
    }
    return facts if record.sends == 1 else {**facts, "sends": record.sends}


def format_time(moment: datetime) -> str:
    """Return a moment as the state writes it: UTC, whole seconds, rounded down."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
