"""Commands from a folder inside the repository: the default folders are those in its top."""

import json
from pathlib import Path

import pytest

from tests.e2e.clones import published
from tests.e2e.conftest import STATE, Project
from tests.e2e.vendor import Vendor


@pytest.fixture(params=["campaigns", "docs/more"])
def inside(request: pytest.FixtureRequest, project: Project) -> Path:
    """Return a folder inside the repository, which has one definition."""
    project.define("Alpha")
    folder = project.path / str(request.param)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_the_folders_in_the_top_are_found_and_the_top_is_named(inside: Path, project: Project) -> None:
    ran = project.run("plan", "--format", "json", cwd=inside)
    assert [each["source"] for each in ran.json["create"]] == ["campaigns/Alpha.yaml"], ran.err
    assert f"Working in {project.path}, the top of the repository.\n" in ran.err
    assert project.run("plan", "--format", "json").out == ran.out
    assert "Working in" not in project.run("plan").err


def test_a_sync_is_the_same_from_anywhere(inside: Path, project: Project, vendor: Vendor) -> None:
    published(project, project.path.with_name("remote.git"))
    ran = project.run("sync", "--push", cwd=inside)
    assert (ran.code, vendor.sent_names) == (0, ["Alpha"]), ran.err
    project.git("pull", "--quiet")
    assert project.entries()["Alpha"]["source"] == "campaigns/Alpha.yaml"
    assert project.run("sync", "--push").code == 0
    status = project.run("status", "--format", "json", cwd=inside)
    assert [each["name"] for each in status.json["campaigns"]] == ["Alpha"], status.err
    assert "Alpha" in project.run("history", cwd=inside).out
    assert len(vendor.creates) == 1


def test_what_is_typed_is_from_the_working_directory(
    inside: Path, project: Project, vendor: Vendor, tmp_path: Path
) -> None:
    typed = "Alpha.yaml" if inside.name == "campaigns" else "../../campaigns/Alpha.yaml"
    assert project.run("validate", typed, cwd=inside).code == 0
    elsewhere = project.run("validate", "nowhere.yaml", cwd=inside)
    assert (elsewhere.code, f"{inside.relative_to(project.path)}/nowhere.yaml" in elsewhere.out) == (3, True)
    assert project.run("new", "Bravo", "--from", typed, cwd=inside).code == 0
    assert (project.path / "campaigns" / "bravo.yaml").exists()
    (project.path / "campaigns" / "bravo.yaml").unlink()
    assert project.run("plan", "--out", "../plan.json", cwd=inside).code == 0
    plan = inside.parent / "plan.json"
    assert [each["name"] for each in json.loads(plan.read_text())["create"]] == ["Alpha"]
    plan.rename(tmp_path / "plan.json")
    vendor.add(json.loads((project.path / "campaigns" / "Alpha.yaml").read_text()))
    adopted = project.run("adopt", typed, cwd=inside)
    assert (adopted.code, project.recorded()) == (0, {"Alpha": vendor.ids_of("Alpha")[0]}), adopted.err
    sync = project.run("sync", "--plan", str(tmp_path / "plan.json"), cwd=inside)
    assert (sync.code, vendor.creates) == (0, []), sync.err
    assert project.run("forget", "Alpha", cwd=inside).code == 0
    assert project.recorded() == {}


def test_a_definition_may_be_named_by_a_link_to_the_working_directory(
    project: Project, vendor: Vendor, tmp_path: Path
) -> None:
    project.define("Alpha")
    vendor.add(json.loads((project.path / "campaigns" / "Alpha.yaml").read_text()))
    link = tmp_path / "link"
    link.symlink_to(project.path)
    adopted = project.run("adopt", str(link / "campaigns" / "Alpha.yaml"))
    assert adopted.code == 0, adopted.err
    assert project.entries()["Alpha"]["source"] == "campaigns/Alpha.yaml"


def test_a_definition_that_is_not_committed_is_not_adopted(project: Project, vendor: Vendor) -> None:
    project.define("Alpha")
    project.write("campaigns/Bravo.yaml", "{}")
    ran = project.run("adopt", "campaigns/Bravo.yaml")
    assert (ran.code, vendor.requests) == (1, [])
    assert "campaigns/Bravo.yaml is not one of the definitions" in ran.err
    assert "Commit it first" in ran.err


def test_folders_that_are_named_are_from_the_working_directory(project: Project) -> None:
    project.define("Alpha")
    (project.path / "docs").mkdir()
    more = project.path / "docs" / "more"
    more.mkdir()
    ran = project.run("plan", "--campaigns", "more", "--state", f"../{STATE}", cwd=project.path / "docs")
    assert ran.code == 0, ran.err
    assert "Nothing to create" in ran.out


def test_what_needs_no_folders_works_in_none(inside: Path, project: Project) -> None:
    ran = project.run("help", cwd=inside)
    assert (ran.code, ran.err) == (0, "")


def test_a_folder_with_definitions_of_its_own_is_what_counts(project: Project) -> None:
    project.define("Alpha")
    project.write("emea/campaigns/Bravo.yaml", (project.path / "campaigns" / "Alpha.yaml").read_text())
    ran = project.run("plan", "--format", "json", cwd=project.path / "emea")
    assert [each["source"] for each in ran.json["create"]] == ["campaigns/Bravo.yaml"]
    assert "Working in" not in ran.err


def test_where_the_top_has_neither_folder_the_working_directory_counts(project: Project) -> None:
    inside = project.path / "emea"
    inside.mkdir()
    ran = project.run("new", "Alpha", cwd=inside)
    assert (ran.code, ran.err, (inside / "campaigns" / "alpha.yaml").exists()) == (0, "", True)


def test_a_beginning_is_made_in_the_working_directory(project: Project) -> None:
    project.define("Alpha")
    (project.path / "emea").mkdir()
    ran = project.run("init", "--no-workflows", cwd=project.path / "emea")
    assert (ran.code, (project.path / "emea" / STATE).exists()) == (0, True), ran.err
