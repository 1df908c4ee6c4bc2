"""The state: what was created, and what was claimed to be. Pure.

The file's layout is the product's contract, "State". It is written by `rendering`; `reading` knows by its
looks what was written so (`layout`), and leaves everything else to `parsing`, which says what is damaged.
"""

from campaignsync.state.entries import Claim, Entry, Record, State, Status
from campaignsync.state.layout import VERSION
from campaignsync.state.reading import parse, parse_bytes
from campaignsync.state.rendering import Renderer, format_time, render

__all__ = [
    "VERSION",
    "Claim",
    "Entry",
    "Record",
    "Renderer",
    "State",
    "Status",
    "format_time",
    "parse",
    "parse_bytes",
    "render",
]
