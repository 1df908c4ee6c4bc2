"""The fault matrix: whatever fails on the way, each definition becomes exactly one campaign.

The real command runs against a server that fails, in a real repository, every second cell with --push to a
bare remote. `python -m tests.e2e.fault_table` runs all of it and prints the table.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import assert_never

import pytest
from _pytest.mark import ParameterSet  # pytest has no public name for what `param` returns

from tests.e2e.fault_account import Fault, FaultyAccount, says
from tests.e2e.fault_cases import ALWAYS, CASES, Case, Target, Trouble
from tests.e2e.fault_place import Place, Shapes, source_of
from tests.e2e.faults import FaultyVendor
from tests.e2e.kill_driver import Ended
from tests.e2e.kills import JOURNAL_LINE, Boundary, SkippingClock

MOST_RUNS = 3
MOST_SENDS = 3
"""Requests for one definition, over all runs (the contract, "Sync" 6)."""

QUICK = {
    ("connection refused", Target.THIRD),
    ("connection dropped, nothing was made", Target.ONE),
    ("connection dropped after the campaign was made", Target.ALL),
    ("504, and the campaign is made a moment later", Target.THIRD),
    ("409, since a gateway had sent it twice", Target.ONE),
    ("401 for each create", Target.THIRD),
    ("rows move from page to page while they are listed, after a lost answer", Target.ONE),
}
"""Cells of each kind that the quick suite runs, too."""


BY_VERSION = {(case.title, Target.THIRD) for case in CASES if not case.fault.is_door_slow}
"""Cells that are run once more, every second definition by version 2: each row, and one of five is hit."""


def cells(titles: set[tuple[str, Target]] | None = None) -> list[ParameterSet]:
    """Return the cells with these titles and targets, or all; every second one pushes."""
    found = list[ParameterSet]()
    for row, case in enumerate(CASES):
        for column, target in enumerate(case.targets):
            if titles is None or (case.title, target) in titles:
                is_pushing = (row + column) % 2 == 0 if case.is_pushing is None else case.is_pushing
                name = f"{case.title}-{target.value}-{'push' if is_pushing else 'local'}"
                found.append(pytest.param(case, target, is_pushing, id=name.replace(" ", "_")))
    return found


class Once:
    """Does something, and never again."""

    def __init__(self) -> None:
        self._is_done = False

    def do(self, what: Callable[[], object]) -> None:
        """Do it."""
        if not self._is_done:
            self._is_done = True
            what()


class Cell:
    """A vendor with a fault, a clone that meets it, and the exit codes of the runs so far."""

    def __init__(self, place: Place, vendor: FaultyVendor) -> None:
        self.place = place
        self.vendor = vendor
        self.account = vendor.account
        self.codes: list[int] = []

    def sync(self, boundary: Boundary | None = None) -> Ended:
        """Run a sync; whatever came of it, nothing may exist twice."""
        ran = self.place.run("sync", boundary=boundary)
        self.codes.append(ran.code)
        assert "Traceback" not in ran.err
        assert not self.account.surprises
        if not self.vendor.is_listening:
            self.vendor.listen_again()
        return ran

    def end_fault(self) -> None:
        """Let everything work from now on."""
        self.account.end_fault()
        self.place.allow_pushes()

    def cause(self, trouble: Trouble) -> None:
        """Let something go wrong with git."""
        place, account = self.place, self.account
        once = Once()
        match trouble:
            case Trouble.CLAIM_REFUSED_ONCE | Trouble.CLAIM_REFUSED:
                place.refuse_pushes("claim", is_once=trouble is Trouble.CLAIM_REFUSED_ONCE)
            case Trouble.RECORD_REFUSED_ONCE | Trouble.RECORD_REFUSED:
                place.refuse_pushes("create", is_once=trouble is Trouble.RECORD_REFUSED_ONCE)
            case Trouble.CLAIM_UNANSWERED:
                place.hang_up_on_push("claim")
            case Trouble.RECORD_UNANSWERED:
                place.hang_up_on_push("create")
            case Trouble.PUSHED_BEFORE_CLAIM:
                account.on_list = lambda: once.do(place.push_as_another)
            case Trouble.PUSHED_BEFORE_RECORD:
                account.on_hit = lambda _: place.push_as_another()
            case Trouble.COMMITTED:
                account.on_hit = lambda _: place.commit_here()
            case Trouble.LOCKED:
                account.on_hit = lambda _: place.lock_branch()
            case Trouble.SWITCHED:
                account.on_hit = lambda _: once.do(lambda: place.switch("--create", "other"))
            case never:
                assert_never(never)

    def count(self, names: tuple[str, ...]) -> dict[str, int]:
        """Return how many campaigns of each name exist."""
        return {name: len(self.account.ids_of(name)) for name in names}


Start = Callable[..., Cell]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what makes a cell; its server ends with the test."""
    with ExitStack() as stack:

        def make(
            fault: Fault,
            target: Target,
            *,
            is_pushing: bool,
            options: tuple[str, ...] = (),
            shapes: Shapes = Shapes.FIRST,
        ) -> Cell:
            clock = SkippingClock(file=str(tmp_path / "clock"))
            account = FaultyAccount(fault, names=target.names, targets=target.hit, clock=clock)
            vendor = stack.enter_context(FaultyVendor(account))
            # One after the other where all are hit, so that it is always the same three that are lost.
            turn = ("--parallel", "1") if target is Target.ALL else ()
            place = Place.make(
                tmp_path,
                url=vendor.url,
                names=target.names,
                is_pushing=is_pushing,
                options=(*turn, *options),
                clock=clock,
                shapes=shapes,
            )
            return Cell(place, vendor)

        yield make


