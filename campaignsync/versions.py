"""Which version of the API a campaign is made and listed by. Pure.

Source: the vendor notes, "Calls beside create": only version 2 carries a do-not-call list, and a definition
without one is what the contract ("Create Voice Campaign API - Preview Mode") describes, version 1.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Version = Literal[1, 2]
"""A version of the campaign API."""


def version_of(body: Mapping[str, Any]) -> Version:
    """Return the version by which a body is sent: 2 with a do-not-call list, else 1."""
    return 2 if "dncLists" in body else 1


def versions_of(bodies: Iterable[Mapping[str, Any]]) -> frozenset[Version]:
    """Return the versions by which bodies are, or were, sent."""
    return frozenset(map(version_of, bodies))
