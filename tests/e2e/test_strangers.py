"""A campaign of somebody else that has a definition's name: neither adopted on a guess nor duplicated.

And what a person does about it: `adopt` and `forget`, which wait for whoever may be sending.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.clones import cloned, differences, kept, published, running
from tests.e2e.conftest import Project, Ran, claim, definition, record
from tests.e2e.vendor import Behaviour, Reply, Request, Vendor, dropped, rejected

SOURCE = "campaigns/Alpha.yaml"
_THREE_DAYS_AGO = datetime.now(UTC) - timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A clone, and where its commands record.

    Attributes:
        project: The clone.
        remote: Its remote, where they push.
    """

    project: Project
    remote: Project | None

    def run(self, command: str, *args: str) -> Ran:
        """Run a command that commits."""
        return self.project.run(command, *args, *(["--push"] if self.remote else []))

    @property
    def ids(self) -> dict[str, str | None]:
        """The campIds that are recorded, by name."""
        return self.remote.recorded("main") if self.remote else self.project.recorded()


@pytest.fixture(params=[True, False], ids=["push", "local"])
def place(request: pytest.FixtureRequest, project: Project, tmp_path: Path) -> Place:
    """Have two definitions; both with a remote and without, since the claim is then somewhere else."""
    project.define("Alpha", "Bravo")
    remote = published(project, tmp_path / "remote.git") if request.param else None
    return Place(project=project, remote=remote)


def stranger(vendor: Vendor, name: str = "Alpha", *, created_at: datetime | None = None) -> str:
    """Let somebody else make a campaign with other content; return its id."""
    body = json.loads(definition(name, description="somebody else's", contactLists=["Another list"]))
    return vendor.add(body, created_at=created_at)


def meanwhile(behaviour: Behaviour) -> Behaviour:
    """Return a behaviour before which somebody else makes a campaign of that name."""

    def behave(vendor: Vendor, request: Request) -> Reply | None:
        stranger(vendor, request.json["name"])
        return behaviour(vendor, request)

    return behave


def adopt_command(place: Place, camp_id: str) -> str:
    return f"`campaignsync adopt '{SOURCE}' --camp-id '{camp_id}'{' --push' if place.remote else ''}`"


def adopt_and_sync(place: Place, vendor: Vendor, camp_id: str) -> None:
    """Adopt as the message says; then a sync has nothing to do, and says nothing to the API."""
    adopted = place.run("adopt", SOURCE, "--camp-id", camp_id)
    assert adopted.code == 0, adopted.err
    assert place.ids["Alpha"] == camp_id
    vendor.requests.clear()
    assert (place.run("sync").code, vendor.requests) == (0, [])
    assert (place.project.status, place.project.journals) == ("", {})


@pytest.mark.parametrize("name", ["Alpha", " ALPHA "])
def test_an_earlier_campaign_of_the_name_is_told_and_can_be_adopted(
    place: Place, vendor: Vendor, name: str
) -> None:
    theirs = stranger(vendor, name, created_at=_THREE_DAYS_AGO)
    told = place.run("sync")
    assert (told.code, vendor.sent_names) == (4, ["Bravo"]), told.err
    assert adopt_command(place, theirs) in told.out
    assert place.ids == {"Bravo": vendor.ids_of("Bravo")[0]}
    adopt_and_sync(place, vendor, theirs)


@pytest.mark.parametrize(
    "behaviour",
    [rejected("Campaign name already exists", status=409), rejected("Bad Gateway", status=502), dropped],
    ids=["409", "502", "dropped"],
)
def test_a_campaign_made_meanwhile_with_other_content_is_left_to_a_person(
    place: Place, vendor: Vendor, behaviour: Behaviour
) -> None:
    vendor.on_create("Alpha", meanwhile(behaviour))
    told = place.run("sync")
    assert (told.code, vendor.sent_names) == (5, ["Alpha", "Bravo"]), told.err
    [theirs] = vendor.ids_of("Alpha")
    assert adopt_command(place, theirs) in told.out
    forget = "campaignsync forget --push 'Alpha'" if place.remote else "campaignsync forget 'Alpha'"
    assert f"`{forget}`" in told.out
    assert place.ids == {"Alpha": None, "Bravo": vendor.ids_of("Bravo")[0]}
    assert place.project.status == ""
    adopt_and_sync(place, vendor, theirs)


def test_running_it_again_sends_nothing_while_a_person_has_not_decided(place: Place, vendor: Vendor) -> None:
    vendor.on_create("Alpha", meanwhile(rejected("Campaign name already exists", status=409)))
    place.run("sync")
    again = place.run("sync")
    assert (again.code, vendor.sent_names) == (5, ["Alpha", "Bravo"]), again.err
    assert adopt_command(place, vendor.ids_of("Alpha")[0]) in again.out


