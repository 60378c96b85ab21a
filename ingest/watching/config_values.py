"""Values of a configuration: each function returns what is meant, or raises ValueError with a reason to follow the key."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from ingest.dates import iso_date
from ingest.fetching.failing import FetchError
from ingest.fetching.targets import target_of
from ingest.normalize import one_line
from ingest.watching.sources import DAY, HOUR, MINUTE

_UNITS = {"s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?([smhdw])", re.ASCII)
_LONGEST = 366 * DAY
_MOST_JITTER = 0.5
LONGEST_NAME = 200
"""Characters of a source's name."""


def text(value: object) -> str:
    """Return a text that is not blank."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("is no text in quotes")
    return value


def name(value: object) -> str:
    """Return a name, on one line."""
    name = one_line(text(value))
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"is empty or longer than {LONGEST_NAME} characters")
    return name


def folder(value: object) -> Path:
    """Return the path of a folder."""
    try:
        return Path(text(value)).expanduser()
    except RuntimeError as error:
        raise ValueError("is in the home of a user who has none") from error


def url(value: object) -> str:
    """Return a web address."""
    url = text(value).strip()
    try:
        target_of(url)
    except FetchError as error:
        raise ValueError(str(error)) from error
    return url


def urls(value: object) -> tuple[str, ...]:
    """Return a list of web addresses, each once."""
    if not isinstance(value, list) or not value:
        raise ValueError("is no list of addresses")
    return tuple(dict.fromkeys(map(url, value)))


def seconds(value: object) -> float:
    """Return a time in seconds."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError('is no time such as "30m", "6h" or "1d"')
    seconds = float(match[1]) * _UNITS[match[2]]
    if not 1 <= seconds <= _LONGEST:
        raise ValueError("is not between a second and a year")
    return seconds


def share(value: object) -> float:
    """Return a share."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_JITTER:
        raise ValueError(f"is no share from 0 to {_MOST_JITTER}")
    return float(value)


def policy(value: object) -> Any:
    """Return what becomes of articles that are gone."""
    if value not in ("keep", "mark", "remove"):
        raise ValueError('is none of "keep", "mark" and "remove"')
    return value


def yes_or_no(value: object) -> bool:
    """Return whether something is so."""
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def count(value: object) -> int:
    """Return a number from 1 on."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise ValueError("is no number from 1 on")
    return value


def day(value: object) -> str:
    """Return a date, ISO 8601."""
    given = value.isoformat() if isinstance(value, date) else iso_date(value) if isinstance(value, str) else None
    if given is None:
        raise ValueError("is no date")
    return given


def tables(value: object) -> list[dict[str, Any]]:
    """Return a list of tables."""
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise ValueError("is no list of tables")
    return value
