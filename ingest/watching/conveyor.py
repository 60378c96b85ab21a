"""From all rounds that go on at the same time to the one pipeline, and back: who offered what is told what became of it."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from ingest.pipeline import Done
from ingest.sources.draft import Draft
from retrieval.errors import CatalogError, CitegramError, ModelError, Stopped

Ingest = Callable[[Iterable[Draft]], Iterator[Done]]
"""Stores drafts and yields for each, in their order, what became of it once that is safe. It may end early."""

_MOST_WAITING = 16  # drafts; one of 100,000 words is 1 MB
_TICK_SECONDS = 0.1
_QUIET_SECONDS = 2.0  # without a new draft, after which what there is is stored and the lock given back
_LONGEST_SECONDS = 60.0  # at a stretch: others want to write too, and what is stored is what counts


class Waiting(Protocol):
    """Who offered a draft."""

    def done(self, done: Done) -> None:
        """Hear what became of it."""

    def lost(self, error: CitegramError) -> None:
        """Hear that it was not stored, and why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A draft, and who waits to hear of it."""

    draft: Draft
    work: Waiting


class Conveyor:
    """Takes drafts from several threads to an ingest, a stretch of them at a time."""

    def __init__(
        self,
        ingest: Ingest,
        stop: threading.Event,
        expecting: Callable[[], bool] = lambda: True,
        quiet: float = _QUIET_SECONDS,
    ) -> None:
        """Take what stores; once `stop` is set, nothing is offered any more.

        `expecting` says whether more may be offered soon: while nothing comes, that much is waited for `quiet` seconds.
        """
        self._ingest = ingest
        self._stop = stop
        self._expecting = expecting
        self._quiet = quiet
        self._offers: queue.Queue[Offer | None] = queue.Queue(_MOST_WAITING)

    def offer(self, offer: Offer) -> None:
        """Put a draft on it, waiting while it is full.

        Raises:
            Stopped: the work is to end.
        """
        while not self._stop.is_set():
            try:
                self._offers.put(offer, timeout=_TICK_SECONDS)
                return
            except queue.Full:
                continue
        raise Stopped("The work was stopped.")

    def wake(self) -> None:
        """End the waiting of `store`, if it waits."""
        with suppress(queue.Full):  # then it has no need to wait
            self._offers.put_nowait(None)

    def store(self, patience: float) -> bool:
        """Store what is offered, until nothing more comes for a while; False when nothing came within `patience` s.

        Raises:
            ModelError: nothing can be encoded.
        """
        try:
            first = self._offers.get(timeout=patience)
        except queue.Empty:
            return False
        if first is None:
            return False
        under_way: deque[Offer] = deque()
        try:
            for done in self._ingest(self._drafts(first, under_way)):
                offer = under_way.popleft()
                assert done.origin == offer.draft.origin, "drafts come back in the order they went"
                offer.work.done(done)
        except ModelError:
            raise
        except CitegramError as error:
            _lose(under_way, error)
        except Exception as error:  # noqa: BLE001  # an article that breaks the pipeline must not end a watch
            _lose(
                under_way,
                CatalogError(f"nothing could be stored, for an unexpected {type(error).__name__}; please report it"),
            )
        return True

    def _drafts(self, first: Offer, under_way: deque[Offer]) -> Iterator[Draft]:
        end = time.monotonic() + _LONGEST_SECONDS
        offer: Offer | None = first
        while offer is not None:
            under_way.append(offer)
            yield offer.draft
            offer = self._next() if time.monotonic() < end else None

    def _next(self) -> Offer | None:
        quiet_at = time.monotonic() + self._quiet
        while not self._stop.is_set() and time.monotonic() < quiet_at:
            try:
                offer = self._offers.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                offer = None
            if offer is not None:
                return offer
            if not self._expecting() and self._offers.empty():
                break
        return None


def _lose(under_way: Iterable[Offer], error: CitegramError) -> None:
    for offer in under_way:
        offer.work.lost(error)
