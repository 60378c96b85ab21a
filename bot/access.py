"""Who is served, and who is told that they are not."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from telegram import Update
from telegram.constants import ChatType

from bot.addressing import ADDRESSED, NEW
from bot.stores.database import Database
from bot.stores.members import Members, Role
from bot.views.start_links import INVITATION

TELL_AGAIN_SECONDS = 3600.0
MAX_REMEMBERED = 10_000

_INVITED = re.compile(rf"/start(?:@\w+)?\s+{INVITATION}([A-Za-z0-9_-]{{20,60}})\s*", re.ASCII)

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


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may use the bot by its settings, whatever links there are."""

    users: frozenset[int] | Literal["*"]
    admins: frozenset[int]

    def role(self, user_id: int) -> Role | None:
        """Return what the settings let somebody do."""
        if user_id in self.admins:
            return "admin"
        return "reader" if self.users == "*" or user_id in self.users else None

    @property
    def nobody(self) -> bool:
        """Return whether the settings name nobody, so that a link must let the first one in."""
        return not self.users and not self.admins


class Access:
    """Tells who is served, by the settings or by a link."""

    def __init__(
        self,
        allowed: Allowed,
        database: Database,
        members: Members,
    ) -> None:
        self._allowed = allowed
        self._database = database
        self._members = members
        self._telling = OncePerPeriod(TELL_AGAIN_SECONDS, MAX_REMEMBERED)

    async def role(self, user_id: int) -> Role | None:
        """Return what somebody may do, by the settings or by a link; None for strangers."""
        by_settings = self._allowed.role(user_id)
        if by_settings == "admin":
            return by_settings
        return await self._database.run(self._members.role, user_id) or by_settings

    async def serves(self, update: Update) -> bool:
        """Return whether somebody who is served has caused an update; whoever opens a good invitation is from now on.

        Who writes for a group or a channel, as its anonymous admins do, counts as that group or channel.
        """
        user = update.effective_sender
        if user is None:
            return False
        role = await self.role(user.id)
        code = _invitation(update)
        if code is None or role == "admin":  # who makes links may try them without using them up
            return role is not None
        granted = await self._database.run(self._members.redeem, code, user.id, time.time())
        if granted is not None and granted != role:
            logger.info("Somebody was let in by a link, as %s.", granted)
        return granted is not None or role is not None

    def is_to_be_told(self, update: Update) -> bool:
        """Return whether a stranger has written to the bot and is to be told, once an hour, whom to ask."""
        user = update.effective_sender
        return user is not None and bool((NEW & ADDRESSED).check_update(update)) and self._telling.allows(user.id)


def _invitation(update: Update) -> str | None:
    message = update.message
    if message is None or message.chat.type != ChatType.PRIVATE or message.forward_origin or not message.text:
        return None
    form = _INVITED.fullmatch(message.text)
    return form.group(1) if form else None
