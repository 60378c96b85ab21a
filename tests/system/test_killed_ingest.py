"""kill -9 of ingest: what was reported is safe and is answered from, and the next ingest does the rest."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.cli import main
from retrieval.chroma_process import runs
from retrieval.encoder import Encoder
from tests.system.articles import facts, write_facts
from tests.system.processes import Ingesting, run_here, server_of, wait_for_server
from tests.system.wholeness import assert_answered_from, assert_catalogue_is_whole, assert_index_is_right, ids_in

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

ALL = facts(0, 110)


def test_what_ingest_reported_before_it_was_killed_is_safe_and_answered_from(
    tmp_path: Path, data_dir: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_facts(tmp_path / "facts.jsonl", ALL)

    first = _killed_while_the_first_passages_are_encoded(data_dir, file)
    assert first <= ids_in(data_dir)
    assert_catalogue_is_whole(data_dir)

    second = _killed_right_after_a_report(data_dir, file)
    assert first | second <= ids_in(data_dir)
    assert_catalogue_is_whole(data_dir)
    orphan = wait_for_server(data_dir)

    third = _killed_while_the_index_is_written(data_dir, file)
    reported = first | second | third
    assert reported <= ids_in(data_dir)
    assert_catalogue_is_whole(data_dir)
    assert server_of(data_dir) == orphan
    assert runs(orphan)

    capsys.readouterr()
    assert run_here(main, "--json", file, data_dir=data_dir) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["new"] + summary["unchanged"] == len(ALL)
    assert summary["unchanged"] >= len(reported)
    assert summary["failed"] == []
    assert summary["index"] == "up to date"
    assert not runs(orphan)
    assert ids_in(data_dir) == {fact.article_id for fact in ALL}
    assert_catalogue_is_whole(data_dir)
    assert_index_is_right(data_dir)
    told = [fact for fact in ALL if fact.article_id in reported]
    assert_answered_from(data_dir, [told[0], told[-1], ALL[-1]], encoder)


def _killed_while_the_first_passages_are_encoded(data_dir: Path, file: Path) -> set[str]:
    with Ingesting(data_dir, file) as ingest:
        ingest.wait_until_encoding()
        time.sleep(0.3)
        ingest.kill()
        return _reported(ingest)


def _killed_right_after_a_report(data_dir: Path, file: Path) -> set[str]:
    with Ingesting(data_dir, file) as ingest:
        ingest.err.wait(": new, ")
        while not (data_dir / "chroma.json").exists():  # the server answers from then on
            assert ingest.running
            time.sleep(0.005)
        ingest.kill()
        return _reported(ingest)


def _killed_while_the_index_is_written(data_dir: Path, file: Path) -> set[str]:
    with Ingesting(data_dir, file) as ingest:
        ingest.err.wait(": new, ")
        before = _index_files(data_dir)
        while _index_files(data_dir) == before:
            assert ingest.running
            time.sleep(0.005)
        ingest.kill()
        return _reported(ingest)


def _reported(ingest: Ingesting) -> set[str]:
    ingest.err.close()
    return {ALL[line].article_id for line in ingest.reported()}


def _index_files(data_dir: Path) -> dict[str, int]:
    times = {}
    for path in (data_dir / "chroma").rglob("*"):
        with suppress(FileNotFoundError):  # SQLite's journal comes and goes
            times[str(path)] = path.stat().st_mtime_ns
    return times
