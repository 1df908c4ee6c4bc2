"""`caller-id/not-possible` and `caller-id/other-country`: a number that those called may not see or trust.

Pure. What is possible in which country says Google's libphonenumber, by its port to Python.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import phonenumbers

from campaignsync.findings.finding import Campaign, Finding
from campaignsync.places import countries, country_of
from campaignsync.text import printable

_KEY = "dialingStrategy.callerId.phoneNumber"
_MOST_KEPT = 4096
"""Different numbers that are kept as looked at: many campaigns share theirs."""


def find(campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Find new campaigns whose number can't be one, or is of another country than their time zone."""
    for campaign in campaigns:
        if campaign.is_new:
            number, zone = number_of(campaign.body), campaign.week.timezone
            for rule, words in _found(number, zone) if number else ():
                yield campaign.finding(rule, "warning", _KEY, words)


def number_of(body: Any) -> str:  # noqa: ANN401  # JSON of any kind
    """Return a body's caller id; empty where it has none."""
    match body:
        case {"dialingStrategy": {"callerId": {"phoneNumber": str(number)}}}:
            return number
        case _:
            return ""


@lru_cache(_MOST_KEPT)
def _found(number: str, zone: str) -> Sequence[tuple[str, str]]:
    found = list[tuple[str, str]]()
    shown = printable(number)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return [("caller-id/not-possible", f"{shown} begins with no country's code: nobody can call it back")]
    code = parsed.country_code or 0
    if not phonenumbers.is_possible_number(parsed):
        words = (
            f"{shown} has too few or too many digits for a number of +{code}: carriers may "
            "block the calls, and nobody can call it back"
        )
        found.append(("caller-id/not-possible", words))
    country = country_of(zone)
    # The first is the main one; a number of no country, such as +800, has only the world's.
    whose, *_ = phonenumbers.region_codes_for_country_code(code)
    own = phonenumbers.country_code_for_region(country) if country else 0
    if country and whose in countries() and own not in {0, code}:
        words = (
            f"{shown} is a number of +{code} ({countries()[whose]}), and the time zone {zone} is of another "
            f"country ({countries()[country]}): the calls come from abroad, or one of both is wrong"
        )
        found.append(("caller-id/other-country", words))
    return found
