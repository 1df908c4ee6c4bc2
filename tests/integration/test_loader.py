"""Definition files: which are found, what they say, and where each problem of them stands."""

import codecs
import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import anyio
import pytest

from campaignsync.definitions import DefinitionFiles
from campaignsync.definitions.files import LINKED, SUBMODULED
from campaignsync.errors import InvalidDefinitionsError, Problem, SettingsError
from tests.integration.bad_definitions import CASES, GOOD, OTHER, Case, lay_out


def files(root: Path, folder: str = "campaigns") -> DefinitionFiles:
    return DefinitionFiles(root=root, folder=folder)


def problems_of(root: Path, *paths: str) -> tuple[Problem, ...]:
    """Return the problems of the paths that `validate` was given, or of all that is loaded."""
    with pytest.raises(InvalidDefinitionsError) as caught:
        _ = files(root).validate(paths, {}) if paths else files(root).load_now({})
    return caught.value.problems


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_bad_definition_is_told_with_its_place_and_its_reason(case: Case, tmp_path: Path) -> None:
    lay_out(case, tmp_path)
    found = problems_of(tmp_path)
    places = [(each.path, each.line, each.column, each.key) for each in case.expected]
    assert [(each.path, each.line, each.column, each.key) for each in found] == sorted(places)
    expected = sorted(case.expected, key=lambda each: (each.path, each.line, each.column, each.key))
    for problem, wanted in zip(found, expected, strict=True):
        assert wanted.fragment in problem.message
    assert problems_of(tmp_path, "campaigns") == found


def test_the_table_holds_more_than_sixty_cases_of_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 60


def write(root: Path, **contents: str | bytes) -> None:
    """Write files into the folder of definitions; ``__`` in a name stands for a slash, ``_`` for a dot."""
    for name, content in contents.items():
        path = root / "campaigns" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def named(name: str) -> str:
    return GOOD.replace("Spring Offer", name)


def sources(root: Path) -> list[str]:
    return [definition.source for definition in files(root).load_now({})]


def test_definitions_are_found_at_any_depth_and_sorted_by_name(tmp_path: Path) -> None:
    write(tmp_path, z_yaml=named("alpha"), a_yml=named("Beta"), deep__er__m_yaml=named("  Gamma"))
    assert sources(tmp_path) == ["campaigns/z.yaml", "campaigns/a.yml", "campaigns/deep/er/m.yaml"]


def test_hidden_files_hidden_folders_and_other_files_are_skipped(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, _hidden_yaml="no", _git__x_yaml="no", README_md="no", b_yaml_bak="no")
    assert sources(tmp_path) == ["campaigns/a.yaml"]


_MEANT = ["a.json", "b.yaml.txt", "c.YML.bak", "d.yaml~", "deep/e.Json", "f.yaml.j2"]
_NOT_MEANT = ["readme.md", "lists.csv", ".a.json", ".b.yaml.txt", ".hidden/c.json", "yaml", "json"]


def test_files_that_may_be_meant_as_definitions_are_named(tmp_path: Path) -> None:
    write(tmp_path, **{"a.yaml": GOOD}, **dict.fromkeys([*_MEANT, *_NOT_MEANT], ""))
    told = list[str]()
    DefinitionFiles(root=tmp_path, folder="campaigns", note=told.append).load_now({})
    why = "nothing is created from it, since its name doesn't end in .yaml or .yml"
    assert told == [f"campaigns/{name}: {why}" for name in sorted(_MEANT)]


def test_of_many_such_files_ten_are_named(tmp_path: Path) -> None:
    write(tmp_path, **{"a.yaml": GOOD}, **{f"{number:02}.json": "" for number in range(12)})
    told = list[str]()
    DefinitionFiles(root=tmp_path, folder="campaigns", note=told.append).load_now({})
    assert [line.partition(":")[0] for line in told] == [
        *(f"campaigns/{number:02}.json" for number in range(10)),
        "campaigns",
    ]
    assert "nothing from 2 more whose names" in told[-1]


def test_a_folder_without_definitions_is_named(tmp_path: Path) -> None:
    write(tmp_path, **{"deep/readme.md": ""})
    told = list[str]()
    found = DefinitionFiles(root=tmp_path, folder="campaigns", note=told.append)
    assert found.load_now({}) == ()
    assert told == ["campaigns: no definitions in it; `campaignsync new NAME` writes one"]


