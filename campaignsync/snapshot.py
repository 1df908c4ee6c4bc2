"""What a run reads at once: definitions and state of one commit, or of a folder at one moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from campaignsync.identity import Definition
from campaignsync.state import State


class Definitions(Protocol):
    """The definitions of one commit, or of a folder."""

    async def load(self, known: Mapping[str, str]) -> tuple[Definition, ...]:
        """Return all definitions, sorted by name; `known` maps digests that are in the state to names.

        Raises:
            InvalidDefinitionsError: Some have problems.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Definitions and state of one commit, or of a folder at one moment.

    Attributes:
        id: The commit's id; for a folder the digest of its state file.
        state: The state there.
        definitions: The definitions there.
    """

    id: str
    state: State
    definitions: Definitions
