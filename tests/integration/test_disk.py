"""Files that survive a crash, and the lock: on a real disk, with real processes."""

import errno
import json
import os
import signal
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from campaignsync.errors import LockedError, StateError
from campaignsync.repository.disk import (
    advice_on,
    append_to_file,
    locked,
    make_folder,
    read_file,
    replace_file,
)
from tests.integration.clones import MOMENT, Clone
from tests.integration.processes import MAY_DO_ALL, ROOT, program, run_python

MIB = 1024 * 1024


def read(path: Path) -> bytes | None:
    return read_file(path, most_bytes=MIB)


ACTS: dict[str, Callable[[Path], object]] = {
    "read": read,
    "replace": lambda path: replace_file(path, b"x"),
    "append": lambda path: append_to_file(path, b"x"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is not there yet, nor its folder."""
    return tmp_path / "a folder" / "file"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_missing_file_is_none_and_reading_creates_nothing(file: Path) -> None:
    assert read(file) is None
    assert not file.parent.exists()


@pytest.mark.parametrize("write", [replace_file, append_to_file])
def test_what_is_written_is_read_and_nothing_else_is_left(
    file: Path, write: Callable[[Path, bytes], None]
) -> None:
    write(file, b"\x00one\r\n")
    assert (read(file), names(file.parent)) == (b"\x00one\r\n", ["file"])


def test_replacing_replaces_and_appending_appends(file: Path) -> None:
    replace_file(file, b"one")
    replace_file(file, b"two")
    append_to_file(file, b" three")
    assert (read(file), names(file.parent)) == (b"two three", ["file"])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_a_files_mode_is_kept(file: Path, mode: int) -> None:
    replace_file(file, b"one")
    file.chmod(mode)
    replace_file(file, b"two")
    append_to_file(file, b"three")
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_large_file_is_written_whole(file: Path) -> None:
    data = os.urandom(MIB - 1)
    append_to_file(file, data)
    append_to_file(file, b"x")
    assert read(file) == data + b"x"


def test_a_file_that_is_too_large_is_refused(file: Path) -> None:
    file.parent.mkdir()
    with file.open("wb") as opened:
        opened.truncate(MIB + 1)
    with pytest.raises(ValueError, match="holds more than 1 MiB"):
        read(file)


def make_directory(path: Path) -> None:
    path.mkdir()


def make_link(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(b"theirs")
    path.symlink_to("elsewhere")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_link_to_a_directory(path: Path) -> None:
    path.symlink_to(".")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_directory, "directory"),
        (make_link, "symbolic link"),
        (make_dangling_link, "symbolic link"),
        (make_link_to_a_directory, "symbolic link"),
        (make_pipe, "pipe"),
    ],
)
@pytest.mark.parametrize("act", ["read", "replace", "append"])
def test_what_is_no_file_of_its_own_is_refused_and_left(
    file: Path, make: Callable[[Path], None], kind: str, act: str
) -> None:
    """A pipe that nobody reads or writes must not hold up a run either."""
    file.parent.mkdir()
    make(file)
    before, beside = file.lstat(), names(file.parent)
    # The system itself refuses to open most of them for adding, in its own words.
    wanted, words = (OSError, " ") if act == "append" else (ValueError, f"is a {kind}")
    with pytest.raises(wanted, match=words):
        ACTS[act](file)
    after = file.lstat()
    assert (after.st_ino, after.st_mode, names(file.parent)) == (before.st_ino, before.st_mode, beside)
    if make is make_link:
        assert file.read_bytes() == b"theirs"


def test_a_link_in_the_place_of_the_temporary_file_is_not_followed(file: Path) -> None:
    replace_file(file, b"one")
    victim = file.with_name("victim")
    victim.write_bytes(b"theirs")
    file.with_name(".file.tmp").symlink_to("victim")
    replace_file(file, b"two")
    assert (read(file), victim.read_bytes(), names(file.parent)) == (b"two", b"theirs", ["file", "victim"])


@pytest.mark.parametrize("act", ["read", "replace", "append"])
def test_a_folder_that_is_a_file_is_told(file: Path, act: str) -> None:
    file.parent.write_bytes(b"mine")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        ACTS[act](file)
    assert file.parent.read_bytes() == b"mine"


@pytest.mark.skipif(MAY_DO_ALL, reason="root may read and write everything")
def test_missing_rights_are_told(file: Path) -> None:
    replace_file(file, b"one")
    code = """
        path.parent.chmod(0o500)
        told(replace_file, path, b"two")
        told(append_to_file, path.with_name("new"), b"two")
        path.chmod(0)
        told(read_file, path, most_bytes=9)
        told(append_to_file, path, b"two")
    """
    lines = run_python(code, file, is_anyone=True).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["PermissionError"] * 4
    file.parent.chmod(0o700)
    file.chmod(0o600)
    assert (read(file), names(file.parent)) == (b"one", ["file"])


@pytest.mark.parametrize("write", ["replace_file", "append_to_file"])
@pytest.mark.parametrize("before", [b"one\n", None])
def test_a_full_disk_leaves_the_file_as_it_was(file: Path, write: str, before: bytes | None) -> None:
    if before is not None:
        replace_file(file, before)
    code = f"""
        limit_files(4096)
        told({write}, path, b"x" * 10_000)
    """
    assert "File too large" in run_python(code, file).stdout
    assert (read(file) or b"", [name for name in names(file.parent) if name != "file"]) == (before or b"", [])


def test_a_full_disk_leaves_room_for_what_fits(file: Path) -> None:
    """A line that was torn off would damage the lines that are added after it."""
    code = """
        limit_files(4096)
        append_to_file(path, b"one\\n")
        told(append_to_file, path, b"x" * 10_000 + b"\\n")
        append_to_file(path, b"two\\n")
    """
    assert "File too large" in run_python(code, file).stdout
    assert read(file) == b"one\ntwo\n"


@pytest.mark.parametrize("call", ["fsync", "replace", "rename", "fchmod"])
def test_a_crash_while_replacing_leaves_the_old_file_and_the_next_one_tidies_up(
    file: Path, call: str
) -> None:
    replace_file(file, b"one")
    ended = run_python(f'crash_at("{call}"); replace_file(path, b"two")', file)
    if call in {"fsync", "fchmod"}:
        assert (ended.returncode, read(file)) == (-signal.SIGKILL, b"one")
    replace_file(file, b"three")
    assert (read(file), names(file.parent)) == (b"three", ["file"])


def test_everything_is_on_the_disk_before_it_is_said_to_be(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file's bytes, then each folder whose entries changed."""
    synced: list[str] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append(target.relative_to(file.parent.parent).as_posix())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    append_to_file(file, b"one")
    append_to_file(file, b"two")
    replace_file(file, b"three")
    assert synced == [
        *(".", "a folder/file", "a folder"),
        "a folder/file",
        *("a folder/.file.tmp", "a folder"),
    ]


def test_folders_are_made_down_to_the_last_and_kept(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(tmp_path / "a/b/c")
    assert (tmp_path / "a/b/c").is_dir()


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "Free some space"),
        (errno.EROFS, "right to read and write"),
        (errno.EACCES, "right to read and write"),
        (errno.EIO, "Look at that path"),
    ],
)
def test_what_to_do_fits_what_went_wrong(number: int, advice: str) -> None:
    assert advice in advice_on(OSError(number, os.strerror(number)))


