"""What the bot does with each kind of message."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot, Message, Update
from telegram.ext import ContextTypes

from bot.addressing import without_mention
from bot.answering import Answering
from bot.render import render
from bot.sending import send, typing
from bot.text import render_text
from bot.words import FAILED, NO_QUESTION, ONLY_TEXT, UNKNOWN_COMMAND, help_text, welcome
from retrieval.models import Question

MAX_ANSWERS_AT_ONCE = 8
"""Answers worked on at the same time; the core is bound by the processor, so more would only slow each other."""

logger = logging.getLogger(__name__)


class Conversation:
    """The handlers, over one core. Each gets a new message from a user who is served."""

    def __init__(self, citegram: Answering) -> None:
        self._citegram = citegram
        self._slots = asyncio.Semaphore(MAX_ANSWERS_AT_ONCE)

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`/start`: say what the bot is and what it knows."""
        summary = await asyncio.to_thread(self._citegram.describe)
        await send(context.bot, _message(update), welcome(summary))

    async def help(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`/help`: say how to ask."""
        await send(context.bot, _message(update), help_text())

    async def ask(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """`/ask question`: answer it, in private chats and groups alike."""
        message = _message(update)
        _, *question = (message.text or "").split(maxsplit=1)
        await self._answer(context.bot, message, "".join(question).strip())

    async def question(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer plain text."""
        message = _message(update)
        await self._answer(context.bot, message, without_mention(message))

    async def unknown_command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that there is no such command."""
        await send(context.bot, _message(update), render_text(UNKNOWN_COMMAND))

    async def no_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that photos, voice, stickers and so on cannot be read."""
        await send(context.bot, _message(update), render_text(ONLY_TEXT))

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log an error that no handler expected, and tell the reader that there is no answer to wait for."""
        logger.error("An update could not be handled.", exc_info=context.error)
        if isinstance(update, Update) and update.message is not None:
            await send(context.bot, update.message, render_text(FAILED))

    async def _answer(self, bot: Bot, message: Message, question: str) -> None:
        if not question:
            await send(bot, message, render_text(NO_QUESTION))
            return
        async with typing(bot, message), self._slots:
            answer = await self._citegram.answer(Question(question))
        await send(bot, message, render(answer))


def _message(update: Update) -> Message:
    if update.message is None:
        raise TypeError("only updates with a new message get here")
    return update.message
