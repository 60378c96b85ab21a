"""The vector index, derived from the catalogue: passages found by their vectors, written and removed."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
import numpy.typing as npt

from retrieval.chroma_connection import Connection, is_complete, loads, open_connection, told
from retrieval.chroma_http import COMPLETE
from retrieval.chroma_server import ChromaServer
from retrieval.errors import IndexUnavailable
from retrieval.models import IndexEntry

if TYPE_CHECKING:
    from chromadb.types import Metadata, Where

log = logging.getLogger(__name__)

BATCH = 1000
"""Entries in one write: one is atomic for readers, and Chroma takes 5,461 at most."""

# While readers are about, a write is kept short, as they wait for it: measured at 10,000 passages of 384 numbers, a new
# vector takes 1 ms and a vector in the place of another one 10 ms.
_NEW_AT_ONCE = 200
_CHANGED_AT_ONCE = 25
_SAME = 1 - 1e-6
"""Cosine similarity from which on two vectors differ by no more than the rounding of their numbers."""

_RECONNECT_SECONDS = 1.0
_T = TypeVar("_T")


class VectorIndex:
    """Finds passages by their vectors. Safe to share between threads; every call is bounded in time.

    A failure of any kind is an `IndexUnavailable`, after which the server is found or started again: by the next write
    in the caller's time, for questions in the background, as exact search answers them meanwhile.
    """

    def __init__(
        self, server: ChromaServer, collection: str, *, query_seconds: float = 3.0, write_seconds: float = 30.0
    ) -> None:
        """Remember the server and the collection's name; nothing is opened before `connect` or the first call."""
        self.server = server
        self.doubted = False
        """Whether a call has shown that the index and the catalogue do not fit: a reason for an audit."""
        self.openings = 0
        """How often the collection has been opened: the index may be another one after each time."""
        self._name = collection
        self._query_seconds = query_seconds
        self._write_seconds = write_seconds
        self._connection: Connection | None = None
        self._opening = threading.Lock()
        self._swapping = threading.Lock()
        self._reconnecting: threading.Thread | None = None
        self._retry_at = 0.0
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether the collection is open, as far as the last call tells."""
        return self._connection is not None

    def available(self) -> bool:
        """Return whether questions are answered from here: the collection is open and known to lack nothing."""
        connection = self._connection
        return connection is not None and connection.complete

    def connect(self) -> None:
        """Open the collection, with its server found or started first, and look whether it is known to lack nothing.

        Raises:
            IndexUnavailable: it cannot be opened within the time limits.
        """
        with self._opening:
            connection = self._connection
            if connection is not None and not connection.complete:
                self._look_again(connection)
            if self._connection is None:
                self._keep(self._open(self.server.find_or_start()))

    def recreate(self) -> None:
        """Put an empty collection in the place of this one, which is not read from before `mark_complete`.

        Raises:
            IndexUnavailable: the server cannot be restarted within the time limits.
        """
        with self._opening:
            self._lose(self._connection)
            self._keep(self._open(self.server.restart(wipe=True)))

    def mark_complete(self) -> None:
        """Let every process read from the index: all that is in the catalogue is in it or queued for it."""
        with self._writing() as connection:
            connection.writer.modify(metadata={COMPLETE: True})
            connection.complete = True

    def lose(self) -> None:
        """Forget the connection and the server's address: the next call looks for them again."""
        self._lose(self._connection)

    def close(self) -> None:
        """Close the connection for good; the server is closed by whoever made it."""
        self._closed = True
        with self._swapping:
            connection, self._connection = self._connection, None
        self._close_unused(connection)

    def query(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Return the ids of the `k` passages nearest to a vector with their cosine similarity, best first.

        Never waits for a server: without a connection it is opened in the background, and this question fails at once.

        Raises:
            IndexUnavailable: there is no answer within the time limit, or the index may lack passages.
            ValueError: the vector is none to compare with.
        """
        connection = self._connection
        if connection is None or not connection.complete:
            self._reconnect()
            raise IndexUnavailable("The vector index is not ready yet.")
        return self._nearest(connection, vector, k)

    def probe(self, vector: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Answer as `query` does, also from an index that may lack passages: for audits.

        Raises:
            IndexUnavailable: there is no answer within the time limit.
        """
        with self._writing() as connection:
            return self._nearest(connection, vector, k)

    def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Write entries over those of the same ids, or beside them.

        Raises:
            IndexUnavailable: not all were written; writing all of them again is safe.
            ValueError: a vector is none to compare with.
        """
        for batch in _batches(entries):
            vectors = np.stack([entry.vector for entry in batch]).astype(np.float32, copy=False)
            with self._writing() as connection:
                self._check(connection, vectors)
                connection.writer.upsert(
                    ids=[str(entry.id) for entry in batch],
                    embeddings=vectors,
                    documents=[entry.text for entry in batch],
                    metadatas=[_metadata(entry) for entry in batch],
                )
                connection.dimensions = vectors.shape[1]

    def revise(self, entries: Sequence[IndexEntry]) -> None:
        """Bring entries to this state as `upsert` does, but write only what differs from what is there.

        Raises:
            IndexUnavailable: not all were written; writing all of them again is safe.
            ValueError: a vector is none to compare with.
        """
        for batch in _batches(entries, _NEW_AT_ONCE):
            there = self._stored(batch)
            self.upsert([entry for entry in batch if entry.id not in there])
            changed = [entry for entry in batch if entry.id in there and not _same_passage(entry, there[entry.id])]
            for few in _batches(changed, _CHANGED_AT_ONCE):
                self.upsert(few)
            self._describe([entry for entry in batch if entry.id in there], there)

    def _stored(self, entries: Sequence[IndexEntry]) -> dict[int, IndexEntry]:
        with self._writing() as connection:
            got = connection.writer.get(
                ids=[str(entry.id) for entry in entries], include=["metadatas", "documents", "embeddings"]
            )
            vectors = np.asarray(got["embeddings"], np.float32)
            rows = zip(got["ids"], vectors, got["documents"] or (), got["metadatas"] or (), strict=True)
            return {int(id_): _entry(id_, vector, text, metadata) for id_, vector, text, metadata in rows}

    def _describe(self, entries: Sequence[IndexEntry], there: Mapping[int, IndexEntry]) -> None:
        """Bring the metadata up to date, of which an upsert leaves the keys that it does not name."""
        wanted: dict[str, dict[str, str | int | None]] = {
            str(entry.id): {**dict.fromkeys(there[entry.id].metadata), **_metadata(entry)}
            for entry in entries
            if _metadata(entry) != _metadata(there[entry.id])
        }
        if wanted:
            with self._writing() as connection:
                connection.writer.update(ids=list(wanted), metadatas=cast("list[Metadata]", list(wanted.values())))

    def delete(self, ids: Iterable[int]) -> None:
        """Remove the passages of these ids; ids that are not there are no error.

        Raises:
            IndexUnavailable: not all were removed; removing all of them again is safe.
        """
        for batch in _batches(sorted(ids)):
            with self._writing() as connection:
                connection.writer.delete(ids=[str(id_) for id_ in batch])

    def ids_of_article(self, key: int) -> set[int]:
        """Return the ids of the passages that the index has of one article, by its key in the catalogue."""
        return self.ids_of_articles([key])[key]

    def ids_of_articles(self, keys: Sequence[int]) -> dict[int, set[int]]:
        """Return the ids of the passages that the index has of each of these articles."""
        found: defaultdict[int, set[int]] = defaultdict(set, {key: set() for key in keys})
        for batch in _batches(keys):
            with self._writing() as connection:
                wanted = cast("Where", {"article": {"$in": list(batch)}})
                got = connection.writer.get(where=wanted, include=["metadatas"])
                for id_, metadata in zip(got["ids"], got["metadatas"] or (), strict=True):
                    found[cast(int, metadata["article"])].add(int(id_))
        return found

    def all_ids(self) -> set[int]:
        """Return the ids of all passages in the index."""
        with self._writing() as connection:
            return {int(id_) for id_ in connection.writer.get(include=[])["ids"]}

    def count(self) -> int:
        """Return the number of passages in the index, as it counts them itself."""
        with self._writing() as connection:
            return connection.writer.count()

    def _nearest(self, connection: Connection, vector: npt.NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        with self._bounded(connection):
            self._check(connection, vector[np.newaxis])
            # without the texts and metadata, which nobody reads here: the server answers in half the time
            got = connection.read.query(query_embeddings=vector[np.newaxis], n_results=k, include=["distances"])
            distances = (got["distances"] or [[]])[0]
            found = [(int(id_), 1.0 - distance) for id_, distance in zip(got["ids"][0], distances, strict=True)]
            complete = len(found) >= k or len(found) >= connection.read.count()
        if not complete:  # an index that has lost vectors goes on counting them
            self.doubted = True
            raise IndexUnavailable("The vector index lacks passages that it counts.")
        return found

    def _check(self, connection: Connection, vectors: npt.NDArray[np.float32]) -> None:
        """Refuse vectors that Chroma would take and answer nonsense for."""
        if vectors.ndim != 2 or not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise _VectorError("A vector is not one row of finite numbers, or it is zero: it has no cosine similarity.")
        if connection.dimensions not in (None, vectors.shape[1]):
            self.doubted = True
            message = f"The vector index holds vectors of {connection.dimensions} numbers, not {vectors.shape[1]}."
            raise IndexUnavailable(message)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give the connection, opened in the caller's time if there is none."""
        if self._connection is None:
            self.connect()
        connection = self._connection
        if connection is None:
            raise IndexUnavailable("The vector index was lost again at once.")
        with self._bounded(connection):
            yield connection

    @contextmanager
    def _bounded(self, connection: Connection) -> Iterator[None]:
        """Turn every failure of a call into `IndexUnavailable`, and look for the server again after it."""
        with self._swapping:
            connection.users += 1
        try:
            yield
        except (IndexUnavailable, _VectorError):
            raise
        except Exception as error:  # chromadb raises its own errors, httpx's, ValueError and plain Exception
            self._lose(connection)
            raise IndexUnavailable(f"The vector index does not answer ({told(error)}).") from error
        finally:
            with self._swapping:
                connection.users -= 1
            if connection is not self._connection:
                self._close_unused(connection)

    def _look_again(self, connection: Connection) -> None:
        """See whether somebody has completed the collection, or put another in its place."""
        with self._bounded(connection):
            model = connection.sessions[1].get_collection(self._name)
        if model.id == connection.writer.id:
            connection.complete = is_complete(model)
        else:
            self._lose(connection)

    def _open(self, url: str) -> Connection:
        try:
            connection = open_connection(url, self._name, self._query_seconds, self._write_seconds)
        except Exception as error:  # as above, and whatever importing chromadb makes of the environment
            self.server.lost()
            raise IndexUnavailable(f"The vector index cannot be opened ({told(error)}).") from error
        if connection.complete and (not loads(connection) or self.server.damage()):
            connection.complete = False  # for the audit that it is a reason for
            self.doubted = True
        return connection

    def _keep(self, connection: Connection) -> None:
        with self._swapping:
            if not self._closed:
                self._connection = connection
                self.openings += 1
                return
        connection.close()
        raise IndexUnavailable("The vector index has been closed.")

    def _lose(self, connection: Connection | None) -> None:
        """Drop a connection that failed, unless another thread has put a new one in its place."""
        with self._swapping:
            if connection is None or connection is not self._connection:
                return
            self._connection = None
        self.server.lost()
        self._close_unused(connection)

    def _close_unused(self, connection: Connection | None) -> None:
        """Close a connection that was given up; a write under way is let finish, and its call closes it."""
        with self._swapping:
            unused = connection is not None and connection.users == 0
        if connection is not None and unused:
            connection.close()

    def _reconnect(self) -> None:
        """Connect in the background: one thread at a time, and not again right after a failure."""
        with self._swapping:
            busy = self._reconnecting is not None and self._reconnecting.is_alive()
            if self._closed or busy or time.monotonic() < self._retry_at:
                return
            self._retry_at = time.monotonic() + _RECONNECT_SECONDS
            self._reconnecting = threading.Thread(target=self._try_connect, name="index-connect", daemon=True)
            self._reconnecting.start()

    def _try_connect(self) -> None:
        try:
            self.connect()
        except IndexUnavailable as error:
            log.debug("%s", error)


class _VectorError(ValueError):
    """A vector of ours is wrong; the index is not."""


def _metadata(entry: IndexEntry) -> dict[str, str | int]:
    return {**entry.metadata, "article": entry.article}


def _entry(id_: str, vector: npt.NDArray[np.float32], text: str | None, metadata: Metadata | None) -> IndexEntry:
    described = cast("Mapping[str, str | int]", metadata or {})
    return IndexEntry(int(id_), int(described.get("article", -1)), vector, text or "", described)


def _same_passage(entry: IndexEntry, other: IndexEntry) -> bool:
    if entry.text != other.text or entry.vector.shape != other.vector.shape:
        return False
    lengths = np.linalg.norm(entry.vector) * np.linalg.norm(other.vector)
    return bool(entry.vector @ other.vector >= _SAME * lengths)


def _batches(items: Sequence[_T], size: int = BATCH) -> Iterator[Sequence[_T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
