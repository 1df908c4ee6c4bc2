"""The state file on disk: read, locked, and saved in one step that survives a crash. Does I/O."""

import errno
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from campaignsync.errors import LockedError, StateError
from campaignsync.state import Renderer, State, format_time, parse_bytes

MAX_BYTES = 64 * 1024 * 1024
"""The largest state file that is read: three times what 10,000 campaigns need."""
LARGE_BYTES = 1024 * 1024
"""A state file of some six hundred campaigns, which takes some ten milliseconds to load."""

_NEW_FILE_MODE = 0o644
_NO_DIRECTORY_FSYNC = {errno.EINVAL, errno.ENOTSUP}
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def scratch_folder(state: Path, git_dir: Path | None) -> Path:
    """Return where a state file's lock and temporary files belong; creates nothing.

    Args:
        state: The state file.
        git_dir: The work tree's git folder, which `git status` never looks into; None outside git.
    """
    return state.parent if git_dir is None else git_dir / "campaignsync"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFile:
    """One state file.

    Attributes:
        path: The file; need not exist.
        shown: What to call it in messages: its path as the user gave it.
        scratch: Where its lock and temporary files go (`scratch_folder`); need not exist.
        renderer: Renders what is saved.
    """

    path: Path
    shown: str
    scratch: Path
    renderer: Renderer = field(default_factory=Renderer, repr=False, compare=False)

    def is_large(self) -> bool:
        """Return whether the state takes a while to load."""
        try:
            return self.path.stat().st_size >= LARGE_BYTES
        except OSError:
            return False

    def load(self) -> State:
        """Return the state on disk, an empty one where there is no file; needs no lock, creates nothing.

        Raises:
            StateError: It can't be read or used; it is left as it is.
        """
        data = self._read()
        if data is None:
            return State()
        try:
            return parse_bytes(data, where=self.shown)
        except UnicodeDecodeError as error:
            raise StateError(
                f"{self.shown}: is not UTF-8: byte {error.start} can't be read",
                hint="Restore the last good version from git (git log -p shows them), and run it again.",
            ) from error

    def save(self, state: State) -> None:
        """Replace the state on disk, in one step that survives a crash; the caller holds the lock.

        Raises:
            StateError: It could not be saved; what was there before still is.
        """
        try:
            self._check_kind(self.path.lstat().st_mode if os.path.lexists(self.path) else stat.S_IFREG)
            _make_folder(self.path.parent)
            self._replace(state)
        except UnicodeEncodeError as error:
            raise StateError(
                f"{self.shown}: can't be saved: {error.object[max(0, error.start - 20) : error.end]!r} "
                "holds half of a surrogate pair, which is no character",
                hint="Look for \\ud… escapes in the definitions.",
            ) from error
        except OSError as error:
            raise StateError(
                f"{self.shown}: can't be saved: {_reason(error)}", hint=_advice(error)
            ) from error

    @contextmanager
    def lock(self, *, now: datetime) -> Iterator[None]:
        """Keep every other run on this machine away from this state file; a crash ends it too.

        Args:
            now: The time, for the message that a second run gets.

        Raises:
            LockedError: Another run holds it.
            StateError: The lock can't be made.
        """
        # Takes longer to import than a plan needs, and a plan takes no lock.
        from filelock import FileLock, Timeout

        lock = FileLock(self._scratch_file("lock"), timeout=0)
        try:
            _make_folder(self.scratch)
            lock.acquire()
        except Timeout as error:
            raise self._locked() from error
        except OSError as error:
            raise StateError(
                f"{self.shown}: can't be locked: {_reason(error)}", hint=_advice(error)
            ) from error
        try:
            self._sweep()
            self._sign(now)
            yield
        finally:
            with suppress(OSError):
                self._scratch_file("holder").unlink()
            lock.release()

    def _scratch_file(self, kind: str) -> Path:
        """Return a file that is this state file's own, by whatever path it is named."""
        return self.scratch / f"{self._own_name}.{kind}"

    @property
    def _own_name(self) -> str:
        return ".campaignsync-" + sha256(os.fsencode(os.path.realpath(self.path))).hexdigest()[:16]

    @property
    def _folder_beside(self) -> Path:
        """Where the temporary file goes when the scratch folder is on another file system."""
        return self.path.parent / self._own_name

    def _read(self) -> bytes | None:
        try:
            if self.path.is_symlink():
                self._check_kind(stat.S_IFLNK)
            # Without O_NONBLOCK, opening a named pipe would wait for ever.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error) from error
        try:
            self._check_kind(os.fstat(descriptor).st_mode)
            return self._read_all(descriptor)
        finally:
            os.close(descriptor)

    def _read_all(self, descriptor: int) -> bytes:
        try:
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise self._unreadable(error) from error
        if len(data) > MAX_BYTES:
            raise StateError(
                f"{self.shown}: is larger than {MAX_BYTES // 1024**2} MiB, so it is no state file",
                hint="Look whether --state names the right file.",
            )
        return data

    def _unreadable(self, error: OSError) -> StateError:
        return StateError(f"{self.shown}: can't be read: {_reason(error)}", hint=_advice(error))

    def _check_kind(self, mode: int) -> None:
        if stat.S_ISREG(mode):
            return
        kinds = ((stat.S_ISDIR, "a directory"), (stat.S_ISLNK, "a symbolic link"))
        kind = next((name for is_kind, name in kinds if is_kind(mode)), "no regular file")
        raise StateError(
            f"{self.shown}: is {kind}, and the state must be a file of its own",
            hint="Name the file itself: --state FILE.",
        )

    def _replace(self, state: State) -> None:
        _make_folder(self.scratch)
        try:
            self._replace_through(self._scratch_file("tmp"), state)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._replace_beside(state)

    def _replace_beside(self, state: State) -> None:
        """Replace the file through a folder beside it, which hides itself from `git status`."""
        folder = self._folder_beside
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_bytes(b"*\n")
        try:
            self._replace_through(folder / self._scratch_file("tmp").name, state)
        finally:
            self._sweep()

    def _replace_through(self, temporary: Path, state: State) -> None:
        temporary.unlink(missing_ok=True)
        try:
            self._write(temporary, state)
            temporary.replace(self.path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        _fsync_folder(self.path.parent)

    def _write(self, temporary: Path, state: State) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with open(os.open(temporary, flags, _NEW_FILE_MODE), "wb") as file:  # noqa: PTH123  # a descriptor
            if self.path.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(self.path.stat().st_mode))
            file.writelines(self.renderer.pieces(state))
            file.flush()
            os.fsync(file.fileno())

    def _sweep(self) -> None:
        """Remove what a crashed run left; the lock proves that nobody uses it."""
        temporary = self._scratch_file("tmp")
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        with suppress(OSError):
            (self._folder_beside / temporary.name).unlink(missing_ok=True)
            # Last, so that nothing is left unhidden at any moment.
            (self._folder_beside / ".gitignore").unlink(missing_ok=True)
            self._folder_beside.rmdir()

    def _sign(self, now: datetime) -> None:
        """Say beside the lock who holds it: what is in the lock file itself is filelock's affair."""
        with suppress(OSError):
            holder = {"pid": os.getpid(), "since": format_time(now)}
            self._scratch_file("holder").write_text(json.dumps(holder), encoding="utf-8")

    def _locked(self) -> LockedError:
        return LockedError(
            f"{self.shown}: another run on this machine holds it{self._holder()}",
            hint="Wait until it has ended. The lock ends with its process, so there is nothing to remove.",
        )

    def _holder(self) -> str:
        try:
            holder = json.loads(self._scratch_file("holder").read_text(encoding="utf-8"))
            return f" (process {int(holder['pid'])}, since {str(holder['since'])[:20]})"
        except (OSError, ValueError, KeyError, TypeError):
            # It was just about to write it, or has just ended.
            return ""


def _make_folder(folder: Path) -> None:
    """Create a folder and its parents so that they survive a crash."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _fsync_folder(folder.parent)


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


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _advice(error: OSError) -> str:
    if error.errno in _NO_SPACE:
        return "Free some space on that disk, then run the command again."
    if error.errno in _FORBIDDEN:
        return "Give this user the right to read and write it and its folder, then run the command again."
    return "Look at that path, then run the command again."
