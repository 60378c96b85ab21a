"""Finds, starts and stops the Chroma server that keeps the vector index, through HTTP and the process table alone."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import filelock
import psutil

from retrieval.chroma_http import (
    NoAnswerError,
    create_collection,
    delete_collection,
    distrust_collection,
    find_collection,
)
from retrieval.chroma_process import (
    ProcessIdentity,
    ServerRecord,
    free_port,
    is_server_of,
    launch,
    listens,
    server_url,
    servers_of,
    stop,
    url_of,
)
from retrieval.errors import IndexUnavailable

log = logging.getLogger(__name__)

_PORTS_TRIED = 5
_POLL_SECONDS = 0.02
_LOG_BYTES = 1_000_000


class ChromaServer(Protocol):
    """A Chroma server that holds, or is made to hold, the catalogue's collection."""

    data_dir: Path

    def find_or_start(self) -> str:
        """Return the server's base URL.

        Raises:
            IndexUnavailable: there is none and none can be started.
        """

    def restart(self, *, wipe: bool = False) -> str:
        """Bring the server to a known state, with an empty collection after `wipe`, and return its base URL.

        Raises:
            IndexUnavailable: it cannot be done.
        """

    def lost(self) -> None:
        """Forget the URL: the next `find_or_start` looks again."""

    def damage(self) -> str | None:
        """Say what is wrong with the server or its files as seen without asking it; None when nothing is."""

    def close(self) -> None:
        """End the use of the server; calling it again does nothing."""


class _UnusableError(Exception):
    """A server started on the index's directory cannot serve what is in it."""


