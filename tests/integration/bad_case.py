"""How a case of the table of bad definitions is written.

In a text a ``§`` stands before the character that a problem must point at; it is taken out of the file.
Marks and expected problems are in the same order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BAD = "campaigns/bad.yaml"

GOOD = """\
name: Spring Offer
description: Calls those who asked for the spring offer.
contactLists:
  - Spring - Asked
  - Spring - Wrote
priority: 3
dialingMode: Preview
dialingStrategy:
  callerId:
    phoneNumber: "+12025550123"
  callingHours:
    frequency: WEEKLY
    timezone: Asia/Kolkata
    days:
      - {day: MO, start: "9:00 AM", end: "6:00 PM"}
      - day: TU
        start: "9:00 AM"
        end: "6:00 PM"
  dialingOrder: FIFO
  maxAttemptsPerRecord: 3
  defaultRetryPeriod: 10
  maxRingTime: 30
queue_name: Default Queue
enableMachineDetect: false
maxSkips: 1
"""
"""A valid definition; the others differ from it in what their names say."""

OTHER = GOOD.replace("Spring Offer", "Autumn Offer")
"""Another valid one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A problem that must be reported.

    Attributes:
        path: The file, relative to the working directory.
        line: From 1.
        column: From 1, in characters.
        key: The dotted key.
        fragment: Stands in the message.
    """

    path: str = BAD
    line: int = 1
    column: int = 1
    key: str = ""
    fragment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Definitions that are wrong.

    Attributes:
        name: What is wrong.
        lay_out: Puts the files into a working directory that has an empty folder ``campaigns``.
        expected: All problems, and no others.
    """

    name: str
    lay_out: Callable[[Path], None]
    expected: tuple[Expected, ...]


def lay_out(case: Case, root: Path) -> None:
    """Put a case's files into an empty working directory."""
    (root / "campaigns").mkdir()
    case.lay_out(root)


def write(content: bytes, path: str = BAD) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)

    return write


def _spots(marked: str) -> list[tuple[int, int]]:
    spots = []
    for number, line in enumerate(marked.split("\n"), 1):
        parts = line.split("§")
        spots += [(number, len("".join(parts[:count])) + 1) for count in range(1, len(parts))]
    return spots


def text(
    name: str, marked: str, *problems: tuple[str, str], encode: Callable[[str], bytes] = str.encode
) -> Case:
    """Return a case of one file; each problem is a key and a part of its message."""
    expected = tuple(
        Expected(line=line, column=column, key=key, fragment=fragment)
        for (line, column), (key, fragment) in zip(_spots(marked), problems, strict=True)
    )
    return Case(name=name, lay_out=write(encode(marked.replace("§", ""))), expected=expected)


def edit(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def value(key: str, value: str, fragment: str) -> Case:
    """Return a case in which one value of the good definition is another; ``a.b`` is key b."""
    last = key.rpartition(".")[2]
    line = next(line for line in GOOD.split("\n") if line.lstrip().startswith(f"{last}:"))
    good, _, _ = line.partition(":")
    shown = value if len(value) < 50 else f"{len(value)} characters"
    return text(f"{last}: {shown}", edit(f"{line}\n", f"{good}: §{value}\n"), (key, fragment))


def block(value: str, *problems: tuple[str, str]) -> Case:
    """Return a case in which Tuesday's calling hours are another block."""
    tuesday = '- day: TU\n        start: "9:00 AM"\n        end: "6:00 PM"\n'
    return text(f"block {value}", edit(tuesday, f"- {value}\n"), *problems)


def hours(start: str, end: str) -> str:
    return f"{{day: TU, start: {start}, end: {end}}}"


def without(name: str, old: str, spot: str, key: str) -> Case:
    """Return a case in which lines are missing; the problem points at the mapping that lacked them."""
    return text(f"without {name}", edit(spot, f"§{spot}", edit(old, "")), (key, "is missing"))
