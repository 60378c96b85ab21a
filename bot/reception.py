"""Telegram's updates to exchanges: who wrote, where, how much they may, and which function deals with it."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot import commands
from bot.access import Access
from bot.addressing import without_mention
from bot.asking import ask
from bot.channel import Progress, TelegramChannel
from bot.commands import Call
from bot.exchange import Desk, Exchange, Person, Role
from bot.finding import keep_view
from bot.gathering import Gatherer
from bot.pressing import press
from bot.stores.durable_queue import DurableQueue
from bot.stores.inbox import Inbox
from bot.transport.alerts import Alerts
from bot.transport.limits import Limits
from bot.transport.order import conversation_key
from bot.transport.sending import Address, Courier
from bot.views import buttons
from bot.views.text import Button, pack, run, tagged
from bot.views.words import Words, words_for

MAX_ALBUMS = 1000
WAIT_WHEN_TOO_FAST = 10
"""Seconds that somebody who asks too fast is told to wait."""

Shown = MaybeInaccessibleMessage
"""A message; of one that is too old Telegram tells with a pressed button its chat and its number only."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reception:
    """The handlers that Telegram's application calls; each makes an exchange and hands it on."""

    desk: Desk
    courier: Courier
    access: Access
    queue: DurableQueue
    inbox: Inbox
    gatherer: Gatherer
    questions: Limits
    presses: Limits
    alerts: Alerts
    albums: Albums

    async def begin(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Note that the work on an update begins."""
        await self.queue.begin(update)

    async def guard(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop the handling of an update of any kind that nobody who is served has caused.

        Raises:
            ApplicationHandlerStop: nobody further on may see the update.
        """
        if await self.access.serves(update):
            return
        if update.message is not None and self.access.is_to_be_told(update):
            logger.info("Somebody who may not use the bot was turned away.")
            await self._turn_away(update.message)
        raise ApplicationHandlerStop

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Carry out a command."""
        message = _message(update)
        exchange = await self._admitted(update, message)
        if exchange is not None:
            await commands.carry_out(exchange, commands.read(message.text or "") or Call("", ""))

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer plain text."""
        if self.gatherer.was_taken(update):
            return
        message = _message(update)
        if commands.read(message.text or "") is not None:  # one that Telegram does not mark, as in Cyrillic letters
            await self.command(update, context)
            return
        exchange = await self._admitted(update, message)
        if exchange is not None:
            await self._ask(exchange, message, await self.gatherer.whole(update))

    async def caption(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer the words under a photo or a file."""
        message = _message(update)
        exchange = await self._admitted(update, message)
        if exchange is not None:
            await self._ask(exchange, message, without_mention(message), exchange.words("only-caption"))

    async def wordless(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that photos, voice, stickers and so on cannot be read; once for all the pictures of an album."""
        message = _message(update)
        if not self.albums.is_first(message.media_group_id):
            return
        exchange = await self._admitted(update, message)
        if exchange is not None:
            await exchange.say("only-text")

    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Offer to answer a message that was changed: answering unasked would answer twice."""
        message = update.edited_message
        if message is None or not message.text:
            return
        exchange = await self._admitted(update, message)
        if exchange is None:
            return
        view = await keep_view(exchange, "question", without_mention(message))
        button = Button(exchange.words("edited-ask"), buttons.again(view))
        await exchange.channel.reply([run(exchange.words("edited"))], ((button,),))

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Do what a pressed button says."""
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        words = await self._words(query.from_user.id, query.from_user.language_code)
        verdict = self.presses.take(query.from_user.id)
        if verdict != "yes":
            await self.courier.answer_press(query.id, words("too-fast", seconds=WAIT_WHEN_TOO_FAST))
            return
        exchange = await self._exchange(update, query.message, query)
        if exchange is not None:
            await press(exchange, query.data)

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log an error that no handler expected, and tell the reader that there is no answer to wait for."""
        logger.error("An update could not be handled.", exc_info=context.error)
        await self.alerts.alert("failure", "A message could not be handled; the log says where.")
        if not isinstance(update, Update) or update.effective_user is None:
            return
        words = words_for(update.effective_user.language_code)
        if update.callback_query is not None:
            await self.courier.answer_press(update.callback_query.id, words("failed"), alert=True)
        elif update.message is not None:
            await self.courier.send(_address(update.message), pack([run(words("failed"))]))

    async def _turn_away(self, message: Message) -> None:
        """Tell somebody who is not served what to ask the operator for."""
        user = message.from_user
        if user is not None:
            text = run(words_for(user.language_code)("stranger") + " ") + tagged("code", str(user.id))
            await self.courier.send(_address(message), [text], reply_to=_reply_to(message))

    async def _ask(self, exchange: Exchange, message: Message, text: str, *notices: str) -> None:
        original = message.reply_to_message
        conversations = self.desk.conversations
        replies_to = None
        if original is not None:
            replies_to = await exchange.kept(conversations.answer_of, exchange.key[0], original.message_id)
        await ask(exchange, text, replies_to=replies_to, notices=notices)

    async def _admitted(self, update: Update, message: Message) -> Exchange | None:
        """Return the exchange, or None after telling somebody who writes faster than their share."""
        exchange = await self._exchange(update, message)
        # What waited while the bot was away has waited long enough.
        if exchange is None or self.queue.ticket(update.update_id).attempts:
            return exchange
        verdict = self.questions.take(exchange.person.id, exchange.at)
        if verdict == "yes":
            return exchange
        if verdict == "tell":
            await exchange.say("too-fast", seconds=WAIT_WHEN_TOO_FAST)
        return None

    async def _exchange(self, update: Update, message: Shown, query: CallbackQuery | None = None) -> Exchange | None:
        user, key = update.effective_user, conversation_key(update)
        role: Role | None = await self.access.role(user.id) if user is not None else None
        if user is None or role is None or key is None:
            return None
        preferences = await self.desk.database.run(self.desk.conversations.preferences, user.id)
        words = words_for(preferences.language or user.language_code)
        return Exchange(
            desk=self.desk,
            channel=self._channel(update, message, words, query),
            person=Person(user.id, role, words, preferences.quotes),
            key=key,
            private=message.chat.type == ChatType.PRIVATE,
            at=_written_at(message) if query is None else time.time(),
        )

    def _channel(self, update: Update, message: Shown, words: Words, query: CallbackQuery | None) -> TelegramChannel:
        return TelegramChannel(
            self.courier,
            _address(message),
            Progress(self.desk.database, self.inbox, self.queue.ticket(update.update_id)),
            words,
            reply_to=_reply_to(message),
            pressed=message.message_id if query is not None else None,
            press_id=query.id if query is not None else None,
        )

    async def _words(self, user_id: int, language_code: str | None) -> Words:
        preferences = await self.desk.database.run(self.desk.conversations.preferences, user_id)
        return words_for(preferences.language or language_code)


class Albums:
    """Tells the first picture of an album from the others, which come as messages of their own."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_first(self, album: str | None) -> bool:
        """Return whether this is the first that is seen of an album; a picture of none always is."""
        if album is None:
            return True
        if album in self._seen:
            return False
        self._seen[album] = None
        if len(self._seen) > MAX_ALBUMS:
            self._seen.popitem(last=False)
        return True


def _written_at(message: Shown) -> float:
    changed = message.edit_date if isinstance(message, Message) else None
    return (changed or message.date).timestamp()


def _address(message: Shown) -> Address:
    topic = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    return Address(message.chat.id, topic, message.chat.type == ChatType.PRIVATE)


def _reply_to(message: Shown) -> int | None:
    return None if message.chat.type == ChatType.PRIVATE else message.message_id


def _message(update: Update) -> Message:
    if update.message is None:
        raise TypeError("only updates with a new message get here")
    return update.message
