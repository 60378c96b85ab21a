"""What rounds read with: one client and one set of workers for all of them."""

from __future__ import annotations

import threading

from ingest.fetching.client import Fetcher
from ingest.fetching.clock import SystemClock
from ingest.web.allowance import Allowance
from ingest.web.listings import Listings
from ingest.web.pages import PageReader
from ingest.web.sites import SiteWalk
from ingest.workers import Workers
from retrieval.errors import Stopped


class Tools:
    """The readers of pages, listings and sites, shared by several threads."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        """Take what fetches and what parses."""
        self.workers = workers
        self.pages = PageReader(fetcher, workers)
        self.listings = Listings(fetcher, workers)
        self.walk = SiteWalk(fetcher, workers, self.pages)


class StoppableClock(SystemClock):
    """The machine's clock, on which nobody sleeps once the work is to end."""

    def __init__(self, stop: threading.Event) -> None:
        """Take what is set when the work is to end."""
        self._stop = stop

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            Stopped: the work is to end.
        """
        if self._stop.wait(seconds):
            raise Stopped("The work was stopped.")


class SharedAllowance(Allowance):
    """A number of items that several rounds share, each with a number of its own."""

    def __init__(self, items: int | None, shared: SharedAllowance | None = None) -> None:
        """Take the number, None for as many as there are, and what it is part of."""
        super().__init__(items)
        self._lock = threading.Lock()
        self._shared = shared

    def take(self) -> bool:
        """Return whether there was one left, and take it."""
        with self._lock:
            return super().take() and (self._shared is None or self._shared.take())
