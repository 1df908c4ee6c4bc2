"""The state file on disk. Does I/O."""

from pathlib import Path

from campaignsync.errors import StateError
from campaignsync.repository.disk import advice_on, read_file, reason_of, replace_file
from campaignsync.state import State, parse_bytes

MAX_STATE_BYTES = 64 * 1024 * 1024
"""The largest state file that is read: three times what 10,000 campaigns need."""


class StateFile:
    """A state file on disk.

    Args:
        path: The file; need not exist.
        shown: What to call it in messages: its path as typed.
    """

    def __init__(self, path: Path, *, shown: str) -> None:
        self._path = path
        self.shown = shown

    def read(self) -> bytes | None:
        """Return its bytes, None where there is none; needs no lock.

        Raises:
            StateError: It can't be read.
        """
        try:
            return read_file(self._path, most_bytes=MAX_STATE_BYTES)
        except OSError as error:
            raise self._failure("read", error) from error
        except ValueError as error:
            raise StateError(f"{self.shown}: {error}", hint="Name the file itself: --state FILE.") from error

    def load(self) -> State:
        """Return its state, an empty one where there is no file; raises what `read` raises."""
        data = self.read()
        return State() if data is None else parse_bytes(data, where=self.shown)

    def replace(self, text: str) -> None:
        """Replace it; the caller holds the lock.

        Raises:
            StateError: It could not be replaced, and is as before.
        """
        try:
            replace_file(self._path, text.encode())
        except OSError as error:
            raise self._failure("saved", error) from error
        except ValueError as error:
            raise StateError(f"{self.shown}: {error}", hint="Name the file itself: --state FILE.") from error

    def _failure(self, what: str, error: OSError) -> StateError:
        return StateError(f"{self.shown}: can't be {what}: {reason_of(error)}", hint=advice_on(error))