def test_a_folder_without_definitions_holds_none(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    assert files(tmp_path).load_now({}) == ()
    assert files(tmp_path).validate([], {}) == ()


@pytest.mark.parametrize("folder", ["campaigns", "./campaigns/", "x/../campaigns"])
def test_a_source_is_named_in_one_way_however_the_folder_is_typed(folder: str, tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD)
    for typed in (folder, str(tmp_path / folder)):
        assert [each.source for each in files(tmp_path, typed).load_now({})] == ["campaigns/a.yaml"]


def test_the_working_directory_itself_can_be_the_folder(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD)
    assert [each.source for each in files(tmp_path / "campaigns", ".").load_now({})] == ["a.yaml"]


@pytest.mark.parametrize("read", [lambda found: found.load_now({}), lambda found: found.validate([], {})])
def test_a_missing_folder_is_an_error_that_names_the_option(
    read: Callable[[DefinitionFiles], object], tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="campaings, does not exist") as caught:
        read(files(tmp_path, "campaings"))
    assert "--campaigns" in caught.value.hint
    (tmp_path / "campaings").write_text("")
    with pytest.raises(SettingsError, match="campaings, is not a folder"):
        read(files(tmp_path, "campaings"))


def test_a_mark_of_order_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=codecs.BOM_UTF8 + GOOD.replace("\n", "\r\n").encode(), b_yaml=OTHER)
    first, second = files(tmp_path).load_now({})
    assert first.body is not None
    assert second.body is not None
    assert {**first.body, "name": ""} == {**second.body, "name": ""}


def test_a_file_of_exactly_one_mebibyte_is_read(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD + "#" * (1024 * 1024 - len(GOOD)))
    assert sources(tmp_path) == ["campaigns/a.yaml"]


@pytest.mark.parametrize("target", ["deep/a.yaml", "deep", "nowhere", "../../elsewhere"])
@pytest.mark.parametrize("name", ["linked.yaml", "README.md", "latest"])
def test_any_link_is_a_problem_whatever_its_name_and_wherever_it_leads(
    name: str, target: str, tmp_path: Path
) -> None:
    write(tmp_path, deep__a_yaml=GOOD)
    (tmp_path / "campaigns" / name).symlink_to(target)
    (problem,) = problems_of(tmp_path)
    assert (problem.path, problem.message) == (f"campaigns/{name}", LINKED)


def test_hidden_links_are_skipped_as_other_hidden_files(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD)
    (tmp_path / "campaigns/.latest.yaml").symlink_to("a.yaml")
    assert sources(tmp_path) == ["campaigns/a.yaml"]


def test_a_folder_of_definitions_that_is_a_link_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD)
    (tmp_path / "campaigns").rename(tmp_path / "elsewhere")
    (tmp_path / "campaigns").symlink_to("elsewhere")
    (problem,) = problems_of(tmp_path)
    assert (problem.path, problem.message) == ("campaigns", LINKED)


@pytest.mark.parametrize("kind", ["a folder", "a file"])
def test_a_repository_in_the_folder_is_a_problem_at_its_place(kind: str, tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, module__b_yaml=OTHER)
    git = tmp_path / "campaigns/module/.git"
    git.mkdir() if kind == "a folder" else git.write_text("gitdir: ../../.git/modules/module\n")
    (problem,) = problems_of(tmp_path)
    assert (problem.path, problem.message) == ("campaigns/module", SUBMODULED)


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_folder_that_is_gone_with_its_last_definition_holds_none(tmp_path: Path, *, is_gone: bool) -> None:
    """Git keeps no empty folder; a state that knows campaigns tells it from a mistyped one."""
    if not is_gone:
        (tmp_path / "campaigns").mkdir()
    assert files(tmp_path).load_now(known(GOOD, "Spring Offer")) == ()


def test_a_file_in_the_place_of_the_folder_is_an_error_whatever_is_known(tmp_path: Path) -> None:
    (tmp_path / "campaigns").write_text("")
    with pytest.raises(SettingsError, match="campaigns, is not a folder"):
        files(tmp_path).load_now(known(GOOD, "Spring Offer"))


def test_loading_in_a_run_is_the_same(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, b_yaml=OTHER)
    assert anyio.run(files(tmp_path).load, {}) == files(tmp_path).load_now({})


def test_the_digest_is_of_the_files_bytes(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=b"\xef\xbb\xbf" + GOOD.encode())
    (definition,) = files(tmp_path).load_now({})
    digest = hashlib.sha256((tmp_path / "campaigns/a.yaml").read_bytes()).hexdigest()
    assert definition.digest == f"sha256:{digest}"


def known(content: str, name: str) -> dict[str, str]:
    return {f"sha256:{hashlib.sha256(content.encode()).hexdigest()}": name}


def test_a_file_with_a_known_digest_is_not_parsed(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="no definition at all")
    (definition,) = files(tmp_path).load_now(known("no definition at all", "Spring Offer"))
    assert definition.name == "Spring Offer"
    assert definition.body is None


def test_two_files_of_one_known_digest_are_still_two_definitions_of_one_name(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, b_yaml=GOOD)
    with pytest.raises(InvalidDefinitionsError) as caught:
        files(tmp_path).load_now(known(GOOD, "Spring Offer"))
    places = [(each.path, each.line, each.column) for each in caught.value.problems]
    assert places == [("campaigns/a.yaml", 1, 7), ("campaigns/b.yaml", 1, 7)]


def test_a_new_file_with_a_known_files_name_is_its_twin(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, b_yaml=named("spring offer"))
    with pytest.raises(InvalidDefinitionsError) as caught:
        files(tmp_path).load_now(known(GOOD, "Spring Offer"))
    assert [each.path for each in caught.value.problems] == ["campaigns/a.yaml", "campaigns/b.yaml"]


