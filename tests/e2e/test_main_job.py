"""The main job: a definition in git becomes a campaign, once, and its id a commit."""

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.e2e.conftest import SAMPLE, SECRET, STATE, Project, definition
from tests.e2e.vendor import (
    Request,
    Vendor,
    created_then_dropped,
    dropped,
    rejected,
    reply,
    serving,
)

FIVE = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")


def claims_of(request: Request) -> dict[str, object]:
    """Verify a request's token with another library than the product's; return its claims."""
    token = jwt.decode(request.headers["auth"], OctKey.import_key(SECRET), algorithms=["HS256"])
    assert token.header["alg"] == "HS256"
    return token.claims


def paste_sample(project: Project) -> None:
    project.write("campaigns/x.yaml", SAMPLE)
    project.git("add", "campaigns")
    project.git("commit", "--quiet", "--message=the contract's sample")


def strictly(value: object) -> object:
    """Return a value whose equality tells 1 from 1.0 and True."""
    match value:
        case dict():
            return {key: strictly(each) for key, each in value.items()}
        case list():
            return [strictly(each) for each in value]
        case _:
            return type(value), value


class TestTheContractsSample:
    def test_arrives_as_it_stands_in_the_contract(self, project: Project, vendor: Vendor) -> None:
        paste_sample(project)
        ran = project.run("sync")
        assert ran.code == 0, ran.err
        [request] = vendor.creates
        assert strictly(request.json) == strictly(json.loads(SAMPLE))

    def test_is_sent_to_the_documented_address_with_the_documented_headers(
        self, project: Project, vendor: Vendor
    ) -> None:
        paste_sample(project)
        project.run("sync")
        [request] = vendor.creates
        assert (request.method, request.path) == ("POST", "/agentassist/api/v1/public/st-1/campaign")
        assert request.query == (("campaignType", "voice"),)
        named = {name: request.headers.get_all(name) for name in ("iid", "accountId", "Content-Type")}
        assert named == {"iid": ["st-1"], "accountId": ["acc-1"], "Content-Type": ["application/json"]}
        assert request.headers["Authorization"] is None

    def test_is_recorded_and_committed(self, project: Project, vendor: Vendor) -> None:
        paste_sample(project)
        ran = project.run("sync")
        name = "Billing Reminder Voice Campaign"
        entry = project.state["campaigns"][name]
        assert [entry["campId"]] == vendor.ids_of(name)
        assert (entry["status"], entry["source"]) == ("created", "campaigns/x.yaml")
        assert entry["definition"] == json.loads(SAMPLE)
        assert (project.status, name in ran.out) == ("", True)


def test_each_request_carries_a_token_of_its_own_that_another_library_verifies(
    project: Project, vendor: Vendor
) -> None:
    project.define("Alpha", "Bravo")
    before = int(time.time())
    project.run("sync")
    claims = [claims_of(request) for request in vendor.requests]
    assert len(claims) == 3  # one listing, two creates
    assert len({each["jti"] for each in claims}) == 3
    for each in claims:
        issued, expires = each["iat"], each["exp"]
        assert isinstance(issued, int)
        assert isinstance(expires, int)
        assert before - 120 <= issued <= time.time() < expires <= time.time() + 3600
        assert (each["appId"], bool(each["sub"])) == ("cs-1", True)


