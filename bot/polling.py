"""Fetching updates by long polling, through every kind of failure, for as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta
from typing import NoReturn

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.bot_api import MAX_FLOOD_SECONDS, flood_seconds
from bot.order import ConversationOrder

POLL_SECONDS = 20
"""How long Telegram may hold a request open; also the longest that a silently dead connection goes unnoticed for,
plus the read timeout."""
MAX_WAITING = 1000
"""Updates in hand above which no more are fetched."""
FIRST_DELAY, MAX_DELAY = 0.5, 10.0
"""Seconds between two attempts while Telegram is away; the longest is short, so that service is back soon after it."""
CONFLICT_DELAY = 5.0
CONFIRM_SECONDS = 3.0
ALLOWED_UPDATES = (Update.MESSAGE,)

logger = logging.getLogger(__name__)


class Outage:
    """Times in which Telegram does not serve: says so once for each kind of trouble, and when it is over."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._failures = 0
        self._began = 0.0

    def note(self, error: TelegramError) -> float:
        """Take note of a failed request; return the seconds to wait before the next attempt."""
        if not self._kinds:
            self._began = time.monotonic()
        kind = type(error).__name__
        if kind not in self._kinds:
            self._kinds.add(kind)
            logger.warning("%s Trying again until it works.", _explain(error))
        self._failures += 1
        if isinstance(error, RetryAfter):
            return min(flood_seconds(error), MAX_FLOOD_SECONDS)
        if isinstance(error, Conflict):
            return CONFLICT_DELAY
        return min(FIRST_DELAY * 2.0 ** min(self._failures - 1, 10), MAX_DELAY)

    def over(self) -> None:
        """Take note that a request succeeded."""
        if self._kinds:
            logger.info("Telegram serves again, after %.0f seconds.", time.monotonic() - self._began)
        self._kinds.clear()
        self._failures = 0


class Poller:
    """Moves updates from Telegram into the queue that the application works through."""

    def __init__(self, bot: Bot, queue: asyncio.Queue[object], order: ConversationOrder) -> None:
        self._bot = bot
        self._queue = queue
        self._order = order
        self._offset: int | None = None

    async def run(self) -> NoReturn:
        """Fetch updates until cancelled; never ends by itself."""
        outage = Outage()
        while True:
            while self._order.current_concurrent_updates >= MAX_WAITING:
                await asyncio.sleep(0.1)
            began = time.monotonic()
            try:
                updates = await self._fetch(POLL_SECONDS)
            except TelegramError as error:
                await asyncio.sleep(outage.note(error))
                continue
            outage.over()
            for update in updates:
                # In the queue first: asking for the next ones tells Telegram that these have arrived.
                await self._queue.put(update)
                self._offset = update.update_id + 1
            if not updates and time.monotonic() - began < 0.5:
                await asyncio.sleep(0.5)  # a server that does not hold requests open

    async def confirm(self) -> None:
        """Tell Telegram that what was fetched has arrived, so that the next start does not get it again."""
        if self._offset is None:
            return
        try:
            await asyncio.wait_for(self._fetch(0), CONFIRM_SECONDS)
        except (TelegramError, TimeoutError) as error:
            logger.warning("The last questions may come again after the next start (%s).", type(error).__name__)

    async def _fetch(self, seconds: int) -> tuple[Update, ...]:
        # An offset counts as confirmation of all updates before it. On stopping, a limit of 1 brings no new ones along
        # that matter: they stay unconfirmed.
        limit = None if seconds else 1
        return await self._bot.get_updates(
            offset=self._offset, timeout=timedelta(seconds=seconds), limit=limit, allowed_updates=ALLOWED_UPDATES
        )


def _explain(error: TelegramError) -> str:
    if isinstance(error, Conflict):
        if "webhook" in str(error).lower():
            return "A webhook is set for this bot, so it cannot fetch messages."
        return "Another process is polling with this bot's token: stop one of the two."
    if isinstance(error, InvalidToken):
        return "Telegram does not accept TELEGRAM_BOT_TOKEN any more: was it revoked in @BotFather?"
    if isinstance(error, RetryAfter):
        return f"Telegram asks to wait {flood_seconds(error):.0f} seconds."
    if isinstance(error, TimedOut):
        return "Telegram does not answer in time."
    return f"Telegram cannot be reached ({' '.join(str(error).split())[:200]})."
