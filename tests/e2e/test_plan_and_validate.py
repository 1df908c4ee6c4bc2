"""What people and programs read of a run: formats, exit codes, refusals; and that nothing offline sends."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from campaignsync import __version__
from campaignsync.cli import cli
from campaignsync.text import printable
from tests.e2e.conftest import STATE, Project, definition
from tests.e2e.vendor import Reply, Vendor, created_then_dropped, rejected, reply, serving
from tests.integration.bad_definitions import CASES, Case, lay_out

PLAN_KEYS = {
    *("formatVersion", "target", "create", "pending", "changed", "removed", "unchanged", "findings"),
    "packs",
}
SYNC_KEYS = PLAN_KEYS | {
    "created",
    "recovered",
    "failed",
    "unknown",
    "notSent",
    "requests",
    "commit",
    "pushed",
}


@pytest.fixture
def varied(project: Project, vendor: Vendor) -> Project:
    """Have a plan with one campaign of each class but pending."""
    project.define("Changed", "Kept", "Removed")
    assert project.run("sync").code == 0
    vendor.requests.clear()
    project.git("rm", "--quiet", "campaigns/Removed.yaml")
    project.define("New")
    project.define("Changed", maxSkips=7)
    return project


class TestPlan:
    def test_as_json_has_exactly_the_promised_keys(self, varied: Project, vendor: Vendor) -> None:
        ran = varied.run("plan", "--format", "json")
        assert (ran.code, vendor.requests) == (0, []), ran.err
        [changed_id], [removed_id] = vendor.ids_of("Changed"), vendor.ids_of("Removed")
        change = {"path": "maxSkips", "old": 1, "new": 7}
        body = json.loads(definition("New"))
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = f"sha256:{sha256(canonical.encode()).hexdigest()}"
        assert ran.json == {
            "formatVersion": 1,
            "target": {
                "host": vendor.url,
                "appId": "st-1",
                "state": STATE,
                "isNew": False,
            },
            "create": [{"name": "New", "source": "campaigns/New.yaml", "digest": digest, "body": body}],
            "pending": [],
            "changed": [
                {
                    "name": "Changed",
                    "campId": changed_id,
                    "source": "campaigns/Changed.yaml",
                    "changes": [change],
                }
            ],
            "removed": [{"name": "Removed", "campId": removed_id}],
            "unchanged": 1,
            "findings": [
                {
                    "rule": rule,
                    "severity": "warning",
                    "name": "New",
                    "path": "campaigns/New.yaml",
                    "line": 1,
                    "column": column,
                    "message": ran.json["findings"][index]["message"],
                    "waiver": None,
                }
                for index, (rule, column) in enumerate(
                    [
                        ("caller-id/not-possible", definition("New").index('"+181234567"') + 1),
                        ("caller-id/other-country", definition("New").index('"+181234567"') + 1),
                        ("dnc/none", 1),
                        ("lists/shared", definition("New").index('"Recent Buyers - Q2 2025"') + 1),
                        ("pressure/day", definition("New").index('"Recent Buyers - Q2 2025"') + 1),
                        ("pressure/week", definition("New").index('"Recent Buyers - Q2 2025"') + 1),
                    ]
                )
            ],
            "packs": [],
        }

    def test_says_whether_anything_was_ever_created_there(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        before = project.run("plan", "--format", "json").json["target"]
        project.run("sync")
        after = project.run("plan", "--format", "json").json["target"]
        target = {"host": vendor.url, "appId": "st-1", "state": STATE}
        assert (before, after) == ({**target, "isNew": True}, {**target, "isNew": False})

    def test_for_people_names_what_is_created_and_what_is_not_applied(
        self, varied: Project, vendor: Vendor
    ) -> None:
        ran = varied.run("plan")
        assert ran.code == 0
        facts = ("New", "campaigns/New.yaml", "Default Queue", "+181234567", "Recent Buyers - Q2 2025")
        assert [fact for fact in facts if fact not in ran.out] == []
        assert "skips: 1 -> 7" in ran.out
        last = ran.out.rstrip("\n").split("\n")[-1]
        assert re.findall(r"\d+", last) == ["1", "0", "1", "1", "1"]

    def test_is_the_same_text_twice_and_changes_nothing(self, varied: Project) -> None:
        head, status = varied.head, varied.status
        first, second = varied.run("plan", "--format", "markdown"), varied.run("plan", "--format", "markdown")
        assert first == second
        assert (varied.head, varied.status) == (head, status)

    def test_detailed_exit_code_tells_whether_there_is_something_to_create(
        self, varied: Project, vendor: Vendor
    ) -> None:
        assert varied.run("plan", "--detailed-exitcode").code == 2
        varied.run("sync")
        assert varied.run("plan", "--detailed-exitcode").code == 0

    @pytest.mark.parametrize(
        ("answer", "told", "cure"),
        [
            (reply(403, {"message": "no scope"}), "HTTP 403: no scope", "published"),
            (reply(404, {"message": "none"}), "HTTP 404: none", "KORE_APP_ID"),
            (
                reply(302, {}, Location="https://sso.example/login?x=1"),
                "redirects to https://sso.example/login",
                "KORE_HOST",
            ),
            (
                Reply(status=200, body=b"<html><title>Sign in</title>"),
                "a page titled 'Sign in'",
                "a page for people, not the API",
            ),
        ],
    )
    def test_what_no_waiting_changes_is_told_at_once(
        self, varied: Project, vendor: Vendor, answer: Reply, told: str, cure: str
    ) -> None:
        vendor.list_behaviour = lambda _account, _request: answer
        for command in (["plan", "--remote"], ["sync"], ["status"]):
            vendor.requests.clear()
            ran = varied.run(*command)
            assert (ran.code, len(vendor.pages), vendor.creates) == (1, 1, []), ran.err
            assert f"could not be listed: {vendor.url}: " in ran.err
            assert told in ran.err
            assert cure in ran.err
            assert "run the command again" not in ran.err

    def test_remote_also_shows_what_is_in_the_account_alone(self, varied: Project, vendor: Vendor) -> None:
        camp_id = vendor.add(json.loads(definition("Stranger")))
        ran = varied.run("plan", "--remote", "--format", "json")
        assert (ran.code, set(ran.json)) == (0, PLAN_KEYS | {"unmanaged"}), ran.err
        assert ran.json["unmanaged"] == [{"name": "Stranger", "campId": camp_id}]
        assert (vendor.creates, len(vendor.pages), len(vendor.requests)) == ([], 1, 2)
        assert "Stranger" in varied.run("plan", "--remote").out

    def test_of_a_state_that_is_gone_from_the_folder_alone_says_so(self, project: Project) -> None:
        project.define("Alpha")
        project.run("sync")
        (project.path / STATE).unlink()
        for command in (("plan",), ("sync", "--dry-run"), ("sync", "--no-commit")):
            ran = project.run(*command)
            assert (ran.code, f"git checkout HEAD -- {STATE}" in ran.err) == (1, True), ran.err

    def test_needs_no_git_and_no_credentials(self, tmp_path: Path, project: Project) -> None:
        folder = tmp_path / "plain"
        (folder / "campaigns").mkdir(parents=True)
        (folder / "campaigns" / "a.yaml").write_text(definition("Alpha"), encoding="utf-8")
        ran = project.run("plan", cwd=folder, **dict.fromkeys(project.env))
        assert (ran.code, "Alpha" in ran.out) == (0, True), ran.err


class TestSyncAsJson:
    def test_has_exactly_the_promised_keys(self, varied: Project, vendor: Vendor) -> None:
        varied.define("Lost", "Refused")
        vendor.on_create("Lost", created_then_dropped)
        vendor.on_create("Refused", rejected("no such queue"))
        ran = varied.run("sync", "--format", "json")
        assert (ran.code, set(ran.json)) == (4, SYNC_KEYS), ran.err
        [new], [lost] = vendor.ids_of("New"), vendor.ids_of("Lost")
        assert ran.json["created"] == [
            {"name": "New", "campId": new, "source": "campaigns/New.yaml", "status": "Ready"}
        ]
        found = {"name": "Lost", "campId": lost, "source": "campaigns/Lost.yaml", "status": "Ready"}
        assert ran.json["recovered"] == [found]
        [failed] = ran.json["failed"]
        assert set(failed) == {"name", "source", "error"}
        assert (failed["name"], "no such queue" in failed["error"]) == ("Refused", True)
        assert (ran.json["unknown"], ran.json["notSent"], ran.json["pushed"]) == ([], [], False)
        assert (ran.json["requests"], ran.json["commit"]) == (len(vendor.requests), varied.head)

    def test_a_dry_run_has_the_plan_s_keys(self, varied: Project) -> None:
        dry = varied.run("sync", "--dry-run", "--format", "json")
        assert (dry.code, dry.json) == (0, varied.run("plan", "--format", "json").json)

    def test_with_nothing_to_do_commits_and_sends_nothing(self, project: Project) -> None:
        project.define("Alpha")
        project.run("sync")
        again = project.run("sync", "--format", "json").json
        assert (again["requests"], again["commit"], again["unchanged"]) == (0, None, 1)


@pytest.mark.parametrize("command", ["plan", "sync", "validate"])
def test_invalid_definitions_are_one_object_of_all_problems(
    project: Project, vendor: Vendor, command: str
) -> None:
    project.define("Alpha", maxSkips=-1)
    project.define("Bravo", priority="6", queueName="x")
    ran = project.run(command, "--format", "json")
    assert (ran.code, vendor.requests) == (3, []), ran.err
    assert set(ran.json) == {"formatVersion", "problems"}
    assert all(set(each) == {"path", "line", "column", "key", "message"} for each in ran.json["problems"])
    places = [(each["path"], each["key"]) for each in ran.json["problems"]]
    assert places == [
        ("campaigns/Alpha.yaml", "maxSkips"),
        ("campaigns/Bravo.yaml", "priority"),
        ("campaigns/Bravo.yaml", "queueName"),
    ]


@pytest.mark.parametrize("command", ["plan", "sync"])
def test_an_error_is_one_object_and_its_text_is_on_stderr(project: Project, command: str) -> None:
    project.define("Alpha")
    project.write(STATE, "{")
    project.git("add", STATE)
    project.git("commit", "--quiet", "--message=damage")
    ran = project.run(command, "--format", "json")
    assert (ran.code, set(ran.json), set(ran.json["error"])) == (
        1,
        {"formatVersion", "error"},
        {"message", "hint"},
    )
    assert ran.json["error"]["message"] in ran.err


class TestValidate:
    def test_good_definitions_have_no_problems(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha", "Bravo")
        ran = project.run("validate", "--format", "json")
        assert (ran.code, set(ran.json)) == (0, {"formatVersion", "problems", "findings"})
        assert ran.json["problems"] == []
        assert [each["rule"] for each in ran.json["findings"]].count("dnc/none") == 2

    def test_findings_are_about_what_is_not_recorded_yet(self, project: Project) -> None:
        project.define("Alpha")
        project.run("sync")
        project.define("Bravo", contactLists=["Own"])
        said = project.run("validate")
        assert (said.code, said.out.splitlines()[-1]) == (0, "No problems. 3 findings to look at.")
        assert said.out.startswith("campaigns/Bravo.yaml:1:1: warning: no do-not-call list")
        project.run("sync")
        assert project.run("validate").out == "No problems.\n"
        assert project.run("validate", "--state", "other.json").out.endswith("to look at.\n")

    def test_findings_are_annotations_at_their_line(self, project: Project) -> None:
        project.define("Alpha", contactLists=["Own"])
        ran = project.run("validate", "--format", "github")
        assert "::warning file=campaigns/Alpha.yaml,line=1,col=1,title=dnc/none::Alpha: no do-" in ran.out

    def test_looks_only_at_the_paths_that_are_named(self, project: Project) -> None:
        project.define("Good")
        project.define("Bad", maxSkips=-1)
        assert project.run("validate", "campaigns/Good.yaml").code == 0
        assert project.run("validate", "campaigns/Bad.yaml").code == 3

    def test_annotates_in_github_actions(self, project: Project) -> None:
        project.define("Bad", maxSkips=-1)
        ran = project.run("validate", GITHUB_ACTIONS="true")
        assert ran.code == 3
        assert re.match(r"::error file=campaigns/Bad\.yaml,line=1,col(umn)?=\d+", ran.out)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_bad_definition_is_reported_by_the_command_with_its_place(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    # In this process, since a hundred of them would take a minute; nothing else is different.
    ran = CliRunner().invoke(cli, ["validate"], standalone_mode=False)
    assert (ran.exception, ran.return_value) == (None, 3), ran.output
    lines = ran.stdout.rstrip("\n").split("\n")[:-1]
    places = sorted((each.path, each.line, each.column, each.key) for each in case.expected)
    heads = [
        printable(f"{path}:{line}:{column}: {key}: " if key else f"{path}:{line}:{column}: ")
        for path, line, column, key in places
    ]
    assert len(lines) == len(heads)
    assert [line for line, head in zip(lines, heads, strict=True) if not line.startswith(head)] == []


class TestSettings:
    def test_all_missing_are_named_at_once(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        needed = ("KORE_APP_ID", "KORE_ACCOUNT_ID", "KORE_CLIENT_ID", "KORE_CLIENT_SECRET")
        for command in (["sync"], ["plan", "--remote"], ["adopt", "campaigns/Alpha.yaml"]):
            ran = project.run(*command, **dict.fromkeys(needed))
            assert (ran.code, vendor.requests) == (1, [])
            assert [name for name in (*needed, "KORE_JWT") if name not in ran.err] == []

    @pytest.mark.parametrize("host", ["http://platform.kore.ai", "http://127.0.0.1.example.com", "ftp://x"])
    def test_plain_http_elsewhere_than_on_loopback_is_refused(self, project: Project, host: str) -> None:
        project.define("Alpha")
        ran = project.run("sync", KORE_HOST=host)
        assert (ran.code, "KORE_HOST" in ran.err, "Traceback" in ran.err) == (1, True, False)
        assert not (project.path / STATE).exists()

    def test_a_shared_option_has_a_variable(self, project: Project) -> None:
        project.define("Alpha", "Bravo")
        ran = project.run("sync", CAMPAIGNSYNC_MAX_CREATES="1", CAMPAIGNSYNC_STATE="state/other.json")
        assert (ran.code, "--max-creates" in ran.err) == (1, True)
        assert project.run("sync", CAMPAIGNSYNC_STATE="state/other.json").code == 0
        assert (project.path / "state/other.json").exists()

    def test_a_second_application_is_refused_over_the_first_s_state(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.run("sync")
        vendor.requests.clear()
        assert project.run("sync", KORE_APP_ID="st-2").code == 1
        with serving() as other:
            assert project.run("sync", KORE_HOST=other.url).code == 1
            assert other.requests == vendor.requests == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["plan", "--detailed-exit"],
        ["plan", "--format", "xml"],
        ["sync", "--max-creates", "many"],
        ["sync", "--push", "--no-commit"],
        ["sync", "--push", "--sandbox"],
        ["sync", "--timeout", "0"],
        ["sync", "--approved", "HEAD"],
        ["sync", "--no-preflight"],
        ["adopt", "x.yaml", "--push", "--no-commit"],
        ["adopt"],
        ["forget"],
    ],
    ids=" ".join,
)
def test_a_wrong_usage_ends_with_64(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from campaignsync.console import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["campaignsync", *arguments])
    with pytest.raises(SystemExit) as ended:
        run(cli)
    assert (ended.value.code, capsys.readouterr().err.startswith("Usage: campaignsync")) == (64, True)


def test_no_arguments_show_the_help_and_end_as_a_usage_error(project: Project) -> None:
    ran = project.run()
    assert (ran.code, "Commands:" in ran.out + ran.err) == (64, True)


class TestTheCommandItself:
    def test_tells_its_version(self, project: Project) -> None:
        ran = project.run("--version")
        assert (ran.code, __version__ in ran.out) == (0, True)

    def test_is_installed_as_a_script_too(self, project: Project) -> None:
        script = Path(sys.executable).with_name("campaignsync")
        done = subprocess.run([script, "--version"], check=True, capture_output=True, text=True)
        assert done.stdout == project.run("--version").out

    @pytest.mark.parametrize("arguments", [["--help"], ["plan"]], ids=["help", "unchanged plan"])
    def test_starts_without_what_it_does_not_need(self, project: Project, arguments: list[str]) -> None:
        project.define("Alpha")
        assert project.run("sync").code == 0
        heavy = ["httpx", "jwt", "deepdiff", "pydantic", "ruamel", "rich", "starlette", "uvicorn"]
        if arguments == ["--help"]:
            heavy.append("anyio")
        program = (
            "import sys\n"
            "from campaignsync.cli import cli\n"
            f"cli.main({arguments!r}, standalone_mode=False)\n"
            f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=project.path
        )
        assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    "command", [["plan"], ["plan", "--commit", "HEAD"], ["validate"], ["validate", "campaigns"], ["sync"]]
)
def test_a_file_that_may_be_meant_as_a_definition_is_named_once(
    project: Project, vendor: Vendor, command: list[str]
) -> None:
    project.write("campaigns/Bravo.yaml.txt", definition("Bravo"))
    project.write("campaigns/Charlie\u202e.json", definition("Charlie"))
    project.define("Alpha")
    ran = project.run(*command)
    assert ran.code == 0, ran.err
    assert [line for line in ran.err.splitlines() if "nothing is created from it" in line] == [
        f"campaigns/{name}: nothing is created from it, since its name doesn't end in .yaml or .yml"
        for name in ("Bravo.yaml.txt", "Charlie<U+202E>.json")
    ]
    assert set(vendor.sent_names) <= {"Alpha"}
