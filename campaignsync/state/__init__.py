"""The state: what was created, and what was claimed to be. Pure.

The file's layout is the product's contract, "State".
"""

from campaignsync.state.entries import Claim, Entry, Record, State, Status
from campaignsync.state.parsing import parse
from campaignsync.state.rendering import VERSION, format_time, render

__all__ = ["VERSION", "Claim", "Entry", "Record", "State", "Status", "format_time", "parse", "render"]
