"""What an article's metadata tell its readers beside the text: its pages, a guessed date, since when it is gone."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date
from operator import le
from typing import Any

_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)", re.ASCII)


def page_starts(metadata: Mapping[str, Any], length: int) -> tuple[int, ...]:
    """Return the offset at which each page of an article begins in its text of `length` characters.

    There are none for an article without pages, and for `pages` that mean something else: metadata are whatever came
    with the article, and those of a bibliography may well be two numbers. The first page begins with the text, and a
    page without text where the next one does.
    """
    given = metadata.get("pages")
    if not isinstance(given, list) or set(map(type, given)) != {int}:
        return ()
    in_order = given[0] == 0 and given[-1] <= length and all(map(le, given, given[1:]))
    return tuple(given) if in_order else ()


def pages_between(starts: tuple[int, ...], start: int, end: int) -> tuple[int, int] | None:
    """Return the first and the last page, from 1, of what stands from `start` to `end`; None without pages."""
    if not starts:
        return None
    first = bisect_right(starts, start)
    return first, max(first, bisect_left(starts, end))


def is_guessed(metadata: Mapping[str, Any]) -> bool:
    """Return whether the date of publication was guessed, from a file's date or from what a page shows."""
    return metadata.get("published_guessed") is True


def gone_since(metadata: Mapping[str, Any]) -> str | None:
    """Return the day, ISO 8601, since which an article is no longer where it came from; None for one that is there."""
    given = metadata.get("gone_since")
    if not isinstance(given, str) or not _DAY.match(given):
        return None
    try:
        return date.fromisoformat(given[:10]).isoformat()
    except ValueError:
        return None
