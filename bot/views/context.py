"""An article page by page, around a quote or from the beginning. Pure."""

from __future__ import annotations

from collections.abc import Callable

from bot.views.pages import Page, head, turning
from bot.views.reading import pages_of
from bot.views.text import GAP, Button, Message, bold, joined, run, tagged
from bot.views.words import Words
from retrieval.models import Place, Span, StoredArticle


def context_page(stored: StoredArticle, place: Place, at: int, words: Words, *, button: Callable[[int], str]) -> Page:
    """Show a page of an article.

    Args:
        place: the quote, shown in bold; an empty one is where to begin to read.
        at: the page: 0 holds the quote, those before it count down from -1, those behind it up from 1. Beyond the
            article's ends it is the last one there.
        button: data of a button that shows a page.
    """
    text = stored.article.text
    start = min(max(place.start, 0), len(text))
    quote = Span(start, min(max(place.end, start), len(text)))
    pages, home = pages_of(text, quote)
    shown = min(max(home + at, 0), len(pages) - 1)
    quoted = text[quote.start : quote.end]
    there = stored.article.pages_of(quote if quoted.strip() and shown == home else pages[shown])
    parts = [head(stored.article, words, quote=quoted, pages=there), _body(text, pages[shown], quote)]
    if len(pages) > 1:
        parts.append(tagged("i", words("part-of" if there else "page-of", page=shown + 1, pages=len(pages))))
    home_button = Button(words("page-quote" if quote.end > quote.start else "page-start"), button(0))
    keyboard = turning(
        words,
        button(shown - home - 1) if shown > 0 else None,
        button(shown - home + 1) if shown < len(pages) - 1 else None,
        home_button if abs(shown - home) > 1 else None,
    )
    return Page(joined([part for part in parts if part.plain], GAP), keyboard)


def _body(text: str, page: Span, quote: Span) -> Message:
    part = text[page.start : page.end]
    start = page.start + len(part) - len(part.lstrip())
    end = max(start, page.start + len(part.rstrip()))
    first, last = (min(max(offset, start), end) for offset in (quote.start, quote.end))
    marked = run(text[first:last])
    return run(text[start:first]) + (bold(marked) if marked.plain.strip() else marked) + run(text[last:end])
