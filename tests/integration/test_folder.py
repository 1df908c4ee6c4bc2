"""The folder as a place to read and record: the state file on a real disk."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from campaignsync.commands.project import Project
from campaignsync.commands.recording import check_lost
from campaignsync.config import RunOptions
from campaignsync.definitions import DefinitionFiles
from campaignsync.errors import GitError, StateError
from campaignsync.progress import TerminalProgress
from campaignsync.repository.folder import Folder
from campaignsync.repository.state_file import MAX_STATE_BYTES, StateFile
from campaignsync.state import State
from tests.integration.clones import BILLING, MESSAGE, STATE, Clone, definition, state, text
from tests.integration.processes import MAY_DO_ALL, run_python
from tests.integration.test_disk import make_dangling_link, make_directory, make_link, make_pipe

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    """A state file that is not there yet, nor its folder."""
    return StateFile(tmp_path / STATE, shown=STATE)


def folder_of(root: Path) -> Folder:
    """Return a folder as a run has it."""
    progress = TerminalProgress(is_verbose=False, rate_limit=None)
    project = Project(root=root, env={"PATH": "/usr/bin:/bin:/usr/local/bin"}, progress=progress)
    lost = partial(check_lost, project, RunOptions())
    return Folder(StateFile(root / STATE, shown=STATE), project.definitions(RunOptions()), check_lost=lost)


def test_a_missing_file_is_an_empty_state_and_reading_creates_nothing(
    file: StateFile, tmp_path: Path
) -> None:
    assert (file.read(), file.load()) == (None, State())
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_is_loaded(file: StateFile) -> None:
    file.replace(text("b", "a"))
    assert (file.load(), file.read()) == (state("a", "b"), text("a", "b").encode())


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_directory, "a directory"),
        (make_link, "a symbolic link"),
        (make_dangling_link, "a symbolic link"),
        (make_pipe, "a pipe or a device"),
    ],
)
def test_what_is_no_file_of_its_own_is_refused_with_the_way_out(
    file: StateFile, tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    (tmp_path / "state").mkdir()
    make(tmp_path / STATE)
    acts: list[Callable[[], object]] = [file.load, lambda: file.replace(text())]
    for act in acts:
        with pytest.raises(StateError, match=f"{STATE}: is {kind}") as caught:
            act()
        assert "--state FILE" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "can't be read as JSON"),
        (b'{"version": 1, "campaigns": {\xff', "is not UTF-8: byte 29"),
        (text("a").encode("utf-16"), "is not UTF-8"),
        (text("a").encode()[:-9], "can't be read as JSON"),
        (b"<<<<<<< HEAD\n", "holds a merge conflict"),
        (b'{"version": 2}', "version 2"),
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(
    file: StateFile, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / STATE).write_bytes(content)
    with pytest.raises(StateError, match=message) as caught:
        file.load()
    assert caught.value.message.startswith(f"{STATE}: ")
    assert (tmp_path / STATE).read_bytes() == content


def test_a_huge_file_is_refused_without_being_read_whole(file: StateFile, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / STATE).open("wb") as opened:
        opened.truncate(MAX_STATE_BYTES + 1)
    with pytest.raises(StateError, match="holds more than 64 MiB"):
        file.load()


@pytest.mark.skipif(MAY_DO_ALL, reason="root may read and write everything")
def test_missing_rights_are_told_with_the_way_out(file: StateFile, tmp_path: Path) -> None:
    file.replace(text("a"))
    code = """
        from campaignsync.repository.state_file import StateFile

        file = StateFile(path, shown="the state")
        path.parent.chmod(0o500)
        told(file.replace, "x")
        path.chmod(0)
        told(file.load)
    """
    assert run_python(code, tmp_path / STATE, is_anyone=True).stdout.splitlines() == [
        "StateError the state: can't be saved: Permission denied",
        "StateError the state: can't be read: Permission denied",
    ]


def test_a_full_disk_is_told_and_the_state_is_as_before(file: StateFile, tmp_path: Path) -> None:
    file.replace(text("a"))
    code = """
        from campaignsync.repository.state_file import StateFile

        limit_files(4096)
        told(StateFile(path, shown="the state").replace, "x" * 10_000)
    """
    said = run_python(code, tmp_path / STATE).stdout
    assert (said, file.load()) == ("StateError the state: can't be saved: File too large\n", state("a"))
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["campaigns.json"]


async def test_definitions_and_state_are_the_folders(clone: Clone) -> None:
    clone.write(BILLING, definition("Edited"))
    clone.write(STATE, text("a"))
    snapshot = await folder_of(clone.path).snapshot()
    assert snapshot.state == state("a")
    definitions = DefinitionFiles(root=clone.path, folder="campaigns")
    assert await snapshot.definitions.load({}) == definitions.load_now({})


async def test_recording_replaces_the_state_file_alone_and_commits_nothing(clone: Clone) -> None:
    clone.make_untidy()
    before = clone.everything
    folder = folder_of(clone.path)
    base = await folder.snapshot()
    made = await folder.commit(base, state("a"), MESSAGE)
    assert clone.everything == before
    assert await folder.publish(base, made) is None
    tip = await folder.snapshot()
    assert (tip.id, tip.state, await folder.holds(tip, made)) == (made, state("a"), True)
    clone.write(STATE, text())
    assert clone.everything == before


async def test_a_first_state_file_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    folder = folder_of(tmp_path)
    base = await folder.snapshot()
    assert base.state == State()
    assert await folder.publish(base, await folder.commit(base, state("a"), MESSAGE)) is None
    assert (await folder.snapshot()).state == state("a")


@pytest.mark.parametrize("theirs", [text("theirs"), None])
async def test_a_file_that_was_changed_meanwhile_is_left(tmp_path: Path, theirs: str | None) -> None:
    folder, file = folder_of(tmp_path), tmp_path / STATE
    StateFile(file, shown=STATE).replace(text())
    base = await folder.snapshot()
    made = await folder.commit(base, state("a"), MESSAGE)
    file.unlink() if theirs is None else file.write_text(theirs, encoding="utf-8")
    assert await folder.publish(base, made) == f"{STATE} was changed meanwhile"
    assert (file.read_text(encoding="utf-8") if file.exists() else None) == theirs


async def test_a_state_file_that_is_gone_is_told_where_a_commit_has_it(clone: Clone) -> None:
    (clone.path / STATE).unlink()
    with pytest.raises(GitError, match="is missing, and the last commit has it") as caught:
        await folder_of(clone.path).check()
    assert f"git checkout HEAD -- {STATE}" in caught.value.hint


async def test_a_state_file_whose_removal_is_committed_begins_empty(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.commit_all("begin empty")
    await folder_of(clone.path).check()


async def test_before_the_first_commit_and_outside_git_there_is_none_to_miss(tmp_path: Path) -> None:
    await folder_of(tmp_path).check()
    Clone(tmp_path).git("init", "--quiet")
    await folder_of(tmp_path).check()
