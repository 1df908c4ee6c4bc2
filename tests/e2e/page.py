"""A report as GitHub renders it, and what a browser measures of it.

The page has what decides about widths: a comment's 770 pixels, and the rules for tables, code and blocks of
GitHub's public stylesheet for Markdown, written again. It needs headless Chromium; see `browser`.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from markdown_it import MarkdownIt

WIDTH = 770
"""Pixels that a comment's text has on GitHub."""

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; width: {width}px; font: 14px/1.5 "Noto Sans", "DejaVu Sans", Helvetica, Arial, sans-serif;
  overflow-wrap: break-word; }}
table {{ display: block; width: max-content; max-width: 100%; overflow: auto; border-spacing: 0;
  border-collapse: collapse; margin: 0 0 16px; }}
th, td {{ padding: 6px 13px; border: 1px solid #d0d7de; }}
code {{ padding: .2em .4em; font: 85% "DejaVu Sans Mono", monospace; white-space: break-spaces;
  background: #eff1f3; border-radius: 6px; }}
pre {{ padding: 16px; overflow: auto; font: 85%/1.45 "DejaVu Sans Mono", monospace; background: #f6f8fa; }}
pre code {{ padding: 0; font-size: 100%; white-space: pre; background: none; }}
blockquote {{ margin: 0 0 16px; padding: 0 1em; border-left: .25em solid #d0d7de; }}
ul {{ padding-left: 2em; }} h3, h4 {{ margin: 16px 0; }}
</style><body>{body}<script>
const wide = element => element.scrollWidth - element.clientWidth;
const pictures = [...document.querySelectorAll("code.language-text")].map(code => code.parentElement);
const last = [...document.querySelectorAll("td:last-child, th:last-child")];
const measured = {{
  page: document.documentElement.scrollWidth,
  tables: Math.max(0, ...[...document.querySelectorAll("table")].map(wide)),
  pictures: Math.max(0, ...pictures.map(wide)),
  right: Math.max(0, ...last.map(cell => Math.ceil(cell.getBoundingClientRect().right))),
  rows: document.querySelectorAll("tbody tr").length,
  folds: document.querySelectorAll("details").length,
  height: document.documentElement.scrollHeight,
}};
const shown = document.createElement("output");
shown.textContent = JSON.stringify(measured);
document.body.append(shown);
</script>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a browser measured, in pixels unless said otherwise.

    Attributes:
        page: How wide the page is with all that is on it.
        tables: How much of the widest table is outside of its frame.
        pictures: The same of the widest picture of hours.
        right: Where the last column ends.
        rows: How many rows the tables have.
        folds: How many parts can be unfolded.
        height: How high the page is, folded.
    """

    page: int
    tables: int
    pictures: int
    right: int
    rows: int
    folds: int
    height: int


def browser() -> str | None:
    """Return the browser of this machine; None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def html_of(markdown: str, *, width: int = WIDTH) -> str:
    """Return a page with this Markdown on it."""
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    return _PAGE.format(width=width, body=renderer.render(markdown))


def measure(markdown: str, folder: Path, *, width: int = WIDTH) -> Measured:
    """Render Markdown in the browser, and measure it."""
    page = folder / "page.html"
    page.write_text(html_of(markdown, width=width), encoding="utf-8")
    dumped = _run(folder, "--dump-dom", page.as_uri(), width=width)
    (found,) = re.findall(r"<output>(.*)</output>", dumped)
    return Measured(**json.loads(unescape(found)))


def screen(markdown: str, folder: Path, *, width: int = WIDTH, height: int = 1000) -> Path:
    """Return a picture of the top of the page."""
    page, picture = folder / "page.html", folder / "page.png"
    page.write_text(html_of(markdown, width=width), encoding="utf-8")
    _run(folder, f"--screenshot={picture}", page.as_uri(), width=width, height=height)
    return picture


def _run(folder: Path, *args: str, width: int, height: int = 1000) -> str:
    program = browser()
    assert program is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")
    profile = f"--user-data-dir={folder / 'profile'}"
    size = f"--window-size={max(width, 500)},{height}"
    done = subprocess.run(
        [program, *options, profile, size, *args],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return done.stdout
