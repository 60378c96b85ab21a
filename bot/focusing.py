"""What a reader asks of only: an article, a source or a period; from words, and back into words."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.exchange import Exchange
from bot.views.text import MAX_TITLE, shortened
from bot.views.words import LANGUAGES, Words
from retrieval.models import Focus

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""A number between these is a year and not an article's."""

_DATE = r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?"
_PERIOD = re.compile(rf"{_DATE}(?:\s*(?:\.\.|…|–|—| - | to | до )\s*{_DATE})?", re.ASCII | re.IGNORECASE)
_MONTH = re.compile(r"(?:(\d{1,2})\s+)?([^\W\d]{3,})\.?\s+(\d{4})(?:\s*г(?:ода|\.)?)?")
_ARTICLE = re.compile(r"(?:article|статья|статье|#|№)?\s*(\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What words ask to focus on: one of the three."""

    article: int | None = None
    period: tuple[str, str] | None = None
    """First and last day, ISO 8601."""
    source: str = ""


def wanted(words: str) -> Wanted:
    """Read what a reader wants to focus on; what is neither a number nor a period names a source."""
    text = " ".join(words.split())
    period = _period(text) or _month(text)
    if period is not None:
        return Wanted(period=period)
    article = _ARTICLE.fullmatch(text)
    return Wanted(article=int(article.group(1))) if article else Wanted(source=text)


async def written_focus(exchange: Exchange, focus: Focus) -> str:
    """Return a focus in words, empty for none."""
    if focus.article_id is not None:
        entry = await exchange.looked_up(exchange.desk.core.library.entry_of, focus.article_id)
        return (
            exchange.words("focus-article", title=shortened(entry.title, MAX_TITLE))
            if entry
            else exchange.words("focus-gone")
        )
    return " · ".join(filter(None, (focus.source, written_period(focus, exchange.words))))


def written_period(focus: Focus, words: Words) -> str:
    """Return the period of a focus in words, empty for none."""
    if focus.from_ is None or focus.to is None:
        return words.date(focus.from_ or focus.to)
    first, last = date.fromisoformat(focus.from_), date.fromisoformat(focus.to)
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    if first.day == 1 and last == _last_day(first.year, first.month):
        return words.date(f"{first.year:04}-{first.month:02}")
    if first == last:
        return words.date(focus.from_)
    return f"{words.date(focus.from_)} – {words.date(focus.to)}"


def _period(text: str) -> tuple[str, str] | None:
    form = _PERIOD.fullmatch(text)
    if form is None:
        return None
    year, month, day, *until = form.groups()
    first = _days(year, month, day)
    last = _days(*until) if until[0] else first
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _month(text: str) -> tuple[str, str] | None:
    form = _MONTH.fullmatch(text)
    if form is None:
        return None
    day, name, year = form.groups()
    month = _months().get(name.casefold())
    return _days(year, str(month), day) if month else None


def _days(year: str, month: str | None, day: str | None) -> tuple[str, str] | None:
    """Return the first and the last day of a year, month or day; None when there is no such date."""
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    last = first if day else _last_day(first.year, first.month if month else 12)
    return first.isoformat(), last.isoformat()


def _last_day(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


@cache
def _months() -> dict[str, int]:
    from babel.dates import get_month_names

    return {
        name.casefold().rstrip("."): number
        for language in LANGUAGES
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, context, language).items()
    }
