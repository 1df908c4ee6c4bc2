"""What one seed's world is like: drawn from the seed, each time with the stress on something else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from random import Random

from tests.simulation.recorders import GitFaults
from tests.simulation.vendor import VendorFaults

MOST_SKEW_S = 118.0
"""How far any clock is ahead of true time, where all differ by less than the two minutes that are allowed."""

_LOSSY = {
    "lost_done": 0.1,
    "lost_late": 0.2,
    "lost_never": 0.1,
    "refused_done": 0.03,
    "refused_late": 0.03,
    "refused_never": 0.03,
    "rejected_never": 0.05,
    "rejected_done": 0.02,
    "not_sent": 0.05,
    "unauthorized": 0.01,
}
_SOME = {fate: weight / 4 for fate, weight in _LOSSY.items()}

_LOSSY_GIT = GitFaults(
    overtaken=0.2,
    lost_before=0.1,
    lost_after=0.1,
    lost_late=0.1,
    forbidden=0.05,
    unreachable=0.05,
    broken=0.02,
    slow=0.1,
)
_SOME_GIT = GitFaults(
    overtaken=0.05,
    lost_before=0.02,
    lost_after=0.02,
    lost_late=0.02,
    forbidden=0.01,
    unreachable=0.01,
    slow=0.02,
)
_MOST_CLONES = 3


class Place(Enum):
    """Where runs read and record.

    Attributes:
        REMOTE: The remote's branch, from any number of clones.
        LOCAL: A branch of one clone.
        FOLDER: The state file of one folder.
        MIXED: One clone, some runs with ``--push`` and some without; a person merges between them.
    """

    REMOTE = auto()
    LOCAL = auto()
    FOLDER = auto()
    MIXED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One seed's world.

    Attributes:
        theme: What the stress is on.
        place: Where runs read and record.
        clones: How many clones are used at once.
        seats: How many runs at once are started in each: in work trees, or by other paths.
        runs: How many runs each seat starts before all goes quiet.
        definitions: How many definitions there are at first.
        strangers: How many campaigns the account has at first.
        settle_s: The settle time.
        timeout_s: The deadline of an attempt.
        parallel: Requests in flight of one run.
        page_rows: Rows in a page of the list.
        vendor_skew_s: How far the vendor's clock is ahead.
        skews_s: How far each machine's is.
        counts_sleep: Whether monotonic clocks go on while a machine is suspended.
        write_s: How long a write to the journal takes at most, in seconds.
        disk_full: How likely it fails.
        crash: How likely a run is killed.
        stop: How likely a run is asked to end.
        planned: How likely a run may send only what an earlier plan holds.
        refused: How likely a run can't push at all.
        person: How many things a person does meanwhile with definitions and entries.
        neighbour: How many things a person does meanwhile in each clone in which runs happen.
        console: How many things people do in the console meanwhile.
        clock: How often machines' clocks are set meanwhile.
        most_skew_s: How far they are set ahead or back then.
        suspended: How often a machine is suspended meanwhile.
        pauses_s: How long a seat rests between two runs, one of these at most.
        vendor: What the vendor does wrong.
        git: What git does wrong.
    """

    theme: str
    place: Place
    clones: int
    seats: int
    runs: int
    definitions: int
    strangers: int
    settle_s: float
    timeout_s: float
    parallel: int
    page_rows: int
    vendor_skew_s: float
    skews_s: tuple[float, ...]
    counts_sleep: bool
    write_s: float = 0.02
    disk_full: float = 0.0
    crash: float = 0.1
    stop: float = 0.03
    planned: float = 0.05
    refused: float = 0.02
    person: int = 1
    neighbour: int = 1
    console: int = 1
    clock: int = 0
    most_skew_s: float = MOST_SKEW_S
    suspended: int = 0
    pauses_s: tuple[float, ...] = (0.0, 0.0, 60.0, 900.0)
    vendor: VendorFaults = field(default_factory=VendorFaults)
    git: GitFaults = field(default_factory=GitFaults)

    @property
    def is_shared(self) -> bool:
        """Whether the remote's branch counts in the end."""
        return self.place in {Place.REMOTE, Place.MIXED}

    @property
    def is_within_promise(self) -> bool:
        """Whether the vendor executes each request once, within the settle time, and none that it rejects."""
        return not self.vendor.overdue_s and not self.vendor.doubled and not self.vendor.late_refusals


def calm(place: Place, *, definitions: int = 1, settle_s: float = 20.0) -> Scenario:
    """Return a world in which nothing goes wrong and nobody else does anything."""
    return Scenario(
        theme="calm",
        place=place,
        clones=1,
        seats=2,
        runs=1,
        definitions=definitions,
        strangers=0,
        settle_s=settle_s,
        timeout_s=5.0,
        parallel=1,
        page_rows=50,
        vendor_skew_s=0.0,
        skews_s=(0.0,) * (_MOST_CLONES + 1),
        counts_sleep=True,
    )


