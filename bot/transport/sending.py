"""Sending to chats: messages, edits, files, the typing indicator, and what to do when Telegram refuses them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from telegram import Bot, InputFile
from telegram.constants import CallbackQueryLimit, ChatAction
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.transport.bot_api import flood_seconds
from bot.transport.journal import Journal
from bot.transport.polling import Alert
from bot.transport.post import NO_PREVIEW, Form, Post
from bot.transport.preview import LivePreview
from bot.transport.retrying import FINAL, Address, Retrying
from bot.transport.throttle import Throttle
from bot.views.text import EMPTY, Keyboard, Message, shortened

__all__ = ["Address", "Courier"]

TYPING_SECONDS = 4.0
"""Telegram shows the indicator for five."""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Courier:
    """Brings messages to chats: parts in their order, each as soon as the limits allow, whatever fails in between.

    It waits and tries again when Telegram asks for patience or cannot be reached. What cannot be delivered at all (the
    reader has blocked the bot, the chat is gone) is logged, without its words, and raises nothing. What fails for an
    hour while Telegram answers other requests is left to a later process, which the journal is told.
    """

    def __init__(self, bot: Bot, throttle: Throttle) -> None:
        self._bot = bot
        self._throttle = throttle
        self._retrying = Retrying(bot, throttle)

    def report_to(self, alert: Alert) -> None:
        """Have the admins told from now on of what could not be delivered for an hour."""
        self._retrying.alert = alert

    async def send(
        self,
        to: Address,
        messages: Sequence[Message],
        *,
        keyboard: Keyboard = (),
        reply_to: int | None = None,
        journal: Journal | None = None,
        again: str = "",
    ) -> tuple[int, ...]:
        """Send a reply in parts, the keyboard under the last one; return the ids of those that were sent now.

        Parts that `journal` knows to have arrived are skipped. A part that may have arrived before begins with the
        line `again`: when `journal` doubts it, and after an attempt whose outcome is unknown. When a part cannot be
        delivered, those behind it are not sent.
        """
        ids: list[int] = []
        for part in range(journal.first if journal else 0, len(messages)):
            form = Form(messages[part], keyboard if part == len(messages) - 1 else ())
            post = Post(self._bot, to, reply_to, again)
            message_id = await self._deliver(post, post.message, form, journal, part)
            if message_id is None:
                break
            ids.append(message_id)
            if post.to != to:
                to, reply_to = post.to, None
        return tuple(ids)

    async def document(
        self,
        to: Address,
        name: str,
        content: bytes,
        caption: Message,
        *,
        keyboard: Keyboard = (),
        reply_to: int | None = None,
        journal: Journal | None = None,
        again: str = "",
    ) -> int | None:
        """Send a file; return the message's id, or None when it cannot be delivered or has arrived before.

        `journal`, to which it is one part, and `again` are as in `send`.
        """
        if journal is not None and journal.first > 0:
            return None
        post = Post(self._bot, to, reply_to, again)
        file = InputFile(content, name)
        return await self._deliver(post, partial(post.document, file), Form(caption, keyboard), journal, 0)

    async def edit(self, to: Address, message_id: int, message: Message, keyboard: Keyboard = ()) -> bool:
        """Put a message in the place of an earlier one; return whether it stands there now."""

        async def change(form: Form, doubtful: bool) -> None:
            await self._bot.edit_message_text(
                form.text,
                to.chat_id,
                message_id,
                parse_mode=form.parse_mode,
                link_preview_options=NO_PREVIEW,
                reply_markup=form.markup,
            )

        return await self._changed(self._persist(to, Form(message, keyboard), change))

    async def edit_keyboard(self, to: Address, message_id: int, keyboard: Keyboard) -> bool:
        """Put other buttons under a message; return whether they are there now."""

        async def change(form: Form, doubtful: bool) -> None:
            await self._bot.edit_message_reply_markup(to.chat_id, message_id, reply_markup=form.markup)

        return await self._changed(self._persist(to, Form(EMPTY, keyboard), change))

    async def delete(self, to: Address, message_id: int) -> bool:
        """Take a message away; return whether it was still there."""

        async def change(doubtful: bool) -> None:
            await self._bot.delete_message(to.chat_id, message_id)

        return await self._changed(self._retrying.call(to, change))

    def preview(
        self, to: Address, *, reply_to: int | None, shown: int | None, note: Callable[[int], Awaitable[None]]
    ) -> LivePreview:
        """Begin to show an answer while it is being written; the arguments are those of `LivePreview`."""
        remove = partial(self.delete, to)
        return LivePreview(self._bot, self._throttle, to, reply_to=reply_to, shown=shown, note=note, remove=remove)

    async def answer_press(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting sign of a pressed button, with a short note if there is one; too late does no harm."""
        note = shortened(text, CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH) if text else None
        try:
            await self._bot.answer_callback_query(press_id, note, show_alert=alert)
        except TelegramError as error:
            logger.debug("A pressed button was not answered (%s).", type(error).__name__)

    @asynccontextmanager
    async def typing(self, to: Address) -> AsyncIterator[None]:
        """Show in a chat that an answer is being written, for as long as the block runs."""
        task = asyncio.create_task(self._keep_typing(to))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _keep_typing(self, to: Address) -> None:
        while True:
            pause = TYPING_SECONDS
            try:
                await self._bot.send_chat_action(to.chat_id, ChatAction.TYPING, message_thread_id=to.topic)
            except RetryAfter as error:
                pause = max(pause, flood_seconds(error))
            except TelegramError as error:
                logger.debug("No typing indicator (%s).", type(error).__name__)
            await asyncio.sleep(pause)

    async def _persist(
        self, to: Address, form: Form, request: Callable[[Form, bool], Awaitable[Result]], doubtful: bool = False
    ) -> Result:
        while True:
            try:
                return await self._retrying.call(to, partial(request, form), doubtful=doubtful)
            except BadRequest as refusal:
                simpler = form.simpler(refusal)
                if simpler is None:
                    raise
                form = simpler

    async def _deliver(
        self,
        post: Post,
        request: Callable[[Form, bool], Awaitable[int]],
        form: Form,
        journal: Journal | None,
        part: int,
    ) -> int | None:
        """Send a part of a reply; return the message's id, or None when that was in vain, which is logged."""
        doubtful = journal is not None and journal.doubtful == part
        if journal is not None:
            post.before = partial(journal.sending, part)
        try:
            message_id = await self._wherever(post, request, form, doubtful)
        except FINAL as error:
            logger.warning("An answer could not be delivered (%s).", _reason(error))
            return None
        except TelegramError as error:
            logger.error("An answer could not be delivered for an hour (%s).", _reason(error))
            if journal is not None:
                await journal.keep()
            return None
        if journal is not None:
            await journal.sent(part)
        return message_id

    async def _wherever(
        self, post: Post, request: Callable[[Form, bool], Awaitable[int]], form: Form, doubtful: bool
    ) -> int:
        try:
            return await self._persist(post.to, form, request, doubtful)
        except ChatMigrated as error:
            post.move(error.new_chat_id)
            return await self._persist(post.to, form, request, doubtful)

    async def _changed(self, change: Awaitable[None]) -> bool:
        try:
            await change
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return True
            logger.info("A message could not be changed (%s).", _reason(error))
            return False
        except TelegramError as error:
            logger.warning("A message could not be changed (%s).", _reason(error))
            return False
        return True


def _reason(error: TelegramError) -> str:
    # Telegram's words for other errors could repeat the message's.
    known = (
        "blocked by the user", "chat not found", "user is deactivated", "not enough rights", "kicked",
        "message thread not found", "message to edit not found", "message to delete not found",
        "message can't be edited", "message can't be deleted",
    )  # fmt: skip
    words = str(error).lower()
    return next((reason for reason in known if reason in words), type(error).__name__)
