"""What an editor says and offers by the JSON Schema: a real language server, driven over stdin and stdout."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pytest

from campaignsync.definitions.schema import json_schema

ROOT = Path(__file__).parents[2]
SERVER = shutil.which("yaml-language-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed"),
]
_CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}}
    },
    "workspace": {"configuration": True},
}


class Editor:
    """An editor's side of the language server protocol, as far as it is needed here."""

    def __init__(self, process: "subprocess.Popen[bytes]", schema: Path) -> None:
        self._process = process
        self._modeline = f"# yaml-language-server: $schema={schema.as_uri()}\n"
        self._last = self._opened = 0
        self.ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": _CAPABILITIES})
        self.tell("initialized", {})

    def tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while True:
            message = self._received()
            if message.get("id") == self._last and "method" not in message:
                return message["result"]

    def open(self, text: str) -> str:
        """Open a document of its own; return its address."""
        self._opened += 1
        uri = f"file:///{self._opened}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": self._modeline + text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def complaints(self, text: str) -> list[tuple[int, str]]:
        """Return what is wrong with a document: lines, from 1, and words."""
        uri = self.open(text)
        while True:
            message = self._received()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found = message["params"]["diagnostics"]
                # The modeline is line 0.
                return [(each["range"]["start"]["line"], each["message"]) for each in found]

    def offers(self, text: str, line: int, column: int) -> dict[str, Mapping[str, Any]]:
        """Return what is offered at a place, by label; the line is counted from 1."""
        position = {"line": line, "character": column}
        uri = self.open(text)
        found = self.ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        return {each["label"]: each for each in found["items"]}

    def _received(self) -> dict[str, Any]:
        """Return the next message; what the server asks is answered with nothing."""
        length, stdout = 0, _pipe(self._process.stdout)
        while line := stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(stdout.read(length))
        if "method" in message and "id" in message:
            items = message["params"].get("items") if isinstance(message.get("params"), dict) else None
            self._send({"id": message["id"], "result": None if items is None else [{} for _ in items]})
        return message

    def _send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin = _pipe(self._process.stdin)
        stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        stdin.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    schema = tmp_path_factory.mktemp("editor") / "schema.json"
    schema.write_text(json.dumps(json_schema()), encoding="utf-8")
    with subprocess.Popen(
        [str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        yield Editor(process, schema)
        process.kill()


def sample(old: str = "", new: str = "") -> str:
    return (ROOT / "campaigns" / "billing-reminder.yaml").read_text(encoding="utf-8").replace(old, new)


def test_a_good_definition_has_nothing_wrong(editor: Editor) -> None:
    assert editor.complaints(sample()) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("9:00 AM", "9am", 'A time on the 12-hour clock, in quotes, such as "9:00 AM" or "12:30 PM".'),
        ("Asia/Kolkata", "IST", "A time zone of the IANA, named after a place, such as America/New_York."),
        ('"+181234567"', '"181234567"', 'A number in quotes: + and 7 to 15 digits, such as "+12025550123".'),
    ],
)
def test_mistakes_are_told_in_words(editor: Editor, old: str, new: str, words: str) -> None:
    told = editor.complaints(sample(old, new))
    assert told
    assert {message for _, message in told} == {words}


def test_each_mode_is_described(editor: Editor) -> None:
    offered = editor.offers("dialingMode: \n", 1, 13)
    assert "a flow talks" in str(offered["Agentless"]["documentation"])
    assert "30 seconds" in str(offered["Preview"]["documentation"])


def test_what_is_filled_in_repeats_nothing(editor: Editor) -> None:
    offered = editor.offers("\n", 1, 0)
    whole = offered["campaign"]["insertText"]
    assert 'phoneNumber: "${5:+12025550123}"' in whole
    assert [whole.count(f"${{{number}:") for number in range(1, 11)] == [1] * 10
    assert "- ${1}" not in offered["Voice campaign"]["insertText"]
