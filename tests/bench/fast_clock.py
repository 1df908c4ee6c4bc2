"""The command on a clock that passes faster, so that a rate limit of 60 a minute is measured in seconds.

`python -m tests.bench.fast_clock SPEED ARGUMENTS`. Only the clock is another, which is a port of the product:
minutes pass in seconds, for the pacing as for everything else, while requests and files take what they take.
"""

import sys
import time
from datetime import UTC, datetime

import anyio

from campaignsync import cli, terminal


class _FastClock(terminal.SystemClock):
    """The machine's clock, faster from the start of the process on."""

    speed = 1.0
    started = time.monotonic()

    def monotonic(self) -> float:
        return self.started + (time.monotonic() - self.started) * self.speed

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.monotonic() - time.monotonic(), UTC)

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / self.speed)


def main() -> None:
    """Run the command line."""
    _FastClock.speed = float(sys.argv.pop(1))
    setattr(terminal, "SystemClock", _FastClock)  # noqa: B010  # mypy knows that it is a class
    cli.main()


if __name__ == "__main__":
    main()
