"""Times of day and weekdays as the API writes them. Pure."""

_NOON = 12

TIMES = {
    f"{hour % _NOON or _NOON}:{minute:02d} {'AM' if hour < _NOON else 'PM'}": hour * 60 + minute
    for hour in range(24)
    for minute in range(60)
}
"""Each time of day, such as ``9:00 AM``, and its minutes since midnight."""

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""The weekdays, Monday first."""
