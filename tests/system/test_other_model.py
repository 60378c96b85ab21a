"""A change of the embedding model: said in one line, made good by `reindex --encode`, undone by nothing half way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import main as ingest
from retrieval.cli import main as ask
from retrieval.encoder import Encoder
from tests.building import make_model
from tests.system.articles import facts, ingest_here, write_facts
from tests.system.processes import Command, run_here, run_well
from tests.system.wholeness import assert_answered_from, assert_catalogue_is_whole, assert_index_is_right

pytestmark = pytest.mark.timeout(300)  # models are loaded, which on a busy machine takes half a minute each

FACTS = facts(0, 40)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny model with other vectors of another length."""
    return str(make_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.mark.long
def test_reindex_encode_changes_the_model_and_killed_half_way_it_changes_nothing(
    tmp_path: Path, data_dir: Path, encoder: Encoder, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest_here(data_dir, encoder, write_facts(tmp_path / "facts.jsonl", FACTS))

    assert run_here(ask, FACTS[0].question, data_dir=data_dir, CITEGRAM_EMBEDDING_MODEL=model) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == (
        f"citegram-ask: The catalogue was made with the embedding model all-MiniLM-L6-v2, and {model} is set; run "
        "`citegram-ingest reindex --encode`, or set CITEGRAM_EMBEDDING_MODEL back."
    )

    with Command("ingest", "reindex", "--encode", data_dir=data_dir, CITEGRAM_EMBEDDING_MODEL=model) as reindex:
        reindex.err.wait(": encoded")
        reindex.kill()
    assert _stats(data_dir)["dimensions"] == 384
    assert_catalogue_is_whole(data_dir)
    assert_answered_from(data_dir, FACTS[:2], encoder)

    assert run_here(ingest, "reindex", "--encode", data_dir=data_dir, CITEGRAM_EMBEDDING_MODEL=model) == 0
    stats = _stats(data_dir)
    assert (stats["embedding_model"], stats["dimensions"], stats["queued_for_index"]) == (model, 32, 0)
    assert_catalogue_is_whole(data_dir)
    assert_index_is_right(data_dir)
    assert_answered_from(data_dir, FACTS[:2], Encoder(model))


def _stats(data_dir: Path) -> dict[str, Any]:
    stats: dict[str, Any] = json.loads(run_well("ingest", "stats", "--json", data_dir=data_dir))
    return stats
