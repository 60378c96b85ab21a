"""One question that arrives as several messages, put together again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from telegram import Update

from bot.addressing import without_mention
from bot.views.text import MAX_UNITS, units

CUT_BY_CLIENT = MAX_UNITS - 200
"""UTF-16 units from which on a message is probably the first part of a text that the client has cut."""
WAIT_SECONDS = 1.2
"""How long the rest of an unfinished question is waited for."""
MOST_PARTS = 8

_UNFINISHED = re.compile(
    r"(?:[,:;–—(-]|\.\.\.|…|\b(?:and|or|but|the|of|in|on|for|with|и|или|но|а|в|на|о|об|с|по|что|und|oder|der|die|das))\s*$",
    re.IGNORECASE,
)

Follows = Callable[[Update, float], Awaitable[Update | None]]


def unfinished(text: str) -> bool:
    """Return whether a text looks as if its writer, or Telegram's limit, has cut it off."""
    return units(text) >= CUT_BY_CLIENT or bool(_UNFINISHED.search(text))


class Gatherer:
    """Takes what follows an unfinished message from the same person, who then gets one answer."""

    def __init__(self, follows: Follows) -> None:
        self._follows = follows
        self._taken: set[int] = set()

    def was_taken(self, update: Update) -> bool:
        """Return, once, whether an update has been answered as a part of the one before it."""
        taken = update.update_id in self._taken
        self._taken.discard(update.update_id)
        return taken

    async def whole(self, update: Update) -> str:
        """Return the text of a message with what follows it for as long as it looks unfinished."""
        text, last = _text(update), update
        for _ in range(MOST_PARTS - 1):
            if not unfinished(_text(last)):
                break
            following = await self._follows(last, WAIT_SECONDS)
            if following is None or not _goes_on(update, following):
                break
            self._taken.add(following.update_id)
            # A client cuts anywhere, even within a word; people do not.
            gap = "" if units(_text(last)) >= CUT_BY_CLIENT else " "
            text, last = f"{text}{gap}{_text(following)}", following
        return text


def _text(update: Update) -> str:
    return without_mention(update.message) if update.message is not None else ""


def _goes_on(first: Update, second: Update) -> bool:
    message = second.message
    return (
        message is not None
        and bool(message.text)
        and not (message.text or "").startswith("/")
        and message.reply_to_message is None
        and second.effective_user == first.effective_user
    )
