"""The rows of what calls the API, at a stand-in on loopback. Does I/O."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.definitions import write_definitions
from tests.bench.measuring import PYTHON, BenchError, Run, Standin, run, serving
from tests.bench.offline import growth_line
from tests.bench.places import ALL, BUT_NEW, RUN, lay_state
from tests.bench.standin import PAGE_ROWS, Seen
from tests.bench.table import Line, Pair, count_line, ratio_line
from tests.bench.workshop import Workshop, product

SYNC = ("sync", "--no-commit", "--state", RUN)
"""A sync that reads and writes a state of its own, and commits nothing."""
UNLIMITED = ("--state", RUN, "--rate-limit", "0")
"""With that state, and as fast as the server answers."""

_MINUTE_S = 60.0


def new_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure a sync of a few new definitions among many, at a server without latency.

    It is held against a plan of nothing new that asks for the preflight's pages, `plan --remote`, in the same
    round: what is more in a sync is the claims, the creates, and each save of the state. So that a slow
    listing can't make that easier, the plan with the pages is itself held against the plan without them and
    the same requests by a bare client, all as whole processes.
    """
    large, small, listing = list[Pair](), list[Pair](), list[Pair]()
    for number in range(workshop.sizes.rounds):
        workshop.tell(f"a few new ones: round {number + 1}")
        seconds = _new_seconds(workshop, workshop.large, workshop.sizes.definitions)
        large.append((seconds.sync, seconds.remote))
        listing.append((seconds.remote, seconds.plan + seconds.fetch))
        count = workshop.sizes.definitions // workshop.sizes.growth
        small.append((seconds.sync, _new_seconds(workshop, workshop.small, count).sync))
    what = f"sync, {workshop.sizes.new} new"
    title = f"{what} among {workshop.sizes.definitions:,}"
    yield ratio_line(title, large, against="plan of nothing new, with the preflight's pages", most=1.3)
    yield ratio_line("- that plan", listing, against="without the pages + a bare client's pages", most=1.5)
    yield growth_line(workshop, what, small)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewSeconds:
    """What each process of a round took: see `new_lines`."""

    plan: float
    remote: float
    fetch: float
    sync: float


def _new_seconds(workshop: Workshop, place: Path, count: int) -> _NewSeconds:
    pages = math.ceil((count - workshop.sizes.new) / PAGE_ROWS)
    plan = product(place, "plan")
    with serving("--account", str(place / ALL)) as standin:
        lay_state(place, ALL, host=standin.url)
        remote = product(place, "plan", "--remote", *UNLIMITED, **standin.env)
    _demand(standin, creates=0, pages=math.ceil(count / PAGE_ROWS))
    with serving("--account", str(place / BUT_NEW)) as standin:
        lay_state(place, BUT_NEW, host=standin.url)
        fetch = run([*PYTHON, "-m", "tests.bench.fetching", standin.url, str(pages)])
        synced = product(place, "sync", "--no-commit", *UNLIMITED, **standin.env)
    _demand(standin, creates=workshop.sizes.new, pages=2 * pages)
    return _NewSeconds(plan=plan.seconds, remote=remote.seconds, fetch=fetch.seconds, sync=synced.seconds)


