"""Brings the vector index in line with the catalogue, which is the truth: draining, auditing and rebuilding."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import filelock

from retrieval.errors import IndexUnavailable
from retrieval.index import BATCH, VectorIndex
from retrieval.models import IndexEntry

log = logging.getLogger(__name__)

_ARTICLES_AT_ONCE = 200
_LOOKS = 3
"""An article that is written between two readings looks like damage once, not three times."""
_LOOK_SECONDS = 0.3
_SAME = 0.999
"""Cosine similarity from which on two vectors are one and the same."""
_NEAREST = 5
_REWRITTEN = 3
_SLOWEST_SECONDS = 30.0
_MANY = 1 << 40
"""A limit that is none."""


class CatalogForIndex(Protocol):
    """What the index needs of the catalogue."""

    def pending(self, limit: int) -> list[tuple[int, int]]:
        """Return (article key, generation of its row in the queue), oldest first."""

    def index_entries(self, key: int) -> list[IndexEntry]:
        """Return the entries of one article, none if it was removed."""

    def settle(self, key: int, generation: int) -> None:
        """Take an article's row off the queue, unless a newer one has replaced it."""

    def passage_ids(self) -> set[int]:
        """Return the ids of all passages."""

    def all_index_entries(self) -> Iterator[list[IndexEntry]]:
        """Yield the entries of all passages, at most 1,000 at a time."""

    def sample_entries(self, n: int) -> list[IndexEntry]:
        """Return at most `n` entries chosen at random."""


class RepairUnderWay(IndexUnavailable):
    """Another process or thread is writing to the index; what is queued for it stays queued."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit of the index found; all zero and no damage when the index is right."""

    missing: int = 0
    """Passages of the catalogue that the index does not have."""
    extra: int = 0
    """Passages in the index that the catalogue does not have."""
    lost: int = 0
    """Sampled passages that their own vector does not find."""
    damage: str | None = None

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return self == AuditReport()

    def __str__(self) -> str:
        """Say it in one sentence."""
        if self.damage:
            return self.damage
        return f"{self.missing} passages are missing, {self.extra} too many, {self.lost} sampled ones cannot be found."


def never() -> bool:
    """Return False: nothing stops the work."""
    return False


@contextmanager
def repairing(data_dir: Path, wait: float) -> Iterator[None]:
    """Be the only one, of all threads and processes, to write to the index.

    Raises:
        RepairUnderWay: another one is still at it after `wait` seconds.
    """
    lock = filelock.FileLock(data_dir / "index-repair.lock")
    try:
        lock.acquire(timeout=wait)
    except filelock.Timeout as error:
        raise RepairUnderWay("Another process is bringing the vector index up to date.") from error
    try:
        yield
    finally:
        lock.release()


def drain(
    catalog: CatalogForIndex, index: VectorIndex, *, wait: float = 5.0, stopping: Callable[[], bool] = never
) -> int:
    """Write the articles that are queued for the index to it, and return how many were settled.

    Entries are written over the old ones in place and what is left over of an article is deleted then, so that doing it
    again, or dying half way, does no harm.

    Raises:
        IndexUnavailable: the index failed, or another process is at it after `wait` seconds; the rest stays queued.
    """
    with repairing(index.server.data_dir, wait):
        return _drain(catalog, index, stopping)


def audit(catalog: CatalogForIndex, index: VectorIndex, sample: int = 50, *, wait: float = 5.0) -> AuditReport:
    """Compare the index with the catalogue: the same passages, counted alike, and sampled vectors that find themselves.

    Raises:
        IndexUnavailable: the index failed, or another process is at it after `wait` seconds.
    """
    with repairing(index.server.data_dir, wait):
        return _audit(catalog, index, sample)


def nothing() -> None:
    """Do nothing."""