class LocalChroma:
    """The server of a data directory: whoever needs it and finds none starts it, and stops it at its end.

    Files in the data directory: `chroma.lock` (held while looking, starting or stopping), `chroma.json` (the record of
    the running server; one that is left without its server tells of an end that was not clean), `chroma/` (the server's
    data) and `chroma.log` (what it prints).
    """

    def __init__(
        self,
        data_dir: Path,
        collection: str,
        *,
        answer_seconds: float = 5.0,
        start_seconds: float = 20.0,
        stop_seconds: float = 5.0,
        lock_seconds: float = 60.0,
        pick_port: Callable[[], int] | None = None,
    ) -> None:
        """Remember where and what; nothing is started before it is needed."""
        self.data_dir = data_dir.absolute()
        self.collection = collection
        self._answer_seconds = answer_seconds
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds
        self._lock_seconds = lock_seconds
        self._pick_port = pick_port or free_port
        self._store = self.data_dir / "chroma"
        self._address = self.data_dir / "chroma.json"
        self._log = self.data_dir / "chroma.log"
        self._mutex = threading.Lock()
        self._url: str | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._used = False
        self._closed = False

    def find_or_start(self) -> str:
        """Return the base URL of the server in which the catalogue's collection answers, started if there is none.

        Raises:
            IndexUnavailable: none answers and none can be started within the time limits, or this object is closed.
        """
        url = self._url
        if url is not None:
            return url
        with self._alone():
            url = self._url = self._url or self._find() or self._start()
            return url

    def restart(self, *, wipe: bool = False) -> str:
        """Stop the server, whoever started it, and start it again; with `wipe` on an empty directory.

        Raises:
            IndexUnavailable: it cannot be started within the time limits.
        """
        with self._alone():
            self._url = None
            url = self._url = self._start(wipe=wipe)
            return url

    def lost(self) -> None:
        """Forget the URL: the next `find_or_start` looks again."""
        self._url = None

    def damage(self) -> str | None:
        """Say what is wrong with the server or its files as seen without asking it; None when nothing is."""
        url = self._url
        if url is None:
            return None
        self._cap_log()
        record = ServerRecord.read(self._address)
        if record is None or record.url != url:
            return "The vector index's server is no longer the one recorded."
        if not self._is_up(record):
            return "The vector index's server has ended."
        if record.store != self._store_identity():
            return "The vector index's files were removed or replaced."
        return None

    def close(self) -> None:
        """Stop the server if this process owns it or its owner is dead; calling it again does nothing."""
        self._closed = True
        with self._mutex:
            self._url = None
            if not self._used:
                return
            self._used = False
            for step in (self._release, self._stop_child):
                try:
                    step()
                except (IndexUnavailable, OSError, psutil.Error) as error:
                    log.warning("The vector index's server may still be running (%s).", error)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and other processes from looking, starting and stopping."""
        with self._mutex:
            if self._closed:
                raise IndexUnavailable("The vector index has been closed.")
            try:
                self.data_dir.mkdir(parents=True, exist_ok=True)
                with self._locked():
                    self._used = True
                    self._reap()
                    yield
            except (OSError, psutil.Error) as error:
                raise IndexUnavailable(f"The vector index's server cannot be started ({error}).") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = filelock.FileLock(self.data_dir / "chroma.lock")
        closing = self._closed
        deadline = time.monotonic() + self._lock_seconds
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except filelock.Timeout:
                if time.monotonic() > deadline or self._closed != closing:
                    raise
                time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            lock.release()

    def _find(self) -> str | None:
        """Return the recorded server's URL if it answers with the collection; take it over if its owner is dead."""
        record = ServerRecord.read(self._address)
        if record is None or not self._serves(record):
            return None
        self._cap_log()
        if record.owner.process() is None:
            replace(record, owner=ProcessIdentity.of(os.getpid())).write(self._address)
        return record.url

    def _is_up(self, record: ServerRecord) -> bool:
        process = record.server.process()
        return process is not None and is_server_of(process, self.data_dir) and url_of(process) == record.url

    def _serves(self, record: ServerRecord) -> bool:
        if not self._is_up(record) or record.store != self._store_identity():
            return False
        try:
            return find_collection(record.url, self.collection, self._answer_seconds) is not None
        except NoAnswerError:
            return False

    def _start(self, *, wipe: bool = False) -> str:
        """Start a server after stopping every other one on the directory, which is emptied first if it is of no use."""
        trusted = not self._address.exists()
        self._stop_all()
        if wipe:
            _empty(self._store)
        fresh = not self._store.exists() or not any(self._store.iterdir())
        try:
            return self._serve(fresh=fresh, trusted=trusted)
        except _UnusableError as problem:
            if fresh:
                message = f"The vector index's server cannot be started ({problem}); see {self._log}."
                raise IndexUnavailable(message) from problem
            log.warning("The vector index cannot be opened (%s); it is made anew from the catalogue.", problem)
            return self._start(wipe=True)

    def _serve(self, *, fresh: bool, trusted: bool) -> str:
        """Start a server and return its URL once the collection is in it and the address file tells of it."""
        child, url = self._launch()
        try:
            collection = find_collection(url, self.collection, self._answer_seconds)
            if collection is None:
                if not fresh:
                    raise _UnusableError("it does not hold this catalogue's collection")
                create_collection(url, self.collection, self._answer_seconds)
            elif not trusted:
                distrust_collection(url, collection, self._answer_seconds)
            server = ProcessIdentity.of(child.pid)
            owner = ProcessIdentity.of(os.getpid())
            ServerRecord(url, server, owner, self._store_identity()).write(self._address)
        except BaseException as error:
            self._stop_all()
            if isinstance(error, NoAnswerError):
                raise _UnusableError(str(error)) from error
            raise
        return url

    def _launch(self) -> tuple[subprocess.Popen[bytes], str]:
        """Start a server on a free port and return it once it listens there."""
        deadline = time.monotonic() + self._start_seconds
        for _ in range(_PORTS_TRIED):
            port = self._pick_port()
            self._cap_log()
            child = self._child = launch(self.data_dir, self._store, self._log, port)
            if self._comes_up(child, port, deadline):
                return child, server_url(port)
        raise IndexUnavailable("The vector index's server found no free port on 127.0.0.1.")

    def _comes_up(self, child: subprocess.Popen[bytes], port: int, deadline: float) -> bool:
        """Return True when the child listens, False when it ended because another process has the port."""
        while child.poll() is None:
            if listens(child.pid, port):
                return True
            if self._closed or time.monotonic() > deadline:
                self._stop_child()
                raise IndexUnavailable("The vector index's server did not come up in time.")
            time.sleep(_POLL_SECONDS)
        if child.returncode != 0:
            raise _UnusableError(f"its server ended with code {child.returncode}")
        return False

    def _release(self) -> None:
        """Stop the recorded server unless another living process owns it."""
        with self._locked():
            record = ServerRecord.read(self._address)
            server = record.server.process() if record else None
            owner = record.owner.process() if record else None
            if server is None or not is_server_of(server, self.data_dir):
                return
            if (owner is None or owner.pid == os.getpid()) and stop(server, self._stop_seconds):
                self._address.unlink(missing_ok=True)

    def _stop_all(self) -> None:
        """Stop every server on the directory: it belongs to one process, ever."""
        for process in servers_of(self.data_dir):
            stop(process, self._stop_seconds)
        self._stop_child()

    def _stop_child(self) -> None:
        """Stop the server that this process started last, also where the data directory was removed under it."""
        if self._child is not None and self._child.poll() is None:
            stop(psutil.Process(self._child.pid), self._stop_seconds)
        self._reap()

    def _reap(self) -> None:
        """Take note of the end of this process's own server, which would stay in the process table otherwise."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None

    def _store_identity(self) -> tuple[int, int]:
        try:
            found = (self._store / "chroma.sqlite3").stat()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    def _cap_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            os.truncate(self._log, 0)  # the server writes at the end, wherever that is


class RemoteChroma:
    """A server of the operator's, at `CITEGRAM_CHROMA_URL`: used, never started or stopped."""

    def __init__(self, url: str, collection: str, data_dir: Path, *, answer_seconds: float = 5.0) -> None:
        """Remember where it is; `data_dir` is where those who repair the index keep their lock."""
        self.data_dir = data_dir.absolute()
        self.collection = collection
        self._url = url.rstrip("/")
        self._answer_seconds = answer_seconds

    def find_or_start(self) -> str:
        """Return the server's URL once the collection is there, made if it is missing.

        Raises:
            IndexUnavailable: no Chroma server answers there.
        """
        try:
            if find_collection(self._url, self.collection, self._answer_seconds) is None:
                create_collection(self._url, self.collection, self._answer_seconds)
        except NoAnswerError as error:
            raise self._unavailable(error) from error
        return self._url

    def restart(self, *, wipe: bool = False) -> str:
        """Return the server's URL; with `wipe` the collection is deleted and made again first.

        Raises:
            IndexUnavailable: no Chroma server answers there.
        """
        try:
            if wipe and find_collection(self._url, self.collection, self._answer_seconds) is not None:
                delete_collection(self._url, self.collection, self._answer_seconds)
        except NoAnswerError as error:
            raise self._unavailable(error) from error
        return self.find_or_start()

    def lost(self) -> None:
        """Do nothing: the URL is the operator's."""

    def damage(self) -> str | None:
        """Return None: nothing of it can be seen from here."""
        return None

    def close(self) -> None:
        """Do nothing: the server is the operator's."""

    def _unavailable(self, error: NoAnswerError) -> IndexUnavailable:
        return IndexUnavailable(
            f"No Chroma server answers at CITEGRAM_CHROMA_URL ({error}); start it or correct the address."
        )


def _empty(directory: Path) -> None:
    """Remove what is in a directory, not the directory: it can be a link to another disk."""
    if not directory.exists():
        return
    for path in directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