def test_a_claim_that_was_given_up_is_sent_again_once_the_stranger_is_gone(
    place: Place, vendor: Vendor
) -> None:
    vendor.on_create("Alpha", meanwhile(rejected("Campaign name already exists", status=409)))
    place.run("sync")
    forgotten = place.run("forget", "Alpha")
    assert (forgotten.code, place.ids) == (0, {"Bravo": vendor.ids_of("Bravo")[0]}), forgotten.err
    vendor.campaigns[:] = [row for row in vendor.campaigns if row["name"] != "Alpha"]
    assert (place.run("sync").code, vendor.sent_names) == (0, ["Alpha", "Alpha", "Bravo"])


def test_a_campaign_that_is_recorded_can_not_be_adopted_twice(place: Place, vendor: Vendor) -> None:
    assert place.run("sync").code == 0
    [alpha] = vendor.ids_of("Alpha")
    before = place.ids
    refused = place.run("adopt", SOURCE)
    assert (refused.code, f"is recorded already, as {alpha}" in refused.err) == (1, True)
    # Renamed in Kore.ai to a name that somebody defines.
    next(row for row in vendor.campaigns if row["_id"] == alpha)["name"] = "Charlie"
    place.project.git("pull", "--quiet") if place.remote else None
    place.project.define("Charlie")
    place.project.git("push", "--quiet") if place.remote else None
    refused = place.run("adopt", "campaigns/Charlie.yaml", "--camp-id", alpha)
    assert (refused.code, f"{alpha} is recorded already, as 'Alpha'" in refused.err) == (1, True)
    assert place.ids == before


_ADOPT, _FORGET = ("adopt", SOURCE, "--push"), ("forget", "Alpha", "--push")
_either_decision = pytest.mark.parametrize("command", [_ADOPT, _FORGET], ids=["adopt", "forget"])


class TestAClaimOnTheRemote:
    """Its owner may be alive anywhere: a person's decision waits for it as a sync does."""

    @pytest.fixture
    def claimed(self, project: Project, vendor: Vendor) -> Project:
        """Have a claim of half an hour, whose campaign is somebody else's."""
        project.define("Alpha")
        project.write_state({"Alpha": claim("Alpha", leaseSeconds=1800)})
        stranger(vendor)
        return project

    @pytest.fixture
    def remote(self, claimed: Project, tmp_path: Path) -> Project:
        return published(claimed, tmp_path / "remote.git")

    @pytest.mark.slow
    @_either_decision
    def test_is_waited_for_with_a_countdown_until_its_owner_ends_it(  # fixtures
        self, claimed: Project, remote: Project, vendor: Vendor, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        owner, before = cloned(remote, tmp_path / "owner"), kept(claimed.path)
        with running(claimed, *command, output=tmp_path / "run") as run:
            waiting = "Alpha: waiting; claimed by run run-1, which may still be sending for"
            run.wait_until_said(f"{waiting} 1800 s\n{waiting} 17")
            assert (vendor.requests, remote.recorded("main")) == ([], {"Alpha": None})
            owner.write_state({"Alpha": claim("Alpha")})
            owner.git("push", "--quiet")
            ended = run.ended()
        assert ended.code == 0, ended.err
        expected = {"Alpha": vendor.ids_of("Alpha")[0]} if command is _ADOPT else {}
        assert remote.recorded("main") == expected
        assert differences(before, kept(claimed.path)) == set()

    @pytest.mark.slow
    @_either_decision
    def test_that_becomes_a_record_meanwhile_is_judged_as_one(  # fixtures
        self, claimed: Project, remote: Project, vendor: Vendor, tmp_path: Path, command: tuple[str, ...]
    ) -> None:
        owner = cloned(remote, tmp_path / "owner")
        with running(claimed, *command, output=tmp_path / "run") as run:
            run.wait_until_said("Alpha: waiting;")
            owner.write_state({"Alpha": record("Alpha")})
            owner.git("push", "--quiet")
            ended = run.ended()
        if command is _ADOPT:
            assert (ended.code, "is recorded already, as cd-Alpha" in ended.err) == (1, True)
            assert remote.recorded("main") == {"Alpha": "cd-Alpha"}
        else:
            assert (ended.code, remote.recorded("main")) == (0, {}), ended.err

    def test_is_only_reported_by_a_run_that_does_not_push(self, claimed: Project, vendor: Vendor) -> None:
        before = kept(claimed.path)
        ran = claimed.run("sync", "--format", "json")
        assert (ran.code, vendor.creates) == (5, []), ran.err
        [unknown] = ran.json["unknown"]
        assert "claimed on the remote by run run-1" in unknown["error"]
        assert "`campaignsync sync --push` resolves it" in unknown["error"]
        assert "waiting" not in ran.err
        assert differences(before, kept(claimed.path)) == set()
