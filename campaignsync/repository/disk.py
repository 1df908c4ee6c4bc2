"""Files that survive a crash and are never written through a symbolic link; the lock. Does I/O."""

import errno
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from campaignsync.errors import LockedError, StateError
from campaignsync.state import format_time

_NEW_FILE_MODE = 0o644
_NO_DIRECTORY_FSYNC = {errno.EINVAL, errno.ENOTSUP}
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def read_file(path: Path, *, most_bytes: int) -> bytes | None:
    """Return a regular file's bytes, None where there is none. Waits for nobody: a pipe is refused, not read.

    Raises:
        OSError: It can't be read.
        ValueError: It is a link or another kind of thing, or larger than `most_bytes`; it says which.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise ValueError("is a symbolic link, and must be a regular file") from error
        raise
    try:
        _check_kind(os.fstat(descriptor).st_mode)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(most_bytes + 1)
    finally:
        os.close(descriptor)
    if len(data) > most_bytes:
        raise ValueError(f"holds more than {most_bytes // 1024**2} MiB")
    return data


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file, or make it, in one step that survives a crash; the caller holds its lock.

    Raises:
        OSError: It could not be replaced; what was there before still is.
        ValueError: What is there is a link or another kind of thing.
    """
    make_folder(path.parent)
    mode = _NEW_FILE_MODE
    if os.path.lexists(path):
        before = path.lstat().st_mode
        _check_kind(before)
        mode = stat.S_IMODE(before)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(temporary, flags, mode), "wb") as file:  # noqa: PTH123  # a descriptor
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    _fsync_folder(path.parent)


def append_to_file(path: Path, data: bytes) -> None:
    """Add to a file, or make it; when this returns, it is on the disk. The caller holds its lock.

    Raises:
        OSError: It is not, and the file is as before.
        ValueError: What is there is a link or another kind of thing.
    """
    make_folder(path.parent)
    is_new = not os.path.lexists(path)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, _NEW_FILE_MODE)
    try:
        status = os.fstat(descriptor)
        _check_kind(status.st_mode)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fsync(descriptor)
        except OSError:
            # Half a line in the middle of a file would damage it for every later run.
            os.ftruncate(descriptor, status.st_size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        _fsync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents so that they survive a crash.

    Raises:
        OSError: It can't be created.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _fsync_folder(folder.parent)


@contextmanager
def locked(path: Path, *, shown: str, now: datetime) -> Iterator[None]:
    """Keep every other run in this clone away from this target; a crash ends it too.

    Args:
        path: The lock's file.
        shown: What is locked, for messages.
        now: The time, for the message that a second run gets.

    Raises:
        LockedError: Another run holds it.
        StateError: The lock can't be made.
    """
    # Takes longer to import than a plan needs, and a plan takes no lock.
    from filelock import FileLock, Timeout

    holder, lock = path.with_suffix(".holder"), FileLock(path, timeout=0)
    try:
        make_folder(path.parent)
        _refuse_link(path)
        lock.acquire()
    except Timeout as error:
        raise LockedError(
            f"{shown}: another run in this clone holds it{_holder(holder)}",
            hint="Wait until it has ended. The lock ends with its process, so there is nothing to remove.",
        ) from error
    except OSError as error:
        raise StateError(f"{path}: can't be locked: {reason_of(error)}", hint=advice_on(error)) from error
    try:
        with suppress(OSError, ValueError):
            replace_file(holder, json.dumps({"pid": os.getpid(), "since": format_time(now)}).encode())
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def reason_of(error: OSError) -> str:
    """Return what the system says of an error."""
    return error.strerror or str(error)


def advice_on(error: OSError) -> str:
    """Return what to do about an error."""
    if error.errno in _NO_SPACE:
        return "Free some space on that disk, then run the command again."
    if error.errno in _FORBIDDEN:
        return "Give this user the right to read and write it and its folder, then run the command again."
    return "Look at that path, then run the command again."


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _check_kind(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISLNK, "a symbolic link"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "a pipe or a device")
    raise ValueError(f"is {kind}, and must be a regular file")


def _holder(file: Path) -> str:
    try:
        holder = json.loads(file.read_text(encoding="utf-8"))
        return f" (process {int(holder['pid'])}, since {str(holder['since'])[:20]})"
    except (OSError, ValueError, KeyError, TypeError):
        # It was just about to write it, or has just ended.
        return ""


def _fsync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a crash, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_FSYNC:
            raise
    finally:
        os.close(descriptor)
