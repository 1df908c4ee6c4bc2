"""Commits made of objects: the parent's tree with the state replaced, and nothing of a person's touched."""

import shutil
import subprocess
from pathlib import Path

import pytest

from campaignsync.errors import GitError
from campaignsync.state import State
from tests.integration.clones import (
    BILLING,
    MESSAGE,
    STATE,
    Clone,
    Remote,
    definition,
    new_clone,
    state,
    text,
)

pytestmark = pytest.mark.anyio

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
IDENTITIES = "--format=%an <%ae>%n%cn <%ce>"


def forget_identity(clone: Clone) -> None:
    clone.git("config", "--unset", "user.name")
    clone.git("config", "--unset", "user.email")
    # Git would make one up from the machine's name, where that has a dot.
    clone.git("config", "user.useConfigOnly", "true")


def tree(clone: Clone, commit: str) -> list[str]:
    return clone.git("ls-tree", "-r", "-t", commit).splitlines()


async def test_a_commit_is_the_parent_with_the_state_replaced(clone: Clone) -> None:
    base, commit = await clone.make("a")
    assert clone.git("rev-list", "--parents", "-1", commit) == f"{commit} {base.id}"
    assert clone.git("diff", "--name-only", base.id, commit) == STATE
    assert clone.git("show", f"{commit}:{STATE}") + "\n" == text("a")


async def test_the_message_is_as_given_whatever_its_lines_look_like(clone: Clone) -> None:
    clone.git("config", "i18n.commitEncoding", "ISO-8859-1")
    clone.git("config", "commit.cleanup", "strip")
    clone.git("config", "commit.template", "nowhere")
    _, commit = await clone.make("a")
    raw = clone.git("cat-file", "commit", commit)
    assert raw.partition("\n\n")[2] == MESSAGE.strip()
    assert "\nencoding " not in raw


async def test_nothing_of_a_persons_changes(clone: Clone) -> None:
    clone.make_untidy()
    before = clone.everything
    await clone.make("a")
    assert clone.everything == before


async def test_what_a_person_staged_is_not_in_it(clone: Clone) -> None:
    clone.make_untidy()
    clone.write(STATE, text("staged"))
    clone.git("add", STATE)
    base, commit = await clone.make("a")
    assert clone.git("diff", "--name-only", base.id, commit) == STATE
    assert clone.git("show", f"{commit}:{STATE}") + "\n" == text("a")


async def test_modes_links_and_submodules_stay(clone: Clone) -> None:
    clone.commit("run.sh", "true\n")
    clone.git("update-index", "--chmod=+x", "run.sh")
    (clone.path / "link").symlink_to("nowhere")
    new_clone(clone.path / "module").commit("x", "1\n")
    clone.git("-c", "advice.addEmbeddedRepo=false", "add", "link", "module")
    clone.git("commit", "--quiet", "--message=all kinds")
    clone.git("config", "core.fileMode", "false")
    clone.git("config", "core.symlinks", "false")
    base, commit = await clone.make("a")
    is_state = (f"\t{STATE}", "\tstate")
    before, after = (
        [line for line in tree(clone, each) if not line.endswith(is_state)] for each in (base.id, commit)
    )
    assert after == before
    assert clone.git("diff", "--name-only", base.id, commit) == STATE


async def test_the_state_becomes_a_regular_file(clone: Clone) -> None:
    clone.git("update-index", "--chmod=+x", STATE)
    clone.git("commit", "--quiet", "--message=executable")
    _, commit = await clone.make("a")
    assert clone.git("ls-tree", "--format=%(objectmode)", commit, STATE) == "100644"


@pytest.mark.parametrize("path", ["new.json", "new/folder/größe.json", "-x/[a]*?.json", ":(top)x,y.json"])
async def test_the_first_state_file_may_have_any_name(clone: Clone, path: str) -> None:
    base, commit = await clone.make("a", files=clone.at(state=path))
    assert base.state == State()
    made = await clone.at(state=path).at(commit)
    assert (made.state, clone.git("rev-list", "--count", f"{base.id}..{commit}")) == (state("a"), "1")


