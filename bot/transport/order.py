"""Order of work: one update after the other within a chat and topic, different chats side by side."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.transport.kinds import ConversationKey, asks_by_button, conversation_key, goes_first, is_stop, sender_id

__all__ = ["ConversationKey", "ConversationOrder", "conversation_key", "goes_first"]

MAX_TAKEN = 4096
"""Updates taken from Telegram and not yet done with; `polling.py` stops fetching well before. What is not fetched,
Telegram keeps for a day."""
MAX_OF_ONE_CHAT = 100
"""Of these, from one chat; more are dropped, so that no chat can keep the others from being fetched."""

logger = logging.getLogger(__name__)


def _always(update: Update) -> bool:
    return True


async def _nothing(update: object) -> None:
    """Do nothing about an update that has been dealt with."""


@dataclass(eq=False, slots=True)
class _Place:
    """An update's place in the line of its conversation."""

    update: Update
    begins: asyncio.Future[None]
    task: asyncio.Task[Any] | None = None
    """Set while its handlers are at work."""
    stopped: bool = False
    over: bool = False

    def can_be_stopped(self) -> bool:
        return not (self.stopped or self.over or self.begins.cancelled())

    def stop(self) -> None:
        self.stopped = True
        if self.task is not None:
            self.task.cancel()
        elif not self.begins.done():
            self.begins.set_result(None)


