"""Many rounds at the same time, a thread each, and one thread that stores what comes of them all."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from ingest.watching.conveyor import Conveyor
from ingest.watching.desk import Desk
from ingest.watching.gone import Departures, deal_with
from ingest.watching.report import Report, Teller
from ingest.watching.rounds import Terms, run_round
from ingest.watching.sources import Source
from ingest.watching.state import State
from ingest.watching.storing import Store
from ingest.watching.tools import Tools
from retrieval.errors import CitegramError, Stopped

_SIDE_BY_SIDE = 8
_LEAVE_SECONDS = 1.0
_LONGEST_WAIT = 600.0  # seconds that what is gone waits for other rounds to end, as removing is dearer than waiting


@dataclass(frozen=True, slots=True)
class Ended:
    """A round that is over."""

    source: Source
    report: Report


class Conductor:
    """Begins rounds, stores what they bring, and deals with what is gone, in the thread that calls `turn`."""

    def __init__(
        self,
        state: State,
        store: Store,
        stop: threading.Event,
        *,
        terms: Terms | None = None,
        teller: Teller | None = None,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take what is remembered, and where articles go; `now` is in seconds since 1970, `chance` from 0 to 1."""
        self.state = state
        self.teller = teller or Teller()
        self._store = store
        self._stop = stop
        self._terms = terms or Terms()
        self._now = now
        self._chance = chance
        self._conveyor = Conveyor(store.ingest, stop, self._expecting)
        self._threads = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="round")
        self._running: dict[Desk, Future[Departures | None]] = {}
        self._gone: dict[int, Departures] = {}
        self._gone_since = 0.0

    def __enter__(self) -> Conductor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stop.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        wait(self._running.values(), _LEAVE_SECONDS)  # what is safe is still remembered; one that hangs is left behind

    @property
    def running(self) -> list[Source]:
        """The sources that are being read, or wait for a thread that reads them."""
        return [desk.source for desk in self._running]

    @property
    def busy(self) -> bool:
        """Whether a round is going on, or what came of one is not dealt with."""
        return bool(self._running or self._gone)

    def begin(self, source: Source, tools: Tools) -> Report:
        """Begin a round of a source that the state knows, and return its report, which is filled by and by.

        Raises:
            CatalogError: what is remembered of it cannot be read.
        """
        standing = self.state.standing(source)
        desk = Desk(
            source, standing.number, self.state, self._conveyor, self._stop, self._now, self._chance, self.teller
        )
        future = self._threads.submit(run_round, desk, standing, tools, self._terms, self._chance())
        self._running[desk] = future
        future.add_done_callback(lambda _: self._conveyor.wake())
        return desk.report

    def turn(self, patience: float) -> list[Ended]:
        """Store what has been read, wait `patience` seconds at the most if there is nothing, return the rounds that ended.

        Raises:
            ModelError: nothing can be encoded.
        """
        self._conveyor.store(patience)
        ended = [desk for desk, future in self._running.items() if future.done()]
        for desk in ended:
            gone = self._running.pop(desk).result()
            if gone is not None:
                self._depart(gone, desk.report)
        if self._gone and (not self._running or time.monotonic() - self._gone_since > _LONGEST_WAIT):
            self._deal_with_gone()
        return [Ended(desk.source, desk.report) for desk in ended]

    def _depart(self, gone: Departures, report: Report) -> None:
        """Put what is gone to what will be dealt with; what waits for that since an earlier round was told then."""
        self._gone_since = self._gone_since if self._gone else time.monotonic()
        before = self._gone.get(gone.number)
        report.gone -= len({*gone.articles} & {*before.articles}) if before else 0
        self._gone[gone.number] = gone

    def _deal_with_gone(self) -> None:
        some, self._gone = list(self._gone.values()), {}
        day = datetime.fromtimestamp(self._now(), UTC).date().isoformat()
        changes = any(entry.articles and entry.policy != "keep" for entry in some)
        try:
            with self._store.changing() if changes else nullcontext():
                trouble = deal_with(some, self.state, self._store, day, self._under_way)
        except Stopped:
            return  # it is found again in the next round
        except CitegramError as error:
            trouble = str(error)
        if trouble:
            self.teller.line(trouble)

    def _under_way(self) -> set[str]:
        return {article for desk in self._running for article in desk.under_way()}

    def _expecting(self) -> bool:
        return any(desk.reading for desk, future in self._running.items() if not future.done())
