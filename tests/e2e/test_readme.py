"""README.md against the program: what it tells is so, and what there is, it tells."""

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

import campaignsync
from campaignsync.cli import cli
from campaignsync.errors import ExitCode
from tests.e2e.conftest import Project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(cli.commands)
_OPTION = re.compile(r"--[a-z][a-z-]+")


@cache
def help_of(command: str) -> str:
    """Return what `campaignsync COMMAND --help` prints, on a line of words."""
    arguments = [command, "--help"] if command else ["--help"]
    return CliRunner().invoke(cli, arguments, prog_name="campaignsync", terminal_width=400).stdout


def options_of(command: str) -> set[str]:
    """Return the options that a command's help lists, without --help."""
    return set(re.findall(r"^  (--[a-z-]+)", help_of(command), re.MULTILINE)) - {"--help"}


def table(header: str) -> list[list[str]]:
    """Return the rows of the README's table whose first column has this title."""
    _, _, after = README.partition(f"| {header} |")
    assert after, header
    rows = [line for line in after.split("\n\n")[0].split("\n")[2:] if line.startswith("|")]
    return [[cell.strip() for cell in row.removeprefix("|").removesuffix("|").split("|")] for row in rows]


def names_in(text: str) -> set[str]:
    return {name.strip() for name in text.split(",")}


OPTION_ROWS = {_OPTION.findall(row[0])[0]: row for row in table("option")}
COMMAND_ROWS = {re.findall(r"[a-z]+", row[0])[0]: " ".join(row) for row in table("command")}


def test_every_command_has_its_row_and_its_words_in_the_overview() -> None:
    assert sorted(COMMAND_ROWS) == COMMANDS
    assert set(re.findall(r"^  ([a-z]+)  ", help_of("").partition("Commands:")[2], re.MULTILINE)) == set(
        COMMANDS
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_stands_in_a_table_and_the_other_way_round(command: str) -> None:
    shared = {option for option, row in OPTION_ROWS.items() if command in names_in(row[2])}
    own = set(_OPTION.findall(COMMAND_ROWS[command])) - {"--help"}
    assert shared | own == options_of(command)


def test_every_option_that_the_text_names_exists() -> None:
    known = set().union(*map(options_of, ["", *COMMANDS]))
    assert set(_OPTION.findall(README)) - known == set()
    assert options_of("") | set(OPTION_ROWS) <= set(_OPTION.findall(README))


@pytest.mark.parametrize("option", OPTION_ROWS)
def test_the_table_has_each_option_s_variable_and_default(option: str) -> None:
    _, variable, commands, told = OPTION_ROWS[option]
    for command in names_in(commands):
        line = next(line for line in help_of(command).split("\n") if line.startswith(f"  {option} "))
        assert re.findall("CAMPAIGNSYNC_[A-Z_]+", line) == re.findall("CAMPAIGNSYNC_[A-Z_]+", variable)
        default = re.search(r"default: ([^;\]]+)", line)
        assert default is None or default[1] in re.split(r"[\s`;]+", told)


def test_every_variable_that_the_program_reads_is_told_and_no_other() -> None:
    sources = [file.read_text(encoding="utf-8") for file in Path(campaignsync.__file__).parent.rglob("*.py")]
    read = set(re.findall(r"KORE_[A-Z_]+[A-Z]", "\n".join(sources)))
    read |= set(re.findall("CAMPAIGNSYNC_[A-Z_]+[A-Z]", "\n".join(map(help_of, COMMANDS))))
    assert set(re.findall(r"(?:KORE|CAMPAIGNSYNC)_[A-Z_]+[A-Z]", README)) == read


def test_the_exit_codes_are_the_program_s() -> None:
    assert [int(row[0]) for row in table("exit code")] == [code.value for code in ExitCode]


def test_every_key_of_the_schema_has_its_row_and_the_other_way_round() -> None:
    schema = json.loads(CliRunner().invoke(cli, ["schema"]).stdout)
    told = set(re.findall(r"[A-Za-z_]+", " ".join(row[0] for row in table("key"))))
    # It has but one allowed value, and stands in the row of `schedule`.
    assert told | {"isSchedulingEnabled"} == set(keys_of(schema))
    assert "`isSchedulingEnabled: false`" in README


def keys_of(schema: object) -> Iterator[str]:
    """Yield the names of all properties in a JSON Schema, at any depth."""
    match schema:
        case dict():
            properties = schema.get("properties")
            yield from properties if isinstance(properties, dict) else ()
            for value in schema.values():
                yield from keys_of(value)
        case list():
            for value in schema:
                yield from keys_of(value)


def test_the_sandbox_run_prints_what_is_told(project: Project) -> None:
    shutil.copytree(ROOT / "campaigns", project.path / "campaigns")
    without_account = dict.fromkeys(project.env)
    ran = project.run("sync", "--sandbox", **without_account)
    told = README.partition("and ends with:\n\n```\n")[2].partition("```")[0]
    assert (ran.code, without_ids(ran.out).count(" cd- ")) == (0, 3), ran.err
    assert without_ids(ran.out).endswith(without_ids(told))
    again = project.run("sync", "--sandbox", **without_account)
    assert (again.code, again.out.strip() in README) == (0, True), again.out


def without_ids(text: str) -> str:
    """Return a text with all campIds alike, and spaces too."""
    return " ".join(re.sub(r"cd-[0-9a-f…-]+", "cd-", text).split())


def test_what_a_reviewer_finds_is_what_the_plan_prints(project: Project) -> None:
    shutil.copytree(ROOT / "campaigns", project.path / "campaigns")
    shutil.move(project.path / "campaigns" / "renewals", project.path / "later")
    project.git("add", "campaigns")
    project.git("commit", "--quiet", "--message=definitions")
    assert project.run("sync", "--parallel", "1").code == 0
    shutil.move(project.path / "later", project.path / "campaigns" / "renewals")
    billing = project.path / "campaigns" / "billing-reminder.yaml"
    text = billing.read_text(encoding="utf-8")
    project.write(
        "campaigns/billing-reminder.yaml", text.replace("maxAttemptsPerRecord: 3", "maxAttemptsPerRecord: 5")
    )

    found = project.run("plan", "--format", "markdown", CAMPAIGNSYNC_RATE_LIMIT=None).out

    assert (
        README.partition("<!-- example -->\n")[2].partition("\n<!-- end of example -->")[0] == found.strip()
    )


@pytest.mark.parametrize("workflow", ["preview", "sync"])
def test_the_inputs_are_the_workflow_s(workflow: str) -> None:
    text = (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text(encoding="utf-8")
    inputs = YAML(typ="safe").load(text)["on"]["workflow_call"]["inputs"]
    column = {"preview": 1, "sync": 2}[workflow]
    told = {row[0].strip("`"): row[3] for row in table("input") if row[column] == "yes"}

    assert set(told) == set(inputs)
    for name, default in told.items():
        assert not inputs[name]["default"] or f"`{inputs[name]['default']}`" in default
