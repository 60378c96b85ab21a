"""Telegram's limits, kept by ourselves: when the next message to a chat may go out."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Rule = tuple[int, float]
"""At most so many messages in any stretch of so many seconds."""

PRIVATE: tuple[Rule, ...] = ((3, 1.0), (5, 5.2))
"""Telegram allows about one message a second and short bursts: three at once, and one a second in the long run. The
fifth of a second is for messages that take longer on their way than the next ones."""
GROUP: tuple[Rule, ...] = (*PRIVATE, (19, 61.0))
"""Telegram allows 20 a minute."""
OVERALL: tuple[Rule, ...] = ((27, 1.05),)
"""Telegram allows 30 a second."""

RESERVE = 3
"""One in so many messages of each limit, and at least one, is kept from what may be left out: so an answer that was shown
while it was written, and what else is said in its chat, need not wait for that."""

FLOODED_CHATS = 3
FLOOD_STRETCH = 1.0
"""So many chats refused within so many seconds: Telegram means the bot, not the chats."""
OVERALL_PAUSE = 30.0
"""The longest that all chats pause together; when it is over, the next refusals tell whether it was enough."""


class Pace:
    """Keeps a series of messages within some rules, and stops it for a while when Telegram asks for that."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._longest = max(seconds for _, seconds in self._rules)
        self._sent = deque[float](maxlen=max(count for count, _ in self._rules))
        self._paused_until = -math.inf

    def delay(self, now: float, *, spare: bool = False) -> float:
        """Return the seconds until the next message may go out, 0 when it may now; `spare`: and leaves room for others."""
        free = self._paused_until
        for count, seconds in self._rules:
            most = count - max(1, count // RESERVE) if spare else count
            if len(self._sent) >= most:
                free = max(free, self._sent[-most] + seconds)
        return max(0.0, free - now)

    def count(self, now: float) -> None:
        """Take note that a message goes out."""
        self._sent.append(now)

    def pause(self, until: float) -> None:
        """Let nothing out before then."""
        self._paused_until = max(self._paused_until, until)

    def idle(self, now: float) -> bool:
        """Return whether what went out before makes no difference any more."""
        return now >= self._paused_until and (not self._sent or now - self._sent[-1] >= self._longest)


@dataclass(slots=True)
class _Chat:
    pace: Pace
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Hands out turns in the order in which they were asked for."""
    users: int = 0


class Throttle:
    """Gives each message and each edit its turn: in order of arrival within a chat, whatever other chats wait for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._chats: OrderedDict[int, _Chat] = OrderedDict()
        self._overall = Pace(OVERALL)
        self._line = asyncio.Lock()
        self._floods: deque[tuple[float, int]] = deque(maxlen=FLOODED_CHATS)

    @property
    def chats(self) -> int:
        """Return how many chats are remembered."""
        return len(self._chats)

    async def turn(self, chat_id: int, private: bool) -> None:
        """Return when a message to a chat may go out; it is counted from then on.

        A caller that is cancelled while it waits loses its turn and holds up nobody.
        """
        chat = self._chat(chat_id, private)
        chat.users += 1
        try:
            async with chat.line:
                while not await self._try_turn(chat):
                    await asyncio.sleep(chat.pace.delay(self._clock()))
        finally:
            chat.users -= 1

    def spare_turn(self, chat_id: int, private: bool) -> bool:
        """Take a turn for what may be left out, unless something waits or would have to because of it; return if so."""
        chat, now = self._chat(chat_id, private), self._clock()
        if chat.line.locked() or self._line.locked():
            return False
        if chat.pace.delay(now, spare=True) > 0 or self._overall.delay(now, spare=True) > 0:
            return False
        chat.pace.count(now)
        self._overall.count(now)
        return True

    def flooded(self, chat_id: int, seconds: float) -> None:
        """Stop a chat for as long as Telegram asks; all chats, when it asks for several at the same time."""
        now = self._clock()
        chat = self._chats.get(chat_id)
        if chat is not None:
            chat.pace.pause(now + seconds)
        self._floods = deque((one for one in self._floods if one[1] != chat_id), maxlen=FLOODED_CHATS)
        self._floods.append((now, chat_id))
        if len(self._floods) == FLOODED_CHATS and now - self._floods[0][0] <= FLOOD_STRETCH:
            self._overall.pause(now + min(seconds, OVERALL_PAUSE))

    async def _try_turn(self, chat: _Chat) -> bool:
        if chat.pace.delay(self._clock()) > 0:
            return False
        # Only chats whose own limits allow a message stand in the line of all.
        async with self._line:
            while (delay := self._overall.delay(self._clock())) > 0:
                await asyncio.sleep(delay)
            now = self._clock()
            if chat.pace.delay(now) > 0:  # Telegram has asked for patience meanwhile
                return False
            chat.pace.count(now)
            self._overall.count(now)
            return True

    def _chat(self, chat_id: int, private: bool) -> _Chat:
        now = self._clock()
        for _ in range(min(2, len(self._chats))):  # two out for at most one in: memory stays bounded
            oldest, chat = next(iter(self._chats.items()))
            if chat.users or not chat.pace.idle(now):
                self._chats.move_to_end(oldest)
            else:
                del self._chats[oldest]
        if chat_id not in self._chats:
            self._chats[chat_id] = _Chat(Pace(PRIVATE if private else GROUP))
        return self._chats[chat_id]
