"""People who ask numbered questions, in private chats, groups and topics, no faster than Telegram lets a bot answer."""

from __future__ import annotations

import random
import time
from collections import Counter

from tests.soak.verdict import Asked, Place, parts_of
from tests.telegram.double import Sent, TelegramDouble

PROBER = 9000
"""Who asks a question after each event, to see that the bot has recovered."""
_PRIVATE: tuple[Place, ...] = tuple((7000 + number, None) for number in range(12))
_GROUPS: tuple[Place, ...] = ((-1001, None), (-1002, None), (-1003, 11), (-1003, 12))
_MEMBERS = (8001, 8002, 8003)
_MOST_OPEN = 4
"""Questions that wait for their answer in one chat."""
_PRIVATE_SECONDS, _GROUP_SECONDS = 1.0, 6.0
"""Between two questions in a chat: a private one takes a message a second, a group 20 a minute, repeats included."""


class Readers:
    """Who asks, what was asked, and what has come back."""

    def __init__(self, double: TelegramDouble, chance: random.Random) -> None:
        self.asked: list[Asked] = []
        self.arrived: list[Sent] = []
        self._double = double
        self._chance = chance
        self._last: dict[int, float] = {}
        double.listen(lambda event, sent: self.arrived.append(sent))

    def ask_somewhere(self) -> None:
        """Ask a question where it is somebody's turn; do nothing if it is nobody's."""
        now, waiting = time.monotonic(), Counter(question.place for question in self.unanswered())
        free = [
            place
            for place in (*_PRIVATE, *_GROUPS)
            if waiting[place] < _MOST_OPEN and now - self._last.get(place[0], 0.0) >= _pause(place)
        ]
        if free:
            self.ask(self._chance.choice(free))

    def ask_in_private(self) -> Asked:
        """Ask a question in one of the private chats, whosever turn it is."""
        return self.ask(self._chance.choice(_PRIVATE))

    def ask(self, place: Place) -> Asked:
        """Ask a question in a chat and topic."""
        chat, topic = place
        parts = self._chance.choice((1, 1, 1, 1, 3)) if chat > 0 else 1
        wait = self._chance.choice((0.0, 0.0, 0.1, 0.3, 0.8))
        asked = Asked(len(self.asked) + 1, place, parts, time.monotonic())
        text = f"Q{asked.number} parts {parts} wait {wait}"
        self.asked.append(asked)
        self._last[chat] = asked.at
        if chat > 0:
            self._double.send_text(chat, text)
        else:
            self._double.send_text(self._chance.choice(_MEMBERS), f"/ask {text}", chat=chat, topic=topic)
        return asked

    def unanswered(self) -> list[Asked]:
        """Return the questions of which not all of the answer has arrived."""
        seen = {part for sent in list(self.arrived) for part in parts_of(sent.text)}
        return [question for question in self.asked if (question.number, question.parts) not in seen]


def _pause(place: Place) -> float:
    return _PRIVATE_SECONDS if place[0] > 0 else _GROUP_SECONDS
