"""How often a host is asked: one request at a time with a rest between, and not at all while it asks for quiet."""

from __future__ import annotations

import threading
from email.utils import parsedate_to_datetime

from ingest.fetching.clock import Clock
from ingest.fetching.failing import FetchError

LONGEST_WAIT = 30.0
"""Seconds that are waited for one host: what it asks for between two requests is capped at that, and a longer quiet is an
error for whoever comes meanwhile."""

_LONGEST_QUIET = 86_400.0  # seconds; a host that asks for more is asked again after a day
_MANY = 10_000  # hosts remembered before those whose rest is over are forgotten


class Pace:
    """When each host may be asked next. Safe to use from several threads: each gets its turn."""

    def __init__(self, clock: Clock, interval: float) -> None:
        """Leave at least `interval` seconds between the beginnings of two requests to a host."""
        self._clock = clock
        self._interval = interval
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._quiet_until: dict[str, float] = {}

    def wait(self, host: str, delay: float = 0.0) -> float:
        """Wait for the turn of one request and return the seconds that took; `delay` is the rest the host asks for.

        Raises:
            FetchError: the host has asked for a quiet that ends too late to wait for.
        """
        with self._lock:
            now = self._clock.now()
            quiet = self._quiet_until.get(host, now)
            if quiet - now > LONGEST_WAIT:
                raise quiet_error(quiet - now)
            start = max(now, quiet, self._free_at.get(host, now))
            self._forget(now)
            self._free_at[host] = start + max(self._interval, min(delay, LONGEST_WAIT))
        if start > now:
            self._clock.sleep(start - now)
        return start - now

    def keep_quiet(self, host: str, seconds: float) -> None:
        """Remember that a host asks to be left alone."""
        with self._lock:
            until = self._clock.now() + min(seconds, _LONGEST_QUIET)
            self._quiet_until[host] = max(until, self._quiet_until.get(host, until))

    def _forget(self, now: float) -> None:
        for moments in (self._free_at, self._quiet_until):
            if len(moments) > _MANY:
                for host in [host for host, moment in moments.items() if moment <= now]:
                    del moments[host]


def quiet_error(seconds: float) -> FetchError:
    """Return the error for a page of a host that is being left alone."""
    return FetchError(f"its host asks to be left alone for {seconds:.0f} s more", retry_after=seconds)


def retry_after(value: str | None, today: float) -> float | None:
    """Return the seconds a Retry-After header asks for, given as such or as a date; None when it says nothing clear.

    `today` is the time in seconds since 1970.
    """
    given = (value or "").strip()
    if given.isascii() and given.isdigit() and len(given) < 10:
        return float(given)
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - today)
    except (ValueError, TypeError, OverflowError):
        return None
