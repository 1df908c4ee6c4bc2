"""How git is run: what it is given, how it is ended, and how its words are shown."""

import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from campaignsync.errors import GitError
from campaignsync.repository.runner import Git, clean_environment, printable
from tests.integration.clones import MESSAGE, Clone, new_clone, state

pytestmark = pytest.mark.anyio

KEPT = {
    "PATH": "/bin",
    "HOME": "/home/ada",
    "SSH_AUTH_SOCK": "/run/agent",
    "https_proxy": "http://proxy:3128",
    "NO_PROXY": "intranet",
    "GIT_ALLOW_PROTOCOL": "https:ssh",
    "GIT_ASKPASS": "ask",
    "GIT_AUTHOR_NAME": "A",
    "GIT_COMMITTER_DATE": "2026-01-31",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_KEY_0": "a.b",
    "GIT_CONFIG_VALUE_0": "c",
    "GIT_HTTP_PROXY_AUTHMETHOD": "basic",
    "GIT_PROXY_SSL_CAINFO": "/ca",
    "GIT_SSH_COMMAND": "ssh -i key",
    "GIT_SSL_CAINFO": "/ca",
    "GIT_SSL_NO_VERIFY": "1",
}
DROPPED = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/x",
    "GIT_ATTR_SOURCE": "x",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_COMMON_DIR": "/x",
    "GIT_CONFIG_PARAMETERS": "'core.hooksPath=/x'",
    "GIT_DIR": "/x",
    "GIT_EDITOR": "vi",
    "GIT_INDEX_FILE": "/x",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NAMESPACE": "x",
    "GIT_OBJECT_DIRECTORY": "/x",
    "GIT_PREFIX": "x/",
    "GIT_QUARANTINE_PATH": "/x",
    "GIT_TERMINAL_PROMPT": "1",
    "GIT_TRACE": "1",
    "GIT_WORK_TREE": "/x",
    "KORE_CLIENT_SECRET": "s3cret",
    "KORE_HOST": "https://platform.kore.ai",
    "KORE_JWT": "t0ken",
    "LC_ALL": "de_DE",
}


@pytest.fixture
def git(clone: Clone) -> Git:
    """What runs git in a clone."""
    return clone.runner()


def alias(clone: Clone, script: str) -> None:
    """Let `git run-it` run a shell script."""
    clone.git("config", "alias.run-it", f"!{script}")


def test_the_environment_keeps_what_reaches_a_remote_and_drops_secrets_and_redirections() -> None:
    own = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "LC_ALL": "C"}
    assert clean_environment({**KEPT, **DROPPED}) == {**KEPT, **own}


async def test_inherited_variables_do_not_lead_elsewhere(clone: Clone, tmp_path: Path) -> None:
    """As in a hook, where git sets them."""
    other = new_clone(tmp_path / "other")
    elsewhere = {
        "GIT_DIR": str(other.path / ".git"),
        "GIT_WORK_TREE": str(other.path),
        "GIT_INDEX_FILE": str(other.path / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.path / ".git/objects"),
    }
    base, commit = await clone.make("a", files=clone.at(env=elsewhere))
    assert clone.git("rev-parse", f"{commit}^") == base.id


async def test_each_command_is_told_to_keep_its_hands_off(clone: Clone, git: Git) -> None:
    names = "safe.barerepository|gc.auto|maintenance.auto|core.hookspath|core.fsmonitor"
    alias(clone, f"git config --get-regexp '^({names})$'")
    quiet = "safe.barerepository explicit\ngc.auto 0\nmaintenance.auto false"
    assert (await git.run("run-it")).text == f"{quiet}\ncore.hookspath {os.devnull}\ncore.fsmonitor false"
    assert (await git.ask("run-it", has_hooks=True)).text == quiet


