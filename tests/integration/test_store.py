"""The state file on a real disk, with real locks, crashes and git."""

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaignsync.errors import LockedError, StateError
from campaignsync.state import Record, State, Status, render
from campaignsync.store import MAX_BYTES, StateFile, _advice, scratch_folder

ROOT = Path(__file__).parents[2]
MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
# Takes from root what lets it read and write everything (capabilities(7)).
AS_ANYONE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if shutil.which("setpriv") else ()
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # another file system, where there is one


def record(name: str) -> Record:
    return Record(
        name=name,
        camp_id=f"cd-{name}",
        status=Status.CREATED,
        source=f"campaigns/{name}.yaml",
        digest=f"sha256:{name}",
        definition={"name": name, "contactLists": ["Buyers"], "priority": "5"},
        claimed_at=MOMENT,
        created_at=MOMENT,
    )


def state(*names: str) -> State:
    return State(host="https://platform.kore.ai", app_id="st-1").with_entries(map(record, names))


def git(folder: Path, *args: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    return subprocess.run(
        ["git", "-C", folder, *identity, *args], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work tree."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    return tmp_path


@pytest.fixture
def store(work: Path) -> StateFile:
    """The state file of a work tree, not there yet."""
    path = work / "state" / "campaigns.json"
    return StateFile(path=path, shown="state/campaigns.json", scratch=scratch_folder(path, work / ".git"))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def program(code: str, store: StateFile) -> list[str]:
    """Return the command that runs code in another process, with `store` and `state` as here."""
    prelude = f"""
        import os, signal, sys
        from tests.integration.test_store import *
        path, scratch = Path({str(store.path)!r}), Path({str(store.scratch)!r})
        store = StateFile(path=path, shown="the state", scratch=scratch)
    """
    return [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(code)]


def run_python(
    code: str, store: StateFile, *, prefix: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*prefix, *program(code, store)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)


@contextmanager
def holding(store: StateFile) -> Iterator[subprocess.Popen[str]]:
    """Hold the lock in another process until the end of the block."""
    code = """
        with store.lock(now=MOMENT):
            print("locked", flush=True)
            sys.stdin.read()
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(program(code, store), stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.communicate()


def test_a_missing_file_is_an_empty_state_and_reading_creates_nothing(store: StateFile, work: Path) -> None:
    assert store.load() == State()
    assert not store.path.parent.exists()
    assert not store.scratch.exists()


def test_what_is_saved_is_loaded(store: StateFile) -> None:
    store.save(state("b", "a"))
    assert store.load() == state("a", "b")
    assert store.path.read_text(encoding="utf-8") == render(state("a", "b"))


def test_saving_leaves_nothing_beside_the_state(store: StateFile, work: Path) -> None:
    store.save(state("a"))
    assert git(work, "status", "--porcelain", "--untracked-files=all") == "?? state/campaigns.json\n"
    assert files(store.scratch) == set()


def test_outside_git_what_is_left_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "campaigns.json"
    store = StateFile(path=path, shown="campaigns.json", scratch=scratch_folder(path, None))
    with store.lock(now=MOMENT):
        store.save(state("a"))
    others = files(tmp_path) - {"campaigns.json"}
    assert all(name.startswith(".campaignsync-") for name in others)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_files_mode_is_kept(store: StateFile, mode: int) -> None:
    store.save(state("a"))
    store.path.chmod(mode)
    store.save(state("a", "b"))
    assert stat.S_IMODE(store.path.stat().st_mode) == mode


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o644), (0o077, 0o600)])
def test_a_new_file_respects_the_umask(store: StateFile, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        store.save(state("a"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == mode


def make_directory(path: Path) -> None:
    path.mkdir()


def make_link(path: Path) -> None:
    (path.parent / "elsewhere").write_text(render(state("a")), encoding="utf-8")
    path.symlink_to("elsewhere")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_directory, "a directory"),
        (make_link, "a symbolic link"),
        (make_dangling_link, "a symbolic link"),
        (make_pipe, "no regular file"),
    ],
)
def test_what_is_no_file_of_its_own_is_refused(
    store: StateFile, make: Callable[[Path], None], kind: str
) -> None:
    store.path.parent.mkdir()
    make(store.path)
    before = store.path.lstat()
    with pytest.raises(StateError, match=f"is {kind}"):
        store.load()
    with pytest.raises(StateError, match=f"is {kind}"):
        store.save(state("a"))
    assert (store.path.lstat().st_ino, store.path.lstat().st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a whole JSON document"),
        (b'{"version": 1, "campaigns": {\xff', "is not UTF-8: byte 29"),
        (render(state("a")).encode("utf-16"), "is not UTF-8"),
        (b"\xef\xbb\xbf" + render(state("a")).encode(), "BOM"),
        (render(state("a")).encode()[:-9], "not a whole JSON document"),
        (b"<<<<<<< HEAD\n", "holds a merge conflict"),
        (b'{"version": 2}', "version 2"),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(store: StateFile, content: bytes, message: str) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    with pytest.raises(StateError, match=message) as caught:
        store.load()
    assert caught.value.message.startswith("state/campaigns.json: ")
    assert store.path.read_bytes() == content


def test_a_file_far_too_large_is_refused_without_being_read_whole(store: StateFile) -> None:
    store.path.parent.mkdir()
    with store.path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(StateError, match="larger than 64 MiB"):
        store.load()


def test_a_folder_that_is_a_file_is_told(store: StateFile, work: Path) -> None:
    (work / "state").write_text("mine", encoding="utf-8")
    with pytest.raises(StateError, match=r"state/campaigns\.json: can't be read: Not a directory"):
        store.load()
    with pytest.raises(StateError, match=r"state/campaigns\.json: can't be saved"):
        store.save(state("a"))


@pytest.mark.skipif(not AS_ANYONE and os.getuid() == 0, reason="root may read and write everything")
def test_missing_rights_are_told_with_the_way_out(store: StateFile) -> None:
    store.save(state("a"))
    ended = run_python(
        """
        def told(work):
            try:
                work()
            except StateError as error:
                print(error.message, error.hint)

        store.path.parent.chmod(0o500)
        told(lambda: store.save(state("a", "b")))
        store.path.parent.chmod(0o700)
        store.path.chmod(0)
        told(store.load)
        """,
        store,
        prefix=AS_ANYONE if os.getuid() == 0 else (),
    )
    unsaved, unread = ended.stdout.splitlines()
    assert "can't be saved: Permission denied" in unsaved
    assert "right to read and write" in unsaved
    assert "can't be read: Permission denied" in unread


def test_a_full_disk_leaves_the_old_state_and_nothing_else(store: StateFile) -> None:
    """A limit on the file's size stands in for the full disk: the write fails in the middle."""
    store.save(state("a"))
    before = store.path.read_bytes()
    ended = run_python(
        """
        import resource
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            store.save(state(*map(str, range(100))))
        except StateError as error:
            print(error.message)
        """,
        store,
    )
    assert ended.stdout == "the state: can't be saved: File too large\n"
    assert store.path.read_bytes() == before
    assert files(store.scratch) == set()


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Free some space"),
        (errno.EDQUOT, "Free some space"),
        (errno.EROFS, "right to read and write"),
        (errno.EIO, "Look at that path"),
    ],
)
def test_what_to_do_fits_what_went_wrong(number: int, advice: str) -> None:
    assert advice in _advice(OSError(number, os.strerror(number)))


