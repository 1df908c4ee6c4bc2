"""What a run reads from a commit: definitions and state as the commit has them, whatever lies around it."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from campaignsync.definitions import CommittedDefinitions, DefinitionFiles
from campaignsync.definitions.files import LINKED, SUBMODULED
from campaignsync.errors import GitError, InvalidDefinitionsError, SettingsError, StateError
from campaignsync.identity import Definition
from campaignsync.repository.branch import Files
from campaignsync.repository.objects import commit_at
from campaignsync.repository.state_file import MAX_STATE_BYTES
from campaignsync.state import State
from tests.integration.clones import BILLING, STATE, Clone, Remote, definition, new_clone, state, text

pytestmark = pytest.mark.anyio

OTHER = definition("Other")


async def load(clone: Clone, files: Files | None = None, *, known: bool = False) -> tuple[Definition, ...]:
    """Return the definitions of the last commit."""
    snapshot = await (files or clone.at()).at(clone.head)
    return await snapshot.definitions.load({"sha256:00": "Gone"} if known else {})


async def problems(clone: Clone) -> list[tuple[str, str]]:
    """Return the problems of the last commit's definitions."""
    with pytest.raises(InvalidDefinitionsError) as caught:
        await load(clone)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def digest(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def test_definitions_and_state_are_the_commits(clone: Clone) -> None:
    clone.write(STATE, text("a"))
    clone.write("campaigns/deep/other.yml", OTHER)
    head = clone.commit_all()
    snapshot = await clone.at().at(head)
    assert (snapshot.id, snapshot.state) == (head, state("a"))
    assert await snapshot.definitions.load({}) == DefinitionFiles(
        root=clone.path, folder="campaigns"
    ).load_now({})


async def test_an_older_commit_is_read_as_it_was(clone: Clone) -> None:
    before = clone.head
    clone.write(STATE, text("a"))
    clone.write(BILLING, OTHER)
    clone.commit_all()
    snapshot = await clone.at().at(before)
    assert snapshot.state == state()
    assert [each.name for each in await snapshot.definitions.load({})] == ["Billing"]


async def test_nothing_that_is_not_committed_is_read(clone: Clone) -> None:
    clone.write(BILLING, definition("Edited"))
    clone.write("campaigns/new.yaml", definition("New"))
    clone.write("campaigns/staged.yaml", definition("Staged"))
    clone.git("add", "campaigns/staged.yaml")
    clone.write(STATE, "not JSON")
    snapshot = await clone.at().at(clone.head)
    assert snapshot.state == state()
    assert [each.name for each in await snapshot.definitions.load({})] == ["Billing"]


async def test_reading_leaves_the_clone_as_it_is(clone: Clone) -> None:
    clone.make_untidy()
    before = clone.everything
    await load(clone)
    assert clone.everything == before


@pytest.mark.parametrize(
    "attributes",
    [
        "text=auto eol=crlf",
        "filter=upper",
        "filter=lfs",
        "working-tree-encoding=UTF-16",
        "ident export-ignore",
    ],
)
@pytest.mark.parametrize("is_committed", [True, False])
async def test_no_attribute_changes_what_is_read(
    clone: Clone, attributes: str, *, is_committed: bool
) -> None:
    for name in ("upper", "lfs"):
        clone.git("config", f"filter.{name}.smudge", "tr a-z A-Z")
        clone.git("config", f"filter.{name}.clean", "cat")
    if is_committed:
        clone.commit(".gitattributes", f"*.yaml {attributes}\n")
    else:
        clone.write(".git/info/attributes", f"*.yaml {attributes}\n")
    (found,) = await load(clone)
    assert (found.name, found.digest) == ("Billing", digest(definition("Billing")))


@pytest.mark.parametrize("setting", ["true", "input"])
async def test_no_line_end_is_converted(clone: Clone, setting: str) -> None:
    content = definition("Windows").replace("\n", "\r\n")
    clone.commit(BILLING, content)
    clone.git("config", "core.autocrlf", setting)
    (found,) = await load(clone)
    assert found.digest == digest(content)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"# \xe2\x80\xa8\x00blob 12\n\n", b"\n\n"])
async def test_contents_are_the_blobs_byte_for_byte(clone: Clone, content: bytes) -> None:
    """Whatever they hold, none is taken for the end of another."""
    contents = {f"campaigns/{number}.yaml": content * number for number in range(4)}
    for path, each in contents.items():
        clone.write(path, each)
    clone.commit_all()
    snapshot = await clone.at().at(clone.head)
    tree = snapshot.definitions._tree  # type: ignore[attr-defined]  # what it is made of is the point here
    read = await tree.read(tree.blobs)
    assert {path: data for path, data in read.items() if path != BILLING} == contents


async def test_a_replaced_object_is_read_as_it_was_committed(clone: Clone) -> None:
    """A clone may show other objects in the place of some (git-replace(1)); nobody else would see them."""
    clone.write("new", definition("Replaced"))
    replacement = clone.git("hash-object", "-w", "new")
    clone.git("replace", clone.git("rev-parse", f"HEAD:{BILLING}"), replacement)
    (found,) = await load(clone)
    assert found.name == "Billing"


