"""The command on a clock that passes faster, so that a rate limit of 60 a minute can be measured in seconds.

`python -m tests.bench.hurried SPEED ARGUMENTS`. Only the clock is another, which is a port of the product:
minutes pass in seconds, for the pacing as for everything else, while requests and files take what they take.
"""

import sys
import time

from campaignsync import cli, terminal
from tests.e2e.kills import FastClock


def main() -> None:
    """Run the command line."""
    clock = FastClock(epoch=time.time(), speed=float(sys.argv.pop(1)))
    setattr(terminal, "SystemClock", lambda: clock)  # noqa: B010  # mypy knows that it is a class
    cli.main()


if __name__ == "__main__":
    main()
