"""The same job as people do it today, for the README: a shell loop with yq and curl; octoDNS. Does I/O.

No target hangs on these; where the tools are not installed, the line says so.
"""

import shutil
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from tests.bench.measuring import run, serving
from tests.bench.online import SYNC, loose_place
from tests.bench.places import NONE, RUN
from tests.bench.table import Line, Pair, ratio_line
from tests.bench.workshop import Workshop, product

_SHELL_TOOLS = ("bash", "find", "yq", "jq", "curl")
_LOOPED = 200
"""Files that the loop goes over: it takes long, and as long for each."""

# The yq of PyPI and Debian wraps jq and prints JSON by itself; the one in Go must be asked to.
_LOOP = """
set -euo pipefail
json=(yq -c .)
if yq --version 2>&1 | grep -q mikefarah; then json=(yq -o=json -I=0 .); fi
find campaigns -name '*.y*ml' | while read -r file; do
    "${json[@]}" "$file" | $SEND > /dev/null
done
"""
_CURL = "curl --silent --show-error --fail --header Content-Type:application/json --data-binary @-"


def shell_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure a loop that sends each file, and one that only reads each, against the command."""
    missing = [tool for tool in _SHELL_TOOLS if shutil.which(tool) is None]
    if missing:
        yield _skipped("a shell loop", f"{', '.join(missing)} is not installed")
        return
    count = min(_LOOPED, workshop.sizes.definitions)
    place = loose_place(workshop, "looped", count)
    creates, reads = list[Pair](), list[Pair]()
    for number in range(workshop.sizes.rounds):
        workshop.tell(f"a shell loop over {count} files: round {number + 1}")
        creates.append(_created(place, count))
        loop_s = run(["bash", "-c", _LOOP], cwd=place, SEND="cat").seconds
        reads.append((loop_s / count * workshop.sizes.definitions, product(workshop.large, "plan").seconds))
    yield ratio_line(f"yq and curl, {count} creates", creates, against="sync, no limit", most=None)
    what = f"yq over {workshop.sizes.definitions:,} files, {count} measured"
    yield ratio_line(what, reads, against="plan, nothing new", most=None)


def _created(place: Path, count: int) -> Pair:
    with serving() as standin:
        url = f"{standin.url}/agentassist/api/v1/public/st-1/campaign?campaignType=voice"
        loop_s = run(["bash", "-c", _LOOP], cwd=place, SEND=f"{_CURL} {url}").seconds
    (place / RUN).unlink(missing_ok=True)
    with serving() as standin:
        options = ("--rate-limit", "0", "--max-creates", str(count))
        return loop_s, product(place, *SYNC, *options, **standin.env).seconds


_CONFIG = """
providers:
  wanted: {class: octodns.provider.yaml.YamlProvider, directory: wanted, enforce_order: false}
  made: {class: octodns.provider.yaml.YamlProvider, directory: made, enforce_order: false}
zones:
  example.com.: {sources: [wanted], targets: [made]}
"""


def octodns_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure octoDNS's plan of as many records, all of them new, against the command's."""
    if shutil.which("octodns-sync") is None:
        yield _skipped("octodns-sync", "octodns is not installed")
        return
    count, pairs = workshop.sizes.definitions, list[Pair]()
    folder = _zone(workshop.folder / "octodns", count)
    for number in range(workshop.sizes.rounds):
        workshop.tell(f"octoDNS: round {number + 1}")
        planned = run(["octodns-sync", "--config-file", "config.yaml", "--quiet"], cwd=folder)
        pairs.append((planned.seconds, product(workshop.large, "plan", "--state", NONE).seconds))
    yield ratio_line(f"octodns-sync, {count:,} records, all new", pairs, against="plan, all new", most=None)


def _zone(folder: Path, count: int) -> Path:
    for name in ("wanted", "made"):
        (folder / name).mkdir(parents=True)
    (folder / "config.yaml").write_text(_CONFIG)
    first = ip_address("10.0.0.0")
    records = (
        f"host-{number:05}:\n  type: A\n  ttl: 300\n  value: {first + number}\n" for number in range(count)
    )
    (folder / "wanted" / "example.com.yaml").write_text("".join(records))
    return folder


def _skipped(what: str, why: str) -> Line:
    return Line(what=what, figure="skipped", against=why, ratio="", target="", is_met=None)
