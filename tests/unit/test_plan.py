"""Which class each definition and entry falls into, and what is told of it."""

import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignsync.identity import Definition
from campaignsync.plan import (
    FieldChange,
    Plan,
    body_digest,
    field_changes,
    make_plan,
    plan_digest,
    planned_digests,
)
from campaignsync.report import as_json
from campaignsync.state import Entry
from tests.unit.report_samples import TARGET, body, claim, definition, record, state, unread, view


def names(plan: Plan) -> dict[str, list[str]]:
    return {
        "create": [each.name for each in plan.create],
        "pending": [each.claim.name for each in plan.pending],
        "changed": [each.record.name for each in plan.changed],
        "removed": [each.name for each in plan.removed],
    }


def only(*, unchanged: int = 0, **classes: list[str]) -> tuple[dict[str, list[str]], int]:
    empty: dict[str, list[str]] = {"create": [], "pending": [], "changed": [], "removed": []}
    return {**empty, **classes}, unchanged


def days(*blocks: str) -> list[dict[str, str]]:
    return [dict(zip(("day", "start", "end"), block.split("/"), strict=True)) for block in blocks]


WEEK = days("MO/9/6", "TU/9/6", "WE/9/6", "TH/9/6", "FR/9/6")


@pytest.mark.parametrize(
    ("definitions", "entries", "expected"),
    [
        pytest.param([], [], only(), id="nothing"),
        pytest.param([definition("A")], [], only(create=["A"]), id="new"),
        pytest.param([unread("A")], [record("A")], only(unchanged=1), id="same digest, not parsed"),
        pytest.param([definition("A")], [record("A")], only(unchanged=1), id="a comment was edited"),
        pytest.param([definition("A", maxSkips=2)], [record("A")], only(changed=["A"]), id="edited"),
        pytest.param([], [record("A")], only(removed=["A"]), id="definition removed"),
        pytest.param([definition("A")], [claim("A")], only(pending=["A"]), id="claimed"),
        pytest.param(
            [definition("A", maxSkips=2)], [claim("A")], only(pending=["A"]), id="claimed and edited"
        ),
        pytest.param([], [claim("A")], only(pending=["A"]), id="claimed and removed"),
        pytest.param(
            [definition("b"), unread("A")],
            [record("A"), claim("B ")],
            only(pending=["B "], unchanged=1),
            id="case",
        ),
        pytest.param(
            [definition("Caf\u00e9")],
            [claim("Cafe\u0301")],
            only(pending=["Cafe\u0301"]),
            id="form of accents",
        ),
    ],
)
def test_each_definition_and_entry_is_in_one_class(
    definitions: list[Definition], entries: list[Entry], expected: tuple[dict[str, list[str]], int]
) -> None:
    plan = make_plan(definitions, state(entries))
    assert (names(plan), plan.unchanged) == expected


def test_a_file_with_the_recorded_digest_is_unchanged_though_it_was_parsed() -> None:
    parsed = Definition(name="A", source="a.yaml", digest="sha256:A", body=body("A", maxSkips=2))
    assert make_plan([parsed], state([record("A")])).unchanged == 1


def test_the_order_of_keys_changes_nothing() -> None:
    reordered = dict(reversed(body("A").items()))
    assert make_plan([definition("A")], state([record("A", reordered)])).unchanged == 1


def test_a_claim_keeps_its_definition_if_there_is_one() -> None:
    plan = make_plan([definition("A")], state([claim("A"), claim("B")]))
    assert [each.definition for each in plan.pending] == [definition("A"), None]


