"""Requests that must succeed: in their turn, again after a flood or an outage, and with a word on what may be a repeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.transport.bot_api import flood_seconds, may_have_arrived
from bot.transport.polling import Alert, tell_nobody
from bot.transport.throttle import Throttle

RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Seconds before each repeat; from then on the last of them."""
PROBE_SECONDS = 5.0
"""How often Telegram is asked for a sign of life while it is away."""
PATIENCE_SECONDS = 3600.0
"""How long a request is repeated that fails while Telegram answers others, and how long a flood is not spoken of."""

FINAL = (BadRequest, Forbidden, ChatMigrated)
"""Refusals that the same request would meet again: blocked, no such chat, no right to write there, malformed."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go: a chat, and in it perhaps a topic."""

    chat_id: int
    topic: int | None
    private: bool


class Retrying:
    """Carries out requests to chats, each as often as it takes and makes sense.

    After a failure a request is repeated only once Telegram has answered anything at all: so an outage, however long,
    uses up one attempt, and messages that arrive while the answers to them get lost are not sent over and over.
    Outages and floods are waited out for as long as the process lives; nothing that other chats need is held meanwhile.
    """

    def __init__(self, bot: Bot, throttle: Throttle) -> None:
        self._bot = bot
        self._throttle = throttle
        self._answered_at = 0.0
        self._probing = asyncio.Lock()
        self.alert: Alert = tell_nobody

    async def call(
        self, to: Address, request: Callable[[bool], Awaitable[Result]], *, doubtful: bool = False
    ) -> Result:
        """Carry out `request`; it is told whether an earlier attempt may have had its effect, at first `doubtful`.

        Raises:
            TelegramError: one of `FINAL` when there is no point in trying again; any other when the request has failed
                for an hour while Telegram answered others.
        """
        failures, paused, flooded = 0, 0.0, 0.0
        while True:
            await self._throttle.turn(to.chat_id, to.private)
            try:
                result = await request(doubtful)
            except RetryAfter as error:
                self._answered_at = time.monotonic()
                self._throttle.flooded(to.chat_id, flood_seconds(error))
                flooded += flood_seconds(error)
                if flooded > PATIENCE_SECONDS:
                    await self.alert(
                        "flood", "Telegram has kept me from writing to a chat for an hour; I go on trying."
                    )
            except FINAL:
                raise
            except TelegramError as error:
                # Proxies and restarting servers answer 401, 404 and 409 as well, so none of them is final here.
                pause = RETRY_DELAYS[min(failures, len(RETRY_DELAYS) - 1)]
                if paused + pause > PATIENCE_SECONDS:
                    await self.alert("delivery", "I could not send a message for an hour; the log says why.")
                    raise
                doubtful = doubtful or may_have_arrived(error)
                failed_at = time.monotonic()
                await asyncio.sleep(pause)
                failures, paused = failures + 1, paused + pause
                await self._until_answered(failed_at)
            else:
                self._answered_at = time.monotonic()
                return result

    async def _until_answered(self, since: float) -> None:
        """Return when Telegram has answered some request later than `since`; if nobody else asks, ask who the bot is."""
        while self._answered_at <= since:
            async with self._probing:  # one asks, the others wait for the same answer
                if self._answered_at <= since:
                    await self._probe()

    async def _probe(self) -> None:
        try:
            await self._bot.get_me()
        except RetryAfter:
            self._answered_at = time.monotonic()
        except TelegramError:
            await asyncio.sleep(PROBE_SECONDS)
        else:
            self._answered_at = time.monotonic()
