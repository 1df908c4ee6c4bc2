"""A campaign of somebody else that has a definition's name: neither adopted on a guess nor duplicated."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.fault_account import Dropped, Fault, FaultyAccount, Reply, says
from tests.e2e.fault_place import Place, source_of
from tests.e2e.faults import FaultyVendor

NAMES = ("Alpha", "Bravo")
SOURCE = source_of("Alpha")

Start = Callable[..., tuple[Place, FaultyAccount]]


@pytest.fixture(params=[True, False], ids=["push", "local"])
def is_pushing(request: pytest.FixtureRequest) -> bool:
    """Both, since the claim is then somewhere else."""
    return bool(request.param)


@pytest.fixture
def start(tmp_path: Path, is_pushing: bool) -> Iterator[Start]:  # noqa: FBT001  # pytest gives it by name
    """Return what makes a clone and the account that it syncs with."""
    with ExitStack() as stack:

        def make(fault: Fault | None = None) -> tuple[Place, FaultyAccount]:
            account = FaultyAccount(fault, names=NAMES, targets=NAMES[:1])
            vendor = stack.enter_context(FaultyVendor(account))
            return Place.make(tmp_path, url=vendor.url, names=NAMES, is_pushing=is_pushing), account

        yield make


def adopt_command(camp_id: str) -> str:
    return f"`campaignsync adopt '{SOURCE}' --camp-id '{camp_id}'`"


def adopt_and_sync(place: Place, account: FaultyAccount, camp_id: str) -> None:
    """Adopt as the message says; then a sync has nothing to do, and says nothing to the API."""
    assert place.run("adopt", SOURCE, "--camp-id", camp_id).code == 0
    assert place.ids["Alpha"] == camp_id
    requests = len(account.tokens)
    assert place.sync().code == 0
    assert len(account.tokens) == requests
    assert place.untidy == ""


@pytest.mark.parametrize("name", ["Alpha", " ALPHA "])
def test_an_earlier_campaign_of_the_name_is_told_and_can_be_adopted(start: Start, name: str) -> None:
    place, account = start()
    theirs = account.make(name, age=timedelta(days=3))

    told = place.sync()

    assert told.code == 4
    assert adopt_command(theirs) in told.stdout
    assert account.sends == {"Bravo": 1}
    assert place.ids == {"Bravo": account.ids_of("Bravo")[0]}
    assert place.untidy == ""
    adopt_and_sync(place, account, theirs)
    assert account.sends == {"Bravo": 1}


@pytest.mark.parametrize(
    "reply",
    [says(409, {"message": "Campaign name already exists"}), says(502, "Bad Gateway"), Dropped()],
    ids=["409", "502", "dropped"],
)
def test_a_campaign_made_meanwhile_with_other_content_is_left_to_a_person(start: Start, reply: Reply) -> None:
    place, account = start(Fault(reply=reply))
    theirs: list[str] = []
    account.on_hit = lambda body: theirs.append(account.make(str(body["name"])))

    told = place.sync()

    assert told.code == 5
    assert adopt_command(theirs[0]) in told.stdout
    assert "`campaignsync forget 'Alpha'`" in told.stdout
    assert place.ids == {"Alpha": None, "Bravo": account.ids_of("Bravo")[0]}
    assert account.sends == {"Alpha": 1, "Bravo": 1}
    assert place.untidy == ""
    place.let_leases_end()
    adopt_and_sync(place, account, theirs[0])
    assert account.ids_of("Alpha") == theirs


def test_running_it_again_sends_nothing_while_a_person_has_not_decided(start: Start) -> None:
    place, account = start(Fault(reply=says(409, {"message": "Campaign name already exists"})))
    account.on_hit = lambda body: account.make(str(body["name"]))
    place.sync()
    place.let_leases_end()

    again = place.sync()

    assert again.code == 5
    assert adopt_command(account.ids_of("Alpha")[0]) in again.stdout
    assert account.sends == {"Alpha": 1, "Bravo": 1}


def test_adopting_too_early_is_refused_and_the_named_time_is_the_true_one(start: Start) -> None:
    """A command that doesn't wait has watched the claim for no time: only the lease's end frees it."""
    place, account = start(Fault(reply=says(409, {"message": "Campaign name already exists"})))
    account.on_hit = lambda body: account.make(str(body["name"]))
    place.sync()

    refused = place.run("adopt", SOURCE)

    assert refused.code == 1
    named_s = int(refused.stderr.split("Run it again in ")[1].split(" s")[0])
    assert named_s > (300 if place.is_pushing else 5)
    assert place.ids["Alpha"] is None
