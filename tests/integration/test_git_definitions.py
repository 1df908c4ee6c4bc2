"""Whether definitions are committed as they stand, with real git."""

from pathlib import Path

import pytest

from tests.integration.clones import (
    Clone,
    new_clone,
    new_work_tree,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A work tree with a committed definition and an empty state."""
    return new_work_tree(tmp_path / "a clone")


async def test_committed_definitions_are_fine(clone: Clone) -> None:
    assert await (await clone.open()).uncommitted(["campaigns/billing.yaml"]) == ()


async def test_no_definitions_are_fine(clone: Clone) -> None:
    assert await (await clone.open()).uncommitted([]) == ()


async def test_new_edited_staged_and_removed_definitions_are_told_in_order(clone: Clone) -> None:
    for name in ("edited", "staged", "removed", "fine"):
        clone.commit(f"campaigns/{name}.yaml", f"name: {name}\n")
    clone.write("campaigns/edited.yaml", "name: other\n")
    clone.write("campaigns/staged.yaml", "name: other\n")
    clone.git("add", "campaigns/staged.yaml")
    clone.write("campaigns/new.yaml", "name: new\n")
    (clone.path / "campaigns/removed.yaml").unlink()
    sources = [f"campaigns/{name}.yaml" for name in ("staged", "fine", "new", "edited", "removed")]
    loose = await (await clone.open()).uncommitted(sources)
    assert loose == tuple(f"campaigns/{name}.yaml" for name in ("staged", "new", "edited", "removed"))


@pytest.mark.parametrize(
    "name",
    [
        "with space.yaml",
        "grüße 🙂.yaml",
        '"quoted".yaml',
        "back\\slash.yaml",
        "[a-z]*?.yaml",
        ":(top)x.yaml",
        "-x.yaml",
        "#x.yaml",
        "a\tb.yaml",
        "HEAD",
    ],
)
async def test_any_name_can_be_a_definitions(clone: Clone, name: str) -> None:
    source = f"campaigns/{name}"
    clone.write(source, "name: x\n")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message=x")
    repository = await clone.open()
    assert await repository.uncommitted([source]) == ()
    clone.write(source, "name: y\n")
    assert await repository.uncommitted([source]) == (source,)


async def test_a_name_with_a_line_break_counts_as_not_committed(clone: Clone) -> None:
    clone.commit("campaigns/a\nb.yaml", "name: x\n")
    assert await (await clone.open()).uncommitted(["campaigns/a\nb.yaml"]) == ("campaigns/a\nb.yaml",)


async def test_sources_are_relative_to_the_working_directory(clone: Clone) -> None:
    clone.commit("team/campaigns/a.yaml", "name: a\n")
    clone.write("team/campaigns/b.yaml", "name: b\n")
    repository = await clone.open(folder="team")
    sources = ["campaigns/a.yaml", "campaigns/b.yaml", "../campaigns/billing.yaml"]
    assert await repository.uncommitted(sources) == ("campaigns/b.yaml",)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
async def test_an_edit_that_git_was_told_to_overlook_is_seen(clone: Clone, flag: str) -> None:
    clone.git("update-index", flag, "campaigns/billing.yaml")
    clone.write("campaigns/billing.yaml", "name: other\n")
    assert await (await clone.open()).uncommitted(["campaigns/billing.yaml"]) == ("campaigns/billing.yaml",)


async def test_an_ignored_definition_is_not_committed(clone: Clone) -> None:
    clone.commit(".gitignore", "local.yaml\n")
    clone.write("campaigns/local.yaml", "name: x\n")
    assert await (await clone.open()).uncommitted(["campaigns/local.yaml"]) == ("campaigns/local.yaml",)


async def test_a_definition_in_a_submodule_is_not_in_this_history(clone: Clone) -> None:
    inner = new_clone(clone.path / "campaigns/module")
    inner.commit("x.yaml", "name: x\n")
    clone.git("-c", "advice.addEmbeddedRepo=false", "add", "campaigns/module")
    clone.git("commit", "--quiet", "--message=module")
    loose = await (await clone.open()).uncommitted(["campaigns/module/x.yaml"])
    assert loose == ("campaigns/module/x.yaml",)


@pytest.mark.parametrize("setting", ["true", "input"])
@pytest.mark.parametrize("safe", ["true", "warn"])
async def test_line_ends_that_git_converts_are_no_edit(clone: Clone, setting: str, safe: str) -> None:
    clone.git("config", "core.autocrlf", setting)
    clone.git("config", "core.safecrlf", safe)
    clone.write("campaigns/billing.yaml", "name: Billing\r\n")
    assert await (await clone.open()).uncommitted(["campaigns/billing.yaml"]) == ()


async def test_a_file_committed_with_crlf_is_no_edit_whatever_the_setting(clone: Clone) -> None:
    clone.commit("campaigns/crlf.yaml", "name: x\r\n")
    clone.git("config", "core.autocrlf", "true")
    assert await (await clone.open()).uncommitted(["campaigns/crlf.yaml"]) == ()


async def test_a_clean_filter_is_no_edit(clone: Clone) -> None:
    clone.git("config", "filter.upper.clean", "tr a-z A-Z")
    clone.git("config", "filter.upper.smudge", "tr A-Z a-z")
    clone.commit(".gitattributes", "*.yaml filter=upper\n")
    clone.commit("campaigns/filtered.yaml", "name: x\n")
    repository = await clone.open()
    assert clone.git("show", "HEAD:campaigns/filtered.yaml") == "NAME: X"
    assert await repository.uncommitted(["campaigns/filtered.yaml"]) == ()
    clone.write("campaigns/filtered.yaml", "name: y\n")
    assert await repository.uncommitted(["campaigns/filtered.yaml"]) == ("campaigns/filtered.yaml",)


async def test_a_link_counts_with_its_target(clone: Clone) -> None:
    clone.commit("shared/x.yaml", "name: x\n")
    (clone.path / "campaigns/x.yaml").symlink_to("../shared/x.yaml")
    (clone.path / "alias").symlink_to("campaigns")
    repository = await clone.open()
    sources = ["campaigns/x.yaml", "alias/billing.yaml"]
    assert await repository.uncommitted(sources) == tuple(sources)
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message=links")
    assert await repository.uncommitted(sources) == ()
    clone.write("shared/x.yaml", "name: y\n")
    assert await repository.uncommitted(sources) == ("campaigns/x.yaml",)
    clone.git("checkout", "shared")
    (clone.path / "campaigns/x.yaml").unlink()
    (clone.path / "campaigns/x.yaml").symlink_to(clone.path / "shared/x.yaml")
    assert await repository.uncommitted(sources) == ("campaigns/x.yaml",)


async def test_a_link_out_of_the_work_tree_is_not_committed(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("name: x\n", encoding="utf-8")
    (clone.path / "campaigns/x.yaml").symlink_to("../../outside.yaml")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message=link")
    assert await (await clone.open()).uncommitted(["campaigns/x.yaml"]) == ("campaigns/x.yaml",)


async def test_five_thousand_definitions_are_compared_at_once(clone: Clone) -> None:
    sources = [f"campaigns/{number:04}.yaml" for number in range(5000)]
    for source in sources:
        clone.write(source, f"name: {source}\n")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message=many")
    clone.write(sources[4321], "name: other\n")
    assert await (await clone.open()).uncommitted(sources) == (sources[4321],)
