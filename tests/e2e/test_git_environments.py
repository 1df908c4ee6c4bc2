"""`sync --push` works from every kind of clone, and leaves it as it was.

One function an environment: it is given a project with one pushed definition, and returns the clone to sync
from.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.clones import Kept, assert_each_once, cloned, differences, kept, program, published
from tests.e2e.conftest import STATE, Project, definition, record
from tests.e2e.vendor import Vendor

pytestmark = pytest.mark.slow

Setting = Callable[["Place"], Project]


class Place:
    """A remote with one definition, the clone it was pushed from, and room beside them.

    Args:
        folder: The room.
        here: The clone.
        remote: The remote, bare.
    """

    def __init__(self, folder: Path, here: Project, remote: Project) -> None:
        self.folder = folder
        self.here = here
        self.remote = remote

    def clone(self, *options: str) -> Project:
        """Return another clone."""
        return cloned(self.remote, self.folder / "clone", *options)

    def kept(self) -> Kept:
        """Return all that people have, which is all but the remote."""
        remote = f"{self.remote.path.name}/"
        found = kept(self.folder)
        return {path: found[path] for path in found if not path.startswith(remote)}


@pytest.fixture
def place(project: Project, tmp_path: Path) -> Place:
    project.define("Alpha")
    return Place(tmp_path, project, published(project, tmp_path / "remote.git"))


def ordinary(place: Place) -> Project:
    return place.here


def detached_head(place: Place) -> Project:
    place.here.git("switch", "--quiet", "--detach")
    return place.here


def detached_head_before_the_tip(place: Place) -> Project:
    place.here.git("switch", "--quiet", "--detach", "HEAD~1")
    return place.here


def shallow_clone(place: Place) -> Project:
    return place.clone("--depth=1")


def shallow_clone_behind_the_tip(place: Place) -> Project:
    clone = place.clone("--depth=1")
    place.here.git("commit", "--quiet", "--allow-empty", "--message=newer")
    place.here.git("push", "--quiet")
    return clone


def clone_of_one_branch(place: Place) -> Project:
    place.remote.git("branch", "other", "main")
    return place.clone("--single-branch", "--branch=other", "--no-tags")


def as_actions_checkout_makes_it(place: Place) -> Project:
    """See https://github.com/actions/checkout: init, a fetch of one commit, a branch on it."""
    clone = Project(place.folder / "clone", place.here.env)
    clone.path.mkdir()
    clone.git("init", "--quiet")
    clone.git("remote", "add", "origin", f"file://{place.remote.path}")
    clone.git("config", "user.name", "Ann")
    clone.git("config", "user.email", "ann@example.com")
    tip = place.remote.git("rev-parse", "main")
    clone.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{tip}:refs/remotes/origin/main")
    clone.git("checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main")
    return clone


def partial_clone(place: Place) -> Project:
    place.remote.git("config", "uploadpack.allowFilter", "true")
    place.remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return place.clone("--filter=blob:none")


def partial_clone_without_a_checkout(place: Place) -> Project:
    place.remote.git("config", "uploadpack.allowFilter", "true")
    place.remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return place.clone("--filter=blob:none", "--no-checkout")


def sparse_checkout(place: Place) -> Project:
    clone = place.clone()
    clone.git("sparse-checkout", "set", "--cone", "elsewhere")
    return clone


def linked_work_tree(place: Place) -> Project:
    place.here.git("worktree", "add", "--quiet", "-b", "side", str(place.folder / "linked"))
    return Project(place.folder / "linked", place.here.env)


def linked_work_tree_of_a_bare_clone(place: Place) -> Project:
    bare = cloned(place.remote, place.folder / "mine.git", "--bare")
    bare.git("worktree", "add", "--quiet", "-b", "side", str(place.folder / "linked"), "main")
    return Project(place.folder / "linked", place.here.env)


def work_tree_with_a_config_of_its_own(place: Place) -> Project:
    place.here.git("config", "extensions.worktreeConfig", "true")
    linked = linked_work_tree(place)
    linked.git("config", "--worktree", "user.name", "Carol")
    linked.git("config", "--worktree", "core.sparseCheckout", "false")
    return linked


def separate_git_folder(place: Place) -> Project:
    return place.clone(f"--separate-git-dir={place.folder / 'elsewhere.git'}")


def filters_on_what_is_read_and_recorded(place: Place) -> Project:
    for name, script in (("clean", "s/Alpha/ALPHA/"), ("smudge", "s/ALPHA/Alpha/")):
        place.here.git("config", f"filter.own.{name}", f"sed {script}")
    place.here.git("config", "filter.own.required", "true")
    place.here.write(".git/info/attributes", "state/*.json filter=own\ncampaigns/** filter=own\n")
    return place.here


