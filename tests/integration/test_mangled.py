"""Definitions under careless hands: whatever a file holds, it is a campaign or has problems with places."""

import os

from hypothesis import example, given, settings

from campaignsync.definitions.shapes import to_body
from campaignsync.definitions.validation import Invalid, Valid, check
from tests.integration.mangled import contents, written
from tests.unit.bodies import Body, bodies, validated

EXAMPLES = int(os.environ.get("CAMPAIGNSYNC_EXAMPLES", "1000"))
"""How many files each law is held against: more, where the reader itself was changed."""


@settings(max_examples=EXAMPLES)
@example(b"---")
@example(b"---\r")
@given(contents())
def test_a_mangled_file_is_a_campaign_or_has_problems_in_it(content: bytes) -> None:
    found = check(content, source="x.yaml")
    if isinstance(found, Invalid):
        assert found.problems
        last_line = len(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
        assert all(1 <= each.line <= last_line and each.column >= 1 for each in found.problems)
    else:
        assert to_body(validated(found.body)) == found.body


@given(bodies())
def test_a_body_that_people_write_is_sent_as_it_was(body: Body) -> None:
    found = check(written(body).encode(), source="x.yaml")
    assert isinstance(found, Valid)
    assert found.body == body