def test_a_given_token_is_used_as_it_is_and_needs_no_secret(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    ran = project.run("sync", KORE_JWT="a.given.token", KORE_CLIENT_ID=None, KORE_CLIENT_SECRET=None)
    assert ran.code == 0, ran.err
    assert {request.headers["auth"] for request in vendor.requests} == {"a.given.token"}


def test_a_second_identical_run_sends_nothing_and_commits_nothing(project: Project, vendor: Vendor) -> None:
    project.define("Alpha", "Bravo")
    assert project.run("sync").code == 0
    sent, head, state = len(vendor.creates), project.head, (project.path / STATE).read_bytes()
    # The first run listed the account too; nothing at all is left to do for the second.
    vendor.requests.clear()
    again = project.run("sync")
    assert (again.code, sent) == (0, 2), again.err
    assert vendor.requests == []
    assert (project.head, project.status) == (head, "")
    assert (project.path / STATE).read_bytes() == state
    assert "Nothing to create: 2 unchanged" in again.out


def test_moving_a_file_or_changing_the_name_s_case_creates_nothing(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    project.run("sync")
    vendor.requests.clear()
    project.git("mv", "campaigns/Alpha.yaml", "campaigns/moved.yaml")
    project.write("campaigns/moved.yaml", definition(" ALPHA ", description="About Alpha"))
    project.git("commit", "--quiet", "--all", "--message=move")
    assert project.run("sync").code == 0
    assert vendor.creates == []


class TestTwoOfFiveRejected:
    @pytest.fixture
    def synced(self, project: Project, vendor: Vendor) -> Project:
        """Sync five definitions, of which the server rejects two, beside a person's unfinished work."""
        project.define(*FIVE)
        vendor.on_create("Bravo", rejected("queue 'Default Queue' does not exist"))
        vendor.on_create("Delta", rejected("contact list is empty"))
        project.write("staged.txt", "a person's, staged\n")
        project.git("add", "staged.txt")
        project.write("notes.txt", "a person's, modified\n")
        return project

    def test_records_three_and_shows_the_server_s_reasons(self, synced: Project, vendor: Vendor) -> None:
        ran = synced.run("sync")
        assert ran.code == 4
        expected = {name: vendor.ids_of(name)[0] for name in ("Alpha", "Charlie", "Echo")}
        assert synced.camp_ids == expected
        assert "queue 'Default Queue' does not exist" in ran.out
        assert "contact list is empty" in ran.out

    def test_commits_exactly_that_and_nothing_of_the_person_s(self, synced: Project) -> None:
        source, before = synced.head, synced.status
        synced.run("sync")
        ids = synced.camp_ids
        message = synced.git("log", "-1", "--format=%B")
        assert message.rstrip("\n").split("\n") == [
            "campaignsync: create 3 campaigns",
            "",
            f"Alpha: {ids['Alpha']}",
            f"Charlie: {ids['Charlie']}",
            f"Echo: {ids['Echo']}",
            "",
            f"Source-Commit: {source}",
        ]
        assert synced.git("rev-list", f"{source}..HEAD") == synced.head
        assert synced.git("show", "--format=", "--name-only", "HEAD") == STATE
        assert synced.status == before
        assert synced.git("show", f"HEAD:{STATE}") + "\n" == (synced.path / STATE).read_text(encoding="utf-8")

    def test_the_next_run_sends_only_those_two(self, synced: Project, vendor: Vendor) -> None:
        synced.run("sync")
        vendor.requests.clear()
        again = synced.run("sync")
        assert (again.code, vendor.sent_names) == (0, ["Bravo", "Delta"]), again.err
        assert all(len(vendor.ids_of(name)) == 1 for name in FIVE)
        assert len(synced.camp_ids) == 5


def test_one_campaign_is_told_in_the_singular(project: Project) -> None:
    project.define("Alpha")
    project.run("sync")
    assert project.git("log", "-1", "--format=%s") == "campaignsync: create 1 campaign"


class TestAnUnknownOutcome:
    def test_is_resolved_in_the_same_run_when_the_campaign_exists(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        vendor.on_create("Alpha", created_then_dropped)
        ran = project.run("sync", "--format", "json")
        assert ran.code == 0, ran.err
        assert ran.json["created"] == []
        [camp_id] = vendor.ids_of("Alpha")
        assert ran.json["recovered"] == [
            {"name": "Alpha", "campId": camp_id, "source": "campaigns/Alpha.yaml"}
        ]
        assert project.state["campaigns"]["Alpha"]["status"] == "recovered"
        assert (vendor.sent_names, project.status) == (["Alpha"], "")

    def test_is_sent_again_only_after_it_is_proven_absent(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        vendor.on_create("Alpha", dropped)
        ran = project.run("sync")
        assert ran.code == 0, ran.err
        assert [request.is_create for request in vendor.requests] == [False, True, False, True]
        assert list(project.camp_ids.values()) == vendor.ids_of("Alpha")

    def test_keeps_its_claim_when_the_account_can_t_be_listed(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")

        def then_no_list(account: Vendor, request: Request) -> None:
            account.list_behaviour = rejected("no longer", status=401)
            created_then_dropped(account, request)

        vendor.on_create("Alpha", then_no_list)
        ran = project.run("sync", "--format", "json")
        assert ran.code == 5
        assert [each["name"] for each in ran.json["unknown"]] == ["Alpha"]
        entry = project.state["campaigns"]["Alpha"]
        assert (entry["status"], entry["campId"], entry["sends"]) == ("pending", None, 1)
        assert project.git("log", "-1", "--format=%s") == "campaignsync: claim 1 campaign"
        planned = project.run("plan", "--format", "json", "--detailed-exitcode")
        assert planned.code == 2
        [pending] = planned.json["pending"]
        assert set(pending) == {"name", "source", "claimedAt"}


def test_a_campaign_that_exists_already_is_not_sent_and_the_command_to_adopt_it_works(
    project: Project, vendor: Vendor
) -> None:
    project.define("Alpha", "Bravo")
    camp_id = vendor.add(json.loads(definition("alpha")))
    ran = project.run("sync")
    assert (ran.code, vendor.sent_names) == (4, ["Bravo"])
    [command] = re.findall(r"`campaignsync (adopt [^`]+)`", ran.out)
    assert project.run(*shlex.split(command)).code == 0
    assert project.camp_ids["Alpha"] == camp_id


def test_a_campaign_is_not_sent_where_no_connection_can_be_made(project: Project, tmp_path: Path) -> None:
    project.define("Alpha")
    with serving() as closed:
        url = closed.url
    ran = project.run("sync", "--no-preflight", "--format", "json", KORE_HOST=url)
    assert (ran.code, [each["name"] for each in ran.json["notSent"]]) == (4, ["Alpha"]), ran.err
    assert project.camp_ids == {}


def test_a_redirect_is_not_followed(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    with serving() as elsewhere:
        vendor.on_create(
            "Alpha",
            *[
                lambda account, request: reply(
                    307, {"message": "moved"}, Location=f"{elsewhere.url}{request.path}"
                )
            ]
            * 3,
        )
        ran = project.run("sync", "--no-preflight")
        assert elsewhere.requests == []
    assert ran.code == 5
    assert vendor.campaigns == []


class TestWithoutCommitOrSending:
    def test_dry_run_shows_the_plan_and_touches_nothing(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        head = project.head
        dry = project.run("sync", "--dry-run")
        assert (dry.code, dry.out) == (0, project.run("plan").out)
        assert "Alpha" in dry.out
        assert (vendor.requests, project.head, project.status) == ([], head, "")

    def test_dry_run_needs_no_credentials(self, project: Project) -> None:
        project.define("Alpha")
        missing = {name: None for name in project.env if name.startswith("KORE_")}
        assert project.run("sync", "--dry-run", **missing).code == 0

    def test_no_commit_records_in_the_file_alone(self, project: Project, vendor: Vendor) -> None:
        project.write("campaigns/Alpha.yaml", definition("Alpha"))  # not even committed
        head = project.head
        ran = project.run("sync", "--no-commit", "--format", "json")
        assert (ran.code, ran.json["commit"]) == (0, None), ran.err
        assert (project.head, list(project.camp_ids.values())) == (head, vendor.ids_of("Alpha"))

    def test_what_a_run_left_uncommitted_is_committed_by_the_next(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.run("sync", "--no-commit")
        vendor.requests.clear()
        ran = project.run("sync")
        assert (ran.code, vendor.requests, project.status) == (0, [], "")
        assert project.git("log", "-1", "--format=%s") == "campaignsync: create 1 campaign"

    def test_a_plan_over_max_creates_is_shown_then_refused(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha", "Bravo")
        head = project.head
        ran = project.run("sync", "--max-creates", "1")
        assert (ran.code, vendor.requests, project.head) == (1, [], head)
        assert "Alpha" in ran.out + ran.err
        assert "--max-creates 2" in ran.err
        assert project.run("sync", "--max-creates", "2").code == 0


class TestGit:
    def test_an_uncommitted_definition_is_refused_before_anything_is_sent(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha", "Bravo")
        project.write("campaigns/Bravo.yaml", definition("Bravo", maxSkips=2))
        ran = project.run("sync", "--format", "json")
        assert (ran.code, vendor.creates) == (1, [])
        assert "campaigns/Bravo.yaml" in ran.json["error"]["message"]
        assert "campaigns/Alpha.yaml" not in ran.json["error"]["message"]

    def test_outside_of_git_it_is_refused_before_anything_is_sent(
        self, project: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        (outside / "campaigns").mkdir(parents=True)
        (outside / "campaigns" / "a.yaml").write_text(definition("Alpha"), encoding="utf-8")
        ran = project.run("sync", cwd=outside)
        assert (ran.code, vendor.requests) == (1, [])
        assert "--no-commit" in ran.err
        assert project.run("sync", "--no-commit", cwd=outside).code == 0

    def test_a_detached_head_is_refused_before_anything_is_sent(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.git("checkout", "--quiet", "--detach")
        ran = project.run("sync")
        assert (ran.code, vendor.requests) == (1, [])
        assert "git switch" in ran.err

    def test_in_github_actions_somebody_must_keep_the_state(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        ran = project.run("sync", GITHUB_ACTIONS="true")
        assert (ran.code, vendor.requests) == (1, [])
        assert "--push" in ran.err
        assert project.run("sync", "--no-commit", GITHUB_ACTIONS="true").code == 0

    def test_a_commit_names_the_run_in_github_actions(self, project: Project, tmp_path: Path) -> None:
        project.git("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
        project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
        project.define("Alpha")
        project.git("push", "--quiet", "--set-upstream", "origin", "main")
        source = project.head
        ran = project.run(
            "sync",
            "--push",
            GITHUB_ACTIONS="true",
            GITHUB_SERVER_URL="https://github.com",
            GITHUB_REPOSITORY="acme/campaigns",
            GITHUB_RUN_ID="7",
        )
        assert ran.code == 0, ran.err
        trailers = project.git("log", "-1", "--format=%(trailers:only)", "origin/main")
        assert trailers.split("\n")[:2] == [
            f"Source-Commit: {source}",
            "Run: https://github.com/acme/campaigns/actions/runs/7",
        ]
        assert project.head == project.git("rev-parse", "origin/main")


class TestAdoptAndForget:
    def test_adopt_records_an_existing_campaign_and_commits_it(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        source, camp_id = project.head, vendor.add(json.loads(definition("Alpha")))
        ran = project.run("adopt", "campaigns/Alpha.yaml")
        assert ran.code == 0, ran.err
        entry = project.state["campaigns"]["Alpha"]
        assert (entry["status"], entry["campId"]) == ("adopted", camp_id)
        assert project.git("log", "-1", "--format=%B").rstrip("\n") == (
            f"campaignsync: adopt 1 campaign\n\nAlpha: {camp_id}\n\nSource-Commit: {source}"
        )
        assert (project.status, project.run("sync").code, vendor.creates) == ("", 0, [])

    def test_adopt_asks_which_where_there_are_several(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        ids = [vendor.add(json.loads(definition("Alpha"))) for _ in range(2)]
        ran = project.run("adopt", "campaigns/Alpha.yaml")
        assert (ran.code, all(each in ran.err for each in ids)) == (1, True)
        assert project.run("adopt", "campaigns/Alpha.yaml", "--camp-id", ids[1]).code == 0
        assert project.camp_ids == {"Alpha": ids[1]}

    def test_adopt_refuses_a_campaign_of_another_name(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        camp_id, head = vendor.add(json.loads(definition("Bravo"))), project.head
        ran = project.run("adopt", "campaigns/Alpha.yaml", "--camp-id", camp_id)
        assert (ran.code, project.head) == (1, head)

    def test_forget_drops_an_entry_and_commits_it(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha", "Bravo")
        project.run("sync")
        source, [camp_id] = project.head, vendor.ids_of("Alpha")
        ran = project.run("forget", "alpha")
        assert ran.code == 0, ran.err
        assert (list(project.camp_ids), project.status) == (["Bravo"], "")
        assert project.git("log", "-1", "--format=%B").rstrip("\n") == (
            f"campaignsync: forget 1 campaign\n\nAlpha: {camp_id}\n\nSource-Commit: {source}"
        )

    def test_forget_refuses_a_name_that_the_state_does_not_have(self, project: Project) -> None:
        project.define("Alpha")
        head = project.head
        ran = project.run("forget", "Alpha")
        assert (ran.code, project.head, "Traceback" in ran.err) == (1, head, False)


def test_sixty_campaigns_are_all_created_and_recorded_in_one_commit(project: Project, vendor: Vendor) -> None:
    names = [f"Campaign {number:02}" for number in range(60)]
    project.define(*names)
    source = project.head
    # More than a page of other campaigns, so that the listing has to turn pages.
    for number in range(60):
        vendor.add(json.loads(definition(f"Other {number}")))
    ran = project.run("sync", "--parallel", "8")
    assert (ran.code, vendor.sent_names) == (0, names), ran.err
    assert project.git("rev-list", "--count", f"{source}..HEAD") == "1"
    assert project.camp_ids == {name: vendor.ids_of(name)[0] for name in names}
