"""A clock that can be stopped: whoever waits for a host's turn by it is let go."""

from __future__ import annotations

import threading

from ingest.fetching.clock import SystemClock
from ingest.fetching.failing import FetchError


class StoppableClock(SystemClock):
    """The machine's clock, until it is stopped; from then on nobody waits, and nothing that waits first is asked for."""

    def __init__(self) -> None:
        """Run."""
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End all waits, also those that would begin later."""
        self._stopped.set()

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            FetchError: the clock was stopped before that, or meanwhile.
        """
        if self._stopped.wait(seconds):
            raise FetchError("was not asked for, as reading was stopped; try again")
