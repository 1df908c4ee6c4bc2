"""Pull requests that try to have something sent that their reviewer did not see.

Each goes the whole way: the preview of the pull request, its merge, the plan that is approved, what happens
on the branch after the approval, the sync with that plan. Each is shown above or in the rows, or refused; and
whatever is sent, was in a row with its number, lists and hours.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import SAMPLE, STATE, Project, claim, definition, record
from tests.e2e.steps import Runner, runner_at
from tests.e2e.vendor import Vendor

pytestmark = pytest.mark.slow

STATE_CHANGED = "This pull request itself changes the state"
ATTRIBUTES_CHANGED = "This pull request changes `.gitattributes`"
LINKS_CHANGED = "This pull request changes links or submodules"
POLICY = "campaigns/.policy.yaml"
STRICT = "version: 1\nrules:\n  - modes: [Agentless]\n    severity: error\n"
WAIVER = f"""waivers:
  - rule: policy/mode
    campaign: New
    reason: nobody asked
    by: me
    until: {(datetime.now(UTC) + timedelta(days=100)).date()}
"""
Act = Callable[[Project], None]


def nothing(project: Project) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Trick:
    """One try.

    Attributes:
        name: What it is.
        change: What the pull request changes.
        before: What was on the branch before.
        later: What happens on the branch after the approval.
        shown: What the reviewer reads before the bodies; the first of it in the first line, where it is one
            of the warnings about the pull request itself.
        is_red: Whether the preview fails.
        sent: The names of what is sent in the end.
    """

    name: str
    change: Act
    before: Act = nothing
    later: Act = nothing
    shown: tuple[str, ...] = ()
    is_red: bool = False
    sent: tuple[str, ...] = field(default=())


def write(path: str, content: str | bytes) -> Act:
    return lambda project: _void(project.write(path, content))


def define(name: str, *, path: str = "", **changes: object) -> Act:
    return write(path or f"campaigns/{name}.yaml", definition(name, **changes))


def link(path: str, to: str) -> Act:
    def act(project: Project) -> None:
        file = project.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.symlink_to(to)

    return act


def all_of(*acts: Act) -> Act:
    def act(project: Project) -> None:
        for each in acts:
            each(project)

    return act


def entries(change: Callable[[dict[str, Any]], object]) -> Act:
    """Edit the state by hand."""

    def act(project: Project) -> None:
        path = project.path / STATE
        whole = json.loads(path.read_bytes())
        change(whole["campaigns"])
        path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")

    return act


def submodule(project: Project) -> None:
    """Put a commit where a folder of definitions would be."""
    project.git("update-index", "--add", "--cacheinfo", f"160000,{project.head},campaigns/shared")
    (project.path / "campaigns" / "shared").mkdir()


def move_folder(project: Project) -> None:
    (project.path / "campaigns").rename(project.path / "elsewhere")
    (project.path / "campaigns").symlink_to("elsewhere")


def _void(_: object) -> None:
    """Drop a result."""


NUMBER = {**json.loads(SAMPLE)["dialingStrategy"], "callerId": {"phoneNumber": "+12025550199"}}
OLD = all_of(
    entries(lambda known: known.update(Old=record("Old"))),
    define("Known"),
)
HIDDEN = "New\u200b\u202eName"

TRICKS = [
    Trick(
        name="a definition with a forged claim of its name",
        change=all_of(define("New"), entries(lambda known: known.update(New=claim("New", sends=0)))),
        shown=(STATE_CHANGED, "**claimed 2026-01-31 09:00 UTC, not sent yet**", "+181234567"),
        sent=("New",),
    ),
    Trick(
        name="a forged claim that was sent three times",
        change=all_of(define("New"), entries(lambda known: known.update(New=claim("New", sends=3)))),
        shown=(STATE_CHANGED, "sent up to 3 of 3 times"),
    ),
    Trick(
        name="a forged claim without a definition",
        change=entries(lambda known: known.update(Ghost=claim("Ghost"))),
        shown=(STATE_CHANGED, "Pending, and not sent again: 1", "`Ghost`"),
    ),
    Trick(
        name="a forged record that hides a definition",
        change=all_of(define("New"), entries(lambda known: known.update(New=record("New")))),
        shown=(STATE_CHANGED, "Nothing to create"),
    ),
    Trick(
        name="a dropped entry, so that its campaign is made again",
        change=entries(lambda known: known.pop("Known")),
        shown=(STATE_CHANGED, "| `Known`<br>"),
    ),
    Trick(
        name="a dropped state",
        change=lambda project: (project.path / STATE).unlink(),
        shown=(STATE_CHANGED, "**The state is new", "| `Known`<br>"),
    ),
    Trick(
        name="another id in a record",
        change=entries(lambda known: known["Known"].update(campId="cd-other")),
        shown=(STATE_CHANGED,),
    ),
    Trick(
        name="a state that is a link",
        change=all_of(
            write("elsewhere.json", '{"version": 1, "host": null, "appId": null, "campaigns": {}}'),
            link(STATE, "../elsewhere.json"),
        ),
        shown=(STATE_CHANGED, LINKS_CHANGED, "Stopped"),
        is_red=True,
    ),
    Trick(
        name="attributes that make other bytes in a checkout",
        change=all_of(
            write(".gitattributes", "*.yaml ident eol=crlf\n"),
            define("New"),
        ),
        shown=(ATTRIBUTES_CHANGED, "| `New`<br>"),
        sent=("New",),
    ),
    Trick(
        name="attributes in a folder below, that write an id into a name",
        change=all_of(
            write("campaigns/.gitattributes", "*.yaml ident\n"),
            define("New $Id$", path="campaigns/new.yaml"),
        ),
        shown=("This pull request changes `campaigns/.gitattributes`", "| `New $Id$`<br>"),
        sent=("New $Id$",),
    ),
    Trick(
        name="the switch of attributes after the approval",
        change=define("New"),
        later=write(".gitattributes", "*.yaml ident eol=crlf\n"),
        shown=("| `New`<br>",),
        sent=("New",),
    ),
    Trick(
        name="a definition that is a link",
        change=all_of(
            write("harmless.txt", definition("New")), link("campaigns/new.yaml", "../harmless.txt")
        ),
        shown=(LINKS_CHANGED, "is a symbolic link"),
        is_red=True,
    ),
    Trick(
        name="a folder of definitions that is a link",
        change=move_folder,
        shown=(LINKS_CHANGED, "is a symbolic link"),
        is_red=True,
    ),
    Trick(
        name="a submodule among the definitions",
        change=submodule,
        shown=(LINKS_CHANGED, "is a repository of its own"),
        is_red=True,
    ),
    Trick(
        name="another number after the approval",
        change=define("New"),
        later=define("New", dialingStrategy=NUMBER),
        shown=("| `New`<br>", "`+181234567`"),
    ),
    Trick(
        name="another definition after the approval",
        change=define("New"),
        later=define("Later"),
        shown=("| `New`<br>",),
        sent=("New",),
    ),
    Trick(
        name="a forged claim after the approval",
        change=define("New"),
        later=all_of(define("Later"), entries(lambda known: known.update(Later=claim("Later", sends=0)))),
        shown=("| `New`<br>",),
        sent=("New",),
    ),
    Trick(
        name="another name and one more word",
        before=OLD,
        change=define("Newer", path="campaigns/Old.yaml"),
        shown=("`names/renamed`", "came from the file of 'Old'", "give it that name again", "forget 'Old'"),
        is_red=True,
    ),
    Trick(
        name="another name and another file",
        before=OLD,
        change=define("Newer", description="About Old"),
        shown=("`names/renamed`", "equals 'Old'", "give it that name again", "forget 'Old'"),
        is_red=True,
    ),
    Trick(
        name="a rename whose old entry is dropped after the approval",
        before=OLD,
        change=all_of(define("Newer", path="campaigns/Old.yaml"), define("New")),
        later=entries(lambda known: known.pop("Old")),
        shown=("`names/renamed`",),
        is_red=True,
        sent=("New",),
    ),
    Trick(
        name="a name of spaces with something at its end",
        change=define(f"New{' ' * 40}South", path="campaigns/new.yaml"),
        shown=(f"| `New{' ' * 40}South`<br>",),
        sent=(f"New{' ' * 40}South",),
    ),
    Trick(
        name="a path that pushes the rest aside",
        change=define("New", path=f"campaigns/{'a' * 200}.yaml"),
        shown=("| `New`<br>", "(+95 characters)", "`+181234567`"),
        sent=("New",),
    ),
    Trick(
        name="201 contact lists",
        change=define("New", contactLists=[f"List {number}" for number in range(201)]),
        shown=("contactLists",),
        is_red=True,
    ),
    Trick(
        name="a name that is a row of its own",
        change=define("`x` | `y` |\\| <!-- @team", path="campaigns/new.yaml"),
        shown=("\\| <!-- @team",),
        sent=("`x` | `y` |\\| <!-- @team",),
    ),
    Trick(
        name="a name with characters that nobody sees",
        change=define(HIDDEN, path="campaigns/new.yaml"),
        shown=("New<U+200B>",),
        sent=(HIDDEN,),
    ),
    Trick(
        name="more campaigns than rows",
        change=all_of(
            *(
                define(
                    f"New {number:03}", contactLists=[f"A list of quite some length {n}" for n in range(10)]
                )
                for number in range(170)
            )
        ),
        shown=("**Rows left out: ",),
        is_red=True,
    ),
    Trick(
        name="a hidden definition, and what only looks like one",
        change=all_of(
            define("Hidden", path="campaigns/.hidden.yaml"),
            define("Hidden", path="campaigns/.folder/hidden.yaml"),
        ),
        shown=("Nothing to create",),
    ),
    Trick(
        name="a waiver of the change's own finding",
        before=write(POLICY, STRICT),
        change=all_of(define("New"), write(POLICY, STRICT + WAIVER)),
        shown=("This pull request changes the policy", "Waived by the policy: 1", "nobody asked"),
        sent=("New",),
    ),
    Trick(
        name="a policy taken away",
        before=write(POLICY, STRICT),
        change=all_of(define("New"), lambda project: (project.path / POLICY).unlink()),
        shown=("This pull request changes the policy",),
        sent=("New",),
    ),
    Trick(
        name="a policy under a name that nobody reads",
        before=write(POLICY, STRICT),
        change=all_of(
            define("New"),
            lambda project: _void((project.path / POLICY).rename(project.path / "campaigns" / ".policy.yml")),
        ),
        shown=("This pull request changes the policy", "rename it: a policy is read from"),
        is_red=True,
    ),
    Trick(
        name="what the policy stops, merged in spite of it",
        before=write(POLICY, STRICT),
        change=define("New"),
        shown=("the policy allows Agentless",),
        is_red=True,
        sent=("New",),
    ),
]


def commit(project: Project, act: Act, message: str) -> None:
    act(project)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--allow-empty", f"--message={message}")


@pytest.fixture
def runner(project: Project, vendor: Vendor, tmp_path: Path) -> Runner:
    bare = str(tmp_path / "remote.git")
    project.git("init", "--quiet", "--bare", "--initial-branch=main", bare)
    project.git("remote", "add", "origin", bare)
    project.define("Known")
    camp_id = vendor.add(json.loads(definition("Known")))
    project.write_state({"Known": record("Known", campId=camp_id)})
    return runner_at(project, tmp_path / "runner", GITHUB_EVENT_NAME="pull_request")


@pytest.mark.parametrize("trick", [pytest.param(each, id=each.name) for each in TRICKS])
def test_nothing_is_sent_that_the_reviewer_did_not_see(trick: Trick, runner: Runner, vendor: Vendor) -> None:
    project = runner.project
    commit(project, trick.before, "before")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    project.git("switch", "--quiet", "--create", "change")
    commit(project, trick.change, "the change")
    project.git("switch", "--quiet", "main")
    project.git("merge", "--quiet", "--no-ff", "--message=merge", "change")

    code, log = runner.run("plan/plan.sh")
    report = (runner.folder / "campaignsync-plan.md").read_text(encoding="utf-8")
    above = report.split("#### Calling hours")[0]

    assert (code != 0) == trick.is_red, log
    assert [each for each in trick.shown if each not in above] == []
    if trick.shown and trick.shown[0].startswith("This pull request"):
        assert trick.shown[0] in "".join(above.splitlines(keepends=True)[:2])

    project.git("push", "--quiet", "origin", "main")
    runner.run("plan/plan.sh", GITHUB_EVENT_NAME="push", COMMENT="false", ALLOW_RENAMES="true")
    summary, word = runner.summary, runner.outputs["plan"]
    if word:
        commit(project, trick.later, "later")
        project.git("push", "--quiet", "origin", "main")
        runner.run("sync/sync.sh", PLAN=word)

    assert sorted(vendor.sent_names) == sorted(trick.sent)
    for request in vendor.creates:
        assert_shown(request.json, summary)


def assert_shown(body: Any, report: str) -> None:  # noqa: ANN401  # JSON
    """Check that a reviewer read in a row whom a body calls, from which number, when and how often."""
    lines = report.split("#### Calling hours", maxsplit=1)[0].splitlines()
    rows = [line for line in lines if line.startswith("| ") and _plain(body["name"]) in _plain(line)]
    strategy = body["dialingStrategy"]
    facts = [
        *body["contactLists"],
        body["queue_name"],
        strategy["callerId"]["phoneNumber"],
        strategy["callingHours"]["timezone"],
        f"{strategy['maxAttemptsPerRecord']} attempts",
    ]
    assert any(all(_plain(fact) in _plain(row) for fact in facts) for row in rows), (body["name"], rows)


def _plain(text: str) -> str:
    """Return what is left of a string, or of its cell, whatever it is quoted with."""
    pieces = re.sub(r"<wbr>|[`\\ ]", "", text)
    return re.sub(r"<U\+005C>|<U\+200B>|<U\+202E>|[\u200b\u202e]", "", pieces)


def test_the_approved_plan_is_for_its_state_alone(runner: Runner, vendor: Vendor) -> None:
    project = runner.project
    project.define("New")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    runner.run("plan/plan.sh")
    word = runner.outputs["plan"]

    code, log = runner.run("sync/sync.sh", PLAN=word, CAMPAIGNSYNC_STATE="state/other.json")

    assert (code, vendor.sent_names) == (1, [])
    assert "is a plan for the state" in log


def test_there_are_at_least_twenty() -> None:
    assert len({trick.name for trick in TRICKS}) == len(TRICKS) >= 20
    assert os.name == "posix"
