"""The buttons under an answer: what stands around its quotes, what it considered, more quotes, ratings."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot import finding
from bot.exchange import Exchange
from bot.focusing import written_focus
from bot.stores.conversations import AnswerRecord
from bot.views import buttons
from bot.views.buttons import Press
from bot.views.context import context_page
from bot.views.listings import considered_page
from bot.views.pages import Page
from bot.views.render import REASONS, answer_keyboard, reasons_keyboard, refusal_keyboard, render_more
from bot.views.text import Keyboard
from retrieval.models import Gone, Place, Quote, Span, StoredArticle


async def context(exchange: Exchange, pressed: Press) -> None:
    """Show what stands around a quote, beside the answer."""
    await _show_beside(exchange, await _context_page(exchange, *pressed.numbers))


async def turn_context(exchange: Exchange, pressed: Press) -> None:
    """Show another page of the article in the place of the one with the button."""
    await _show_here(exchange, await _context_page(exchange, *pressed.numbers))


async def _context_page(exchange: Exchange, answer_id: int, n: int, page: int = 0) -> Page | None:
    record = await _record(exchange, answer_id)
    if record is None or not 1 <= n <= len(record.places):
        return None
    return await _around(exchange, record.places[n - 1], page, lambda at: buttons.turn_context(answer_id, n, at))


async def considered(exchange: Exchange, pressed: Press) -> None:
    """Show what stands around a passage that was considered, beside the list of all."""
    await _show_beside(exchange, await _considered_page(exchange, *pressed.numbers))


async def turn_considered(exchange: Exchange, pressed: Press) -> None:
    """Show another page of the article in the place of the one with the button."""
    await _show_here(exchange, await _considered_page(exchange, *pressed.numbers))


async def _considered_page(exchange: Exchange, answer_id: int, n: int, page: int = 0) -> Page | None:
    record = await _record(exchange, answer_id)
    if record is None or not 1 <= n <= len(record.passages):
        return None
    return await _around(exchange, record.passages[n - 1], page, lambda at: buttons.turn_considered(answer_id, n, at))


async def _around(exchange: Exchange, place: Place, page: int, button: Callable[[int], str]) -> Page | None:
    stored = await _stored(exchange, place)
    if stored is None:
        return None
    return await exchange.looked_up(context_page, stored, place, page, exchange.words, button=button)


async def sources(exchange: Exchange, pressed: Press) -> None:
    """List the passages that were considered, beside the answer."""
    await _show_beside(exchange, await _sources_page(exchange, *pressed.numbers))


async def turn_sources(exchange: Exchange, pressed: Press) -> None:
    """Show another part of the list in the place of the one with the button."""
    await _show_here(exchange, await _sources_page(exchange, *pressed.numbers))


async def _sources_page(exchange: Exchange, answer_id: int, page: int = 0) -> Page | None:
    record = await _record(exchange, answer_id)
    if record is None:
        return None
    quotes = await exchange.looked_up(exchange.desk.core.library.quotes, record.passages)
    return await exchange.looked_up(
        considered_page,
        tuple(zip(record.passages, quotes, strict=True)),
        page,
        exchange.words,
        button=lambda at: buttons.turn_sources(answer_id, at),
        open_button=lambda n: buttons.considered(answer_id, n),
    )


async def _show_beside(exchange: Exchange, page: Page | None) -> None:
    if page is not None:
        await exchange.channel.reply([page.message], page.keyboard)


async def _show_here(exchange: Exchange, page: Page | None) -> None:
    if page is not None:
        await exchange.channel.replace(page.message, page.keyboard)


async def more(exchange: Exchange, pressed: Press) -> None:
    """Send the quotes from a number on, unless they have been sent."""
    answer_id, first = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None:
        return
    if first <= record.quoted:
        await exchange.channel.tell(exchange.words("more-shown"))
    elif first > len(record.places):
        await exchange.channel.tell(exchange.words("no-more"), alert=True)
    else:
        await _quote_further(exchange, record, first)


async def _quote_further(exchange: Exchange, record: AnswerRecord, first: int) -> None:
    """Send the quotes from a number on; after a kill the same come again, without what has arrived of them."""
    conversations, words = exchange.desk.conversations, exchange.words
    quotes, last = await _next_quotes(exchange, record, first)
    if not quotes:
        await exchange.channel.tell(words("gone-changed"), alert=True)
        return
    messages = render_more(quotes, words, focus=await written_focus(exchange, record.focus))
    more = last < len(record.places)
    sent = await exchange.channel.reply(
        messages, answer_keyboard(record.id, quotes, words, more=more, shown=(first, last))
    )
    await exchange.kept(conversations.bind, exchange.key[0], sent, record.id)
    await exchange.kept(conversations.show_more, record.id, last)


async def _next_quotes(exchange: Exchange, record: AnswerRecord, first: int) -> tuple[list[Quote], int]:
    """Return some quotes from a number on, and the number of the last place among these; all gone, those behind them."""
    quotes: list[Quote] = []
    last = first - 1
    while not quotes and last < len(record.places):
        start, last = last, min(last + exchange.person.quotes, len(record.places))
        quotes = await _quotes(exchange, record, start + 1, last)
    return quotes, last


async def _quotes(exchange: Exchange, record: AnswerRecord, first: int, last: int) -> list[Quote]:
    """Return those of an answer's quotes with these numbers that still stand in their articles."""
    places = record.places[max(first, 1) - 1 : last]
    cut = await exchange.looked_up(exchange.desk.core.library.quotes, places, first=max(first, 1))
    return [quote for quote in cut if isinstance(quote, Quote)]


