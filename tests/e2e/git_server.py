"""Git over HTTP on loopback, with a token: git's own server (git-http-backend(1)) behind Python's."""

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.loopback import listening


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    token: str

    def _handle(self) -> None:
        body = self._body()
        wanted = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        given = self.headers.get_all("Authorization") or [""]
        if len(given) > 1:
            # As GitHub answers.
            self.send_error(400, "Duplicate header: Authorization")
            return
        if given[0].lower() != f"basic {wanted}".lower():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        head, _, answer = self._ask_git(body).partition(b"\r\n\r\n")
        headers = [line.decode().split(": ", 1) for line in head.split(b"\r\n")]
        self.send_response(next((int(value[:3]) for name, value in headers if name == "Status"), 200))
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _handle  # noqa: N815  # http.server's names

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _ask_git(self, body: bytes) -> bytes:
        parts = urlsplit(self.path)
        env = {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "x-access-token",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        command = ["git", "http-backend"]
        return subprocess.run(
            command, check=True, input=body, capture_output=True, env={**os.environ, **env}
        ).stdout

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
        """Say nothing."""


@contextmanager
def serving(folder: Path, *, token: str) -> Iterator[str]:
    """Serve the repositories of a folder to whoever has the token; yield the URL."""
    with listening(type("Handler", (_Handler,), {"folder": folder, "token": token})) as url:
        yield url
