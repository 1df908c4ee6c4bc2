"""Keeps one comment on a pull request: the latest plan, in place of the one before.

Reads, from the environment: ``TOKEN``; ``REPORT``, the file with the text; ``CAMPAIGNS`` and ``STATE``,
which tell one plan of a pull request from another; ``ONLY_UPDATE``, ``true`` where no new comment is wanted;
and what GitHub sets in every job. The comment is a courtesy, the same text stands in the run's summary:
where it can't be written, this warns and ends well.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

_PAGE = 100
"""Comments a page, the most there can be (GitHub's REST API, "List issue comments")."""


def keep(env: Mapping[str, str], api: httpx.Client) -> str:
    """Write the comment; return what was done.

    Raises:
        httpx.HTTPError: GitHub can't be reached, or refused.
    """
    number = json.loads(Path(env["GITHUB_EVENT_PATH"]).read_bytes())["pull_request"]["number"]
    comments = f"/repos/{env['GITHUB_REPOSITORY']}/issues/{number}/comments"
    marker = _marker(env)
    body = {"body": f"{marker}\n{Path(env['REPORT']).read_text(encoding='utf-8')}"}
    for comment in _each(api, comments):
        if _is_ours(comment, marker):
            api.patch(f"/repos/{env['GITHUB_REPOSITORY']}/issues/comments/{comment['id']}", json=body)
            return "updated"
    if env["ONLY_UPDATE"] == "true":
        return "not needed: the pull request changes no definition"
    api.post(comments, json=body)
    return "written"


def _marker(env: Mapping[str, str]) -> str:
    which = hashlib.sha256(f"{env['CAMPAIGNS']}\0{env['STATE']}".encode()).hexdigest()[:16]
    return f"<!-- campaignsync plan {which} -->"


def _each(api: httpx.Client, comments: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        found = api.get(comments, params={"per_page": _PAGE, "page": page}).json()
        yield from found
        if len(found) < _PAGE:
            return
        page += 1


def _is_ours(comment: Mapping[str, Any], marker: str) -> bool:
    # A person's comment is theirs to edit later: with our marker in it, it still isn't ours.
    # And one whose account is gone has no user.
    is_bot = comment["user"] is not None and comment["user"]["type"] == "Bot"
    return is_bot and str(comment["body"]).startswith(marker)


def _raise(response: httpx.Response) -> None:
    response.raise_for_status()


def main(env: Mapping[str, str]) -> None:
    """Keep the comment, or warn."""
    headers = {"Authorization": f"Bearer {env['TOKEN']}", "Accept": "application/vnd.github+json"}
    hooks = {"response": [_raise]}
    with httpx.Client(base_url=env["GITHUB_API_URL"], headers=headers, event_hooks=hooks, timeout=30) as api:
        try:
            print(f"The comment on the pull request: {keep(env, api)}.")
        except httpx.HTTPStatusError as error:
            # The answer's own words are not shown: they are foreign text in a log that takes commands.
            _warn(f"GitHub answered {error.response.status_code}; does the job have pull-requests: write?")
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            _warn(type(error).__name__)


def _warn(why: str) -> None:
    print(f"::warning title=campaignsync::The comment on the pull request could not be written: {why}")


if __name__ == "__main__":
    main(os.environ)
