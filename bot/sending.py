"""Sending to a chat: typing indicator, messages, and what to do when Telegram refuses them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram import Message as Incoming
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.bot_api import MAX_FLOOD_SECONDS, flood_seconds
from bot.text import Message

TYPING_SECONDS = 4.0
"""Telegram shows the indicator for five."""
RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)

logger = logging.getLogger(__name__)


@asynccontextmanager
async def typing(bot: Bot, question: Incoming) -> AsyncIterator[None]:
    """Show in the question's chat that an answer is being written, for as long as the block runs."""
    task = asyncio.create_task(_keep_typing(bot, question))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def send(bot: Bot, question: Incoming, messages: Sequence[Message]) -> None:
    """Send messages to the question's chat and topic, in groups as replies to it.

    Waits and tries again when Telegram asks for patience or cannot be reached; what cannot be delivered at all (the
    reader has blocked the bot, the chat is gone) is logged, and ends the sending of these messages only.
    """
    for message in messages:
        try:
            await _send_one(bot, question, message)
        except TelegramError as error:
            logger.warning("An answer could not be delivered (%s).", _reason(error))
            return


async def _send_one(bot: Bot, question: Incoming, message: Message) -> None:
    try:
        await _persist(lambda: _call(bot, question, message.html, ParseMode.HTML))
    except BadRequest as error:
        if "parse entities" not in str(error).lower():
            raise
        logger.error("Telegram could not parse a message; sending it as plain text.")
        await _persist(lambda: _call(bot, question, message.plain, None))


async def _call(bot: Bot, question: Incoming, text: str, parse_mode: ParseMode | None) -> None:
    in_group = question.chat.type != ChatType.PRIVATE
    await bot.send_message(
        chat_id=question.chat_id,
        message_thread_id=_topic(question),
        text=text,
        parse_mode=parse_mode,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_parameters=ReplyParameters(question.message_id, allow_sending_without_reply=True) if in_group else None,
    )


async def _persist(call: Callable[[], Awaitable[None]]) -> None:
    """Repeat `call` until it succeeds or there is no point any more; raise the last error then."""
    delays, patience = iter(RETRY_DELAYS), MAX_FLOOD_SECONDS
    while True:
        try:
            return await call()
        except RetryAfter as error:
            delay = flood_seconds(error)
            patience -= delay
            if patience < 0:
                raise
        except BadRequest:
            raise  # a NetworkError by inheritance, but the same request would be refused again
        except (NetworkError, InvalidToken):
            # Proxies and restarting servers answer 401 and 404 as well, so neither is final here.
            step = next(delays, None)
            if step is None:
                raise
            delay = step
        await asyncio.sleep(delay)


async def _keep_typing(bot: Bot, question: Incoming) -> None:
    while True:
        pause = TYPING_SECONDS
        try:
            await bot.send_chat_action(question.chat_id, ChatAction.TYPING, message_thread_id=_topic(question))
        except RetryAfter as error:
            pause = max(pause, flood_seconds(error))
        except TelegramError as error:
            logger.debug("No typing indicator (%s).", type(error).__name__)
        await asyncio.sleep(pause)


def _topic(question: Incoming) -> int | None:
    return question.message_thread_id if question.is_topic_message else None


def _reason(error: TelegramError) -> str:
    # Telegram's words for other errors could repeat the message's.
    known = ("blocked by the user", "chat not found", "user is deactivated", "not enough rights", "kicked")
    words = str(error).lower()
    return next((reason for reason in known if reason in words), type(error).__name__)
