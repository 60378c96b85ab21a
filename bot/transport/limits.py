"""How many questions one person may ask in a minute."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["yes", "tell", "no"]

MAX_REMEMBERED = 10_000
TELL_AGAIN_SECONDS = 10.0
_TINY = 1e-9
"""Of a question: so little comes from the arithmetic, which adds and takes away shares of one."""


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float
    """When `left` was right."""
    told_at: float | None = None
    in_refusals: bool = False


class Limits:
    """Lets everybody ask `per_minute` questions a minute, some of them at once; remembers a bounded number of people."""

    def __init__(self, per_minute: int, burst: int = 5, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._most = float(min(burst, per_minute))
        self._clock = clock
        self._people: OrderedDict[int, _Allowance] = OrderedDict()

    @property
    def people(self) -> int:
        """Return how many people are remembered."""
        return len(self._people)

    def take(self, user_id: int, at: float | None = None) -> Verdict:
        """Return whether it is answered: `yes`, which is counted; `no`; or `tell` for the first `no` of a stretch.

        Between two `tell` are at least 10 seconds, however the stretches follow each other. `at` is when it was
        asked, by default now; one object is given either always or never.
        """
        now = self._clock() if at is None else at
        person = self._person(user_id, now)
        now = max(now, person.at)
        person.left = self._left(person, now)
        person.at = now
        if person.left >= 1 - _TINY:
            person.left -= 1
            person.in_refusals = False
            return "yes"
        told_lately = person.told_at is not None and now - person.told_at < TELL_AGAIN_SECONDS
        if person.in_refusals or told_lately:
            return "no"
        person.in_refusals = True
        person.told_at = now
        return "tell"

    def wait(self, user_id: int, at: float | None = None) -> int:
        """Return in how many seconds, rounded up, `take` says `yes` again; `at` is as there."""
        person = self._people.get(user_id)
        if person is None:
            return 0
        missing = 1 - self._left(person, max(self._clock() if at is None else at, person.at))
        return max(0, math.ceil((missing - _TINY) / self._per_second))

    def _left(self, person: _Allowance, now: float) -> float:
        return min(self._most, person.left + (now - person.at) * self._per_second)

    def _person(self, user_id: int, now: float) -> _Allowance:
        if user_id not in self._people:
            self._people[user_id] = _Allowance(self._most, now)
            if len(self._people) > MAX_REMEMBERED:
                self._people.popitem(last=False)  # whoever has not written for longest
        self._people.move_to_end(user_id)
        return self._people[user_id]
