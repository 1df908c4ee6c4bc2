"""The contact lists that definitions name, held against the account's, before anything is sent."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from campaignsync.identity import Definition
from campaignsync.outcome import (
    ContactList,
    ContactLists,
    ListsOutcome,
    Outcome,
    OverLimit,
    PageFailed,
    PageOutcome,
    Unauthorized,
)
from campaignsync.protocol.contact_lists import check_lists, judged
from campaignsync.versions import Version
from tests.unit.fakes import Branch, KnowsLists, run_on, tools_of


def definition(name: str, *lists: str, **more: object) -> Definition:
    body = {"name": name, "contactLists": list(lists), **more}
    return Definition(name=name, source=f"campaigns/{name}.yaml", digest=f"sha256:{name}", body=body)


def account(**more: Any) -> list[ContactList]:  # noqa: ANN401  # any of its fields
    return [
        ContactList(name="Buyers", contacts=5, status="Ready", kind="call"),
        ContactList(name="Odd", **more),
    ]


def test_lists_that_exist_in_whatever_case_are_fine() -> None:
    checked = judged([definition("A", "Buyers"), definition("B", " buyers ")], account())
    assert (checked.missing, checked.warnings) == ({}, [])


def test_a_list_that_does_not_exist_is_told_with_the_nearest() -> None:
    checked = judged([definition("A", "Byers", "Odd"), definition("B", "Buyers")], account())
    assert checked.missing == {"a": "the account has no contact list 'Byers'; the nearest is 'Buyers'"}


def test_without_one_that_is_near_nothing_is_guessed() -> None:
    checked = judged([definition("A", "Winter\u202e")], account())
    assert checked.missing == {"a": "the account has no contact list 'Winter<U+202E>'"}


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"contacts": 0}, "is empty: the campaign would call nobody"),
        ({"status": "Invalid"}, "is Invalid, not Ready"),
        ({"status": "Validating"}, "is Validating, not Ready"),
        ({"kind": "sms"}, "is of type sms, not call"),
        ({"users": (("cd-9", "Other"),)}, "is called by 'Other' (cd-9) already"),
        (
            {"users": tuple((f"cd-{number}", "O") for number in range(4))},
            "is called by 'O' (cd-0), 'O' (cd-1), 'O' (cd-2) and 1 more already",
        ),
        ({"status": "x" * 60}, f"is {'x' * 48}… (+12 characters), not Ready"),
    ],
)
def test_a_list_that_nobody_can_be_called_by_is_a_warning(more: Mapping[str, Any], text: str) -> None:
    checked = judged([definition("B", "Odd"), definition("A", "Odd", "Buyers")], account(**more))
    assert (checked.missing, checked.warnings) == ({}, [f"A, B: the contact list 'Odd' {text}"])


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"source": "passiveApi"}, {"source": "localDrive"}, ["the same source"]),
        ({"columns": ("a", "b")}, {"columns": ("a",)}, ["matching columns"]),
        (
            {"source": "x", "columns": ("a",)},
            {"source": "y", "columns": ()},
            ["matching columns", "the same source"],
        ),
        ({"source": "x", "columns": ("a",)}, {"source": "x", "columns": ("a",)}, []),
        ({"source": "x", "columns": ("a",)}, {}, []),
    ],
)
def test_lists_of_one_campaign_that_do_not_match_are_a_warning(
    one: Mapping[str, Any], other: Mapping[str, Any], words: list[str]
) -> None:
    lists = [ContactList(name="One", **one), ContactList(name="Third"), ContactList(name="Other", **other)]
    checked = judged([definition("A", "Third", "One", "Other"), definition("B", "One")], lists)
    assert (checked.missing, checked.warnings) == (
        {},
        [
            f"A: the contact lists 'One' and 'Other' have not {each}, as those of one campaign must"
            for each in words
        ],
    )


@pytest.mark.parametrize("status", ["Ready", "ready", "Validated", None])
def test_a_list_that_is_ready_is_not_mentioned(status: str | None) -> None:
    assert judged([definition("A", "Odd")], account(status=status)).warnings == []


class Account(KnowsLists):
    """Gives its answers in turn."""

    requests = 0
    skew_s: float | None = None

    def __init__(self, *answers: ListsOutcome) -> None:
        self.answers = deque(answers)
        self.versions: list[Version] = []

    async def create(self, body: Mapping[str, Any], *, permit: Callable[[], bool]) -> Outcome:
        raise AssertionError

    async def page(self, skip: int, *, version: Version) -> PageOutcome:
        raise AssertionError

    async def contact_lists(self, *, version: Version) -> ListsOutcome:
        self.versions.append(version)
        return self.answers.popleft()


KNOWN = ContactLists(lists=tuple(account()))


@pytest.mark.anyio
class TestAsking:
    async def test_one_request_serves_all_definitions(self) -> None:
        api = Account(KNOWN)
        run = run_on(Branch())
        found = await check_lists(tools_of(run, api), [definition("A", "Buyers"), definition("B", "None")])
        assert (list(found.missing), api.versions) == (["b"], [1])

    async def test_where_one_has_a_do_not_call_list_version_2_is_asked(self) -> None:
        api = Account(KNOWN)
        both = [definition("A", "Buyers"), definition("B", "Buyers", dncLists={"name": "Never"})]
        await check_lists(tools_of(run_on(Branch()), api), both)
        assert api.versions == [2]

    async def test_nothing_is_asked_for_nothing(self) -> None:
        assert (await check_lists(tools_of(run_on(Branch()), Account()), [])).warnings == []

    @pytest.mark.parametrize(
        ("answers", "reason"),
        [
            ([PageFailed(reason="HTTP 403: no scope")], "HTTP 403: no scope"),
            ([Unauthorized(reason="HTTP 401")], "HTTP 401"),
            ([OverLimit(), OverLimit()], "the account is over its rate limit"),
        ],
    )
    async def test_where_it_is_not_told_that_is_a_warning(
        self, answers: list[ListsOutcome], reason: str
    ) -> None:
        found = await check_lists(tools_of(run_on(Branch()), Account(*answers)), [definition("A", "X")])
        assert found.missing == {}
        assert found.warnings == [f"whether the contact lists exist could not be checked: {reason}"]

    async def test_over_the_limit_it_is_asked_once_more(self) -> None:
        api = Account(OverLimit(retry_after_s=3), KNOWN)
        found = await check_lists(tools_of(run_on(Branch()), api), [definition("A", "Buyers")])
        assert (found.missing, found.warnings) == ({}, [])
