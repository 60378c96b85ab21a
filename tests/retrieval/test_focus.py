"""Questions asked of a part of the articles: by article, source and time, alone and together."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from retrieval.asked import asked
from retrieval.bm25 import TermScorer
from retrieval.catalog import Catalog
from retrieval.chain import AnswerChain
from retrieval.errors import IndexUnavailable
from retrieval.models import Answer, Article, Focus, Period, Question, QuestionVectors
from retrieval.search import ExactSearch, PassageRetriever
from tests.building import CheapEncoder, article, cheap_question, cheap_vector, put

Vector = npt.NDArray[np.float32]

DATES = (
    None, "2024", "2024-12", "2024-12-31", "2025", "2025-03", "2025-03-01", "2025-03-04T23:30:00+00:00", "2025-03-31",
    "2025-04-01", "2025-12-31T08:00:00+02:00", "2026-02-28",
)  # fmt: skip
BOUNDS = st.none() | st.sampled_from(
    ["2023", "2024", "2024-12", "2024-12-31", "2025", "2025-03", "2025-03-04", "2025-04", "2026-02-28", "2027-01-01"]
)
SOURCES = (None, "Post", "Gazette", "post")
STOPPED = "The bridge in {place} was closed in stage {n}. Lorries wait at gate {n}. The whale is in hall {n}."


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog.in_directory(tmp_path_factory.mktemp("catalog"))
    for n in range(48):
        item = article(
            f"a{n}",
            STOPPED.format(n=n, place=("Westmere", "Eastmere", "Pellworth")[n % 3]),
            f"Title {n}",
            source=SOURCES[n // len(DATES)],
            published=DATES[n % len(DATES)],
            language="en",
        )
        put(catalog, item)
    yield catalog
    catalog.close()


class NoIndex:
    """An index that nothing may be asked of: a focus is searched in the catalogue."""

    def query(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        raise AssertionError("the index was asked")


class Away:
    """An index that does not answer."""

    def query(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        raise IndexUnavailable("It is away.")


class TermEncoder(CheapEncoder):
    """An encoder that knows no language, so that questions are answered by their words."""

    def encode_question(self, question: str) -> QuestionVectors:
        return cheap_question(question)


def retriever(catalog: Catalog, index: NoIndex | Away, *, k: int = 200, pool: int = 100) -> PassageRetriever:
    return PassageRetriever(catalog=catalog, index=index, encode=cheap_question, exact=ExactSearch(), k=k, pool=pool)


def chain_over(catalog: Catalog, index: NoIndex | Away) -> AnswerChain:
    return AnswerChain(catalog, retriever(catalog, index, k=20), TermEncoder(), cheap_question, lambda language: 0.0)


def answered(catalog: Catalog, text: str, focus: Focus, most_quotes: int = 3) -> Answer:
    answer = chain_over(catalog, NoIndex()).answer_now(Question(text, focus=focus, most_quotes=most_quotes))
    assert answer.error is None
    return answer


def days(written: str) -> tuple[str, str]:
    """The first and the last day that an ISO 8601 date of any precision may mean."""
    year, month, day = [*written[:10].split("-"), "", ""][:3]
    last_month = month or "12"
    last_day = day or str(calendar.monthrange(int(year), int(last_month))[1])
    return f"{year}-{month or '01'}-{day or '01'}", f"{year}-{last_month}-{last_day}"


def within(item: Article, focus: Focus) -> bool:
    """What a focus means, told another way."""
    if focus.article_id not in (None, item.id) or focus.source not in (None, item.source):
        return False
    if focus.from_ is None and focus.to is None:
        return True
    return (
        item.published is not None
        and (focus.from_ is None or days(item.published)[1] >= days(focus.from_)[0])
        and (focus.to is None or days(item.published)[0] <= days(focus.to)[1])
    )


def articles_in(catalog: Catalog, focus: Focus) -> set[str]:
    return {stored.article.id for stored in catalog.articles() if within(stored.article, focus)}


def articles_of(documents: Sequence[Document]) -> set[str]:
    return {str(document.metadata["article"]) for document in documents}


FOCI = st.builds(
    Focus,
    article_id=st.none() | st.none() | st.sampled_from(["a7", "a20", "gone"]),
    source=st.none() | st.sampled_from(["Post", "Gazette", "post", "Nobody", "' OR 1 --"]),
    from_=BOUNDS,
    to=BOUNDS,
)

# What is in a focus


@pytest.mark.parametrize(
    ("focus", "dates"),
    [
        pytest.param(Focus(from_="2025-04-01"), {"2025", *DATES[9:]}, id="from a day"),
        pytest.param(Focus(to="2024-12-31"), {*DATES[1:4]}, id="up to a day, included"),
        pytest.param(
            Focus(from_="2025-03-01", to="2025-03-31"), {"2025", "2025-03", *DATES[6:9]}, id="a month by its days"
        ),
        pytest.param(Focus(from_="2025-03", to="2025-03"), {"2025", "2025-03", *DATES[6:9]}, id="a month"),
        pytest.param(Focus(from_="2024", to="2024"), {*DATES[1:4]}, id="a year"),
        pytest.param(Focus(from_="2025-03-04", to="2025-03-04"), {"2025", "2025-03", DATES[7]}, id="a day of a time"),
        pytest.param(Focus(from_="2026-01-01", to="2025-01-01"), set(), id="the wrong way round"),
        pytest.param(Focus(from_="1900"), {*DATES[1:]}, id="no article without a date is in a period"),
        pytest.param(Focus(source="Post"), {*DATES}, id="no period"),
    ],
)
def test_a_period_holds_what_may_be_of_it(catalog: Catalog, focus: Focus, dates: set[str | None]) -> None:
    found = articles_of(retriever(catalog, NoIndex()).invoke("bridge", focus=replace(focus, source="Post")))
    assert found == {f"a{n}" for n in range(12, 24) if DATES[n % len(DATES)] in dates}


@settings(max_examples=60)
@given(FOCI)
def test_a_focus_is_searched_whole_and_nothing_else(catalog: Catalog, focus: Focus) -> None:
    expected = articles_in(catalog, focus)
    index: NoIndex | Away = Away() if focus == Focus() else NoIndex()
    documents = retriever(catalog, index).invoke("Which bridge was closed?", focus=focus)
    assert articles_of(documents) == expected
    answer = chain_over(catalog, index).answer_now(Question("Which bridge was closed?", focus=focus))
    assert answer.error is None
    for places in (answer.quotes, answer.passages, answer.sentences, answer.nearest):
        assert {place.article_id for place in places} <= expected
    dated = [d[:10] for n, d in enumerate(DATES * 4) if d is not None and f"a{n}" in expected]
    assert answer.period == (Period(min(dated), max(dated)) if dated else Period())


# Searching in it


def test_the_whole_focus_is_compared_however_far_its_passages_are(catalog: Catalog) -> None:
    """No index could find these among the nearest of the whole catalogue."""
    vector = cheap_vector("whales")
    focus = Focus(source="Gazette")
    with catalog.snapshot() as snapshot:
        ids, vectors = snapshot.vectors_of(focus)
        by_hand = [int(n) for n in ids[np.argsort(-(vectors.astype(np.float32) @ vector), kind="stable")]]
        exact = ExactSearch()
        assert exact.nearest(vector, snapshot, 5, focus) == by_hand[:5]
        assert exact.nearest(vector, snapshot, 1000, focus) == by_hand
        everywhere = exact.nearest(vector, snapshot, 1000)
    assert [n for n in everywhere if n in set(by_hand)] == by_hand
    assert len(everywhere) > len(by_hand)


def test_scores_are_those_of_the_whole_catalogue(catalog: Catalog) -> None:
    question = "Which bridge in Pellworth?"
    documents = retriever(catalog, NoIndex()).invoke(question, focus=Focus(source="Post"))
    vector = cheap_vector(question)
    with catalog.snapshot() as snapshot:
        scorer = TermScorer(snapshot, asked(question, snapshot))
        for document in documents:
            passage = int(document.id or 0)
            (score,) = scorer.scores([snapshot.passage_terms([passage])[passage]])
            assert document.metadata["bm25"] == pytest.approx(score)
            similarity = float(snapshot.vectors([passage])[1][0].astype(np.float32) @ vector)
            assert document.metadata["similarity"] == pytest.approx(similarity, abs=1e-6)


@pytest.mark.parametrize("most", [300, 4])
def test_candidates_by_terms_of_a_focus_are_in_it(catalog: Catalog, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(TermScorer, "CANDIDATES", most)
    with catalog.snapshot() as snapshot:
        inside = snapshot.vectors_of(Focus(from_="2025"))[0]
        for words in ("Westmere", "gate 7", "bridge unheard Pellworth"):
            scorer = TermScorer(snapshot, asked(words, snapshot))
            found = scorer.candidates(inside)
            assert set(found) <= set(inside.tolist())
            assert 0 < len(found) <= most or most > len(inside)


def test_a_term_that_is_everywhere_still_finds_in_a_focus(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TermScorer, "CANDIDATES", 1)
    monkeypatch.setattr(TermScorer, "POSTINGS", 3)
    with catalog.snapshot() as snapshot:
        # `5` is rare enough to be looked up alone, but it is not in these articles
        scorer = TermScorer(snapshot, asked("bridge gate 5", snapshot))
        assert len(scorer.candidates(snapshot.vectors_of(Focus(source="Post"))[0])) == 1


def test_without_a_focus_nothing_is_different(catalog: Catalog) -> None:
    plain = retriever(catalog, Away(), pool=10).invoke("whale in Pellworth")
    assert retriever(catalog, Away(), pool=10).invoke("whale in Pellworth", focus=Focus()) == plain


def test_a_focus_follows_what_changes_in_the_catalogue(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    first, second = (article(name, f"A bridge near {name}.", source="Post") for name in ("one", "two"))
    put(catalog, first)
    put(catalog, second)
    search, focus = retriever(catalog, NoIndex()), Focus(source="Post")
    assert articles_of(search.invoke("bridge", focus=focus)) == {"one", "two"}
    catalog.put_metadata(replace(second, source="Gazette"), "/articles/one.txt")
    assert articles_of(search.invoke("bridge", focus=focus)) == {"one"}
    catalog.remove("one")
    assert search.invoke("bridge", focus=focus) == []
    assert articles_of(search.invoke("bridge", focus=Focus(source="Gazette"))) == {"two"}
    catalog.close()


def test_many_foci_at_once_are_not_mixed_up(catalog: Catalog) -> None:
    search = retriever(catalog, NoIndex())
    for n in [*range(12), *range(12)]:
        assert articles_of(search.invoke("bridge", focus=Focus(article_id=f"a{n}"))) == {f"a{n}"}


# Answers


def test_an_answer_comes_from_the_focus_alone(catalog: Catalog) -> None:
    answer = answered(catalog, "Where do lorries wait at gate 20?", Focus(article_id="a7"))
    assert {sentence.article_id for sentence in answer.sentences} == {"a7"}
    answer = answered(catalog, "Where do lorries wait at gate 20?", Focus(source="Post"))
    assert answer.status == "answered"
    assert answer.quotes[0].article_id == "a20"
    assert "Lorries wait at gate 20." in answer.quotes[0].text


def test_a_refusal_names_nearest_articles_and_the_period_of_the_focus(catalog: Catalog) -> None:
    answer = answered(catalog, "Zeppelins over chocolate mountains?", Focus(source="Gazette", from_="2025-04"))
    assert answer.status == "not_found"
    assert answer.period == Period("2025", "2026-02-28")
    assert {near.article_id for near in answer.nearest} <= {f"a{n}" for n in range(24, 36)}
    assert answer.nearest != ()


@pytest.mark.parametrize(
    "focus",
    [
        pytest.param(Focus(article_id="removed"), id="an article that is gone"),
        pytest.param(Focus(source="Nobody"), id="an unknown source"),
        pytest.param(Focus(source=""), id="a source without name"),
        pytest.param(Focus(from_="2030"), id="a time to come"),
        pytest.param(Focus(article_id="a20", source="Gazette"), id="conditions that no article meets together"),
    ],
)
def test_a_focus_that_no_article_fits_finds_nothing(catalog: Catalog, focus: Focus) -> None:
    answer = answered(catalog, "Which bridge was closed?", focus)
    assert answer.status == "not_found"
    assert (answer.nearest, answer.passages, answer.sentences, answer.quotes) == ((), (), (), ())
    assert answer.period == Period()
    assert answer.confidence == 0


# How many quotes


@pytest.mark.parametrize("most", [1, 2, 3, 5, 10])
def test_no_more_quotes_than_wanted_and_the_best_ones(catalog: Catalog, most: int) -> None:
    question, focus = "Which bridge was closed in stage 4?", Focus(from_="2024")
    answer = answered(catalog, question, focus, most)
    everything = answered(catalog, question, focus, 10)
    assert answer.status == "answered"
    assert 1 <= len(answer.quotes) <= most
    for quote in answer.quotes:  # one of fewer sentences may be a part of one of more
        assert any(quote.article_id == other.article_id and quote.text in other.text for other in everything.quotes)
    assert answer.quotes[0].article_id == everything.quotes[0].article_id
    assert (answer.sentences, answer.confidence) == (everything.sentences, everything.confidence)


def test_more_quotes_are_given_when_more_are_wanted(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    towns = ["Westmere", "Eastmere", "Pellworth", "Torrenby", "Kestrane", "Lunmouth"]
    trades = ["bakers", "drivers", "teachers", "nurses", "sailors", "printers"]
    for town, trade in zip(towns, trades, strict=True):
        put(catalog, article(town, f"A strike of {trade} began in {town}.", town, language="en"))
    chain = chain_over(catalog, Away())
    counts = [len(chain.answer_now(Question("strike began", most_quotes=most)).quotes) for most in (1, 2, 3, 5)]
    assert counts == [1, 2, 3, 5]
    assert len(chain.answer_now(Question("strike began")).quotes) == 3
    catalog.close()
