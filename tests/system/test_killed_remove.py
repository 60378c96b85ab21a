"""kill -9 of remove: what has left the catalogue has left the index too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from retrieval.encoder import Encoder
from tests.system.articles import facts, ingest_here, write_facts
from tests.system.processes import Command
from tests.system.wholeness import assert_catalogue_is_whole, assert_index_is_right, files_with, ids_in

# Models are loaded, which on a busy machine takes half a minute each.
pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


def test_a_removal_that_is_killed_leaves_no_index_with_what_the_catalogue_has_not(
    tmp_path: Path, data_dir: Path, encoder: Encoder
) -> None:
    there = facts(0, 20)
    gone = there[7]
    ingest_here(data_dir, encoder, write_facts(tmp_path / "facts.jsonl", there))
    assert_index_is_right(data_dir)
    # Chroma's files may hold it as well: it writes out memory that it has used for texts before.
    assert {"catalog.sqlite3", "chroma.sqlite3"} <= set(files_with(data_dir, gone.phrase))
    with Command("ingest", "remove", gone.article_id, data_dir=data_dir) as remove:
        while gone.article_id in ids_in(data_dir):
            time.sleep(0.001)
        remove.kill()
        assert remove.out.lines == []
    assert_index_is_right(data_dir)
    assert_catalogue_is_whole(data_dir)
    assert files_with(data_dir, gone.phrase) == []