@dataclass(eq=False, slots=True)
class _Line:
    """The updates of one conversation, the one in hand first; it lives only as long as there are any."""

    places: list[_Place] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class ConversationOrder(BaseUpdateProcessor):
    """Handles the updates of one conversation in the order they came, while other conversations go on."""

    def __init__(
        self,
        done: Callable[[object], Awaitable[None]] = _nothing,
        *,
        counts: Callable[[Update], bool] = _always,
        meant: Callable[[Update], bool] = _always,
    ) -> None:
        """Take what the order has to know of updates.

        Args:
            done: is awaited when one has been dealt with, well or badly; not when the bot's end cut it off.
            counts: tells whether a message is a question, to be counted when it is stopped; presses that ask always are.
            meant: tells whether a message is for the bot; others wait only behind what the same person has in hand,
                of which they may be parts.
        """
        super().__init__(MAX_TAKEN)
        self._done = done
        self._counts = counts
        self._meant = meant
        self._lines: dict[ConversationKey, _Line] = {}
        self._in_hand: Counter[int] = Counter()
        self._dropping: set[int] = set()
        self._stopping: dict[ConversationKey, int] = {}
        """Of conversations in which a `/stop` is being carried out the id of the latest one: what comes later goes on."""

    @property
    def conversations(self) -> int:
        """Return how many conversations have an update in hand."""
        return len(self._lines)

    def waiting(self, update: Update) -> list[Update]:
        """Return the updates of the same conversation that came after this one and have not begun."""
        line = self._line_of(update)
        places = [] if line is None else line.places
        numbers = [number for number, place in enumerate(places) if place.update is update]
        later = places[numbers[0] + 1 :] if numbers else places
        return [place.update for place in later if not place.begins.done()]

    async def follows(self, update: Update, seconds: float) -> Update | None:
        """Return the update that comes next in the same conversation, waited for that long, if any does."""
        line = self._line_of(update)
        if line is None:
            return None
        try:
            async with asyncio.timeout(seconds):
                while not self.waiting(update):
                    line.arrived.clear()
                    await line.arrived.wait()
        except TimeoutError:
            return None
        return self.waiting(update)[0]

    def stop(self, key: ConversationKey, user_id: int | None = None) -> int:
        """Cut off the update in hand of a conversation and drop those that wait; return how many questions these were.

        Only those that somebody has caused, or all when `user_id` is None, and while a `/stop` is being carried out only
        those that came before it. They count as dealt with. The place of the one in hand is free as soon as its handlers
        have let go.
        """
        line, before = self._lines.get(key), self._stopping.get(key)
        places = [] if line is None else [place for place in line.places if place.can_be_stopped()]
        stopped = [
            place
            for place in places
            if (user_id is None or sender_id(place.update) == user_id)
            and (before is None or place.update.update_id < before)
        ]
        for place in stopped:
            place.stop()
        return sum(asks_by_button(place.update) or self._counts(place.update) for place in stopped)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` when all earlier updates of the same conversation are done."""
        try:
            key = conversation_key(update)
            if key is None or not isinstance(update, Update):
                await self._deal_with(update, coroutine, None)
            elif is_stop(update):
                await self._stop_once(key, update, coroutine)
            elif self._goes_by(key, update):
                await self._deal_with(update, coroutine, None)
            else:
                await self._unless_too_many(key, update, coroutine)
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # never begun when it was dropped; does nothing to one that has ended

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: the lines are gone with their updates."""

    async def _stop_once(self, key: ConversationKey, update: Update, coroutine: Awaitable[Any]) -> None:
        """Carry out `/stop`; while one is being replied to in a conversation, further ones get no reply of their own."""
        under_way = key in self._stopping
        self._stopping[key] = update.update_id
        if under_way:
            self.stop(key, sender_id(update))
            await self._report(update)
            return
        try:
            await self._deal_with(update, coroutine, None)
        finally:
            del self._stopping[key]

    async def _unless_too_many(self, key: ConversationKey, update: Update, coroutine: Awaitable[Any]) -> None:
        chat, _ = key
        if self._in_hand[chat] >= MAX_OF_ONE_CHAT:
            if chat not in self._dropping:
                self._dropping.add(chat)
                logger.warning("A chat has %d messages in hand; what it sends beyond that is dropped.", MAX_OF_ONE_CHAT)
            await self._report(update)
            return
        with self._counted(chat):
            if goes_first(update):
                await self._deal_with(update, coroutine, None)
            else:
                await self._in_line(key, update, coroutine)

    @contextmanager
    def _counted(self, chat: int) -> Iterator[None]:
        self._in_hand[chat] += 1
        try:
            yield
        finally:
            self._in_hand[chat] -= 1
            if not self._in_hand[chat]:
                del self._in_hand[chat]
                self._dropping.discard(chat)

    def _goes_by(self, key: ConversationKey, update: Update) -> bool:
        """Return whether an update has nothing to do with the bot, nor with what its sender has in hand."""
        if update.callback_query is not None or self._meant(update):
            return False
        line, sender = self._lines.get(key), sender_id(update)
        return line is None or all(sender_id(place.update) != sender for place in line.places)

    async def _in_line(self, key: ConversationKey, update: Update, coroutine: Awaitable[Any]) -> None:
        line = self._lines.setdefault(key, _Line())
        place = _Place(update, asyncio.get_running_loop().create_future())
        line.places.append(place)
        line.arrived.set()
        self._begin_first(line)
        try:
            await place.begins
            await self._deal_with(update, coroutine, place)
        finally:
            line.places.remove(place)
            if line.places:
                self._begin_first(line)
            else:
                del self._lines[key]

    def _begin_first(self, line: _Line) -> None:
        first = line.places[0]
        if not first.begins.done():
            first.begins.set_result(None)

    async def _deal_with(self, update: object, coroutine: Awaitable[Any], place: _Place | None) -> None:
        """Do the work and say that it is done, in whatever way it ended except by the bot's own stop."""
        task = asyncio.current_task()
        try:
            if place is None:
                await coroutine
            elif not place.stopped:
                await self._stoppable(coroutine, place)
        except asyncio.CancelledError:
            if task is None or not task.cancelling():
                await self._report(update)  # the handlers' own doing
            raise
        except Exception:
            await self._report(update)
            raise
        await self._report(update)

    async def _stoppable(self, coroutine: Awaitable[Any], place: _Place) -> None:
        task = place.task = asyncio.current_task()
        try:
            await coroutine
        except asyncio.CancelledError:
            if not place.stopped or task is None or task.cancelling() > 1:
                raise  # the bot stops, perhaps at the same time
        finally:
            place.task, place.over = None, True
            if place.stopped and task is not None:
                task.uncancel()

    async def _report(self, update: object) -> None:
        try:
            await self._done(update)
        except Exception:  # whatever keeps it from being written down must not hold up the conversation
            logger.exception("It could not be written down that an update was dealt with.")

    def _line_of(self, update: Update) -> _Line | None:
        key = conversation_key(update)
        return None if key is None else self._lines.get(key)