def a_filter_that_fails(place: Place) -> Project:
    for name in ("clean", "smudge"):
        place.here.git("config", f"filter.own.{name}", "false")
    place.here.git("config", "filter.own.required", "true")
    place.here.write(".git/info/attributes", "* filter=own\n")
    return place.here


def autocrlf(place: Place) -> Project:
    return place.clone("--config=core.autocrlf=true")


def push_default_nothing(place: Place) -> Project:
    place.here.git("config", "push.default", "nothing")
    return place.here


def pushing_follows_tags_and_demands_a_lease(place: Place) -> Project:
    place.here.git("config", "push.followTags", "true")
    place.here.git("config", "push.useForceIfIncludes", "true")
    place.here.git("config", "push.recurseSubmodules", "check")
    place.here.git("tag", "--annotate", "--message=x", "v1")
    return place.here


def hooks_path(place: Place) -> Project:
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        program(place.folder / "hooks" / name, "exit 1")
    place.here.git("config", "core.hooksPath", str(place.folder / "hooks"))
    return place.here


def bare_repositories_explicit(place: Place) -> Project:
    place.here.git("config", "safe.bareRepository", "explicit")
    return place.here


def fsmonitor(place: Place) -> Project:
    script = program(place.folder / "fsmonitor", "printf '1\\0/\\0'")
    place.here.git("config", "core.fsmonitor", str(script))
    place.here.git("update-index", "--fsmonitor")
    return place.here


def split_index(place: Place) -> Project:
    place.here.git("config", "core.splitIndex", "true")
    place.here.git("update-index", "--split-index")
    return place.here


def unpushed_commits_and_uncommitted_changes(place: Place) -> Project:
    here = place.here
    here.write("staged.txt", "1\n")
    here.write("stashed.txt", "1\n")
    here.git("add", "stashed.txt")
    here.git("stash", "push", "--quiet")
    here.define("Unpushed")
    here.git("add", "staged.txt")
    here.write("notes.txt", "edited\n")
    here.write("campaigns/Alpha.yaml", definition("Alpha", maxSkips=9))
    here.write("campaigns/Uncommitted.yaml", definition("Uncommitted"))
    here.write(STATE, "{damaged")
    return here


def in_the_middle_of_a_merge(place: Place) -> Project:
    here = place.here
    here.git("switch", "--quiet", "--create", "side", "HEAD~1")
    here.write("notes.txt", "theirs\n")
    here.git("commit", "--quiet", "--all", "--message=theirs")
    here.git("switch", "--quiet", "main")
    here.write("notes.txt", "ours\n")
    here.git("commit", "--quiet", "--all", "--message=ours")
    subprocess.run(["git", "merge", "--quiet", "side"], check=False, capture_output=True, cwd=here.path)
    return here


def another_branch_with_a_slash(place: Place) -> Project:
    place.here.git("switch", "--quiet", "--create", "feature/größe/x")
    return place.here


def subfolder(place: Place) -> Project:
    inside = place.here.path / "docs" / "more"
    inside.mkdir(parents=True)
    paths = {"CAMPAIGNSYNC_CAMPAIGNS": "../../campaigns", "CAMPAIGNSYNC_STATE": f"../../{STATE}"}
    return Project(inside, {**place.here.env, **paths})


