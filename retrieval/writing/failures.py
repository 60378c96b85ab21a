"""What it means when a chat model's provider fails: said without repeating what the provider said."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_CAUSES = 6
"""How far an error is traced back through those that led to it."""
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""HTTP statuses after which the same request can succeed; 529 is Anthropic's for an overload."""
_SHORT_WAIT = 2.0
"""Seconds; a provider that wants to be left alone for longer is not asked again for the same answer."""
_LONGEST_WAIT = 86_400.0
"""Seconds; what a provider asks for beyond a day is taken for a day."""
_OPTIONAL = ("temperature", "stream_options")
"""Parameters that some models and servers refuse, and that can be left out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed."""

    reason: str
    """For the operator's log: without a word of the request or of the provider's message, which may repeat it."""
    status: int | None = None
    """The HTTP status, where there is one."""
    retry_after: float | None = None
    """In how many seconds the provider wants to be asked again, if it said so."""
    passing: bool = False
    """Whether one more attempt, at once, is worth while."""
    unread: bool = False
    """Whether the provider certainly did not work on the request."""
    refused: frozenset[str] = frozenset()
    """Optional parameters that the provider does not take."""


class Failed(Exception):
    """A request failed."""

    def __init__(self, failure: Failure) -> None:
        """Say why."""
        super().__init__(failure.reason)
        self.failure = failure


def failure_of(error: BaseException) -> Failure:
    """Return what an exception of any provider's package means, by its attributes and the names of its kinds."""
    chain = list(_chain(error))
    status = next((code for one in chain if (code := _status(one)) is not None), None)
    if status is not None:
        return _answered(status, error, next((wait for one in chain if (wait := _retry_after(one)) is not None), None))
    kinds = {kind.__name__ for one in chain for kind in type(one).__mro__}
    name = type(error).__name__
    if any("Timeout" in kind for kind in kinds):
        return Failure(f"no answer in time ({name})")
    if any("ConnectError" in kind or kind == "ConnectionRefusedError" for kind in kinds):
        return Failure(f"no connection ({name})", passing=True, unread=True)
    if kinds & {"OSError", "TransportError", "APIConnectionError"}:
        return Failure(f"the connection broke ({name})", passing=True)
    if "APIError" in kinds:
        return Failure(f"the provider reported an error ({name})")
    return Failure(f"an answer that cannot be read ({name})")


def _answered(status: int, error: BaseException, retry_after: float | None) -> Failure:
    refused = frozenset(name for name in _OPTIONAL if name in str(error)) if status in (400, 422) else frozenset()
    passing = status in _PASSING and (retry_after is None or retry_after <= _SHORT_WAIT)
    reason = f"the provider answered {status} ({type(error).__name__})"
    return Failure(reason, status, retry_after, passing=passing, unread=True, refused=refused)


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if isinstance(value, (int, str)) and re.fullmatch(
            r"[45]\d\d", str(int(value) if isinstance(value, int) else value)
        ):
            return int(value)
    return None


def _retry_after(error: BaseException) -> float | None:
    """Return the seconds that the headers of the provider's answer name: a number, or a date (RFC 9110, 10.2.3)."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    exact, said = headers.get("retry-after-ms"), headers.get("retry-after")
    seconds = _number(exact) / 1000 if exact is not None else math.nan
    if math.isnan(seconds) and said is not None:
        seconds = _number(said)
        if math.isnan(seconds):
            seconds = _seconds_until(said)
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _seconds_until(text: str) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