def test_a_changed_campaign_tells_the_fields() -> None:
    strategy = {**body()["dialingStrategy"], "maxRingTime": 45}
    (changed,) = make_plan([definition("A", dialingStrategy=strategy)], state([record("A")])).changed
    assert changed.changes == (FieldChange(path="dialingStrategy.maxRingTime", old=30, new=45),)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="equal"),
        pytest.param({"a": 1}, {"a": True}, [("a", 1, True)], id="1 is not true"),
        pytest.param({"a": 1}, {"a": 1.0}, [("a", 1, 1.0)], id="1 is not 1.0"),
        pytest.param({"a": [1]}, {"a": [True]}, [("a[0]", 1, True)], id="nor in a list"),
        pytest.param({"a": 1}, {"a": "1"}, [("a", 1, "1")], id="nor text"),
        pytest.param({}, {"a": {"b": 1}}, [("a", None, {"b": 1})], id="object added"),
        pytest.param(
            {"a": {"b": 1}}, {"a": {"c": 2}}, [("a.b", 1, None), ("a.c", None, 2)], id="no key in common"
        ),
        pytest.param({"a": {"b": 1}}, {"a": [1]}, [("a", {"b": 1}, [1])], id="another kind of value"),
        pytest.param({"a": {}}, {"a": []}, [("a", {}, [])], id="another kind of nothing"),
        pytest.param({"__a": 1}, {"__a": 2}, [("__a", 1, 2)], id="two underscores"),
        pytest.param({"b": 1, "a": 1}, {"b": 2, "a": 2}, [("a", 1, 2), ("b", 1, 2)], id="sorted"),
        pytest.param({"a": ["x"]}, {"a": ["x", "y"]}, [("a[1]", None, "y")], id="appended"),
        pytest.param({"a": ["y"]}, {"a": ["x", "y"]}, [("a[0]", None, "x")], id="put in front"),
        pytest.param({"a": ["x", "y"]}, {"a": ["y"]}, [("a[0]", "x", None)], id="taken from the front"),
        pytest.param({"a": ["x", "y"]}, {"a": ["x", "z"]}, [("a[1]", "y", "z")], id="replaced"),
        pytest.param(
            {"a": ["x", "y"]}, {"a": ["y", "x"]}, [("a[0]", "x", "y"), ("a[1]", "y", "x")], id="swapped"
        ),
        pytest.param(
            {"a": ["v", "w", "x"]},
            {"a": ["x", "y"]},
            [("a[0]", "v", None), ("a[1]", "w", None), ("a[1]", None, "y")],
            id="taken out before put in at one place",
        ),
        pytest.param(
            {"a": list("bcdefghijkl")},
            {"a": list("BcdefghijKl")},
            [("a[0]", "b", "B"), ("a[9]", "k", "K")],
            id="places sorted",
        ),
        pytest.param(
            {"a": list("abcdefghijkl")},
            {"a": list("abCdefghijKl")},
            [("a[2]", "c", "C"), ("a[10]", "k", "K")],
            id="places sorted as numbers",
        ),
        pytest.param(
            {"d": WEEK}, {"d": [*WEEK[:2], *WEEK[3:]]}, [("d[2]", WEEK[2], None)], id="one day taken out"
        ),
        pytest.param({"d": WEEK[1:]}, {"d": WEEK}, [("d[0]", None, WEEK[0])], id="one day put in"),
        pytest.param(
            {"d": WEEK}, {"d": [*WEEK[:4], *days("FR/9/5")]}, [("d[4].end", "6", "5")], id="one day shorter"
        ),
        pytest.param(
            {"d": WEEK},
            {"d": [WEEK[0], *days("TU/8/6"), *WEEK[3:]]},
            [("d[1].start", "9", "8"), ("d[2]", WEEK[2], None)],
            id="one day edited, the next taken out",
        ),
    ],
)
def test_field_changes_read_well(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, object, object]]
) -> None:
    # Compared as text, since Python's own comparison takes 1, 1.0 and True for one value.
    changes = [(change.path, change.old, change.new) for change in field_changes(old, new)]
    assert repr(changes) == repr(expected)


def test_long_lists_are_compared_place_by_place() -> None:
    old = [str(number) for number in range(2000)]
    changes = field_changes({"a": old}, {"a": old[1:]})
    assert (len(changes), changes[-1]) == (2000, FieldChange(path="a[1999]", old="1999", new=None))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, 1.0])
    | st.text("ab_.[", max_size=3),
    lambda values: (
        st.lists(values, max_size=4) | st.dictionaries(st.text("ab_.[", max_size=3), values, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("ab_", max_size=2), JSON), st.dictionaries(st.text("ab_", max_size=2), JSON))
