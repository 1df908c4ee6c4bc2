"""Valid bodies, made by Hypothesis, and one to change by hand."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from campaignsync.definitions.constraints import zone_names
from campaignsync.definitions.model import Campaign
from campaignsync.definitions.shapes import form_of
from campaignsync.identity import identity
from campaignsync.times import DAYS, TIMES
from tests.integration.sample_body import SAMPLE

Body = dict[str, Any]


def validated(value: object) -> Campaign:
    """Return the campaign that a definition says."""
    return form_of(value).shape.model_validate(value)


# What a file may hold unescaped, and a text of one line may say.
_LETTERS = st.characters(
    exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp", "Zs"),
    include_characters=" ",
    exclude_characters="\ufeff",
)


def line(most: int) -> st.SearchStrategy[str]:
    """Return texts of one line that show something."""
    visible = st.sampled_from("aZ0-!&#\"'{[:~ßЖ東🔔").filter(str.strip)
    return st.tuples(st.text(_LETTERS, max_size=most - 1), visible, st.integers(0, most)).map(
        lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
    )


@st.composite
def days(draw: st.DrawFn) -> list[Body]:
    """Draw blocks in order: on each day, times that rise."""
    blocks = []
    for day in draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True)):
        count = draw(st.sampled_from([2, 4]))
        times = draw(st.lists(st.sampled_from(sorted(TIMES)), min_size=count, max_size=count, unique=True))
        times.sort(key=TIMES.__getitem__)
        blocks += [{"day": day, "start": times[at], "end": times[at + 1]} for at in range(0, count, 2)]
    return draw(st.permutations(blocks))


def _hours() -> st.SearchStrategy[Body]:
    return st.fixed_dictionaries(
        {
            "frequency": st.sampled_from(["WEEKLY", "DAILY", "CUSTOM"]),
            "timezone": st.sampled_from(sorted(zone_names())),
            "days": days(),
        }
    )


def _strategy() -> st.SearchStrategy[Body]:
    numbers = st.integers(10**6, 10**15 - 1).map(lambda number: f"+{number}")
    return st.fixed_dictionaries(
        {
            "callerId": st.fixed_dictionaries({"phoneNumber": numbers}),
            "callingHours": _hours(),
            "dialingOrder": st.sampled_from(["FIFO", "LIFO"]),
            "maxAttemptsPerRecord": st.integers(1, 100),
            "defaultRetryPeriod": st.integers(1, 1440),
            "maxRingTime": st.integers(5, 120),
        }
    )


KEYS = [
    *("name", "description", "contactLists", "dncLists", "priority", "dialingMode", "dialingStrategy"),
    *("schedule", "queue_name", "experienceFlowName", "enableMachineDetect", "maxSkips", "campaignType"),
]
_QUEUE: Body = {"queue_name": line(60)}
_SKIPS: Body = {"maxSkips": st.integers(0, 10_000)}
_FLOW: Body = {"experienceFlowName": line(60)}
_SWITCH: Body = {"enableMachineDetect": st.booleans()}
_CHOICE: Body = {"enableMachineDetect": st.sampled_from(["no", "detect", "disconnect"])}
_DNC: Body = {"dncLists": st.fixed_dictionaries({"name": line(60)})}


def _mode(mode: str) -> Body:
    return {"dialingMode": st.just(mode)}


SHAPES: dict[str, Body] = {
    "Preview": {**_mode("Preview"), **_QUEUE, **_SWITCH, **_SKIPS},
    "Progressive": {**_mode("Progressive"), **_QUEUE, **_SWITCH},
    "Agentless": {**_mode("Agentless"), **_FLOW, **_SWITCH},
    "Preview with a do-not-call list": {**_mode("Preview"), **_DNC, **_QUEUE, **_SKIPS},
    "Progressive with a do-not-call list": {**_mode("Progressive"), **_DNC, **_QUEUE},
    "Agentless with a do-not-call list": {**_mode("Agentless"), **_DNC, **_FLOW, **_CHOICE},
}
"""What each shape has beside what all have: the contract's table, written out once more."""


def bodies() -> st.SearchStrategy[Body]:
    """Return valid bodies of all six shapes, whole, their keys in the sample's order."""
    return st.builds(_in_order, _common(), st.one_of([st.fixed_dictionaries(own) for own in SHAPES.values()]))


def _in_order(*parts: Body) -> Body:
    whole = {key: value for part in parts for key, value in part.items()}
    return {key: whole[key] for key in KEYS if key in whole}


def _common() -> st.SearchStrategy[Body]:
    breaks = st.sampled_from(["", "\n", "\t", "\n\n ", " \n"])
    return st.fixed_dictionaries(
        {
            "name": line(48),
            "description": st.tuples(line(100), breaks, line(100)).map("".join),
            "contactLists": st.lists(line(60), min_size=1, max_size=4, unique_by=identity),
            "priority": st.sampled_from(["1", "2", "3", "4", "5"]),
            "dialingStrategy": _strategy(),
            "schedule": st.just({"isSchedulingEnabled": False}),
            "campaignType": st.just("voice"),
        }
    )


def sample() -> Body:
    """Return the body of the API's sample request."""
    body: Body = json.loads(SAMPLE)
    return body


def shaped(shape: str) -> Body:
    """Return the sample in another shape: one of `SHAPES`."""
    examples = {
        "queue_name": "Default Queue",
        "maxSkips": 1,
        "experienceFlowName": "Reminder",
        "enableMachineDetect": "no" if "Agentless with" in shape else False,
        "dncLists": {"name": "Never"},
    }
    kept = {key: value for key, value in sample().items() if key not in examples}
    own = {key: examples[key] for key in SHAPES[shape] if key in examples}
    return _in_order(kept, own, {"dialingMode": shape.split(" ", maxsplit=1)[0]})


def changed(path: str, value: object, body: Body | None = None) -> Body:
    """Return the sample with one value changed; the path is dotted, an index is a number."""
    result = copy.deepcopy(sample() if body is None else body)
    inside: Any = result
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in above:
        inside = inside[part]
    inside[last] = value
    return result
