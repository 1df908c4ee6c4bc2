"""The garbage collector, kept from work that is for nothing."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 200_000
"""New objects after which garbage is looked for: some 30 MB, what some hundred requests leave behind."""


def collect_seldom() -> None:
    """Let the garbage collector look a hundred times as seldom as it would.

    What a command loads it needs to its end, and to look through it over and over takes a tenth of a sync.
    """
    gc.set_threshold(_OBJECTS, 20, 100)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector from going through all that is loaded, over and over.

    What is loaded holds no cycles, and is needed to the end.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
