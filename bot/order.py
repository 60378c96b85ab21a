"""Order of work: one update after the other within a chat and topic, different chats side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MAX_TAKEN = 4096
"""Updates taken from Telegram and not yet done with; `polling.py` stops fetching well before. What is not fetched,
Telegram keeps for a day."""

ConversationKey = tuple[int, int | None]


def conversation_key(update: object) -> ConversationKey | None:
    """Return chat id and topic id of an update, or None when it belongs to no chat."""
    if not isinstance(update, Update) or update.effective_chat is None:
        return None
    message = update.effective_message
    topic = message.message_thread_id if message is not None and message.is_topic_message else None
    return update.effective_chat.id, topic


class ConversationOrder(BaseUpdateProcessor):
    """Handles the updates of one conversation in the order they came, while other conversations go on.

    A lock lives only as long as an update of its conversation is waited for, so memory is bounded by `MAX_TAKEN`.
    """

    def __init__(self) -> None:
        super().__init__(MAX_TAKEN)
        self._locks: dict[ConversationKey, asyncio.Lock] = {}
        self._users: dict[ConversationKey, int] = {}

    @property
    def conversations(self) -> int:
        """Return how many conversations have an update in hand."""
        return len(self._locks)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` when all earlier updates of the same conversation are done."""
        key = conversation_key(update)
        if key is None:
            await coroutine
            return
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._users[key] = self._users.get(key, 0) + 1
        try:
            async with lock:
                await coroutine
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # never begun when a stop has ended the waiting; does nothing to one that has ended
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: the locks are gone with their updates."""