async def test_a_bare_repository_in_the_work_tree_does_not_take_its_place(clone: Clone) -> None:
    """Such a folder comes with a checkout, and its configuration may name any program."""
    clone.git("init", "--quiet", "--bare", "campaigns/trap")
    inside = Git(folder=clone.path / "campaigns/trap", env=clean_environment(os.environ))
    assert (await inside.ask("rev-parse", "--git-dir")).status != 0


async def test_input_output_and_status_are_passed_on(clone: Clone, git: Git) -> None:
    alias(clone, "cat; echo complaint >&2; exit 3; :")
    data = bytes(range(256)) * 1000
    answer = await git.ask("run-it", stdin=data)
    assert (answer.status, answer.stdout, answer.words) == (3, data, "complaint")


async def test_a_file_name_that_is_no_text_is_kept(clone: Clone, git: Git) -> None:
    alias(clone, r"printf 'caf\351\n'; :")
    assert os.fsencode((await git.run("run-it")).text) == b"caf\xe9"


async def test_a_missing_git_is_told(clone: Clone) -> None:
    git = Git(folder=clone.path, env={"PATH": "/nowhere"})
    with pytest.raises(GitError, match="git status can't be run") as caught:
        await git.run("status")
    assert "installed" in caught.value.hint


async def test_an_argument_that_no_program_can_be_given_is_told(git: Git) -> None:
    with pytest.raises(GitError, match="git cat-file can't be run"):
        await git.run("cat-file", "-e", "a\0b")


async def test_a_repository_that_git_refuses_is_told_in_its_words(clone: Clone, git: Git) -> None:
    clone.git("config", "core.repositoryFormatVersion", "99")
    with pytest.raises(GitError, match=r"git rev-parse failed: .*repo version"):
        await git.run("rev-parse", "HEAD")


async def is_gone(process: int) -> bool:
    """Wait until a process has ended; a zombie that nobody has waited for yet has."""
    with anyio.fail_after(60):
        while True:
            state = await anyio.run_process(["ps", "-o", "stat=", "-p", str(process)], check=False)
            if state.stdout.strip()[:1] in (b"", b"Z"):
                return True
            await anyio.sleep(0.01)


def hang(clone: Clone, *, before: str = "") -> Path:
    """Let `git run-it` hang with a child, whose id is in the file returned once it runs."""
    alias(clone, f"{before} sleep 600 & echo $! > ../new; mv ../new ../child; wait")
    return clone.path.parent / "child"


async def child_in(file: Path) -> int:
    with anyio.fail_after(60):
        while not file.exists():  # noqa: ASYNC110, ASYNC240  # another process sets no event
            await anyio.sleep(0.01)
    return int(file.read_text(encoding="utf-8"))  # noqa: ASYNC240  # a few bytes


async def test_a_command_that_does_not_end_is_ended_with_its_children(clone: Clone, git: Git) -> None:
    child = hang(clone)
    with (
        anyio.fail_after(60),
        pytest.raises(GitError, match=r"git run-it did not end within 3 seconds") as caught,
    ):
        await git.run("run-it", timeout_s=3)
    assert "Run it by hand" in caught.value.hint
    assert await is_gone(await child_in(child))


async def test_a_cancelled_command_is_ended_with_its_children(clone: Clone, git: Git) -> None:
    child = hang(clone)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(git.run, "run-it")
        process = await child_in(child)
        tasks.cancel_scope.cancel()
    assert await is_gone(process)


async def test_a_child_that_holds_on_to_the_output_does_not_hold_up_the_run(clone: Clone, git: Git) -> None:
    """As ssh does with a connection that it keeps open for the next command."""
    alias(clone, "sleep 600 & echo $!; :")
    with anyio.fail_after(60):
        child = int((await git.run("run-it")).text)
    os.kill(child, 9)


async def test_ctrl_c_in_the_terminal_does_not_reach_git(clone: Clone, git: Git) -> None:
    """The terminal signals its session's foreground group, and git is in a session of its own."""
    alias(clone, "ps -o sid= -p $$; :")
    assert int((await git.run("run-it")).text) != os.getsid(0)


