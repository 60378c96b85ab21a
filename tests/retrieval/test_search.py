"""Question to candidate passages: both channels exact, fused, and independent of the index's health."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.asked import Asked, asked
from retrieval.background import idf
from retrieval.bm25 import TermScorer
from retrieval.catalog import Catalog
from retrieval.errors import IndexUnavailable
from retrieval.knowledge import dense_weight
from retrieval.models import Focus, Place
from retrieval.search import _BESIDE, ExactSearch, PassageRetriever, z_scores
from retrieval.snapshot import Snapshot
from tests.building import BRIDGE, WHALE, article, cheap_question, cheap_vector, put

Vector = npt.NDArray[np.float32]
EVERYTHING = Focus()
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
    return PassageRetriever(catalog=catalog, index=index, encode=cheap_question, exact=ExactSearch(), k=k, pool=pool)


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


def scorer_of(snapshot: Snapshot, groups: Sequence[tuple[str, ...]], weights: Sequence[float] = ()) -> TermScorer:
    """Return a scorer of certain terms."""
    counts = [max(snapshot.document_frequencies(group).values()) for group in groups]
    idfs = np.array(weights or [1.0] * len(groups))
    return TermScorer(snapshot, Asked("", "en", tuple(groups), tuple(counts), idfs, None))


def by_hand(snapshot: Snapshot, question: Asked) -> dict[int, float]:
    """Return the BM25 of all passages, told another way."""
    held = {n: terms.split() for n, terms in snapshot.passage_terms(snapshot.all_vectors()[0].tolist()).items()}
    mean = sum(map(len, held.values())) / len(held)
    scores = dict.fromkeys(held, 0.0)
    for group, weight in zip(question.groups, question.idf.tolist(), strict=True):
        for n, terms in held.items():
            frequency = sum(terms.count(term) for term in group)
            norm = 1.2 * (0.25 + 0.75 * len(terms) / mean)
            scores[n] += weight * frequency * 2.2 / (frequency + norm)
    return scores


def test_bm25_against_a_calculation_by_hand(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    # with the title "T": "t rust rust bridge", "t bridge", "t whale tunnel ferry school"; 11 terms in 3 passages
    for name, text in (("a", "Rust rust bridge."), ("b", "Bridge."), ("c", "Whale tunnel ferry school.")):
        put(catalog, article(name, text, "T", language="en"))
    with catalog.snapshot() as snapshot:
        question = asked("rusty bridges, unheard of: rust bridge", snapshot)
        assert question.frequencies == (0, 2, 0, 1)  # rusti, bridg, unheard, rust
        weights = idf({"rusti": 0, "bridg": 2, "unheard": 0, "rust": 1}, 3, "en")
        assert question.idf.tolist() == pytest.approx(list(weights.values()))
        scorer = TermScorer(snapshot, question)
        passages = sorted(catalog.passage_ids())
        held = snapshot.passage_terms(passages)

        def part(idf: float, frequency: int, length: int) -> float:
            return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / (11 / 3)))

        first, second = part(weights["rust"], 2, 4) + part(weights["bridg"], 1, 4), part(weights["bridg"], 1, 2)
        assert scorer.scores([held[n] for n in passages]).tolist() == pytest.approx([first, second, 0])
        assert scorer.candidates() == passages[:2]
    catalog.close()


@given(
    st.lists(st.lists(st.sampled_from(["rust", "rus", "trust", "a", "3.5", "мост", "橋の"]), max_size=8), max_size=6)
)
def test_terms_are_counted_whole(catalog: Catalog, passages: list[list[str]]) -> None:
    with catalog.snapshot() as snapshot:
        mean = snapshot.corpus().mean_terms
        groups = (("rust",), ("мост", "橋の"), ("3.5",))
        question = Asked("", "en", groups, (1, 1, 1), np.array([1.0, 10.0, 100.0]), None)
        found = TermScorer(snapshot, question).scores([" ".join(terms) for terms in passages])
    for terms, score in zip(passages, found.tolist(), strict=True):
        expected = 0.0
        for group, weight in zip(groups, question.idf.tolist(), strict=True):
            frequency = sum(terms.count(term) for term in group)
            expected += weight * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(terms) / mean))
        assert score == pytest.approx(expected)


def test_alternative_stems_count_as_one_word(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, article("a", "Häuser brennen.", "T", language="de"))
    put(catalog, article("b", "A house.", "T", language="en"))
    with catalog.snapshot() as snapshot:
        question = asked("Häuser", snapshot)
        assert len(question.groups) == 1
        scorer = TermScorer(snapshot, question)
        (found,) = scorer.candidates()
        near = snapshot.near_article(found)
        assert near is not None
        assert near.article_id == "a"
        assert scorer.scores(list(snapshot.passage_terms([found]).values()))[0] > 0
    catalog.close()


def test_a_question_without_terms_finds_nothing_by_terms(catalog: Catalog) -> None:
    with catalog.snapshot() as snapshot:
        scorer = scorer_of(snapshot, [])
        assert scorer.candidates() == []
        assert scorer.scores(["rust"]).tolist() == [0.0]
        assert scorer.scores([]).tolist() == []


# Candidates by terms


@pytest.mark.parametrize("question", ["Which whale is in the museum?", "Number 17", "rust by the river", "ferry"])
def test_candidates_hold_the_most_telling_terms(
    catalog: Catalog, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with catalog.snapshot() as snapshot:
        what = asked(question, snapshot)
        everywhere = snapshot.passage_terms(snapshot.all_vectors()[0].tolist())
        sums = {
            n: sum(
                idf for group, idf in zip(what.groups, what.idf.tolist(), strict=True) if {*group} & {*terms.split()}
            )
            for n, terms in everywhere.items()
        }
        found = TermScorer(snapshot, what).candidates()
        assert set(found) == {n for n in sums if sums[n] > 0}, "few passages: all that hold any term"
        monkeypatch.setattr(TermScorer, "CANDIDATES", 20)
        monkeypatch.setattr(TermScorer, "RANKED", 0)
        fewer = TermScorer(snapshot, what).candidates()
        assert fewer == sorted(sorted(sums, key=lambda n: (-round(sums[n], 6), -n))[:20])


def test_a_term_that_is_alone_is_found_where_it_says_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TermScorer, "CANDIDATES", 2)
    catalog = Catalog.in_directory(tmp_path)
    for n, text in enumerate(["Rust, rust, rust.", "Rust and rust.", *["Rust on a long bridge over a river."] * 5]):
        put(catalog, article(f"a{n}", text, "T", language="en"))
    with catalog.snapshot() as snapshot:
        scorer = scorer_of(snapshot, [("rust",)])
        assert scorer.candidates() == sorted(catalog.passage_ids())[:2]
        monkeypatch.setattr(TermScorer, "RANKED", 6)
        assert scorer.candidates() == sorted(catalog.passage_ids())[-2:], "too many to rank: the newest"
    catalog.close()


def test_terms_of_very_many_passages_are_not_looked_up_beside_rare_ones(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with catalog.snapshot() as snapshot:
        (common,) = snapshot.document_frequencies(["titl"]).values()
        rare = snapshot.passages_with(["17"]).tolist()
        assert len(rare) < common
        monkeypatch.setattr(TermScorer, "POSTINGS", common)
        assert scorer_of(snapshot, [("titl",), ("17",)]).candidates() == rare
        assert len(scorer_of(snapshot, [("titl",)]).candidates()) == common, "but one always is"
        monkeypatch.setattr(TermScorer, "POSTINGS", 0)
        assert scorer_of(snapshot, [("titl",), ("17",)]).candidates() == rare


def test_of_equally_good_candidates_always_the_same(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TermScorer, "CANDIDATES", 7)
    with catalog.snapshot() as snapshot:
        words = [("whale",), ("museum",), ("rust",)]
        found = scorer_of(snapshot, words, [0.1, 0.2, 0.3]).candidates()
        assert found == scorer_of(snapshot, words[::-1], [0.3, 0.2, 0.1]).candidates()


# Both together


def test_the_union_of_both_channels_with_missing_scores_filled_exactly(catalog: Catalog) -> None:
    question = "Which whale is in the museum by the river?"
    documents = retriever(catalog, Away(), k=1000, pool=15).invoke(question)
    vector = cheap_vector(question)
    with catalog.snapshot() as snapshot:
        scores = by_hand(snapshot, asked(question, snapshot))
        near = brute_force(catalog, vector)[:15]
        by_terms = sorted(scores, key=lambda n: (-round(scores[n], 9), n))[:15]
        assert set(ids(documents)) == {*near, *by_terms}
        assert len(set(near) - set(by_terms)) > 0
        for document in documents:
            passage = int(document.id or 0)
            similarity = float(snapshot.vectors([passage])[1][0].astype(np.float32) @ vector)
            assert document.metadata["similarity"] == pytest.approx(similarity, abs=1e-6)
            assert document.metadata["bm25"] == pytest.approx(scores[passage])
    similarities, bm25, fused = (
        np.array([document.metadata[name] for document in documents]) for name in ("similarity", "bm25", "score")
    )
    np.testing.assert_allclose(fused, z_scores(similarities) + z_scores(bm25), atol=1e-6)
    assert (np.diff(fused) <= 0).all()


@pytest.mark.parametrize(
    ("knowledge", "weight"),
    [
        pytest.param(0.0, 0.0, id="an unknown language is left to the terms"),
        pytest.param(0.5, None, id="known by half"),
    ],
)
def test_vectors_count_as_much_as_the_encoder_knows_the_language(
    catalog: Catalog, knowledge: float, weight: float | None
) -> None:
    """And as far as it does not, the better neighbour's BM25 counts."""
    search = PassageRetriever(
        catalog=catalog,
        index=Away(),
        encode=cheap_question,
        knows=lambda language: knowledge,
        exact=ExactSearch(),
        k=1000,
        pool=1000,
    )
    documents = search.invoke("whale museum")
    similarities, bm25, fused = (
        np.array([document.metadata[name] for document in documents]) for name in ("similarity", "bm25", "score")
    )
    expected = dense_weight(knowledge) if weight is None else weight
    own = {int(document.id or 0): float(document.metadata["bm25"]) for document in documents}
    beside = np.array([max(own.get(n - 1, 0.0), own.get(n + 1, 0.0)) for n in own])
    by_terms = z_scores(bm25 + (1 - expected) * _BESIDE * beside)
    np.testing.assert_allclose(fused, expected * z_scores(similarities) + by_terms, atol=1e-6)


