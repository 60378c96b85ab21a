"""How much the server takes: sizes, and how often a chat may be written to."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from math import ceil

from tests.telegram.records import Chat, RefusedError

MAX_CODE_POINTS = 4096
MAX_CAPTION = 1024
MAX_REQUEST_BYTES = 32_768
MAX_ENTITIES = 100
MAX_CALLBACK_ANSWER = 200
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
CALLBACK_SECONDS = 15.0

CHAT_BURST = 5
"""Messages a chat takes within as many seconds: a burst at once, on average one a second."""
GROUP_PER_MINUTE = 20
OVERALL_PER_SECOND = 30
EDITS_BURST = 20
"""Edits a private chat takes within as many seconds. Telegram gives no figures for edits; what is known from other
bots' bans is that about one a second goes well for long in private chats, and one in three seconds in groups."""
GROUP_EDITS_PER_MINUTE = 20

GRACE_SECONDS = 0.5
"""A request that was on its way when the refusal of another one left is no offence."""


class Rates:
    """Counts what is sent, and refuses what is too much. `note` takes what the bot should not have tried."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._times: defaultdict[Hashable, deque[float]] = defaultdict(deque)
        self._pauses: dict[int, tuple[float, float]] = {}
        self._bans: dict[int | None, float] = {}

    def ban(self, chat_id: int | None, seconds: float) -> None:
        """Refuse everything that is sent to a chat, or to any chat, for some time."""
        self._bans[chat_id] = time.monotonic() + seconds

    def start_anew(self) -> None:
        """Expect nothing of a bot that has just started, which cannot know how long it was asked to wait."""
        self._pauses.clear()

    def count_message(self, chat: Chat) -> None:
        """Let a message through, or refuse it with the time to wait."""
        rules: list[tuple[Hashable, int, float]] = [(chat.id, CHAT_BURST, CHAT_BURST)]
        if not chat.is_private:
            rules.append(((chat.id, "minute"), GROUP_PER_MINUTE, 60))
        self._count(chat, rules)

    def count_edit(self, chat: Chat) -> None:
        """Let an edit through, or refuse it with the time to wait."""
        times, seconds = (EDITS_BURST, EDITS_BURST) if chat.is_private else (GROUP_EDITS_PER_MINUTE, 60)
        self._count(chat, [((chat.id, "edits"), times, seconds)])

    def _count(self, chat: Chat, rules: list[tuple[Hashable, int, float]]) -> None:
        now = time.monotonic()
        began, end = self._pauses.get(chat.id, (0.0, 0.0))
        if began + GRACE_SECONDS < now < end - 0.1:
            self._note(f"chat {chat.id} was written to although the server had asked to wait")
        banned = max(self._bans.get(chat.id, 0.0), self._bans.get(None, 0.0))
        if banned > now:
            raise self._refusal(chat, banned - now)
        everything: list[tuple[Hashable, int, float]] = [*rules, ("overall", OVERALL_PER_SECOND, 1)]
        for key, most, seconds in everything:
            times = self._times[key]
            while times and times[0] <= now - seconds:
                times.popleft()
            if len(times) >= most:
                raise self._refusal(chat, times[0] + 60 - now if seconds == 60 else 1)
        for key, _, _ in everything:
            self._times[key].append(now)

    def _refusal(self, chat: Chat, seconds: float) -> RefusedError:
        now = time.monotonic()
        refusal = flood(seconds)
        self._pauses[chat.id] = (now, now + (refusal.retry_after or 0))
        return refusal


def flood(seconds: float) -> RefusedError:
    """Return the refusal of a request that came too early by so many seconds."""
    wait = max(1, ceil(seconds))
    return RefusedError(429, f"Too Many Requests: retry after {wait}", wait)
