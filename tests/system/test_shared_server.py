"""One Chroma server for all processes of a data directory, whoever of them comes first and ends first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from retrieval.chroma_process import ServerRecord
from tests.retrieval.chroma_doubles import servers_below
from tests.system.articles import facts, write_facts
from tests.system.processes import Asking, Ingesting, wait_for_server
from tests.system.wholeness import wait_for_index

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

FACTS = facts(0, 10)


@pytest.mark.long
def test_two_asks_and_an_ingest_share_a_server_and_outlive_its_owner(tmp_path: Path, data_dir: Path) -> None:
    with _at_most_one_server(tmp_path), Asking(data_dir) as one, Asking(data_dir) as other:
        for asking in (one, other):
            answer = asking.ask(FACTS[0].question)
            assert answer["status"] == "not_found"
            assert str(data_dir) in answer["text"]
        with Ingesting(data_dir, write_facts(tmp_path / "facts.jsonl", FACTS)) as ingest:
            ingest.err.wait(": new, ")
            wait_for_server(data_dir)
            for fact, asking in zip(FACTS, (one, other), strict=False):
                assert fact.is_in(asking.ask(fact.question))
            assert ingest.wait() == 0
        for asking in (one, other):
            assert FACTS[2].is_in(asking.ask(FACTS[2].question))
        wait_for_index(data_dir)
        record = ServerRecord.read(data_dir / "chroma.json")
        assert record is not None
        assert record.owner.pid in (one.pid, other.pid)
        ends, stays = (one, other) if record.owner.pid == one.pid else (other, one)
        assert ends.stop(signal.SIGTERM) == 128 + signal.SIGTERM
        for fact in FACTS:
            assert fact.is_in(stays.ask(fact.question))
        wait_for_index(data_dir)
        assert stays.stop(signal.SIGINT) == 128 + signal.SIGINT


@contextmanager
def _at_most_one_server(directory: Path) -> Iterator[None]:
    """Look several times a second for servers, and fail at the end if there ever were two."""
    over = threading.Event()
    most = [0]

    def look() -> None:
        while not over.wait(0.2):
            most.append(len(servers_below(directory)))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    assert max(most) == 1
