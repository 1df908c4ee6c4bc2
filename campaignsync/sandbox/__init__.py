"""A local stand-in of the campaign API, to try definitions on: a real HTTP server, on loopback only.

What it knows and refuses is in `account`, the contract's body table in `contract`, HTTP in `app`, and the
server in `serving`. It needs the extra `sandbox`.
"""

from campaignsync.sandbox.account import CREDENTIALS, Credentials, Sandbox, StoredCampaign
from campaignsync.sandbox.serving import run, serve

__all__ = ["CREDENTIALS", "Credentials", "Sandbox", "StoredCampaign", "run", "serve"]