def hold(path: Path) -> AbstractContextManager[None]:
    return locked(path, shown="state/campaigns.json", now=MOMENT)


@contextmanager
def held(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Hold the lock in another process until the end of the block."""
    code = """
        with locked(path, shown="", now=datetime(2026, 1, 31, 9, tzinfo=UTC)):
            print("locked", flush=True)
            sys.stdin.read()
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(program(code, path), stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.communicate()


@pytest.fixture
def lock(clone: Clone) -> Path:
    """Where a clone's lock is."""
    return clone.layout.common / "campaignsync" / "0123456789abcdef.lock"


def test_a_second_run_is_told_who_holds_the_lock_and_takes_nothing_from_it(lock: Path) -> None:
    with held(lock) as process:
        for _ in range(2):
            with pytest.raises(LockedError) as caught, hold(lock):
                pass
            assert caught.value.message == (
                "state/campaigns.json: another run in this clone holds it "
                f"(process {process.pid}, since 2026-01-31T09:00:00Z)"
            )


def test_the_lock_is_free_after_its_end(lock: Path) -> None:
    with held(lock):
        pass
    with hold(lock):
        pass


def test_the_lock_is_free_after_a_crash(lock: Path) -> None:
    with held(lock) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with hold(lock):
        pass


def test_the_lock_is_free_after_an_error(lock: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), hold(lock):
            raise ZeroDivisionError


def test_a_lock_holds_within_one_process_too(lock: Path) -> None:
    with hold(lock), pytest.raises(LockedError), hold(lock):
        pass


@pytest.mark.parametrize("content", ["", "[]", '{"pid": "x"}', '{"pid": 1}', "\0"])
def test_a_holder_that_has_not_signed_yet_is_just_another_run(lock: Path, content: str) -> None:
    with held(lock):
        lock.with_suffix(".holder").write_text(content, encoding="utf-8")
        with pytest.raises(LockedError, match=r"holds it$"), hold(lock):
            pass


def test_two_targets_have_two_locks(lock: Path) -> None:
    with held(lock), hold(lock.with_stem("fedcba9876543210")):
        pass


def test_the_holder_is_named_while_it_holds(lock: Path) -> None:
    holder = lock.with_suffix(".holder")
    with hold(lock):
        assert json.loads(holder.read_text(encoding="utf-8")) == {
            "pid": os.getpid(),
            "since": "2026-01-31T09:00:00Z",
        }
    assert not holder.exists()


def test_neither_lock_nor_holder_shows_in_git_status(clone: Clone, lock: Path) -> None:
    everything = ("status", "--porcelain", "--untracked-files=all", "--ignored")
    with hold(lock):
        assert clone.git(*everything) == ""
    assert clone.git(*everything) == ""


@pytest.mark.parametrize("make", [make_link, make_dangling_link, make_directory])
def test_a_lock_that_can_not_be_made_is_told_and_no_link_is_followed(
    lock: Path, make: Callable[[Path], None]
) -> None:
    lock.parent.mkdir()
    make(lock)
    before = names(lock.parent)
    with pytest.raises(StateError, match="can't be locked"), hold(lock):
        pass
    assert names(lock.parent) == before
    if make is make_link:
        assert lock.read_bytes() == b"theirs"


def test_a_file_in_the_place_of_the_locks_folder_is_told(lock: Path) -> None:
    lock.parent.write_bytes(b"mine")
    with pytest.raises(StateError, match="can't be locked"), hold(lock):
        pass


def test_a_link_in_the_place_of_the_holder_is_not_followed(lock: Path) -> None:
    make_folder(lock.parent)
    make_link(lock.with_suffix(".holder"))
    with hold(lock):
        assert lock.with_name("elsewhere").read_bytes() == b"theirs"
