"""Telegram's updates to exchanges: who wrote, where, how much they may, and which function deals with it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update, User
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot import commands
from bot.access import Access
from bot.addressing import ADDRESSED, replied_to, without_mention
from bot.asking import ask
from bot.channel import Progress, TelegramChannel
from bot.exchange import Desk, Exchange, Person
from bot.finding import keep_view
from bot.gathering import Gatherer
from bot.pressing import press
from bot.seen import Albums, Versions
from bot.stores.durable_queue import DurableQueue
from bot.stores.inbox import Inbox
from bot.stores.members import Role
from bot.transport.alerts import Alerts
from bot.transport.kinds import asks_by_button
from bot.transport.limits import Limits, Verdict
from bot.transport.order import conversation_key
from bot.transport.sending import Address, Courier
from bot.views import buttons
from bot.views.text import Button, pack, run, tagged
from bot.views.words import Words, words_for

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
    versions: Versions

    async def begin(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Note that the work on an update begins.

        Raises:
            ApplicationHandlerStop: there is none: it was dealt with as a part of an earlier one, or changes no words.
        """
        await self.queue.begin(update)
        message = update.message or update.edited_message
        is_new = message is None or self.versions.is_new(message)
        if self.gatherer.was_taken(update) or (update.edited_message is not None and not is_new):
            raise ApplicationHandlerStop

    async def guard(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop the handling of an update of any kind that nobody who is served has caused, or that was given up.

        Raises:
            ApplicationHandlerStop: nobody further on may see the update.
        """
        if not await self.access.serves(update):
            if update.message is not None and self.access.is_to_be_told(update):
                logger.info("Somebody who may not use the bot was turned away.")
                await self._turn_away(update.message)
            elif update.callback_query is not None:
                await self._turn_away_press(update.callback_query)
            raise ApplicationHandlerStop
        if self.queue.is_given_up(update.update_id):
            logger.error(
                "Update %d is given up: the bot ended again and again while it was dealt with.", update.update_id
            )
            await self._tell(update, "gave-up")
            raise ApplicationHandlerStop

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a question, with what follows it for as long as it looks unfinished, or carry out a command."""
        message = _message(update)
        call = commands.read(message.text or "")
        exchange = await self._admitted(update, message, free=call is not None and call.name == "stop")
        if exchange is None:
            return
        asks = call is None or call.name == "ask"
        text = await self.gatherer.whole(update) if asks else self.gatherer.newest(update)
        await self._respond(exchange, message, text)

    async def content(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer the words under photos, voice messages and so on, once for an album; say that all else is not read."""
        message = _message(update)
        is_first = self.albums.is_first(message.media_group_id)
        if not is_first and not message.caption:
            return
        exchange = await self._admitted(update, message)
        if exchange is None:
            return
        words = await self.gatherer.album(update)
        if words:
            await self._respond(exchange, message, words, exchange.words("only-caption"))
        else:
            await exchange.say("only-text")

    async def edited(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Offer to answer a message that was changed: answering unasked would answer twice."""
        message = update.edited_message
        if message is None:
            return
        exchange = await self._admitted(update, message)
        if exchange is None:
            return
        text = without_mention(message)
        call = commands.read(text)
        if call is not None and call.name != "ask":
            # A button that carries it out would let others who tap it in a group do what they have not read.
            await exchange.say("edited-command")
            return
        view = await keep_view(exchange, "question", text)
        button = Button(exchange.words("edited-ask"), buttons.again(view))
        await exchange.channel.reply([run(exchange.words("edited"))], ((button,),))

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Do what a pressed button says."""
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        exchange = await self._exchange(update, query.message, query)
        if exchange is None:
            await self._turn_away_press(query)
        elif self.presses.take(exchange.person.id) != "yes":
            seconds = self.presses.wait(exchange.person.id)
            await exchange.channel.tell(exchange.words("too-fast-press", seconds=seconds))
        elif not asks_by_button(update):
            await press(exchange, query.data)
        elif self._share(update, exchange) != "yes":
            seconds = self.questions.wait(exchange.person.id, exchange.at)
            await exchange.channel.tell(exchange.words("too-fast-press", seconds=seconds), alert=True)
        else:
            await press(exchange, query.data)
            for tap in self.gatherer.taps(update):
                await self.courier.answer_press(tap.id)

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log an error that no handler expected, and tell the reader that there is no answer to wait for.

        Raises:
            ApplicationHandlerStop: no other handler may go on with the update.
        """
        logger.error("An update could not be handled.", exc_info=context.error)
        await self.alerts.alert("failure", "A message could not be handled; the log says where.")
        if isinstance(update, Update):
            await self._tell(update, "failed")
        raise ApplicationHandlerStop

    async def _tell(self, update: Update, key: str) -> None:
        """Say something in answer to an update of any kind that is meant for the bot, by Telegram's means alone."""
        user, message, query = update.effective_user, update.effective_message, update.callback_query
        words = words_for(user.language_code if user is not None else None)
        if query is not None:
            await self.courier.answer_press(query.id, words(key), alert=True)
        elif message is not None and ADDRESSED.filter(message):
            await self.courier.send(_address(message), pack([run(words(key))]), reply_to=_reply_to(message))

    async def _turn_away(self, message: Message) -> None:
        """Tell somebody who is not served what to ask the operator for."""
        user = message.from_user
        if user is not None:
            words = words_for(user.language_code)
            named = run(words("stranger") + " ") + tagged("code", str(user.id))
            text = named if message.sender_chat is None else run(words("stranger-unnamed"))
            await self.courier.send(_address(message), [text], reply_to=_reply_to(message))

    async def _turn_away_press(self, query: CallbackQuery) -> None:
        """Tell somebody who is not served, and has tapped a button that others see as well, why nothing happens."""
        if self.presses.take(query.from_user.id) == "yes":
            words = words_for(query.from_user.language_code)
            await self.courier.answer_press(query.id, words("stranger-press"), alert=True)

    async def _respond(self, exchange: Exchange, message: Message, text: str, *notices: str) -> None:
        """Carry out what somebody has written if it is a command of their own, else answer it."""
        call = commands.read(text)
        if call is not None and call.name != "ask":
            if message.forward_origin is not None:
                await exchange.say("command-forwarded")
            else:
                await commands.carry_out(exchange, call)
            return
        original = replied_to(message)
        conversations = self.desk.conversations
        replies_to = None
        if original is not None:
            replies_to = await exchange.kept(conversations.answer_of, exchange.key[0], original.message_id)
        await ask(exchange, call.arguments if call else text, replies_to=replies_to, notices=notices)

    async def _admitted(self, update: Update, message: Message, *, free: bool = False) -> Exchange | None:
        """Return the exchange, or None after telling somebody who writes faster than their share; `free` is no part."""
        exchange = await self._exchange(update, message)
        if exchange is None or free:
            return exchange
        verdict = self._share(update, exchange)
        if verdict == "yes":
            return exchange
        if verdict == "tell":
            await exchange.say("too-fast", seconds=self.questions.wait(exchange.person.id, exchange.at))
        return None

    def _share(self, update: Update, exchange: Exchange) -> Verdict:
        """Return whether somebody may ask one more question."""
        # What waited while the bot was away has waited long enough.
        if self.queue.ticket(update.update_id).attempts:
            return "yes"
        return self.questions.take(exchange.person.id, exchange.at)

    async def _exchange(self, update: Update, message: Shown, query: CallbackQuery | None = None) -> Exchange | None:
        # Anonymous admins and channels: each such chat is a person of its own, with settings and a share of its own.
        sender, key = update.effective_sender, conversation_key(update)
        role: Role | None = await self.access.role(sender.id) if sender is not None else None
        if sender is None or role is None or key is None:
            return None
        preferences = await self.desk.database.run(self.desk.conversations.preferences, sender.id)
        words = words_for(preferences.language or (sender.language_code if isinstance(sender, User) else None))
        return Exchange(
            desk=self.desk,
            channel=self._channel(update, message, words, query),
            person=Person(sender.id, role, words, preferences.quotes),
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