async def test_nobody_is_asked_for_a_password(clone: Clone, git: Git) -> None:
    alias(
        clone,
        "echo protocol=https host=x | tr ' ' '\\n' | git -c credential.helper= credential fill; exit $?; :",
    )
    with anyio.fail_after(60):
        answer = await git.ask("run-it")
    assert "terminal prompts disabled" in answer.words


async def test_a_git_at_work_is_waited_for(clone: Clone, git: Git) -> None:
    lock = clone.path / ".git/index.lock"
    lock.touch()
    with subprocess.Popen(["sh", "-c", 'sleep 0.3; rm "$0"', lock]):  # noqa: ASYNC220  # it runs beside the test
        await git.run("update-index", "--refresh", "--really-refresh", "--force-remove", "nowhere")
    assert not lock.exists()


async def test_a_lock_left_by_a_killed_git_is_told_with_the_way_out(clone: Clone) -> None:
    (clone.path / ".git/index.lock").touch()
    git = Git(folder=clone.path, env=clean_environment(os.environ), lock_patience_s=0.0)
    with pytest.raises(GitError, match=r"git update-index failed: .*index\.lock") as caught:
        await git.run("update-index", "--force-remove", "nowhere")
    assert "remove the lock file" in caught.value.hint


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "fatal: unable to access 'https://ada:t0ken@host/x.git/'",
            "fatal: unable to access 'https://***@host/x.git/'",
        ),
        ("https://t0ken@host/ and ssh://git@host/", "https://***@host/ and ssh://***@host/"),
        ("https://ada:p@ss@host/x", "https://***@host/x"),
        ("AUTHORIZATION: basic eDp0MGtlbg==", "AUTHORIZATION: ***"),
        ("https://host/mail@x", "https://host/mail@x"),
        ("a\x1b[31mred\x1b[0m\x07\r\u202e", "a[31mred[0m"),
        ("Größe 🙂 東京", "Größe 🙂 東京"),
    ],
)
async def test_gits_words_are_shown_without_secrets_and_control_characters(
    clone: Clone, words: str, shown: str
) -> None:
    alias(clone, 'printf "%s\\n" "$WORDS" >&2; exit 1; :')
    with pytest.raises(GitError) as caught:
        await clone.runner({"WORDS": words}).run("run-it")
    assert (caught.value.message, printable(words)) == (f"git run-it failed: {shown}", shown)


async def test_long_output_is_cut_and_advice_left_out(clone: Clone, git: Git) -> None:
    alias(clone, "seq -f 'line %g' 9999 >&2; echo hint: x >&2; exit 1; :")
    with pytest.raises(GitError) as caught:
        await git.run("run-it")
    assert caught.value.message.endswith("line 9999")
    assert len(caught.value.message) < 2100


async def test_the_environment_is_in_no_repr(clone: Clone) -> None:
    assert "s3cret" not in repr(clone.runner({"SOME_TOKEN": "s3cret"}))


async def test_it_runs_on_trio_too(clone: Clone) -> None:
    async def make() -> str:
        files = clone.at()
        return await files.commit(await files.at(clone.head), state("a"), MESSAGE)

    commit = await anyio.to_thread.run_sync(lambda: anyio.run(make, backend="trio"))
    assert clone.git("rev-parse", f"{commit}^") == clone.head


def test_git_is_run_without_a_file_for_its_output_on_disk(clone: Clone, tmp_path: Path) -> None:
    """A temporary folder that is full or missing must not matter where memory will do."""
    if sys.platform != "linux":
        pytest.skip("only there")
    env = {**os.environ, "TMPDIR": str(tmp_path / "nowhere")}
    git = Git(folder=clone.path, env=clean_environment(env))
    assert anyio.run(git.run, "rev-parse", "HEAD").text == clone.head
