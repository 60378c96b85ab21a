"""Lists: articles, sources, the passages that an answer considered, and the places where words stand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.views.origins import origin
from bot.views.pages import Page, Size, command, fitted, gone_text, head, lines, titled, turning
from bot.views.text import GAP, Button, Keyboard, Message, blockquote, bold, joined, run, shortened, tagged
from bot.views.words import Words
from retrieval.models import ArticleEntry, Gone, Listing, Occurrences, Place, Quote, SourceSummary, Span

MOST_SOURCES = 8
"""Named in a list of sources, unless another number is wanted."""
CONSIDERED = 5
"""Considered passages on a page."""
PASSAGE_START = 120
"""Characters that are shown of a considered passage."""
MAX_HEADING = 300
"""Characters of a heading that would leave no room for its list."""
MAX_QUERY = 100
"""Characters that are shown of what was searched for."""

_LEAST = (0.0, -2.0, -4.0)
"""A passage's score is the logarithm of the odds that it holds what was asked for: from what score on it is called by each
word but the last. That is a chance of one in two, one in eight and one in 55."""


def listing_page(
    listing: Listing, offset: int, limit: int, words: Words, *, heading: Message, button: Callable[[int], str]
) -> Page:
    """Show a part of a list of articles.

    Args:
        offset: how many articles of the list come before this part.
        limit: articles on a page, some 20 at most.
        heading: stands above the list; cut short if it leaves no room for it.
        button: data of a button that shows the part from an offset on.
    """

    def build(heading: Message, size: Size) -> Message:
        entries = [_entry(entry, words, size) for entry in listing.entries] or [run(words("list-empty"))]
        return _blocks(heading, *entries, _range(offset, len(listing.entries), listing.total, words))

    short = tagged("b", shortened(heading.plain, MAX_HEADING))
    message = fitted(lambda size: build(heading, size), lambda size: build(short, size))
    return Page(message, _turning(offset, limit, listing.total, words, button))


def sources_page(sources: Sequence[SourceSummary], words: Words, *, most: int = MOST_SOURCES) -> Message:
    """Say of how many sources there are how many articles, and of when; beyond `most` only how many more there are."""
    if not sources:
        return run(words("no-articles"))
    named = sum(source.name is not None for source in sources)
    articles = words("articles", count=sum(source.articles for source in sources))
    count = ", ".join([words("source-count", count=named), articles] if named else [articles])
    more = words("sources-more", count=len(sources) - most) if len(sources) > most else ""

    def build(size: Size) -> Message:
        return _blocks(tagged("b", count), lines([*(_source(one, words, size) for one in sources[:most]), run(more)]))

    return fitted(build)


def considered_page(
    passages: Sequence[tuple[Place, Quote | Gone]],
    page: int,
    words: Words,
    *,
    button: Callable[[int], str],
    open_button: Callable[[int], str],
) -> Page:
    """Show a part of the passages that an answer considered.

    Args:
        passages: all of them, best first, each as it was scored and as it can be shown now.
        page: from 0; beyond the last one it is that.
        button: data of a button that shows a page.
        open_button: data of the button that opens a passage, by its number from 1.
    """
    last = max(len(passages) - 1, 0) // CONSIDERED
    shown = min(max(page, 0), last)
    offset = shown * CONSIDERED
    part = [(n, *passages[n - 1]) for n in range(offset + 1, min(offset + CONSIDERED, len(passages)) + 1)]

    def build(size: Size) -> Message:
        items = (_passage(n, _nearness(place.score, words), found, words, size) for n, place, found in part)
        heading = tagged("b", words("considered", count=len(passages)))
        return _blocks(heading, *items, _range(offset, len(part), len(passages), words))

    opening = tuple(Button(str(n), open_button(n)) for n, _, found in part if isinstance(found, Quote))
    pages = turning(words, button(shown - 1) if shown else None, button(shown + 1) if shown < last else None)
    return Page(fitted(build), (*((opening,) if opening else ()), *pages))


def occurrences_page(
    found: Occurrences, offset: int, limit: int, words: Words, *, query: str, button: Callable[[int], str]
) -> Page:
    """Show a part of the places where words stand, the words in bold.

    Args:
        offset: how many places come before this part.
        limit: places on a page, some 10 at most.
        query: the words as they were asked for.
        button: data of a button that shows the part from an offset on.
    """
    asked = shortened(query, MAX_QUERY)
    if found.total == 0:
        return Page(_blocks(tagged("b", words("nowhere", query=asked)), run(words("nowhere-hint"))))

    def build(size: Size) -> Message:
        places = (_place(*one, words, size) for one in zip(found.quotes, found.marks, strict=True))
        heading = tagged("b", words("occurrences", count=found.total, query=asked))
        return _blocks(heading, *places, _range(offset, len(found.quotes), found.total, words))

    return Page(fitted(build), _turning(offset, limit, found.total, words, button))


def _entry(entry: ArticleEntry, words: Words, size: Size) -> Message:
    first = titled(entry.title, entry.url, words, size)
    known = (origin(entry, words, entry.source, longest=size.name), command(entry.key))
    return lines((first, run(" · ".join(filter(None, known)))))


def _source(source: SourceSummary, words: Words, size: Size) -> Message:
    name = shortened(source.name or "", size.name) or words("source-unnamed")
    first = run("• ") + tagged("b", name) + run(" · " + words("articles", count=source.articles))
    days = dict.fromkeys(shortened(words.date(day), size.name) for day in (source.period.from_, source.period.to))
    return lines((first, run(" – ".join(filter(None, days)))))


def _passage(n: int, nearness: str, found: Quote | Gone, words: Words, size: Size) -> Message:
    number = run(f"{n}. ")
    if isinstance(found, Gone):
        return number + gone_text(found, words, size)
    title = number + titled(found.title, found.url, words, size, found.text, found.pages)
    known = (origin(found, words, found.source, pages=found.pages, longest=size.name), nearness)
    text = shortened(found.text, min(PASSAGE_START, size.excerpt))
    return lines((title, tagged("i", " · ".join(filter(None, known))), _quoted(run(text))))


def _nearness(score: float, words: Words) -> str:
    steps = (words("near-most"), words("near-more"), words("near-less"), words("near-least"))
    return steps[sum(score < limit for limit in _LEAST)]


def _place(quote: Quote, mark: Span, words: Words, size: Size) -> Message:
    return lines((run(f"{quote.n}. ") + head(quote, words, size, quote.text), _quoted(_marked(quote, mark, size))))


def _marked(quote: Quote, mark: Span, size: Size) -> Message:
    """Return the sentence with the words in bold, of a long one the part around them."""
    text = quote.text
    first, last = (min(max(offset - quote.start, 0), len(text)) for offset in (mark.start, mark.end))
    start, end = 0, len(text)
    if len(text) > size.excerpt:
        middle = min((first + last) // 2, first + size.excerpt // 2)
        start = max(min(middle - size.excerpt // 2, len(text) - size.excerpt), 0)
        end = start + size.excerpt
        last = min(last, end)
    words_found = run(text[first:last])
    return (
        run(("…" if start else "") + text[start:first])
        + (bold(words_found) if words_found.plain.strip() else words_found)
        + run(text[last:end] + ("…" if end < len(text) else ""))
    )


def _quoted(text: Message) -> Message:
    return blockquote(text) if text.plain.strip() else text


def _range(offset: int, shown: int, total: int, words: Words) -> Message:
    if shown in (0, total):
        return run("")
    if shown == 1:
        return tagged("i", words("list-one", n=offset + 1, total=total))
    return tagged("i", words("list-range", first=offset + 1, last=offset + shown, total=total))


def _turning(offset: int, limit: int, total: int, words: Words, button: Callable[[int], str]) -> Keyboard:
    before = min(offset - limit, (total - 1) // limit * limit)
    return turning(
        words,
        button(max(before, 0)) if offset > 0 and total else None,
        button(offset + limit) if offset + limit < total else None,
    )


def _blocks(*blocks: Message) -> Message:
    return joined([block for block in blocks if block.plain], GAP)
