"""Prints a plan as one word that a job can hand to another: target and digests, without the bodies.

Arguments: the file that ``campaignsync plan --out`` wrote; how many campaigns it may send, empty for any.
Where it is not to be handed over, this prints why, and exits with 1.
"""

import base64
import gzip
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from campaignsync.plan import held_back

_LONGEST = 130_000
"""Characters of a word. The sync's step gets it as an environment variable, and Linux takes at most 128 KiB
for one with its name (execve(2), "Limits on size of arguments and environment"). 1,000 campaigns need
53,000, so some 2,400 fit."""


def word_of(plan: Mapping[str, Any], *, most: int | None) -> str:
    """Return a plan's word: base64 of compressed JSON, which ``sync --plan`` takes once it is unpacked.

    Args:
        plan: The plan's JSON.
        most: How many campaigns it may send, counted as the sync counts; None for any.

    Raises:
        ValueError: It sends more, or more than fit; the message is one line, without foreign text.
    """
    # What is likely a rename is held back, now and when it is synced.
    held = held_back(plan["findings"])
    entries = {
        "create": [each["digest"] for each in plan["create"] if each["name"] not in held],
        "pending": [each["digest"] for each in plan["pending"] if each["digest"] is not None],
    }
    sends = sum(map(len, entries.values()))
    if most is not None and sends > most:
        raise ValueError(
            f"The plan sends {sends} campaigns, and at most {most} are allowed (the input max-creates)."
        )
    reduced = {
        "formatVersion": plan["formatVersion"],
        "target": plan["target"],
        **{key: [{"digest": digest} for digest in digests] for key, digests in entries.items()},
    }
    packed = gzip.compress(json.dumps(reduced, separators=(",", ":")).encode(), mtime=0)
    word = base64.b64encode(packed).decode()
    if len(word) > _LONGEST:
        raise ValueError(
            f"The plan sends {sends} campaigns, and only about 2,400 can be handed to the job that syncs: "
            "merge some of the definitions first, and the rest after their sync."
        )
    return word


def main(file: str, most: str) -> int:
    """Print the word, or why there is none; return the exit code."""
    plan = json.loads(Path(file).read_bytes())
    try:
        print(word_of(plan, most=int(most) if most.isdecimal() else None))
    except ValueError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
