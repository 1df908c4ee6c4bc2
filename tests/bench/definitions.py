"""Makes definition files as people write them: no two alike in length, order, quoting or remarks. Does I/O.

The same seed makes the same files. A few hold what is rare in real ones: an ampersand, an anchor, another
alphabet.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

SEED = 20_260_131

_RARE = 0.02
"""The share of files that hold a thing that few people write."""

_SUBJECTS = (
    "Billing Reminder",
    "Appointment Confirmation",
    "Warranty Renewal",
    "Customer Survey",
    "Delivery Window",
    "Policy Renewal",
    "Welcome Call",
    "Payment Plan Offer",
    "Recall Notice",
    "Event Invitation",
)
_PLACES = (
    "North",
    "São Paulo",
    "Bayern",
    "Kolkata West",
    "Zürich",
    "New England",
    "Łódź",
    "東京",
    "Lyon",
)
_SENTENCES = (
    "Calls customers of the region before the due date.",
    "Offers a second appointment to those who can't make it.",
    "Agents read the record first, then dial.",
    "Where a machine answers, they leave the short message.",
    "No claim may be under way when the offer is made.",
    "Lists are refreshed each night by the billing team.",
    "Holds only people who agreed to be called.",
    "Questions about prices go to the back office, not to the queue.",
)
_REMARKS = (
    "Agreed with the works council.",
    "Numbers of last year's run: 41 % reached, 12 % called back.",
    "Ask Priya (billing) before you change this.",
    "Not at noon, when most people can't be reached.",
    "See the ticket OPS-4711: the old value was 45.",
    "TODO after the migration: one list for all brands",
    "The same as in the other regions - keep it so.",
)
_ZONES = (
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/Zurich",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "UTC",
)
_PRIORITIES = ("1", "2", "3", "5", '"4"', "'5'")
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MORNINGS = (("8:00 AM", "11:30 AM"), ("8:30 AM", "12:00 PM"), ("9:00 AM", "12:15 PM"))
_AFTERNOONS = (("1:00 PM", "5:00 PM"), ("1:30 PM", "6:30 PM"), ("2:15 PM", "7:45 PM"))
_WHOLE_DAYS = (("9:00 AM", "6:00 PM"), ("8:00 AM", "8:00 PM"), ("10:00 AM", "4:30 PM"))


def write_definitions(folder: Path, count: int, *, seed: int = SEED) -> None:
    """Write so many definitions into a folder and folders below it.

    Args:
        folder: Where to; made if it isn't there.
        count: How many.
        seed: Of the chance that makes them differ; fewer files of one seed are the first of more.
    """
    chance = random.Random(seed)
    for number in range(1, count + 1):
        file = folder / _path(chance, number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(_lines(chance, number)) + "\n", encoding="utf-8")


def _path(chance: random.Random, number: int) -> str:
    folders = chance.choice(("", "emea/", "apac/2025/", "apac/2026/", "amer/billing/", "amer/surveys/q3/"))
    ending = "yml" if chance.random() < 0.1 else "yaml"
    return f"{folders}campaign-{number:05}.{ending}"


def _lines(chance: random.Random, number: int) -> Iterator[str]:
    """Yield a file's lines, its keys in the contract's order or, as in one of five, in another."""
    if chance.random() < 0.5:
        yield "# yaml-language-server: $schema=../.campaign.schema.json"
    yield from (f"# {remark}" for remark in chance.sample(_REMARKS, chance.randint(2, 6)))
    yield ""
    parts = [_about(chance, number), _strategy(chance), _rest(chance)]
    if chance.random() < 0.2:
        parts.reverse()
    for part in parts:
        yield from part
        yield ""


def _about(chance: random.Random, number: int) -> Iterator[str]:
    place = "Smith & Sons" if chance.random() < _RARE else chance.choice(_PLACES)
    yield f"name: {_scalar(chance, f'{chance.choice(_SUBJECTS)} {number} {place}')}"
    yield from _description(chance, number)
    lists = [f"{chance.choice(_SUBJECTS)} - list {number}.{index}" for index in range(chance.randint(1, 4))]
    if chance.random() < 0.2:
        yield f"contactLists: [{', '.join(lists)}]"
    else:
        yield "contactLists:"
        yield from (f"  - {_scalar(chance, each)}" for each in lists)
    yield from _remark(chance)
    yield f"priority: {chance.choice(_PRIORITIES)}"
    yield "dialingMode: Preview"


def _description(chance: random.Random, number: int) -> Iterator[str]:
    sentences = chance.sample(_SENTENCES, chance.randint(2, 4))
    words = " ".join([f"No. {number}.", *sentences]).split()
    match chance.choice(("folded", "literal", "quoted", "plain")):
        case "folded":
            yield "description: >-"
            yield from _wrapped(words)
        case "literal":
            yield "description: |-"
            yield from _wrapped(words)
        case "quoted":
            yield f'description: "{" ".join(words)}"'
        case _:
            yield f"description: {' '.join(words)}"


def _wrapped(words: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(words), 10):
        yield f"  {' '.join(words[start : start + 10])}"


def _strategy(chance: random.Random) -> Iterator[str]:
    yield "dialingStrategy:"
    yield "  callerId:"
    yield f'    phoneNumber: "+{chance.randint(10**10, 10**12)}"'
    yield "  callingHours:"
    yield f"    frequency: {chance.choice(('WEEKLY', 'DAILY', 'CUSTOM'))}"
    yield f"    timezone: {_scalar(chance, chance.choice(_ZONES))}"
    yield from _remark(chance, indent=4)
    yield "    days:"
    yield from _days(chance)
    yield f"  dialingOrder: {chance.choice(('FIFO', 'LIFO'))}"
    yield f"  maxAttemptsPerRecord: {chance.randint(1, 9)}"
    yield from _remark(chance, indent=2)
    yield f"  defaultRetryPeriod: {chance.choice((10, 60, 120, 1440))}  # minutes"
    yield f"  maxRingTime: {chance.randint(15, 60)}"


def _days(chance: random.Random) -> Iterator[str]:
    days = _WEEK[: chance.randint(5, 7)]
    is_split = chance.random() < 0.4
    hours = (
        [chance.choice(_MORNINGS), chance.choice(_AFTERNOONS)] if is_split else [chance.choice(_WHOLE_DAYS)]
    )
    blocks = [(day, start, end) for day in days for start, end in hours]
    match chance.random():
        case share if share < _RARE:
            yield from _anchored(blocks)
        case share if share < 0.5 and not is_split:
            yield from _tall(chance, blocks)
        case _:
            yield from (
                f'      - {{day: {day}, start: "{start}", end: "{end}"}}' for day, start, end in blocks
            )


def _tall(chance: random.Random, blocks: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Write blocks on three lines each, their times quoted or not."""
    quote = chance.choice(('"', "'", ""))
    for day, start, end in blocks:
        yield f"      - day: {day}"
        yield f"        start: {quote}{start}{quote}"
        yield f"        end: {quote}{end}{quote}"


