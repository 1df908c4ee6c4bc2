"""Prints what a reviewer must know before the plan: what else a pull request changes that decides about it.

Reads ``CAMPAIGNSYNC_STATE`` and ``CAMPAIGNSYNC_CAMPAIGNS`` from the environment, and whether there is a pull
request from ``GITHUB_EVENT_NAME``; compares HEAD, the merge that GitHub makes of it, with its first parent.
Prints Markdown, nothing where there is nothing to say; each line begins with our own words.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

from campaignsync.text import code_span, cut

_MOST = 5
_LONGEST = 200
_UNCHECKED = (
    "Not checked: whether this pull request itself changes the state, `.gitattributes` or links. "
    "Check it out with `fetch-depth: 2`."
)
_LINK, _SUBMODULE = "120000", "160000"


def warnings(env: Mapping[str, str], changed: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield one sentence for each thing that the pull request changes beside definitions.

    Args:
        env: Names the state file and the folder of definitions.
        changed: By path: the modes of the file before and after.
    """
    state = os.path.normpath(env["CAMPAIGNSYNC_STATE"])
    if state in changed:
        yield (
            f"This pull request itself changes the state, {_shown([state])}: what is recorded there is never "
            "sent, and what is no longer recorded is sent again. Only a sync should change it."
        )
    policy = os.path.normpath(f"{env['CAMPAIGNSYNC_CAMPAIGNS']}/.policy.yaml")
    if policy in changed:
        yield (
            f"This pull request changes the policy, {_shown([policy])}: what is found and waived below is "
            "by the policy as this pull request has it."
        )
    attributes = [path for path in changed if path.rpartition("/")[2] in {".gitattributes", ".gitmodules"}]
    if attributes:
        yield (
            f"This pull request changes {_shown(attributes)}: files may look otherwise in a checkout than "
            "what is sent. This plan is made from the commit itself."
        )
    links = [path for path, modes in changed.items() if {_LINK, _SUBMODULE} & set(modes)]
    if links:
        yield f"This pull request changes links or submodules: {_shown(links)}."


def _shown(paths: Sequence[str]) -> str:
    shown = ", ".join(code_span(cut(path, _LONGEST)) for path in sorted(paths)[:_MOST])
    return shown + (f" and {len(paths) - _MOST} more" if len(paths) > _MOST else "")


def changed_paths(raw: bytes) -> dict[str, tuple[str, str]]:
    """Return paths and their modes, before and after, of what ``git diff --raw -z --no-renames`` printed."""
    parts = raw.decode("utf-8", "surrogateescape").split("\0")
    modes = (re.findall(r"^:(\d{6}) (\d{6}) ", head) for head in parts[:-1:2])
    return {path: found[0] for path, found in zip(parts[1::2], modes, strict=True) if found}


def _git(*args: str) -> bytes | None:
    done = subprocess.run(["git", *args], check=False, capture_output=True)  # noqa: S603, S607  # as set up
    return done.stdout if done.returncode == 0 else None


def main(env: Mapping[str, str]) -> None:
    """Print the warnings."""
    is_merge = _git("rev-parse", "--quiet", "--verify", "HEAD^2") is not None
    raw = _git("diff", "--raw", "-z", "--no-renames", "HEAD^1", "HEAD") if is_merge else None
    if raw is not None:
        found = list(warnings(env, changed_paths(raw)))
    else:
        found = [_UNCHECKED] if env.get("GITHUB_EVENT_NAME") == "pull_request" else []
    for sentence in found:
        print(f"> [!CAUTION]\n> **{sentence}**\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a text stream
    main(os.environ)
