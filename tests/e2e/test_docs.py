"""All documents against the program: what they say is so, and what there is, they say."""

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

import campaignsync
from campaignsync.cli import cli
from campaignsync.errors import ExitCode
from campaignsync.findings.rules import IDS
from campaignsync.policy import law, own
from campaignsync.policy.reading import read_policy
from campaignsync.policy.schema import json_schema
from campaignsync.state import parse, render
from tests.e2e.clones import published
from tests.e2e.conftest import Project, definition
from tests.e2e.documents import (
    ALL,
    AUDIT,
    COMMANDS,
    CONTRIBUTING,
    DEFINING,
    FINDINGS,
    GUIDES,
    POLICY,
    README,
    RELIABILITY,
    ROOT,
    SETUP,
    STATE_FILE,
    STATUS,
    anchors,
    between,
    blocks,
    code_in,
    commands,
    links,
    rows,
    text_of,
    the_block,
)
from tests.e2e.fault_cases import CASES, Target
from tests.e2e.fault_table import table
from tests.e2e.test_fault_matrix import HOUR, MOST_RUNS
from tests.e2e.vendor import Request, Vendor, created_then_dropped, rejected

COMMAND_NAMES = sorted(cli.commands)
_OPTION = re.compile(r"--[a-z][a-z-]+")
_ELSEWHERE = re.compile(r"`(?:git|pip|python) [^`]*`|^ +(?:git|pip) .*$", re.MULTILINE)
"""Commands of other programs, whose options are not ours."""


@cache
def help_of(command: str) -> str:
    """Return what `campaignsync COMMAND --help` prints, each option on one line."""
    arguments = [command, "--help"] if command else ["--help"]
    return CliRunner().invoke(cli, arguments, prog_name="campaignsync", terminal_width=400).stdout


def options_of(command: str) -> set[str]:
    """Return the options that a command's help lists, without --help."""
    return set(re.findall(r"^  (--[a-z-]+)", help_of(command), re.MULTILINE)) - {"--help"}


def names_in(text: str) -> set[str]:
    return {name.strip() for name in text.split(",")}


OPTION_ROWS = {_OPTION.findall(row[0])[0]: row for row in rows(COMMANDS, "option")}
COMMAND_ROWS = {re.findall(r"[a-z]+", row[0])[0]: " ".join(row) for row in rows(COMMANDS, "command")}