def test_there_are_changes_exactly_where_bodies_differ(old: dict[str, Any], new: dict[str, Any]) -> None:
    is_same = json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
    assert (field_changes(old, new) == ()) == is_same


def moved(name: str, kind: Callable[..., Entry] = record) -> Entry:
    """Return an entry of another content that came from the file where New is now."""
    entry = record(name, body(name, maxSkips=2)) if kind is record else kind(name, maxSkips=2)
    return replace(entry, source="campaigns/new.yaml")


@pytest.mark.parametrize(
    ("definitions", "entries", "expected"),
    [
        pytest.param(["New"], [record("Old")], {"new": "Old"}, id="of a removed one"),
        pytest.param(["New"], [claim("Old")], {"new": "Old"}, id="of a claim without a definition"),
        pytest.param(["New", "Old"], [claim("Old")], {}, id="not of a claim that is still wanted"),
        pytest.param(["New", "Old"], [record("Old")], {}, id="not of a campaign that is still wanted"),
        pytest.param(["New"], [record("Old", body("Old", maxSkips=2))], {}, id="not where more differs"),
        pytest.param(["New"], [moved("Old")], {"new": "Old"}, id="from the same file, where more differs"),
        pytest.param(["New"], [moved("Old", claim)], {"new": "Old"}, id="from the file of a lost claim"),
        pytest.param(["New"], [moved("A"), record("Z")], {"new": "Z"}, id="content before file"),
        pytest.param(["New", "Old"], [moved("Old")], {}, id="not from the file of one that is still wanted"),
        pytest.param(["New"], [record("Old", body("Old", maxSkips=True))], {}, id="not where a type differs"),
        pytest.param(["A", "B"], [record("Old")], {"a": "Old", "b": "Old"}, id="two of one"),
        pytest.param(
            ["New"], [record("Z"), record("B"), claim("C")], {"new": "B"}, id="the first of several"
        ),
        pytest.param([], [record("Old")], {}, id="nothing to create"),
    ],
)
def test_a_create_that_equals_a_lost_entry_is_a_likely_rename(
    definitions: list[str], entries: list[Entry], expected: dict[str, str]
) -> None:
    plan = make_plan([definition(name) for name in definitions], state(entries))
    assert {key: rename.old.name for key, rename in plan.renames.items()} == expected


def test_the_order_of_the_input_changes_nothing() -> None:
    definitions = [definition(name, maxSkips=3) for name in "abcdefgh"]
    entries: list[Entry] = [*(record(name) for name in "cdxy"), *(claim(name) for name in "efz")]
    plan = make_plan(definitions, state(entries))
    shuffled = random.Random(1)
    for _ in range(5):
        shuffled.shuffle(definitions)
        shuffled.shuffle(entries)
        assert make_plan(definitions, state(entries)) == plan
    assert names(plan) == {
        "create": ["a", "b", "g", "h"],
        "pending": ["e", "f", "z"],
        "changed": ["c", "d"],
        "removed": ["x", "y"],
    }


@pytest.mark.parametrize("entries", [[], [record("B", body("A"))]])
def test_a_create_without_a_body_is_a_bug_that_shows(entries: list[Entry]) -> None:
    with pytest.raises(ValueError, match=r"campaigns/a\.yaml: not parsed"):
        make_plan([unread("A")], state(entries))


def test_a_body_left_out_for_another_states_digest_is_a_bug_that_shows() -> None:
    stale = Definition(name="A", source="campaigns/a.yaml", digest="sha256:other", body=None)
    with pytest.raises(ValueError, match=r"campaigns/a\.yaml: not parsed"):
        make_plan([stale], state([record("A")]))