def limit_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure creates under the vendor's limit, its minute scaled down to a few seconds.

    The floor: let request n be counted by the server at c(n). No window holds more than `limit`, so that
    c(n) >= c(n - limit) + window, and the last of all, N, is counted no earlier than
    (ceil(N / limit) - 1) windows after the first. N is the creates and the one page of an empty account.
    The command may reach this: it gives a place back one window after the answer, and an answer takes a
    thousandth of the window. The whole process is held against the floor, its start and its end included,
    though these aren't scaled down with the window: at the vendor's minute they would weigh a tenth of it.
    """
    sizes = workshop.sizes
    place = loose_place(workshop, "limited", sizes.limited)
    floor_s = (math.ceil((sizes.limited + 1) / sizes.limit) - 1) * sizes.window_s
    runs = [_limited(workshop, place, number) for number in range(sizes.rounds)]
    what = f"{sizes.limited} creates, {sizes.limit} in {sizes.window_s:g} s"
    yield ratio_line(
        what, [(ran.seconds, floor_s) for ran, _ in runs], against="the limit's floor", most=1.03
    )
    refused = [seen.over_limit for _, seen in runs]
    yield count_line("- over-limit answers", refused, expected=0, against="none")
    creates = [seen.creates if seen.names == seen.creates else -1 for _, seen in runs]
    yield count_line("- creates that were sent", creates, expected=sizes.limited, against="one a definition")
    pages = [seen.pages for _, seen in runs]
    yield count_line(
        "- pages that were asked for", pages, expected=1, against="the preflight of an empty account"
    )


def _limited(workshop: Workshop, place: Path, number: int) -> tuple[Run, Seen]:
    sizes = workshop.sizes
    workshop.tell(f"creates under a limit: round {number + 1}")
    (place / RUN).unlink(missing_ok=True)
    speed = str(_MINUTE_S / sizes.window_s)
    options = ("--rate-limit", str(sizes.limit), "--max-creates", str(sizes.limited))
    with serving("--limit", str(sizes.limit), "--window", str(sizes.window_s)) as standin:
        command = [*PYTHON, "-m", "tests.bench.hurried", speed, *SYNC, *options]
        ran = run(command, cwd=place, **standin.env)
    return ran, _seen(standin)


def latency_lines(workshop: Workshop) -> Iterator[Line]:
    """Measure creates at a server that takes its time, several in flight.

    What comes before the first create is taken off: start-up, the load of the definitions, and the preflight,
    whose page takes as long as a create. That much is `plan --remote` at the same server, in the same round.
    What is left is held against the creates' latencies, spread over those in flight.
    """
    sizes = workshop.sizes
    place = loose_place(workshop, "latent", sizes.latent)
    ideal_s = sizes.latent * sizes.latency_s / sizes.parallel
    starts, pairs = list[float](), list[Pair]()
    for number in range(sizes.rounds):
        workshop.tell(f"creates with latency: round {number + 1}")
        start_s, sync_s = _latent(workshop, place)
        starts.append(start_s)
        pairs.append((sync_s - start_s, ideal_s))
    what = f"{sizes.latent} creates, {sizes.latency_s * 1000:g} ms each, {sizes.parallel} in flight"
    against = f"{sizes.latent} x {sizes.latency_s:g} / {sizes.parallel}, start-up taken off"
    yield ratio_line(what, pairs, against=against, most=1.3)


def _latent(workshop: Workshop, place: Path) -> tuple[float, float]:
    sizes = workshop.sizes
    (place / RUN).unlink(missing_ok=True)
    shared = (*UNLIMITED, "--parallel", str(sizes.parallel))
    with serving("--latency", str(sizes.latency_s)) as standin:
        start = product(place, "plan", "--remote", *shared, **standin.env)
        synced = product(place, "sync", "--no-commit", *shared, **standin.env)
    _demand(standin, creates=sizes.latent, pages=2)
    return start.seconds, synced.seconds


def loose_place(workshop: Workshop, name: str, count: int) -> Path:
    """Return a place of definitions without a state."""
    place = workshop.folder / name
    write_definitions(place / "campaigns", count)
    return place


def _seen(standin: Standin) -> Seen:
    if standin.seen is None:
        raise BenchError("the stand-in has not ended")
    return standin.seen


def _demand(standin: Standin, *, creates: int, pages: int) -> None:
    """Demand that what was measured is what was meant."""
    expected = Seen(creates=creates, names=creates, pages=pages, over_limit=0)
    if _seen(standin) != expected:
        raise BenchError(f"the stand-in saw {standin.seen}, and not {expected}")
