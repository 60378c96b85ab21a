"""What arrives as several updates and is one thing: a question in parts, a message with its changes, an album, taps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import pairwise

from telegram import CallbackQuery, Message, Update

from bot.addressing import replied_to, without_mention
from bot.views import buttons
from bot.views.text import MAX_UNITS, units

CUT_BY_CLIENT = MAX_UNITS - 200
"""UTF-16 units from which on a message is probably the first part of a text that the client has cut."""
WAIT_SECONDS = 1.2
"""How long the rest of an unfinished question is waited for."""
ALBUM_SECONDS = 0.5
"""How long the next picture of an album is waited for; Telegram hands them over one right after the other."""
MOST_PARTS = 8
MOST_PICTURES = 10
"""An album holds no more."""

# Only words that end no question: "What is it for" and "was kostet das" are whole.
_UNFINISHED = re.compile(
    r"(?:[,:;–—(-]|\.\.\.|…|\b(?:and|or|but|the|because|и|или|но|а|потому что|und|oder|aber))\s*$", re.IGNORECASE
)

Follows = Callable[[Update, float], Awaitable[Update | None]]
Waiting = Callable[[Update], Sequence[Update]]
Together = Callable[[Update, Update], None]


def unfinished(text: str) -> bool:
    """Return whether a text looks as if its writer, or Telegram's limit, has cut it off."""
    return units(text) >= CUT_BY_CLIENT or bool(_UNFINISHED.search(text))


class Gatherer:
    """Takes what belongs to an update in hand out of those behind it; together they get one reply."""

    def __init__(self, follows: Follows, waiting: Waiting, together: Together) -> None:
        """Take ways to the updates behind one of the same conversation, and what is called for each that is taken.

        Args:
            follows: returns the next one, waited for some seconds.
            waiting: returns all that are there.
            together: is told that the second update is dealt with as soon as the first is.
        """
        self._follows = follows
        self._waiting = waiting
        self._together = together
        self._taken: set[int] = set()

    def was_taken(self, update: Update) -> bool:
        """Return, once, whether an update has been dealt with as a part of an earlier one."""
        taken = update.update_id in self._taken
        self._taken.discard(update.update_id)
        return taken

    def newest(self, update: Update) -> str:
        """Return the text of a message, as its writer has changed it if that has happened already."""
        return self._newest(update, update)

    async def whole(self, update: Update) -> str:
        """Return the text of a message with what follows it for as long as it looks unfinished."""
        parts = [update]
        while len(parts) < MOST_PARTS and unfinished(self._newest(update, parts[-1])):
            following = await self._next_part(update, parts[-1])
            if following is None:
                break
            self._take(update, following)
            parts.append(following)
        text = self._newest(update, update)
        for before, part in pairwise(parts):
            # A client cuts anywhere, even within a word; people do not.
            text += "" if units(_text(before)) >= CUT_BY_CLIENT else " "
            text += self._newest(update, part)
        return text

    async def album(self, update: Update) -> str:
        """Return the words under a picture and under the others of its album, a line each."""
        captions = [self._newest(update, update)]
        if update.message is not None and update.message.media_group_id is not None:
            async for picture in self._behind(update, ALBUM_SECONDS, MOST_PICTURES - 1):
                if _same_album(update, picture):
                    self._take(update, picture)
                    captions.append(self._newest(update, picture))
        return "\n".join(filter(None, captions))

    def taps(self, update: Update) -> list[CallbackQuery]:
        """Return the presses behind one that are of the same button of the same message: it was tapped again."""
        waiting = [later for later in self._waiting(update) if _same_button(update, later)]
        for later in waiting:
            self._take(update, later)
        return [later.callback_query for later in waiting if later.callback_query is not None]

    async def _next_part(self, first: Update, last: Update) -> Update | None:
        """Return what the same person writes next, if that goes on from the last part."""
        async for following in self._behind(last, WAIT_SECONDS, MOST_PARTS):
            if following.message is not None and _sender(following) == _sender(first):
                return following if _goes_on(following.message) else None
        return None

    async def _behind(self, update: Update, seconds: float, most: int) -> AsyncIterator[Update]:
        """Give the updates behind one; the wait for each is shorter by what those before it have taken."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        place: Update | None = update
        for _ in range(most):
            place = await self._follows(place, max(0.0, end - loop.time())) if place is not None else None
            if place is None:
                return
            yield place

    def _newest(self, update: Update, part: Update) -> str:
        """Return a part's text as it was changed last; the changes are taken."""
        newest = part.message
        for later in self._waiting(update):
            change = later.edited_message
            if change is not None and part.message is not None and change.message_id == part.message.message_id:
                self._take(update, later)
                newest = change
        return without_mention(newest) if newest is not None else ""

    def _take(self, update: Update, later: Update) -> None:
        self._taken.add(later.update_id)
        self._together(update, later)


def _text(update: Update) -> str:
    return without_mention(update.message) if update.message is not None else ""


def _sender(update: Update) -> int | None:
    sender = update.effective_sender
    return None if sender is None else sender.id


def _goes_on(message: Message) -> bool:
    return bool(message.text) and not (message.text or "").startswith("/") and replied_to(message) is None


def _same_album(first: Update, second: Update) -> bool:
    one, other = first.message, second.message
    return one is not None and other is not None and one.media_group_id == other.media_group_id


def _same_button(first: Update, second: Update) -> bool:
    one, other = first.callback_query, second.callback_query
    if one is None or other is None or one.message is None or other.message is None:
        return False
    by_the_same = one.from_user.id == other.from_user.id or buttons.is_for_all(one.data or "")
    return by_the_same and (one.data, one.message.message_id) == (other.data, other.message.message_id)
