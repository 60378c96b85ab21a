"""Question to candidate passages: both channels exact, fused, and independent of the index's health."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.catalog import Catalog
from retrieval.errors import IndexUnavailable
from retrieval.lexical import question_terms
from retrieval.search import ExactSearch, PassageRetriever, TermScorer, z_scores
from tests.building import BRIDGE, WHALE, article, cheap_vector, put

Vector = npt.NDArray[np.float32]
WORDS = [
    "bridge",
    "tunnel",
    "rust",
    "whale",
    "museum",
    "ferry",
    "school",
    "meadow",
    "harbour",
    "fire",
    "river",
    "train",
]


class Away:
    """An index that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    def query(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        self.asked += 1
        raise IndexUnavailable("It is away.")


class Fixed:
    """An index that knows certain passages only, whatever is asked."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids

    def query(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        return [(passage, 1.0) for passage in self.ids][:k]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    choose = np.random.default_rng(7)
    for n in range(40):
        text = " ".join(" ".join(choose.choice(WORDS, size=9)).capitalize() + "." for _ in range(6))
        put(catalog, article(f"a{n}", f"{text} Number {n}.", language="en"))
    yield catalog
    catalog.close()


def retriever(catalog: Catalog, index: Away | Fixed, *, k: int = 20, pool: int = 100) -> PassageRetriever:
    return PassageRetriever(catalog=catalog, index=index, encode=cheap_vector, exact=ExactSearch(), k=k, pool=pool)


def ids(documents: Sequence[Document]) -> list[int]:
    return [int(document.id or 0) for document in documents]


def brute_force(catalog: Catalog, vector: Vector) -> list[int]:
    with catalog.snapshot() as snapshot:
        passages, vectors = snapshot.all_vectors()
    similarity = vectors.astype(np.float32) @ vector
    return [int(n) for n in passages[np.argsort(-similarity, kind="stable")]]


# Nearest neighbours


@pytest.mark.parametrize("k", [1, 5, 100, 100_000])
def test_exact_search_is_exact(catalog: Catalog, k: int) -> None:
    exact = ExactSearch()
    with catalog.snapshot() as snapshot:
        for question in ("one", "two", "three"):
            found = exact.nearest(cheap_vector(question), snapshot, k)
            assert found == brute_force(catalog, cheap_vector(question))[:k]


def test_exact_search_sees_what_changed(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    exact = ExactSearch()
    put(catalog, article("a", BRIDGE))
    with catalog.snapshot() as snapshot:
        before = exact.nearest(cheap_vector("x"), snapshot, 100)
    put(catalog, article("b", WHALE))
    catalog.remove("a")
    with catalog.snapshot() as snapshot:
        after = exact.nearest(cheap_vector("x"), snapshot, 100)
    assert set(before) & set(after) == set()
    assert set(after) == catalog.passage_ids()
    catalog.remove("b")
    with catalog.snapshot() as snapshot:
        assert exact.nearest(cheap_vector("x"), snapshot, 100) == []
    catalog.close()


# Terms


def test_bm25_against_a_calculation_by_hand(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    # with the title "T": "t rust rust bridge", "t bridge", "t whale tunnel ferry school"; 11 terms in 3 passages
    for name, text in (("a", "Rust rust bridge."), ("b", "Bridge."), ("c", "Whale tunnel ferry school.")):
        put(catalog, article(name, text, "T", language="en"))
    with catalog.snapshot() as snapshot:
        scorer = TermScorer(snapshot, question_terms("rusty bridges, unheard of: rust bridge", ["en"]))
        passages = snapshot.passage_terms(sorted(catalog.passage_ids()))
        # rusti, bridg, unheard, rust
        expected_idf = [math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (0, 2, 0, 1)]
        assert scorer.idf == pytest.approx(expected_idf)

        def part(idf: float, frequency: int, length: int) -> float:
            return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / (11 / 3)))

        _, bridge, _, rust = expected_idf
        assert scorer.score(passages[0]) == pytest.approx(part(rust, 2, 4) + part(bridge, 1, 4))
        assert scorer.score(passages[1]) == pytest.approx(part(bridge, 1, 2))
        assert scorer.score(passages[2]) == 0
        assert scorer.best(10) == [passages[0].id, passages[1].id]
        assert scorer.best(1) == [passages[0].id]
    catalog.close()


def test_alternative_stems_count_as_one_word(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, article("a", "Häuser brennen.", "T", language="de"))
    put(catalog, article("b", "A house.", "T", language="en"))
    with catalog.snapshot() as snapshot:
        groups = question_terms("Häuser", ["de", "en"])
        assert len(groups) == 1
        scorer = TermScorer(snapshot, groups)
        (found,) = scorer.best(10)
        near = snapshot.near_article(found)
        assert near is not None
        assert near.article_id == "a"
        assert scorer.score(snapshot.passage_terms([found])[0]) > 0
    catalog.close()


def test_a_question_without_terms_finds_nothing_by_terms(catalog: Catalog) -> None:
    with catalog.snapshot() as snapshot:
        scorer = TermScorer(snapshot, [])
        assert scorer.best(10) == []
        assert scorer.idf == []
        assert scorer.score(snapshot.passage_terms(sorted(catalog.passage_ids())[:1])[0]) == 0


# Both together


def test_the_union_of_both_channels_with_missing_scores_filled_exactly(catalog: Catalog) -> None:
    question = "Which whale is in the museum by the river?"
    documents = retriever(catalog, Away(), k=1000, pool=15).invoke(question)
    vector = cheap_vector(question)
    with catalog.snapshot() as snapshot:
        scorer = TermScorer(snapshot, question_terms(question, snapshot.languages()))
        near, by_terms = brute_force(catalog, vector)[:15], scorer.best(15)
        assert set(ids(documents)) == {*near, *by_terms}
        assert len(set(near) - set(by_terms)) > 0
        for document in documents:
            (candidate,) = snapshot.passage_terms([int(document.id or 0)])
            assert document.metadata["similarity"] == pytest.approx(float(candidate.vector @ vector), abs=1e-6)
            assert document.metadata["bm25"] == pytest.approx(scorer.score(candidate))
    similarity, bm25, scores = (
        np.array([document.metadata[name] for document in documents]) for name in ("similarity", "bm25", "score")
    )
    np.testing.assert_allclose(scores, z_scores(similarity) + z_scores(bm25), atol=1e-6)
    assert (np.diff(scores) <= 0).all()


def test_it_is_a_langchain_retriever_over_the_best_hundred_of_each_channel() -> None:
    assert issubclass(PassageRetriever, BaseRetriever)
    assert PassageRetriever.model_fields["pool"].default == 100


def test_no_more_than_asked_for(catalog: Catalog) -> None:
    everything = retriever(catalog, Away(), k=1000).invoke("whale museum")
    assert ids(retriever(catalog, Away(), k=7).invoke("whale museum")) == ids(everything)[:7]


def test_an_index_that_is_away_changes_nothing_in_the_answer(catalog: Catalog) -> None:
    index = Away()
    without = retriever(catalog, index, pool=30).invoke("whale museum")
    with_index = retriever(catalog, Fixed(brute_force(catalog, cheap_vector("whale museum"))), pool=30)
    assert index.asked == 1
    assert ids(with_index.invoke("whale museum")) == ids(without)


def test_stale_passages_of_the_index_are_ignored(catalog: Catalog) -> None:
    near = brute_force(catalog, cheap_vector("unheard"))[:10]
    stale = [1, 2**40, *near, -5]
    documents = retriever(catalog, Fixed(stale)).invoke("unheard")
    assert set(ids(documents)) == set(near)


def test_an_index_without_a_passage_leaves_it_to_the_terms(catalog: Catalog) -> None:
    documents = retriever(catalog, Fixed([])).invoke("Number 17")
    with catalog.snapshot() as snapshot:
        near = snapshot.near_article(ids(documents)[0])
    assert near is not None
    assert near.article_id == "a17"


def test_an_empty_catalogue_has_no_candidates(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    assert retriever(catalog, Away()).invoke("whale") == []
    catalog.close()


def test_one_candidate(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, article("a", "A whale."))
    (document,) = retriever(catalog, Away()).invoke("whale")
    assert document.metadata["score"] == 0
    catalog.close()


@given(st.text())
def test_any_question_gets_candidates(catalog: Catalog, question: str) -> None:
    documents = retriever(catalog, Away(), k=5).invoke(question)
    assert len(documents) == 5
    assert all(np.isfinite(document.metadata["score"]) for document in documents)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_z_scores(values: list[float]) -> None:
    scores = z_scores(np.array(values))
    assert np.isfinite(scores).all()
    assert abs(scores.mean()) < 1e-3
    if np.ptp(values) > 1:
        assert scores.std() == pytest.approx(1)
        assert scores[np.argmax(values)] == scores.max()
