"""Definitions that another process reads meanwhile are the same ones, whatever happens to it."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaignsync.errors import InvalidDefinitionsError, SettingsError
from campaignsync.loader import DefinitionFiles
from campaignsync.loader.ahead import digest_of, digests_ahead
from tests.e2e.conftest import definition

NAMES = [f"Campaign {number:02}" for number in range(30)]


@pytest.fixture
def files(tmp_path: Path) -> DefinitionFiles:
    for number, name in enumerate(NAMES):
        file = tmp_path / "campaigns" / f"part {number % 3}" / f"{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(definition(name), encoding="utf-8")
    return DefinitionFiles(root=tmp_path, folder="campaigns")


@pytest.fixture
def known(files: DefinitionFiles) -> dict[str, str]:
    return {each.digest: each.name for each in files.load({}) if each.name not in NAMES[:3]}


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_same_definitions_are_loaded(files: DefinitionFiles, known: dict[str, str]) -> None:
    with files.read_ahead() as ahead:
        assert ahead.load(known) == files.load(known)


def test_the_same_problems_are_found(files: DefinitionFiles, known: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "campaigns" / "bad.yaml").write_text("name: 7\n", encoding="utf-8")
    (tmp_path / "campaigns" / "twin.yaml").write_text(definition(NAMES[7].upper()), encoding="utf-8")
    (tmp_path / "campaigns" / "nowhere.yaml").symlink_to("missing")

    with pytest.raises(InvalidDefinitionsError) as expected:
        files.load(known)
    with files.read_ahead() as ahead, pytest.raises(InvalidDefinitionsError) as found:
        ahead.load(known)

    assert found.value.problems == expected.value.problems
    assert len({problem.path for problem in found.value.problems}) == 4


def test_two_files_of_the_same_bytes_are_two_of_one_name(
    files: DefinitionFiles, known: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "campaigns" / "copy.yaml").write_text(definition(NAMES[9]), encoding="utf-8")

    with files.read_ahead() as ahead, pytest.raises(InvalidDefinitionsError) as found:
        ahead.load(known)

    assert [problem.path for problem in found.value.problems] == [
        "campaigns/copy.yaml",
        "campaigns/part 0/9.yaml",
    ]


def test_a_file_that_is_too_large_is_a_problem(
    files: DefinitionFiles, known: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "campaigns" / "large.yaml").write_bytes(b"#" * (1024 * 1024 + 1))

    with files.read_ahead() as ahead, pytest.raises(InvalidDefinitionsError) as found:
        ahead.load(known)

    assert [problem.path for problem in found.value.problems] == ["campaigns/large.yaml"]


def test_a_folder_that_is_not_there_is_told_when_it_is_loaded(tmp_path: Path) -> None:
    files = DefinitionFiles(root=tmp_path, folder="campaigns")
    with files.read_ahead() as ahead, pytest.raises(SettingsError):
        ahead.load({})


def test_what_fails_meanwhile_leaves_no_process_behind(files: DefinitionFiles) -> None:
    with pytest.raises(KeyError), files.read_ahead():
        raise KeyError


def test_a_process_that_was_killed_costs_time_and_nothing_else(
    files: DefinitionFiles, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fork = os.fork

    def doomed() -> int:
        process = fork()
        if not process:
            os.kill(os.getpid(), signal.SIGKILL)
        return process

    monkeypatch.setattr(os, "fork", doomed)
    with files.read_ahead() as ahead:
        assert ahead.load(known) == files.load(known)


def test_it_is_the_file_s_digest(files: DefinitionFiles, tmp_path: Path) -> None:
    with digests_ahead(tmp_path, "campaigns") as digests:
        found = dict(digests())

    assert len(found) == len(NAMES)
    for source, digest in found.items():
        assert digest == digest_of((tmp_path / source).read_bytes())


def test_a_second_load_reads_what_is_there_then(
    files: DefinitionFiles, known: dict[str, str], tmp_path: Path
) -> None:
    with files.read_ahead() as ahead:
        ahead.load(known)
        (tmp_path / "campaigns" / "new.yaml").write_text(definition("Brand New"), encoding="utf-8")
        assert ahead.load(known) == files.load(known)
        assert "Brand New" in {each.name for each in ahead.load(known)}


def test_the_process_is_gone_as_soon_as_the_definitions_are_loaded(files: DefinitionFiles) -> None:
    with files.read_ahead() as ahead:
        ahead.load({})
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


def test_where_no_process_can_be_had_the_files_are_read_as_ever(
    files: DefinitionFiles, known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", none_left)
    opened = sorted(Path("/dev/fd").iterdir())
    with files.read_ahead() as ahead:
        assert ahead.load(known) == files.load(known)
    assert sorted(Path("/dev/fd").iterdir()) == opened
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & {signal.SIGINT, signal.SIGTERM}


def test_it_keeps_no_lock_of_this_process(
    files: DefinitionFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a file lasts as long as anyone has the file open: it would outlive its owner."""
    monkeypatch.setattr("campaignsync.loader.ahead._digests", lambda *_: time.sleep(60))
    with open(tmp_path / "lock", "wb") as mine:  # noqa: PTH123  # its descriptor is what this is about
        fcntl.flock(mine, fcntl.LOCK_EX)
        with files.read_ahead():
            mine.close()
            deadline = time.monotonic() + 20
            while not _is_free(tmp_path / "lock"):
                assert time.monotonic() < deadline
                time.sleep(0.01)


def _is_free(path: Path) -> bool:
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
