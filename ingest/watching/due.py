"""When what is asked again: pure arithmetic of seconds, with the chance given from outside."""

from __future__ import annotations

from ingest.watching.sources import DAY

LONGEST_BACK_OFF = DAY
LONGEST_CHECK = 30 * DAY
"""The longest time after which an item is asked for anew that has never changed."""

_MOST_DOUBLINGS = 30


def next_round(interval: float, jitter: float, chance: float) -> float:
    """Return the seconds until a source is read again; `chance` is from 0 to 1 and moves it within the jitter."""
    return interval * (1 + jitter * (2 * chance - 1))


def back_off(interval: float, failures: int, retry_after: float | None) -> float:
    """Return the seconds until a failing source is tried again, after so many failures in a row.

    The interval doubled with each of them, up to a day; no less than the source asks for, and no less than its interval.
    """
    longest = max(interval, LONGEST_BACK_OFF)
    seconds = min(interval * 2.0 ** min(failures, _MOST_DOUBLINGS), longest)
    return max(seconds, min(retry_after or 0.0, LONGEST_CHECK))


def next_check(before: float, least: float, most: float, same: bool) -> float:
    """Return the seconds until an item is asked for anew: `least`, but twice as many as before while it is the same."""
    return min(max(2 * before, least), most) if same else least
