"""What was meant by a wrong value, as YAML would write it; None where that isn't surely right. Pure."""

import difflib
import re

from campaignsync.definitions.constraints import PHONE_NUMBER, zone_names
from campaignsync.nearest import LONGEST_MEANT
from campaignsync.times import TIMES

_MINUTES = 60
_ZONE_LIKENESS = 0.85
_SHORTEST_DAY = 2
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CITIES = {
    "bangalore": "Asia/Kolkata",
    "beijing": "Asia/Shanghai",
    "bengaluru": "Asia/Kolkata",
    "chennai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "hanoi": "Asia/Ho_Chi_Minh",
    "hyderabad": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "new_delhi": "Asia/Kolkata",
    "san_francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "washington": "America/New_York",
}
"""Large cities that people look for and that no zone is named after; each lies in the zone of another."""
_TIME_12 = r"(?i)0?([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:[:.]00)?\s*([ap])\.?(?:m\.?)?"
_TIME_24 = r"([0-9]{1,2})[:.]([0-5][0-9])(?:[:.]00)?"
_PUNCTUATION = r"[\s().\u2010-\u2015-]"


def nearest_time(text: str) -> str | None:
    """Return what a string such as ``9am``, ``09:00 AM`` or ``17:30`` is on the 12-hour clock, in quotes."""
    text = text.strip()[:LONGEST_MEANT]
    meant = None
    if found := re.fullmatch(_TIME_12, text):
        meant = f"{int(found[1])}:{found[2] or '00'} {found[3].upper()}M"
    elif found := re.fullmatch(_TIME_24, text):
        wanted = int(found[1]) * _MINUTES + int(found[2])
        if wanted == len(TIMES):
            # The end of the day, which the 12-hour clock has no word for.
            return '"11:59 PM"'
        meant = next((time for time, minutes in TIMES.items() if minutes == wanted), None)
    return f'"{meant}"' if meant in TIMES else None


def nearest_phone_number(text: str) -> str | None:
    """Return the number that a string with spaces, dashes or brackets in it means, in quotes.

    Only where it begins with +: without it nobody can say which country's number it is.
    """
    # The zero in brackets is dialed within the country only.
    meant = re.sub(_PUNCTUATION, "", text[:LONGEST_MEANT].replace("(0)", ""))
    return f'"{meant}"' if re.fullmatch(PHONE_NUMBER, meant) else None


def nearest_zone(name: str) -> str | None:
    """Return the time zone that was meant.

    An abbreviation has no nearest name: ``IST`` is India's, Ireland's and Israel's, and looks like ``EST``.
    """
    if len(name) > LONGEST_MEANT:
        return None
    wanted = name.strip().replace(" ", "_").lower()
    by_lower = {zone.lower(): zone for zone in sorted(zone_names())}
    # Etc/GMT+1 is an hour west of Greenwich, which is not what a person who writes GMT+1 means.
    cities = [zone for low, zone in by_lower.items() if low.endswith(f"/{wanted}") and low[:4] != "etc/"]
    exact = by_lower.get(wanted) or (cities[0] if len(cities) == 1 else None)
    exact = exact or _CITIES.get(wanted.rpartition("/")[2])
    if exact or "/" not in wanted:
        return exact
    # Only within the region, and of the same first letter: Hanoi is not Shanghai, nor Mumbai Dubai.
    region, _, city = wanted.rpartition("/")
    near = difflib.get_close_matches(
        wanted,
        [low for low in by_lower if low.startswith(f"{region}/{city[:1]}")],
        n=1,
        cutoff=_ZONE_LIKENESS,
    )
    return by_lower[near[0]] if near else None


def nearest_day(text: str) -> str | None:
    """Return the day of the API that a word such as ``Monday`` or ``tues.`` means."""
    word = text.strip().rstrip(".").lower()
    names = [name for name in _DAY_NAMES if len(word) >= _SHORTEST_DAY and name.startswith(word)]
    return names[0][:2].upper() if len(names) == 1 else None
