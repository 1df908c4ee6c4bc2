"""The options that several commands share."""

import pytest
from click.testing import CliRunner

from campaignsync.cli import cli


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "3601", "soon"])
def test_a_settle_time_that_is_no_wait_is_refused(value: str) -> None:
    ended = CliRunner().invoke(cli, ["plan", "--settle", value])
    assert "Invalid value for '--settle'" in ended.output


@pytest.mark.parametrize("value", ["nan", "0", "301"])
def test_a_timeout_that_a_lease_can_not_outlast_is_refused(value: str) -> None:
    ended = CliRunner().invoke(cli, ["plan"], env={"CAMPAIGNSYNC_TIMEOUT": value})
    assert "Invalid value for '--timeout'" in ended.output


def test_no_command_s_help_is_cut() -> None:
    output = CliRunner().invoke(cli, ["--help"], terminal_width=60).output
    shown = " ".join(output.split("Commands:")[1].split())
    assert "..." not in shown
    for name, command in cli.commands.items():
        sentence, _, _ = " ".join((command.help or "").split()).partition(". ")
        assert f"{name} {sentence}" in shown


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_what_tunes_the_calls_of_the_api_is_listed_apart(name: str) -> None:
    options = {each.opts[0] for each in cli.commands[name].params if each.opts[0].startswith("--")}
    usual, _, rare = CliRunner().invoke(cli, [name, "--help"]).output.partition("\nRarely needed:\n")
    tuning = {"--rate-limit", "--parallel", "--timeout", "--settle"}
    listed = {word for word in rare.split() if word.startswith("--")} & tuning
    expected = options & tuning
    assert (listed, bool(rare)) == (expected, bool(expected))
    assert {word for word in usual.split() if word in options} == options - expected
