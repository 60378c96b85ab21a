"""The queue between Telegram and the handlers: what it has taken outlives the process."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from telegram import Bot, Update

from bot.stores.database import Database
from bot.stores.inbox import Inbox, Ticket
from retrieval.errors import DatabaseError

MOST_REPEATS = 5
"""How many times an update is begun again after a process has died over it; after that its writer is told so, and if
that ends the process as well, nothing is tried any more."""

logger = logging.getLogger(__name__)


class DurableQueue(asyncio.Queue[object]):
    """A queue for `ApplicationBuilder.update_queue`, without limit.

    python-telegram-bot awaits `put` before it tells Telegram that an update has arrived, so none can be lost between
    the two; each stays in the inbox until `done`. `get` and `task_done` are those of any queue: what a stopping
    application takes out and drops is still in the inbox, for `reload` at the next start.
    """

    def __init__(self, database: Database, inbox: Inbox) -> None:
        super().__init__()
        self._database = database
        self._inbox = inbox
        self._tickets: dict[int, Ticket] = {}
        self._parts: defaultdict[int, set[int]] = defaultdict(set)
        self._dealt_with: set[int] = set()
        """Updates that are dealt with, which could not be written down yet."""
        self._closed = False

    async def put(self, item: object) -> None:
        """Take an update that is new: it is on the disk when this returns. Anything else is queued in memory only.

        Raises:
            DatabaseError: it could not be stored and was not taken.
        """
        if isinstance(item, Update):
            await self.put_all([item])
        else:
            await super().put(item)

    async def put_all(self, updates: Sequence[Update]) -> None:
        """Take those of the updates that are new, in one write, all or none; see `put`."""
        if updates:
            # Shielded: an update that is stored but not queued would wait for the next start.
            await asyncio.shield(asyncio.ensure_future(self._take(updates)))

    async def _take(self, updates: Sequence[Update]) -> None:
        rows = [(update.update_id, _user(update), update.to_json()) for update in updates]
        new = await self._database.run(self._inbox.add, rows, time.time())
        for update in updates:
            if update.update_id in new and not self._closed:
                new.remove(update.update_id)  # the same one twice in a batch counts once
                self.put_nowait(update)

    def close(self) -> None:
        """From now on only store updates, for the next start; to be called before `Application.stop`.

        That takes nothing out any more but waits until everything in the queue has been dealt with.
        """
        self._closed = True

    async def reload(self, bot: Bot) -> int:
        """Queue what earlier processes left, oldest first, and return how much; before anything new is taken.

        What cannot be read, or was begun again more than `MOST_REPEATS` times in vain, is dropped with an error in the
        log; see `is_given_up` for what comes before that.
        """
        count = 0
        for ticket, payload in await self._database.run(self._inbox.left):
            update = _read(payload, bot) if ticket.repeats <= MOST_REPEATS else None
            if update is None:
                logger.error("Update %d is dropped: %s.", ticket.update_id, _why(ticket))
                await self._database.run(self._inbox.done, ticket.update_id)
            else:
                self._tickets[ticket.update_id] = ticket
                self.put_nowait(update)
                count += 1
        return count

    def ticket(self, update_id: int) -> Ticket:
        """Return how far earlier processes have dealt with an update in hand."""
        return self._tickets.get(update_id, Ticket(update_id))

    def is_given_up(self, update_id: int) -> bool:
        """Return whether an update was begun again so often that only its writer is to be told that it was in vain."""
        return self.ticket(update_id).repeats >= MOST_REPEATS

    async def begin(self, update: object) -> None:
        """Note that the work on an update begins, which is written down only when it is not for the first time."""
        if isinstance(update, Update) and update.update_id in self._tickets:
            await self._note(update.update_id, self._inbox.begin, update.update_id)

    def together(self, update: Update, part: Update) -> None:
        """Let a later update be done with as soon as the one that it is a part of is: both or, after a kill, neither."""
        self._parts[update.update_id].add(part.update_id)

    async def done(self, update: object) -> None:
        """Note that an update has been dealt with, whatever came of it; one that the inbox keeps stays, with its parts."""
        if isinstance(update, Update):
            self._tickets.pop(update.update_id, None)
            parts = self._parts.pop(update.update_id, set())
            if self._inbox.is_kept(update.update_id):
                await self._note(update.update_id, self._inbox.keep, *parts)
                return
            self._dealt_with |= {update.update_id, *parts}
            finished = tuple(self._dealt_with)
            if await self._note(update.update_id, self._inbox.done, *finished):
                self._dealt_with.difference_update(finished)

    async def _note(self, update_id: int, note: Callable[..., None], *ids: int) -> bool:
        try:
            await self._database.run(note, *ids)
        except DatabaseError as error:
            # Whoever deals with the update can do nothing about it, and is to go on. What is done is noted with the next.
            logger.error("%s Update %d may be answered again after the next start.", error, update_id)
            return False
        return True

    def __repr__(self) -> str:
        """Say how much is queued, and not what: it is people's words."""
        return f"<{type(self).__name__} of {self.qsize()}>"

    __str__ = __repr__


def _user(update: Update) -> int | None:
    return update.effective_sender.id if update.effective_sender is not None else None


def _read(payload: str, bot: Bot) -> Update | None:
    try:
        return Update.de_json(json.loads(payload), bot)
    except Exception:  # noqa: BLE001  # any kind of error: a stored update may be of another version's form
        return None


def _why(ticket: Ticket) -> str:
    if ticket.repeats >= MOST_REPEATS:
        return f"the bot ended while it was dealt with, {ticket.repeats + 1} times"
    return "it cannot be read"
