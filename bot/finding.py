"""Finding articles: lists, searches, single articles, exact words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.exchange import Exchange
from bot.focusing import wanted
from bot.views import buttons
from bot.views.context import context_page
from bot.views.document import file_name, full_text
from bot.views.listings import listing_page, occurrences_page, sources_page
from bot.views.pages import Page, article_page
from bot.views.text import GAP, Message, joined, run, shortened, tagged
from retrieval.models import Listing, Place, Span

LISTED = 8
"""Articles on a page of a list."""
QUOTED = 4
"""Places on a page of a search for exact words."""
KEY_SENTENCES = 3
MAX_QUERY = 300
"""Characters of a search; nothing longer is looked for."""

MAX_SHOWN = 100
"""Characters that are shown of a search."""

_NUMBER = re.compile(r"[#№]?\s*(\d{1,18})", re.ASCII)
_IN_QUOTATION_MARKS = re.compile('["“”„«\'‘‚]([^"“”„«»]+)["“”»\'’‘]')
_LETTER_OR_TWO = re.compile(
    r"\W*[^\W\u0e00-\uffff]?\W*[^\W\u0e00-\uffff]?\W*"
)  # of scripts in which a letter is no word


@dataclass(frozen=True, slots=True)
class View:
    """A list that somebody looks at page by page, kept so that its buttons work for good."""

    kind: str
    chat_id: int
    query: str = field(repr=False)


async def sources(exchange: Exchange, words: str) -> None:
    """`/sources [words]`: list the articles, or those whose title, source, author or date fits."""
    await _open(exchange, "sources", words[:MAX_QUERY].strip())


async def latest(exchange: Exchange, words: str) -> None:
    """`/latest`: list the newest articles."""
    await _open(exchange, "latest", "")


async def quote(exchange: Exchange, words: str) -> None:
    """`/quote words`: every place where the very words stand."""
    if not words.strip():
        await exchange.say("quote-usage")
        return
    text = words[:MAX_QUERY].strip()
    marked = _IN_QUOTATION_MARKS.fullmatch(text)  # people put them around exact words; articles need not
    sought = marked.group(1).strip() if marked else text
    # A letter or two stand everywhere, and finding each place takes seconds.
    if any(map(str.isalnum, sought)) and _LETTER_OR_TWO.fullmatch(sought):
        await exchange.say("quote-short")
    else:
        await _open(exchange, "quote", sought)


async def article(exchange: Exchange, words: str) -> None:
    """`/article N`: one article with its key sentences; words in place of the number search for it."""
    text = words[:MAX_QUERY].strip()
    number = _NUMBER.fullmatch(text)
    if number is not None:
        await show_article(exchange, int(number.group(1)))
    elif not text:
        await exchange.say("article-usage")
    else:
        found = await listed(exchange, text, 0)
        if found.total == 1:
            await show_article(exchange, found.entries[0].key)
        else:
            await _open(exchange, "sources", text)


async def show_article(exchange: Exchange, key: int) -> None:
    """Show one article by its number."""
    library = exchange.desk.core.library
    entry = await exchange.looked_up(library.entry, key)
    if entry is None:
        await exchange.say("article-unknown", number=str(key))
        return
    sentences = await exchange.looked_up(library.key_sentences, key, KEY_SENTENCES)
    name = exchange.desk.profile.name
    page = await exchange.looked_up(article_page, entry, sentences, exchange.words, bot_name=name)
    await exchange.channel.reply([page.message], page.keyboard)


async def read_article(exchange: Exchange, key: int, page: int) -> None:
    """Show a page of an article's text; page -1 is the first one, in a message of its own."""
    stored = await exchange.looked_up(exchange.desk.core.library.article, key)
    if stored is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
        return
    start = Place(stored.article.id, stored.version, 0, 0)
    shown = await exchange.looked_up(
        context_page, stored, start, page, exchange.words, button=lambda at: buttons.read_article(key, at)
    )
    if page < 0:
        await exchange.channel.reply([shown.message], shown.keyboard)
    else:
        await exchange.channel.replace(shown.message, shown.keyboard)


async def send_article(exchange: Exchange, key: int, marks: tuple[Span, ...] = ()) -> None:
    """Send an article as a file, `marks` highlighted."""
    stored = await exchange.looked_up(exchange.desk.core.library.article, key)
    if stored is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
        return
    content = await exchange.looked_up(full_text, stored, marks, exchange.words)
    await exchange.channel.document(file_name(stored), content, tagged("b", stored.article.title))


