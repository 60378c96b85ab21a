"""Reading the catalogue at one moment: full text, vectors, passages, and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.catalog import Catalog
from retrieval.lexical import question_terms, terms
from retrieval.models import Period
from retrieval.snapshot import Snapshot
from tests.building import BRIDGE, WHALE, article, cheaply_encoded, put

NUMBERS = "Version 3.5 costs 1,299.50 since 2026.03.01, not 5 or 3."
LANGUAGES = ["en", "de", "ru"]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    put(catalog, article("bridge", BRIDGE, source="Post", published="2026-03-01", language="en"))
    put(catalog, article("whale", WHALE, source="Gazette", language="de"))
    put(catalog, article("numbers", NUMBERS, source="Post", published="2025-12-31T23:00:00+00:00"))
    yield catalog
    catalog.close()


@pytest.fixture
def snapshot(catalog: Catalog) -> Iterator[Snapshot]:
    with catalog.snapshot() as snapshot:
        yield snapshot


def article_of(snapshot: Snapshot, passage: int) -> str:
    near = snapshot.near_article(passage)
    assert near is not None
    return near.article_id


def test_what_the_articles_are(snapshot: Snapshot) -> None:
    assert snapshot.article_count() == 3
    assert snapshot.sources() == ("Gazette", "Post")
    assert snapshot.languages() == ("de", "en")
    assert snapshot.period() == Period("2025-12-31", "2026-03-01")
    assert snapshot.latest_titles(1) == ("A title",)


@pytest.mark.parametrize(
    ("word", "found_in"),
    [
        ("rust", {"bridge"}),
        ("museum", {"whale"}),
        ("3.5", {"numbers"}),
        ("1,299.50", {"numbers"}),
        ("2026.03.01", {"numbers"}),
        ("5", {"numbers"}),
        ("01", set()),
        ("title", {"bridge", "whale", "numbers"}),
        ("unheard", set()),
    ],
)
def test_a_term_is_found_whole_and_counted_where_it_is_found(snapshot: Snapshot, word: str, found_in: set[str]) -> None:
    (term,) = terms(word, "en")
    found = snapshot.best_by_terms([term], 100)
    assert {article_of(snapshot, passage) for passage in found} == found_in
    assert snapshot.document_frequencies([term]) == {term: len(found)}


def test_no_terms_find_nothing(snapshot: Snapshot) -> None:
    assert snapshot.best_by_terms([], 10) == []
    assert snapshot.document_frequencies([]) == {}


def test_no_more_than_asked_for(snapshot: Snapshot) -> None:
    assert len(snapshot.best_by_terms(["titl"], 2)) == 2


@settings(max_examples=300)
@given(st.text() | st.text(alphabet="\"'*^:(){}[]+-.,ANDORNOT \0\n"))
def test_any_question_can_be_looked_up(catalog: Catalog, text: str) -> None:
    with catalog.snapshot() as snapshot:
        groups = [*question_terms(text, LANGUAGES), tuple(terms(text))]
        wanted = [term for group in groups for term in group]
        found = snapshot.best_by_terms(wanted, 10)
        assert set(found) <= set(snapshot.all_vectors()[0].tolist())
        assert set(snapshot.document_frequencies(wanted)) == set(wanted)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("scratch"))
    yield catalog
    catalog.close()


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=40).filter(lambda text: terms(text)))
def test_any_text_is_found_again_by_each_of_its_terms(scratch: Catalog, text: str) -> None:
    stored = article("a", f"x {text}".encode("utf-8", "replace").decode(), title="t")
    put(scratch, stored)
    with scratch.snapshot() as snapshot:
        frequencies = snapshot.document_frequencies(terms(stored.text))
        assert all(frequencies.values()), frequencies
        for term in set(terms(stored.text)):
            assert snapshot.best_by_terms([term], 10)


def test_thousands_of_terms_at_once(snapshot: Snapshot) -> None:
    wanted = [*(f"word{n}" for n in range(5000)), "rust"]
    (passage,) = snapshot.best_by_terms(wanted, 10)
    assert article_of(snapshot, passage) == "bridge"


def test_terms_and_vectors_of_passages(snapshot: Snapshot) -> None:
    ids, vectors = snapshot.all_vectors()
    found = {candidate.id: candidate for candidate in snapshot.passage_terms(ids.tolist())}
    assert list(found) == sorted(found) == ids.tolist()
    encoded = cheaply_encoded(article("bridge", BRIDGE, language="en"))
    for passage, stored in zip(ids.tolist(), encoded, strict=False):
        assert found[passage].terms == " ".join(stored.terms)
        assert found[passage].length == len(stored.terms)
        np.testing.assert_allclose(found[passage].vector, stored.vectors.passage, atol=1e-3)
    assert vectors.shape == (len(ids), 8)


def test_sentences_of_passages_in_the_order_asked_for(snapshot: Snapshot) -> None:
    ids = snapshot.all_vectors()[0].tolist()[::-1]
    passages = snapshot.passage_sentences(ids)
    assert [passage.id for passage in passages] == ids
    for passage in passages:
        assert passage.vectors.shape == (len(passage.sentences), 8)
        for span in passage.sentences:
            assert passage.span.start <= span.start < span.end <= passage.span.end
            sentence = passage.article.text[span.start : span.end]
            assert sentence == sentence.strip()


def test_passages_that_are_not_there_are_left_out(snapshot: Snapshot) -> None:
    first = int(snapshot.all_vectors()[0][0])
    assert [passage.id for passage in snapshot.passage_sentences([999, first, -1])] == [first]
    assert [passage.id for passage in snapshot.passage_terms([999, first])] == [first]
    assert snapshot.near_article(999) is None
    assert snapshot.passage_sentences([]) == []


def test_more_passages_than_one_statement_takes(snapshot: Snapshot) -> None:
    ids = snapshot.all_vectors()[0].tolist()
    asked = [*range(10_000, 11_200), *ids]
    assert [candidate.id for candidate in snapshot.passage_terms(asked)] == ids
    assert [passage.id for passage in snapshot.passage_sentences(asked)] == ids


def test_an_empty_catalogue(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    with catalog.snapshot() as snapshot:
        assert snapshot.corpus().passages == 0
        assert snapshot.corpus().mean_terms == 0
        assert snapshot.all_vectors()[0].shape == (0,)
        assert snapshot.period() == Period()
        assert snapshot.best_by_terms(["x"], 5) == []
    catalog.close()