class TestCommands:
    def test_every_command_has_its_row_and_its_words_in_the_overview(self) -> None:
        overview = re.findall(r"^  ([a-z]+)  ", help_of("").partition("Commands:")[2], re.MULTILINE)
        assert sorted(COMMAND_ROWS) == COMMAND_NAMES
        assert sorted(overview) == COMMAND_NAMES

    @pytest.mark.parametrize("command", COMMAND_NAMES)
    def test_every_option_of_a_command_is_in_a_table_and_the_other_way_round(self, command: str) -> None:
        shared = {option for option, row in OPTION_ROWS.items() if command in names_in(row[2])}
        own = set(_OPTION.findall(COMMAND_ROWS[command])) - {"--help"}
        assert shared | own == options_of(command)

    @pytest.mark.parametrize("option", OPTION_ROWS)
    def test_the_table_has_each_option_s_variable_default_and_bounds(self, option: str) -> None:
        _, variable, used_by, said = OPTION_ROWS[option]
        words = re.split(r"[\s`;,]+", said)
        for command in names_in(used_by):
            line = next(line for line in help_of(command).split("\n") if line.startswith(f"  {option} "))
            assert re.findall("CAMPAIGNSYNC_[A-Z_]+", line) == re.findall("CAMPAIGNSYNC_[A-Z_]+", variable)
            default, most = re.search(r"default: ([^;\]]+)", line), re.search(r"x<=(\d+)", line)
            assert default is None or default[1] in words
            # A limit that nobody meets is not worth a word.
            assert most is None or most[1] in {*words, "100000"}

    @pytest.mark.parametrize("option", OPTION_ROWS)
    def test_the_table_has_each_option_s_choices(self, option: str) -> None:
        for command in names_in(OPTION_ROWS[option][2]):
            line = next(line for line in help_of(command).split("\n") if line.startswith(f"  {option} "))
            choices = re.search(r"^  \S+ \[([a-z|]+)\]", line)
            assert choices is None or set(choices[1].split("|")) <= code_in(OPTION_ROWS[option][3])

    @pytest.mark.parametrize("document", GUIDES)
    def test_every_option_that_a_text_names_exists(self, document: str) -> None:
        known = set().union(*map(options_of, ["", *COMMAND_NAMES]))
        assert set(_OPTION.findall(_ELSEWHERE.sub("", text_of(document)))) - known == set()

    def test_every_option_that_exists_is_named(self) -> None:
        assert options_of("") | set(OPTION_ROWS) <= set(_OPTION.findall(text_of(COMMANDS)))

    def test_every_command_that_a_text_names_exists(self) -> None:
        said = [name for each in GUIDES for name in re.findall(r"`campaignsync ([a-z]+)", text_of(each))]
        assert set(said) == set(COMMAND_NAMES)

    def test_every_variable_that_the_program_reads_is_in_a_table_and_no_other_anywhere(self) -> None:
        sources = [
            file.read_text(encoding="utf-8") for file in Path(campaignsync.__file__).parent.rglob("*.py")
        ]
        read = set(re.findall(r"KORE_[A-Z_]+[A-Z]", "\n".join(sources)))
        read |= set(re.findall("CAMPAIGNSYNC_[A-Z_]+[A-Z]", "\n".join(map(help_of, COMMAND_NAMES))))
        variable = re.compile(r"\b(?:KORE|CAMPAIGNSYNC)_[A-Z_]+[A-Z]")
        tabled = [row[0] for row in rows(COMMANDS, "variable")] + [row[1] for row in OPTION_ROWS.values()]
        assert set(variable.findall(" ".join(tabled))) == read
        assert {name for each in GUIDES for name in variable.findall(text_of(each))} <= read

    def test_the_exit_codes_are_the_program_s(self) -> None:
        assert [int(row[0]) for row in rows(COMMANDS, "exit code")] == [code.value for code in ExitCode]

    def test_what_to_do_is_said_for_every_exit_code_of_a_sync_that_is_not_done(self) -> None:
        done, elsewhere = (
            {ExitCode.DONE},
            {ExitCode.DETAILED, ExitCode.INVALID, ExitCode.POLICY, ExitCode.USAGE},
        )
        said = {ExitCode(int(row[0])) for row in rows(RELIABILITY, "exit code")}
        assert said == set(ExitCode) - done - elsewhere


