"""How quickly a run goes, and how long it still takes, told from its last minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

_WINDOW = 60.0  # seconds; what came before, such as a thousand unchanged articles, says nothing of what comes
_APART = 1.0  # seconds between two marks
_FIRST_WORD = 5.0  # seconds that a rate is of, before it is told


@dataclass(frozen=True, slots=True)
class Pace:
    """What is done in a second, and how many seconds are left where it is known how much there is to do."""

    articles: float
    passages: float
    left: float | None


class _Mark(NamedTuple):
    at: float
    done: int
    articles: int
    passages: int


class Meter:
    """Counts what is done out of `total` in any unit, which may grow as more is found; 0 while nothing is known of it."""

    def __init__(self, total: int, clock: Callable[[], float]) -> None:
        """Take the clock, in seconds. It runs from the first that is done, as loading a model comes before it."""
        self.total = total
        self.done = self.articles = self.passages = 0
        self._clock = clock
        self._marks: deque[_Mark] = deque()

    def add(self, done: int, articles: int, passages: int) -> None:
        """Count what has just been done."""
        self.done += done
        self.articles += articles
        self.passages += passages
        now = self._clock()
        if not self._marks or now - self._marks[-1].at >= _APART:
            self._marks.append(_Mark(now, self.done, self.articles, self.passages))
        while len(self._marks) > 1 and now - self._marks[1].at >= _WINDOW:
            self._marks.popleft()

    def pace(self) -> Pace | None:
        """Return the pace of the last minute, or None as long as it can hardly be told."""
        if not self._marks:
            return None
        first = self._marks[0]
        seconds = self._clock() - first.at
        if seconds < _FIRST_WORD:
            return None
        done = self.done - first.done
        left = (self.total - self.done) * seconds / done if done and self.total > self.done else None
        return Pace((self.articles - first.articles) / seconds, (self.passages - first.passages) / seconds, left)


def shown_pace(pace: Pace) -> str:
    """Return a pace as a person reads it."""
    told = [f"{_rate(pace.articles)} articles/s", f"{_rate(pace.passages)} passages/s"]
    return ", ".join([*told, *([] if pace.left is None else [f"{shown_time(pace.left)} left"])])


def shown_time(seconds: float) -> str:
    """Return a time as precisely as a guess deserves: `40 s`, `9 min`, `2 h 10 min`, `3 d 4 h`."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60 // 10 * 10} min"
    hours = minutes // 60
    return f"{hours // 24} d {hours % 24} h"


def shown_bytes(count: int) -> str:
    """Return a size with its unit."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
