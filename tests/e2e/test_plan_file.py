"""From the plan's job to the sync's, by the scripts of both: only what the plan holds is sent."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import STATE, Project, definition
from tests.e2e.steps import Runner, runner_at
from tests.e2e.vendor import Vendor

pytestmark = pytest.mark.slow

Push = Callable[[str], None]
Plan = Callable[[], str]


@pytest.fixture
def push(project: Project, tmp_path: Path) -> Push:
    """Return what commits and pushes all that a person has written."""
    project.git("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
    project.git("remote", "add", "origin", f"file://{tmp_path}/remote.git")

    def push(message: str) -> None:
        project.git("add", ".")
        project.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        project.git("push", "--quiet", "--set-upstream", "origin", "main")

    return push


@pytest.fixture
def plan(project: Project, tmp_path: Path) -> Plan:
    """Return what plans as the plan's job does, and returns what that hands over."""
    runner = runner_at(project, tmp_path / "planner")

    def plan() -> str:
        code, log = runner.run("plan/plan.sh", COMMENT="false", ALLOW_RENAMES="true")
        assert code == 0, log
        return runner.outputs["plan"]

    return plan


@pytest.fixture
def approved(project: Project, push: Push, plan: Plan) -> str:
    """Return the plan of one definition."""
    project.write("campaigns/Billing.yaml", definition("Billing", description="About $Id$"))
    push("definition")
    return plan()


@pytest.fixture
def job(project: Project, tmp_path: Path, approved: str) -> Runner:
    """Return the sync's job: a shallow checkout, made when only the approved commit was there."""
    project.git("clone", "--quiet", "--depth=1", f"file://{tmp_path}/remote.git", str(tmp_path / "checkout"))
    return runner_at(
        Project(tmp_path / "checkout", project.env),
        tmp_path / "runner",
        GITHUB_SERVER_URL="https://github.example.com",
    )


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode())).decode()


def test_what_was_approved_is_sent_whatever_is_merged_after_it(
    job: Runner, project: Project, vendor: Vendor, push: Push, approved: str
) -> None:
    project.write("campaigns/Renewals.yaml", definition("Renewals"))
    push("another definition")

    code, log = job.run("sync/sync.sh", PLAN=approved)

    assert (code, vendor.sent_names) == (4, ["Billing"]), log
    assert "Renewals" in job.summary
    assert "is not in the plan" in job.summary


def test_a_plan_that_is_newer_than_the_checkout_is_sent_whole(
    job: Runner, project: Project, vendor: Vendor, push: Push, plan: Plan
) -> None:
    project.write("campaigns/Renewals.yaml", definition("Renewals"))
    push("another definition")

    code, log = job.run("sync/sync.sh", PLAN=plan())

    assert (code, vendor.sent_names) == (0, ["Billing", "Renewals"]), log


def test_an_edit_after_the_approval_needs_its_own(
    job: Runner, project: Project, vendor: Vendor, push: Push, approved: str
) -> None:
    project.write("campaigns/Billing.yaml", definition("Billing", maxSkips=9))
    push("edit")

    code, log = job.run("sync/sync.sh", PLAN=approved)

    assert (code, vendor.creates) == (4, []), log


def test_attributes_that_come_after_the_approval_change_nothing(
    job: Runner, project: Project, vendor: Vendor, push: Push, approved: str
) -> None:
    project.write(".gitattributes", "campaigns/** ident\n")
    push("attributes")
    job.project.git("pull", "--quiet")
    (job.project.path / "campaigns" / "Billing.yaml").unlink()
    job.project.git("checkout", "--", "campaigns")
    assert "About $Id: " in (job.project.path / "campaigns" / "Billing.yaml").read_text(encoding="utf-8")

    code, log = job.run("sync/sync.sh", PLAN=approved)

    assert code == 0, log
    assert [create.json["description"] for create in vendor.creates] == ["About $Id$"]


def test_a_plan_of_another_state_is_refused(job: Runner, vendor: Vendor, approved: str) -> None:
    code, _ = job.run("sync/sync.sh", PLAN=approved, CAMPAIGNSYNC_STATE="state/apac.json")

    assert (code, vendor.requests) == (1, [])
    assert "a plan for the state" in job.summary
    assert STATE in job.summary


@pytest.mark.parametrize("garble", [lambda _: "missing", lambda plan: plan[:-8], lambda plan: plan[4:]])
def test_a_garbled_plan_is_refused(
    job: Runner, vendor: Vendor, approved: str, garble: Callable[[str], str]
) -> None:
    code, log = job.run("sync/sync.sh", PLAN=garble(approved))

    assert (code, job.outputs["exit-code"], vendor.requests) == (1, "1", [])
    assert "::error title=campaignsync::The input plan is not what the plan action gave" in log


@pytest.mark.parametrize("text", ["{", "[]", '{"formatVersion": 2}'])
def test_what_is_no_plan_is_refused(job: Runner, vendor: Vendor, text: str) -> None:
    code, _ = job.run("sync/sync.sh", PLAN=packed(text))

    assert (code, vendor.requests) == (1, [])
    assert "Stopped" in job.summary


def test_a_thousand_campaigns_fit(
    job: Runner, project: Project, vendor: Vendor, push: Push, plan: Plan
) -> None:
    names = [f"Campaign {number:03}" for number in range(1000)]
    for name in names:
        project.write(f"campaigns/{name}.yaml", definition(name))
    project.git("rm", "--quiet", "campaigns/Billing.yaml")
    push("many")

    code, log = job.run("sync/sync.sh", PLAN=plan(), CAMPAIGNSYNC_MAX_CREATES="1000")

    assert (code, vendor.sent_names) == (0, names), log


def test_without_a_plan_all_is_sent(job: Runner, vendor: Vendor) -> None:
    code, log = job.run("sync/sync.sh")

    assert (code, vendor.sent_names) == (0, ["Billing"]), log


def test_the_plan_that_is_handed_over_names_no_body(approved: str) -> None:
    plan = json.loads(gzip.decompress(base64.b64decode(approved)))

    assert set(plan) == {"formatVersion", "target", "create", "pending"}
    assert [set(each) for each in plan["create"]] == [{"digest"}]
