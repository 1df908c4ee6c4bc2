"""`sync --approved COMMIT`: only what somebody has seen in a plan is created."""

import pytest

from tests.e2e.conftest import Project, definition
from tests.e2e.vendor import Reply, Request, Vendor, dropped, listed, rejected


@pytest.fixture
def approved(project: Project) -> str:
    """Return a commit with one definition."""
    project.define("Billing")
    return project.head


def test_what_was_approved_is_created_whatever_came_after(
    project: Project, vendor: Vendor, approved: str
) -> None:
    project.define("Renewals")

    ran = project.run("sync", "--format", "json", "--approved", approved)

    assert (ran.code, vendor.sent_names) == (4, ["Billing"])
    (left,) = ran.json["notSent"]
    assert (left["name"], left["source"]) == ("Renewals", "campaigns/Renewals.yaml")
    assert approved in left["error"]
    assert project.camp_ids == {"Billing": "cd-0001"}


def test_the_next_approval_creates_the_rest(project: Project, vendor: Vendor, approved: str) -> None:
    project.define("Renewals")
    project.run("sync", "--approved", approved)

    ran = project.run("sync", "--approved", project.head)

    assert (ran.code, vendor.sent_names) == (0, ["Billing", "Renewals"])


@pytest.mark.usefixtures("approved")
def test_an_edit_after_the_approval_needs_its_own(project: Project, vendor: Vendor) -> None:
    approved = project.head
    project.write("campaigns/Billing.yaml", definition("Billing", maxSkips=9))
    project.git("commit", "--quiet", "--all", "--message=edit")

    ran = project.run("sync", "--approved", approved)

    assert (ran.code, vendor.creates) == (4, [])
    assert "notes" not in ran.out


def test_all_of_it_approved_ends_well(project: Project, vendor: Vendor, approved: str) -> None:
    project.write("notes.txt", "two\n")
    project.git("commit", "--quiet", "--all", "--message=notes")

    ran = project.run("sync", CAMPAIGNSYNC_APPROVED=approved)

    assert (ran.code, vendor.sent_names) == (0, ["Billing"])


def test_a_commit_that_is_not_here_stops_before_anything_is_sent(project: Project, vendor: Vendor) -> None:
    project.define("Billing")

    ran = project.run("sync", "--approved", "0123456789" * 4)

    assert (ran.code, vendor.creates) == (1, [])
    assert "is not in this repository" in ran.err


@pytest.mark.slow
def test_a_claim_is_not_sent_again_with_what_nobody_approved(
    project: Project, vendor: Vendor, approved: str
) -> None:
    """Proven absent, a claim becomes what its definition says now: that may be newer than the approval."""
    pages = iter([listed])

    def once(vendor: Vendor, request: Request) -> Reply | None:
        return next(pages, rejected("down", status=500))(vendor, request)

    vendor.list_behaviour = once
    vendor.on_create("Billing", dropped)
    assert project.run("sync", "--approved", approved).code == 5
    vendor.list_behaviour = listed
    project.write("campaigns/Billing.yaml", definition("Billing", maxSkips=9))
    project.git("commit", "--quiet", "--all", "--message=edit")

    ran = project.run("sync", "--approved", approved)

    assert (ran.code, len(vendor.creates)) == (5, 1)
    assert "that was approved" in ran.out
