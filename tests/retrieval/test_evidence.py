"""Candidate passages to evidence: what is listed, in which order, and what was removed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from retrieval.catalog import Catalog
from retrieval.errors import ModelError
from retrieval.evidence import MOST_LISTED, Weighed, weigh
from retrieval.models import Located, Span
from retrieval.reranker import Reranker
from tests.building import BRIDGE, WHALE, article, put_by_words, question_by_words

LONG = " ".join(f"The {word} report number {n} was published." for n in range(30) for word in ("rust", "whale"))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    put_by_words(catalog, article("bridge", BRIDGE, "Harbour bridge closes", published="2026-03-01", source="Post"))
    put_by_words(catalog, article("whale", WHALE, "Museum buys a whale"))
    pages = {"pages": list(range(0, len(LONG), 150))}
    put_by_words(catalog, article("long", LONG, "Reports", language="en", metadata=pages))
    yield catalog
    catalog.close()


def documents(passages: Sequence[int]) -> list[Document]:
    """Candidates as the retriever gives them, each 0.1 behind the one before."""
    return [
        Document(id=str(n), page_content="", metadata={"score": 2 - 0.1 * i, "bm25": 9 - i, "similarity": 0.5})
        for i, n in enumerate(passages)
    ]


def weighed(catalog: Catalog, question: str, passages: Sequence[int] | None = None, *, knows: bool = True) -> Weighed:
    chosen = sorted(catalog.passage_ids()) if passages is None else passages
    with catalog.snapshot() as snapshot:
        return weigh(question, question_by_words(question), documents(chosen), snapshot, lambda language: float(knows))


def article_ids(places: Sequence[Located]) -> set[str]:
    return {place.article_id for place in places}


@settings(max_examples=50)
@given(st.text() | st.sampled_from(["Why was the bridge closed?", "Where is the whale?", "report 7"]), st.booleans())
def test_whatever_is_asked_places_are_slices_best_first(catalog: Catalog, question: str, knows: bool) -> None:
    found = weighed(catalog, question, knows=knows)
    stored = {item.article.id: item.article for item in catalog.articles()}
    assert 0 <= found.confidence <= 1
    for places in (found.passages, found.sentences):
        assert len(places) == MOST_LISTED
        for place in places:
            of = stored[place.article_id]
            assert place.text == of.text[place.start : place.end] == place.text.strip() != ""
            assert (place.title, place.source, place.published) == (of.title, of.source, of.published)
            assert place.pages == of.pages_of(Span(place.start, place.end))
            assert (place.page is not None) == (of.id == "long")
            assert np.isfinite(place.score)
        assert all(better.score >= worse.score for better, worse in pairwise(places))
        in_order = sorted(places, key=lambda place: (place.article_id, place.start))
        assert all(a.article_id != b.article_id or a.end <= b.start for a, b in pairwise(in_order))
    assert 1 <= len(found.chosen) <= 3
    assert all(0 <= item.score <= 1 for item in found.chosen)


@pytest.mark.parametrize("knows", [True, False], ids=["known language", "unknown language"])
def test_a_sentence_that_has_the_question_s_words_is_chosen(catalog: Catalog, knows: bool) -> None:
    found = weighed(catalog, "The natural history museum has bought the skeleton of a sperm whale.", knows=knows)
    assert found.chosen[0].text == "The natural history museum has bought the skeleton of a sperm whale."
    assert found.sentences[0].text == found.chosen[0].text


def test_with_fewer_candidates_all_of_them_are_listed(catalog: Catalog) -> None:
    whale = catalog.known("whale")
    assert whale is not None
    passages = [entry.id for entry in catalog.index_entries(whale.key)]
    found = weighed(catalog, "whale", passages)
    assert len(found.passages) == len(passages)
    assert len(found.sentences) == 2
    assert set(found.near) == set(passages)


def test_nothing_to_weigh(catalog: Catalog) -> None:
    assert weighed(catalog, "whale", []) == Weighed()
    assert Weighed().confidence == 0


def test_what_was_removed_after_the_search_is_left_out(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put_by_words(catalog, article("bridge", BRIDGE))
    put_by_words(catalog, article("whale", WHALE))
    found_before = sorted(catalog.passage_ids())
    catalog.remove("whale")
    found = weighed(catalog, "Where is the whale?", found_before)
    assert article_ids(found.passages) == article_ids(found.sentences) == {"bridge"}
    assert {item.article.id for item in found.chosen} == {"bridge"}
    catalog.remove("bridge")
    assert weighed(catalog, "Where is the whale?", found_before) == Weighed()
    catalog.close()


def test_what_changed_after_the_search_is_weighed_as_it_is_now(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put_by_words(catalog, article("a", BRIDGE))
    found_before = sorted(catalog.passage_ids())
    put_by_words(catalog, article("a", WHALE))
    found = weighed(catalog, "bridge", found_before)
    assert {place.text for place in found.sentences} <= {WHALE[: WHALE.index(".") + 1], WHALE[WHALE.index(".") + 2 :]}
    catalog.close()


def test_a_neighbour_is_never_from_another_paragraph(catalog: Catalog) -> None:
    found = weighed(catalog, "Buses are diverted through the old tunnel until the cables have been replaced")
    (buses,) = (item for item in found.chosen if item.text.startswith("Buses"))
    assert buses.before is None


@pytest.mark.parametrize(("most", "chosen"), [(1, 1), (2, 2), (5, 5), (100, MOST_LISTED), (0, 1)])
def test_as_many_sentences_are_chosen_for_quoting_as_are_wanted(catalog: Catalog, most: int, chosen: int) -> None:
    question = "Which rust report was published?"
    with catalog.snapshot() as snapshot:
        candidates = documents(sorted(catalog.passage_ids()))
        found = weigh(
            question, question_by_words(question), candidates, snapshot, lambda language: 0.0, most_quotes=most
        )
    assert len(found.chosen) == chosen
    assert [item.score for item in found.chosen] == sorted((item.score for item in found.chosen), reverse=True)


class Opinionated(Reranker):
    """A cross-encoder that likes texts with one word, or fails."""

    def __init__(self, word: str | None) -> None:
        super().__init__("opinionated")
        self.word = word

    def logits(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if self.word is None:
            raise ModelError("It has no opinion.")
        return np.array([9.0 if self.word in text else -9.0 for text in texts], np.float32)


def reranked(catalog: Catalog, question: str, reranker: Reranker | None) -> Weighed:
    with catalog.snapshot() as snapshot:
        chosen = documents(sorted(catalog.passage_ids()))
        return weigh(question, question_by_words(question), chosen, snapshot, reranker=reranker)


def test_a_cross_encoder_refines_the_order_of_passages_and_of_their_sentences(catalog: Catalog) -> None:
    plain = reranked(catalog, "report", None)
    refined = reranked(catalog, "report", Opinionated("sperm whale"))
    ranks = [[place.article_id for place in found.passages].index("whale") for found in (refined, plain)]
    assert ranks[0] < ranks[1] or ranks == [0, 0]
    best = [max(p.score for p in found.passages if p.article_id == "whale") for found in (refined, plain)]
    assert best[0] > best[1]


def test_without_the_cross_encoder_s_help_the_order_stays(catalog: Catalog, caplog: pytest.LogCaptureFixture) -> None:
    assert reranked(catalog, "report number 7", Opinionated(None)) == reranked(catalog, "report number 7", None)
    assert [record.getMessage() for record in caplog.records] == ["Answered without the reranker: It has no opinion."]