def test_where_all_is_known_neither_parser_nor_models_are_imported(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD)
    program = (
        "import sys; from pathlib import Path; from campaignsync.definitions import DefinitionFiles\n"
        f"DefinitionFiles(root=Path({str(tmp_path)!r}), folder='campaigns').load_now({known(GOOD, 'X')!r})\n"
        "print([name for name in ('pydantic', 'ruamel.yaml', 'tzdata') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_validate_takes_files_and_folders_each_once(tmp_path: Path) -> None:
    write(tmp_path, a_yaml="", deep__b_yaml="", deep__c_yaml="", d_yaml="")
    named_paths = ["campaigns/deep", "campaigns/deep/b.yaml", "./campaigns/a.yaml", "campaigns/a.yaml"]
    found = [problem.path for problem in problems_of(tmp_path, *named_paths)]
    assert found == ["campaigns/a.yaml", "campaigns/deep/b.yaml", "campaigns/deep/c.yaml"]


def test_validate_finds_a_name_that_another_file_has(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, b_yaml=GOOD, c_yaml=OTHER, d_yaml="name: [")
    assert len(problems_of(tmp_path, "campaigns/a.yaml", "campaigns/b.yaml")) == 2
    (problem,) = problems_of(tmp_path, "campaigns/a.yaml")
    assert (problem.path, problem.key) == ("campaigns/a.yaml", "name")
    assert "campaigns/b.yaml has the same name" in problem.message
    # What is wrong elsewhere is not asked.
    (found,) = files(tmp_path).validate(["campaigns/c.yaml"], {})
    assert found.source == "campaigns/c.yaml"


def test_validate_knows_the_names_of_unchanged_files_without_parsing_them(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD, b_yaml="not parsed")
    known = {f"sha256:{sha256(b'not parsed').hexdigest()}": "SPRING OFFER "}
    with pytest.raises(InvalidDefinitionsError) as caught:
        files(tmp_path).validate(["campaigns/a.yaml"], known)
    (problem,) = caught.value.problems
    assert "campaigns/b.yaml has the same name" in problem.message


def test_validate_reads_files_outside_the_folder_when_asked(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(GOOD)
    (found,) = files(tmp_path).validate(["elsewhere.yaml", str(tmp_path / "elsewhere.yaml")], {})
    assert found.source == "elsewhere.yaml"


@pytest.mark.parametrize(
    ("path", "fragment"),
    [
        ("campaigns/missing.yaml", "there is no such file"),
        ("README.md", "doesn't end in .yaml or .yml"),
        (".pre-commit-config.yaml", "hidden files are never synced"),
        ("linked.yaml", "is a symbolic link"),
        ("upper.YML", "in lower case"),
    ],
)
def test_validate_says_why_a_path_given_is_no_definition(path: str, fragment: str, tmp_path: Path) -> None:
    for name in ("README.md", ".pre-commit-config.yaml", "upper.YML"):
        (tmp_path / name).write_text(GOOD)
    (tmp_path / "linked.yaml").symlink_to("upper.YML")
    (problem,) = problems_of(tmp_path, path)
    assert (problem.path, problem.line, problem.column) == (path, 1, 1)
    assert fragment in problem.message


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    write(tmp_path, a_yaml=GOOD)
    monkeypatch.setattr(os, "open", refuse)
    (problem,) = problems_of(tmp_path)
    assert problem.message == "can't be read: Permission denied"


def test_a_file_that_grows_while_it_is_read_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = os.read
    write(tmp_path, a_yaml=GOOD)
    monkeypatch.setattr(os, "read", lambda file, size: read(file, size) + b"\n")
    (problem,) = problems_of(tmp_path)
    assert problem.message == "was changed while it was read: run the command again"


def test_a_folder_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "deep":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    write(tmp_path, a_yaml=GOOD, deep__b_yaml=OTHER)
    monkeypatch.setattr(os, "scandir", refuse)
    (problem,) = problems_of(tmp_path)
    assert (problem.path, problem.message) == (
        "campaigns/deep",
        "the folder can't be read: Permission denied",
    )


def test_values_that_are_shown_are_cut_and_hide_nothing(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=GOOD.replace("dialingMode: Preview", f'dialingMode: "{"x" * 100_000}\\e[31m"'))
    (problem,) = problems_of(tmp_path)
    assert len(problem.message) < 200
    assert problem.message.isprintable()


def test_twins_that_can_not_be_parsed_or_read_again_are_told_at_their_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, opened = os.open, set()

    def vanishing(path: str | Path, flags: int) -> int:
        name = Path(path).name
        if name in opened and name == "b.yaml":
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        opened.add(name)
        return read(path, flags)

    write(tmp_path, a_yaml="[", b_yaml=GOOD, c_yaml=GOOD)
    monkeypatch.setattr(os, "open", vanishing)
    with pytest.raises(InvalidDefinitionsError) as caught:
        files(tmp_path).load_now(known("[", "Spring Offer"))
    places = [(each.path, each.line, each.column) for each in caught.value.problems]
    assert places == [("campaigns/a.yaml", 1, 1), ("campaigns/b.yaml", 1, 1), ("campaigns/c.yaml", 1, 7)]