def draw(rng: Random) -> Scenario:
    """Draw a seed's world."""
    place = rng.choices(tuple(Place), (12, 4, 2, 2))[0]
    is_remote = place is Place.REMOTE
    plain = Scenario(
        theme="",
        place=place,
        clones=rng.choice((1, 2, 2, 2, 3)) if is_remote else 1,
        seats=rng.choice((1, 1, 1, 2)),
        runs=rng.choice((1, 2, 2, 3)) if is_remote else rng.choice((2, 3, 4)),
        definitions=rng.choice((1, 1, 2, 3)),
        strangers=rng.randrange(4),
        settle_s=rng.choice((20.0, 60.0, 120.0)),
        timeout_s=rng.choice((5.0, 30.0)),
        parallel=rng.choice((1, 2, 4)),
        page_rows=rng.choice((2, 3, 50)),
        vendor_skew_s=rng.uniform(0, MOST_SKEW_S),
        skews_s=tuple(rng.uniform(0, MOST_SKEW_S) for _ in range(_MOST_CLONES + 1)),
        counts_sleep=rng.random() < 0.5,
        vendor=VendorFaults(
            fates=_SOME,
            slow_list=0.1,
            page_failed=0.02,
            moving=0.05,
            stalled=0.05,
            short=0.05,
            is_split=rng.random() < 0.5,
        ),
        git=_SOME_GIT,
    )
    return _stressed(plain, rng)


def _stressed(plain: Scenario, rng: Random) -> Scenario:
    theme = rng.choice(tuple(_THEMES))
    return _THEMES[theme](replace(plain, theme=theme), rng)


def _with_losses(plain: Scenario, _: Random) -> Scenario:
    return replace(plain, vendor=replace(plain.vendor, fates=_LOSSY, slow_list=0.3))


def _with_crashes(plain: Scenario, rng: Random) -> Scenario:
    """Kill runs in the middle of requests that are executed all the same, half of them in one clone."""
    vendor = replace(plain.vendor, fates={**_SOME, "lost_late": 0.4}, slow_list=0.3)
    crashing = replace(plain, crash=0.6, vendor=vendor, clock=rng.choice((0, 0, 3)))
    return _alone(crashing, rng) if rng.random() < 0.5 else crashing


def _alone(crowded: Scenario, rng: Random) -> Scenario:
    place = rng.choice((Place.LOCAL, Place.FOLDER, Place.MIXED))
    return replace(crowded, place=place, clones=1, runs=4)


def _with_console(plain: Scenario, rng: Random) -> Scenario:
    """Let people be busy in the console while an account of several pages is listed."""
    vendor = replace(plain.vendor, moving=0.6, fates={**_SOME, "lost_done": 0.5})
    return replace(
        plain, console=rng.randrange(3, 15), strangers=rng.randrange(2, 6), page_rows=2, vendor=vendor
    )


def _with_odd_lists(plain: Scenario, rng: Random) -> Scenario:
    """Let the list be short, unsorted, or named a wrong total, while its rows move; and no list to call."""
    vendor = replace(
        plain.vendor,
        moving=rng.choice((0.0, 0.2)),
        short=rng.choice((0.0, 0.5)),
        is_unsorted=rng.random() < 0.5,
        miscounted=rng.choice((-2, -1, 0, 1, 3)),
        fates={**_SOME, "lost_done": 0.4, "lost_never": 0.2},
        listless=rng.choice((0.0, 0.3)),
    )
    return replace(
        plain, console=rng.randrange(2, 8), strangers=rng.randrange(2, 6), page_rows=2, vendor=vendor
    )


def _with_takeovers(plain: Scenario, rng: Random) -> Scenario:
    """Let runs stall in the middle of what they claimed, so that others take the rest over."""
    late = {**_SOME, "lost_late": 0.25, "lost_never": 0.25, "refused_never": 0.1, "rejected_never": 0.1}
    return replace(
        plain,
        place=Place.REMOTE,
        clones=2,
        definitions=rng.choice((2, 3, 4)),
        settle_s=20.0,
        parallel=rng.choice((1, 2)),
        clock=rng.choice((0, 4)),
        vendor=replace(plain.vendor, stalled=0.4, fates=late),
    )


def _with_sleep(plain: Scenario, rng: Random) -> Scenario:
    """Suspend machines, half of them while requests and pushes are under way; clocks are right."""
    late = {**_SOME, "lost_late": 0.3, "lost_never": 0.1}
    place = rng.choice((Place.REMOTE, Place.REMOTE, plain.place))
    return replace(
        plain,
        place=place,
        clones=2 if place is Place.REMOTE else 1,
        suspended=rng.randrange(1, 6),
        settle_s=20.0,
        vendor=replace(plain.vendor, stalled=0.4, fates=late),
    )


