"""Telling the bot's admins of trouble, in their private chats, without ever adding to it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NoReturn

from bot.transport.sending import Address, Courier
from bot.views.text import render_text

AGAIN_SECONDS = 3600.0
"""How long the same kind of trouble is not spoken of again."""
MAX_WAITING = 20
"""Alerts kept while Telegram is away; of more, the oldest are dropped."""
MAX_KINDS = 100

logger = logging.getLogger(__name__)


class Alerts:
    """Sends each kind of trouble to every admin at most once an hour; `run` must be running for anything to be sent."""

    def __init__(
        self, courier: Courier, admins: Callable[[], Iterable[int]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._courier = courier
        self._admins = admins
        self._clock = clock
        self._told: dict[str, float] = {}
        self._waiting: deque[str] = deque(maxlen=MAX_WAITING)
        self._filled = asyncio.Event()
        self._texts: dict[int, deque[str]] = {}
        """What each admin is still to be told."""
        self._telling: dict[int, asyncio.Task[None]] = {}

    async def alert(self, kind: str, text: str) -> None:
        """Have admins told of a kind of trouble, unless they were within the hour; waits for nothing, raises nothing."""
        now = self._clock()
        last = self._told.get(kind)
        if last is not None and now - last < AGAIN_SECONDS:
            return
        self._told.pop(kind, None)
        self._told[kind] = now
        if len(self._told) > MAX_KINDS:
            del self._told[next(iter(self._told))]
        self._waiting.append(text)
        self._filled.set()

    async def run(self) -> NoReturn:
        """Send what there is to tell, in order, until cancelled; while Telegram is away, that is kept."""
        try:
            while True:
                await self._filled.wait()
                self._filled.clear()
                while self._waiting:
                    self._hand_out(self._waiting.popleft())
        finally:
            telling = list(self._telling.values())
            for task in telling:
                task.cancel()
            await asyncio.gather(*telling, return_exceptions=True)

    def _hand_out(self, text: str) -> None:
        try:
            admins = tuple(self._admins())
        except Exception:  # whatever is wrong with telling of trouble must not become more of it
            logger.exception("The admins could not be told of trouble.")
            return
        for admin in admins:
            self._texts.setdefault(admin, deque(maxlen=MAX_WAITING)).append(text)
            # Side by side: an admin who is flooded, however long, keeps no other from learning of anything.
            if admin not in self._telling:
                self._telling[admin] = asyncio.create_task(self._tell(admin))

    async def _tell(self, admin: int) -> None:
        texts = self._texts[admin]
        try:
            while texts:
                await self._courier.send(Address(admin, None, private=True), render_text(texts.popleft()))
        except Exception:
            logger.exception("An admin could not be told of trouble.")
        finally:
            del self._texts[admin], self._telling[admin]
