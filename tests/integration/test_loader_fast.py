"""The fast way of reading definitions against the careful one: what it takes, it takes for the same."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from campaignsync.definition import Campaign, to_body
from campaignsync.errors import InvalidDefinitionsError
from campaignsync.loader import DefinitionFiles, ordinary
from campaignsync.loader.checking import Invalid, _check_with_care, check
from campaignsync.loader.shortcut import _CAMPAIGN, body_of
from campaignsync.loader.survey import survey
from tests.integration.bad_definitions import GOOD, OTHER
from tests.integration.mangled import contents, written
from tests.unit.bodies import Body, bodies, changed, sample

EXAMPLES = int(os.environ.get("CAMPAIGNSYNC_EXAMPLES", "1000"))
"""How many files each law is held against: more, where the fast way itself was changed."""


@settings(max_examples=EXAMPLES)
@given(contents())
def test_no_file_is_judged_in_two_ways(content: bytes) -> None:
    """What is taken fast, the careful way takes too, to the same body; its problems are everyone's."""
    careful = _check_with_care(content, "x.yaml")
    assert check(content, source="x.yaml") == careful
    body = body_of(content)
    if body is not None:
        assert isinstance(careful, Campaign)
        assert json.dumps(body) == json.dumps(to_body(careful))


@settings(max_examples=EXAMPLES)
@given(contents())
def test_no_ordinary_text_is_read_in_two_ways(content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    value = ordinary.read(text)
    if value is not None:
        seen = survey(text)
        assert seen.flaws == ()
        assert repr(value) == repr(seen.value)


@given(bodies())
def test_a_definition_without_escapes_is_read_fast(body: Body) -> None:
    text = written(body)
    is_easy = "\\" not in text and text.replace("\n", "").isprintable()
    assert body_of(text.encode()) == (body if is_easy else None)


_PATHS = [
    *("name", "description", "contactLists", "contactLists.0", "priority", "dialingMode", "queue_name", "x"),
    *("enableMachineDetect", "maxSkips", "campaignType", "schedule", "schedule.isSchedulingEnabled"),
    *(f"dialingStrategy{key}" for key in ("", ".x", *(f".{key}" for key in sample()["dialingStrategy"]))),
    "dialingStrategy.callerId.phoneNumber",
    *(f"dialingStrategy.callingHours.{key}" for key in ("frequency", "timezone", "days", "days.0", "x")),
    *(f"dialingStrategy.callingHours.days.{key}" for key in ("0.day", "0.start", "0.end", "1.day", "0.x")),
]
_BEYOND = ("a\tb", "é\u00ad", 10**30)
"""Right at some places, and left to the models all the same."""
_VALUES: list[object] = [
    *(None, True, False, 1.0, -1, 0, 1, 4, 5, 6, 100, 101, 120, 121, 1440, 1441, 10**6, [], {}, "", *_BEYOND),
    *(
        " ",
        "x" * 48,
        "x" * 49,
        "x" * 256,
        "x" * 257,
        "\n",
        "a\n",
        "a\nb",
        "\u200b",
        "\u2028",
        "a\x7f",
        "é 東",
    ),
    *(
        "0",
        "1",
        "5",
        "6",
        "05",
        "voice",
        "VOICE",
        "Preview",
        "FIFO",
        "DAILY",
        "MO",
        "TU",
        "mo",
        "UTC",
        "Factory",
    ),
    *(
        "9:00 AM",
        "09:00 AM",
        "12:00 AM",
        "11:59 PM",
        "6:00 PM",
        "9:00 AM\n",
        "Asia/Calcutta",
        "asia/calcutta",
    ),
    *("+1234567", "+123456789012345", "+1234567890123456", "+0123456", "+123456", "+12345678\n", "1234567"),
    *(
        ["A"],
        ["A", "A"],
        ["A", "a"],
        ["A", 1],
        [[]],
        [{}],
        "A",
        {"day": "MO"},
        {"isSchedulingEnabled": False},
    ),
    *([{"day": "MO", "start": start, "end": "9:00 AM"}] for start in ("8:59 AM", "9:00 AM", "1:00 PM", None)),
]


@pytest.mark.parametrize("path", _PATHS)
def test_the_models_and_the_fast_way_have_the_same_rules(path: str) -> None:
    for value in _VALUES:
        body = changed(path, value)
        try:
            sent = to_body(Campaign.model_validate(body))
        except ValidationError:
            assert _CAMPAIGN(body) is None
        else:
            assert json.dumps(_CAMPAIGN(body)) == json.dumps(None if value in _BEYOND else sent)


@pytest.mark.parametrize("key", sample())
def test_a_key_may_be_left_out_where_the_models_say_so(key: str) -> None:
    body = sample()
    del body[key]
    text = written(body).encode()
    assert (body_of(text) is None) == isinstance(check(text, source="x.yaml"), Invalid)


def test_ordinary_definitions_are_read_without_parser_and_models(tmp_path: Path) -> None:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (folder / "a.yaml").write_text(GOOD)
    (folder / "b.yaml").write_text(OTHER)
    program = (
        "import sys; from pathlib import Path; from campaignsync.loader import DefinitionFiles\n"
        f"found = DefinitionFiles(root=Path({str(tmp_path)!r}), folder='campaigns')\n"
        "print(found.validate([]), [each.body['name'] for each in found.load({})])\n"
        "print([name for name in ('pydantic', 'ruamel.yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "() ['Autumn Offer', 'Spring Offer']\n[]\n"


def test_the_garbage_collector_is_as_it_was_after_loading(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "a.yaml").write_text("[")
    found = DefinitionFiles(root=tmp_path, folder="campaigns")
    with pytest.raises(InvalidDefinitionsError):
        found.load({})
    assert gc.isenabled()
    gc.disable()
    try:
        found.validate([])
        assert not gc.isenabled()
    finally:
        gc.enable()
