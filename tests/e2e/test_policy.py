"""A policy as a team meets it: what `plan` and `validate` say, how they end, and what a sync makes of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.conftest import Project, record
from tests.e2e.vendor import Vendor

POLICY = "campaigns/.policy.yaml"
UNTIL = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
STRICT = "version: 1\nrules:\n  - modes: [Agentless]\n    severity: error\n"
WAIVED = f"""{STRICT}waivers:
  - rule: policy/mode
    campaign: Billing
    reason: an agent speaks
    by: the compliance team
    until: {UNTIL}
"""


@pytest.fixture(params=["folder", "commit"])
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return ("--commit", "HEAD") if request.param == "commit" else ()


def commit(project: Project) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message=policy")


def test_what_must_stop_ends_with_8(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write(POLICY, STRICT)
    commit(project)

    for more in ((), ("--detailed-exitcode",), ("--format", "json"), ("--format", "markdown")):
        ran = project.run("plan", *options, *more)
        assert ran.code == 8
        assert "'Preview'; the policy allows Agentless" in ran.out
    ran = project.run("validate")
    assert ran.code == 8
    assert f"error: 'Preview'; the policy allows Agentless ({POLICY}:3) [policy/mode]" in ran.out
    assert "::error file=campaigns/Billing.yaml," in project.run("validate", "--format", "github").out


def test_a_warning_stops_only_where_the_policy_says_so(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write(POLICY, STRICT.replace("severity: error", "severity: warning"))
    commit(project)
    assert project.run("plan", *options).code == 0
    project.write(POLICY, STRICT.replace("severity: error", "severity: warning") + "stop: [warning]\n")
    commit(project)
    assert project.run("plan", *options).code == 8


def test_what_is_waived_is_shown_apart(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write(POLICY, WAIVED)
    commit(project)

    ran = project.run("plan", *options)
    assert ran.code == 0
    waived = ran.out.split("Waived by the policy (1):")[1].split("\n\n")[0]
    assert f"policy/mode  until {UNTIL} by the compliance team: an agent speaks" in waived
    assert "'Preview'; the policy allows Agentless" in waived
    assert "policy/mode (error)" not in ran.out

    markdown = project.run("plan", *options, "--format", "markdown").out
    assert "<details><summary>Waived by the policy: 1</summary>" in markdown
    (finding,) = (
        each
        for each in project.run("plan", *options, "--format", "json").json["findings"]
        if each["rule"] == "policy/mode"
    )
    assert finding["waiver"] == {
        "reason": "an agent speaks",
        "by": "the compliance team",
        "until": UNTIL,
    }
    validated = project.run("validate")
    assert validated.code == 0
    assert validated.out.endswith("1 waived by the policy.\n")
    assert "policy/mode" not in project.run("validate", "--format", "github").out


def test_mistakes_are_told_with_those_of_definitions(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write(POLICY, "version: 1\nrules:\n  - mode: [Agentless]\n")
    commit(project)
    ran = project.run("plan", *options)
    assert ran.code == 3
    assert f"{POLICY}:3:5: rules[0].mode: unknown key; perhaps you meant `modes`" in ran.out

    project.write("campaigns/bad.yaml", "name: []\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert f"{POLICY}:3:5: " in ran.out
    assert "campaigns/bad.yaml:1:" in ran.out


def test_a_mistake_is_told_though_nothing_is_new(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write_state({"Billing": record("Billing")})
    project.write(POLICY, "version: 2\n")
    commit(project)
    assert project.run("plan", *options).code == 3


def test_a_policy_by_another_name_is_not_passed_over(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write("campaigns/.policy.yml", STRICT)
    commit(project)
    ran = project.run("plan", *options)
    assert ran.code == 3
    assert f"campaigns/.policy.yml:1:1: rename it: a policy is read from {POLICY}" in ran.out


def test_campaigns_in_waivers_are_those_that_there_are(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write_state({"Recorded": record("Recorded")})
    for name, code in (("Billing", 0), ("Recorded", 0), ("Biling", 3)):
        project.write(
            POLICY, WAIVED.replace("campaign: Billing", f"campaign: {name}").replace("error", "warning")
        )
        commit(project)
        assert project.run("plan", *options).code == code
        assert project.run("validate").code == code
    assert 'there is no campaign "Biling"; perhaps you meant Billing' in project.run("validate").out
    # Of one file alone nobody knows which others there are.
    assert project.run("validate", "campaigns/Billing.yaml").code == 0


def test_a_policy_can_be_checked_by_itself(project: Project) -> None:
    project.define("Billing")
    project.write(POLICY, STRICT)
    assert project.run("validate", POLICY).code == 0
    project.write(POLICY, "version: 2\n")
    assert project.run("validate", POLICY).code == 3


def test_a_rule_is_for_a_folder(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    (project.path / "campaigns" / "emea").mkdir()
    (project.path / "campaigns" / "Billing.yaml").rename(project.path / "campaigns" / "emea" / "Billing.yaml")
    project.write(POLICY, STRICT.replace("modes:", 'match: "emea/**"\n    modes:'))
    commit(project)
    assert project.run("plan", *options).code == 8
    project.write(POLICY, STRICT.replace("modes:", 'match: "apac/**"\n    modes:'))
    commit(project)
    ran = project.run("plan", *options)
    assert ran.code == 0
    assert f"{POLICY}:3:12" in ran.out


def test_a_sync_is_not_stopped(project: Project, vendor: Vendor) -> None:
    project.define("Billing")
    project.write(POLICY, STRICT)
    commit(project)
    assert project.run("sync").code == 0
    assert [each["name"] for each in vendor.campaigns] == ["Billing"]
    assert project.run("plan").code == 0


def test_packs_are_named_in_the_plan(project: Project, options: tuple[str, ...]) -> None:
    project.define("Billing")
    project.write(POLICY, "version: 1\nrules:\n  - packs: [us-fl]\n")
    commit(project)
    ran = project.run("plan", *options)
    assert "Compared with the packs us-fl, us-federal;" in ran.out
    assert "no clearance" in " ".join(ran.out.split())
    assert project.run("plan", *options, "--format", "json").json["packs"] == ["us-fl", "us-federal"]


def test_schema_and_packs(project: Project) -> None:
    schema = json.loads(project.run("schema", "--policy").out)
    assert schema["$id"] == "urn:campaignsync:policy"
    packs = project.run("schema", "--packs").out
    assert any(line.startswith("us-fl ") and "2026-" in line for line in packs.splitlines())
