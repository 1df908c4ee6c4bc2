"""The state: what was created, and what was claimed to be (the product's contract, "State"). Pure."""

from campaignsync.state.codec import (
    VERSION,
    entry_json,
    format_time,
    parse,
    parse_bytes,
    parse_entry,
    render,
)
from campaignsync.state.entries import MAX_LEASE_S, MAX_SENDS, Claim, Entry, Record, State, Status

__all__ = [
    "MAX_LEASE_S",
    "MAX_SENDS",
    "VERSION",
    "Claim",
    "Entry",
    "Record",
    "State",
    "Status",
    "entry_json",
    "format_time",
    "parse",
    "parse_bytes",
    "parse_entry",
    "render",
]
