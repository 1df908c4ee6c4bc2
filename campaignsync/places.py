"""Countries, states of the United States, and the time zones in them. Pure: reads the tzdata package only."""

import pkgutil
import re
from collections.abc import Mapping, Sequence
from functools import cache

_STATES: Mapping[str, Sequence[str]] = {
    "America/New_York": (
        *("CT", "DC", "DE", "GA", "MA", "MD", "ME", "NC", "NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA"),
        *("VT", "WV"),
    ),
    "America/Chicago": ("AL", "AR", "IA", "IL", "LA", "MN", "MO", "MS", "OK", "WI"),
    "America/Denver": ("CO", "MT", "NM", "UT", "WY"),
    "America/Los_Angeles": ("CA", "WA"),
}
_STATES_OF_SEVERAL: Mapping[str, Sequence[str]] = {
    "AK": ("America/Anchorage", "America/Adak"),
    "AZ": ("America/Phoenix", "America/Denver"),
    "FL": ("America/New_York", "America/Chicago"),
    "HI": ("Pacific/Honolulu",),
    "ID": ("America/Boise", "America/Los_Angeles"),
    "IN": ("America/Indiana/Indianapolis", "America/Chicago"),
    "KS": ("America/Chicago", "America/Denver"),
    "KY": ("America/New_York", "America/Chicago"),
    "MI": ("America/Detroit", "America/Menominee"),
    "ND": ("America/Chicago", "America/Denver"),
    "NE": ("America/Chicago", "America/Denver"),
    "NV": ("America/Los_Angeles", "America/Denver"),
    "OR": ("America/Los_Angeles", "America/Boise"),
    "SD": ("America/Chicago", "America/Denver"),
    "TN": ("America/New_York", "America/Chicago"),
    "TX": ("America/Chicago", "America/Denver"),
}
US_STATES: Mapping[str, Sequence[str]] = {
    **{state: (zone,) for zone, states in _STATES.items() for state in states},
    **_STATES_OF_SEVERAL,
}
"""The states and the district, each with its time zones, largest first. Source: 49 CFR part 71."""

_PLACE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
"""A country (ISO 3166-1 alpha-2), perhaps with a part of it (ISO 3166-2)."""
_PLACELESS = frozenset(
    {
        *("CET", "CST6CDT", "EET", "EST", "EST5EDT", "Factory", "GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich"),
        *("HST", "MET", "MST", "MST7MDT", "PST8PDT", "UCT", "UTC", "Universal", "WET", "Zulu"),
    }
)
"""Zones of the time zone database that are named after no place, beside those below ``Etc/``.

Some lead to a place only because its clock is the same (its file "backward").
"""


@cache
def countries() -> Mapping[str, str]:
    """Return the countries' names in English, by code. Source: ``iso3166.tab`` of the tz database."""
    return {code: name for code, name, *_ in _table("iso3166.tab")}


def problem_of(place: str) -> str:
    """Return what is wrong with a place such as ``GB`` or ``US-FL``; empty where nothing is."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return "is no country's code such as GB, nor a state's such as US-FL"
    country, part = found.groups()
    if country not in countries():
        return f"names no country: {country} is no code of ISO 3166" + (
            "; the United Kingdom is GB" if country == "UK" else ""
        )
    if country == "US" and part and part not in US_STATES:
        return f"names no state of the United States: {part}"
    return ""


def is_within(inner: str, outer: str) -> bool:
    """Return whether a place is another one, or a part of it."""
    return inner == outer or inner.startswith(f"{outer}-")


def zones_of(place: str) -> Sequence[str]:
    """Return the time zones of a place; of a part of a country whose parts aren't known, the country's."""
    country, _, part = place.partition("-")
    if country == "US" and part in US_STATES:
        return US_STATES[part]
    return _zones_of_countries().get(country, ())


def names_place(zone: str) -> bool:
    """Return whether a time zone is named after a place, unlike ``EST`` and ``Etc/GMT+5``."""
    return not (zone in _PLACELESS or zone.startswith("Etc/"))


@cache
def country_of(zone: str) -> str | None:
    """Return the country of a time zone, whatever of its names is used; None where it has none.

    A name's own entry counts before what it is a link to: ``Europe/Amsterdam`` is not Belgian.
    """
    if not names_place(zone):
        return None
    by_zone, seen = _countries_of_zones(), set[str]()
    while zone not in by_zone:
        seen.add(zone)
        zone = _links().get(zone, zone)
        if zone in seen:
            return None
    return by_zone[zone]


@cache
def _countries_of_zones() -> Mapping[str, str]:
    return {name: code for code, _, name, *_ in _table("zone.tab")}


@cache
def _zones_of_countries() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for name, code in _countries_of_zones().items():
        found.setdefault(code, []).append(name)
    return found


@cache
def _links() -> Mapping[str, str]:
    lines = (line.split() for line in _read("tzdata.zi").splitlines() if line.startswith("L "))
    return {name: target for _, target, name in lines}


def _table(file: str) -> list[list[str]]:
    return [line.split("\t") for line in _read(file).splitlines() if line and not line.startswith("#")]


def _read(file: str) -> str:
    return (pkgutil.get_data("tzdata", f"zoneinfo/{file}") or b"").decode()
