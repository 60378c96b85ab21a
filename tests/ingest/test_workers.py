"""Workers that several threads hand documents to, and that are closed while they do."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.workers import Job, Workers
from retrieval.errors import ArticleError
from tests.ingest.hostile_readers import START

THREADS = 8


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """Threads that take turns as often as they can."""
    monkeypatch.setattr("ingest.worker._START", START)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(THREADS) as threads:
        yield threads
    sys.setswitchinterval(before)


def driving() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "documents"}


def test_many_threads_that_come_at_once_start_no_more_processes_than_there_may_be(
    restless: ThreadPoolExecutor,
) -> None:
    for _ in range(10):
        together, before = threading.Barrier(THREADS), driving()
        with Workers(1) as workers:

            def hand_in(number: int, workers: Workers = workers, together: threading.Barrier = together) -> Job:
                together.wait(10)
                return workers.submit("say", b"%d" % number)

            jobs = list(restless.map(hand_in, range(THREADS)))
            assert len(driving() - before) == 1
        assert all(job.done for job in jobs)


def test_each_thread_gets_its_own_answers(restless: ThreadPoolExecutor) -> None:
    with Workers(2) as workers:

        def read(number: int) -> str:
            return workers.submit("say", b"%d" % number).result()[0].found.text

        assert list(restless.map(read, range(100))) == [str(number) for number in range(100)]


def test_what_comes_after_closing_is_not_read_and_nobody_waits_for_it() -> None:
    workers = Workers(1)
    workers.close()
    with pytest.raises(ArticleError, match="reading was stopped"):
        workers.submit("html", b"<p>x").result()


def test_threads_that_hand_in_while_it_closes_all_get_an_answer(restless: ThreadPoolExecutor) -> None:
    workers = Workers(2)

    def hand_in(number: int) -> bool:
        job = workers.submit("say", b"words")
        if number == 5:
            workers.close()
        with contextlib.suppress(ArticleError):
            job.result()
        return job.done

    assert all(restless.map(hand_in, range(50)))
