"""Finding articles: lists, searches, single articles, exact words, and what to ask of only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.exchange import Exchange
from bot.focusing import Wanted, wanted, written_focus
from bot.views import buttons
from bot.views.context import context_page
from bot.views.document import file_name, full_text
from bot.views.listings import listing_page, occurrences_page, sources_page
from bot.views.pages import Page, article_page
from bot.views.text import Message, joined, run, tagged
from retrieval.models import Focus, Place, Span

LISTED = 8
"""Articles on a page of a list."""
QUOTED = 4
"""Places on a page of a search for exact words."""
KEY_SENTENCES = 3
MAX_QUERY = 300
"""Characters of a search; nothing longer is looked for."""


@dataclass(frozen=True, slots=True)
class View:
    """A list that somebody looks at page by page, kept so that its buttons work for good."""

    kind: str
    chat_id: int
    query: str


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
    await _open(exchange, "quote", words[:MAX_QUERY].strip())


async def article(exchange: Exchange, words: str) -> None:
    """`/article N`: one article with its key sentences."""
    number = re.fullmatch(r"[#№]?\s*(\d{1,18})", words.strip(), re.ASCII)
    if number is None:
        await exchange.say("article-usage")
        return
    await show_article(exchange, int(number.group(1)))


async def show_article(exchange: Exchange, key: int) -> None:
    """Show one article by its number."""
    library = exchange.desk.core.library
    entry = await exchange.looked_up(library.entry, key)
    if entry is None:
        await exchange.say("article-unknown", number=str(key))
        return
    sentences = await exchange.looked_up(library.key_sentences, key, KEY_SENTENCES)
    page = article_page(entry, sentences, exchange.words, bot_name=exchange.desk.profile.name)
    await exchange.channel.reply([page.message], page.keyboard)


async def read_article(exchange: Exchange, key: int, page: int) -> None:
    """Show a page of an article's text, the first one in a message of its own."""
    stored = await exchange.looked_up(exchange.desk.core.library.article, key)
    if stored is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
        return
    start = Place(stored.article.id, stored.version, 0, 0)
    shown = context_page(stored, start, page, exchange.words, button=lambda at: buttons.read_article(key, at))
    await exchange.channel.replace(shown.message, shown.keyboard)


async def send_article(exchange: Exchange, key: int, marks: tuple[Span, ...] = ()) -> None:
    """Send an article as a file, `marks` highlighted."""
    stored = await exchange.looked_up(exchange.desk.core.library.article, key)
    if stored is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
        return
    content = full_text(stored, marks, exchange.words)
    await exchange.channel.document(file_name(stored), content, tagged("b", stored.article.title))


async def focus(exchange: Exchange, words: str) -> None:
    """`/focus [what]`: ask of one article, source or period only, or say what is asked of now."""
    if not words.strip():
        now = await written_focus(exchange, await exchange.kept(exchange.desk.conversations.focus, exchange.key))
        await exchange.say(*(("focus-now", "focus-usage") if now else ("focus-none", "focus-usage")), focus=now)
        return
    found = await _found(exchange, wanted(words[:MAX_QUERY]))
    if found is not None:
        await set_focus(exchange, found)


async def set_focus(exchange: Exchange, found: Focus) -> None:
    """Ask of a part of the articles only from now on, and say so."""
    await exchange.kept(exchange.desk.conversations.set_focus, exchange.key, found)
    await exchange.say("focus-set", focus=await written_focus(exchange, found))


async def unfocus(exchange: Exchange, words: str) -> None:
    """`/unfocus`: ask of all articles again."""
    before = await exchange.kept(exchange.desk.conversations.focus, exchange.key)
    await exchange.kept(exchange.desk.conversations.set_focus, exchange.key, Focus())
    await exchange.say("unfocused" if before != Focus() else "unfocused-already")


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
    library = exchange.desk.core.library
    if view.kind == "quote":
        found = await exchange.looked_up(library.occurrences, view.query, offset=offset, limit=QUOTED)
        return occurrences_page(found, offset, QUOTED, exchange.words, query=view.query, button=button)
    if view.kind not in ("sources", "latest"):
        return None
    listing = await exchange.looked_up(library.find, view.query, offset=offset, limit=LISTED)
    heading = await _heading(exchange, view, listing.total)
    return listing_page(listing, offset, LISTED, exchange.words, heading=heading, button=button)


async def _heading(exchange: Exchange, view: View, total: int) -> Message:
    words = exchange.words
    if view.query:
        return tagged("b", words("found-articles", count=total, query=view.query))
    if view.kind == "latest":
        return tagged("b", words("latest-articles"))
    counts = await exchange.looked_up(exchange.desk.core.library.sources)
    return joined([sources_page(counts, words), run(words("sources-search"))], "\n\n")


async def _found(exchange: Exchange, what: Wanted) -> Focus | None:
    """Return the focus that is wanted, or say why there is none."""
    library = exchange.desk.core.library
    if what.period is not None:
        return Focus(from_=what.period[0], to=what.period[1])
    if what.article is not None:
        entry = await exchange.looked_up(library.entry, what.article)
        if entry is None:
            await exchange.say("article-unknown", number=str(what.article))
        return Focus(article_id=entry.id) if entry else None
    names = await exchange.looked_up(library.matching_sources, what.source)
    if len(names) == 1:
        return Focus(source=names[0])
    if names:
        await exchange.say("focus-which", names=", ".join(names))
    else:
        await exchange.say("focus-unknown", name=what.source)
    return None