def check(case: Case, target: Target, cell: Cell) -> None:
    """Run until all is done, and hold every law of the matrix against what came of it."""
    if case.trouble is not None:
        cell.cause(case.trouble)
    full = None
    if case.full_at is not None:
        turn = case.full_at[list(Target).index(target)]
        full = Boundary(step=JOURNAL_LINE, turn=turn, is_full=True)
    while len(cell.codes) < MOST_RUNS and (not cell.codes or cell.codes[-1]):
        ran = cell.sync(None if cell.codes else full)
        # Whatever git does, no claim is anybody else's.
        assert case.trouble is None or "may still be sending" not in ran.err
        assert max(cell.count(target.names).values()) <= 1
        cell.place.unlock_branch()
    if case.is_endless:
        assert any(cell.count(target.hit).values()) == case.is_made
        cell.end_fault()
        cell.sync()
    if case.trouble is Trouble.SWITCHED:
        cell.place.switch("main")
    assert cell.count(target.names) == dict.fromkeys(target.names, 1)
    assert cell.place.ids == {name: cell.account.ids_of(name)[0] for name in target.names}
    assert cell.place.untidy == ""
    assert len(set(cell.account.tokens)) == len(cell.account.tokens)
    assert tuple(cell.codes) == case.codes_of(target)


def run_cell(
    start: Start,
    record: Callable[[str, object], None],
    case: Case,
    target: Target,
    *,
    is_pushing: bool,
) -> None:
    """Run a cell, and leave its exit codes for the table."""
    if case.fault.is_door_slow and sys.platform != "linux":
        pytest.skip("how a full queue of connections is played depends on the system")
    cell = start(case.fault, target, is_pushing=is_pushing, options=case.options)
    try:
        check(case, target, cell)
    finally:
        record("cell", [case.title, target.value, cell.codes])


@pytest.mark.slow
@pytest.mark.parametrize(("case", "target", "is_pushing"), cells())
def test_each_definition_becomes_one_campaign_whatever_fails(
    start: Start,
    record_property: Callable[[str, object], None],
    case: Case,
    target: Target,
    is_pushing: bool,  # noqa: FBT001  # pytest gives parameters by name
) -> None:
    run_cell(start, record_property, case, target, is_pushing=is_pushing)


@pytest.mark.parametrize(("case", "target", "is_pushing"), cells(QUICK))
def test_a_selection_of_the_matrix_holds(
    start: Start,
    record_property: Callable[[str, object], None],
    case: Case,
    target: Target,
    is_pushing: bool,  # noqa: FBT001  # pytest gives parameters by name
) -> None:
    run_cell(start, record_property, case, target, is_pushing=is_pushing)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "target", "is_pushing", "shapes"),
    [
        pytest.param(*cell.values, shapes, id=f"{cell.id}-{shapes.value}")
        for shapes, chosen in ((Shapes.SECOND, QUICK), (Shapes.MIXED, BY_VERSION))
        for cell in cells(chosen)
    ],
)
def test_what_goes_by_another_version_becomes_one_campaign_too(
    start: Start,
    case: Case,
    target: Target,
    is_pushing: bool,  # noqa: FBT001  # pytest gives parameters by name
    shapes: Shapes,
) -> None:
    check(case, target, start(case.fault, target, is_pushing=is_pushing, options=case.options, shapes=shapes))


HOUR = "an hour of 504, and all requests are executed at its end"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "is_pushing"),
    [(Target.ONE, True), (Target.THIRD, False), (Target.ALL, False)],
    ids=["one-push", "third_of_five-local", "all_five-local"],
)
def test_after_three_sends_a_person_decides(
    start: Start,
    record_property: Callable[[str, object], None],
    target: Target,
    is_pushing: bool,  # noqa: FBT001  # pytest gives parameters by name
) -> None:
    """Outside of the promise, since the requests are executed long after the settle time."""
    cell = start(
        Fault(reply=says(504, "Gateway Timeout"), is_late=True, hits=ALWAYS), target, is_pushing=is_pushing
    )
    try:
        for _ in range(MOST_RUNS):
            cell.sync()
    finally:
        record_property("cell", [HOUR, target.value, cell.codes])
    sent = {name: count for name, count in cell.account.sends.items() if name in target.hit}
    cell.account.end_fault()
    cell.account.execute_late()
    told = cell.sync()
    assert cell.codes == [5] * (MOST_RUNS + 1)
    assert max(sent.values()) == MOST_SENDS
    assert {name: cell.account.sends[name] for name in sent} == sent
    decide(cell, told)
    assert cell.sync().code == 0
    assert cell.place.ids.keys() == set(target.names)
    assert cell.place.untidy == ""


def decide(cell: Cell, told: Ended) -> None:
    """Adopt the first campaign of each name that is unclear, by the command that the run named."""
    for name in [name for name, camp_id in cell.place.ids.items() if camp_id is None]:
        ids = cell.account.ids_of(name)
        push = " --push" if cell.place.is_pushing else ""
        assert f"`campaignsync adopt '{source_of(name)}' --camp-id '{ids[0]}'{push}`" in told.out
        assert cell.place.run("adopt", source_of(name), "--camp-id", ids[0]).code == 0
