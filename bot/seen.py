"""What of the messages is remembered while the bot runs, so that nothing is remarked upon twice."""

from __future__ import annotations

from collections import OrderedDict

from telegram import Message

MAX_ALBUMS = 1000
MAX_MESSAGES = 10_000


class Albums:
    """Tells the first picture of an album from the others, which come as messages of their own."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_first(self, album: str | None) -> bool:
        """Return whether this is the first that is seen of an album; a picture of none always is."""
        if album is None:
            return True
        if album in self._seen:
            return False
        self._seen[album] = None
        if len(self._seen) > MAX_ALBUMS:
            self._seen.popitem(last=False)
        return True


class Versions:
    """Tells whether a message's words are others than before: Telegram reports changes that nobody sees, too."""

    def __init__(self) -> None:
        self._words: OrderedDict[tuple[int, int], int] = OrderedDict()

    def is_new(self, message: Message) -> bool:
        """Return whether the words of a message are seen for the first time; those of a message not known are."""
        key, words = (message.chat.id, message.message_id), hash(message.text or message.caption)
        known = self._words.pop(key, None)
        self._words[key] = words
        if len(self._words) > MAX_MESSAGES:
            self._words.popitem(last=False)
        return known != words
