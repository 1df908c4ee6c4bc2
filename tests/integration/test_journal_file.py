"""The journal's file: added to, replaced, and told when the disk does not take it."""

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from campaignsync.errors import StateError
from campaignsync.protocol.journal import Journal
from campaignsync.repository.journal_file import JournalFile
from tests.integration.clones import STATE, Clone, state
from tests.integration.processes import run_python

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(clone: Clone) -> JournalFile:
    """A clone's journal, not there yet."""
    return JournalFile(path=clone.path / ".git/campaignsync/0123456789abcdef.jsonl")


def opened(file: JournalFile, run: str = "run-2") -> Journal:
    return Journal(file, where=str(file.path), run_id=run, is_shared=False)


async def test_a_missing_journal_is_empty_and_loading_creates_nothing(file: JournalFile) -> None:
    assert file.load() == b""
    assert not file.path.parent.exists()


async def test_what_is_added_and_replaced_is_loaded(file: JournalFile) -> None:
    await file.append(b"one\n")
    await file.append(b"two\n")
    assert file.load() == b"one\ntwo\n"
    await file.replace(b"three\n")
    await file.append(b"four\n")
    assert file.load() == b"three\nfour\n"
    await file.replace(b"")
    assert file.load() == b""


async def test_a_file_on_disk_is_all_that_it_is(file: JournalFile, clone: Clone) -> None:
    await file.append(b"one\n")
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]
    assert clone.git("status", "--porcelain", "--untracked-files=all", "--ignored") == ""


async def test_the_loop_goes_on_while_the_disk_is_written(
    file: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write ends only once the loop has run meanwhile."""
    has_run = anyio.Event()
    fsync = os.fsync

    def waiting(descriptor: int) -> None:
        anyio.from_thread.run(has_run.wait)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", waiting)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(file.append, b"one\n")
            tasks.start_soon(anyio.to_thread.run_sync, has_run.is_set)
            has_run.set()
    assert file.load() == b"one\n"


async def test_an_earlier_runs_lines_are_replayed_and_a_torn_last_one_is_taken_off(file: JournalFile) -> None:
    known = state("a", "b")
    await opened(file, "run-1").write(known, put=[known.records[0]])
    whole = file.load()
    await file.append(b'{"put": {"b": {"campId": "cd-')
    journal = opened(file)
    assert [each.name for each in journal.found.state.sorted()] == ["a"]
    await journal.write(known, put=[known.records[1]])
    assert file.load().startswith(whole)
    assert [each.name for each in opened(file).found.state.sorted()] == ["a", "b"]


async def test_a_line_damaged_in_the_middle_is_told_by_its_number(file: JournalFile) -> None:
    await opened(file, "run-1").write(state(), put=state("a").records)
    await file.append(b"{damage\n{}\n")
    with pytest.raises(StateError, match=r"0123456789abcdef\.jsonl:3: the journal is damaged"):
        opened(file)


async def test_it_is_empty_once_all_of_it_is_recorded(file: JournalFile) -> None:
    journal = opened(file)
    await journal.write(state(), put=state("a").records)
    await journal.close(state("a"), kept=())
    assert file.load() == b""


def link(path: Path) -> None:
    path.with_name("elsewhere").write_bytes(b"theirs")
    path.symlink_to("elsewhere")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def directory(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [link, pipe, directory])
async def test_what_is_no_file_of_its_own_is_told(file: JournalFile, make: Callable[[Path], None]) -> None:
    file.path.parent.mkdir()
    make(file.path)
    with anyio.fail_after(60):
        with pytest.raises(StateError, match=r"the journal .* is "):
            file.load()
        with pytest.raises(StateError, match=r"the journal .*"):
            await file.append(b"x")
        with pytest.raises(StateError, match=r"the journal .* is "):
            await file.replace(b"x")
    if make is link:
        assert file.path.read_bytes() == b"theirs"


async def test_a_full_disk_is_told_and_the_journal_is_as_before(file: JournalFile) -> None:
    await file.append(b"one\n")
    code = """
        import anyio
        from campaignsync.repository.journal_file import JournalFile

        limit_files(4096)
        file = JournalFile(path=path)
        told(anyio.run, file.append, b"x" * 10_000)
        told(anyio.run, file.replace, b"x" * 10_000)
    """
    said = run_python(code, file.path).stdout.splitlines()
    assert said == [f"StateError the journal {file.path} can't be written: File too large"] * 2
    assert file.load() == b"one\n"


async def test_a_folder_that_can_not_be_made_is_told(clone: Clone) -> None:
    file = JournalFile(path=clone.path / STATE / "x.jsonl")
    with pytest.raises(StateError, match="can't be read: Not a directory"):
        file.load()
    with pytest.raises(StateError, match="can't be written"):
        await file.append(b"x")
