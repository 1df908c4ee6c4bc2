"""Where a run makes objects that only the remote keeps: in memory, where the system can. Does I/O.

What a run pushes comes into the person's clone when they pull, as anybody's push does.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from campaignsync.errors import GitError
from campaignsync.repository.disk import advice_on, reason_of

_IN_MEMORY = Path("/dev/shm")  # noqa: S108  # tmpfs(5); each folder made there is this user's alone


@contextmanager
def object_folder(objects: Path, *, key: str) -> Iterator[Path]:
    """Make an object folder that has all of another's, too (gitrepository-layout(5), "info/alternates").

    Args:
        objects: The clone's own object folder.
        key: The target's name; the caller holds its lock, and a run for another one may go on meanwhile.

    Yields:
        The new one; it is removed afterwards, and by the next run if this one is killed.

    Raises:
        GitError: It can't be made.
    """
    prefix = f"campaignsync-{sha256(os.fsencode(objects)).hexdigest()[:16]}-{key}-"
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    for left in parent.glob(f"{prefix}*"):
        if left.lstat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    with ExitStack() as stack:
        try:
            made = tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made)) / "objects"
            (folder / "info").mkdir(parents=True)
            (folder / "info/alternates").write_bytes(os.fsencode(objects) + b"\n")
        except OSError as error:
            raise GitError(
                f"git's objects can't be made in {parent}: {reason_of(error)}", hint=advice_on(error)
            ) from error
        yield folder
