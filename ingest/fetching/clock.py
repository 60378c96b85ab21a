"""Time as fetching sees it: what waits and what has a deadline asks here, so that tests need not wait."""

from __future__ import annotations

import time
from typing import Protocol

from ingest.fetching.failing import FetchError


class Clock(Protocol):
    """What fetching asks of time; whoever wants to break off a wait gives a `sleep` that raises."""

    def now(self) -> float:
        """Return seconds since some fixed moment, never going back."""

    def today(self) -> float:
        """Return seconds since 1970, as the calendar has them."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return seconds since some fixed moment."""
        return time.monotonic()

    def today(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Deadline:
    """Seconds for one page in all, however many redirects and pieces it takes; waiting out of courtesy is free."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Start to run."""
        self._clock = clock
        self._seconds = seconds
        self._end = clock.now() + seconds

    def left(self) -> float:
        """Return the seconds left, more than none.

        Raises:
            FetchError: there are none left.
        """
        left = self._end - self._clock.now()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> FetchError:
        """Return the error for a page that takes longer than this."""
        return FetchError(f"takes longer than {round(self._seconds, 2):g} s")

    def pause(self, seconds: float) -> None:
        """Leave out seconds that were spent waiting on purpose."""
        self._end += seconds

    def half(self) -> Deadline:
        """Return a deadline for a first step: half of what is left."""
        return Deadline(self._clock, self.left() / 2)
