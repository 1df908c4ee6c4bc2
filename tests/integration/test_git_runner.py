"""How git is run."""

import os
import subprocess
from pathlib import Path

import anyio
import pytest

from campaignsync.errors import GitError
from campaignsync.git.runner import Git, clean_environment
from tests.integration.clones import (
    MESSAGE,
    STATE,
    Clone,
    new_work_tree,
    text,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A work tree with a committed definition and an empty state."""
    return new_work_tree(tmp_path / "a clone")


def test_the_environment_keeps_what_reaches_a_remote_and_drops_secrets() -> None:
    env = {
        "PATH": "/bin",
        "GIT_SSH_COMMAND": "ssh -i key",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "a.b",
        "GIT_AUTHOR_NAME": "A",
        "GIT_DIR": "/x",
        "GIT_TRACE": "1",
        "GIT_TERMINAL_PROMPT": "1",
        "LC_ALL": "de_DE",
        "KORE_CLIENT_SECRET": "s3cret",
        "KORE_JWT": "t0ken",
    }
    kept = {"PATH", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_AUTHOR_NAME"}
    assert clean_environment(env) == {
        **{name: env[name] for name in kept},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": ":",
        "LC_ALL": "C",
    }


async def test_a_command_that_does_not_end_is_ended_with_its_children(clone: Clone) -> None:
    git = Git(folder=clone.path, env=clean_environment(os.environ))
    clone.git("config", "alias.hang", "!sleep 600 & echo $! > ../pid; wait")
    with anyio.fail_after(30), pytest.raises(GitError, match="did not end within 1 seconds"):
        await git.run("hang", timeout_s=1)
    child = int((clone.path.parent / "pid").read_text(encoding="utf-8"))
    with anyio.fail_after(30):
        while is_running(child):  # noqa: ASYNC110  # a process that is not ours sets no event
            await anyio.sleep(0.01)


def is_running(process: int) -> bool:
    """Return whether a process runs; a zombie that nobody has waited for yet does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True)
    return state.stdout.strip() not in (b"", b"Z")


async def test_ctrl_c_in_the_terminal_does_not_reach_git(clone: Clone) -> None:
    """The terminal signals its session's foreground group, and git is in a session of its own."""
    git = Git(folder=clone.path, env=clean_environment(os.environ))
    clone.git("config", "alias.session", "!ps -o sid= -p $$")
    assert int((await git.run("session")).text) != os.getsid(0)


async def test_a_cancelled_command_is_ended(clone: Clone) -> None:
    git = Git(folder=clone.path, env=clean_environment(os.environ))
    clone.git("config", "alias.hang", "!sleep 600")
    with anyio.fail_after(30), anyio.move_on_after(0.2) as scope:
        await git.run("hang")
    assert scope.cancelled_caught


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
    ],
)
async def test_gits_words_are_shown_without_secrets_and_control_characters(
    clone: Clone, words: str, shown: str
) -> None:
    git = Git(folder=clone.path, env=clean_environment({**os.environ, "WORDS": words}))
    clone.git("config", "alias.say", '!printf "%s\\n" "$WORDS" >&2; exit 1')
    with pytest.raises(GitError) as caught:
        await git.run("say")
    assert caught.value.message == f"git say failed: {shown}"


async def test_long_output_is_cut_and_advice_left_out(clone: Clone) -> None:
    git = Git(folder=clone.path, env=clean_environment(os.environ))
    clone.git(
        "config", "alias.say", "!for i in $(seq 9999); do echo line $i >&2; done; echo hint: x >&2; exit 1"
    )
    with pytest.raises(GitError) as caught:
        await git.run("say")
    assert caught.value.message.endswith("line 9999")
    assert len(caught.value.message) < 2100


async def test_it_runs_on_trio_too(clone: Clone) -> None:
    async def commit() -> str | None:
        return await (await clone.open()).commit(MESSAGE)

    clone.write(STATE, text("a"))
    made = await anyio.to_thread.run_sync(lambda: anyio.run(commit, backend="trio"))
    assert made == clone.head
