"""A catalogue that an older Citegram made: every command says what to do, which keeps every article."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from ingest.cli import main as ingest
from retrieval.catalog import Catalog, EmbeddingModel
from retrieval.cli import main as ask
from retrieval.encoder import Encoder
from tests.building import BRIDGE, WHALE, article, write_jsonl, write_older_catalogue
from tests.system.wholeness import assert_catalogue_is_whole

ITEMS = (
    article("bridge", BRIDGE, "Harbour bridge closes", source="Post", language="en"),
    article("whale", WHALE, "Museum buys a whale", published="2026-04-10", language="en"),
)
WHAT_TO_DO = (
    "The catalogue was made by an older Citegram; run `citegram-ingest reindex --encode`, which keeps every article, and "
    "start again."
)


@pytest.mark.parametrize("schema", [1, 2])
def test_it_says_what_to_do_and_reindex_encode_brings_it_to_answers(
    command_line: None,
    encoder: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    schema: int,
) -> None:
    data_dir = tmp_path / "older"
    monkeypatch.setenv("CITEGRAM_DATA_DIR", str(data_dir))
    bound = EmbeddingModel(encoder.name, encoder.fingerprint, encoder.dimensions)
    write_older_catalogue(data_dir, schema, *ITEMS, model=bound)

    assert ask(["Who has bought the skeleton of a sperm whale?"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == f"citegram-ask: {WHAT_TO_DO}"
    more = write_jsonl(tmp_path / "more.jsonl", {"id": "more", "text": "A third article."})
    assert ingest([str(more)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"citegram-ingest: {WHAT_TO_DO}"

    assert ingest(["reindex", "--encode"]) == 0
    with closing(Catalog.in_directory(data_dir)) as catalog:
        assert [stored.article for stored in catalog.articles()] == list(ITEMS)
        assert {stored.version for stored in catalog.articles()} == {1}
    assert_catalogue_is_whole(data_dir)
    capsys.readouterr()
    assert ask(["--json", "Who has bought the skeleton of a sperm whale?"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {place["article_id"] for place in answer["sentences"]} == {"bridge", "whale"}
    assert answer["sentences"][0]["text"].startswith("The natural history museum has bought the skeleton")
    assert ingest([str(more)]) == 0, "it takes articles again"
