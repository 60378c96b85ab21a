"""A running console, as `make run` starts it, beside ingest and remove."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from retrieval.catalog import FILE_NAME
from retrieval.encoder import Encoder
from tests.system.articles import Fact, facts, ingest_here, write_facts
from tests.system.processes import FRESH_SECONDS, Command, run_well

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

OLD, GONE, NEW = facts(0, 3)


@pytest.mark.long
def test_a_console_answers_from_what_is_there_now_and_ends_in_order(
    tmp_path: Path, sample_data_dir: Path, encoder: Encoder
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    shutil.copy(sample_data_dir / FILE_NAME, data_dir)
    ingest_here(data_dir, encoder, write_facts(tmp_path / "old.jsonl", [OLD, GONE]))
    with Command("bot", "--console", data_dir=data_dir) as console:
        console.write(GONE.question)
        console.out.wait(GONE.phrase)

        ingest_here(data_dir, encoder, write_facts(tmp_path / "new.jsonl", [NEW]))
        _ask_until_quoted(console, NEW)

        run_well("ingest", "remove", GONE.article_id, data_dir=data_dir)
        before = len(console.out.lines)
        console.write(GONE.question)
        console.write(OLD.question)
        console.out.wait(OLD.phrase, skip=before)
        assert not [line for line in console.out.lines[before:] if GONE.phrase in line]

        assert console.stop() == 0


def _ask_until_quoted(console: Command, fact: Fact) -> None:
    acknowledged = time.monotonic()
    while fact.phrase not in console.out.text:
        assert time.monotonic() - acknowledged < FRESH_SECONDS
        before = len(console.out.lines)
        console.write(fact.question)
        console.out.wait("^$", skip=before)