@pytest.mark.parametrize("path", ["campaigns/x.yaml", "campaigns/README", "campaigns/deep/x"])
@pytest.mark.parametrize("target", ["billing.yaml", "../elsewhere", "/dev/null"])
async def test_a_link_is_a_problem_at_its_place(clone: Clone, path: str, target: str) -> None:
    (clone.path / path).parent.mkdir(exist_ok=True)
    (clone.path / path).symlink_to(target)
    clone.commit_all()
    assert await problems(clone) == [(path, LINKED)]


async def test_a_submodule_is_a_problem_at_its_place(clone: Clone) -> None:
    new_clone(clone.path / "campaigns/module").commit("x.yaml", OTHER)
    clone.commit_all()
    assert await problems(clone) == [("campaigns/module", SUBMODULED)]


@pytest.mark.parametrize(
    ("kind", "message"), [("link", LINKED), ("submodule", SUBMODULED), ("file", "a file")]
)
async def test_a_folder_that_is_something_else_is_a_problem(clone: Clone, kind: str, message: str) -> None:
    clone.git("rm", "--quiet", "-r", "campaigns")
    if kind == "link":
        clone.write("elsewhere/x.yaml", OTHER)
        (clone.path / "campaigns").symlink_to("elsewhere")
    elif kind == "submodule":
        new_clone(clone.path / "campaigns").commit("x.yaml", OTHER)
    else:
        clone.write("campaigns", OTHER)
    clone.commit_all()
    ((path, found),) = await problems(clone)
    assert (path, message in found) == ("campaigns", True)


async def test_hidden_files_folders_links_and_modules_are_skipped(clone: Clone) -> None:
    clone.write("campaigns/.hidden.yaml", "no")
    clone.write("campaigns/.git-like/x.yaml", "no")
    clone.write("campaigns/deep/.er/x.yaml", "no")
    (clone.path / "campaigns/.link.yaml").symlink_to("billing.yaml")
    new_clone(clone.path / "campaigns/.module").commit("x.yaml", "no")
    clone.commit_all()
    assert [each.source for each in await load(clone)] == [BILLING]


async def test_files_of_other_kinds_are_skipped_and_near_misses_are_problems(clone: Clone) -> None:
    clone.write("campaigns/README.md", "no")
    clone.write("campaigns/x.YAML", OTHER)
    clone.write("campaigns/a\nb.yaml", OTHER)
    clone.write("campaigns/large.yaml", b"#" * (1024 * 1024 + 1))
    clone.commit_all()
    assert [path for path, _ in await problems(clone)] == [
        "campaigns/a\nb.yaml",
        "campaigns/large.yaml",
        "campaigns/x.YAML",
    ]


async def test_two_definitions_of_one_name_are_problems_at_both_places(clone: Clone) -> None:
    clone.commit("campaigns/twin.yaml", definition("billing"))
    assert [path for path, _ in await problems(clone)] == [BILLING, "campaigns/twin.yaml"]


async def test_a_missing_folder_is_told_unless_the_state_knows_campaigns(clone: Clone) -> None:
    """Git keeps no empty folder: after its last definition was removed, it is gone, and that was meant."""
    clone.git("rm", "--quiet", "-r", "campaigns")
    clone.commit_all()
    with pytest.raises(SettingsError, match=rf"campaigns, does not exist in the commit {clone.head[:12]}"):
        await load(clone)
    assert await load(clone, known=True) == ()


async def test_a_folder_whose_name_begins_alike_is_another(clone: Clone) -> None:
    clone.write("campaigns-old/x.yaml", OTHER)
    clone.write("campaigns.yaml", OTHER)
    clone.commit_all()
    assert [each.name for each in await load(clone)] == ["Billing"]


@pytest.mark.parametrize(
    ("folder", "typed", "source"),
    [
        (".", ".", "campaigns/billing.yaml"),
        ("campaigns", ".", "billing.yaml"),
        ("campaigns", "../campaigns/", "../campaigns/billing.yaml"),
    ],
)
async def test_sources_are_named_as_the_folder_is_typed(
    clone: Clone, folder: str, typed: str, source: str
) -> None:
    snapshot = await clone.at(campaigns=folder).at(clone.head)
    tree = snapshot.definitions._tree  # type: ignore[attr-defined]  # given to another reader
    (found,) = await CommittedDefinitions(tree, folder=typed).load({})
    assert found.source == source


NAMES = ["a b", "Größe 🙂", "[x]*?", ":(top)y", ":!z", "-s", '"q"\\', "#x"]


@pytest.mark.parametrize("name", NAMES)
async def test_any_name_can_be_the_folders_and_the_states(clone: Clone, name: str) -> None:
    clone.write(f"{name}/x.yaml", OTHER)
    clone.write(f"{name}.json", text("a"))
    clone.write(f"{name}.json.json", "another")
    clone.commit_all()
    files = clone.at(state=f"{name}.json", campaigns=name)
    assert (await files.at(clone.head)).state == state("a")
    assert [each.name for each in await load(clone, files)] == ["Other"]


