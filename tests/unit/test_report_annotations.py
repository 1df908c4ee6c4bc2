"""What GitHub's runner reads."""

import pytest

from campaignsync.errors import Problem
from campaignsync.report import annotations
from tests.unit.report_samples import HOSTILE


def test_each_problem_is_an_error_at_its_place() -> None:
    problems = [
        Problem(path="campaigns/b.yaml", line=31, column=16, key="maxSkips", message="-1 is less than 0"),
        Problem(path="campaigns/a,b:c.yaml", line=1, column=1, key="", message="100% empty"),
    ]
    assert annotations.problems(problems) == (
        "::error file=campaigns/a%2Cb%3Ac.yaml,line=1,col=1,title=Campaign definition::100%25 empty\n"
        "::error file=campaigns/b.yaml,line=31,col=16,title=Campaign definition::maxSkips: -1 is less than 0"
    )


def test_no_problems_are_no_commands() -> None:
    assert annotations.problems([]) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_no_second_command(text: str) -> None:
    command = annotations.problems([Problem(path=text, line=1, column=2, key=text, message=text)])
    assert len(command.splitlines()) == 1
    assert "##[" not in command
    # The runner takes all up to the second "::" for properties, and splits those at commas.
    start, properties, _ = command.split("::", 2)
    assert (start, properties.count(","), properties.count(":")) == ("", 3, 0)