def test_a_source_that_the_question_names_is_preferred(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    for name in ("Westmere Gazette", "Pellworth Post"):
        put(catalog, article(name, "The harbour bridge was closed.", source=name, language="en"))
    for name in ("Westmere Gazette", "Pellworth Post"):
        found = retriever(catalog, Away()).invoke(f"According to the {name}, what was closed?")
        plain = retriever(catalog, Away()).invoke(f"What was closed, {name}?", focus=Focus(source=name))
        assert found[0].metadata["article"] == name
        assert [document.metadata["article"] for document in plain] == [name]
    catalog.close()


# Places that were cited before


def passage_places(catalog: Catalog, article_id: str) -> list[tuple[int, Place]]:
    """Return the ids of an article's passages with their places, in order."""
    with catalog.snapshot() as snapshot:
        stored = snapshot.article(article_id)
        assert stored is not None
        return [
            (one.id, Place(article_id, stored.version, one.span.start, one.span.end))
            for one in snapshot.passages_of(stored.key, 100)
        ]


def found_with(catalog: Catalog, *also: Place, focus: Focus = EVERYTHING) -> set[int]:
    """Return the candidates of a search whose channels find the passages of article a3 alone."""
    own = [id_ for id_, _ in passage_places(catalog, "a3")]
    search = retriever(catalog, Fixed(own), k=1000, pool=1000)
    return set(ids(search.invoke("unheard", also=also, focus=focus))) - set(own)


def test_passages_cited_before_are_candidates_with_the_scores_of_all_others(catalog: Catalog) -> None:
    (cited, place), *_ = passage_places(catalog, "a5")
    everything = retriever(catalog, Away(), k=1000, pool=1000).invoke("unheard")
    (expected,) = [document for document in everything if document.id == str(cited)]
    own = [id_ for id_, _ in passage_places(catalog, "a3")]
    documents = retriever(catalog, Fixed(own)).invoke("unheard", also=(place,))
    (document,) = [document for document in documents if document.id == str(cited)]
    assert document.page_content == expected.page_content
    for name in ("similarity", "bm25"):
        assert document.metadata[name] == pytest.approx(expected.metadata[name])
    scores = [document.metadata["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)


def test_those_that_are_candidates_anyway_count_once(catalog: Catalog) -> None:
    search = retriever(catalog, Away(), k=1000, pool=1000)
    also = tuple(place for _, place in passage_places(catalog, "a5"))
    assert search.invoke("whale museum", also=also) == search.invoke("whale museum")


@pytest.mark.parametrize("article_id", ["a0", "a5", "a39"])
def test_a_place_stands_for_the_passages_that_it_meets(catalog: Catalog, article_id: str) -> None:
    placed = passage_places(catalog, article_id)
    assert len(placed) > 2
    for first, (_, one) in enumerate(placed):
        for last, (_, other) in enumerate(placed[first:], first):
            place = Place(article_id, one.version, one.start + 1, other.end - 1)
            assert found_with(catalog, place) == {id_ for id_, _ in placed[first : last + 1]}


def test_places_that_are_no_more_or_out_of_focus_are_passed_over(catalog: Catalog) -> None:
    (_, place), *_ = passage_places(catalog, "a5")
    assert found_with(catalog, Place("a5", place.version + 1, place.start, place.end)) == set()
    assert found_with(catalog, Place("gone", 1, 0, 9)) == set()
    assert found_with(catalog, Place("a5", place.version, 10**9, 10**9 + 1)) == set()
    assert found_with(catalog, place, focus=Focus(article_id="a3")) == set()
    assert found_with(catalog, place, focus=Focus(article_id="a5")) == {id_ for id_, _ in passage_places(catalog, "a5")}


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