async def turn_page(exchange: Exchange, view_id: int, offset: int) -> None:
    """Show another part of a list that somebody looks at."""
    view = await _view(exchange, view_id)
    page = await _page(exchange, view, offset, lambda at: buttons.view(view_id, at)) if view else None
    if page is None:
        await exchange.channel.tell(exchange.words("gone-list"), alert=True)
    else:
        await exchange.channel.replace(page.message, page.keyboard)


async def keep_view(exchange: Exchange, kind: str, query: str) -> int:
    """Keep what a button stands for under a number."""
    stored = json.dumps({"chat": exchange.key[0], "query": query}, ensure_ascii=False)
    return await exchange.kept(exchange.desk.conversations.add_view, exchange.person.id, kind, stored, exchange.at)


async def kept_query(exchange: Exchange, kind: str, view_id: int) -> str | None:
    """Return what is kept under a number, None when that is nothing of the kind, or of another chat."""
    view = await _view(exchange, view_id)
    return view.query if view is not None and view.kind == kind else None


async def listed(exchange: Exchange, query: str, offset: int) -> Listing:
    """Return a part of the articles that a search finds, a period in whatever way it is written among them."""
    period = wanted(query).period
    searched = "..".join(period) if period else query
    return await exchange.looked_up(exchange.desk.core.library.find, searched, offset=offset, limit=LISTED)


async def _view(exchange: Exchange, view_id: int) -> View | None:
    kept = await exchange.kept(exchange.desk.conversations.view, view_id)
    if kept is None:
        return None
    kind, stored = kept
    fields = json.loads(stored)
    view = View(kind, fields["chat"], fields["query"])
    return view if view.chat_id == exchange.key[0] else None


async def _open(exchange: Exchange, kind: str, query: str) -> None:
    view_id = await keep_view(exchange, kind, query)
    view = View(kind, exchange.key[0], query)
    page = await _page(exchange, view, 0, lambda at: buttons.view(view_id, at))
    if page is not None:
        await exchange.channel.reply([page.message], page.keyboard)


async def _page(exchange: Exchange, view: View, offset: int, button: Callable[[int], str]) -> Page | None:
    """Return a part of a list; the last one there is when the list has become shorter than `offset`."""
    if view.kind == "quote":
        library = exchange.desk.core.library
        found = await exchange.looked_up(library.occurrences, view.query, offset=offset, limit=QUOTED)
        if found.total and not found.quotes:
            return await _page(exchange, view, _last_page(found.total, QUOTED), button)
        return occurrences_page(found, offset, QUOTED, exchange.words, query=view.query, button=button)
    if view.kind not in ("sources", "latest"):
        return None
    listing = await listed(exchange, view.query, offset)
    if not listing.total:
        return await _nothing(exchange, view.query)
    if not listing.entries:
        return await _page(exchange, view, _last_page(listing.total, LISTED), button)
    heading = await _heading(exchange, view, offset, listing.total)
    return listing_page(listing, offset, LISTED, exchange.words, heading=heading, button=button)


def _last_page(total: int, limit: int) -> int:
    return (total - 1) // limit * limit


async def _nothing(exchange: Exchange, query: str) -> Page:
    """Say that a search has found no article, or that there are none at all."""
    words = exchange.words
    if query:
        heading = tagged("b", words("found-none", query=shortened(query, MAX_SHOWN)))
        return Page(joined([heading, run(words("found-none-hint"))], GAP))
    summary = await exchange.looked_up(exchange.desk.core.describe)
    return Page(run(words("no-articles-in", directory=summary.data_dir)))


async def _heading(exchange: Exchange, view: View, offset: int, total: int) -> Message:
    words = exchange.words
    if view.query:
        return tagged("b", words("found-articles", count=total, query=shortened(view.query, MAX_SHOWN)))
    if view.kind == "latest":
        return tagged("b", words("latest-articles"))
    if offset:  # the sources stand on the first page
        return tagged("b", words("articles", count=total))
    counts = await exchange.looked_up(exchange.desk.core.library.sources)
    return joined([sources_page(counts, words), run(words("sources-search"))], GAP)
