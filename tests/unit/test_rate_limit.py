"""The sliding window, on trio's virtual clock, which jumps to the next wake-up once every task waits."""

import random
from collections.abc import Sequence

import anyio
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from campaignsync.kore.rate_limit import RateLimit

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    """A new clock for each test, at 0."""
    return "trio", {"clock": MockClock(autojump_threshold=0)}


def pacer_of(limit: int) -> RateLimit:
    return RateLimit(limit, monotonic=trio.current_time, sleep=trio.sleep)


async def starts(pacer: RateLimit, lengths: Sequence[float]) -> list[float]:
    """Ask for a place for each length, one after the other; return when each request started."""
    started: dict[int, float] = {}

    async def request(number: int, length: float) -> None:
        async with pacer.slot():
            started[number] = trio.current_time()
            await trio.sleep(length)

    async with anyio.create_task_group() as group:
        for number, length in enumerate(lengths):
            group.start_soon(request, number, length)
            await wait_all_tasks_blocked()
    return [started[number] for number in range(len(lengths))]


async def test_a_place_comes_free_a_window_after_the_answer() -> None:
    assert await starts(pacer_of(2), [1, 5, 1, 1]) == [0, 0, 61, 65]


async def test_a_place_is_not_free_while_its_request_is_in_flight() -> None:
    assert await starts(pacer_of(1), [300, 1]) == [0, 360]


async def test_no_limit_lets_all_start_at_once() -> None:
    assert await starts(pacer_of(0), [100] * 200) == [0] * 200


async def test_without_a_limit_nothing_is_remembered() -> None:
    pacer = pacer_of(0)
    await starts(pacer, [1] * 50)
    assert not pacer._ended


async def test_places_are_given_in_the_order_of_asking() -> None:
    started = await starts(pacer_of(1), [1] * 5)
    assert started == sorted(started)
    assert len(set(started)) == 5


async def test_no_server_window_holds_more_than_the_limit_wherever_it_counts() -> None:
    random_ = random.Random(20260101)
    lengths = [random_.uniform(0.01, 90) for _ in range(120)]
    started = await starts(pacer_of(7), lengths)
    # The server counts a request somewhere between its start and its answer: at the worst moment for us.
    counted = sorted(
        start + length * random_.random() for start, length in zip(started, lengths, strict=True)
    )
    busiest = max(sum(moment <= other < moment + 60 for other in counted) for moment in counted)
    assert busiest <= 7


async def test_one_who_gives_up_while_waiting_takes_no_place() -> None:
    pacer = pacer_of(1)
    assert await starts(pacer, [1]) == [0]
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with pacer.slot():
            pytest.fail("a cancelled wait got a place")
    assert await starts(pacer, [1]) == [61]


async def test_one_who_is_cancelled_in_the_queue_does_not_hold_up_the_others() -> None:
    pacer, order = pacer_of(1), list[str]()

    async def request(name: str, scope: anyio.CancelScope) -> None:
        with scope:
            async with pacer.slot():
                order.append(name)

    scopes = {name: anyio.CancelScope() for name in ("first", "head", "middle", "last")}
    async with anyio.create_task_group() as group:
        for name, scope in scopes.items():
            group.start_soon(request, name, scope)
            await wait_all_tasks_blocked()
        scopes["head"].cancel()
        scopes["middle"].cancel()
    assert order == ["first", "last"]


async def test_a_failed_attempt_gives_its_place_back_too() -> None:
    pacer = pacer_of(1)
    with pytest.raises(RuntimeError, match="lost"):
        async with pacer.slot():
            raise RuntimeError("lost")
    assert await starts(pacer, [1]) == [60]


async def test_an_error_while_waiting_leaves_the_queue_usable() -> None:
    errors = [RuntimeError("stopped")]

    async def sleep(seconds: float) -> None:
        if errors:
            raise errors.pop()
        await trio.sleep(seconds)

    pacer = RateLimit(1, monotonic=trio.current_time, sleep=sleep)
    pacer.hold(10)
    with pytest.raises(RuntimeError, match="stopped"):
        async with pacer.slot():
            pytest.fail("it did not wait")
    assert await starts(pacer, [1]) == [10]


async def test_a_hold_keeps_everything_back() -> None:
    pacer = pacer_of(60)
    pacer.hold(12)
    assert await starts(pacer, [1, 1]) == [12, 12]


async def test_a_shorter_hold_does_not_shorten_a_longer_one() -> None:
    pacer = pacer_of(0)
    pacer.hold(30)
    pacer.hold(5)
    assert await starts(pacer, [1]) == [30]


async def test_a_hold_that_grows_while_somebody_waits_is_kept() -> None:
    pacer = pacer_of(1)
    started: list[float] = []

    async def request() -> None:
        async with pacer.slot():
            started.append(trio.current_time())

    pacer.hold(10)
    async with anyio.create_task_group() as group:
        group.start_soon(request)
        await wait_all_tasks_blocked()
        pacer.hold(25)
    assert started == [25]


async def next_start(pacer: RateLimit) -> float:
    before = trio.current_time()
    return (await starts(pacer, [0.001]))[0] - before


async def test_backing_off_waits_as_long_as_the_server_asks() -> None:
    pacer = pacer_of(0)
    pacer.back_off(42)
    assert await next_start(pacer) == pytest.approx(42)


async def test_backing_off_again_and_again_waits_longer_up_to_a_window() -> None:
    pacer, waits = pacer_of(0), list[float]()
    for _ in range(7):
        pacer.back_off(None)
        waits.append(await next_start(pacer))
    assert waits == pytest.approx([5, 10, 20, 40, 60, 60, 60], abs=0.01)


async def test_over_limit_answers_of_parallel_requests_count_as_one() -> None:
    pacer = pacer_of(0)
    for _ in range(4):
        pacer.back_off(None)
    assert await next_start(pacer) == pytest.approx(5)


async def test_a_server_that_asks_for_no_wait_is_not_hammered() -> None:
    pacer = pacer_of(0)
    pacer.back_off(0)
    assert await next_start(pacer) == pytest.approx(5)


async def test_another_answer_ends_the_backing_off() -> None:
    pacer = pacer_of(0)
    for _ in range(3):
        pacer.back_off(None)
        await next_start(pacer)
    pacer.ease()
    pacer.back_off(None)
    assert await next_start(pacer) == pytest.approx(5, abs=0.01)


@settings(max_examples=50, deadline=None)
@given(limit=st.integers(1, 5), lengths=st.lists(st.floats(0.001, 200), min_size=1, max_size=20))
def test_law_fewer_than_the_limit_are_under_way_or_fresh_when_one_starts(
    limit: int, lengths: list[float]
) -> None:
    async def main() -> None:
        started = await starts(pacer_of(limit), lengths)
        ended = [start + length for start, length in zip(started, lengths, strict=True)]
        for number, start in enumerate(started):
            assert sum(end > start - 60 + 1e-6 for end in ended[:number]) < limit

    trio.run(main, clock=MockClock(autojump_threshold=0))
