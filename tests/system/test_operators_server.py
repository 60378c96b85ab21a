"""CITEGRAM_CHROMA_URL: a server of the operator's is used and never stopped."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.cli import main
from retrieval.bootstrap import open_citegram
from retrieval.catalog import Catalog
from retrieval.chroma_http import find_collection
from retrieval.chroma_process import free_port, listens
from retrieval.encoder import Encoder
from retrieval.models import Question
from tests.retrieval.chroma_doubles import servers_below, wait_until
from tests.system.articles import facts, write_facts
from tests.system.processes import run_here, run_well
from tests.system.wholeness import settings_of

FACTS = facts(0, 5)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A `chroma run` as an operator starts it."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(tmp_path / "theirs")]
    server = subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path
    )
    try:
        deadline = time.monotonic() + 30
        while not listens(server.pid, port):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        assert server.poll() is None, "the operator's server was stopped"
    finally:
        server.kill()
        server.wait()


def test_ingest_ask_and_remove_use_the_operators_server(
    tmp_path: Path, data_dir: Path, url: str, encoder: Encoder
) -> None:
    file = write_facts(tmp_path / "facts.jsonl", FACTS)
    assert run_here(main, file, data_dir=data_dir, CITEGRAM_CHROMA_URL=url) == 0
    with closing(Catalog.in_directory(data_dir)) as catalog:
        collection = find_collection(url, f"citegram-{catalog.id}", 5.0)
        assert catalog.pending(1) == []
    assert collection is not None
    settings = settings_of(data_dir, chroma_url=url)
    with open_citegram(settings, encoder=encoder) as citegram:
        citegram.keep_index()
        wait_until(lambda: citegram.index.available(), 20)
        assert FACTS[0].is_in(citegram.answer_now(Question(FACTS[0].question)).as_json())
        removed = run_well("ingest", "remove", FACTS[0].article_id, data_dir=data_dir, CITEGRAM_CHROMA_URL=url)
        assert removed == f"removed {FACTS[0].article_id}\n"
        for fact in FACTS:
            answer = citegram.answer_now(Question(fact.question)).as_json()
            assert fact.is_in(answer) == (fact != FACTS[0])
        wait_until(lambda: citegram.index.available() and citegram.index.count() == len(FACTS) - 1, 20)
    assert servers_below(data_dir) == []
    assert not (data_dir / "chroma").exists()
