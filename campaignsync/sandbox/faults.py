"""Bad days to rehearse: what a vendor may do to a run, at will. Pure."""

from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong, all day.

    Attributes:
        LOST_ANSWER: Every third create, from the first on, makes its campaign, and its answer is lost.
        LATE_504: Every third create is answered with 504, and makes its campaign `LATE_S` later.
        OVER_LIMIT: Every second create is answered with the vendor's sentence about its rate limit.
        LIST_BEHIND: The list shows a campaign only `LATE_S` after it was made.
        ACTIVE: A campaign is Active as soon as it is made, as if somebody had started it.
    """

    LOST_ANSWER = "lost-answer"
    LATE_504 = "late-504"
    OVER_LIMIT = "over-limit"
    LIST_BEHIND = "list-behind"
    ACTIVE = "active"


LATE_S = 30.0
"""How late what comes late is, in seconds: well within the 120 of `--settle`."""

_EVERY = {Fault.LOST_ANSWER: 3, Fault.LATE_504: 3, Fault.OVER_LIMIT: 2}


class BadDay:
    """One fault, and whom it hits.

    Args:
        fault: Which; None for a good day.
    """

    def __init__(self, fault: Fault | None) -> None:
        self._fault = fault
        self._creates = 0

    def is_(self, fault: Fault) -> bool:
        """Return whether it is this one."""
        return self._fault is fault

    def of_create(self) -> Fault | None:
        """Return what hits the create that arrives now."""
        self._creates += 1
        if self._fault is None:
            return None
        every = _EVERY.get(self._fault)
        return self._fault if every and self._creates % every == 1 else None
