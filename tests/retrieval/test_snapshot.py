"""Reading the catalogue at one moment: full text, vectors, passages, and what is no longer there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.catalog import Catalog
from retrieval.lexical import question_terms, terms
from retrieval.models import Period
from retrieval.snapshot import Origin, Remembered, Snapshot
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


def test_the_date_of_a_near_article_may_be_a_guess(tmp_path: Path) -> None:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("bridge", BRIDGE, published="2026-03-01", metadata={"published_guessed": True}))
        put(catalog, article("whale", WHALE, published="2026-03-01"))
        with catalog.snapshot() as snapshot:
            near = [snapshot.near_article(key << 20) for key in (1, 2)]
    assert [one and (one.article_id, one.published_guessed) for one in near] == [("bridge", True), ("whale", False)]


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
    found = snapshot.passages_with([term]).tolist()
    assert {article_of(snapshot, passage) for passage in found} == found_in
    assert snapshot.document_frequencies([term]) == {term: len(found)}


def test_no_terms_find_nothing(snapshot: Snapshot) -> None:
    assert snapshot.passages_with([]).tolist() == []
    assert snapshot.document_frequencies([]) == {}


def test_passages_with_any_of_the_terms_in_order(snapshot: Snapshot) -> None:
    either = snapshot.passages_with(["rust", "museum"]).tolist()
    assert {article_of(snapshot, passage) for passage in either} == {"bridge", "whale"}
    assert either == sorted(either)
    assert snapshot.passages_with(["titl"]).tolist() == snapshot.all_vectors()[0].tolist()


@settings(max_examples=300)
@given(st.text() | st.text(alphabet="\"'*^:(){}[]+-.,ANDORNOT \0\n"))
def test_any_question_can_be_looked_up(catalog: Catalog, text: str) -> None:
    with catalog.snapshot() as snapshot:
        groups = [*question_terms(text, LANGUAGES), tuple(terms(text))]
        wanted = [term for group in groups for term in group]
        found = snapshot.passages_with(wanted).tolist()
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
            assert len(snapshot.passages_with([term])) > 0


def test_thousands_of_terms_at_once(snapshot: Snapshot) -> None:
    wanted = [*(f"word{n}" for n in range(5000)), "rust"]
    (passage,) = snapshot.passages_with(wanted).tolist()
    assert article_of(snapshot, passage) == "bridge"


def test_terms_and_vectors_of_passages(snapshot: Snapshot) -> None:
    ids, vectors = snapshot.all_vectors()
    assert vectors.shape == (len(ids), 8)
    found = snapshot.passage_terms(ids.tolist())
    assert sorted(found) == ids.tolist()
    encoded = cheaply_encoded(article("bridge", BRIDGE, language="en"))
    for passage, vector, stored in zip(ids.tolist(), vectors, encoded, strict=False):
        assert found[passage].split(" ") == [term for sentence in stored.terms for term in sentence]
        np.testing.assert_allclose(vector, stored.vectors.passage, atol=1e-3)


def test_vectors_of_some_passages(snapshot: Snapshot) -> None:
    ids, vectors = snapshot.all_vectors()
    some, theirs = snapshot.vectors([int(ids[2]), 999, int(ids[0])])
    assert some.tolist() == [ids[0], ids[2]]
    np.testing.assert_array_equal(theirs, vectors[[0, 2]])
    assert snapshot.vectors([999])[0].tolist() == []


def test_where_articles_come_from(snapshot: Snapshot) -> None:
    keys = {
        stored.article.id: stored.key for stored in map(snapshot.article, ("bridge", "whale")) if stored is not None
    }
    assert snapshot.origins([*keys.values(), 999]) == {
        keys["bridge"]: Origin("2026-03-01", "Post", None, None),
        keys["whale"]: Origin(None, "Gazette", None, None),
    }


def test_where_articles_come_from_is_read_without_their_texts(catalog: Catalog) -> None:
    statements: list[str] = []
    with catalog._connection() as connection:
        connection.set_trace_callback(statements.append)
    with catalog.snapshot() as snapshot:
        snapshot.origins([1, 2])
    with catalog._connection() as connection:
        connection.set_trace_callback(None)
        (statement,) = (statement for statement in statements if "FROM articles" in statement)
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plan[0] == "SEARCH articles USING COVERING INDEX articles_by_key (key=?)"


def test_a_catalogue_without_that_index_gets_it_when_it_is_opened(tmp_path: Path) -> None:
    with closing(Catalog.in_directory(tmp_path)) as catalog:
        put(catalog, article("bridge", BRIDGE, source="Post"))
        with catalog._connection() as connection:
            connection.execute("DROP INDEX articles_by_key")
            connection.execute("PRAGMA user_version = 3")
    with closing(Catalog.in_directory(tmp_path)) as catalog, catalog.snapshot() as snapshot:
        assert snapshot.origins([1]) == {1: Origin(None, "Post", None, None)}


def test_a_passage_read_twice_is_the_same(snapshot: Snapshot) -> None:
    first, second = snapshot.all_vectors()[0].tolist()[:2]
    assert snapshot.passage_sentences([first]) == snapshot.passage_sentences([first])
    assert snapshot.passage_sentences([first]) != snapshot.passage_sentences([second])


def test_sentences_of_passages_in_the_order_asked_for(snapshot: Snapshot) -> None:
    ids = snapshot.all_vectors()[0].tolist()[::-1]
    passages = snapshot.passage_sentences(ids)
    assert [passage.id for passage in passages] == ids
    for passage in passages:
        assert passage.counts.tolist() == [1] * (1 + len(passage.sentences))  # a token each, as tests.building has it
        assert passage.tokens.shape == (len(passage.counts), 1)
        assert passage.tokens.dtype == np.uint8
        assert len(passage.terms) == 1 + len(passage.sentences)
        for span in passage.sentences:
            assert passage.span.start <= span.start < span.end <= passage.span.end
            sentence = passage.article.text[span.start : span.end]
            assert sentence == sentence.strip()
        title, *sentences = passage.terms
        assert title == tuple(terms(passage.article.title, passage.article.language))
        for span, held in zip(passage.sentences, sentences, strict=True):
            sentence = passage.article.text[span.start : span.end]
            assert held == tuple(terms(sentence, passage.article.language))


def test_passages_that_are_not_there_are_left_out(snapshot: Snapshot) -> None:
    first = int(snapshot.all_vectors()[0][0])
    assert [passage.id for passage in snapshot.passage_sentences([999, first, -1])] == [first]
    assert list(snapshot.passage_terms([999, first])) == [first]
    assert snapshot.near_article(999) is None
    assert snapshot.passage_sentences([]) == []


def test_more_passages_than_one_statement_takes(snapshot: Snapshot) -> None:
    ids = snapshot.all_vectors()[0].tolist()
    asked = [*range(10_000, 11_200), *ids]
    assert list(snapshot.passage_terms(asked)) == ids
    assert snapshot.vectors(asked)[0].tolist() == ids
    assert [passage.id for passage in snapshot.passage_sentences(asked)] == ids


def test_an_empty_catalogue(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    with catalog.snapshot() as snapshot:
        assert snapshot.corpus().passages == 0
        assert snapshot.corpus().mean_terms == 0
        assert snapshot.all_vectors()[0].shape == (0,)
        assert snapshot.period() == Period()
        assert snapshot.passages_with(["x"]).tolist() == []
    catalog.close()


# Remembered between snapshots


def test_what_is_remembered_follows_every_change(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)

    def seen() -> tuple[int, int, tuple[str, ...], str | None]:
        with catalog.snapshot() as snapshot:
            frequency = snapshot.document_frequencies(["rust"])["rust"]
            return snapshot.corpus().passages, frequency, snapshot.languages(), snapshot.period().to

    assert seen() == seen() == (0, 0, (), None)
    rust = article("a", "Some rust.", language="en", published="2026-01-02")
    put(catalog, rust)
    assert seen() == seen() == (1, 1, ("en",), "2026-01-02")
    catalog.put_metadata(replace(rust, language="de", published="2027"), "/x")
    assert seen() == seen() == (1, 1, ("de",), "2027")
    catalog.remove("a")
    assert seen() == seen() == (0, 0, (), None)
    catalog.close()


def test_an_older_snapshot_goes_on_seeing_what_was(tmp_path: Path) -> None:
    catalog = Catalog.in_directory(tmp_path)
    put(catalog, article("a", "A whale."))
    with catalog.snapshot() as older:
        assert older.corpus().passages == 1
        put(catalog, article("b", "Another whale."))
        with catalog.snapshot() as newer:
            assert newer.corpus().passages == 2
            assert older.corpus().passages == 1
            assert older.document_frequencies(["whale"]) == {"whale": 1}
            assert newer.document_frequencies(["whale"]) == {"whale": 2}
    catalog.close()


def test_the_same_generation_is_read_once() -> None:
    remembered, reads = Remembered(), iter(range(100))
    assert [remembered.get(3, "x", lambda: next(reads)) for _ in range(3)] == [0, 0, 0]
    assert remembered.get(3, "y", lambda: next(reads)) == 1
    assert remembered.get(4, "x", lambda: next(reads)) == 2
    assert [remembered.get(3, "x", lambda: next(reads)) for _ in range(2)] == [3, 4], "older ones are not kept"
    assert remembered.get(4, "x", lambda: next(reads)) == 2


def test_many_threads_never_get_the_fact_of_another_generation() -> None:
    remembered = Remembered()

    def look(n: int) -> bool:
        generation = n % 50 + n // 50
        return remembered.get(generation, f"{n % 3}", lambda: (generation, n % 3)) == (generation, n % 3)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(look, range(1000)))


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.snapshot._MOST_REMEMBERED", 10)
    remembered = Remembered()
    for n in range(100):
        assert remembered.get(1, f"{n}", partial(int, n)) == n
    assert len(remembered._facts) <= 10
