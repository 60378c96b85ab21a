"""Rebuilding what is derived: the index from the catalogue, and all vectors from the articles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingest.reindex import encode_anew, rebuild_index
from retrieval.catalog import Catalog, EmbeddingModel
from retrieval.chroma_server import RemoteChroma
from retrieval.errors import IndexUnavailable, ModelError
from retrieval.index import VectorIndex
from retrieval.knowledge import DEFAULT_KNOWLEDGE
from tests.building import BRIDGE, CHEAP_MODEL, WHALE, CheapEncoder, article, cheap_vector, put

OTHER = EmbeddingModel("other", "1" * 64, 8, DEFAULT_KNOWLEDGE)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("a", BRIDGE))
        put(catalog, article("b", WHALE))
        yield catalog


@pytest.fixture
def index(catalog: Catalog, chroma_url: str, tmp_path: Path) -> Iterator[VectorIndex]:
    name = f"citegram-{catalog.id}"
    index = VectorIndex(RemoteChroma(chroma_url, name, tmp_path), name)
    yield index
    index.close()


def test_the_index_is_filled_from_the_catalogue(catalog: Catalog, index: VectorIndex) -> None:
    assert rebuild_index(catalog, index) == len(catalog.passage_ids())
    assert index.all_ids() == catalog.passage_ids()
    assert index.available()
    assert catalog.pending(10) == [], "nothing is left to do"


def test_what_is_too_many_in_the_index_goes(catalog: Catalog, index: VectorIndex) -> None:
    rebuild_index(catalog, index)
    catalog.remove("a")
    assert rebuild_index(catalog, index) == len(catalog.passage_ids())
    assert index.all_ids() == catalog.passage_ids()


def test_an_index_that_cannot_be_reached_is_one_sentence(catalog: Catalog, tmp_path: Path) -> None:
    name = f"citegram-{catalog.id}"
    with pytest.raises(IndexUnavailable, match="No Chroma server answers at CITEGRAM_CHROMA_URL"):
        rebuild_index(catalog, VectorIndex(RemoteChroma("http://127.0.0.1:9", name, tmp_path), name))


def test_all_articles_are_encoded_anew_with_another_model(catalog: Catalog) -> None:
    before = [(stored.article, stored.version) for stored in catalog.articles()]
    told: list[str] = []
    assert encode_anew(catalog, CheapEncoder(OTHER), told.append) == 2
    assert told == ["a", "b"]
    assert catalog.embedding_model == OTHER
    assert [(stored.article, stored.version) for stored in catalog.articles()] == before
    known = catalog.known("b")
    assert known is not None
    (entry,) = catalog.index_entries(known.key)
    np.testing.assert_allclose(entry.vector, cheap_vector(WHALE), atol=1e-3)
    assert {key for key, _ in catalog.pending(10)} == {known.key, known.key - 1}, "the index gets them all"


def test_an_encoding_that_is_cut_short_changes_nothing(catalog: Catalog) -> None:
    def interrupted(article_id: str) -> None:
        if article_id == "b":
            raise KeyboardInterrupt

    before = catalog.passage_ids(), catalog.pending(10)
    with pytest.raises(KeyboardInterrupt):
        encode_anew(catalog, CheapEncoder(OTHER), interrupted)
    assert catalog.embedding_model == CHEAP_MODEL
    assert (catalog.passage_ids(), catalog.pending(10)) == before


def test_answers_come_from_the_old_vectors_to_the_end(catalog: Catalog, tmp_path: Path) -> None:
    with closing(Catalog.in_directory(tmp_path)) as reader:
        seen: list[str] = []

        def look(article_id: str) -> None:
            model = reader.embedding_model
            assert model is not None
            seen.append(model.name)

        encode_anew(catalog, CheapEncoder(OTHER), look)
        assert seen == ["cheap", "cheap"]


def test_a_catalogue_encoded_anew_takes_articles_of_its_new_model_only(catalog: Catalog) -> None:
    encode_anew(catalog, CheapEncoder(OTHER), lambda article_id: None)
    with pytest.raises(ModelError):
        catalog.use_embedding_model(CHEAP_MODEL)
    catalog.use_embedding_model(OTHER)


def test_an_empty_catalogue(tmp_path: Path) -> None:
    with closing(Catalog.in_directory(tmp_path / "empty")) as catalog:
        assert encode_anew(catalog, CheapEncoder(OTHER), lambda article_id: None) == 0
        assert catalog.embedding_model == OTHER
