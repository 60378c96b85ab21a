"""Requests that must succeed: in their turn, again after a flood or an outage, and with a word on what may be a repeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.transport.bot_api import MAX_FLOOD_SECONDS, flood_seconds, may_have_arrived
from bot.transport.throttle import Throttle

RETRY_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each repeat; a request that has failed once more than that is given up."""
PROBE_SECONDS = 5.0
"""How often Telegram is asked for a sign of life while it is away."""
PATIENCE_SECONDS = 3600.0
"""How long an outage may last before the requests that wait for its end are given up."""

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
    """

    def __init__(self, bot: Bot, throttle: Throttle) -> None:
        self._bot = bot
        self._throttle = throttle
        self._answered_at = 0.0
        self._probing = asyncio.Lock()

    async def call(
        self, to: Address, request: Callable[[bool], Awaitable[Result]], *, doubtful: bool = False
    ) -> Result:
        """Carry out `request`; it is told whether an earlier attempt may have had its effect, at first `doubtful`.

        Raises:
            TelegramError: there is no point in trying again.
        """
        failures, patience = 0, MAX_FLOOD_SECONDS
        while True:
            await self._throttle.turn(to.chat_id, to.private)
            try:
                result = await request(doubtful)
            except RetryAfter as error:
                self._answered_at = time.monotonic()
                patience -= flood_seconds(error)
                if patience < 0:
                    raise
                self._throttle.flooded(to.chat_id, flood_seconds(error))
            except BadRequest:
                raise  # a NetworkError by inheritance, but the same request would be refused again
            except (NetworkError, InvalidToken) as error:
                # Proxies and restarting servers answer 401 and 404 as well, so neither is final here.
                if failures == len(RETRY_DELAYS):
                    raise
                doubtful = doubtful or may_have_arrived(error)
                failed_at = time.monotonic()
                await asyncio.sleep(RETRY_DELAYS[failures])
                failures += 1
                await self._until_answered(failed_at)
            else:
                self._answered_at = time.monotonic()
                return result

    async def _until_answered(self, since: float) -> None:
        """Return when Telegram has answered some request later than `since`; if nobody else asks, ask who the bot is."""
        while self._answered_at <= since:
            async with self._probing:  # one asks, the others wait for the same answer
                if self._answered_at <= since:
                    await self._probe(since)

    async def _probe(self, since: float) -> None:
        try:
            await self._bot.get_me()
        except RetryAfter:
            self._answered_at = time.monotonic()
        except TelegramError:
            if time.monotonic() - since > PATIENCE_SECONDS:
                raise
            await asyncio.sleep(PROBE_SECONDS)
        else:
            self._answered_at = time.monotonic()
