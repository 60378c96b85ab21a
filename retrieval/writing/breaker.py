"""A chat model whose provider keeps failing is left alone for a while, so that readers do not wait for it in vain."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from retrieval.errors import WriterUnavailable
from retrieval.writing.failures import Failure

FAILURES = 3
"""So many failures in a row, and the provider is left alone."""
SHORTEST_PAUSE = 30.0
LONGEST_PAUSE = 600.0
"""Seconds; a pause doubles with every probe that fails."""
_LASTING = frozenset({401, 402, 403})
"""HTTP statuses that somebody has to do something about: the key, or the account behind it, is refused."""
_ABOUT_THE_REQUEST = frozenset({400, 413, 422})
"""HTTP statuses by which the provider works but does not take this request, so that others are none the worse for it."""

logger = logging.getLogger(__name__)


class Breaker:
    """Says whether a provider may be asked; to be told how each request ended. All of it from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with a provider that works; `clock` tells the seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = 0.0
        self._until: float | None = None
        self._probing = False
        self._turn = 0
        self._away = False

    def enter(self) -> int:
        """Return a permit for one request; once a pause is over, for one at a time, which is the probe.

        Raises:
            WriterUnavailable: the provider is being left alone.
        """
        with self._lock:
            if self._until is None:
                return self._turn
            left = self._until - self._clock()
            if left > 0:
                raise WriterUnavailable(f"the provider is left alone for another {left:.0f} s", left)
            if self._probing:
                raise WriterUnavailable("the provider is being asked whether it works again")
            self._probing = True
            self._turn += 1
            return self._turn

    def succeeded(self, permit: int) -> None:
        """Tell that the provider answered."""
        with self._lock:
            if permit != self._turn:
                return
            back, self._away = self._away, False
            self._failures, self._pause, self._until, self._probing = 0, 0.0, None, False
        if back:
            logger.warning("The chat model answers again.")

    def failed(self, permit: int, failure: Failure) -> None:
        """Tell that it failed; what began before the pause that is on does not lengthen it."""
        with self._lock:
            if permit != self._turn:
                return
            first, self._away = not self._away, True
            pause = self._pause_after(failure)
            self._probing = False
            if pause is not None:
                self._until = self._clock() + pause
                self._turn += 1
        if first:
            logger.warning(
                "The chat model does not answer: %s; until it does, answers are quotes alone.", failure.reason
            )

    def gave_up(self, permit: int) -> None:
        """Tell that the request ended before it could be known whether the provider works."""
        with self._lock:
            if permit == self._turn:
                self._probing = False

    def _pause_after(self, failure: Failure) -> float | None:
        if failure.retry_after is not None:
            return failure.retry_after
        if failure.status in _LASTING:
            return LONGEST_PAUSE
        if failure.status in _ABOUT_THE_REQUEST:
            return None
        self._failures += 1
        if not self._probing and self._failures < FAILURES:
            return None
        self._pause = min(max(SHORTEST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        return self._pause
