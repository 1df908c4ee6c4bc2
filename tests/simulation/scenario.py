"""What one seed's world is like: drawn from the seed, each time with the stress on something else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from tests.simulation.vendor import VendorFaults
from tests.simulation.worktree import GitFaults

MOST_SKEW_S = 299.0
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
    overtaken=0.2, lost_before=0.1, lost_after=0.1, lost_late=0.1, forbidden=0.03, unreachable=0.05
)
_MOST_CLONES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One seed's world.

    Attributes:
        theme: What the stress is on.
        is_pushing: Runs claim and record through the remote; else all happens in one clone.
        is_mixed: Some runs of the only clone leave the remote alone all the same.
        clones: How many clones run at once.
        runs: How many runs each of them starts before all goes quiet.
        definitions: How many definitions there are at first.
        strangers: How many campaigns the account has at first.
        settle_s: The settle time.
        timeout_s: The deadline of an attempt.
        parallel: Requests in flight of one run.
        save_s: How long a save of the state takes at most, in seconds.
        disk_full: How likely a save fails.
        page_rows: Rows in a page of the list.
        has_preflight: Whether runs check names first.
        vendor_skew_s: How far the vendor's clock is ahead.
        skews_s: How far each machine's is.
        crash: How likely a run is killed.
        stop: How likely a run is asked to end.
        person: How many things a person does meanwhile.
        console: How many things people do in the console meanwhile.
        clock: How often machines' clocks are set anew meanwhile.
        vendor: What the vendor does wrong.
        git: What git does wrong.
    """

    theme: str
    is_pushing: bool
    is_mixed: bool
    clones: int
    runs: int
    definitions: int
    strangers: int
    settle_s: float
    timeout_s: float
    parallel: int
    page_rows: int
    has_preflight: bool
    vendor_skew_s: float
    skews_s: tuple[float, ...]
    save_s: float = 0.02
    disk_full: float = 0.0
    crash: float = 0.1
    stop: float = 0.03
    person: int = 1
    console: int = 1
    clock: int = 0
    vendor: VendorFaults = field(default_factory=VendorFaults)
    git: GitFaults = field(default_factory=GitFaults)

    @property
    def is_within_promise(self) -> bool:
        """Whether the vendor keeps to the settle time."""
        return not self.vendor.overdue_s


def draw(rng: Random) -> Scenario:
    """Draw a seed's world."""
    is_pushing = rng.random() < 0.75
    clones = rng.choice((1, 2, 2, 2, 3)) if is_pushing else 1
    plain = Scenario(
        theme="",
        is_pushing=is_pushing,
        is_mixed=clones == 1 and rng.random() < 0.5,
        clones=clones,
        runs=rng.choice((1, 2, 2, 3)) if is_pushing else rng.choice((2, 3, 4)),
        definitions=rng.choice((1, 1, 2, 3)),
        strangers=rng.randrange(4),
        settle_s=rng.choice((20.0, 60.0, 120.0)),
        timeout_s=rng.choice((5.0, 30.0)),
        parallel=rng.choice((1, 2, 4)),
        page_rows=rng.choice((2, 3, 50)),
        has_preflight=rng.random() < 0.85,
        vendor_skew_s=rng.uniform(0, MOST_SKEW_S),
        skews_s=tuple(rng.uniform(0, MOST_SKEW_S) for _ in range(_MOST_CLONES + 1)),
        vendor=VendorFaults(fates=_SOME, slow_list=0.1, page_failed=0.02, moving=0.05, stalled=0.05),
        git=GitFaults(overtaken=0.05, lost_before=0.02, lost_after=0.02, lost_late=0.02, unreachable=0.01),
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
    is_alone = rng.random() < 0.5
    return replace(crashing, is_pushing=False, clones=1, runs=4) if is_alone else crashing


def _with_console(plain: Scenario, rng: Random) -> Scenario:
    """Let people be busy in the console while an account of several pages is listed."""
    vendor = replace(plain.vendor, moving=0.6, fates={**_SOME, "lost_done": 0.5})
    return replace(
        plain, console=rng.randrange(3, 15), strangers=rng.randrange(2, 6), page_rows=2, vendor=vendor
    )


def _with_takeovers(plain: Scenario, rng: Random) -> Scenario:
    """Let runs stall in the middle of what they claimed, so that others take the rest over."""
    late = {**_SOME, "lost_late": 0.3, "lost_never": 0.3}
    return replace(
        plain,
        is_pushing=True,
        is_mixed=False,
        clones=2,
        definitions=rng.choice((2, 3, 4)),
        settle_s=20.0,
        parallel=rng.choice((1, 2)),
        clock=rng.choice((0, 4)),
        vendor=replace(plain.vendor, stalled=0.4, fates=late),
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
        save_s=5.0,
        disk_full=rng.choice((0.0, 0.1)),
        vendor=replace(plain.vendor, fates={**_SOME, "lost_late": 0.1}),
    )
    is_alone = rng.random() < 0.5
    return replace(busy, is_pushing=False, clones=1, runs=4) if is_alone else busy


def _with_lossy_git(plain: Scenario, _: Random) -> Scenario:
    return replace(plain, git=_LOSSY_GIT)


def _with_people(plain: Scenario, rng: Random) -> Scenario:
    return replace(plain, person=rng.randrange(2, 7), crash=0.2)


def _with_overdue(plain: Scenario, rng: Random) -> Scenario:
    """Let the vendor execute later than is promised: then there may be up to three."""
    overdue_s = rng.choice((300.0, 3600.0))
    return replace(plain, vendor=replace(plain.vendor, overdue_s=overdue_s, fates={"lost_late": 0.8}))


_THEMES: Mapping[str, Callable[[Scenario, Random], Scenario]] = {
    "lossy": _with_losses,
    "crashes": _with_crashes,
    "limits": _with_limits,
    "disks": _with_slow_disks,
    "git": _with_lossy_git,
    "people": _with_people,
    "console": _with_console,
    "overdue": _with_overdue,
    "takeovers": _with_takeovers,
}
