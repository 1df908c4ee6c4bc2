"""The server's words, made fit to be shown: short, on one line, harmless, without secrets. Pure."""

import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit

_MOST_SHOWN = 200
# What the patterns below look at. They take quadratic time on text made for the purpose.
_MOST_READ = 4096
_HIDDEN = "***"
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
_TAG = re.compile(r"<[^>]*>")


def shown(text: str, secrets: Iterable[str]) -> str:
    """Return the start of a string for people.

    White space is folded; characters that move the cursor, turn the direction of writing or can't be
    seen are taken out, since the text goes to terminals and logs; a page of HTML loses its tags.

    Args:
        text: Anything that a server said.
        secrets: What must not be shown; neither is anything that looks like a JWT.
    """
    known = _spellings(secrets)
    line = " ".join(_without(text, known).split())
    # A second time, since a secret may have been written with line breaks or invisible signs in it.
    line = _without("".join(filter(str.isprintable, line))[:_MOST_READ], known)
    line = _TOKEN.sub(_HIDDEN, line)
    if line.startswith("<"):
        line = " ".join(_TAG.sub(" ", line).split())
    return line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 1] + "…"


def shown_place(location: str | None, *, base: str, secrets: Iterable[str]) -> str:
    """Return where a redirect leads, without query and user: ``https://sso.example/login``.

    Args:
        location: The `Location` header (RFC 9110, 10.2.2), which may be relative; None where there is none.
        base: The URL that was asked for.
        secrets: What must not be shown.

    Returns:
        Nothing where it is missing, or names no place on the web.
    """
    if not location:
        return ""
    try:
        # Secrets are hidden first: taking the URL apart could leave half of one.
        parts = urlsplit(urljoin(base, shown(location, secrets)))
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme in {"http", "https"} and host else ""


def _spellings(secrets: Iterable[str]) -> list[str]:
    """Return each secret as it is and as JSON, a URL or HTML would quote it, longest first."""
    spelled = {
        spelling
        for secret in secrets
        for spelling in (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), html.escape(secret))
    }
    return sorted(filter(None, spelled), key=len, reverse=True)


def _without(text: str, known: Iterable[str]) -> str:
    for spelling in known:
        text = text.replace(spelling, _HIDDEN)
    return text
