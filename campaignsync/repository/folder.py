"""A folder as a place to read and record: the definitions and the state file in it. Does I/O."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from campaignsync.repository.state_file import StateFile
from campaignsync.snapshot import Definitions, Snapshot
from campaignsync.state import State, parse_bytes, render


class Folder:
    """Implements the protocol's `Recorder`, whose docstrings say what the methods promise.

    Args:
        file: The state file.
        definitions: The definitions in the folder.
        check_lost: Raises where the state file is missing, and a commit has it.
    """

    is_shared = False
    has_history = False

    def __init__(
        self, file: StateFile, definitions: Definitions, *, check_lost: Callable[[], Awaitable[None]]
    ) -> None:
        self._file = file
        self._definitions = definitions
        self._check_lost = check_lost
        self._texts: dict[str, str] = {}

    async def check(self) -> None:
        await self.snapshot()

    async def snapshot(self) -> Snapshot:
        data = self._file.read()
        if data is None:
            await self._check_lost()
        return Snapshot(
            id=_digest(data or b""),
            state=State() if data is None else parse_bytes(data, where=self._file.shown),
            definitions=self._definitions,
        )

    async def commit(self, base: Snapshot, state: State, message: str) -> str:
        text = render(state)
        made = _digest(text.encode())
        self._texts[made] = text
        return made

    async def publish(self, base: Snapshot, commit: str) -> str | None:
        if _digest(self._file.read() or b"") != base.id:
            return f"{self._file.shown} was changed meanwhile"
        self._file.replace(self._texts[commit])
        return None

    async def holds(self, tip: Snapshot, commit: str) -> bool:
        return tip.id == commit


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
