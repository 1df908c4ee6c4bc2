"""What a log is told while a command runs: never half a minute of silence, with reason and time left."""

import pytest

from campaignsync.progress import SILENCE_S, TerminalProgress


class Clock:
    """A clock that only a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def passes(clock: Clock, progress: TerminalProgress, seconds: int) -> None:
    for _ in range(seconds):
        clock.now += 1
        progress.beat()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> TerminalProgress:
    made = TerminalProgress(is_verbose=False, rate_limit=None, monotonic=clock)
    made.pace = 60
    return made


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_what_says_nothing_else_says_that_it_is_at_work(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    passes(clock, progress, int(SILENCE_S) - 1)
    assert lines(capsys) == []
    passes(clock, progress, 1)
    assert lines(capsys) == ["still at work: waiting for an answer"]
    passes(clock, progress, 60)
    assert len(lines(capsys)) == 2


def test_a_note_is_as_good_as_a_beat(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    passes(clock, progress, 20)
    progress.note("something")
    passes(clock, progress, 20)
    assert lines(capsys) == ["something"]


def test_a_long_wait_is_told_at_once_and_again_with_what_is_left(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.waiting("the vendor", 150)
    passes(clock, progress, 65)
    progress.waiting("", 0)
    assert lines(capsys) == [
        "waiting 2 min for the vendor",
        "waiting 2 min for the vendor",
        "waiting 94 s for the vendor",
    ]
    progress.waiting("a moment", 10)
    assert lines(capsys) == []


def test_creates_say_how_many_are_done_and_how_long_the_rest_takes(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    for done in range(1, 61):
        progress.advance(done, 3000)
    progress.waiting("the rate limit of 60 requests a minute", 55)
    (line,) = lines(capsys)
    assert line == (
        "60 of 3000 campaigns done, about 49 min left; "
        "waiting 55 s for the rate limit of 60 requests a minute"
    )
    progress.waiting("", 0)
    # Slower than the limit: then what was measured counts.
    clock.now += 600
    progress.advance(120, 3000)
    progress.beat()
    assert lines(capsys) == ["120 of 3000 campaigns done, about 4 h 0 min left"]


@pytest.mark.parametrize(("done", "wait_s", "left"), [(57, 60, "120 s"), (116, 60, "60 s"), (1, 0, "120 s")])
def test_the_time_that_is_left_counts_whole_minutes_of_requests(
    progress: TerminalProgress, done: int, wait_s: float, left: str
) -> None:
    """As measured: of 150 creates at 60 a minute, 57 went at once, 59 after a minute, the rest after two."""
    progress.advance(done, 150)
    progress.waiting("the rate limit" if wait_s else "", wait_s)
    assert f"{done} of 150 campaigns done, about {left} left" in progress.doing().replace("2 min", "120 s")


def test_without_a_limit_the_time_is_as_before(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.pace = 0
    progress.advance(1, 10)
    passes(clock, progress, 30)
    assert lines(capsys) == ["1 of 10 campaigns done"]
    progress.advance(5, 10)
    passes(clock, progress, 60)
    assert lines(capsys)[-1] == "5 of 10 campaigns done, about 84 s left"


def test_what_is_done_says_no_more(
    clock: Clock, progress: TerminalProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    progress.advance(1, 1)
    passes(clock, progress, 30)
    assert lines(capsys) == ["still at work: waiting for an answer"]


def test_foreign_text_is_made_safe(progress: TerminalProgress, capsys: pytest.CaptureFixture[str]) -> None:
    progress.waiting("a\x1b[2J name\nof two lines", 60)
    (line,) = lines(capsys)
    assert "\x1b" not in line