@pytest.mark.parametrize(
    "attributes", ["text eol=crlf", "filter=upper", "filter=lfs", "working-tree-encoding=UTF-16"]
)
async def test_no_attribute_changes_what_is_recorded(clone: Clone, attributes: str) -> None:
    for name in ("upper", "lfs"):
        clone.git("config", f"filter.{name}.clean", "tr a-z A-Z")
        clone.git("config", f"filter.{name}.required", "true")
    clone.git("config", "core.autocrlf", "true")
    clone.git("config", "core.safecrlf", "true")
    clone.write(".git/info/attributes", f"*.json {attributes}\n")
    _, commit = await clone.make("a")
    assert clone.git("show", f"{commit}:{STATE}") + "\n" == text("a")


async def test_no_object_is_taken_for_another_that_replaces_it(clone: Clone) -> None:
    """A tree that a clone only shows in the place of the parent's must not be committed (git-replace(1))."""
    before = clone.head
    clone.commit("x", "1\n")
    other = clone.head
    clone.git("reset", "--quiet", "--hard", before)
    clone.git("replace", before, other)
    base, commit = await clone.make("a")
    assert (base.id, clone.git("--no-replace-objects", "diff", "--name-only", base.id, commit)) == (
        before,
        STATE,
    )


HOOKS = (
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "pre-commit",
    "prepare-commit-msg",
    "reference-transaction",
)


async def test_no_hook_runs(clone: Clone) -> None:
    clone.git("config", "core.hooksPath", "../hooks")
    (clone.path.parent / "hooks").mkdir()
    for name in HOOKS:
        clone.hook(name, "touch ../ran; exit 1")
    clone.git("config", "core.fsmonitor", "../hooks/fsmonitor-watchman")
    await clone.make("a")
    assert not (clone.path.parent / "ran").exists()


async def test_nothing_is_left_in_the_scratch_folder(clone: Clone) -> None:
    clone.git("config", "core.splitIndex", "true")
    clone.git("config", "core.untrackedCache", "true")
    files = clone.at()
    before = sorted(path.name for path in (clone.path / ".git").iterdir())
    await clone.make("a", files=files)
    assert list(files.scratch.iterdir()) == []
    assert sorted(path.name for path in (clone.path / ".git").iterdir()) == sorted([*before, "campaignsync"])


async def test_a_lock_of_the_persons_index_is_not_in_the_way(clone: Clone) -> None:
    (clone.path / ".git/index.lock").touch()
    base, commit = await clone.make("a")
    assert clone.git("rev-parse", f"{commit}^") == base.id


@pytest.mark.parametrize("value", ["true", "yes", "1"])
async def test_it_is_signed_where_people_sign(clone: Clone, tmp_path: Path, value: str) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is missing")
    make_key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(tmp_path / "key")]
    subprocess.run(make_key, check=True)  # noqa: ASYNC221  # over in a moment
    public = (tmp_path / "key.pub").read_text(encoding="utf-8")
    (tmp_path / "signers").write_text(f"ada@example.com {public}", encoding="utf-8")
    settings = {
        "gpg.format": "ssh",
        "gpg.ssh.allowedSignersFile": str(tmp_path / "signers"),
        "user.signingKey": str(tmp_path / "key"),
        "commit.gpgSign": value,
        "log.showSignature": "true",
    }
    for name, setting in settings.items():
        clone.git("config", name, setting)
    base, commit = await clone.make("a")
    clone.git("verify-commit", commit)
    assert (await clone.at().at(commit)).state == state("a")
    assert clone.git("log", "-1", "--no-show-signature", "--format=%P", commit) == base.id


async def test_a_signature_that_fails_is_told(clone: Clone) -> None:
    clone.git("config", "commit.gpgSign", "true")
    clone.git("config", "gpg.program", "false")
    with pytest.raises(GitError, match="git commit-tree failed: error: gpg failed to sign"):
        await clone.make("a")


async def test_the_configured_person_commits_also_in_github_actions(clone: Clone) -> None:
    files = clone.at(is_ci=True)
    await files.check()
    _, commit = await clone.make("a", files=files)
    person = "Ada Person <ada@example.com>"
    assert clone.git("show", "--no-patch", IDENTITIES, commit) == f"{person}\n{person}"


async def test_in_github_actions_the_bot_commits_if_nobody_is_configured(clone: Clone) -> None:
    forget_identity(clone)
    files = clone.at(is_ci=True)
    await files.check()
    _, commit = await clone.make("a", files=files)
    assert clone.git("show", "--no-patch", IDENTITIES, commit) == f"{BOT}\n{BOT}"