def _with_clocks(plain: Scenario, rng: Random) -> Scenario:
    """Set clocks forward and back, by up to an hour."""
    return replace(
        plain,
        clock=rng.randrange(2, 8),
        most_skew_s=3600.0,
        crash=0.3,
        vendor=replace(plain.vendor, fates={**_SOME, "lost_late": 0.3, "lost_never": 0.1}, stalled=0.2),
    )


def _with_limits(plain: Scenario, rng: Random) -> Scenario:
    """Let the account be over its rate limit for minutes."""
    starts = [rng.uniform(0, 900) for _ in range(rng.randrange(3))]
    storms = tuple((start, start + rng.uniform(30, 900)) for start in starts)
    vendor = replace(plain.vendor, storms=storms, stalled=0.4)
    return replace(plain, vendor=vendor, definitions=rng.choice((1, 2)))


def _with_slow_disks(plain: Scenario, rng: Random) -> Scenario:
    """Let answers come while others are being saved, half of them in one clone; kill runs, fill the disk."""
    busy = replace(
        plain,
        definitions=rng.choice((5, 8)),
        parallel=4,
        crash=rng.choice((0.1, 0.4)),
        write_s=5.0,
        disk_full=rng.choice((0.0, 0.1)),
        vendor=replace(plain.vendor, fates={**_SOME, "lost_late": 0.1}),
    )
    return _alone(busy, rng) if rng.random() < 0.5 else busy


def _with_lossy_git(plain: Scenario, rng: Random) -> Scenario:
    """Let pushes, fetches and moves of branches fail, a third of them in one clone, and answers get lost."""
    lossy = replace(
        plain,
        git=_LOSSY_GIT,
        refused=rng.choice((0.0, 0.3)),
        crash=rng.choice((0.1, 0.4)),
        vendor=replace(plain.vendor, fates={**_SOME, "lost_late": 0.2, "lost_never": 0.1}),
    )
    return _alone(lossy, rng) if rng.random() < 0.3 else lossy


def _with_neighbours(plain: Scenario, rng: Random) -> Scenario:
    """Let a person be busy in the very clones in which runs happen, half of them without a remote."""
    busy = replace(
        plain,
        neighbour=rng.randrange(4, 20),
        seats=rng.choice((1, 2)),
        person=rng.randrange(1, 4),
        crash=0.3,
        write_s=0.5,
        vendor=replace(plain.vendor, fates={**_SOME, "lost_late": 0.2, "lost_done": 0.2}),
    )
    return _alone(busy, rng) if rng.random() < 0.5 else busy


def _with_people(plain: Scenario, rng: Random) -> Scenario:
    return replace(plain, person=rng.randrange(2, 7), crash=0.2, planned=0.3)


def _with_days(plain: Scenario, rng: Random) -> Scenario:
    """Let days pass between runs, some of which were killed."""
    late = {**_SOME, "lost_late": 0.3, "lost_never": 0.3}
    return replace(
        plain,
        runs=3,
        crash=0.4,
        pauses_s=(0.0, 60.0, rng.uniform(0.5, 4) * 86400),
        vendor=replace(plain.vendor, fates=late),
    )


def _with_overdue(plain: Scenario, rng: Random) -> Scenario:
    """Let the vendor execute later than is promised: then there may be up to three."""
    overdue_s = rng.choice((300.0, 3600.0))
    return replace(plain, vendor=replace(plain.vendor, overdue_s=overdue_s, fates={"lost_late": 0.8}))


def _with_gateway(plain: Scenario, rng: Random) -> Scenario:
    """Let a gateway send requests twice: then there may be two of each request."""
    return replace(plain, vendor=replace(plain.vendor, doubled=rng.choice((0.2, 0.8))))


def _with_late_refusals(plain: Scenario, _: Random) -> Scenario:
    """Let the vendor execute what it rejected: then there may be one for each time that a run is told no."""
    fates = {**_SOME, "rejected_late": 0.4}
    return replace(plain, vendor=replace(plain.vendor, fates=fates))


_THEMES: Mapping[str, Callable[[Scenario, Random], Scenario]] = {
    "lossy": _with_losses,
    "crashes": _with_crashes,
    "limits": _with_limits,
    "disks": _with_slow_disks,
    "git": _with_lossy_git,
    "neighbours": _with_neighbours,
    "people": _with_people,
    "console": _with_console,
    "lists": _with_odd_lists,
    "sleep": _with_sleep,
    "clocks": _with_clocks,
    "days": _with_days,
    "overdue": _with_overdue,
    "gateway": _with_gateway,
    "refusals": _with_late_refusals,
    "takeovers": _with_takeovers,
}
