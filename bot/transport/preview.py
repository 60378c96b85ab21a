"""An answer shown while it is being written: one message, sent at once and edited now and then, never at any cost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from telegram import Bot, ReplyParameters
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.transport.bot_api import flood_seconds
from bot.transport.post import NO_PREVIEW
from bot.transport.retrying import Address
from bot.transport.throttle import Throttle
from bot.views.text import Message

PRIVATE_SECONDS = 1.1
GROUP_SECONDS = 3.0
"""Least time between a frame and the next. Telegram gives no figures for edits; other bots do well with these for long."""
BUSY_SECONDS = 0.2
"""After which a chat that had no turn to spare is looked at again."""
FRAME_SECONDS = 5.0
"""The longest a frame is waited for, because the whole answer waits behind it: a late frame would overwrite it."""

logger = logging.getLogger(__name__)


class LivePreview:
    """The message that shows an answer as far as it is written; see `bot.exchange.Preview`.

    It shows what Telegram's limits have a turn to spare for, in plain text. A frame that Telegram has no time for is
    dropped; any other failure is the end of showing, and no more than that. The message goes away when the task that
    began the preview ends without a word on it from `leave`, unless that task was cut off by the end of the bot: then
    the message is left to a later process.
    """

    def __init__(
        self,
        bot: Bot,
        throttle: Throttle,
        to: Address,
        *,
        reply_to: int | None,
        shown: int | None,
        note: Callable[[int], Awaitable[None]],
        remove: Callable[[int], Awaitable[object]],
    ) -> None:
        """Begin, in the task that works on the answer, with nothing to show.

        Args:
            bot: sends and edits.
            throttle: has the turns of all chats.
            to: where the answer is shown.
            reply_to: what it answers, in groups.
            shown: the message in which an earlier process showed it. That is not touched before the whole answer: it
                may hold that already.
            note: writes down which message it is.
            remove: deletes it.
        """
        self._bot = bot
        self._throttle = throttle
        self._to = to
        self._reply_to = reply_to
        self._message_id = shown
        self._note = note
        self._remove = remove
        self._newest = self._visible = ""
        self._fresh, self._over = asyncio.Event(), asyncio.Event()
        self._showing: asyncio.Task[None] | None = None
        self._left = False
        if shown is not None:
            self._over.set()
        owner = asyncio.current_task()
        if owner is not None:
            owner.add_done_callback(self._owner_ended)

    def show(self, message: Message) -> None:
        """Show how far the answer is, as soon as there is a turn to spare, unless something newer comes before."""
        if self._over.is_set() or not message.plain.strip():
            return
        self._newest = message.plain
        self._fresh.set()
        if self._showing is None:
            self._showing = asyncio.create_task(self._show())

    async def finish(self) -> None:
        """Show nothing more; return when Telegram has answered for the last frame, or has had its time to."""
        self._over.set()
        self._fresh.set()
        if self._showing is not None:
            await asyncio.wait({self._showing})

    def leave(self) -> None:
        """Let the message stand: it is the answer now."""
        self._left = True

    async def _show(self) -> None:
        try:
            while not self._over.is_set():
                await self._rest(await self._show_newest())
                await self._fresh.wait()
        except (TelegramError, TimeoutError) as error:
            self._over.set()
            logger.info("An answer is not shown any more while it is written (%s).", type(error).__name__)

    async def _show_newest(self) -> float:
        """Show the newest frame if there is a turn to spare; return for how long to rest then, in seconds."""
        if self._newest == self._visible:
            self._fresh.clear()
            return 0
        if not self._throttle.spare_turn(self._to.chat_id, self._to.private):
            return BUSY_SECONDS
        self._fresh.clear()
        try:
            await self._put(self._newest)
        except RetryAfter as error:
            self._throttle.flooded(self._to.chat_id, flood_seconds(error))
        return PRIVATE_SECONDS if self._to.private else GROUP_SECONDS

    async def _put(self, text: str) -> None:
        if self._message_id is None:
            async with asyncio.timeout(FRAME_SECONDS):
                self._message_id = await self._send(text)
            await self._note(self._message_id)
        else:
            async with asyncio.timeout(FRAME_SECONDS):
                await self._edit(self._message_id, text)
        self._visible = text

    async def _send(self, text: str) -> int:
        reply = ReplyParameters(self._reply_to, allow_sending_without_reply=True) if self._reply_to else None
        sent = await self._bot.send_message(
            self._to.chat_id,
            text,
            message_thread_id=self._to.topic,
            link_preview_options=NO_PREVIEW,
            reply_parameters=reply,
        )
        return sent.message_id

    async def _edit(self, message_id: int, text: str) -> None:
        try:
            await self._bot.edit_message_text(text, self._to.chat_id, message_id, link_preview_options=NO_PREVIEW)
        except BadRequest as error:
            if "not modified" not in str(error).lower():
                raise

    async def _rest(self, seconds: float) -> None:
        """Wait for that long, or until there is nothing more to show."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    def _owner_ended(self, owner: asyncio.Task[Any]) -> None:
        self._over.set()
        self._fresh.set()
        if not self._left and not owner.cancelled() and (self._showing is not None or self._message_id is not None):
            self._showing = asyncio.get_running_loop().create_task(self._go_away(self._showing))

    async def _go_away(self, showing: asyncio.Task[None] | None) -> None:
        if showing is not None:
            await asyncio.wait({showing})
        if self._message_id is not None:
            await self._remove(self._message_id)