def test_a_plan_without_changes_imports_no_heavy_library() -> None:
    code = (
        "import sys\n"
        "from campaignsync.report import text, as_json, markdown\n"
        "from campaignsync.plan import make_plan\n"
        "from tests.unit.report_samples import *\n"
        "plan = make_plan([definition('A'), unread('B')], state([record('B'), record('C')]))\n"
        "text.plan(view(plan)), as_json.plan(view(plan)), markdown.plan(view(plan))\n"
        "print(sorted({'deepdiff', 'pydantic', 'httpx', 'rich', 'ruamel'} & sys.modules.keys()))\n"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


class TestDigests:
    def test_a_body_is_named_by_its_canonical_json(self) -> None:
        canonical = '{"a":[1,true,null],"b":"ü"}'
        expected = f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
        assert body_digest({"b": "ü", "a": [1, True, None]}) == expected

    def test_values_that_python_takes_for_equal_have_other_digests(self) -> None:
        assert len({body_digest({"a": value}) for value in (1, 1.0, True, "1")}) == 4

    def test_what_is_to_be_sent_has_one_digest_in_any_order(self) -> None:
        assert plan_digest([body("A"), body("B")]) == plan_digest([body("B"), body("A")])

    def test_another_body_makes_another_digest(self) -> None:
        assert plan_digest([body("A")]) != plan_digest([body("A", maxSkips=2)])

    def test_one_body_more_makes_another_digest(self) -> None:
        assert plan_digest([body("A")]) != plan_digest([body("A"), body("B")])

    def test_nothing_to_send_has_none(self) -> None:
        assert plan_digest([]) == ""


def planned(plan: Plan) -> Any:  # noqa: ANN401  # JSON
    """Return a plan as `sync --plan` reads it."""
    return json.loads(as_json.plan(view(plan)))


def allowed(data: object, *, host: str | None = TARGET.host, app_id: str | None = "st-1") -> frozenset[str]:
    return planned_digests(data, state="state/campaigns.json", host=host, app_id=app_id)


def only_new() -> Any:  # noqa: ANN401  # JSON
    return planned(make_plan([definition("New")], state()))


class TestPlannedDigests:
    def test_creates_and_claims_with_a_definition_may_be_sent(self) -> None:
        definitions = [definition("New"), definition("Waiting", maxSkips=2)]
        data = planned(make_plan(definitions, state([claim("Waiting"), claim("Lost", maxSkips=9)])))
        assert allowed(data) == {body_digest(body("New")), body_digest(body("Waiting", maxSkips=2))}

    def test_a_claim_s_old_body_may_not(self) -> None:
        data = planned(make_plan([definition("Waiting", maxSkips=2)], state([claim("Waiting")])))
        assert body_digest(body("Waiting")) not in allowed(data)

    def test_what_is_held_back_may_not_and_the_rest_may(self) -> None:
        definitions = [definition("New"), definition("Other", maxSkips=2)]
        plan = make_plan(definitions, state([record("Old")]))
        assert allowed(planned(plan)) == {body_digest(body("Other", maxSkips=2))}

    def test_what_is_changed_or_removed_may_not(self) -> None:
        plan = make_plan([definition("A", maxSkips=2)], state([record("A"), record("B")]))
        assert allowed(planned(plan)) == frozenset()

    def test_a_digest_may_come_without_its_body(self) -> None:
        data = only_new()
        del data["create"][0]["body"]
        assert allowed(data) == {body_digest(body("New"))}

    def test_without_a_digest_nothing_may_be_sent(self) -> None:
        assert allowed(creating(digest=None)(only_new())) == frozenset()

    @pytest.mark.parametrize("missing", ["host", "appId"])
    def test_what_one_side_does_not_name_is_not_compared(self, missing: str) -> None:
        data = only_new()
        data["target"][missing] = None
        assert allowed(data) == allowed(only_new(), host=None, app_id=None) == {body_digest(body("New"))}


def without(key: str) -> Callable[[Any], object]:
    return lambda plan: {name: value for name, value in plan.items() if name != key}


def having(key: str, value: object) -> Callable[[Any], object]:
    return lambda plan: {**plan, key: value}


def aiming(key: str, value: object) -> Callable[[Any], object]:
    return lambda plan: {**plan, "target": {**plan["target"], key: value}}


def creating(**changes: object) -> Callable[[Any], object]:
    return lambda plan: {**plan, "create": [{**plan["create"][0], **changes}]}


def nested(levels: int) -> object:
    value: object = {}
    for _ in range(levels):
        value = {"a": value}
    return value


_NO_PLAN, _NOT_ITS_BODY = "is not a plan of this version", "names a digest that isn't its body's"


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        pytest.param(lambda _: None, _NO_PLAN, id="nothing"),
        pytest.param(lambda _: [], _NO_PLAN, id="a list"),
        pytest.param(lambda _: "plan", _NO_PLAN, id="a string"),
        pytest.param(lambda _: {}, _NO_PLAN, id="an empty object"),
        pytest.param(lambda _: {"formatVersion": 1, "problems": []}, _NO_PLAN, id="the problems of a plan"),
        pytest.param(lambda _: {"formatVersion": 1, "error": {}}, _NO_PLAN, id="an error"),
        pytest.param(having("formatVersion", 2), _NO_PLAN, id="another version"),
        pytest.param(having("formatVersion", "1"), _NO_PLAN, id="a version that is a string"),
        pytest.param(without("target"), _NO_PLAN, id="no target"),
        pytest.param(having("target", None), _NO_PLAN, id="a target that is null"),
        pytest.param(without("create"), _NO_PLAN, id="no creates"),
        pytest.param(without("pending"), _NO_PLAN, id="no pending"),
        pytest.param(having("create", {}), _NO_PLAN, id="creates that are an object"),
        pytest.param(having("pending", "none"), _NO_PLAN, id="pending that is a string"),
        pytest.param(
            aiming("host", "https://elsewhere.example"),
            "is a plan for the host 'https://elsewhere.example', and this run is for "
            "'https://platform.kore.ai'",
            id="another host",
        ),
        pytest.param(
            aiming("appId", "st-2"),
            "is a plan for the appId 'st-2', and this run is for 'st-1'",
            id="another application",
        ),
        pytest.param(
            aiming("state", "state/test.json"),
            "is a plan for the state 'state/test.json', and this run is for 'state/campaigns.json'",
            id="another state",
        ),
        pytest.param(aiming("host", ["x"]), "is a plan for the host", id="a host that is a list"),
        pytest.param(creating(body=body("Other")), _NOT_ITS_BODY, id="another body"),
        pytest.param(creating(body={}), _NOT_ITS_BODY, id="an empty body"),
        pytest.param(creating(body=[]), _NOT_ITS_BODY, id="a body that is a list"),
        pytest.param(creating(body="x"), _NOT_ITS_BODY, id="a body that is a string"),
        pytest.param(creating(body=nested(500)), _NOT_ITS_BODY, id="a deep body"),
        pytest.param(creating(digest="sha256:0"), _NOT_ITS_BODY, id="another digest"),
        pytest.param(creating(digest=1, body=None), _NOT_ITS_BODY, id="a digest that is a number"),
        pytest.param(having("create", ["New"]), _NOT_ITS_BODY, id="a create that is a string"),
        pytest.param(having("pending", [{}]), _NOT_ITS_BODY, id="a claim without a digest"),
        pytest.param(having("pending", [None]), _NOT_ITS_BODY, id="a claim that is null"),
    ],
)
def test_a_plan_that_is_none_of_this_target_s_is_refused(tamper: Callable[[Any], object], words: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(words)}"):
        allowed(tamper(only_new()))


def test_a_body_that_is_no_text_is_refused() -> None:
    """Half of a surrogate pair, as JSON can escape it."""
    with pytest.raises(ValueError, match="surrogates not allowed"):
        allowed(creating(body={"name": json.loads(r'"\ud800"')})(only_new()))
