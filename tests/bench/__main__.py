"""Measures, prints the table, and ends with 1 where a target is missed: `python -m tests.bench`. Does I/O."""

import argparse
import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.bench.definitions import write_definitions
from tests.bench.measuring import COMMAND, HEAD, PYTHON, Row, environment, in_turn, row, run, serving
from tests.bench.places import BUT_NEW, NONE, OTHER, OWN, POLICY

_CLICK = "import click"
_READER = "from pydantic import BaseModel; from ruamel.yaml.cyaml import CParser; import click"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; the defaults are what the targets are set for.

    Attributes:
        rounds: Measurements of each kind, of which the median counts.
        many: How many definitions there are.
        few: How many in the place that growth is measured from.
        new: How many are new, where some are.
        limited: Creates under a rate limit.
        limit: That limit, in requests of one window.
        window_s: The window's length in seconds of the machine's clock; the command takes it for a minute.
    """

    rounds: int = 5
    many: int = 10_000
    few: int = 1_000
    new: int = 50
    limited: int = 300
    limit: int = 60
    window_s: float = 6.0


class Bench:
    """Measures the rows of the table.

    Args:
        folder: An empty folder, on the disk that counts.
        sizes: How much.
    """

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self._folder = folder
        self._sizes = sizes

    def offline(self) -> Iterator[Row]:
        """Measure plans and checks of all definitions, against one parse of the same files by PyYAML."""
        growth = 1.1 * self._sizes.many / self._sizes.few
        parse = partial(self._parse_s, self._many)
        for what, arguments, most in (
            ("plan, nothing new", ("plan",), 0.3),
            ("plan, nothing new, state laid out by json.dumps", ("plan", "--state", OTHER), 0.3),
            ("plan, all new", ("plan", "--state", NONE), 1.3),
            ("validate", ("validate",), 1.3),
        ):
            many, few = (partial(_seconds, place, *arguments) for place in (self._many, self._few))
            few()  # so that all bytecode is written
            taken = in_turn(self._sizes.rounds, many, parse, few)
            yield row(f"{what}: to one parse", [(one, other) for one, other, _ in taken], most=most)
            yield row(f"{what}: growth", [(one, small) for one, _, small in taken], most=growth)
        memory = run([*COMMAND, "plan", "--state", NONE], cwd=self._many).peak_mb
        yield row("plan, all new: memory, to 250 MB", [(memory, 250)], most=1, unit="MB")

    def starts(self) -> Iterator[Row]:
        """Measure what has little to do, against the start or the imports that it needs."""
        file = next(path for path in sorted((self._few / "campaigns").iterdir()) if path.is_file())
        imports, reader = ([*PYTHON, "-c", code] for code in (_CLICK, _READER))
        for what, arguments, base, most in (
            ("plan of few, nothing new: to --help", ("plan",), [*COMMAND, "--help"], 3.0),
            (f"--help: to `{_CLICK}`", ("--help",), imports, 1.5),
            ("validate of one file: to its imports", ("validate", f"campaigns/{file.name}"), reader, 1.5),
        ):
            measured = partial(_seconds, self._few, *arguments)
            measured()
            taken = in_turn(5 * self._sizes.rounds, measured, partial(_run_s, base, self._few))
            yield row(what, [(one, other) for one, other in taken], most=most)

    def policy(self) -> Iterator[Row]:
        """Measure a plan of new definitions with a policy, against one without."""
        place = self._folder / "with-policy"
        shutil.copytree(self._few, place)
        (place / "campaigns" / ".policy.yaml").write_text(POLICY, encoding="utf-8")
        both = [partial(_seconds, each, "plan", "--state", NONE) for each in (place, self._few)]
        _ = [measured() for measured in both]
        taken = in_turn(3 * self._sizes.rounds, *both)
        yield row(
            "plan of few, all new, with a policy: to without",
            [(one, other) for one, other in taken],
            most=1.5,
        )

    def sync(self) -> Iterator[Row]:
        """Measure a sync --push of some new ones among many, against a plan that lists as much.

        Both ask a server without latency for as many pages. What is more in the sync is the commits, the
        pushes, the journal and the creates.
        """
        pairs = []
        for number in range(self._sizes.rounds):
            with serving("--account", str(self._many / OWN)) as env:
                clone = self._clone(f"plan-{number}", OWN, env)
                planned_s = _seconds(clone, "plan", "--remote", "--rate-limit", "0", **env)
            with serving("--account", str(self._many / BUT_NEW)) as env:
                clone = self._clone(f"sync-{number}", BUT_NEW, env)
                synced_s = _seconds(clone, "sync", "--push", "--rate-limit", "0", **env)
            pairs.append((synced_s, planned_s))
        yield row("sync --push, some new among many: to `plan --remote`", pairs, most=1.3)

    def limit(self) -> Iterator[Row]:
        """Measure creates under the vendor's limit, its minute scaled down to seconds, against the floor.

        The floor: let request n be counted by the server at c(n). No window holds more than `limit`, so that
        c(n) >= c(n - limit) + window, and the last of all, N, is counted no earlier than
        (ceil(N / limit) - 1) windows after the first. N is the creates and the one page of an empty account.
        """
        sizes, place = self._sizes, self._folder / "limited"
        write_definitions(place / "campaigns", sizes.limited)
        floor_s = (math.ceil((sizes.limited + 1) / sizes.limit) - 1) * sizes.window_s
        options = ("--rate-limit", str(sizes.limit), "--max-creates", str(sizes.limited))
        pairs = []
        for _ in range(sizes.rounds):
            shutil.rmtree(place / "state", ignore_errors=True)
            with serving("--limit", str(sizes.limit), "--window", str(sizes.window_s)) as env:
                clock = [*PYTHON, "-m", "tests.bench.fast_clock", str(60 / sizes.window_s)]
                taken_s = _run_s([*clock, "sync", "--no-commit", *options], place, **env)
            pairs.append((taken_s, floor_s))
        yield row("creates under the rate limit: to the floor", pairs, most=1.03)

    @cached_property
    def _many(self) -> Path:
        return self._place(self._sizes.many)

    @cached_property
    def _few(self) -> Path:
        return self._place(self._sizes.few)

    def _place(self, count: int) -> Path:
        folder = self._folder / f"with-{count}"
        folder.mkdir()
        run([*PYTHON, "-m", "tests.bench.places", str(folder), str(count), str(self._sizes.new)])
        return folder

    @staticmethod
    def _parse_s(place: Path) -> float:
        return float(run([*PYTHON, "-m", "tests.bench.parsing", str(place / "campaigns")]).out)

    def _clone(self, name: str, state: str, env: Mapping[str, str]) -> Path:
        """Return a clone of a remote that holds all definitions and a state, as the served account's."""
        made, clone, remote = (self._folder / f"{name}{kind}" for kind in ("-made", "", ".git"))
        shutil.copytree(self._many / "campaigns", made / "campaigns")
        text = (self._many / state).read_text(encoding="utf-8")
        (made / OWN).parent.mkdir()
        (made / OWN).write_text(text.replace("http://127.0.0.1:1", env["KORE_HOST"], 1), encoding="utf-8")
        for command in (
            ("init", "--quiet", "--initial-branch=main"),
            ("config", "user.name", "Bench"),
            ("config", "user.email", "bench@example.com"),
            ("add", "."),
            ("commit", "--quiet", "--message=all"),
            ("clone", "--quiet", "--bare", ".", str(remote)),
            ("clone", "--quiet", f"file://{remote}", str(clone)),
        ):
            subprocess.run(["git", *command], cwd=made, env=environment(), check=True, capture_output=True)
        for key in ("name", "email"):
            value = "bench@example.com"
            subprocess.run(["git", "config", f"user.{key}", value], cwd=clone, env=environment(), check=True)
        return clone


def _seconds(place: Path, *arguments: str, **env: str) -> float:
    return run([*COMMAND, *arguments], cwd=place, **env).seconds


def _run_s(command: Sequence[str], place: Path, **env: str) -> float:
    return run(command, cwd=place, **env).seconds


PARTS = ("offline", "starts", "policy", "sync", "limit")


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=Sizes().rounds, help="fewer are faster, and less sure")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="campaignsync-bench-") as folder:
        bench = Bench(Path(folder), Sizes(rounds=wanted.rounds))
        rows = [each for part in wanted.parts or PARTS for each in getattr(bench, part)()]
    sys.stdout.write(f"Python {platform.python_version()}, {os.cpu_count()} cores; ")
    sys.stdout.write(f"medians of {wanted.rounds}, in brackets the range of the ratios.\n\n{HEAD}\n")
    sys.stdout.write("".join(f"{each}\n" for each in rows))
    return 0 if all(each.is_met for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
