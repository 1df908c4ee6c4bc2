"""A stand-in of GitHub's comments on pull requests, and of its issues: real HTTP on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.e2e.loopback import listening


class GitHub:
    """The comments of all pull requests, the issues, and what was asked.

    Attributes:
        url: Where it listens.
        comments: The comments, oldest first.
        issues: The issues, and the pull requests, which GitHub lists among them; oldest first.
        requests: Method, path, and the Authorization header of each request.
        is_read_only: Whether it refuses to write, as to a fork's token.
        odd_answer: JSON to answer everything with; None: answer as GitHub does.
    """

    def __init__(self) -> None:
        self.url = ""
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, str]] = []
        self.is_read_only = False
        self.odd_answer: str | None = None

    def say(self, login: str, body: str, *, kind: str = "User") -> dict[str, Any]:
        """Write a comment as somebody."""
        comment = {"id": 100 + len(self.comments), "user": {"login": login, "type": kind}, "body": body}
        self.comments.append(comment)
        return comment

    def open_issue(
        self, login: str, body: str, *, kind: str = "User", title: str = "", **more: object
    ) -> dict[str, Any]:
        """Open an issue as somebody."""
        user = {"login": login, "type": kind}
        number = 1 + len(self.issues)
        issue = {"number": number, "user": user, "title": title, "body": body, "state": "open", **more}
        self.issues.append(issue)
        return issue

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, object]:
        """Return status and body."""
        entries = self.issues if path.endswith("/issues") else self.comments
        if method == "GET":
            page, size = int(query["page"][0]), int(query["per_page"][0])
            return 200, entries[(page - 1) * size : page * size]
        if self.is_read_only:
            return 403, {"message": "Resource not accessible by integration"}
        asked = json.loads(body)
        if method == "POST" and path.endswith("/issues"):
            return 201, self.open_issue("github-actions[bot]", kind="Bot", **asked)
        if method == "PATCH" and "/comments/" not in path:
            (issue,) = [each for each in self.issues if path.endswith(f"/issues/{each['number']}")]
            issue.update(asked)
            return 200, issue
        text = asked["body"]
        if method == "POST":
            return 201, self.say("github-actions[bot]", text, kind="Bot")
        (comment,) = [each for each in self.comments if path.endswith(f"/issues/comments/{each['id']}")]
        comment["body"] = text
        return 200, comment

    @staticmethod
    @contextmanager
    def serving() -> Iterator["GitHub"]:
        """Serve it on a free port."""
        github = GitHub()
        with listening(type("Handler", (_Handler,), {"github": github})) as github.url:
            yield github


class _Handler(BaseHTTPRequestHandler):
    github: GitHub

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.github.requests.append((self.command, parts.path, self.headers.get("Authorization", "")))
        status, answer = self.github.answer(self.command, parts.path, parse_qs(parts.query), body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write((self.github.odd_answer or json.dumps(answer)).encode())

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815  # http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Say nothing."""
