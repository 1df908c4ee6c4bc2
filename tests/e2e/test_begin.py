"""`init`, `new` and `help`: from an empty folder to a previewed definition."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from campaignsync.cli import cli
from campaignsync.commands import init
from campaignsync.commands.new import file_name
from campaignsync.definitions.copying import NoNameError, renamed, written
from campaignsync.definitions.validation import Valid, check
from campaignsync.definitions.yaml import read
from tests.e2e.conftest import STATE, Project
from tests.e2e.documents import COMMANDS, README, the_block

_WORKFLOWS = (".github/workflows/preview.yml", ".github/workflows/sync.yml")
_MADE = ("campaigns/.example.yaml", "campaigns/.campaign.schema.json", STATE, *_WORKFLOWS, ".gitignore")


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """Return an empty folder, which `git init` was run in."""
    made = Project(tmp_path / "begin", {})
    made.path.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    return made


def test_from_an_empty_folder_to_created_campaigns_as_the_commands_page_says(empty: Project) -> None:
    shown = the_block(COMMANDS, "text", "$ campaignsync init")
    said = ""
    for command in (["init"], ["new", "Spring Sale"]):
        ran = empty.run(*command)
        assert ran.code == 0, ran.err
        typed = " ".join(json.dumps(word) if " " in word else word for word in command)
        said += f"$ campaignsync {typed}\n{ran.out}"
    assert said == shown
    *left, last = empty.run("validate").out.splitlines()
    assert last == "No problems. 3 findings to look at."
    assert [re.findall("'(NAME OF .*)' is not filled in", line) for line in left] == [
        ["NAME OF A CONTACT LIST"],
        ["NAME OF THE DO-NOT-CALL LIST"],
        ["NAME OF A QUEUE"],
    ]
    planned = empty.run("plan")
    assert (planned.code, "+ Spring Sale" in planned.out) == (0, True), planned.err
    synced = empty.run("sync", "--sandbox")
    assert (synced.code, "Created 1 campaign" in synced.out) == (0, True), synced.err
    assert "state/sandbox.json" not in empty.git("status", "--porcelain", "--untracked-files=all")


@dataclass
class _Installed:
    """What pip recorded of where it installed the program from."""

    origin: object

    def read_text(self, name: str) -> str:
        assert name == "direct_url.json"
        return json.dumps(self.origin)


class TestInit:
    def test_a_second_one_changes_nothing(self, empty: Project) -> None:
        empty.run("init")
        before = {name: (empty.path / name).read_bytes() for name in _MADE}
        again = empty.run("init")
        assert again.out.startswith("There already, and left as it was:\n")
        assert {name: (empty.path / name).read_bytes() for name in _MADE} == before

    def test_nothing_that_is_there_is_overwritten(self, empty: Project) -> None:
        for name in _MADE:
            empty.write(name, "mine")
        assert empty.run("init").code == 0
        assert {(empty.path / name).read_text() for name in _MADE[:-1]} == {"mine"}
        assert (empty.path / ".gitignore").read_text() == "mine\nstate/sandbox.json\n"

    def test_the_example_is_a_definition_and_is_never_synced(self, empty: Project) -> None:
        empty.run("init")
        assert empty.run("validate").out == "No problems.\n"
        assert "Nothing to create: 0 unchanged." in empty.run("plan").out
        example = (empty.path / "campaigns" / ".example.yaml").read_bytes()
        assert isinstance(check(example, source="x"), Valid)

    def test_the_schema_and_the_workflows_are_those_of_the_program(self, empty: Project) -> None:
        empty.run("init")
        assert (empty.path / "campaigns" / ".campaign.schema.json").read_text() == empty.run("schema").out
        for path, begin in zip(_WORKFLOWS, ("name: Preview", "name: Sync"), strict=True):
            assert (empty.path / path).read_text() == the_block(README, "yaml", begin)

    def test_the_commit_that_was_installed_is_what_the_workflows_name(
        self, empty: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        origins: list[Any] = [
            {"url": "https://github.com/acme/campaignsync.git", "vcs_info": {"commit_id": "a" * 40}},
            {"url": "https://github.com/acme/campaignsync", "vcs_info": {"commit_id": "main"}},
            {"url": "https://github.com/a b/c\n", "vcs_info": {"commit_id": "a" * 40}},
            {"url": "file:///home/x", "dir_info": {}},
            [],
        ]
        found = []
        for origin in origins:
            monkeypatch.setattr(init, "distribution", lambda _, origin=origin: _Installed(origin))
            found.append(init._installed_from())
        assert found == [("acme/campaignsync", "a" * 40), None, None, None, None]
        monkeypatch.setattr(init, "distribution", lambda _: _Installed(origins[0]))
        monkeypatch.chdir(empty.path)
        ran = CliRunner().invoke(cli, ["init"])
        assert (ran.exit_code, "in the place of OWNER" in ran.output) == (0, False), ran.output
        sync = (empty.path / _WORKFLOWS[1]).read_text()
        assert f"uses: acme/campaignsync/.github/workflows/sync.yml@{'a' * 40}\n" in sync

    def test_other_folders_stand_in_the_workflows(self, empty: Project) -> None:
        empty.run("init", "--campaigns=calls", "--state=state/emea.json")
        sync = (empty.path / _WORKFLOWS[1]).read_text()
        assert 'paths: ["calls/**"]' in sync
        assert sync.endswith('    with:\n      campaigns: "calls"\n      state: "state/emea.json"\n')
        assert read(sync).value["jobs"]["campaigns"]["with"]["campaigns"] == "calls"
        assert (empty.path / "calls" / ".example.yaml").exists()

    def test_without_workflows(self, empty: Project) -> None:
        assert empty.run("init", "--no-workflows").code == 0
        assert not (empty.path / ".github").exists()

    def test_below_the_top_there_are_no_workflows(self, empty: Project) -> None:
        below = empty.path / "below"
        below.mkdir()
        ran = empty.run("init", cwd=below)
        assert (ran.code, list(below.iterdir())) == (1, [])
        assert "--no-workflows" in ran.err
        assert empty.run("init", "--no-workflows", cwd=below).code == 0
        assert (below / "campaigns" / ".example.yaml").exists()

    @pytest.mark.parametrize("path", ["campaigns", "state", STATE, ".github"])
    def test_what_stands_in_the_way_is_named(self, empty: Project, path: str) -> None:
        place = empty.path / path
        place.parent.mkdir(exist_ok=True)
        if path == STATE:
            place.mkdir()
        else:
            place.write_text("a file")
        ran = empty.run("init")
        assert (ran.code, path in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err


class TestNew:
    @pytest.mark.parametrize(
        ("name", "path"),
        [
            ("Spring Sale", "spring-sale"),
            ("Café #1", "cafe-1"),
            ("../../etc/passwd", "etc-passwd"),
            ("-rf", "rf"),
            ("日本", "campaign"),
            (".hidden", "hidden"),
            ("x" * 48, "x" * 48),
        ],
    )
    def test_has_a_file_that_is_named_after_it(self, empty: Project, name: str, path: str) -> None:
        ran = empty.run("new", "--", name)
        assert (ran.code, f"Wrote campaigns/{path}.yaml" in ran.out) == (0, True), ran.err
        assert read((empty.path / f"campaigns/{path}.yaml").read_text()).value["name"] == name

    @pytest.mark.parametrize("name", ["", " ", "x" * 49, "two\nlines", "a\x1bb", "tab\tbed"])
    def test_a_name_that_no_campaign_can_have_is_refused(self, empty: Project, name: str) -> None:
        ran = empty.run("new", name)
        assert (ran.code, "the name: " in ran.err) == (1, True), ran.err
        assert not (empty.path / "campaigns").exists()

    def test_a_copy_keeps_all_but_the_name(self, empty: Project) -> None:
        empty.run("init")
        empty.run("new", "Spring")
        file = empty.path / "campaigns" / "spring.yaml"
        file.write_text(file.read_text().replace("priority: 3", "priority: 5  # urgent"))
        assert empty.run("new", "Autumn #2", "--from", "campaigns/spring.yaml").code == 0
        copied = (empty.path / "campaigns" / "autumn-2.yaml").read_text()
        assert copied == file.read_text().replace("name: Spring\n", 'name: "Autumn #2"\n')

    def test_a_name_or_a_file_that_is_there_is_refused(self, empty: Project) -> None:
        empty.run("new", "Spring")
        before = (empty.path / "campaigns" / "spring.yaml").read_bytes()
        again = empty.run("new", "SPRING ")
        assert "campaigns/spring.yaml has the name 'Spring' already" in again.err
        other = empty.run("new", "Spring!")
        assert "campaigns/spring.yaml is there already" in other.err
        assert (again.code, other.code) == (1, 1)
        assert (empty.path / "campaigns" / "spring.yaml").read_bytes() == before

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (None, "can't be read"),
            (b"\xff\xfe", "is not UTF-8"),
            (b"description: x\n", "it has no name"),
            (b"name: >-\n  Folded\n", "its name is not on one line"),
            (b"a: [", "can't be copied"),
            (b"name: Old\n", "campaigns/old.yaml: contactLists: is missing"),
        ],
    )
    def test_what_can_not_be_copied_says_why(self, empty: Project, content: bytes | None, told: str) -> None:
        if content is not None:
            empty.write("campaigns/old.yaml", content)
        ran = empty.run("new", "Other", "--from", "campaigns/old.yaml")
        assert (ran.code, told in ran.err, "Traceback" in ran.err) == (1, True, False), ran.err

    def test_nothing_is_written_through_a_link(self, empty: Project, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (empty.path / "campaigns").symlink_to(tmp_path / "elsewhere")
        assert empty.run("new", "Spring").code == 1
        assert empty.run("init").code == 1
        assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("name: Old", "name: NEW"),
        ("name:   Old name  # why", "name:   NEW  # why"),
        ('{"name": "O\\"ld", "x": 1}', '{"name": NEW, "x": 1}'),
        ("name: 'O''ld' # why", "name: NEW # why"),
        ("name: Old\r\nx: 1\r\n", "name: NEW\r\nx: 1\r\n"),
    ],
)
def test_a_name_is_replaced_where_it_stands(line: str, expected: str) -> None:
    name = "NEW"
    assert renamed(line, name) == expected


@example("0E0")
@example("0x1F")
@example("0o17")
@example("1e3")
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_law_whatever_the_name_yaml_reads_it_back(name: str) -> None:
    try:
        text = renamed("# first\nname: Old # why\nx: 1\n", name)
        assert read(text).value == {"name": name, "x": 1}
    except (NoNameError, ValueError):
        raise AssertionError(written(name)) from None
    path = file_name(name)
    assert path == Path(path).name
    assert path.endswith(".yaml")
    assert not path.startswith((".", "-"))


class TestHelp:
    def test_of_a_command_is_what_its_option_says(self) -> None:
        for command in ("sync", "new"):
            wanted = CliRunner().invoke(cli, [command, "--help"], prog_name="campaignsync").output
            assert CliRunner().invoke(cli, ["help", command], prog_name="campaignsync").output == wanted

    def test_alone_is_the_overview(self) -> None:
        wanted = CliRunner().invoke(cli, ["--help"], prog_name="campaignsync").output
        assert CliRunner().invoke(cli, ["help"], prog_name="campaignsync").output == wanted

    def test_of_no_command_is_a_usage_error(self, empty: Project) -> None:
        ran = empty.run("help", "snyc")
        assert (ran.code, "No such command 'snyc'" in ran.err) == (64, True)