async def vote(exchange: Exchange, pressed: Press) -> None:
    """Rate the answer; who rates it down is asked why."""
    answer_id, up, *shown = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None:
        return
    verdict = "up" if up else "down"
    await exchange.kept(exchange.desk.conversations.rate, answer_id, exchange.person.id, verdict, "", time.time())
    await exchange.channel.tell(exchange.words("thanks-rating" if up else "ask-reason"))
    reasons = () if up else reasons_keyboard(answer_id, exchange.words, (shown[0], shown[1]))
    await exchange.channel.replace_keyboard((*reasons, *await _keyboard(exchange, record, verdict, *shown)))


async def reason(exchange: Exchange, pressed: Press) -> None:
    """Keep why an answer was rated down."""
    answer_id, n, *shown = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None or not 0 <= n < len(REASONS):
        return
    conversations = exchange.desk.conversations
    await exchange.kept(conversations.rate, answer_id, exchange.person.id, "down", REASONS[n], time.time())
    await exchange.channel.tell(exchange.words("thanks-reason"))
    await exchange.channel.replace_keyboard(await _keyboard(exchange, record, "down", *shown))


async def _keyboard(exchange: Exchange, record: AnswerRecord, verdict: str, first: int, last: int) -> Keyboard:
    """Return the buttons of a message with these of an answer's quotes as they were, its rating marked."""
    if record.status != "answered":
        return refusal_keyboard(record.id, exchange.words, verdict=verdict)
    quotes = await _quotes(exchange, record, first, last)
    more = last < len(record.places)
    return answer_keyboard(record.id, quotes, exchange.words, more=more, verdict=verdict, shown=(first, last))


async def full_text(exchange: Exchange, pressed: Press) -> None:
    """Send the article of a quote as a file, the quotes shown of it marked."""
    answer_id, n = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None or not 1 <= n <= len(record.places):
        return
    stored = await _stored(exchange, record.places[n - 1])
    if stored is not None:
        here = [place for place in record.places[: record.quoted] if place.article_id == stored.article.id]
        await finding.send_article(exchange, stored.key, tuple(Span(place.start, place.end) for place in here))


async def _record(exchange: Exchange, answer_id: int) -> AnswerRecord | None:
    """Return an answer of this chat, or tell that it is not kept any more."""
    record = await exchange.kept(exchange.desk.conversations.answer, answer_id)
    if record is not None and record.chat_id == exchange.key[0]:
        return record
    await exchange.channel.tell(exchange.words("gone-answer"), alert=True)
    return None


async def _stored(exchange: Exchange, place: Place) -> StoredArticle | None:
    """Return the article that a place is of, or tell that it has changed or is gone."""
    stored = await exchange.looked_up(exchange.desk.core.library.look_up, place)
    if not isinstance(stored, Gone):
        return stored
    await exchange.channel.tell(exchange.words(f"gone-{stored.reason}"), alert=True)
    return None