def test_half_a_surrogate_pair_is_an_error_before_anything_is_written(store: StateFile) -> None:
    broken = State(host="h", app_id="a").with_entries([replace(record("a"), source="\ud800")])
    with pytest.raises(StateError, match="surrogate"):
        store.save(broken)
    assert not store.path.exists()


def crash_at(call: str) -> str:
    """Return code that is killed when it calls this function of `os` while saving."""
    return f"""
        os.{call} = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
        store.save(state("a", "b"))
    """


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_crash_while_saving_leaves_a_whole_state_and_a_clean_work_tree(
    store: StateFile, work: Path, call: str
) -> None:
    store.save(state("a"))
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message=state")
    assert run_python(crash_at(call), store).returncode == -signal.SIGKILL
    assert store.load() == state("a")
    assert git(work, "status", "--porcelain", "--untracked-files=all", "--ignored") == ""


def test_what_a_crash_left_is_removed_by_the_next_run(store: StateFile) -> None:
    store.save(state("a"))
    run_python(crash_at("fsync"), store)
    left = files(store.scratch)
    assert [name for name in left if name.endswith(".tmp")]
    with store.lock(now=MOMENT):
        assert not [name for name in files(store.scratch) if name.endswith(".tmp")]


@pytest.fixture
def distant(store: StateFile) -> Iterator[StateFile]:
    """The same state file with its scratch folder on another file system."""
    if not SHARED_MEMORY.is_dir() or SHARED_MEMORY.stat().st_dev == store.path.parents[1].stat().st_dev:
        pytest.skip("there is no second file system")
    scratch = SHARED_MEMORY / f"campaignsync-{os.getpid()}-{id(store)}"
    yield replace(store, scratch=scratch)
    for path in scratch.iterdir():
        path.unlink()
    scratch.rmdir()


def test_a_scratch_folder_on_another_file_system_is_no_hindrance(distant: StateFile, work: Path) -> None:
    distant.save(state("a"))
    assert distant.load() == state("a")
    assert files(work / "state") == {"campaigns.json"}
    assert files(distant.scratch) == set()


def test_a_crash_beside_the_state_is_hidden_from_git_and_swept_by_the_next_run(
    distant: StateFile, work: Path
) -> None:
    distant.save(state("a"))
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message=state")
    crash_at_second_fsync = """
        calls = iter([os.fsync])
        os.fsync = lambda fd: next(calls, lambda fd: os.kill(os.getpid(), signal.SIGKILL))(fd)
        store.save(state("a", "b"))
    """
    assert run_python(crash_at_second_fsync, distant).returncode == -signal.SIGKILL
    assert files(work / "state") > {"campaigns.json"}
    assert git(work, "status", "--porcelain", "--untracked-files=all") == ""
    with distant.lock(now=MOMENT):
        assert list((work / "state").iterdir()) == [distant.path]
    assert distant.load() == state("a")