class TestJson:
    """One sync with an entry in each of its lists, against the tables of keys."""

    @pytest.fixture
    def printed(self, project: Project, vendor: Vendor) -> Any:  # noqa: ANN401  # JSON
        vendor.on_create("Unclear", _made_by_a_stranger)
        project.define("Edited", "Removed", "Unclear")
        assert project.run("sync").code == 5
        project.git("rm", "--quiet", "campaigns/Removed.yaml")
        project.define("Edited", maxSkips=7)
        project.define("Renamed", description="About Removed")
        project.define("Created", "Recovered", "Rejected")
        assert project.run("plan", "--out", "plan.json").code == 0
        project.define("Late")
        vendor.on_create("Recovered", created_then_dropped)
        vendor.on_create("Rejected", rejected("no such list"))
        ran = project.run("sync", "--format", "json", "--plan", "plan.json")
        assert ran.code == 5
        return ran.json

    def test_a_sync_has_the_keys_of_its_rows(self, printed: Any) -> None:  # noqa: ANN401  # JSON
        plan, sync = (code_in(row[1]) for row in rows(COMMANDS, "when")[:2])
        assert set(printed) == plan - {"--remote", "unmanaged"} | sync | {"formatVersion"}

    def test_all_entries_of_a_list_have_the_keys_of_its_row(self, printed: Any) -> None:  # noqa: ANN401  # JSON
        said = {name: code_in(row[1]) for row in rows(COMMANDS, "list or object") for name in code_in(row[0])}
        assert {name for name, value in printed.items() if isinstance(value, (list, dict))} == (
            said.keys() - {"unmanaged", "problems", "campaigns", "events"}
        )
        for name in said.keys() & printed.keys():
            assert _keys_of(printed[name]) == said[name], name

    def test_an_account_s_other_campaigns_have_the_keys_of_their_row(
        self, project: Project, vendor: Vendor
    ) -> None:
        vendor.add(json.loads(definition("Other")))
        project.define("Alpha")
        printed = project.run("plan", "--remote", "--format", "json").json
        assert _keys_of(printed["unmanaged"]) == _said_of("unmanaged")

    def test_recorded_campaigns_have_the_keys_of_their_row(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        project.run("sync")
        vendor.campaigns[0]["description"] = "edited"
        printed = project.run("status", "--format", "json").json
        assert set(printed) == code_in(rows(COMMANDS, "when")[2][1]) | {"formatVersion"}
        assert _keys_of(printed["campaigns"]) == _said_of("campaigns") | {"path", "old", "new"}
        assert {row[0].strip("`") for row in rows(STATUS, "key")} <= {*printed, *printed["campaigns"][0]}

    def test_problems_have_the_keys_of_their_row(self, project: Project) -> None:
        project.write("campaigns/bad.yaml", "name: []\n")
        printed = project.run("validate", "--format", "json").json
        assert _keys_of(printed["problems"]) == _said_of("problems")

    def test_an_error_has_message_and_hint(self, project: Project) -> None:
        error = project.run("plan", "--format", "json", "--campaigns", "nowhere").json["error"]
        assert "`error`, with `message` and `hint`" in text_of(COMMANDS)
        assert set(error) == {"message", "hint"}


def _made_by_a_stranger(vendor: Vendor, request: Request) -> None:
    """Create a campaign of the same name and other content, and drop the connection."""
    vendor.add({**request.json, "description": "made by somebody else"})


def _said_of(name: str) -> set[str]:
    """Return the keys of an entry of this list, as the table has them."""
    (row,) = [row for row in rows(COMMANDS, "list or object") if f"`{name}`" in row[0]]
    return code_in(row[1])


def _keys_of(value: Any) -> set[str]:  # noqa: ANN401  # JSON
    """Return the keys of an object or of all in a list; those of changes, too, and none of a body's."""
    entries: list[dict[str, Any]] = value if isinstance(value, list) else [value]
    inner = [_keys_of(change) for entry in entries for change in entry.get("changes") or ()]
    return set().union(*entries, *inner)


class TestDefinitions:
    def test_every_key_of_the_schema_has_its_row_and_the_other_way_round(self) -> None:
        said = set(re.findall(r"[A-Za-z_]+", " ".join(row[0] for row in rows(DEFINING, "key"))))
        # It has but one allowed value, and is in the row of `schedule`.
        assert said | {"isSchedulingEnabled"} == set(_properties(_schema()))
        assert "`isSchedulingEnabled: false`" in text_of(DEFINING)

    def test_every_range_length_and_choice_of_the_schema_is_in_its_row(self) -> None:
        cells = {row[0].split("`, `")[-1].strip("`").split(".")[-1]: row[2] for row in rows(DEFINING, "key")}
        for key, rule in _properties(_schema()).items():
            said = cells.get(key, "")
            numbers = (rule.get("minimum"), rule.get("maximum"))
            assert numbers == (None, None) or f"{numbers[0]} to {numbers[1]}" in said, key
            assert "maxLength" not in rule or f"1 to {rule['maxLength']} characters" in said, key
            choices = {each for each in rule.get("enum", ()) if isinstance(each, str)}
            # A time zone is one of some six hundred.
            assert len(choices) > 100 or key == "priority" or choices <= code_in(said), key

    def test_the_schema_beside_the_definitions_is_the_program_s(self) -> None:
        beside = json.loads((ROOT / "campaigns/.campaign.schema.json").read_text(encoding="utf-8"))
        assert beside == _schema()

    def test_a_wrong_value_is_reported_as_shown(self, project: Project) -> None:
        shown = the_block(README, "yaml", "name: Billing Reminder")
        project.write("campaigns/billing.yaml", shown.replace("maxRingTime: 25", "maxRingTime: 200"))
        ran = project.run("validate")
        assert (ran.code, ran.out.splitlines()[0]) == (3, commands(DEFINING)[0])

    def test_the_line_for_editors_is_the_one_of_our_definitions(self) -> None:
        (line,) = [line for line in commands(DEFINING) if "yaml-language-server" in line]
        ours = (ROOT / "campaigns/billing-reminder.yaml").read_text(encoding="utf-8")
        assert ours.splitlines()[0] == line


def _schema() -> Any:  # noqa: ANN401  # JSON
    return json.loads(CliRunner().invoke(cli, ["schema"]).stdout)


def _properties(schema: object) -> dict[str, Any]:
    """Return all properties in a JSON Schema by name, at any depth."""
    return dict(_each_property(schema))


def _each_property(schema: object) -> Iterator[tuple[str, Any]]:
    match schema:
        case dict():
            properties = schema.get("properties")
            yield from properties.items() if isinstance(properties, dict) else ()
            for value in schema.values():
                yield from _each_property(value)
        case list():
            for value in schema:
                yield from _each_property(value)


class TestWorkflows:
    @pytest.mark.parametrize("workflow", ["preview", "sync"])
    def test_the_inputs_are_the_workflow_s(self, workflow: str) -> None:
        inputs = _yaml(f".github/workflows/{workflow}.yml")["on"]["workflow_call"]["inputs"]
        column = {"preview": 1, "sync": 2}[workflow]
        said = {row[0].strip("`"): row[3] for row in rows(SETUP, "input") if row[column] == "yes"}

        assert set(said) == set(inputs)
        for name, default in said.items():
            assert not inputs[name]["default"] or f"`{inputs[name]['default']}`" in default

    @pytest.mark.parametrize("action", ["plan", "sync", "status", "decide"])
    def test_the_inputs_and_outputs_are_the_action_s(self, action: str) -> None:
        real = _yaml(f".github/actions/{action}/action.yml")
        (row,) = [row for row in rows(SETUP, "action") if row[0] == action]
        (all_take,) = re.findall(r"All take the inputs ([^|]*), and besides:", text_of(SETUP))

        shared = {name for name in code_in(all_take) if name != real["inputs"]["python-version"]["default"]}
        assert shared | code_in(row[1]) == set(real["inputs"])
        assert code_in(row[2]) == set(real.get("outputs", ()))

    def test_every_secret_and_variable_of_the_workflows_is_said(self) -> None:
        workflow = (ROOT / ".github/workflows/sync.yml").read_text(encoding="utf-8")
        used = set(re.findall(r"(?:secrets|vars)\.([A-Z_]+)", workflow))
        assert used <= code_in(text_of(SETUP))

    def test_the_jobs_that_are_named_are_the_workflow_s(self) -> None:
        names = {job["name"] for job in _yaml(".github/workflows/sync.yml")["jobs"].values()}
        (said,) = re.findall(r"\*Sync\* has three jobs\. (.*?)\n\n", text_of(SETUP), re.DOTALL)
        assert names == set(re.findall(r"\*(\w+)\*", said))

    def test_the_inputs_of_the_status_workflow_are_said(self) -> None:
        inputs = _yaml(".github/workflows/status.yml")["on"]["workflow_call"]["inputs"]
        (said,) = re.findall(
            r"It takes the inputs (.*?) as the sync does, and `issue`", text_of(SETUP), re.DOTALL
        )
        assert code_in(said) | {"issue", "inventory"} == set(inputs)

    @pytest.mark.parametrize("document", GUIDES)
    def test_the_actions_of_others_are_pinned_as_in_our_workflows(self, document: str) -> None:
        ours = "".join(file.read_text(encoding="utf-8") for file in (ROOT / ".github").rglob("*.yml"))
        pins = re.findall(r"uses: (actions/\S+ # v\S+)", text_of(document))
        assert [pin for pin in pins if pin not in ours] == []

    @pytest.mark.parametrize("document", GUIDES)
    def test_what_is_used_of_ours_exists(self, document: str) -> None:
        for path in re.findall(r"uses: OWNER/campaignsync/(\S+)@COMMIT", text_of(document)):
            assert (ROOT / path).exists()

    @pytest.mark.parametrize("document", GUIDES)
    def test_each_example_is_yaml_and_each_call_fits_what_it_calls(self, document: str) -> None:
        for block in blocks(document, "yaml"):
            for caller in _callers(YAML(typ="safe").load(block)):
                path = caller["uses"].removeprefix("OWNER/campaignsync/").removesuffix("@COMMIT")
                if path.endswith(".yml"):
                    allowed = _yaml(path)["on"]["workflow_call"]["inputs"]
                    wanted = {name for job in _yaml(path)["jobs"].values() for name in job["permissions"]}
                    assert set(caller["permissions"]) == wanted
                else:
                    allowed = _yaml(f"{path}/action.yml")["inputs"]
                    required = {name for name, each in allowed.items() if each.get("required")}
                    assert required <= set(caller.get("with", {}))
                assert set(caller.get("with", {})) <= set(allowed)

    def test_a_reviewer_sees_what_the_plan_prints(self, project: Project) -> None:
        shutil.copytree(ROOT / "campaigns", project.path / "campaigns")
        shutil.move(project.path / "campaigns" / "renewals", project.path / "later")
        project.git("add", "campaigns")
        project.git("commit", "--quiet", "--message=definitions")
        assert project.run("sync", "--parallel", "1").code == 0
        shutil.move(project.path / "later", project.path / "campaigns" / "renewals")
        billing = project.path / "campaigns" / "billing-reminder.yaml"
        text = billing.read_text(encoding="utf-8")
        edited = text.replace("maxAttemptsPerRecord: 3", "maxAttemptsPerRecord: 5")
        project.write("campaigns/billing-reminder.yaml", edited)

        found = project.run("plan", "--format", "markdown", CAMPAIGNSYNC_RATE_LIMIT=None).out

        found = found.replace(project.env["KORE_HOST"], "https://platform.kore.ai")
        assert between(SETUP, "example", "end of example") == found.strip()


def _yaml(path: str) -> Any:  # noqa: ANN401  # YAML
    return YAML(typ="safe").load((ROOT / path).read_text(encoding="utf-8"))


def _callers(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # YAML
    """Yield each job and step, at any depth, that uses something of ours."""
    match value:
        case {"uses": str(used)} if used.startswith("OWNER/campaignsync/"):
            yield value
        case dict():
            for each in value.values():
                yield from _callers(each)
        case list():
            for each in value:
                yield from _callers(each)


class TestState:
    def test_the_example_is_laid_out_as_the_program_does_it(self) -> None:
        (example,) = blocks(STATE_FILE, "json")
        assert render(parse(example, where="the example")) == example

    def test_every_key_of_an_entry_has_its_row_and_the_other_way_round(self) -> None:
        (example,) = blocks(STATE_FILE, "json")
        entries = json.loads(example)["campaigns"].values()
        said = {key for row in rows(STATE_FILE, "key") for key in code_in(row[0])}
        assert said == {key for entry in entries for key in entry}

    def test_a_clone_s_journal_is_where_it_is_said_to_be(self, project: Project) -> None:
        project.define("Alpha")
        assert project.run("sync").code == 0
        common = Path(project.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
        assert len(list((common / "campaignsync").glob("*.jsonl"))) == 1
        assert "`campaignsync/KEY.jsonl`" in text_of(RELIABILITY)

    def test_a_folder_s_journal_is_where_it_is_said_to_be(self, project: Project, tmp_path: Path) -> None:
        folder = Project(tmp_path / "folder", project.env)
        folder.write("campaigns/Alpha.yaml", definition("Alpha"))
        assert folder.run("sync", "--no-commit").code == 0
        (journal,) = folder.path.rglob("*.jsonl")
        assert f"`{journal.relative_to(folder.path).as_posix()}`" in text_of(RELIABILITY)


class TestAudit:
    """One sync in GitHub Actions, and what git history says of it."""

    @pytest.fixture
    def clone(self, project: Project, tmp_path: Path) -> Project:
        project.write("campaigns/billing.yaml", definition("Billing Reminder"))
        project.git("add", "campaigns")
        project.git("commit", "--quiet", "--message=definitions")
        published(project, tmp_path / "remote.git")
        ran = project.run(
            "sync",
            "--push",
            GITHUB_ACTIONS="true",
            GITHUB_SERVER_URL="https://github.com",
            GITHUB_REPOSITORY="OWNER/campaigns",
            GITHUB_RUN_ID="1",
            GITHUB_ACTOR="ann",
        )
        assert ran.code == 0, ran.err
        project.git("pull", "--quiet")
        return project

    def test_the_commit_that_is_shown_is_the_one_that_is_made(self, clone: Project) -> None:
        shown = the_block(AUDIT, "text", "campaignsync: create")
        made = clone.git("log", "-1", "--format=%B")
        assert _without_ids(made).strip() == _without_ids(shown).strip()

    def test_every_trailer_has_its_row(self, clone: Project) -> None:
        trailers = clone.git("log", "-1", "--format=%(trailers:keyonly)").split()
        assert trailers == [key for row in rows(AUDIT, "trailer") for key in code_in(row[0])]

    def test_each_recipe_finds_the_sync(self, clone: Project) -> None:
        (created,) = clone.git("log", "-1", "--format=%h").split()
        found = {recipe: _shell(clone, recipe) for recipe in _recipes() if "git log" in recipe}
        assert len(found) == 4
        for recipe, out in found.items():
            assert (created in out) != ("campaignsync: adopt" in recipe), recipe

    def test_the_definition_is_shown_as_it_was_sent(self, clone: Project) -> None:
        source = clone.git("log", "-1", "--format=%(trailers:key=Source-Commit,valueonly)").strip()
        (recipe,) = [recipe for recipe in _recipes() if "git show" in recipe]
        sent = _shell(clone, recipe.replace("COMMIT", source))
        assert sent == definition("Billing Reminder")


def _recipes() -> list[str]:
    return [command for command in commands(AUDIT) if command.startswith("git ")]


def _shell(project: Project, command: str) -> str:
    done = subprocess.run(
        ["sh", "-c", command], check=True, capture_output=True, encoding="utf-8", cwd=project.path
    )
    return done.stdout


def _without_ids(text: str) -> str:
    """Return a text with all campIds, commits and digests alike."""
    return re.sub(r"cd-[0-9a-f-]+|\b[0-9a-f]{40,64}\b", "ID", text)


def test_the_fault_table_is_the_one_that_the_matrix_holds() -> None:
    """The slow tests hold each cell's exit codes, so what they would print is known beforehand."""
    expected = {case.title: {each.value: case.codes_of(each) for each in case.targets} for case in CASES}
    expected[HOUR] = {each.value: (*[5] * (MOST_RUNS + 1), 0) for each in Target}
    assert between(RELIABILITY, "fault table", "end of fault table").strip() == table(expected)


@pytest.mark.parametrize("document", ALL)
def test_every_link_leads_somewhere(document: str) -> None:
    for path, anchor in links(document):
        assert (ROOT / path).exists(), path
        assert not anchor or anchor in anchors(path), f"{path}#{anchor}"


def test_every_document_is_linked_from_the_readme() -> None:
    written = {file.relative_to(ROOT).as_posix() for file in (ROOT / ".github").rglob("*.md")}
    assert written | {README, DEFINING} == set(ALL)
    assert set(ALL) - {README} <= {path for path, _ in links(README)}


@pytest.mark.parametrize("document", ALL)
def test_all_rows_of_a_table_have_as_many_cells(document: str) -> None:
    for block in re.findall(r"(?:^ *\|.*\n)+", text_of(document), re.MULTILINE):
        assert len({line.count("|") - line.count(r"\|") for line in block.splitlines()}) == 1, block


class TestContributing:
    def test_every_path_that_is_named_exists(self) -> None:
        named = {each for each in code_in(text_of(CONTRIBUTING)) if re.fullmatch(r"[\w.-]*/[\w./-]*", each)}
        inside = {each for each in named if each.startswith(("campaignsync/", "tests/", ".github/", ".ci/"))}
        missing = {each for each in inside if not (ROOT / each).exists()}
        assert (missing, len(inside) > 10) == (set(), True)

    def test_the_rooms_are_the_linter_s_layers_in_their_order(self) -> None:
        layers = [layer.split(" | ") for layer in _import_contract(0)["layers"]]
        level = {_room(module): number for number, layer in enumerate(layers) for module in layer}
        rooms = [room for row in rows(CONTRIBUTING, "room") for room in _rooms(row)]
        assert set(rooms) == level.keys() - {"__main__"}
        assert [level[room] for room in rooms] == sorted(level[room] for room in rooms)

    def test_what_the_linter_keeps_from_doing_io_is_pure(self) -> None:
        pure = {room for row in rows(CONTRIBUTING, "room") if row[2] == "pure" for room in _rooms(row)}
        kept = {_room(module) for module in _import_contract(1)["source_modules"]}
        # A pure module in a room that does I/O needs no row of its own.
        assert {module for module in kept if "." not in module} <= pure

    def test_every_test_folder_has_its_row(self) -> None:
        folders = {f"tests/{file.parent.name}/" for file in (ROOT / "tests").glob("*/__init__.py")}
        assert {row[0].strip("`") for row in rows(CONTRIBUTING, "folder")} == folders


def _import_contract(number: int) -> Any:  # noqa: ANN401  # TOML
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return settings["tool"]["importlinter"]["contracts"][number]


def _room(module: str) -> str:
    return module.removeprefix("campaignsync.")


def _rooms(row: list[str]) -> list[str]:
    return [room.removesuffix("/").removesuffix(".py") for room in re.findall(r"`([^`]+)`", row[0])]


class TestPolicy:
    """The page on policies has every key and every rule, and its example is one."""

    def test_each_key_has_its_row(self) -> None:
        keys = {key for row in rows(POLICY, "key") for key in code_in(row[0])}
        assert keys == json_schema()["$defs"]["Rule"]["properties"].keys()

    def test_each_rule_has_its_row(self) -> None:
        said = {rule for row in rows(POLICY, "key") for rule in code_in(row[2])}
        assert set(own.IDS) == said - {"policy/unmatched", "PACK/…"}
        of_packs = {rule for row in rows(POLICY, "rule id") for rule in code_in(row[0])}
        assert {f"PACK/{kind}" for kind in law.KINDS} <= of_packs

    def test_the_example_is_a_policy(self) -> None:
        example = the_block(POLICY, "yaml", "version: 1")
        names = ["Appointment Confirmation - Clinics North"]
        read_policy(example.encode(), path="p", today=date(2026, 11, 27), names=names)

    def test_each_finding_that_can_be_waived_has_its_row(self) -> None:
        said = {rule for row in rows(FINDINGS, "rule") for rule in code_in(row[0])}
        assert set(IDS) == said - {"names/renamed"}
