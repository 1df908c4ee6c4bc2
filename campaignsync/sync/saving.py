"""Saving what several requests in flight have to say, as few times as will do."""

from collections.abc import Callable
from dataclasses import dataclass

import anyio

from campaignsync.errors import StateError
from campaignsync.state import State
from campaignsync.sync.ports import Store

Change = Callable[[State], State]
"""What becomes of a state."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A change that is not on disk yet, and how saving it went."""

    change: Change
    is_done: bool = False
    error: StateError | None = None


class Journal:
    """The state as the disk holds it, and the changes on their way there.

    A save writes the whole file, and only one is under way at a time. What comes meanwhile goes with the
    next one together, as databases commit in groups: then saves cost what the disk takes, however many
    answers come.

    Args:
        store: The state file.

    Attributes:
        state: What the disk holds; never what is still on its way.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = anyio.Lock()
        self._pending: list[_Waiting] = []
        self.state = State()

    def load(self, *, host: str | None, app_id: str | None) -> None:
        """Read the state from disk, as that of one host and application; nothing may be on its way there.

        Raises:
            StateError: It can't be read or used, or is another's.
        """
        self.state = self._store.load().bound_to(host=host, app_id=app_id)

    async def change(self, change: Change) -> None:
        """Change the state; returns when the disk holds it.

        Raises:
            StateError: It could not be saved; the state is without this change.
        """
        waiting = _Waiting(change)
        self._pending.append(waiting)
        async with self._turn:
            if not waiting.is_done:
                await self._save()
        if waiting.error is not None:
            raise StateError(waiting.error.message, hint=waiting.error.hint) from waiting.error

    async def _save(self) -> None:
        """Save all changes that wait by now."""
        batch, self._pending = self._pending, []
        error: StateError | None = StateError("the state was being saved when the run was broken off")
        try:
            state = self.state
            for waiting in batch:
                state = waiting.change(state)
            await self._store.save(state)
            self.state, error = state, None
        except StateError as failed:
            error = failed
        finally:
            for waiting in batch:
                waiting.is_done, waiting.error = True, error