async def test_in_github_actions_no_address_is_made_up(clone: Clone) -> None:
    forget_identity(clone)
    clone.git("config", "--unset", "user.useConfigOnly")
    _, commit = await clone.make("a", files=clone.at(is_ci=True, env={"EMAIL": "root@runner.example.com"}))
    assert clone.git("show", "--no-patch", IDENTITIES, commit) == f"{BOT}\n{BOT}"


async def test_who_is_named_by_the_environment_commits(clone: Clone) -> None:
    forget_identity(clone)
    person = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Eve"), ("EMAIL", "eve@example.com"))
    }
    files = clone.at(env=person)
    await files.check()
    _, commit = await clone.make("a", files=files)
    assert (
        clone.git("show", "--no-patch", IDENTITIES, commit) == "Eve <eve@example.com>\nEve <eve@example.com>"
    )


async def test_nobody_configured_is_told_with_both_commands(clone: Clone) -> None:
    forget_identity(clone)
    with pytest.raises(GitError, match="does not know who commits") as caught:
        await clone.at().check()
    assert "git config user.name" in caught.value.hint
    assert "git config user.email" in caught.value.hint


@pytest.mark.parametrize("pattern", ["state/", "*.json", "campaigns.json", "state/campaigns.json"])
@pytest.mark.parametrize("file", [".gitignore", ".git/info/exclude"])
async def test_an_ignored_state_file_is_refused(clone: Clone, pattern: str, file: str) -> None:
    clone.git("rm", "--quiet", STATE)
    clone.write(file, f"{pattern}\n")
    with pytest.raises(GitError, match="is ignored by git") as caught:
        await clone.at().check()
    assert "git check-ignore -v" in caught.value.hint


async def test_an_ignored_state_file_that_is_committed_is_kept(clone: Clone) -> None:
    clone.commit(".gitignore", "state/\n")
    await clone.at().check()
    _, commit = await clone.make("a")
    assert (await clone.at().at(commit)).state == state("a")


@pytest.mark.parametrize("path", [".git/state.json", "x/.GIT/state.json", ".git"])
async def test_a_state_file_in_gits_own_folder_is_refused(clone: Clone, path: str) -> None:
    with pytest.raises(GitError, match="inside git's own folder"):
        await clone.at(state=path).check()


async def test_a_state_file_in_a_submodule_is_refused(clone: Clone) -> None:
    clone.git("update-index", "--add", "--cacheinfo", f"160000,{clone.head},module")
    clone.git("commit", "--quiet", "--message=module")
    with pytest.raises(GitError, match="in submodule"):
        await clone.at(state="module/state.json").check()


@pytest.mark.parametrize("path", [f"{BILLING}/x.json", "campaigns"], ids=["below a file", "a folder"])
async def test_a_state_in_the_place_of_something_else_is_told(clone: Clone, path: str) -> None:
    with pytest.raises(GitError, match="git update-index failed"):
        await clone.make("a", files=clone.at(state=path))


async def test_checking_leaves_the_clone_as_it_is(clone: Clone) -> None:
    clone.make_untidy()
    before = clone.everything
    await clone.at().check()
    assert clone.everything == before


async def test_a_repository_of_longer_ids(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256", tmp_path / "x"], check=True)  # noqa: ASYNC221  # over in a moment
    clone = new_clone(tmp_path / "x")
    clone.commit(STATE, text())
    base, commit = await clone.make("a")
    assert (len(commit), clone.git("diff", "--name-only", base.id, commit)) == (64, STATE)


async def test_a_partial_clone_fetches_nothing_for_it(remote: Remote, tmp_path: Path) -> None:
    remote.bare.git("config", "uploadpack.allowFilter", "true")
    remote.first.commit("campaigns/other.yaml", definition("Other"))
    remote.first.git("push", "--quiet")
    clone = new_clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout", remote.url)
    base = await clone.at().at(clone.head)
    missing = ("rev-list", "--objects", "--missing=print")
    before = [line for line in clone.git(*missing, base.id).splitlines() if line.startswith("?")]
    shutil.rmtree(remote.bare.path)
    commit = await clone.at().commit(base, state("a"), MESSAGE)
    after = [line for line in clone.git(*missing, commit).splitlines() if line.startswith("?")]
    assert set(after) == set(before)
    assert clone.git("diff", "--name-only", base.id, commit) == STATE
