"""Keeps one comment on a pull request, or one issue, up to date: the newest report in place of the last.

``keep.py comment`` writes the plan of a pull request; ``keep.py issue`` has an issue open while the status of
some campaign wants a look, and closes it when none does. Both read, from the environment: ``TOKEN``;
``REPORT``, the file with the text; ``CAMPAIGNS`` and ``STATE``, which tell one report of a repository from
another; and what GitHub sets in every job. Besides:

- comment: ``ONLY_UPDATE``, ``true`` where no new comment is wanted. It is a courtesy, the same text stands in
  the run's summary: where it can't be written, this warns and ends well.
- issue: ``IS_NEEDED``, ``true`` where it is to be open, ``false`` where not. Where an issue that is needed
  can't be written, nobody would hear of it: then this ends with 1.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

_PAGE = 100
"""Entries a page, the most there can be (GitHub's REST API, "List issue comments", "List issues")."""


def keep_comment(env: Mapping[str, str], api: httpx.Client) -> str:
    """Write the comment; return what was done."""
    number = json.loads(Path(env["GITHUB_EVENT_PATH"]).read_bytes())["pull_request"]["number"]
    issues = f"/repos/{env['GITHUB_REPOSITORY']}/issues"
    marker = _marker(env, "plan")
    found = next((each for each in _each(api, f"{issues}/{number}/comments") if _is_ours(each, marker)), None)
    if found is not None:
        api.patch(f"{issues}/comments/{int(found['id'])}", json={"body": _text(env, marker)})
        return "updated"
    if env["ONLY_UPDATE"] == "true":
        return "not needed: the pull request changes no definition"
    api.post(f"{issues}/{number}/comments", json={"body": _text(env, marker)})
    return "written"


def keep_issue(env: Mapping[str, str], api: httpx.Client) -> str:
    """Open, edit or close the issue; return what was done."""
    issues = f"/repos/{env['GITHUB_REPOSITORY']}/issues"
    marker, is_needed = _marker(env, "status"), env["IS_NEEDED"] == "true"
    every = _each(api, issues, state="all", sort="created", direction="asc")
    found = next((each for each in every if "pull_request" not in each and _is_ours(each, marker)), None)
    wanted = {"body": _text(env, marker), "state": "open" if is_needed else "closed"}
    if found is None:
        if not is_needed:
            return "not needed"
        title = f"Campaigns to look at in {env['STATE']}"
        api.post(issues, json={"title": title, "body": wanted["body"]})
        return "opened"
    if {key: found[key] for key in wanted} == wanted or (not is_needed and found["state"] == "closed"):
        return "as it was"
    api.patch(f"{issues}/{int(found['number'])}", json=wanted)
    if found["state"] == wanted["state"]:
        return "updated"
    return "opened again" if is_needed else "closed"


def _marker(env: Mapping[str, str], kind: str) -> str:
    which = hashlib.sha256(f"{env['CAMPAIGNS']}\0{env['STATE']}".encode()).hexdigest()[:16]
    return f"<!-- campaignsync {kind} {which} -->"


def _text(env: Mapping[str, str], marker: str) -> str:
    return f"{marker}\n{Path(env['REPORT']).read_text(encoding='utf-8')}"


def _each(api: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        found = api.get(path, params={**query, "per_page": _PAGE, "page": page}).json()
        yield from found
        if len(found) < _PAGE:
            return
        page += 1


def _is_ours(entry: Mapping[str, Any], marker: str) -> bool:
    # What a person wrote is theirs to edit later: with our marker in it, it still isn't ours.
    # And one whose account is gone has no user.
    is_bot = entry["user"] is not None and entry["user"]["type"] == "Bot"
    return is_bot and str(entry["body"]).startswith(marker)


def _raise(response: httpx.Response) -> None:
    response.raise_for_status()


_KINDS = {
    "comment": (keep_comment, "The comment on the pull request", "pull-requests"),
    "issue": (keep_issue, "The issue about the campaigns", "issues"),
}


def main(kind: str, env: Mapping[str, str]) -> int:
    """Keep the comment or the issue, or warn; return the exit code."""
    keep, what, permission = _KINDS[kind]
    headers = {"Authorization": f"Bearer {env['TOKEN']}", "Accept": "application/vnd.github+json"}
    hooks = {"response": [_raise]}
    try:
        with httpx.Client(
            base_url=env["GITHUB_API_URL"], headers=headers, event_hooks=hooks, timeout=30
        ) as api:
            print(f"{what}: {keep(env, api)}.")
    except httpx.HTTPStatusError as error:
        # The answer's own words are not shown: they are foreign text in a log that takes commands.
        why = f"GitHub answered {error.response.status_code}; does the job have {permission}: write?"
    # A proxy or certificates that can't be used, and an answer of another shape, are no httpx.HTTPError.
    except Exception as error:  # noqa: BLE001  # whatever it is, the run's summary has the report
        why = type(error).__name__
    else:
        return 0
    is_error = kind == "issue" and env["IS_NEEDED"] == "true"
    print(f"::{'error' if is_error else 'warning'} title=campaignsync::{what} could not be written: {why}")
    return 1 if is_error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ))