async def test_a_folder_of_definitions_may_hold_the_state(clone: Clone) -> None:
    clone.commit("campaigns/state.json", text("a"))
    files = clone.at(state="campaigns/state.json")
    assert (await files.at(clone.head)).state == state("a")
    assert [each.name for each in await load(clone, files)] == ["Billing"]


async def test_a_commit_without_a_state_has_an_empty_one(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.commit_all()
    snapshot = await clone.at().at(clone.head)
    assert snapshot.state == State()


async def refusal(clone: Clone) -> StateError:
    with pytest.raises(StateError) as caught:
        await clone.at().at(clone.head)
    assert caught.value.message.startswith(f"{STATE} in {clone.head[:12]}: ")
    return caught.value


async def test_a_state_that_is_a_link_is_refused(clone: Clone) -> None:
    clone.git("mv", STATE, "state/real.json")
    (clone.path / STATE).symlink_to("real.json")
    clone.commit_all()
    assert "is a symbolic link" in (await refusal(clone)).message


async def test_a_state_that_is_a_submodule_is_refused(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    new_clone(clone.path / STATE).commit("x", "1\n")
    clone.commit_all()
    assert "is a submodule" in (await refusal(clone)).message


@pytest.mark.parametrize(
    "content",
    [
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "",
        text("a")[:-9],
        text("a").encode("utf-16"),
        '{"version": 2}',
        f"<<<<<<< HEAD\n{text('a')}=======\n{text('b')}>>>>>>> theirs\n",
    ],
    ids=["a pointer of LFS", "empty", "torn", "UTF-16", "newer", "conflict"],
)
async def test_a_damaged_state_is_refused(clone: Clone, content: str | bytes) -> None:
    clone.commit(STATE, content)
    assert (await refusal(clone)).hint


async def test_a_huge_state_is_refused_without_being_read(clone: Clone) -> None:
    with (clone.path / STATE).open("wb") as file:
        file.truncate(MAX_STATE_BYTES + 1)
    clone.commit_all()
    assert "holds more than 64 MiB" in (await refusal(clone)).message


async def test_a_file_in_the_place_of_the_states_folder_is_no_state(clone: Clone) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.commit("state", "mine\n")
    assert (await clone.at().at(clone.head)).state == State()


async def test_an_object_that_is_gone_is_told_with_the_way_out(clone: Clone) -> None:
    blob = clone.git("rev-parse", f"HEAD:{BILLING}")
    (clone.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitError) as caught:
        await load(clone)
    assert blob in caught.value.message


async def test_five_thousand_definitions_are_read_by_few_commands(clone: Clone) -> None:
    for number in range(5000):
        clone.write(f"campaigns/{number % 10}/{number:04}.yaml", f"# {number}\n{OTHER}")
    clone.commit_all()
    snapshot = await clone.at().at(clone.head)
    known = {digest(f"# {number}\n{OTHER}"): f"Campaign {number}" for number in range(5000)}
    assert len(await snapshot.definitions.load(known)) == 5001


async def test_a_name_that_is_no_commit_names_none(clone: Clone) -> None:
    git = clone.runner()
    blob = clone.git("rev-parse", f"HEAD:{BILLING}")
    assert [await commit_at(git, each) for each in ("nowhere", blob, "--all", "")] == [None] * 4


def alternates(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path, "--shared", str(remote.first.path))
    clone.git("repack", "-q", "-d")
    return clone


def partial(remote: Remote, path: Path) -> Clone:
    remote.bare.git("config", "uploadpack.allowFilter", "true")
    return new_clone(path, "--filter=blob:none", "--no-checkout", remote.url)


def shallow(remote: Remote, path: Path) -> Clone:
    return new_clone(path, "--depth=1", remote.url)


def linked(remote: Remote, path: Path) -> Clone:
    remote.first.git("worktree", "add", "--quiet", "--detach", str(path), "main")
    return Clone(path)


def sparse(remote: Remote, path: Path) -> Clone:
    return new_clone(path, "--sparse", remote.url)


def packed(remote: Remote, path: Path) -> Clone:
    clone = new_clone(path, remote.url)
    clone.git("gc", "--quiet")
    return clone


def hashed_otherwise(remote: Remote, path: Path) -> Clone:
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", path], check=True)
    clone = new_clone(path)
    shutil.copytree(remote.first.path / "campaigns", path / "campaigns")
    clone.write(STATE, text())
    clone.commit_all()
    return clone


KINDS = [alternates, partial, shallow, linked, sparse, packed, hashed_otherwise]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
async def test_every_kind_of_clone_is_read(
    remote: Remote, tmp_path: Path, make: Callable[[Remote, Path], Clone]
) -> None:
    clone = make(remote, tmp_path / "other kind")
    snapshot = await clone.at().at(clone.head)
    assert snapshot.state == state()
    assert [each.name for each in await snapshot.definitions.load({})] == ["Billing"]
