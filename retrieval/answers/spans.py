"""Where a sentence holds a date, a number, an amount, a duration or a name. Pure.

The finders are made for speed, as sixty sentences a question are read: what is looked for is first sought by
its figures and its words, and only there matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from retrieval.answers import words
from retrieval.models import Span

_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_HAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_OF_AMOUNTS = words.UNITS | words.MONEY
_OF_DURATIONS = words.UNITS - set("%$€£₽") | words.TIMES
_BLANK = " \"'“”‘’«»„(["


def dates(text: str) -> Iterator[Span]:
    """Yield dates, years, decades, centuries and times of day."""
    starts = [(start, 0) for start in _figures(text)]
    starts += [(start, 1) for start in _places_of(words.HEADS, text)]
    end = 0
    for start, kind in sorted(starts):
        if start >= end and (match := words.DATE[kind].match(text, start)):
            end = match.end()
            yield Span(start, end)
    if not starts or "век" in text or "siècle" in text or "столет" in text or " в." in text or " вв." in text:
        yield from _roman_centuries(text)


def percentages(text: str) -> Iterator[Span]:
    """Yield percentages, and fractions in words."""
    if "%" in text or "％" in text or "ent" in text or "роцент" in text:
        for span in quantities(text):
            if match := words.PERCENT.match(text, span.end):
                yield Span(span.start, match.end())
    for start in _places_of(words.FRACTIONS, text):
        match = words.COUNTED.search(text, max(0, start - 8), start)
        if match or _word_at(text, start) not in words.ORDINALS:
            yield Span(match.start() if match else start, start + len(_word_at(text, start)))
    if "百分之" in text:
        for match in words.PERCENT_IN_HAN.finditer(text):
            yield Span(*match.span())


def numbers(text: str) -> Iterator[Span]:
    """Yield numbers that are no part of a date or a percentage."""
    found = list(quantities(text))
    if not found:
        return
    taken = [
        span
        for span in dates(text)
        if not _bare(text, span) or words.IN_YEAR.search(text, max(0, span.start - 9), span.start)
    ]
    for span in found:
        if not words.PERCENT.match(text, span.end) and not any(_overlap(span, other) for other in taken):
            yield span


def amounts(text: str) -> Iterator[Span]:
    """Yield sums of money and quantities with their units."""
    for span in quantities(text):
        if sign := words.CURRENCY.search(text, max(0, span.start - 5), span.start):
            yield Span(sign.start(), span.end)
        elif end := _unit(text, span.end, _OF_AMOUNTS, words.HAN_UNITS):
            yield Span(span.start, end)


def durations(text: str) -> Iterator[Span]:
    """Yield spans of time, and ages; lengths too, as "how long" may ask for them."""
    for span in quantities(text):
        if end := _unit(text, span.end, _OF_DURATIONS, words.HAN_TIMES):
            yield Span(span.start, end)


def names(text: str) -> Iterator[Span]:
    """Yield runs of capitalised words, but not the first word of a sentence for itself."""
    for match in words.NAME.finditer(text):
        start, end = match.span()
        first = words.FIRST_OF_NAME.match(text, start, end)
        while first and text[first.end() : end][:1].isspace() and first.group().casefold() in words.OPENERS:
            start = first.end() + 1
            first = words.FIRST_OF_NAME.match(text, start, end)
        alone = first is not None and first.end() == end
        if not (alone and _opens(text, start)) and text[start:end].casefold() not in words.NO_NAMES:
            yield Span(start, end)


def quantities(text: str) -> Iterator[Span]:
    """Yield numbers in figures and in words."""
    starts = sorted((*_figures(text), *_places_of(words.NUMBERS, text)))
    end = 0
    for start in starts:
        if start >= end and (match := words.QUANTITY.match(text, start)):
            end = match.end()
            if end == len(text) or not text[end].isalpha() or not text[end].isascii():
                yield Span(_with_one(text, start), end)
    if not starts and _HAN.search(text):
        for match in words.QUANTITY_IN_HAN.finditer(text):
            yield Span(*match.span())


def _figures(text: str) -> list[int]:
    starts = [match.start() for match in _FIGURES.finditer(text)]
    return [start for start in starts if not start or _may_precede(text[start - 1])]


def _may_precede(character: str) -> bool:
    """Tell whether a figure after a character is neither part of a name, as in `H2`, nor a reference, as in `[7]`."""
    return character != "[" and (not character.isalpha() or _HAN.match(character) is not None)


def _with_one(text: str, start: int) -> int:
    """Return where a quantity really begins: `million` after `one` begins there."""
    if text[start].isdigit():
        return start
    match = words.ONE.search(text, max(0, start - 8), start)
    return match.start() if match else start


@lru_cache(maxsize=1)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(text))


def _word_at(text: str, start: int) -> str:
    match = _LETTERS.match(text, start)
    return match.group() if match else ""


def _places_of(wanted: frozenset[str], text: str) -> list[int]:
    if wanted.isdisjoint(_words_of(text)):
        return []
    return [match.start() for match in _LETTERS.finditer(text) if match.group() in wanted]


def _roman_centuries(text: str) -> Iterator[Span]:
    for match in words.ROMAN_CENTURY.finditer(text):
        yield Span(*match.span())


def _unit(text: str, start: int, units: frozenset[str], in_han: re.Pattern[str]) -> int:
    """Return the end of the unit that follows a quantity, 0 where none does."""
    match = words.UNIT.match(text, start)
    if match and match.group(1).rpartition(" ")[2] in units:
        return match.end()
    match = in_han.match(text, start)
    return match.end() if match else 0


def _bare(text: str, span: Span) -> bool:
    """Tell whether a date is four figures and nothing else, which may be any number."""
    return span.end - span.start == 4 and text[span.start : span.end].isdigit()


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _opens(text: str, start: int) -> bool:
    before = text[:start].rstrip(_BLANK)
    return not before or before[-1] in ".!?…:"
