"""An article's text cut into pages to be read on a phone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.views.text import units
from retrieval.models import Span

PAGE = 1500
"""UTF-16 units of text on a page without the quote."""
QUOTE_PAGE = 2400
"""On the page with the quote; title, names and date fit into one message beside them."""
AROUND = 400
"""Characters around a quote, before and behind it together, where there are as many."""

_PARAGRAPH_END = re.compile(r"\n\s*\n\s*|(?<=[.!?…:;。！？])[\"'”’»)\]]*[ \t]*\n\s*")
"""A blank line or a line that ends with its sentence: where the page was full, a text is broken at other lines too."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*+\s++|[。！？]\s*+")
_WORD_END = re.compile(r"\s++")
_ABBREVIATED = re.compile(r"(?<!\w)[^\W\d_a-zа-яё]\w{0,2}$")
_SPACE = re.compile(r"\s*+")
_CLINGING = re.compile("[\u0300-\u036f\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")


def paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the paragraphs of `text[start:end]`, each with the white space behind it, the first also with that before.

    Joined they are that text.
    """
    for match in _PARAGRAPH_END.finditer(text, _past_space(text, start), end):
        yield Span(start, match.end())
        start = match.end()
    if start < end:
        yield Span(start, end)


def pages_of(text: str, quote: Span) -> tuple[tuple[Span, ...], int]:
    """Cut a text into pages that joined give it back.

    One of them is made around the quote and holds all of it, or as much as a message does. The others are whole
    paragraphs; one too long for a page is cut at the end of a sentence.

    Returns:
        The pages, at least one, and the index of the one where the quote begins. Where the quote is empty all pages
        are made alike.
    """
    quoted = text[quote.start : quote.end].strip()
    if not quoted:
        pages = tuple(_filled(text, _blocks(text, 0, len(text)))) or (Span(0, len(text)),)
        return pages, max(n for n, page in enumerate(pages) if page.start <= max(quote.start, 0))
    start = _past_space(text, quote.start)
    here = _around(text, Span(start, start + len(quoted)))
    before = tuple(_filled(text, reversed(tuple(_blocks(text, 0, here.start)))))
    behind = tuple(_filled(text, _blocks(text, here.end, len(text))))
    return (*before[::-1], here, *behind), len(before)


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield paragraphs, and parts of those that are too long for a page."""
    for paragraph in paragraphs(text, start, end):
        start = paragraph.start
        while not _fits(text, start, paragraph.end):
            cut = min(_cut(text, _past_space(text, start), PAGE), paragraph.end)
            yield Span(start, cut)
            start = cut
        if start < paragraph.end:
            yield Span(start, paragraph.end)


def _fits(text: str, start: int, end: int) -> bool:
    if end - start <= PAGE // 2:  # at most two units a character: most paragraphs need not be counted
        return True
    return not text[_reach(text, _past_space(text, start), PAGE) : end].strip()


def _filled(text: str, blocks: Iterable[Span]) -> Iterator[Span]:
    """Yield pages of as many neighbouring blocks as they hold, in the order of the blocks: onwards or backwards."""
    page, size = None, 0
    for block in blocks:
        length = units(text[block.start : block.end])
        if page is not None and size + length <= PAGE:
            page = Span(min(page.start, block.start), max(page.end, block.end))
            size += length
        else:
            if page is not None:
                yield page
            page, size = block, length
    if page is not None:
        yield page


def _around(text: str, quote: Span) -> Span:
    """Return the page with the quote: from a paragraph's start to a paragraph's end, if that is not too far."""
    room = max(QUOTE_PAGE - units(text[quote.start : quote.end]), 0) // 2
    behind = len(text) - quote.end
    start = _start(text, quote.start, max(AROUND - behind, AROUND // 2), room) if room else quote.start
    start = start if text[:start].strip() else 0
    if not room:
        return Span(start, _cut(text, quote.start, QUOTE_PAGE))
    return Span(start, _end(text, quote.end, max(AROUND - (quote.start - start), AROUND // 2), room))


def _start(text: str, end: int, least: int, room: int) -> int:
    """Return where a page begins whose quote begins at `end`."""
    first = _reach_back(text, end, room)
    latest = max(end - least, first)
    for pattern in (_PARAGRAPH_END, _SENTENCE_END, _WORD_END):
        starts = [match.end() for match in pattern.finditer(text, first, end) if _ends_one(text, match, pattern)]
        fitting = [start for start in ([0] if first == 0 else []) + starts if start <= latest]
        if fitting:
            return fitting[-1]
    return first


def _end(text: str, start: int, least: int, room: int) -> int:
    """Return where a page ends whose quote ends at `start`: before a word, or at the end of the text."""
    last = _reach(text, start, room)
    earliest = min(start + least, last)
    for pattern in (_PARAGRAPH_END, _SENTENCE_END, _WORD_END):
        ends = (match.end() for match in pattern.finditer(text, start, last) if _ends_one(text, match, pattern))
        nearest = next((end for end in ends if end >= earliest), len(text) if last == len(text) else None)
        if nearest is not None:
            return _past_space(text, nearest)
    return _past_space(text, last)


def _cut(text: str, start: int, limit: int) -> int:
    """Return the best place to end a page that begins at `start` and holds `limit` units."""
    longest = _reach(text, start, limit)
    if longest == len(text):
        return longest
    half = start + (longest - start) // 2
    for pattern in (_SENTENCE_END, _WORD_END):
        ends = [match.end() for match in pattern.finditer(text, half, longest) if _ends_one(text, match, pattern)]
        if ends:
            return _past_space(text, ends[-1])
    cut = longest
    while cut > half and (_CLINGING.match(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return _past_space(text, cut)


def _ends_one(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Tell whether a match is what it looks like: not so what may be an abbreviation, as in `Dr. Brook` or `e.g. this`."""
    if pattern is not _SENTENCE_END:
        return True
    before = text[max(match.start() - 4, 0) : match.start()]
    return not (_ABBREVIATED.search(before) or text[match.end() : match.end() + 1].islower())


def _past_space(text: str, offset: int) -> int:
    space = _SPACE.match(text, offset)
    return space.end() if space else offset


def _reach(text: str, start: int, limit: int) -> int:
    """Return the last offset up to which `text` from `start` on has at most `limit` UTF-16 units."""
    end = min(start + limit, len(text))
    while (over := units(text[start:end]) - limit) > 0:
        end -= (over + 1) // 2
    return end


def _reach_back(text: str, end: int, limit: int) -> int:
    start = max(end - limit, 0)
    while (over := units(text[start:end]) - limit) > 0:
        start += (over + 1) // 2
    return start
