"""The dates that a text says, as far as it says them, and those that it tells from the day it appeared. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

import regex

from retrieval.named.date_words import folded, months
from retrieval.named.relative_dates import relative_periods

_NEAR = 7
"""Days about the day of publication in which `on Monday` lies."""
_LEADING = regex.compile(
    r"\b(?:in|since|until|by|of|from|between|and|to|during|last|late|early|mid|im|seit|bis|anfang|ende|mitte|в|с|до|к|en|de)"
    r"[ -]$"
)
_BEFORE = 16  # characters before a month in which the word that leads it stands
_ALSO_WORDS = ("may", "march", "august", "april", "june")
"""Months that are verbs or names as well."""
_NAMES_OF_WEEKDAYS = (
    ("monday", "montag", "понедельник", "lunes"), ("tuesday", "dienstag", "вторник", "martes"),
    ("wednesday", "mittwoch", "среду", "miercoles"), ("thursday", "donnerstag", "четверг", "jueves"),
    ("friday", "freitag", "пятницу", "viernes"), ("saturday", "samstag", "субботу", "sabado"),
    ("sunday", "sonntag", "воскресенье", "domingo"),
)  # fmt: skip
_WEEKDAYS = {word: n for n, words in enumerate(_NAMES_OF_WEEKDAYS) for word in words}
_WEEKDAY = regex.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})\b")
_FIGURE = regex.compile(r"\p{N}")
_DECADE = regex.compile(r"\b(?P<year>1\d{2}0|20\d0)(?:s|'s|ern?|-[хе]|-ых)\b")
_CENTURY = regex.compile(
    r"\b(?P<en>\d{1,2})(?:st|nd|rd|th)?[ -](?:century|centuries)\b|\b(?P<de>\d{1,2})\. jahrhundert"
    r"|\b(?P<ru>\d{1,2})(?:-(?:го|м|и))? (?:век|столети)"
)
_YEARS = regex.compile(r"(?<!\p{N}|\p{N}[.,-])(?P<first>1\d{3}|20\d{2})[-–/](?P<last>\d{2})(?![\p{N}-])")
_YEAR = regex.compile(r"(?<![\p{L}\p{N}]|\p{N}[.,])(?:1\d{3}|20\d{2})(?![\p{L}\p{N}%]|[.,]\p{N})")


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is said, `text[start:end]`."""

    year: int | None
    month: int | None
    day: int | None
    start: int = 0
    end: int = 0
    years: int = 1
    """How many it spans from `year` on: 10 of a decade, 101 of a century, whose first year may be counted either way."""

    def said_by(self, other: Day) -> bool:
        """Tell whether the other date, of the evidence, says this one, of a claim, or more exactly when."""
        if self.years > 1:
            return self.year is not None and other.year is not None and 0 <= other.year - self.year < self.years
        return other.years == 1 and all(
            mine is None or mine == its
            for mine, its in ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        )

    @property
    def weekday(self) -> int | None:
        """From 0 for Monday; None where the date is not said in full."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day).weekday()


def days_said(text: str) -> list[Day]:
    """Return the dates of a text in order: those with a month, decades, centuries, and years of four figures.

    A date that can be read in two ways, `3/4/2026`, is there twice.
    """
    taken: list[Day] = []
    for found in _all(folded(text), text):
        crossing = (day for day in taken if found.start < day.end and day.start < found.end)
        if all((day.start, day.end) == (found.start, found.end) for day in crossing):
            taken.append(found)
    return sorted(taken, key=lambda day: day.start)


def weekdays_said(text: str) -> list[tuple[int, int, int]]:
    """Return the days of the week that a text names, from 0 for Monday, with where each stands."""
    return [(_WEEKDAYS[match.group()], *match.span()) for match in _WEEKDAY.finditer(folded(text))]


def days_held(texts: Iterable[str], published: Sequence[str]) -> list[Day]:
    """Return the dates that evidence says or tells: its own, with the years that go with them, and from its publication.

    Args:
        texts: the evidence.
        published: days of publication, ISO 8601; they count as said.
    """
    texts = list(texts)
    appeared = [day for day in map(_iso, published) if day is not None]
    own = [day for text in texts for day in days_said(text)]
    years = {day.year for day in own if day.year} | {day.year for day in appeared}
    held = [*own, *map(_whole, appeared)]
    held += [replace(day, year=year) for day in own if day.year is None for year in years]
    for text in texts:
        for day in appeared:
            held += _told_from(text, day)
    return held


def _told_from(text: str, appeared: date) -> Iterator[Day]:
    """Yield the dates that a text tells from the day it appeared: `yesterday`, `on Monday`, `last year`."""
    for first, last, _, _ in relative_periods(folded(text), appeared):
        if (last - first).days <= _NEAR:
            yield from (_whole(first + timedelta(days=n)) for n in range((last - first).days + 1))
        elif (last - first).days <= 31:
            yield from (Day(day.year, day.month, None) for day in (first, last))
        else:
            yield from (Day(day.year, None, None) for day in (first, last))
    for weekday, _, _ in weekdays_said(text):
        about = (appeared + timedelta(days=n) for n in range(-_NEAR, _NEAR + 1))
        yield from (_whole(day) for day in about if day.weekday() == weekday)


def _whole(day: date) -> Day:
    return Day(day.year, day.month, day.day)


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _all(plain: str, text: str) -> Iterator[Day]:
    """Yield dates, the longer forms first, whether or not they overlap."""
    figures = _FIGURE.search(plain) is not None
    for form in _forms() if figures else _forms()[-1:]:
        for match in form.finditer(plain):
            yield from _days(match, text)
    if not figures:
        return
    for match in _DECADE.finditer(plain):
        yield Day(int(match["year"]), None, None, match.start(), match.end(), years=10)
    for match in _CENTURY.finditer(plain):
        century = int(match["en"] or match["de"] or match["ru"])
        yield Day(100 * (century - 1), None, None, match.start(), match.end(), years=101)
    for match in _YEARS.finditer(plain):
        for year in (int(match["first"]), int(match["first"]) // 100 * 100 + int(match["last"])):
            yield Day(year, None, None, match.start(), match.end())
    for match in _YEAR.finditer(plain):
        yield Day(int(match.group()), None, None, *match.span())


def _days(match: regex.Match[str], text: str) -> Iterator[Day]:
    parts = {name: value for name, value in match.groupdict().items() if value}
    if not {"d", "y", "n"} & parts.keys() and not _stands_alone(match, text):
        return
    year = int(parts["y"]) if "y" in parts else None
    month = months()[parts["m"]][0] if "m" in parts else int(parts["n"]) if "n" in parts else None
    for name in ("d", "e"):
        if name in parts:
            yield from _existing(year, month, int(parts[name]), match)
    if "d" not in parts:
        yield from _existing(year, month, None, match)
    if "either" in parts:
        yield from _existing(year, int(parts["d"]), int(parts["n"]), match)


def _existing(year: int | None, month: int | None, day: int | None, match: regex.Match[str]) -> Iterator[Day]:
    if month is None or (1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year or 2000, month)[1])):
        yield Day(year, month, day, *match.span())


def _stands_alone(match: regex.Match[str], text: str) -> bool:
    """Tell whether a month without day and year is one, and not a verb or a name."""
    name = match["m"]
    led = _LEADING.search(folded(text[max(0, match.start() - _BEFORE) : match.start()])) is not None
    capital = text[match.start()].isupper()
    return not months()[name][1] and (led and capital if name in _ALSO_WORDS else led or capital)


@cache
def _forms() -> tuple[regex.Pattern[str], ...]:
    """Return how dates are written; reading the months' names takes a while, once."""
    month = rf"(?P<m>{'|'.join(sorted(map(regex.escape, months()), key=len, reverse=True))})\.?(?!\p{{L}})"
    nth = r"(?:st|nd|rd|th|er|º|°|\.|-?го)?"
    of = r"(?:of |de |del |do |di )?"
    day = rf"(?<!\p{{N}}|\p{{N}}[.,])(?P<d>\d{{1,2}}){nth}(?:\s?(?:[-–—]|and|und|и|to)\s?(?P<e>\d{{1,2}}){nth})?"
    after = r"(?<!\p{N})(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:\s?[-–—]\s?(?P<e>\d{1,2}))?(?![\p{N}%]|[.,:]\p{N})"
    year = r"(?P<y>\d{4})(?!-?\p{N})"
    return tuple(
        regex.compile(form)
        for form in (
            r"(?<!\p{N})(?P<y>\d{4})-(?P<n>\d{2})-(?P<d>\d{2})(?!\p{N})",
            r"(?<!\p{N})(?P<d>\d{1,2})(?:\.|(?P<either>/))(?P<n>\d{1,2})[./](?P<y>\d{4})(?!\p{N})",
            r"(?P<y>\d{4}) ?[年년] ?(?P<n>\d{1,2}) ?[月월](?: ?(?P<d>\d{1,2}) ?[日号號일])?",
            r"(?<!\p{N})(?P<n>\d{1,2}) ?[月월] ?(?P<d>\d{1,2}) ?[日号號일]",
            r"(?P<y>\d{4}) ?[年년]",
            rf"{day} (?:{of}){month}(?:\s?,?\s?(?:{of}){year})?",
            rf"(?<!\p{{L}}){month}\s?{after}(?:\s?,?\s?{year})?",
            rf"(?<!\p{{L}}){month}\s?,?\s?(?:{of}){year}",
            rf"(?<!\p{{L}}){month}",
        )
    )
