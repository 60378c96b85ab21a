"""Fetching updates by long polling, through every kind of failure, for as long as the bot runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NoReturn, Protocol

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.transport.bot_api import MAX_FLOOD_SECONDS, flood_seconds
from bot.transport.order import ConversationOrder
from retrieval.errors import CitegramError

POLL_SECONDS = 20
"""How long Telegram may hold a request open; also the longest that a silently dead connection goes unnoticed for,
plus the read timeout."""
MAX_WAITING = 1000
"""Updates in hand above which no more are fetched."""
FIRST_DELAY, MAX_DELAY = 0.5, 10.0
"""Seconds between two attempts while Telegram is away; the longest is short, so that service is back soon after it."""
CONFLICT_DELAY = 5.0
CONFIRM_SECONDS = 3.0
STORE_DELAY = 5.0
"""Seconds between two attempts to store updates."""
LONG_OUTAGE_SECONDS = 60.0
"""Outages that lasted longer are told to the admins once they are over."""
ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)

Alert = Callable[[str, str], Awaitable[None]]
"""Tells the admins of a kind of trouble, in the words given."""

logger = logging.getLogger(__name__)


async def tell_nobody(kind: str, text: str) -> None:
    """Stand in for an alert where there is nobody to tell."""


class Intake(Protocol):
    """Where updates go, as `DurableQueue` is: once it has taken them they are not lost."""

    async def put_all(self, updates: Sequence[Update]) -> None:
        """Take updates, all or, with an error, none."""


class Outage:
    """Times in which Telegram does not serve: says so once for each kind of trouble, and when it is over."""

    def __init__(self, alert: Alert = tell_nobody) -> None:
        self._alert = alert
        self._kinds: set[str] = set()
        self._failures = 0
        self._began = 0.0

    async def note(self, error: TelegramError) -> float:
        """Take note of a failed request; return the seconds to wait before the next attempt."""
        if not self._kinds:
            self._began = time.monotonic()
        kind = type(error).__name__
        if kind not in self._kinds:
            self._kinds.add(kind)
            logger.warning("%s Trying again until it works.", _explain(error))
            if isinstance(error, Conflict | InvalidToken):
                await self._alert(kind, _explain(error))
        self._failures += 1
        if isinstance(error, RetryAfter):
            return min(flood_seconds(error), MAX_FLOOD_SECONDS)
        if isinstance(error, Conflict):
            return CONFLICT_DELAY
        return min(FIRST_DELAY * 2.0 ** min(self._failures - 1, 10), MAX_DELAY)

    async def over(self) -> None:
        """Take note that a request succeeded."""
        lasted = time.monotonic() - self._began
        if self._kinds:
            logger.info("Telegram serves again, after %.0f seconds.", lasted)
            if lasted > LONG_OUTAGE_SECONDS:
                await self._alert("Outage", f"Telegram could not be reached for {lasted / 60:.0f} minutes; it can now.")
        self._kinds.clear()
        self._failures = 0


class Poller:
    """Moves updates from Telegram into the queue that the application works through."""

    def __init__(self, bot: Bot, queue: Intake, order: ConversationOrder, alert: Alert = tell_nobody) -> None:
        self._bot = bot
        self._queue = queue
        self._order = order
        self._alert = alert
        self._offset: int | None = None

    async def run(self) -> NoReturn:
        """Fetch updates until cancelled; never ends by itself."""
        outage = Outage(self._alert)
        while True:
            while self._order.current_concurrent_updates >= MAX_WAITING:
                await asyncio.sleep(0.1)
            began = time.monotonic()
            try:
                updates = await self._fetch(POLL_SECONDS)
            except TelegramError as error:
                await asyncio.sleep(await outage.note(error))
                continue
            await outage.over()
            if updates:
                # In the queue first: asking for the next ones tells Telegram that these have arrived.
                await self._store(updates)
                self._offset = updates[-1].update_id + 1
            elif time.monotonic() - began < 0.5:
                await asyncio.sleep(0.5)  # a server that does not hold requests open

    async def confirm(self) -> None:
        """Tell Telegram that what was fetched has arrived, so that the next start does not get it again."""
        if self._offset is None:
            return
        try:
            await asyncio.wait_for(self._fetch(0), CONFIRM_SECONDS)
        except (TelegramError, TimeoutError) as error:
            logger.warning("The last questions may come again after the next start (%s).", type(error).__name__)

    async def _store(self, updates: Sequence[Update]) -> None:
        failed = False
        while True:
            try:
                await self._queue.put_all(updates)
            except Exception as error:  # noqa: BLE001  # a full disk, a lock: Telegram keeps the updates
                if not failed:
                    await self._complain(error)
                failed = True
                await asyncio.sleep(STORE_DELAY)
            else:
                break
        if failed:
            logger.info("Messages can be stored again.")

    async def _complain(self, error: Exception) -> None:
        logger.error("Messages cannot be stored. Trying again until it works.", exc_info=error)
        if isinstance(error, CitegramError):  # it says what to do, and nothing of anybody's words
            logger.error("%s", error)
            await self._alert("Storage", str(error))
        else:
            await self._alert("Storage", "I cannot store messages: is the disk full?")

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
