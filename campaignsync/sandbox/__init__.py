"""A local stand-in of the campaign API, to try definitions on: a real HTTP server, on loopback only.

What it knows and refuses is in `account`, what it accepts as a body in `contract`, its contact lists in
`lists`, bad days in `faults`, HTTP in `app`, and the server in `serving`. It needs the extra `sandbox`.
"""

from campaignsync.sandbox.account import CREDENTIALS, Credentials, Sandbox, StoredCampaign
from campaignsync.sandbox.faults import Fault
from campaignsync.sandbox.lists import StoredList, read_lists
from campaignsync.sandbox.serving import run, serve

__all__ = [
    "CREDENTIALS",
    "Credentials",
    "Fault",
    "Sandbox",
    "StoredCampaign",
    "StoredList",
    "read_lists",
    "run",
    "serve",
]
