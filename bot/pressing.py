"""What pressed buttons do. Each finds its answer, article or list in the stores, so buttons work for good."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from bot import commands, finding, narrowing
from bot.asking import ask
from bot.exchange import Exchange
from bot.focusing import written_focus
from bot.personal import change_setting, remove_member
from bot.stores.conversations import AnswerRecord
from bot.views import buttons
from bot.views.buttons import Press
from bot.views.context import context_page
from bot.views.listings import considered_page
from bot.views.render import REASONS, answer_keyboard, reasons_keyboard, refusal_keyboard, render_more
from bot.views.text import Keyboard
from retrieval.models import Focus, Gone, Place, Quote, Span, StoredArticle


async def press(exchange: Exchange, data: str) -> None:
    """Do what a button says; one that nobody here made is answered as if it were too old."""
    pressed = buttons.read(data)
    action = _ACTIONS.get(pressed.action) if pressed else None
    if pressed is None or action is None:
        await exchange.channel.tell(exchange.words("gone-button"), alert=True)
        return
    await action(exchange, pressed)
    await exchange.channel.tell("")  # ends the waiting sign; does nothing when something has been told


async def _context(exchange: Exchange, pressed: Press) -> None:
    answer_id, n, page = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is not None and 1 <= n <= len(record.places):
        await _show_context(exchange, record.places[n - 1], page, lambda at: buttons.context(answer_id, n, at))


async def _considered(exchange: Exchange, pressed: Press) -> None:
    answer_id, n, page = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is not None and 1 <= n <= len(record.passages):
        await _show_context(exchange, record.passages[n - 1], page, lambda at: buttons.considered(answer_id, n, at))


async def _show_context(exchange: Exchange, place: Place, page: int, button: Callable[[int], str]) -> None:
    stored = await _stored(exchange, place)
    if stored is None:
        return
    shown = context_page(stored, place, page, exchange.words, button=button)
    # The first page comes beside the answer; turning pages changes that message.
    if page == 0 and await _is_answer(exchange):
        await exchange.channel.reply([shown.message], shown.keyboard)
    else:
        await exchange.channel.replace(shown.message, shown.keyboard)


async def _is_answer(exchange: Exchange) -> bool:
    if exchange.channel.pressed is None:
        return True
    conversations = exchange.desk.conversations
    return await exchange.kept(conversations.answer_of, exchange.key[0], exchange.channel.pressed) is not None


async def _sources(exchange: Exchange, pressed: Press) -> None:
    answer_id, page = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None:
        return
    quotes = await exchange.looked_up(exchange.desk.core.library.quotes, record.passages)
    shown = considered_page(
        tuple(zip(record.passages, quotes, strict=True)),
        page,
        exchange.words,
        button=lambda at: buttons.sources(answer_id, at),
        open_button=lambda n: buttons.considered(answer_id, n),
    )
    if await _is_answer(exchange):
        await exchange.channel.reply([shown.message], shown.keyboard)
    else:
        await exchange.channel.replace(shown.message, shown.keyboard)


async def _more(exchange: Exchange, pressed: Press) -> None:
    (answer_id,) = pressed.numbers
    quoting = exchange.desk.quoting
    if answer_id in quoting:
        return
    quoting.add(answer_id)
    try:
        record = await _record(exchange, answer_id)
        if record is not None:
            await _quote_further(exchange, record)
    finally:
        quoting.discard(answer_id)


async def _quote_further(exchange: Exchange, record: AnswerRecord) -> None:
    conversations, words = exchange.desk.conversations, exchange.words
    upto = min(record.quoted + exchange.person.quotes, len(record.places))
    cut = await exchange.looked_up(
        exchange.desk.core.library.quotes, record.places[record.quoted : upto], first=record.quoted + 1
    )
    quotes = [quote for quote in cut if isinstance(quote, Quote)]
    if quotes:
        messages = render_more(quotes, words, focus=await written_focus(exchange, record.focus))
        keyboard = answer_keyboard(record.id, quotes, words, more=upto < len(record.places))
        sent = await exchange.channel.reply(messages, keyboard)
        await exchange.kept(conversations.bind, exchange.key[0], sent, record.id)
    else:
        await exchange.channel.tell(words("gone-changed" if cut else "no-more"), alert=True)
    # Last: after a kill before this, the same quotes come, and what has arrived of them is not sent again.
    await exchange.kept(conversations.show_more, record.id, upto)


async def _vote(exchange: Exchange, pressed: Press) -> None:
    answer_id, up = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None:
        return
    verdict = "up" if up else "down"
    await exchange.kept(exchange.desk.conversations.rate, answer_id, exchange.person.id, verdict, "", time.time())
    if up:
        await exchange.channel.tell(exchange.words("thanks-rating"))
        await exchange.channel.replace_keyboard(await _keyboard(exchange, record, verdict))
    else:
        await exchange.channel.tell(exchange.words("ask-reason"))
        await exchange.channel.replace_keyboard(reasons_keyboard(answer_id, exchange.words))


async def _reason(exchange: Exchange, pressed: Press) -> None:
    answer_id, n = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None or not 0 <= n < len(REASONS):
        return
    conversations = exchange.desk.conversations
    await exchange.kept(conversations.rate, answer_id, exchange.person.id, "down", REASONS[n], time.time())
    await exchange.channel.tell(exchange.words("thanks-reason"))
    await exchange.channel.replace_keyboard(await _keyboard(exchange, record, "down"))


async def _keyboard(exchange: Exchange, record: AnswerRecord, verdict: str) -> Keyboard:
    """Return the buttons of an answer as they were, its rating marked."""
    if record.status != "answered":
        return refusal_keyboard(record.id, exchange.words, verdict=verdict)
    cut = await exchange.looked_up(exchange.desk.core.library.quotes, record.places[: record.quoted])
    quotes = [quote for quote in cut if isinstance(quote, Quote)]
    more = record.quoted < len(record.places)
    return answer_keyboard(record.id, quotes, exchange.words, more=more, verdict=verdict)


async def _full_text(exchange: Exchange, pressed: Press) -> None:
    answer_id, n = pressed.numbers
    record = await _record(exchange, answer_id)
    if record is None or not 1 <= n <= len(record.places):
        return
    stored = await _stored(exchange, record.places[n - 1])
    if stored is not None:
        here = [place for place in record.places[: record.quoted] if place.article_id == stored.article.id]
        await finding.send_article(exchange, stored.key, tuple(Span(place.start, place.end) for place in here))


async def _article(exchange: Exchange, pressed: Press) -> None:
    await finding.show_article(exchange, pressed.numbers[0])


async def _read_article(exchange: Exchange, pressed: Press) -> None:
    key, page = pressed.numbers
    await finding.read_article(exchange, key, page)


async def _whole_article(exchange: Exchange, pressed: Press) -> None:
    await finding.send_article(exchange, pressed.numbers[0])


async def _focus_on(exchange: Exchange, pressed: Press) -> None:
    entry = await exchange.looked_up(exchange.desk.core.library.entry, pressed.numbers[0])
    if entry is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
    else:
        await narrowing.set_focus(exchange, Focus(article_id=entry.id))


async def _ask_about(exchange: Exchange, pressed: Press) -> None:
    entry = await exchange.looked_up(exchange.desk.core.library.entry, pressed.numbers[0])
    if entry is None:
        await exchange.channel.tell(exchange.words("gone-removed"), alert=True)
    else:
        await exchange.channel.tell("")
        question = exchange.words("example-question", title=entry.title)
        await ask(exchange, question, notices=[question], focus=Focus(article_id=entry.id))


async def _turn_page(exchange: Exchange, pressed: Press) -> None:
    view_id, offset = pressed.numbers
    await finding.turn_page(exchange, view_id, max(0, offset))


async def _again(exchange: Exchange, pressed: Press) -> None:
    text = await finding.kept_query(exchange, "question", pressed.numbers[0])
    if text is None:
        await exchange.channel.tell(exchange.words("gone-button"), alert=True)
    else:
        await exchange.channel.tell("")
        call = commands.read(text)
        await (ask(exchange, text) if call is None else commands.carry_out(exchange, call))


async def _setting(exchange: Exchange, pressed: Press) -> None:
    await change_setting(exchange, *pressed.numbers)


async def _remove_member(exchange: Exchange, pressed: Press) -> None:
    await remove_member(exchange, pressed.numbers[0])


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


_ACTIONS: Mapping[str, Callable[[Exchange, Press], Awaitable[None]]] = {
    "c": _context,
    "p": _considered,
    "s": _sources,
    "m": _more,
    "v": _vote,
    "r": _reason,
    "f": _full_text,
    "a": _article,
    "t": _read_article,
    "w": _whole_article,
    "o": _focus_on,
    "q": _ask_about,
    "l": _turn_page,
    "g": _again,
    "x": _setting,
    "d": _remove_member,
}
