"""Valid bodies, made by Hypothesis, and one to change by hand."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from campaignsync.definitions.constraints import zone_names
from campaignsync.times import DAYS, TIMES
from tests.integration.sample_body import SAMPLE

Body = dict[str, Any]

# What a file may hold unescaped, and a text of one line may say.
_LETTERS = st.characters(exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp"), exclude_characters="\ufeff")


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


def bodies() -> st.SearchStrategy[Body]:
    """Return valid bodies, whole, their keys in any order."""
    breaks = st.sampled_from(["", "\n", "\t", "\n\n ", " \n"])
    return st.fixed_dictionaries(
        {
            "name": line(48),
            "description": st.tuples(line(100), breaks, line(100)).map("".join),
            "contactLists": st.lists(line(60), min_size=1, max_size=4, unique=True),
            "priority": st.sampled_from(["1", "2", "3", "4", "5"]),
            "dialingMode": st.sampled_from(["Agentless", "Progressive", "Preview"]),
            "dialingStrategy": _strategy(),
            "schedule": st.just({"isSchedulingEnabled": False}),
            "queue_name": line(60),
            "enableMachineDetect": st.booleans(),
            "maxSkips": st.integers(0, 10_000),
            "campaignType": st.just("voice"),
        }
    )


def sample() -> Body:
    """Return the body of the API's sample request."""
    body: Body = json.loads(SAMPLE)
    return body


def changed(path: str, value: object, body: Body | None = None) -> Body:
    """Return the sample with one value changed; the path is dotted, an index is a number."""
    result = copy.deepcopy(sample() if body is None else body)
    inside: Any = result
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in above:
        inside = inside[part]
    inside[last] = value
    return result
