"""README.md against the program: what it shows is what a newcomer gets."""

import re
import shutil

from tests.e2e.conftest import Project
from tests.e2e.documents import README, ROOT, text_of, the_block

NO_ACCOUNT = dict.fromkeys(
    ("KORE_HOST", "KORE_APP_ID", "KORE_ACCOUNT_ID", "KORE_CLIENT_ID", "KORE_CLIENT_SECRET")
)


def test_the_plan_that_is_shown_is_the_plan_of_the_definition_that_is_shown(project: Project) -> None:
    project.write("campaigns/billing.yaml", the_block(README, "yaml", "name: Billing Reminder"))

    ran = project.run("plan", CAMPAIGNSYNC_RATE_LIMIT=None, **NO_ACCOUNT)

    assert (ran.code, ran.out) == (0, the_block(README, "text", "Campaigns of state/campaigns.json"))


def test_the_sandbox_run_says_what_is_told(project: Project) -> None:
    shutil.copytree(ROOT / "campaigns", project.path / "campaigns")

    first = project.run("sync", "--sandbox", **NO_ACCOUNT)
    again = project.run("sync", "--sandbox", **NO_ACCOUNT)

    assert (first.code, first.out.count("  cd-")) == (0, 3), first.err
    assert (again.code, len(again.out.splitlines())) == (0, 1), again.err
    for ran in (first, again):
        assert f"`{ran.out.splitlines()[-1]}`" in text_of(README)


def test_the_two_commands_of_a_newcomer_are_blocks_of_their_own() -> None:
    """`.ci/run` takes the first line that holds them."""
    for command in (
        "pip install -e '.[sandbox]' && campaignsync sync --sandbox",
        "pip install -e '.[test]' && pytest",
    ):
        (line,) = [line for line in text_of(README).splitlines() if command in line]
        assert line == f"    {command}"
        assert command in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_nothing_is_installed_from_an_index() -> None:
    wanted = {each.strip("`'.,") for each in re.findall(r"pip install (\S+)", text_of(README))}
    assert wanted == {"", "-e", "git+https://github.com/OWNER/campaignsync@COMMIT"}