def sha_256(place: Place) -> Project:
    here = Project(place.folder / "sha256", place.here.env)
    here.path.mkdir()
    here.git("init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    here.git("config", "user.name", "Ann")
    here.git("config", "user.email", "ann@example.com")
    here.define("Alpha")
    place.remote = published(here, place.folder / "remote-sha256.git", "--object-format=sha256")
    return here


_EVERY_SETTING: tuple[Setting, ...] = (
    ordinary,
    detached_head,
    detached_head_before_the_tip,
    shallow_clone,
    shallow_clone_behind_the_tip,
    clone_of_one_branch,
    as_actions_checkout_makes_it,
    partial_clone,
    partial_clone_without_a_checkout,
    sparse_checkout,
    linked_work_tree,
    linked_work_tree_of_a_bare_clone,
    work_tree_with_a_config_of_its_own,
    separate_git_folder,
    filters_on_what_is_read_and_recorded,
    a_filter_that_fails,
    autocrlf,
    push_default_nothing,
    pushing_follows_tags_and_demands_a_lease,
    hooks_path,
    bare_repositories_explicit,
    fsmonitor,
    split_index,
    unpushed_commits_and_uncommitted_changes,
    in_the_middle_of_a_merge,
    another_branch_with_a_slash,
    subfolder,
    sha_256,
)


@pytest.mark.parametrize("setting", _EVERY_SETTING, ids=lambda setting: setting.__name__)
def test_a_sync_that_pushes_creates_once_and_leaves_the_clone_as_it_was(
    place: Place, vendor: Vendor, setting: Setting
) -> None:
    clone = setting(place)
    before = place.kept()
    ran = clone.run("sync", "--push")
    assert ran.code == 0, ran.err
    assert_each_once(vendor, place.remote, "Alpha")
    tip = place.remote.git("rev-parse", "main")
    again = clone.run("sync", "--push")
    assert (again.code, len(vendor.creates)) == (0, 1), again.err
    assert place.remote.git("rev-parse", "main") == tip
    assert place.remote.git("tag") == ""
    assert differences(before, place.kept()) == set()
    assert clone.git("for-each-ref", "refs/campaignsync") == ""


@pytest.mark.parametrize("branch", ["release/größe/x", "HEAD", "-b", "a.b"])
def test_the_branch_may_have_any_name(place: Place, vendor: Vendor, branch: str) -> None:
    place.remote.git("update-ref", f"refs/heads/{branch}", "main")
    before, main = place.kept(), place.remote.git("rev-parse", "main")
    ran = place.here.run("sync", "--push", f"--branch={branch}")
    assert ran.code == 0, ran.err
    assert_each_once(vendor, place.remote, "Alpha", at=f"refs/heads/{branch}")
    assert place.remote.git("rev-parse", "main") == main
    assert differences(before, place.kept()) == set()


def test_the_remotes_default_branch_may_have_any_name(place: Place, vendor: Vendor) -> None:
    place.remote.git("branch", "--move", "main", "release/größe/x")
    before = place.kept()
    ran = place.here.run("sync", "--push")
    assert ran.code == 0, ran.err
    assert_each_once(vendor, place.remote, "Alpha", at="release/größe/x")
    assert differences(before, place.kept()) == set()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="git signs with ssh-keygen here")
@pytest.mark.parametrize("mode", ["--push", "--local"])
def test_commits_are_signed_where_git_is_told_to_sign(place: Place, mode: str) -> None:
    key, here = place.folder / "key", place.here
    generate = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(generate, check=True, capture_output=True)
    signers = place.folder / "signers"
    signers.write_text(
        f"ann@example.com {key.with_suffix('.pub').read_text(encoding='utf-8')}", encoding="utf-8"
    )
    settings = {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "commit.gpgSign": "true",
        "gpg.ssh.allowedSignersFile": str(signers),
    }
    for name, value in settings.items():
        here.git("config", name, value)
    unsigned = here.head
    ran = here.run("sync", mode)
    assert ran.code == 0, ran.err
    here.git("fetch", "--quiet")
    made = here.git("rev-list", f"{unsigned}..{'origin/main' if mode == '--push' else 'main'}").split()
    assert len(made) == (2 if mode == "--push" else 1)
    for commit in made:
        # Fails where it is not signed, or by nobody who is known.
        here.git("verify-commit", commit)


def test_a_commit_that_cant_be_signed_ends_the_run_before_anything_is_sent(
    place: Place, vendor: Vendor
) -> None:
    place.here.git("config", "commit.gpgSign", "true")
    place.here.git("config", "gpg.program", "false")
    ran = place.here.run("sync", "--push")
    assert (ran.code, vendor.creates) == (1, [])
    assert "sign" in ran.err


_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12345\n"


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [(STATE, 1, STATE), ("campaigns/Alpha.yaml", 3, "campaigns/Alpha.yaml")],
    ids=["state", "definition"],
)
def test_a_pointer_of_git_lfs_is_an_error_that_names_the_file(
    place: Place, vendor: Vendor, path: str, code: int, words: str
) -> None:
    place.here.write(path, _POINTER)
    place.here.git("add", path)
    place.here.git("commit", "--quiet", "--message=lfs")
    place.here.git("push", "--quiet")
    ran = place.here.run("sync", "--push")
    assert (ran.code, vendor.requests) == (code, [])
    assert words in f"{ran.out}{ran.err}"


def test_what_a_sparse_checkout_leaves_out_is_not_called_removed(project: Project) -> None:
    project.define("Alpha", "Bravo")
    project.write_state({"Alpha": record("Alpha"), "Bravo": record("Bravo")})
    project.git("sparse-checkout", "set", "--no-cone", "/*", "!/campaigns/Bravo.yaml")
    assert not (project.path / "campaigns" / "Bravo.yaml").exists()

    ran = project.run("plan")
    assert ran.code == 1
    assert "a sparse checkout leaves committed files below campaigns out of this folder: 1 of them" in ran.err
    assert "git sparse-checkout disable" in ran.err
    assert "2 unchanged" in project.run("plan", "--commit", "HEAD").out

    project.git("sparse-checkout", "disable")
    (project.path / "campaigns" / "Bravo.yaml").unlink()
    assert "1 removed" in project.run("plan").out
