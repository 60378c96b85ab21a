"""How many answers of one person are worked on at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Shares:
    """Counts the answers in hand of each person; remembers only those who have any."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._in_hand: Counter[int] = Counter()

    @contextmanager
    def one(self, person: int) -> Iterator[bool]:
        """Tell whether somebody may have one more answer worked on, which is counted while the block runs."""
        room = self._in_hand[person] < self.most
        self._in_hand[person] += room
        try:
            yield room
        finally:
            self._in_hand[person] -= room
            if not self._in_hand[person]:
                del self._in_hand[person]
