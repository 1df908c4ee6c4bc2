"""Files found, read and hashed by a process beside this one while it does something else. Does I/O.

It is this program's own process, forked: that takes a millisecond or two, where starting one anew would take
longer than it saves. What can't be had that way is read as ever.
"""

import marshal
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from campaignsync.errors import Problem
from campaignsync.loader.files import Finder, UnreadableError, read

_ENDING = (signal.SIGINT, signal.SIGTERM)


def digest_of(content: bytes) -> str:
    """Return what the state calls a file's digest."""
    return f"sha256:{sha256(content).hexdigest()}"


@contextmanager
def digests_ahead(root: Path, folder: str) -> Iterator[Callable[[], Mapping[str, str]]]:
    """Begin to read the files below a folder; yield what waits for that and returns them, to be called once.

    They are returned with their digests, empty where a file can't be read; none at all where something in the
    folder is a problem. The process is gone when they are, and whatever happens, after the block.

    Args:
        root: The working directory.
        folder: The folder, relative to it.
    """
    started = _started(root, folder)
    if started is None:
        yield dict[str, str]
        return
    process, reader = started
    running = [process]
    with open(reader, "rb") as pipe:  # noqa: PTH123  # a file descriptor

        def digests() -> Mapping[str, str]:
            answer = pipe.read()
            os.waitpid(running.pop(), 0)
            return _digests_in(answer)

        try:
            yield digests
        finally:
            for each in running:
                os.kill(each, signal.SIGKILL)
                os.waitpid(each, 0)


def _started(root: Path, folder: str) -> tuple[int, int] | None:
    """Start the other process; return its id and where it answers, None where the system has none to give."""
    reader, writer = os.pipe()
    # Ctrl-C goes to both: until the other has no handlers of this one's, neither may hear of it.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        process = os.fork()
        if not process:
            _answer(root, folder, writer, mask)
    except OSError:
        os.close(reader)
        return None
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(writer)
    return process, reader


def _answer(root: Path, folder: str, writer: int, mask: Iterable[int]) -> NoReturn:
    """Be the other process: whatever happens in it must not go on as if it were the program."""
    try:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _close_all_but(writer)
        with open(writer, "wb") as pipe:  # likewise
            marshal.dump(_digests(root, folder), pipe)
    finally:
        os._exit(0)


def _close_all_but(kept: int) -> None:
    """Close what was inherited: a lock on a file lasts as long as anyone has the file open."""
    for number in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if number > 2 and number != kept:  # noqa: PLR2004  # the standard streams
            with suppress(OSError):
                os.close(number)


def _digests_in(answer: bytes) -> Mapping[str, str]:
    try:
        found: Mapping[str, str] = marshal.loads(answer)  # noqa: S302  # from this very program
    except (EOFError, ValueError, TypeError):
        return {}
    return found


def _digests(root: Path, folder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in Finder(root).below(folder):
        if isinstance(source, Problem):
            return {}
        try:
            found[source] = digest_of(read(f"{root}/{source}"))
        except UnreadableError:
            found[source] = ""
    return found
