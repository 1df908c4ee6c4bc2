"""The names of the world's time zones, from the tzdata package. Reads that package's list, nothing else.

The machine's own zone files are not asked: they differ between machines, and one definition must be
valid on all of them or on none.
"""

import difflib
import pkgutil
from functools import cache

# In tzdata's list, and no place's time: the IANA's name for "not set up yet".
_NO_ZONE = frozenset({"", "Factory"})
_LONGEST_NAME = 40
_LIKENESS = 0.75


@cache
def zone_names() -> frozenset[str]:
    """Return all IANA names, links such as ``Asia/Calcutta`` included.

    Source: the file ``zones`` of the tzdata package, which its documentation describes as the list of
    all keys in it.
    """
    # importlib.resources does the same, and takes longer to import than one definition takes to check.
    names = pkgutil.get_data("tzdata", "zones") or b""
    return frozenset(names.decode("ascii").split("\n")) - _NO_ZONE


def release() -> str:
    """Return the release of tzdata that the names are of, such as ``2026.1``."""
    from importlib.metadata import version

    return version("tzdata")


def nearest_zone(name: str) -> str | None:
    """Return the zone that was probably meant, or None.

    An abbreviation has no nearest name: ``IST`` is India's, Ireland's and Israel's, and looks like ``EST``.
    """
    if len(name) > _LONGEST_NAME:
        return None
    wanted = name.strip().replace(" ", "_").lower()
    by_lower = {zone.lower(): zone for zone in sorted(zone_names())}
    exact = by_lower.get(wanted) or _zone_of_city(wanted)
    if exact or "/" not in wanted:
        return exact
    near = difflib.get_close_matches(wanted, by_lower, n=1, cutoff=_LIKENESS)
    return by_lower[near[0]] if near else None


def _zone_of_city(city: str) -> str | None:
    # Etc/GMT+1 is an hour west of Greenwich, which is not what a person who writes GMT+1 means.
    places = [zone for zone in zone_names() if not zone.startswith("Etc/")]
    found = [zone for zone in places if zone.lower().endswith(f"/{city}")]
    return found[0] if len(found) == 1 else None
