"""What the command imports before it knows what it is asked for: start-up is most of a short run's time."""

import subprocess
import sys

import pytest

HEAVY = ("httpx", "jwt", "deepdiff", "pydantic", "ruamel", "rich")

PROGRAM = """
import sys
from campaignsync.cli import main
sys.argv = ["campaignsync", *sys.argv[1:]]
try:
    main()
finally:
    print("\\n".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("sync", "--help"), ("plan", "--help")])
def test_to_print_a_help_imports_nothing_heavy(arguments: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], check=True, capture_output=True, text=True
    )
    assert ran.stdout
    imported = {name.partition(".")[0] for name in ran.stderr.split()}
    assert "click" in imported
    assert sorted(imported.intersection(HEAVY)) == []