def test_a_second_run_is_told_who_holds_the_lock(store: StateFile) -> None:
    with holding(store) as process, pytest.raises(LockedError) as caught, store.lock(now=MOMENT):
        pass
    assert f"(process {process.pid}, since 2026-01-31T09:00:00Z)" in caught.value.message
    assert caught.value.message.startswith("state/campaigns.json: ")


def test_a_refused_run_leaves_the_lock_with_its_holder(store: StateFile) -> None:
    with holding(store):
        for _ in range(2):
            with pytest.raises(LockedError, match="since 2026"), store.lock(now=MOMENT):
                pass


def test_the_lock_is_free_after_its_end(store: StateFile) -> None:
    with holding(store):
        pass
    with store.lock(now=MOMENT):
        store.save(state("a"))


def test_the_lock_is_free_after_a_crash(store: StateFile) -> None:
    with holding(store) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with store.lock(now=MOMENT):
        store.save(state("a"))


def test_the_lock_is_free_after_an_error(store: StateFile) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), store.lock(now=MOMENT):
            raise ZeroDivisionError


def test_a_lock_holds_within_one_process_too(store: StateFile) -> None:
    with store.lock(now=MOMENT), pytest.raises(LockedError), store.lock(now=MOMENT):
        pass


def test_a_holder_that_has_not_signed_yet_is_just_another_run(store: StateFile) -> None:
    with holding(store):
        (signature,) = store.scratch.glob("*.holder")
        for content in ("", "[]", '{"pid": "x"}', "\0"):
            signature.write_text(content, encoding="utf-8")
            with pytest.raises(LockedError, match=r"holds it$"), store.lock(now=MOMENT):
                pass


def test_two_state_files_have_two_locks(store: StateFile) -> None:
    other = replace(store, path=store.path.with_name("staging.json"))
    with store.lock(now=MOMENT), other.lock(now=MOMENT):
        other.save(state("a"))
    assert store.load() == State()


def test_one_state_file_under_two_paths_has_one_lock(store: StateFile, work: Path) -> None:
    store.save(state("a"))
    (work / "alias").symlink_to("state")
    alias = replace(store, path=work / "alias" / "campaigns.json")
    with store.lock(now=MOMENT), pytest.raises(LockedError), alias.lock(now=MOMENT):
        pass


def test_lock_and_signature_never_show_in_git_status(store: StateFile, work: Path) -> None:
    with store.lock(now=MOMENT):
        assert git(work, "status", "--porcelain", "--untracked-files=all", "--ignored") == ""
    assert git(work, "status", "--porcelain", "--untracked-files=all", "--ignored") == ""


def test_a_lock_that_can_not_be_made_is_told(store: StateFile, work: Path) -> None:
    store.scratch.write_text("mine", encoding="utf-8")
    with pytest.raises(StateError, match=r"state/campaigns\.json: can't be locked"), store.lock(now=MOMENT):
        pass


def test_the_signature_names_this_process(store: StateFile) -> None:
    with store.lock(now=MOMENT):
        (signature,) = store.scratch.glob("*.holder")
        assert json.loads(signature.read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert list(store.scratch.glob("*.holder")) == []


def commit(work: Path, store: StateFile, *names: str) -> None:
    store.save(state(*names))
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message=state")


@pytest.mark.parametrize("added", ["a", "c", "e", "g"], ids=["first", "second", "third", "last"])
def test_adding_a_campaign_changes_no_line(store: StateFile, work: Path, added: str) -> None:
    commit(work, store, "b", "d", "f")
    lines = len(render(state("b", "d", "f", added)).splitlines()) - len(
        render(state("b", "d", "f")).splitlines()
    )
    commit(work, store, "b", "d", "f", added)
    assert git(work, "diff", "--numstat", "HEAD^", "HEAD") == f"{lines}\t0\tstate/campaigns.json\n"


def test_the_first_campaign_changes_no_line(store: StateFile, work: Path) -> None:
    store.save(State())
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message=state")
    commit(work, store, "a")
    (added, removed, _) = git(work, "diff", "--numstat", "HEAD^", "HEAD").split()
    assert (int(added) > 0, removed) == (True, "0")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("a", "e"), ("e", "a"), ("a", "c"), ("c", "g"), ("g", "c"), ("a", "g"), ("g", "a")]
)
def test_branches_that_add_different_campaigns_merge(
    store: StateFile, work: Path, ours: str, theirs: str
) -> None:
    commit(work, store, "b", "d", "f")
    git(work, "switch", "--quiet", "--create", "theirs")
    commit(work, store, "b", "d", "f", theirs)
    git(work, "switch", "--quiet", "main")
    commit(work, store, "b", "d", "f", ours)
    git(work, "merge", "--quiet", "--no-edit", "theirs")
    assert store.load() == state("b", "d", "f", ours, theirs)
