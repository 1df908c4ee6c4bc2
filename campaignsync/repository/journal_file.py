"""The journal's file: one for each clone and target. Does I/O."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from campaignsync.errors import StateError
from campaignsync.repository.disk import advice_on, append_to_file, read_file, reason_of, replace_file

_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFile:
    """Implements the protocol's `JournalFile`, whose docstrings say what the methods promise.

    The disk is written in a thread, so that answers keep coming in meanwhile.

    Attributes:
        path: The file (`layout.journal_path`); need not exist.
    """

    path: Path

    def load(self) -> bytes:
        try:
            return read_file(self.path, most_bytes=_MOST_BYTES) or b""
        except OSError as error:
            raise self._failure("read", error) from error
        except ValueError as error:
            raise StateError(f"the journal {self.path} {error}", hint="Move it away.") from error

    async def append(self, data: bytes) -> None:
        await self._write(append_to_file, data)

    async def replace(self, data: bytes) -> None:
        await self._write(replace_file, data)

    async def _write(self, write: Callable[[Path, bytes], None], data: bytes) -> None:
        try:
            await anyio.to_thread.run_sync(write, self.path, data)
        except OSError as error:
            raise self._failure("written", error) from error
        except ValueError as error:
            raise StateError(f"the journal {self.path} {error}", hint="Move it away.") from error

    def _failure(self, what: str, error: OSError) -> StateError:
        return StateError(
            f"the journal {self.path} can't be {what}: {reason_of(error)}", hint=advice_on(error)
        )