def _anchored(blocks: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Write the end of a day once, and name it on the others."""
    first, *others = blocks
    yield f'      - {{day: {first[0]}, start: "{first[1]}", end: &end "{first[2]}"}}'
    for day, start, end in others:
        written = "*end" if end == first[2] else f'"{end}"'
        yield f'      - {{day: {day}, start: "{start}", end: {written}}}'


def _rest(chance: random.Random) -> Iterator[str]:
    if chance.random() < 0.4:
        yield "schedule:"
        yield "  isSchedulingEnabled: false"
    yield f"queue_name: {_scalar(chance, f'{chance.choice(_SUBJECTS)} Queue')}"
    yield f"enableMachineDetect: {chance.choice(('true', 'false'))}"
    yield from _remark(chance)
    yield f"maxSkips: {chance.randint(0, 5)}"
    if chance.random() < 0.4:
        yield "campaignType: voice"


def _scalar(chance: random.Random, text: str) -> str:
    quote = chance.choice(("", "", '"', "'"))
    return f"{quote}{text}{quote}"


def _remark(chance: random.Random, *, indent: int = 0) -> Iterator[str]:
    count = chance.choice((0, 1, 1, 2))
    yield from (f"{' ' * indent}# {remark}" for remark in chance.sample(_REMARKS, count))
