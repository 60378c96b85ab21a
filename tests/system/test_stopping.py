"""SIGTERM and SIGINT: every command ends within seconds, in order, whatever it is at."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from ingest.lock import writing
from retrieval.catalog import FILE_NAME
from tests.system.articles import facts, write_facts
from tests.system.processes import Asking, Command, Ingesting
from tests.system.wholeness import assert_catalogue_is_whole, ids_in

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

FACTS = facts(0, 300)
TERM, INT = signal.SIGTERM, signal.SIGINT


@pytest.fixture
def filled(data_dir: Path, sample_data_dir: Path) -> Path:
    """A data directory with articles."""
    data_dir.mkdir()
    shutil.copy(sample_data_dir / FILE_NAME, data_dir)
    return data_dir


def test_ask_ends_while_it_loads_the_model(filled: Path) -> None:
    with Asking(filled) as ask:
        ask.err.wait("loading the embedding model")
        time.sleep(0.5)
        assert ask.stop(TERM) == 128 + TERM
        assert ask.out.lines == []


@pytest.mark.long
def test_the_console_ends_while_it_loads_the_model(filled: Path) -> None:
    with Command("bot", "--console", data_dir=filled) as console:
        console.write("How high did the Lorrow rise?")
        console.err.wait("Loading the language model")
        time.sleep(0.5)
        assert console.stop(TERM) == 0


def test_the_console_ends_while_it_waits_for_a_question(data_dir: Path) -> None:
    with Command("bot", "--console", data_dir=data_dir) as console:
        console.err.wait("TELEGRAM_BOT_TOKEN")
        console.write("hello")
        console.out.wait("Hello")
        assert console.stop(INT) == 128 + INT


def test_ingest_ends_while_it_loads_the_model(tmp_path: Path, data_dir: Path) -> None:
    with Ingesting(data_dir, write_facts(tmp_path / "facts.jsonl", FACTS)) as ingest:
        ingest.err.wait("loading the embedding model")
        time.sleep(0.5)
        assert ingest.stop(INT) == 128 + INT
        ingest.err.wait("^Stopped: 0 new, ")


def test_ingest_ends_after_its_batch_and_keeps_what_it_reported(tmp_path: Path, data_dir: Path) -> None:
    with Ingesting(data_dir, write_facts(tmp_path / "facts.jsonl", FACTS)) as ingest:
        ingest.err.wait(": new, ")
        assert ingest.stop(TERM) == 128 + TERM
        reported = {FACTS[line].article_id for line in ingest.reported()}
        ingest.err.wait(f"^Stopped: {len(reported)} new, 0 updated, 0 unchanged, 0 failed")
    assert reported == ids_in(data_dir)
    assert len(reported) < len(FACTS)
    assert_catalogue_is_whole(data_dir)


def test_ingest_ends_while_it_waits_for_another(tmp_path: Path, data_dir: Path) -> None:
    file = write_facts(tmp_path / "facts.jsonl", FACTS)
    with writing(data_dir, wait=False), Ingesting(data_dir, "--wait", file) as ingest:
        time.sleep(1.5)
        assert ingest.stop(TERM) == 128 + TERM


@pytest.mark.long
def test_reindex_ends_and_can_be_run_again(filled: Path) -> None:
    with Command("ingest", "reindex", data_dir=filled) as reindex:
        deadline = time.monotonic() + 20
        while not (filled / "chroma.json").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert reindex.stop(TERM) in (128 + TERM, 0)
    with Command("ingest", "reindex", data_dir=filled) as reindex:
        assert reindex.wait() == 0
