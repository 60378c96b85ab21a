"""Several workers at once: documents are handed in and their articles fetched later, so that nobody waits for parsing."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from types import TracebackType

from ingest.documents.part import Part
from ingest.documents.unseen import without_unseen
from ingest.worker import Limits, Worker
from retrieval.errors import ArticleError

_USUAL = 2  # processes; more would take the processor from the encoder
_AGAIN_SECONDS = 0.05


@dataclass(slots=True)
class Job:
    """A document on its way."""

    kind: str
    data: bytes
    _parts: list[Part] = field(default_factory=list)
    _error: ArticleError | None = None
    _done: threading.Event = field(default_factory=threading.Event)

    @property
    def done(self) -> bool:
        """Whether its result is there."""
        return self._done.is_set()

    def result(self) -> list[Part]:
        """Return the articles of the document, waiting for them.

        Raises:
            ArticleError: as `Worker.read`.
        """
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._parts

    def work(self, worker: Worker) -> None:
        """Read the document in `worker`."""
        try:
            self._parts = [without_unseen(part) for part in worker.read(self.kind, self.data)]
        except ArticleError as error:
            self._error = error
        except OSError as error:  # no process can be started
            self._error = ArticleError(f"was not read, as no process can be started ({error.strerror}); try again")
        finally:
            self.data = b""
            self._done.set()

    def drop(self) -> None:
        """Leave it unread."""
        self._error = ArticleError("was not read, as reading was stopped; try again")
        self.data = b""
        self._done.set()


class Workers:
    """Worker processes, each driven by a thread of its own; started when there is something for them.

    Several threads may hand in documents at the same time. The threads of the workers do not keep a program from ending,
    and a process ends with its program.
    """

    def __init__(self, most: int = _USUAL, limits: Limits | None = None) -> None:
        """Take the number of processes and the limits of each document."""
        self._most = most
        self._limits = limits or Limits()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._workers: list[Worker] = []
        self._lock = threading.Lock()
        self._closed = False
        self._last: Job | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, kind: str, data: bytes) -> Job:
        """Hand in a document of `kind`, a key of `ingest.documents.readers`; after `close` it is not read any more."""
        job = Job(kind, data)
        with self._lock:
            if self._closed:
                job.drop()
                return job
            busy = self._last is not None and not self._last.done
            if not self._threads or (busy and len(self._threads) < self._most):
                self._start()
            self._last = job
            self._jobs.put(job)
        return job

    def close(self) -> None:
        """End the processes at once; documents whose results were not fetched have none."""
        with self._lock:
            self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        for worker, thread in zip(self._workers, self._threads, strict=True):
            while thread.is_alive():
                worker.kill()  # again and again: a process may just have been on its way
                thread.join(_AGAIN_SECONDS)

    def _start(self) -> None:
        worker = Worker(self._limits)
        thread = threading.Thread(target=self._drive, args=(worker,), daemon=True, name="documents")
        self._workers.append(worker)
        self._threads.append(thread)
        thread.start()

    def _drive(self, worker: Worker) -> None:
        with worker:
            while (job := self._jobs.get()) is not None:
                if self._closed:
                    job.drop()
                else:
                    job.work(worker)
