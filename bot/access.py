"""Who is served: one guard in front of every handler."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Literal

from telegram import Update
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot.addressing import ADDRESSED, NEW
from bot.sending import send
from bot.words import stranger

TELL_AGAIN_SECONDS = 3600.0
MAX_REMEMBERED = 10_000

logger = logging.getLogger(__name__)


class OncePerPeriod:
    """Says yes to each person once in a period; remembers a bounded number of people."""

    def __init__(self, seconds: float, people: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._people = people
        self._clock = clock
        self._last: OrderedDict[int, float] = OrderedDict()

    def allows(self, user_id: int) -> bool:
        """Return whether it is this person's turn; if so, the period begins anew."""
        now = self._clock()
        last = self._last.get(user_id)
        if last is not None and now - last < self._seconds:
            return False
        self._last[user_id] = now
        self._last.move_to_end(user_id)
        if len(self._last) > self._people:
            self._last.popitem(last=False)
        return True


class Access:
    """Lets the updates of allowed users pass and tells others, once an hour, what to ask the operator for."""

    def __init__(self, allowed: frozenset[int] | Literal["*"]) -> None:
        self._allowed = allowed
        self._telling = OncePerPeriod(TELL_AGAIN_SECONDS, MAX_REMEMBERED)

    async def guard(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Stop the handling of an update of any kind that no allowed user has caused.

        Raises:
            ApplicationHandlerStop: nobody further on may see the update.
        """
        user = update.effective_user
        if self._allowed == "*" or (user is not None and user.id in self._allowed):
            return
        if (
            user is not None
            and update.message is not None
            and _is_for_the_bot(update)
            and self._telling.allows(user.id)
        ):
            logger.info("Somebody who is not in CITEGRAM_ALLOWED_USERS was turned away.")
            await send(context.bot, update.message, stranger(user.id))
        raise ApplicationHandlerStop


def _is_for_the_bot(update: Update) -> bool:
    return bool((NEW & ADDRESSED).check_update(update))


def warn_when_closed(allowed: frozenset[int] | Literal["*"]) -> None:
    """Say in the log that nobody is served, if so, and how to change it."""
    if not allowed:
        logger.warning(
            "CITEGRAM_ALLOWED_USERS is empty, so nobody is served: set it to the readers' Telegram ids, as in "
            "CITEGRAM_ALLOWED_USERS=12345678,87654321, or to * for everybody. Who writes to the bot is told their id."
        )
