"""Order of work: one update after the other within a chat and topic, different chats side by side."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

MAX_TAKEN = 4096
"""Updates taken from Telegram and not yet done with; `polling.py` stops fetching well before. What is not fetched,
Telegram keeps for a day."""

ConversationKey = tuple[int, int | None]

_STOP = re.compile(r"/stop(?:@(\w+))?(?:\s|$)", re.IGNORECASE)

logger = logging.getLogger(__name__)


def conversation_key(update: object) -> ConversationKey | None:
    """Return chat id and topic id of an update, or None when it belongs to no chat."""
    if not isinstance(update, Update) or update.effective_chat is None:
        return None
    message = update.effective_message
    # A message that is too old to be shown with its button is known by its chat and its number only.
    topic = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    return update.effective_chat.id, topic


def goes_first(update: object) -> bool:
    """Return whether an update waits for no other: a pressed button, and `/stop`, which would come too late."""
    if not isinstance(update, Update):
        return False
    if update.callback_query is not None:
        return True
    command = _STOP.match(update.message.text or "") if update.message is not None else None
    if update.message is None or command is None:
        return False
    name = command.group(1)
    return name is None or name.lower() == (update.message.get_bot().username or "").lower()


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

    def __init__(self, done: Callable[[object], Awaitable[None]] = _nothing) -> None:
        """Take what is awaited when an update has been dealt with, well or badly; not when the bot's end cut it off."""
        super().__init__(MAX_TAKEN)
        self._done = done
        self._lines: dict[ConversationKey, _Line] = {}

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

    def stop(self, key: ConversationKey) -> int:
        """Cut off the update in hand of a conversation and drop those that wait; return how many these were.

        They count as dealt with. The place of the one in hand is free as soon as its handlers have let go.
        """
        line = self._lines.get(key)
        places = [] if line is None else [place for place in line.places if place.can_be_stopped()]
        for place in places:
            place.stop()
        return len(places)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` when all earlier updates of the same conversation are done."""
        try:
            key = conversation_key(update)
            if key is None or not isinstance(update, Update) or goes_first(update):
                await self._deal_with(update, coroutine, None)
            else:
                await self._in_line(key, update, coroutine)
        finally:
            if isinstance(coroutine, Coroutine):
                coroutine.close()  # never begun when it was dropped; does nothing to one that has ended

    async def initialize(self) -> None:
        """Do nothing: there is nothing to prepare."""

    async def shutdown(self) -> None:
        """Do nothing: the lines are gone with their updates."""

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
