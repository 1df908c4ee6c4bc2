"""What the command imports before it knows what it is asked for: start-up is most of a short run's time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import definition

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


def test_no_plugin_of_pydantic_sees_a_definition(tmp_path: Path) -> None:
    plugin = tmp_path / "installed" / "watching-1.0.dist-info"
    plugin.mkdir(parents=True)
    (plugin / "METADATA").write_text("Metadata-Version: 2.1\nName: watching\nVersion: 1.0\n")
    (plugin / "entry_points.txt").write_text("[pydantic]\nwatching = watching:PLUGIN\n")
    (plugin.parent / "watching.py").write_text("raise SystemExit('a plugin runs')\n")
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.yaml").write_text(definition("Alpha"))
    # Whatever ran here before may have set it for this process.
    env = {name: value for name, value in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"}
    env["PYTHONPATH"] = str(plugin.parent)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=env, cwd=tmp_path)

    seen = run("-c", "from pydantic import BaseModel\nclass Any(BaseModel): pass")
    assert seen.stderr == "a plugin runs\n", "or this test shows nothing"
    checked = run("-m", "campaignsync", "validate", "--format", "text")
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr
