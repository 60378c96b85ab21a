"""What a page shows of author, site and date where it declares none: found by trafilatura and htmldate, and guessed."""

from __future__ import annotations

import copy
import logging
import re
import unicodedata
from dataclasses import dataclass

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.sources.main_text import FAILURES

_NAMES = re.compile(r"[\s,;&]+")
_PARTICLES = {
    "and", "und", "et", "y", "e", "i", "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos",
    "du", "la", "le", "el", "al", "bin", "ibn", "ter", "zu",
}  # fmt: skip
_MOST_LINES = 4  # of a byline: author, date, place, time to read
_LONGEST_LINE = 80  # characters
_BY = re.compile(r"\W*(?:(?:written |text |posted )?by|von|par|por|di|автор|текст)\b\W*", re.IGNORECASE)
_DATE = re.compile(r"\d{4}|\d{1,2}[./]\d{1,2}[./]\d{2}")
_NOT_DATE = re.compile(
    r"\b(?!(?:published|posted|updated|on|at|am|pm|um|uhr|le|à|de|del|a|as|в|г|года|the|of)\b)[^\W\d]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found in bylines and the like; empty where nothing was."""

    author: str = ""
    site: str = ""
    date: str = ""


def shown_on(root: HtmlElement, address: str = "") -> Shown:
    """Return what is found in bylines, in address and title; dates in running text are not searched."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its warnings are about what is handled here
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    from trafilatura import extract_metadata

    try:
        found = extract_metadata(
            copy.deepcopy(root),
            default_url=address or None,
            date_config={"original_date": True, "extensive_search": False},
            extensive=False,
        )
    except FAILURES as error:
        logging.getLogger(__name__).debug("trafilatura failed: %r", error)
        return Shown()
    return Shown(_names(found.author or ""), found.sitename or "", found.date or "")


def _names(found: str) -> str:
    """Return a byline that consists of names: trafilatura also takes captions and headings for one."""
    words = [word for word in _NAMES.split(found) if word]
    named = all(word[0].isupper() or word.lower() in _PARTICLES or not word[0].isascii() for word in words)
    return ", ".join(part.strip() for part in found.split(";")) if words and named else ""


def without_byline(text: str, authors: str) -> str:
    """Return `text` without lines at its start that are only the author's name or a date, unless nothing else is left."""
    rest = text
    for _ in range(_MOST_LINES):
        line, _newline, below = rest.lstrip("\n").partition("\n")
        if not below.strip() or len(line) > _LONGEST_LINE or not (_is_name_of(line, authors) or _is_date(line)):
            break
        rest = below
    return rest.strip("\n")


def _is_name_of(line: str, authors: str) -> bool:
    name = _folded(_BY.sub("", line, count=1))
    return bool(name) and name in {_folded(authors), *map(_folded, authors.split(", "))}


def _is_date(line: str) -> bool:
    """Return whether a line is a date with at most two words beside it, one of them a month."""
    return _DATE.search(line) is not None and len(_NOT_DATE.findall(line)) <= 2


def _folded(name: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFKC", name).casefold() if ch.isalnum())
