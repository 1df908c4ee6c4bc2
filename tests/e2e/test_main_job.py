"""The main job: a definition in git becomes a campaign, once, and its id a commit."""

import json
import re
import shlex
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.e2e.clones import cloned, differences, hook, kept, published
from tests.e2e.conftest import SAMPLE, SECRET, STATE, Project, claim, definition
from tests.e2e.vendor import (
    Reply,
    Request,
    Vendor,
    created,
    created_then_dropped,
    dropped,
    listed,
    rejected,
    reply,
    serving,
)
from tests.unit.bodies import SHAPES, shaped

FIVE = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")


def canonical(value: object) -> str:
    """Return the digest by which the contract names a body, and a plan of bodies by theirs."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def digest_of(*names: str) -> str:
    """Return the digest of what a run sets out to send."""
    return canonical(sorted(canonical(json.loads(definition(name))) for name in names))


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
    assert len(claims) == 5  # one listing, the contact lists, two creates, one look at what was made
    assert len({each["jti"] for each in claims}) == 5
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
            f"Plan: {digest_of(*FIVE)}",
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
            {"name": "Alpha", "campId": camp_id, "source": "campaigns/Alpha.yaml", "status": "Ready"}
        ]
        assert project.state["campaigns"]["Alpha"]["status"] == "recovered"
        assert (vendor.sent_names, project.status) == (["Alpha"], "")

    def test_is_sent_again_only_after_it_is_proven_absent(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        vendor.on_create("Alpha", dropped)
        ran = project.run("sync")
        assert ran.code == 0, ran.err
        asked = [request.path.rsplit("/", 1)[-1] for request in vendor.requests]
        listing, create = "getAllCampaignDetails", "campaign"
        before = ["getAllListDetails", listing, create]
        assert asked == [*before, listing, listing, create, listing]
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
        assert (entry["leaseSeconds"], project.status) == (0, "")
        assert project.git("log", "-1", "--format=%s") == "campaignsync: claim 1 campaign"
        planned = project.run("plan", "--format", "json", "--detailed-exitcode")
        assert planned.code == 2
        [pending] = planned.json["pending"]
        assert set(pending) == {"name", "source", "claimedAt", "digest", "body"}

    def test_is_resolved_by_the_next_run_in_the_clone(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")

        def then_no_list(account: Vendor, request: Request) -> None:
            account.list_behaviour = rejected("no longer", status=401)
            created_then_dropped(account, request)

        vendor.on_create("Alpha", then_no_list)
        assert project.run("sync").code == 5
        vendor.list_behaviour = listed
        following = project.run("sync", "--format", "json")
        assert (following.code, len(vendor.creates)) == (0, 1), following.err
        assert [each["name"] for each in following.json["recovered"]] == ["Alpha"]
        assert project.recorded() == {"Alpha": vendor.ids_of("Alpha")[0]}
        assert (project.status, project.journals) == ("", {})


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


def test_a_campaign_is_not_sent_where_no_connection_can_be_made(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")

    def then_close(account: Vendor, request: Request) -> Reply:
        account.is_closing = True
        return listed(account, request)

    vendor.list_behaviour = then_close
    ran = project.run("sync", "--format", "json")
    assert (ran.code, [each["name"] for each in ran.json["notSent"]]) == (4, ["Alpha"]), ran.err
    assert (project.entries(), project.journals) == ({}, {})


def test_a_redirect_is_not_followed_and_the_reason_says_where_to(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    with serving() as elsewhere:
        answer = reply(307, {"message": "moved"}, Location=f"{elsewhere.url}/campaign")
        vendor.on_create("Alpha", lambda _account, _request: answer)
        ran = project.run("sync")
        assert elsewhere.requests == []
    assert (ran.code, len(vendor.creates), vendor.campaigns) == (4, 1, [])
    assert f"{elsewhere.url}/campaign" in ran.out
    assert project.entries() == {}


class TestClocks:
    """Waits and leases rest on clocks that differ by little: that is checked before anything is sent."""

    @pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(minutes=-3), timedelta(days=400)])
    def test_that_differ_by_more_than_two_minutes_end_the_run_with_both_times(
        self, project: Project, vendor: Vendor, ahead: timedelta
    ) -> None:
        project.define("Alpha")
        vendor.now = lambda: datetime.now(UTC) + ahead
        before = datetime.now(UTC)
        ran = project.run("sync", "--format", "json")
        after = datetime.now(UTC)
        assert (ran.code, vendor.creates, project.entries()) == (1, [], {})
        message = ran.json["error"]["message"]
        theirs, ours = (datetime.fromisoformat(time) for time in re.findall(r"\d{4}-\S+Z", message))
        # How long it took is how sure the run can be of the difference; the header has whole seconds.
        unsure = after - before + timedelta(seconds=2)
        assert before - unsure <= ours <= after
        assert abs(theirs - ours - ahead) <= unsure
        assert "Set this machine's clock" in ran.json["error"]["hint"]

    @pytest.mark.parametrize("ahead_s", [-110, 110])
    def test_that_differ_by_less_are_no_reason_to_stop(
        self, project: Project, vendor: Vendor, ahead_s: float
    ) -> None:
        project.define("Alpha")
        vendor.now = lambda: datetime.now(UTC) + timedelta(seconds=ahead_s)
        assert project.run("sync").code == 0
        assert project.recorded() == {"Alpha": vendor.ids_of("Alpha")[0]}


class TestATwin:
    """A campaign that the vendor made late, beside the one that was recorded."""

    @pytest.fixture
    def recovered(self, project: Project, vendor: Vendor) -> Project:
        """Have a campaign that was found after its answer was lost."""
        project.define("Alpha")
        vendor.on_create("Alpha", created_then_dropped)
        assert project.run("sync").code == 0
        vendor.requests.clear()
        return project

    def test_within_a_day_of_the_recovery_ends_with_5_and_both_ids(
        self, recovered: Project, vendor: Vendor
    ) -> None:
        head = recovered.head
        vendor.add(json.loads(definition("alpha ", description="About Alpha")))
        ran = recovered.run("sync", "--format", "json")
        assert (ran.code, vendor.creates, recovered.head) == (5, [], head), ran.err
        [unknown] = ran.json["unknown"]
        assert unknown["name"] == "Alpha"
        assert "cd-0001 and cd-0002" in unknown["error"]

    def test_is_looked_for_by_each_sync_of_that_day(self, recovered: Project, vendor: Vendor) -> None:
        for _ in range(2):
            assert recovered.run("sync").code == 0
        assert [request.is_list for request in vendor.requests] == [True, True]

    def test_after_more_than_a_day_is_not_looked_for(self, recovered: Project, vendor: Vendor) -> None:
        entries = recovered.entries()
        yesterday = datetime.now(UTC) - timedelta(hours=25)
        entries["Alpha"]["createdAt"] = yesterday.strftime("%Y-%m-%dT%H:%M:%SZ")
        recovered.write_state(entries)
        vendor.add(json.loads(definition("Alpha")))
        assert (recovered.run("sync").code, vendor.requests) == (0, [])

    def test_of_a_campaign_that_was_sent_twice_is_found_too(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        vendor.on_create("Alpha", dropped)
        assert project.run("sync").code == 0
        vendor.add(json.loads(definition("Alpha")))
        ran = project.run("sync", "--format", "json")
        assert ran.code == 5
        assert "cd-0001 and cd-0002" in ran.json["unknown"][0]["error"]

    def test_beside_any_other_campaign_is_a_warning_when_the_account_is_listed(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.run("sync")
        vendor.add(json.loads(definition("Alpha")))
        project.define("Bravo")
        ran = project.run("sync")
        assert (ran.code, vendor.sent_names) == (0, ["Alpha", "Bravo"])
        assert "cd-0001 and cd-0002" in ran.out


class TestAClaimThatWasSentThreeTimes:
    @pytest.fixture
    def stuck(self, project: Project) -> Project:
        """Have a claim that only a person may decide about, on the remote, and another definition."""
        project.define("Alpha", "Bravo")
        project.write_state({"Alpha": claim("Alpha", sends=3, leaseSeconds=1800)})
        published(project, project.path.with_name("remote.git"))
        return project

    def test_is_reported_at_once_and_the_others_go_on(self, stuck: Project, vendor: Vendor) -> None:
        ran = stuck.run("sync", "--push", "--format", "json", CAMPAIGNSYNC_SETTLE="3600")
        assert (ran.code, vendor.sent_names) == (5, ["Bravo"]), ran.err
        [unknown] = ran.json["unknown"]
        assert unknown["name"] == "Alpha"
        assert "`campaignsync forget --push 'Alpha'`" in unknown["error"]
        assert "waiting" not in ran.err

    def test_is_found_where_its_campaign_exists_after_all(self, stuck: Project, vendor: Vendor) -> None:
        vendor.add(json.loads(definition("Alpha")))
        ran = stuck.run("sync", "--push", "--format", "json", CAMPAIGNSYNC_SETTLE="3600")
        assert (ran.code, vendor.sent_names) == (0, ["Bravo"]), ran.err
        assert [each["name"] for each in ran.json["recovered"]] == ["Alpha"]

    def test_is_dropped_once_nobody_can_be_sending_where_its_definition_is_gone(
        self, stuck: Project, vendor: Vendor
    ) -> None:
        stuck.write_state({"Alpha": claim("Alpha", sends=3)})
        stuck.git("rm", "--quiet", "campaigns/Alpha.yaml")
        stuck.git("commit", "--quiet", "--message=gone")
        stuck.git("push", "--quiet")
        ran = stuck.run("sync", "--push")
        assert (ran.code, vendor.sent_names) == (0, ["Bravo"]), ran.err
        assert "Alpha: waiting; " in ran.err
        stuck.git("fetch", "--quiet")
        assert stuck.recorded("origin/main") == {"Bravo": vendor.ids_of("Bravo")[0]}


class TestWhereItCanNotBeRecorded:
    """Created, and the push of the ids refused: the journal keeps them until a run can record them."""

    @pytest.fixture
    def refused(self, project: Project, vendor: Vendor) -> Project:
        """Have a remote that takes no push but the claims'."""
        project.define("Alpha")
        remote = published(project, project.path.with_name("remote.git"))

        def then_protect(account: Vendor, request: Request) -> Reply:
            hook(remote, "update", "echo 'the branch is protected' >&2; exit 1")
            return created(account, request)

        vendor.on_create("Alpha", then_protect)
        return project

    def test_ends_with_6_and_the_remote_s_words(self, refused: Project, vendor: Vendor) -> None:
        before = kept(refused.path)
        ran = refused.run("sync", "--push", "--format", "json")
        assert ran.code == 6, ran.err
        [camp_id] = vendor.ids_of("Alpha")
        assert [each["campId"] for each in ran.json["created"]] == [camp_id]
        assert ran.json["pushed"] is False
        assert "the branch is protected" in ran.err
        assert "The journal of this clone keeps it" in ran.err
        [journal] = refused.journals.values()
        assert camp_id.encode() in journal
        assert differences(before, kept(refused.path)) == set()

    @pytest.mark.slow
    def test_the_text_does_not_say_that_it_was_recorded(self, refused: Project, vendor: Vendor) -> None:
        ran = refused.run("sync", "--push")
        last = ran.out.rstrip("\n").split("\n")[-1]
        assert last.endswith("; kept in this clone's journal, not recorded.")

    @pytest.mark.slow
    def test_a_plan_shows_what_the_journal_holds(self, refused: Project, vendor: Vendor) -> None:
        refused.run("sync", "--push")
        planned = refused.run("plan", "--format", "json").json
        assert (planned["create"], planned["unchanged"]) == ([], 1)

    def test_the_next_run_records_it_and_sends_nothing(self, refused: Project, vendor: Vendor) -> None:
        refused.run("sync", "--push")
        (refused.path.with_name("remote.git") / "hooks" / "update").unlink()
        vendor.requests.clear()
        following = refused.run("sync", "--push", "--format", "json")
        assert (following.code, vendor.requests) == (0, []), following.err
        refused.git("fetch", "--quiet")
        assert refused.recorded("origin/main") == {"Alpha": vendor.ids_of("Alpha")[0]}
        assert following.json["commit"] == refused.git("rev-parse", "origin/main")
        assert refused.journals == {}

    @pytest.mark.slow
    def test_a_run_in_another_clone_finds_it_by_looking(
        self, refused: Project, vendor: Vendor, tmp_path: Path
    ) -> None:
        refused.run("sync", "--push")
        remote = Project(refused.path.with_name("remote.git"), refused.env)
        (remote.path / "hooks" / "update").unlink()
        # The killed run's lease, which nobody can wait for in a test: as it is after its end.
        other = cloned(remote, tmp_path / "other")
        left = other.entries()["Alpha"]
        other.write_state({"Alpha": {**left, "leaseSeconds": 0}})
        other.git("push", "--quiet")
        ran = other.run("sync", "--push", "--format", "json")
        assert (ran.code, len(vendor.creates)) == (0, 1), ran.err
        assert [each["name"] for each in ran.json["recovered"]] == ["Alpha"]

    @pytest.mark.slow
    def test_in_the_default_mode_the_next_run_records_it_too(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        head = project.head

        def then_lock(account: Vendor, request: Request) -> Reply:
            # As a git that was killed leaves it.
            project.write(".git/refs/heads/main.lock", "")
            return created(account, request)

        vendor.on_create("Alpha", then_lock)
        ran = project.run("sync", "--format", "json")
        assert (ran.code, project.head) == (6, head), ran.err
        assert "main.lock" in ran.err
        (project.path / ".git/refs/heads/main.lock").unlink()
        vendor.requests.clear()
        assert (project.run("sync").code, vendor.requests) == (0, [])
        assert project.recorded() == {"Alpha": vendor.ids_of("Alpha")[0]}
        assert (project.status, project.journals) == ("", {})


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

    def test_what_no_commit_recorded_is_known_once_it_is_committed(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.run("sync", "--no-commit")
        project.git("add", STATE)
        project.git("commit", "--quiet", "--message=state")
        vendor.requests.clear()
        head = project.head
        assert (project.run("sync").code, vendor.requests, project.head) == (0, [], head)

    def test_what_no_commit_recorded_is_never_made_twice_by_a_run_that_reads_commits(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.run("sync", "--no-commit")
        # What this clone made less than the settle time ago it would know of itself.
        ran = project.run("sync", "--settle", "0")
        assert (ran.code, len(vendor.creates)) == (4, 1)
        assert "`campaignsync adopt 'campaigns/Alpha.yaml' --camp-id 'cd-0001'`" in ran.out

    def test_a_plan_over_max_creates_is_shown_then_refused(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha", "Bravo")
        head = project.head
        ran = project.run("sync", "--max-creates", "1")
        assert (ran.code, vendor.requests, project.head) == (1, [], head)
        assert "Alpha" in ran.out + ran.err
        assert "--max-creates 2" in ran.err
        assert project.run("sync", "--max-creates", "2").code == 0

    def test_max_creates_counts_claims_that_may_be_sent_again(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha", "Bravo", "Charlie")
        pending = {"Alpha": claim("Alpha"), "Bravo": claim("Bravo", sends=3), "Gone": claim("Gone")}
        project.write_state(pending)
        published(project, project.path.with_name("remote.git"))
        # Of four, what was sent three times is not sent again, nor is what has no definition.
        ran = project.run("sync", "--push", "--max-creates", "1")
        assert (ran.code, vendor.requests) == (1, [])
        assert "the plan sends 2 campaigns, and at most 1 are allowed" in ran.err
        assert "--max-creates 2" in ran.err
        again = project.run("sync", "--push", "--max-creates", "2")
        assert (again.code, vendor.sent_names) == (5, ["Alpha", "Charlie"]), again.err


class TestGit:
    @pytest.mark.parametrize("edit", ["added", "edited", "deleted", "renamed", "staged"])
    def test_a_folder_that_would_create_something_else_is_refused_and_named(
        self, project: Project, vendor: Vendor, edit: str
    ) -> None:
        project.define("Alpha", "Bravo")
        file = project.path / "campaigns" / "Bravo.yaml"
        named = "campaigns/Bravo.yaml"
        match edit:
            case "added":
                named = "campaigns/Charlie.yaml"
                project.write(named, definition("Charlie"))
            case "edited":
                project.write(named, definition("Bravo", maxSkips=2))
            case "deleted":
                file.unlink()
            case "renamed":
                project.write(named, definition("Charlie", description="About Bravo"))
            case _:
                project.write(named, definition("Bravo", maxSkips=2))
                project.git("add", named)
        before = kept(project.path)
        ran = project.run("sync", "--format", "json")
        assert (ran.code, vendor.requests) == (1, []), ran.err
        assert named in ran.json["error"]["message"]
        assert "campaigns/Alpha.yaml" not in ran.json["error"]["message"]
        assert differences(before, kept(project.path)) == set()

    @pytest.mark.parametrize("edit", ["a comment", "a move", "of what exists", "an ignored file"])
    def test_edits_that_change_nothing_of_what_is_created_are_no_reason_to_stop(
        self, project: Project, vendor: Vendor, edit: str
    ) -> None:
        project.define("Alpha")
        assert project.run("sync").code == 0
        project.define("Bravo")
        match edit:
            case "a comment":
                project.write("campaigns/Bravo.yaml", definition("Bravo") + "  # soon\n")
            case "a move":
                (project.path / "campaigns/Bravo.yaml").rename(project.path / "campaigns/B.yaml")
            case "of what exists":
                project.write("campaigns/Alpha.yaml", definition("Alpha", maxSkips=2))
            case _:
                project.write("campaigns/notes.txt", "mine\n")
        assert project.run("sync").code == 0
        assert project.recorded() == {name: vendor.ids_of(name)[0] for name in ("Alpha", "Bravo")}

    def test_a_definition_with_problems_in_the_folder_alone_is_told_as_such(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.write("campaigns/Bravo.yaml", definition("Bravo", maxSkips=-1))
        ran = project.run("sync", "--format", "json")
        assert (ran.code, vendor.requests) == (3, [])
        assert [each["path"] for each in ran.json["problems"]] == ["campaigns/Bravo.yaml"]

    def test_with_push_the_folder_may_hold_anything(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        published(project, project.path.with_name("remote.git"))
        project.write("campaigns/Bravo.yaml", definition("Bravo", maxSkips=-1))
        project.write(STATE, "{")
        before = kept(project.path)
        ran = project.run("sync", "--push")
        assert (ran.code, vendor.sent_names) == (0, ["Alpha"]), ran.err
        assert differences(before, kept(project.path)) == set()

    @pytest.mark.parametrize(
        "command", [("sync",), ("adopt", "campaigns/Alpha.yaml"), ("forget", "Alpha")], ids=" ".join
    )
    def test_where_the_branch_has_an_upstream_push_or_local_is_demanded(
        self, project: Project, vendor: Vendor, command: tuple[str, ...]
    ) -> None:
        project.define("Alpha")
        published(project, project.path.with_name("remote.git"))
        before = kept(project.path)
        ran = project.run(*command)
        assert (ran.code, vendor.requests) == (1, [])
        assert "--push" in ran.err
        assert "--local" in ran.err
        assert differences(before, kept(project.path)) == set()

    def test_local_says_that_nobody_else_syncs(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        published(project, project.path.with_name("remote.git"))
        source = project.head
        assert project.run("sync", "--local").code == 0
        assert project.git("rev-parse", "HEAD^") == source == project.git("rev-parse", "origin/main")
        assert project.run("forget", "Alpha", "--local").code == 0
        assert project.run("adopt", "campaigns/Alpha.yaml", "--local").code == 0
        assert project.recorded() == {"Alpha": vendor.ids_of("Alpha")[0]}

    @pytest.mark.parametrize("options", [("--no-commit",), ("--sandbox",)])
    def test_what_commits_nothing_needs_no_push(self, project: Project, options: tuple[str, ...]) -> None:
        project.define("Alpha")
        published(project, project.path.with_name("remote.git"))
        head = project.head
        assert project.run("sync", *options).code == 0
        assert project.head == head

    def test_a_branch_without_an_upstream_needs_no_push_though_there_is_a_remote(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        published(project, project.path.with_name("remote.git"))
        project.git("switch", "--quiet", "--no-track", "--create", "mine")
        assert project.run("sync").code == 0

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
        project.define("Alpha")
        published(project, tmp_path / "remote.git")
        source, before = project.head, kept(project.path)
        ran = project.run(
            "sync",
            "--push",
            GITHUB_ACTIONS="true",
            GITHUB_SERVER_URL="https://github.com",
            GITHUB_REPOSITORY="acme/campaigns",
            GITHUB_RUN_ID="7",
            GITHUB_ACTOR="jane-doe",
        )
        assert ran.code == 0, ran.err
        assert differences(before, kept(project.path)) == set()
        project.git("fetch", "--quiet")
        trailers = project.git("log", "-1", "--format=%(trailers:only)", "origin/main")
        # Made after the claim, which is what its state was read from.
        assert trailers.rstrip("\n").split("\n") == [
            f"Source-Commit: {source}",
            f"Plan: {digest_of('Alpha')}",
            "Run: https://github.com/acme/campaigns/actions/runs/7",
            "Actor: jane-doe",
        ]
        assert project.recorded("origin/main") == {"Alpha": "cd-0001"}
        assert "git pull" in ran.out


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


def commit_definitions(project: Project) -> None:
    project.git("add", "campaigns")
    project.git("commit", "--quiet", "--message=definitions")


class TestWhatBecomesOfACampaign:
    def test_one_that_is_active_ends_the_run_with_7_its_id_first_and_recorded(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha", "Bravo")
        vendor.statuses["Bravo"] = "Active"
        ran = project.run("sync")
        [camp_id] = vendor.ids_of("Bravo")
        assert ran.code == 7
        assert ran.out.splitlines()[0] == f"{camp_id} is Active: Bravo"
        assert project.state["campaigns"]["Bravo"]["campId"] == camp_id
        assert project.status == ""
        assert project.run("sync").code == 0

    def test_the_six_shapes_are_each_created_once(self, project: Project, vendor: Vendor) -> None:
        for shape in SHAPES:
            project.write(f"campaigns/{shape}.yaml", json.dumps({**shaped(shape), "name": shape}))
        commit_definitions(project)
        ran = project.run("sync", "--format", "json")
        assert (ran.code, len(ran.json["created"])) == (0, 6), ran.err
        assert vendor.sent_names == sorted(SHAPES)
        for request in vendor.creates:
            body = request.json
            assert body == {**shaped(body["name"]), "name": body["name"]}
            assert ("/campaign/api/v2/" in request.path) == ("dncLists" in body)
            assert ("accountId" in dict(request.query)) == ("dncLists" in body)
        assert project.run("sync").out.splitlines()[-1].startswith("Nothing to create: 6 unchanged")

    def test_a_do_not_call_list_that_comes_later_is_a_change_and_nothing_is_sent_again(
        self, project: Project, vendor: Vendor
    ) -> None:
        body = shaped("Preview")
        project.write("campaigns/x.yaml", json.dumps(body))
        commit_definitions(project)
        project.run("sync")
        gained = {key: value for key, value in body.items() if key != "enableMachineDetect"}
        project.write("campaigns/x.yaml", json.dumps({**gained, "dncLists": {"name": "Never"}}))
        commit_definitions(project)
        ran = project.run("sync", "--format", "json")
        assert ran.code == 0
        (changed,) = ran.json["changed"]
        assert [change["path"] for change in changed["changes"]] == ["dncLists", "enableMachineDetect"]
        assert len(vendor.creates) == 1

    def test_a_contact_list_that_does_not_exist_fails_its_definition_alone(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.define("Bravo", contactLists=["Recent Byers - Q2 2025"])
        known = "Recent Buyers - Q2 2025"
        vendor.contact_lists = [known]
        ran = project.run("sync", "--format", "json")
        assert ran.code == 4
        assert [failure["error"] for failure in ran.json["failed"]] == [
            f"the account has no contact list 'Recent Byers - Q2 2025'; the nearest is {known!r}"
        ]
        assert vendor.sent_names == ["Alpha"]

    def test_the_target_is_named_before_anything_is_sent(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        env = {name: project.env[f"KORE_{name}"] for name in ("HOST", "APP_ID", "ACCOUNT_ID")}
        target = f"for {env['HOST']}, application {env['APP_ID']}, account {env['ACCOUNT_ID']}.\n"
        ran = project.run("sync")
        new = "which is new: nothing was ever created from it; "
        assert ran.err.startswith(f"Campaigns of {STATE}, {new}{target}"), ran.err
        again = project.run("sync")
        assert (again.code, again.err) == (0, f"Campaigns of {STATE}; {target}")

    def test_what_is_proven_absent_is_not_sent_again_without_its_contact_list(
        self, project: Project, vendor: Vendor
    ) -> None:
        project.define("Alpha")
        project.write_state({"Alpha": claim("Alpha")})
        published(project, project.path.with_name("remote.git"))
        name, vendor.contact_lists = "Recent Buyers - Q2 2025", ["Recent Buyers - Q3 2025"]
        ran = project.run("sync", "--push", "--format", "json")
        assert (ran.code, vendor.creates) == (4, []), ran.err
        assert [failure["error"] for failure in ran.json["failed"]] == [
            f"the account has no contact list {name!r}; the nearest is 'Recent Buyers - Q3 2025'"
        ]
        vendor.contact_lists.append(name)
        again = project.run("sync", "--push", "--format", "json")
        assert (again.code, vendor.sent_names) == (0, ["Alpha"]), again.err

    def test_contact_lists_that_may_not_be_seen_are_a_warning(self, project: Project, vendor: Vendor) -> None:
        project.define("Alpha")
        ran = project.run("sync")
        assert ran.code == 0
        assert "whether the contact lists exist could not be checked: HTTP 403: not in your scope" in ran.out
