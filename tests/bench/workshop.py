"""What the rows share: how much is measured, the places that are made once, the command in them. Does I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.measuring import COMMAND, PYTHON, Run, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; as it stands, what the targets are set for.

    Attributes:
        rounds: Measurements of each kind, of which the median counts.
        definitions: How many definitions there are.
        growth: How many times as many as in the place that growth is measured from.
        new: How many of them are new, where a few are.
        limited: Creates under a rate limit.
        limit: That limit, in requests of one window.
        window_s: The window's length in seconds of the machine's clock.
        latent: Creates at a server that takes its time.
        latency_s: That time, in seconds for each request.
        parallel: Requests in flight there.
        starts: Pairs of starts in a round: what takes a tenth of a second needs more of them.
    """

    rounds: int = 5
    definitions: int = 10_000
    growth: int = 10
    new: int = 10
    limited: int = 300
    limit: int = 60
    window_s: float = 6.0
    latent: int = 50
    latency_s: float = 0.3
    parallel: int = 8
    starts: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where everything is measured.

    Attributes:
        folder: An empty folder, on the disk that counts.
        sizes: How much.
        tell: Told what is going on.
    """

    folder: Path
    sizes: Sizes
    tell: Callable[[str], None] = field(repr=False)

    def place(self, count: int) -> Path:
        """Return a place of so many definitions, made when it is asked for the first time."""
        folder = self.folder / f"with-{count}"
        if not folder.exists():
            self.tell(f"making {count:,} definitions and their state")
            folder.mkdir()
            run([*PYTHON, "-m", "tests.bench.places", str(folder), str(count), str(self.sizes.new)])
        return folder

    @property
    def large(self) -> Path:
        """The place that the targets are set for."""
        return self.place(self.sizes.definitions)

    @property
    def small(self) -> Path:
        """The place that growth is measured from."""
        return self.place(self.sizes.definitions // self.sizes.growth)


def product(place: Path, *arguments: str, **env: str) -> Run:
    """Run the command in a place."""
    return run([*COMMAND, *arguments], cwd=place, **env)
