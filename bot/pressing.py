"""What pressed buttons do. Each finds its answer, article or list in the stores, so buttons work for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot import answer_buttons, commands, finding, narrowing
from bot.asking import ask
from bot.exchange import Exchange
from bot.personal import change_setting, remove_member
from bot.stores.conversations import CHOICE
from bot.views import buttons
from bot.views.buttons import Press
from retrieval.models import Focus


async def press(exchange: Exchange, data: str) -> None:
    """Do what a button says; one that nobody here made is answered as if it were too old."""
    pressed = buttons.read(data)
    action = _ACTIONS.get(pressed.action) if pressed else None
    if pressed is None or action is None:
        await exchange.channel.tell(exchange.words("gone-button"), alert=True)
        return
    person = None if buttons.is_for_all(data) else exchange.person.id
    in_hand, this = exchange.desk.in_hand, (exchange.key[0], exchange.channel.pressed, data, person)
    if this not in in_hand:
        in_hand.add(this)
        try:
            await action(exchange, pressed)
        finally:
            in_hand.remove(this)
    await exchange.channel.tell("")  # ends the waiting sign; does nothing when something has been told


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
    (view_id,) = pressed.numbers
    maker = await exchange.kept(exchange.desk.conversations.view_maker, view_id)
    choice = await finding.kept_query(exchange, CHOICE, view_id)
    text = choice if choice is not None else await finding.kept_query(exchange, "question", view_id)
    if text is not None and maker != exchange.person.id:
        # In a group it could be anything that somebody else lets them do, such as to delete their own data.
        await exchange.channel.tell(exchange.words("others-button"), alert=True)
    elif text is None:
        await exchange.channel.tell(exchange.words("gone-button"), alert=True)
    elif choice is not None:
        await exchange.channel.tell("")
        await ask(exchange, choice, notices=[choice])
    else:
        await exchange.channel.tell("")
        call = commands.read(text)
        await (ask(exchange, text) if call is None else commands.carry_out(exchange, call))


async def _setting(exchange: Exchange, pressed: Press) -> None:
    await change_setting(exchange, *pressed.numbers)


async def _remove_member(exchange: Exchange, pressed: Press) -> None:
    await remove_member(exchange, pressed.numbers[0])


_ACTIONS: Mapping[str, Callable[[Exchange, Press], Awaitable[None]]] = {
    "c": answer_buttons.context,
    "e": answer_buttons.turn_context,
    "p": answer_buttons.considered,
    "b": answer_buttons.turn_considered,
    "s": answer_buttons.sources,
    "n": answer_buttons.turn_sources,
    "m": answer_buttons.more,
    "v": answer_buttons.vote,
    "r": answer_buttons.reason,
    "f": answer_buttons.full_text,
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
