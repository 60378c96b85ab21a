"""What happens to requests instead of their answers: single faults, and weather for long exercises."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of its answer.

    With `drop` the connection is closed. With `late` the request is carried out first, and only the answer is lost.
    """

    status: int = 502
    body: str = "<html><body>Bad Gateway</body></html>"
    retry_after: int | None = None
    drop: bool = False
    late: bool = False


FLOOD = Fault(status=429, retry_after=1)
BAD_GATEWAY = Fault(status=502)
GARBAGE = Fault(status=200, body='{"ok":true,"res')
NOT_THE_BOT_API = Fault(status=200, body="<html>Please log in to the hotel's network</html>")
DROPPED = Fault(drop=True)
LOST_ANSWER = Fault(drop=True, late=True)

HARMLESS = (FLOOD, BAD_GATEWAY, NOT_THE_BOT_API, DROPPED)
"""Faults after which the request has certainly not been carried out."""

Weather = Callable[[str, int], Fault | None]
"""Says what happens to a request, from the method's name (lower case) and how often it was called before."""


def storm(
    seed: int, share: float = 0.2, kinds: Sequence[Fault] = HARMLESS, methods: Sequence[str] | None = None
) -> Weather:
    """Return weather in which about `share` of the requests end in one of `kinds`, the same ones for the same seed.

    Each request's fate hangs on its method and count alone, not on what other requests came between.
    """
    touched = None if methods is None else {method.lower() for method in methods}

    def weather(method: str, count: int) -> Fault | None:
        if touched is not None and method not in touched:
            return None
        fate = random.Random(f"{seed} {method} {count}")
        return fate.choice(kinds) if fate.random() < share else None

    return weather
