"""Prints why a plan must not pass as it is, one reason a line, and exits with 1 where there is one.

Arguments: the file that ``campaignsync plan --out`` wrote; the reports that a reviewer reads. Reads from the
environment: ``ALLOW_CUT_ROWS`` and ``ALLOW_RENAMES``, ``true`` where that is no reason; ``GITHUB_OUTPUT``,
the file that it writes ``is-quiet`` to: whether there is nothing to send and nothing found.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from campaignsync.plan import held_back

_ROWS_LEFT_OUT = re.compile(r"^> \*\*Rows left out: (\d+)", re.MULTILINE)
"""As `campaignsync.report.markdown` says it; no line of a report begins with foreign text."""


def reasons(plan: Mapping[str, Any], reports: Sequence[str], env: Mapping[str, str]) -> Iterator[str]:
    """Yield why a plan must not pass: our own words, without foreign text."""
    cut = [int(count) for report in reports for count in _ROWS_LEFT_OUT.findall(report)]
    if cut and env["ALLOW_CUT_ROWS"] != "true":
        yield (
            f"{max(cut)} of the campaigns that would be sent don't fit into the report, so nobody could "
            "review them: merge them in smaller pull requests, or allow it (the input allow-cut-rows)."
        )
    held = len(held_back(plan["findings"]))
    if held and env["ALLOW_RENAMES"] != "true":
        yield (
            f"{held} of the new campaigns are likely renames and would not be sent: "
            "restore the name, or campaignsync forget OLD. The report says which."
        )


def main(file: str, *reports: str) -> int:
    """Print the reasons; return the exit code."""
    plan = json.loads(Path(file).read_bytes())
    is_quiet = not (plan["create"] or plan["pending"] or plan["findings"])
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"is-quiet={str(is_quiet).lower()}\n")
    texts = [Path(report).read_text(encoding="utf-8") for report in reports]
    found = list(reasons(plan, texts, os.environ))
    for reason in found:
        print(reason)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