def rebuild(
    catalog: CatalogForIndex,
    index: VectorIndex,
    *,
    wait: float = 5.0,
    stopping: Callable[[], bool] = never,
    once_empty: Callable[[], None] = nothing,
) -> int:
    """Fill an empty index from the catalogue's vectors and return the number of passages.

    Nobody reads from it before it is whole. When `stopping` it is left as it is, for the next audit to find.
    `once_empty` is called when nothing is left of the old index, and nobody writes to the new one before it returns.

    Raises:
        IndexUnavailable: the index failed, or another process is at it after `wait` seconds.
    """
    with repairing(index.server.data_dir, wait):
        return _rebuild(catalog, index, stopping, once_empty)


def bring_up_to_date(
    catalog: CatalogForIndex, index: VectorIndex, *, wait: float = 10.0, stopping: Callable[[], bool] = never
) -> None:
    """Connect, audit, rebuild what the audit finds wanting, and drain.

    Raises:
        IndexUnavailable: it could not be done now; what is in the catalogue is safe and stays queued.
    """
    index.connect()
    with repairing(index.server.data_dir, wait):
        _repair(catalog, index, stopping)
        _drain(catalog, index, stopping)


class IndexKeeper:
    """Keeps the index up to date from a thread of its own, for processes that run for long."""

    def __init__(
        self,
        catalog: CatalogForIndex,
        index: VectorIndex,
        *,
        interval_seconds: float = 2.0,
        audit_seconds: float = 300.0,
    ) -> None:
        """Remember what to keep; `start` starts the thread. The catalogue is used from that thread."""
        self._catalog = catalog
        self._index = index
        self._interval_seconds = interval_seconds
        self._audit_seconds = audit_seconds
        self._audit_at = 0.0
        self._audited_opening = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index-keeper", daemon=True)
        self._trouble = ""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread, between two writes to the index, and wait for it for 2 seconds at most."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _run(self) -> None:
        pause = self._interval_seconds
        while not self._stop.is_set():
            pause = self._interval_seconds if self._look_after() else min(2 * pause, _SLOWEST_SECONDS)
            self._stop.wait(pause)

    def _look_after(self) -> bool:
        """Do what is due and return whether it went well; trouble is logged when it begins and when it is over."""
        try:
            self._do_what_is_due()
        except RepairUnderWay:
            return True
        except Exception as error:  # noqa: BLE001 - the thread has nobody to tell, and the next round tries again
            self._say_once(str(error))
            return False
        self._say_once("")
        return True

    def _do_what_is_due(self) -> None:
        if self._index.server.damage():
            self._index.lose()
        self._index.connect()
        opening = self._index.openings
        audit_due = (
            opening != self._audited_opening
            or self._index.doubted
            or not self._index.available()
            or time.monotonic() >= self._audit_at
        )
        if not audit_due and not self._catalog.pending(1):
            return
        with repairing(self._index.server.data_dir, wait=0):
            if audit_due:
                _repair(self._catalog, self._index, self._stop.is_set)
                self._audit_at = time.monotonic() + self._audit_seconds
                self._audited_opening = self._index.openings
            _drain(self._catalog, self._index, self._stop.is_set)

    def _say_once(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            log.warning("%s Exact search stands in.", trouble)
        elif self._trouble and not trouble:
            log.info("The vector index is in order again.")
        self._trouble = trouble


def _drain(catalog: CatalogForIndex, index: VectorIndex, stopping: Callable[[], bool]) -> int:
    settled = 0
    while not stopping() and (rows := catalog.pending(_ARTICLES_AT_ONCE)):
        for batch in _batches(catalog, rows):
            if stopping():
                break
            _write(index, {key: entries for key, _, entries in batch})
            for key, generation, _ in batch:
                catalog.settle(key, generation)
            settled += len(batch)
    return settled


def _batches(
    catalog: CatalogForIndex, rows: list[tuple[int, int]]
) -> Iterator[list[tuple[int, int, list[IndexEntry]]]]:
    """Yield (key, generation, entries) of whole articles, together just as many entries as fill one write."""
    batch: list[tuple[int, int, list[IndexEntry]]] = []
    for key, generation in rows:
        batch.append((key, generation, catalog.index_entries(key)))
        if sum(len(entries) for _, _, entries in batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(index: VectorIndex, articles: dict[int, list[IndexEntry]]) -> None:
    entries = [entry for of_article in articles.values() for entry in of_article]
    index.revise(entries)
    there = set().union(*index.ids_of_articles(list(articles)).values())
    index.delete(there - {entry.id for entry in entries})


def _repair(catalog: CatalogForIndex, index: VectorIndex, stopping: Callable[[], bool]) -> None:
    """Audit, and rebuild what does not pass; an index that fails twice although its server is there does not."""
    try:
        report = _audit(catalog, index)
    except IndexUnavailable:
        index.connect()
        try:
            report = _audit(catalog, index)
        except IndexUnavailable as error:
            report = AuditReport(damage=str(error))
    if not report.ok:
        log.warning("The vector index is rebuilt from the catalogue: %s", report)
        _rebuild(catalog, index, stopping)
    elif not index.available():
        _drain(catalog, index, stopping)  # the audit does not count what waits: a new index may have none of it
        if not stopping():
            index.mark_complete()
    index.doubted = False


def _audit(catalog: CatalogForIndex, index: VectorIndex, sample: int = 50) -> AuditReport:
    damage = index.server.damage()
    if damage:
        return AuditReport(damage=damage)
    missing, extra = _differences(catalog, index)
    if missing or extra:
        return AuditReport(missing=len(missing), extra=len(extra))
    if index.count() != len(index.all_ids()):
        return AuditReport(damage="The vector index counts other passages than it has.")
    entries = catalog.sample_entries(sample)
    waiting = {key for key, _ in catalog.pending(_MANY)}
    settled = [entry for entry in entries if entry.article not in waiting]
    lost = sum(not _finds_itself(index, entry) for entry in settled)
    # Damage that reading does not show (a cut header, torn links) ends the server or fails at the first write.
    index.upsert(settled[:_REWRITTEN])
    return AuditReport(lost=lost)


def _differences(catalog: CatalogForIndex, index: VectorIndex) -> tuple[set[int], set[int]]:
    """Return the ids that the index lacks and those that it has too many, less those of articles in the queue."""
    suspects: set[int] | None = None
    stored: set[int] = set()
    for look in range(_LOOKS):
        if look:
            time.sleep(_LOOK_SECONDS)
        stored, indexed = catalog.passage_ids(), index.all_ids()
        different = (stored ^ indexed) - (_ids_in_queue(catalog, index) if stored != indexed else set())
        suspects = different if suspects is None else suspects & different
        if not suspects:
            break
    suspects = suspects or set()
    return suspects & stored, suspects - stored


def _ids_in_queue(catalog: CatalogForIndex, index: VectorIndex) -> set[int]:
    keys = [key for key, _ in catalog.pending(_MANY)]
    stored = {entry.id for key in keys for entry in catalog.index_entries(key)}
    return stored.union(*index.ids_of_articles(keys).values())


def _finds_itself(index: VectorIndex, entry: IndexEntry) -> bool:
    """Return whether an entry's vector finds it, or so many of the same vector that there was no room for it."""
    same = [id_ for id_, score in index.probe(entry.vector, _NEAREST) if score >= _SAME]
    return entry.id in same or len(same) == _NEAREST


def _rebuild(
    catalog: CatalogForIndex,
    index: VectorIndex,
    stopping: Callable[[], bool],
    once_empty: Callable[[], None] = nothing,
) -> int:
    index.recreate()
    once_empty()
    written = 0
    for entries in catalog.all_index_entries():
        if stopping():
            return written
        index.upsert(entries)
        written += len(entries)
    index.mark_complete()
    return written
