"""The state's text: every state survives it, and every damage is told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaignsync.errors import StateError
from campaignsync.identity import identity
from campaignsync.state import (
    Claim,
    Entry,
    Record,
    State,
    Status,
    entry_json,
    format_time,
    parse,
    parse_bytes,
    parse_entry,
    render,
)
from tests.unit.bodies import Body, changed, sample
from tests.unit.bodies import bodies as valid_bodies

MOMENT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def record(
    name: str = "Billing", camp_id: str = "cd-1", definition: Mapping[str, Any] | None = None
) -> Record:
    return Record(
        name=name,
        camp_id=camp_id,
        status=Status.CREATED,
        source="campaigns/billing.yaml",
        digest="sha256:ab",
        definition=definition or {"name": name},
        claimed_at=MOMENT,
        created_at=MOMENT,
    )


def claim(name: str = "Pending", sends: int = 0) -> Claim:
    return Claim(
        name=name,
        source="campaigns/pending.yaml",
        digest="sha256:cd",
        definition={"name": name},
        claimed_at=MOMENT,
        claimed_by="run-1",
        send_before=MOMENT,
        lease_seconds=600,
        sends=sends,
    )


def state(*entries: Entry) -> State:
    return State(host="https://platform.kore.ai", app_id="st-1").with_entries(entries)


def damaged(change: Mapping[str, Any], *, kind: Entry | None = None) -> str:
    """Return the text of a state whose one entry has other facts; None takes a fact away."""
    data = json.loads(render(state(kind or record())))
    (entry,) = data["campaigns"].values()
    entry.update(change)
    for key in [key for key, value in change.items() if value is GONE]:
        del entry[key]
    return json.dumps(data)


GONE = object()

characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, min_size=1, max_size=8)
moments = st.integers(0, 32_503_679_999).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
whole = st.integers(-(2**63), 2**63 - 1)
scalars = st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner), max_leaves=6
)
bodies = st.builds(
    dict[str, Any], st.dictionaries(texts.map("x-{}".format), values, max_size=4) | valid_bodies()
)
claims = st.builds(
    Claim,
    name=texts,
    source=texts,
    digest=texts,
    definition=bodies,
    claimed_at=st.just(MOMENT),
    claimed_by=texts,
    send_before=st.integers(-86_400, 86_400).map(lambda late_s: MOMENT + timedelta(seconds=late_s)),
    lease_seconds=st.integers(0, 1800),
    sends=st.integers(0, 3),
)
records = st.builds(
    Record,
    name=texts,
    camp_id=st.uuids().map(str),
    status=st.sampled_from(Status),
    source=texts,
    digest=texts,
    definition=bodies,
    claimed_at=moments,
    created_at=moments,
    sends=st.integers(0, 3),
)
states = st.builds(
    lambda host, app_id, entries: State(host=host, app_id=app_id).with_entries(entries),
    texts,
    texts,
    st.lists(claims | records, max_size=5),
)


MANGLINGS = (b"", *(bytes([each]) for each in b'"\\,{}[]: \n01-.\x00\x1f\xff'), b"e9", b"null", b"\\ud800")


@given(states)
def test_every_state_survives_its_text(original: State) -> None:
    assert parse(render(original), where="state") == original


@given(states)
def test_every_layout_of_a_state_is_read_alike(original: State) -> None:
    spread = json.dumps(json.loads(render(original)), indent=2)
    assert parse_bytes(spread.encode(), where="state") == original


@given(claims | records)
def test_every_entry_survives_as_a_json_object_of_its_own(original: Entry) -> None:
    data = json.loads(json.dumps(entry_json(original)))
    assert parse_entry(original.name, data, where="line 1") == original


@given(claims | records)
def test_an_entrys_json_is_as_the_file_has_it(original: Entry) -> None:
    (found,) = json.loads(render(state(original)))["campaigns"].values()
    assert json.dumps(entry_json(original)) == json.dumps(found)


@given(states)
def test_equal_states_have_one_text(original: State) -> None:
    shuffled = replace(original, entries=dict(reversed(list(original.entries.items()))))
    assert render(shuffled) == render(original)


@given(states)
def test_the_text_is_json_sorted_by_name_with_a_final_newline(original: State) -> None:
    text = render(original)
    names = list(json.loads(text)["campaigns"])
    assert text.endswith("}\n")
    assert names == sorted(names)


@given(st.text(max_size=60))
def test_any_text_is_a_state_or_a_state_error(text: str) -> None:
    try:
        parse(text, where="state")
    except StateError:
        return
    assert "version" in text


@given(states, st.data())
def test_a_state_cut_short_anywhere_is_refused(original: State, data: st.DataObject) -> None:
    text = render(original).rstrip()
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(StateError):
        parse(cut, where="state")


@given(st.data())
def test_a_state_with_a_few_bytes_changed_is_one_that_can_be_written_or_a_state_error(
    data: st.DataObject,
) -> None:
    original = render(state(record("A", definition=sample()), claim(), record("Z", "cd-2"))).encode()
    text = original
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 3))
        text = text[:start] + data.draw(st.sampled_from(MANGLINGS)) + text[end:]
    try:
        parsed = parse_bytes(text, where="state")
    except StateError:
        return
    assert parse_bytes(render(parsed).encode(), where="state") == parsed


def test_a_body_keeps_its_order_its_types_and_its_characters() -> None:
    body = {"name": "Grüße 🙂", "z": 1, "a": [True, "1", 1.5, None], "s": {"b": 1, "a": "</x>\u2028"}}
    parsed = parse(render(state(record("Grüße 🙂", definition=body))), where="state").records[0].definition
    assert json.dumps(parsed) == json.dumps(body)


def test_the_layout_is_the_contracts() -> None:
    assert render(
        state(record("A", definition={"name": "A", "days": [{"day": "MO"}]}), claim("B", sends=2))
    ) == (
        "{\n"
        '  "version": 1,\n'
        '  "host": "https://platform.kore.ai",\n'
        '  "appId": "st-1",\n'
        '  "campaigns": {\n'
        '    "A": {\n'
        '      "campId": "cd-1",\n'
        '      "status": "created",\n'
        '      "source": "campaigns/billing.yaml",\n'
        '      "digest": "sha256:ab",\n'
        '      "claimedAt": "2026-01-31T09:00:00Z",\n'
        '      "createdAt": "2026-01-31T09:00:00Z",\n'
        '      "definition": {\n'
        '        "name": "A",\n'
        '        "days": [{"day": "MO"}]\n'
        "      }\n"
        "    }\n"
        "    ,\n"
        '    "B": {\n'
        '      "campId": null,\n'
        '      "status": "pending",\n'
        '      "source": "campaigns/pending.yaml",\n'
        '      "digest": "sha256:cd",\n'
        '      "claimedAt": "2026-01-31T09:00:00Z",\n'
        '      "claimedBy": "run-1",\n'
        '      "sendBefore": "2026-01-31T09:00:00Z",\n'
        '      "leaseSeconds": 600,\n'
        '      "sends": 2,\n'
        '      "definition": {\n'
        '        "name": "B"\n'
        "      }\n"
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_the_empty_state_needs_no_host() -> None:
    assert parse('{"version": 1, "campaigns": {}}', where="state") == State()


@pytest.mark.parametrize("name", [" Billing ", "BILLING", "billing\n"])
def test_names_that_differ_in_case_or_space_are_one_entry(name: str) -> None:
    later = record(name, "cd-2")
    assert state(record("Billing")).with_entries([later]).sorted() == (later,)
    assert state(record("Billing")).without([name]).entries == {}


def test_times_are_utc_and_whole_seconds_in_any_year() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert format_time(datetime(2026, 1, 31, 14, 30, 0, 999_999, tzinfo=east)) == "2026-01-31T09:00:00Z"
    assert format_time(datetime(33, 1, 1, tzinfo=UTC)) == "0033-01-01T00:00:00Z"


def test_ten_thousand_entries_stay_under_twenty_megabytes() -> None:
    days = [{"day": day, "start": "9:00 AM", "end": "6:00 PM"} for day in ("MO", "TU", "WE", "TH", "FR")]
    body = {
        "description": "d" * 256,
        "contactLists": ["Recent Buyers - Q2 2025"],
        "priority": "5",
        "dialingMode": "Preview",
        "dialingStrategy": {
            "callerId": {"phoneNumber": "+181234567"},
            "callingHours": {"frequency": "WEEKLY", "timezone": "Asia/Kolkata", "days": days},
            "dialingOrder": "FIFO",
            "maxAttemptsPerRecord": 3,
            "defaultRetryPeriod": 10,
            "maxRingTime": 30,
        },
        "schedule": {"isSchedulingEnabled": False},
        "queue_name": "Default Queue",
        "enableMachineDetect": False,
        "maxSkips": 1,
        "campaignType": "voice",
    }
    names = [f"Campaign {number:039}" for number in range(10_000)]
    entries = [
        record(name, f"cd-c806ae6-8e00-4131-ba20-{number:012}", definition={"name": name, **body})
        for number, name in enumerate(names)
    ]
    text = render(state(*entries))
    assert len(text.encode()) < 20_000_000
    assert len(parse(text, where="state").entries) == 10_000


BILLING = '"Billing": ' + json.dumps(json.loads(render(state(record())))["campaigns"]["Billing"])
OTHER = BILLING.replace("cd-1", "cd-2")
HEAD = '{"version": 1, "host": "h", "appId": "a", "campaigns": '

DAMAGES = {
    "empty file": ("", "can't be read as JSON"),
    "only space": (" \n", "can't be read as JSON"),
    "binary": ("\0\0\0", "can't be read as JSON"),
    "byte order mark": ("\ufeff" + render(state()), "BOM"),
    "more behind the end": (render(state()) + "{}", "Extra data"),
    "a trailing comma": (HEAD + "{" + BILLING + ",}}", "can't be read as JSON"),
    "a comment": ("// mine\n" + render(state()), "can't be read as JSON"),
    "a raw line break in a text": (HEAD + '{"a\nb": {}}}', "can't be read as JSON"),
    "not a number": ('{"version": NaN}', "NaN is not JSON"),
    "infinite": ('{"version": -Infinity}', "-Infinity is not JSON"),
    "a number that overflows": (
        damaged({"definition": {"x": "HERE"}}).replace('"HERE"', "1e999"),
        "too large",
    ),
    "an endless integer": ('{"version": ' + "9" * 10_000 + "}", "fit in 64 bits"),
    "an integer of 65 bits": (damaged({"sends": 2**63}), "'9223372036854775808' doesn't fit in 64 bits"),
    "a negative integer of 65 bits": (damaged({"sends": -(2**63) - 1}), "doesn't fit in 64 bits"),
    "deep nesting": ("[" * 100_000, "can't be read as JSON"),
    "a deep definition": (
        damaged({"definition": {"x": "HERE"}}).replace('"HERE"', "[" * 30 + "]" * 30),
        "nested",
    ),
    "half a surrogate pair": (damaged({"source": "\ud800"}), "surrogate"),
    "half a surrogate pair in a name": (
        HEAD + "{" + BILLING.replace("Billing", "\\uDfff") + "}}",
        "surrogate",
    ),
    "a list": ("[]", "the top level: must be an object"),
    "null": ("null", "the top level: must be an object"),
    "no version": ("{}", "version: must be"),
    "version as a text": ('{"version": "1", "campaigns": {}}', "version: must be"),
    "version true": ('{"version": true, "campaigns": {}}', "version: must be"),
    "version 1.0": ('{"version": 1.0, "campaigns": {}}', "version: must be"),
    "version 2": ('{"version": 2, "newer": 1}', "version 2"),
    "version 0": ('{"version": 0, "campaigns": {}}', "version 0"),
    "no campaigns": ('{"version": 1}', "campaigns: must be an object"),
    "campaigns as a list": ('{"version": 1, "campaigns": []}', "campaigns: must be an object"),
    "an unknown key at the top": ('{"version": 1, "campaigns": {}, "x": 1}', "unknown key 'x'"),
    "a host that is no text": (
        '{"version": 1, "host": 1, "campaigns": {}}',
        "host: must be a non-empty string",
    ),
    "campaigns of nobody": ('{"version": 1, "campaigns": {' + BILLING + "}}", "no host and appId"),
    "a key that stands twice": (HEAD + "{" + BILLING + "," + OTHER + "}}", "'Billing' appears twice"),
    "a fact that stands twice": (
        render(state(record())).replace('"status"', '"campId": "cd-2", "status"'),
        "'campId' appears twice",
    ),
    "one name in two cases": (HEAD + "{" + BILLING + "," + OTHER.replace("Bill", "BILL") + "}}", "one name"),
    "one campId twice": (HEAD + "{" + BILLING + "," + BILLING.replace("Bill", "Call") + "}}", "one campId"),
    "an entry that is no object": (HEAD + '{"A": 1}}', "campaign 'A': must be an object"),
    "an unknown status": (
        damaged({"status": "lost"}),
        "status: is 'lost', must be one of pending, created, recovered, adopted",
    ),
    "no status": (damaged({"status": GONE}), "status: must be a non-empty string"),
    "a record without an id": (damaged({"campId": None}), "campId: must be a non-empty string"),
    "a record with an empty id": (damaged({"campId": ""}), "campId: must be a non-empty string"),
    "a record with a number for an id": (damaged({"campId": 7}), "campId: must be a non-empty string"),
    "a record with an unknown fact": (damaged({"claimedBy": "x"}), "unknown key 'claimedBy'"),
    "no source": (damaged({"source": GONE}), "source: must be a non-empty string"),
    "no digest": (damaged({"digest": GONE}), "digest: must be a non-empty string"),
    "no definition": (damaged({"definition": GONE}), "definition: must be an object"),
    "a definition that is a list": (damaged({"definition": []}), "definition: must be an object"),
    "no time": (damaged({"createdAt": GONE}), "createdAt: must be a time"),
    "a day that does not exist": (
        damaged({"createdAt": "2026-02-30T09:00:00Z"}),
        "createdAt: must be a time",
    ),
    "a time without a zone": (damaged({"createdAt": "2026-01-30T09:00:00"}), "createdAt: must be a time"),
    "a time in other digits": (damaged({"createdAt": "٢٠٢٦-01-30T09:00:00Z"}), "createdAt: must be a time"),
    "a time before 1970": (damaged({"createdAt": "1969-12-31T23:59:59Z"}), "from 1970 to 2999"),
    "a time that a day more would overflow": (
        damaged({"claimedAt": "9999-12-31T23:59:59Z"}),
        "claimedAt: must be a time from 1970 to 2999",
    ),
    "an hour that does not exist": (damaged({"createdAt": "2026-01-31T24:00:00Z"}), "must be a time"),
    "a time that is a number": (damaged({"createdAt": 1769850000}), "must be a time"),
    "a record sent four times": (damaged({"sends": 4}), "sends: must be a whole number from 0 to 3"),
    "a negative count": (damaged({"sends": -1}), "sends: must be a whole number from 0 to 3"),
    "a count that is true": (damaged({"sends": True}), "sends: must be a whole number from 0 to 3"),
    "a pending entry with an id": (
        damaged({"campId": "cd-1"}, kind=claim()),
        "campId: must be null while the status is pending",
    ),
    "a claim by nobody": (
        damaged({"claimedBy": GONE}, kind=claim()),
        "claimedBy: must be a non-empty string",
    ),
    "a claim without a lease": (
        damaged({"leaseSeconds": GONE}, kind=claim()),
        "leaseSeconds: must be a whole number",
    ),
    "a lease that stalls every run": (damaged({"leaseSeconds": 1801}, kind=claim()), "from 0 to 1800"),
    "a claim sent four times": (damaged({"sends": 4}, kind=claim()), "from 0 to 3"),
    "a claim without its sends": (damaged({"sends": GONE}, kind=claim()), "sends: must be"),
    "a claim that may be sent a day and a second later": (
        damaged({"sendBefore": "2026-02-01T09:00:01Z"}, kind=claim()),
        "sendBefore: must be within a day of claimedAt",
    ),
    "a claim that was to be sent a day and a second earlier": (
        damaged({"sendBefore": "2026-01-30T08:59:59Z"}, kind=claim()),
        "sendBefore: must be within a day of claimedAt",
    ),
    "a claim with a creation time": (
        damaged({"createdAt": "2026-01-30T09:00:00Z"}, kind=claim()),
        "unknown key 'createdAt'",
    ),
}


BODY_DAMAGES: dict[str, tuple[object, str]] = {
    "name": (7, "a string"),
    "description": (None, "a string"),
    "contactLists": ("Recent Buyers", "a list"),
    "contactLists.0": (7, "a string"),
    "priority": (5, "a string"),
    "dialingMode": (["Preview"], "a string"),
    "dialingStrategy": ("FIFO", "an object"),
    "dialingStrategy.callerId": ("+181234567", "an object"),
    "dialingStrategy.callerId.phoneNumber": (181234567, "a string"),
    "dialingStrategy.callingHours": ([], "an object"),
    "dialingStrategy.callingHours.frequency": (1, "a string"),
    "dialingStrategy.callingHours.timezone": (5.5, "a string"),
    "dialingStrategy.callingHours.days": ({}, "a list"),
    "dialingStrategy.callingHours.days.1": ("MO", "an object"),
    "dialingStrategy.callingHours.days.1.start": (9, "a string"),
    "dialingStrategy.dialingOrder": (True, "a string"),
    "dialingStrategy.maxAttemptsPerRecord": ("3", "a whole number"),
    "dialingStrategy.defaultRetryPeriod": (10.5, "a whole number"),
    "dialingStrategy.maxRingTime": (True, "a whole number"),
    "schedule": (False, "an object"),
    "queue_name": ({}, "a string"),
    "experienceFlowName": (1, "a string"),
    "enableMachineDetect": (0, "a boolean or a string"),
    "dncLists": (["Global"], "an object"),
    "maxSkips": ("1", "a whole number"),
    "campaignType": (None, "a string"),
}


@pytest.mark.parametrize("kind", [record(), claim()], ids=["record", "claim"])
@pytest.mark.parametrize("key", BODY_DAMAGES)
def test_a_body_with_a_value_of_the_wrong_type_is_damage(key: str, kind: Entry) -> None:
    value, expected = BODY_DAMAGES[key]
    text = damaged({"definition": changed(key, value)}, kind=kind)
    place = key.replace(".0", "[0]").replace(".1", "[1]")
    with pytest.raises(StateError) as caught:
        parse(text, where="state")
    assert caught.value.message == f"state: campaign '{kind.name}': definition.{place}: must be {expected}"


def test_a_do_not_call_list_without_a_string_for_a_name_is_damage() -> None:
    with pytest.raises(StateError, match=r"definition\.dncLists\.name: must be a string"):
        parse(damaged({"definition": {"dncLists": {"name": None}}}), where="state")


@pytest.mark.parametrize(
    "body",
    [
        {},
        changed("enableMachineDetect", "disconnect"),
        changed("dncLists", {"name": "Global", "id": 7}),
        changed("experienceFlowName", "Flow"),
        changed("dialingStrategy", {"newer": [1, {"a": None}]}),
        changed("newer", {"key": [True]}),
    ],
    ids=["empty", "string", "v2", "agentless", "partial", "unknown"],
)
def test_a_body_may_lack_keys_and_have_unknown_ones(body: Body) -> None:
    original = state(replace(record(), definition=body))
    assert parse(render(original), where="state") == original


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"maxRingTime": 30', '"maxRingTime": 30, "maxRingTime": 30'),
        ('"day": "MO"', '"day": "MO", "day": "MO"'),
        ('"maxRingTime": 30', '"maxRingTime": 1e999'),
        ('"maxRingTime": 30', '"maxRingTime": 030'),
        ('"maxRingTime": 30', '"maxRingTime": 30,'),
        ('"maxRingTime": 30', '"maxRingTime": 99999999999999999999999'),
        ('"FIFO"', '"FI\tFO"'),
        ('"FIFO"', '"FI\\qFO"'),
        ('"FIFO"', '"\\ud800"'),
    ],
)
def test_a_damage_within_one_of_many_definitions_is_refused(old: str, new: str) -> None:
    records = [record(f"Campaign {number}", f"cd-{number}", sample()) for number in range(4)]
    before, found, after = render(state(*records)).rpartition(old)
    assert found
    with pytest.raises(StateError):
        parse(before + new + after, where="state")


@pytest.mark.parametrize("sends", [0, 3])
def test_the_least_and_the_most_that_a_run_writes_is_read(sends: int) -> None:
    original = state(
        replace(claim("A", sends=sends), lease_seconds=0, send_before=MOMENT + timedelta(days=1)),
        replace(claim("B", sends=sends), lease_seconds=1800, send_before=MOMENT - timedelta(days=1)),
        replace(record("C"), sends=sends),
    )
    assert parse(render(original), where="state") == original


def test_bytes_that_are_not_utf_8_are_damage() -> None:
    with pytest.raises(StateError) as caught:
        parse_bytes(b'{"version": 1, "campaigns": {\xff', where="state")
    assert caught.value.message == "state: is not UTF-8: byte 29 can't be read"
    assert caught.value.hint.startswith("Restore the last good version from git")


def test_a_damaged_entry_is_told_with_the_place_that_holds_it() -> None:
    with pytest.raises(StateError) as caught:
        parse_entry("A", {**entry_json(claim("A")), "sends": 4}, where="journal, line 3")
    assert caught.value.message == "journal, line 3: campaign 'A': sends: must be a whole number from 0 to 3"


@pytest.mark.parametrize(("text", "message"), DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_told_with_the_file_the_place_and_the_way_out(text: str, message: str) -> None:
    with pytest.raises(StateError) as caught:
        parse(text, where="state/campaigns.json")
    assert caught.value.message.startswith("state/campaigns.json: ")
    assert message in caught.value.message
    assert len(caught.value.message) < 400
    assert caught.value.hint


@pytest.mark.parametrize("style", ["merge", "diff3"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_merge_conflict_is_named_as_one(style: str, ending: str) -> None:
    base = "||||||| 1234567\n" if style == "diff3" else ""
    text = render(state(record())).replace(
        '  "host"', f'<<<<<<< HEAD\n{base}=======\n>>>>>>> other\n  "host"'
    )
    with pytest.raises(StateError, match="holds a merge conflict"):
        parse(text.replace("\n", ending), where="state")


def test_a_merge_conflict_is_left_by_taking_one_side() -> None:
    with pytest.raises(StateError) as caught:
        parse("{\n=======\n}", where="state")
    assert "git checkout --ours or --theirs -- FILE" in caught.value.hint


def test_a_key_that_appears_twice_beside_markers_is_a_conflict_all_the_same() -> None:
    with pytest.raises(StateError, match="holds a merge conflict"):
        parse('{"a": {"b": 1, "b": 1},\n<<<<<<< HEAD\n}', where="state")


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "|||||||", "=======", ">>>>>>> x"])
def test_each_marker_alone_is_a_conflict(marker: str) -> None:
    with pytest.raises(StateError, match="holds a merge conflict"):
        parse(f"{{\n{marker}\n}}", where="state")


def test_text_in_a_name_is_no_conflict() -> None:
    original = state(record("<<<<<<< HEAD\n=======\n>>>>>>> x"))
    assert parse(render(original), where="state") == original


def test_crlf_line_ends_are_read() -> None:
    original = state(record(), claim())
    assert parse(render(original).replace("\n", "\r\n"), where="state") == original


def test_half_a_million_keys_that_stand_twice_do_not_hang() -> None:
    pairs = ",".join(f'"{number}":1' for number in range(500_000))
    with pytest.raises(StateError, match="'0' appears twice"):
        parse(f'{{{pairs},"0":1}}', where="state")


def test_a_huge_key_does_not_fill_the_screen() -> None:
    with pytest.raises(StateError) as caught:
        parse(HEAD + '{"' + "x" * 1_000_000 + '": 1}}', where="state")
    assert len(caught.value.message) < 200


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    text = render(state(record("🙂"))).replace("🙂", "\\ud83d\\ude42")
    assert [entry.name for entry in parse(text, where="state").sorted()] == ["🙂"]


@pytest.mark.parametrize(
    ("host", "app_id"), [("https://other", "st-1"), ("https://platform.kore.ai", "st-2")]
)
def test_the_state_of_another_host_or_application_is_refused(host: str, app_id: str) -> None:
    with pytest.raises(StateError, match=r"the state belongs to the (host|application)"):
        state(record()).bound_to(host=host, app_id=app_id)


def test_a_new_state_takes_host_and_application_from_the_settings() -> None:
    bound = State().bound_to(host="h", app_id="a")
    assert (bound.host, bound.app_id) == ("h", "a")


@given(st.lists(claims | records, max_size=6))
def test_each_identity_stands_once_and_the_last_wins(entries: list[Entry]) -> None:
    expected = {identity(entry.name): entry for entry in entries}
    assert State().with_entries(entries).entries == expected


def test_claims_and_records_are_told_apart_and_sorted() -> None:
    mixed = state(record("b", "1"), claim("d"), claim("a"), record("c", "2"))
    assert [entry.name for entry in mixed.claims] == ["a", "d"]
    assert [entry.name for entry in mixed.records] == ["b", "c"]
    assert mixed.get("  A ") == mixed.claims[0]
