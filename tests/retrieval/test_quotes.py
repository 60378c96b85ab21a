"""Quotes: slices of stored articles, readable, and none twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import canonical_text, is_blank
from ingest.sentences import sentences
from retrieval.models import Article, Place, Span, StoredArticle
from retrieval.quotes import Evidence, located, quote_at, quotes
from tests.building import article

TEXT = (
    "The bridge was closed on Monday. It will stay closed for nine weeks. Buses take the tunnel.\n\n"
    "She said the tunnel was safe. Ferries run every hour."
)
ITEM = article("a", TEXT, "Bridge", url="https://e.example", source="Post", author="Ada", published="2026-03-01")
SPANS = sentences(TEXT, "en")


def evidence(n: int, score: float = 0.5, of: Article = ITEM) -> Evidence:
    """The article's sentence number `n`, with its neighbour unless a paragraph begins with it."""
    before = SPANS[n - 1] if n and "\n" not in TEXT[SPANS[n - 1].end : SPANS[n].start] else None
    return Evidence(of, 1, SPANS[n], before, score)


def shown(*chosen: Evidence) -> list[str]:
    return [quote.text for quote in quotes(chosen)]


def test_a_quote_says_where_it_stands() -> None:
    (quote,) = quotes([evidence(0, 0.71236)])
    assert quote.text == TEXT[quote.start : quote.end] == "The bridge was closed on Monday."
    assert (quote.n, quote.article_id, quote.title, quote.url) == (1, "a", "Bridge", "https://e.example")
    assert (quote.source, quote.author, quote.published, quote.score) == ("Post", "Ada", "2026-03-01", 0.7124)


def test_nothing_chosen_gives_no_quotes() -> None:
    assert quotes([]) == ()


def test_the_strongest_comes_first() -> None:
    found = quotes([evidence(4, 0.9), evidence(0, 0.5)])
    assert [(quote.n, quote.score) for quote in found] == [(1, 0.9), (2, 0.5)]


@pytest.mark.parametrize(
    ("n", "text"),
    [
        pytest.param(1, "The bridge was closed on Monday. It will stay closed for nine weeks.", id="pronoun"),
        pytest.param(2, "Buses take the tunnel.", id="stands on its own"),
        pytest.param(3, "She said the tunnel was safe.", id="pronoun at the start of a paragraph"),
    ],
)
def test_a_sentence_that_leans_back_takes_the_one_before_it_along(n: int, text: str) -> None:
    assert shown(evidence(n)) == [text]


def test_a_quote_does_not_grow_without_end() -> None:
    text = "A" + "a" * 440 + ". It is so."
    first, second = sentences(text, "en")
    assert shown(Evidence(article("a", text), 1, second, first, 0.5)) == ["It is so."]


def test_neighbours_become_one_quote() -> None:
    assert shown(evidence(0), evidence(2), evidence(4)) == [
        TEXT[0 : SPANS[0].end],
        "Buses take the tunnel.",
        "Ferries run every hour.",
    ]
    assert shown(evidence(1), evidence(0)) == ["The bridge was closed on Monday. It will stay closed for nine weeks."]


def test_a_sentence_between_two_quotes_joins_them() -> None:
    (whole,) = quotes([evidence(0, 0.9), evidence(2, 0.8), evidence(1, 0.7)])
    assert whole.text == TEXT[: SPANS[2].end]
    assert (whole.score, whole.n) == (0.9, 1)


def test_the_same_words_are_quoted_once() -> None:
    again = replace(ITEM, id="b")
    assert len(quotes([evidence(0), evidence(0, of=again), evidence(4, of=again)])) == 2


def test_quotes_of_different_articles_never_join() -> None:
    found = quotes([evidence(0), evidence(1, of=replace(ITEM, id="b"))])
    assert [quote.article_id for quote in found] == ["a", "b"]


texts = st.lists(
    st.sampled_from(
        [
            "The bridge is closed.",
            "It was raining!",
            "橋が閉鎖。",
            "He said “no”.",
            "\n\n",
            " ",
            "A" * 300 + ".",
            "😀",
            "1.5 m",
            "And so on.",
        ]
    ),
    min_size=1,
    max_size=12,
).map(" ".join) | st.text(min_size=1, max_size=200)


@given(st.data())
def test_every_quote_is_a_slice_and_no_two_overlap(data: st.DataObject) -> None:
    articles = []
    for name in data.draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1)):
        text = canonical_text(data.draw(texts))
        articles.append((article(name, text), [] if is_blank(text) else sentences(text, None)))
    known = [(item, n, spans) for item, spans in articles for n in range(len(spans))]
    chosen = [
        Evidence(item, 1, spans[n], spans[n - 1] if n and data.draw(st.booleans()) else None, score)
        for (item, n, spans), score in data.draw(
            st.lists(st.tuples(st.sampled_from(known), st.floats(0, 1)), max_size=5) if known else st.just([])
        )
    ]
    stored = {item.id: item.text for item, _ in articles}
    found = quotes(chosen)
    assert bool(found) == bool(chosen)
    assert [quote.n for quote in found] == list(range(1, len(found) + 1))
    for quote in found:
        assert quote.text == stored[quote.article_id][quote.start : quote.end]
        assert quote.text == quote.text.strip()
        assert quote.text
    for one in found:
        for other in found[one.n :]:
            assert one.article_id != other.article_id or one.end < other.start or other.end < one.start
    if chosen:
        assert found[0].article_id == chosen[0].article.id
        assert found[0].start <= chosen[0].span.start < chosen[0].span.end <= found[0].end


@given(st.text(min_size=1), st.data())
def test_what_is_located_is_a_slice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    place = located(article("a", text), 1, Span(start, end), 0.123456)
    assert (place.text, place.start, place.end, place.score) == (text[start:end], start, end, 0.1235)


def test_a_quote_is_cut_anew_at_the_place_that_was_kept() -> None:
    (quote,) = quotes([evidence(2, 0.7)])
    assert quote_at(StoredArticle(ITEM, key=7, version=1, hash="", passages=1), quote.place, 1) == quote


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"article_id": "b"}, id="another article"),
        pytest.param({"version": 2}, id="another version"),
        pytest.param({"start": 9, "end": 9}, id="nothing"),
        pytest.param({"start": -1}, id="before the beginning"),
        pytest.param({"end": len(TEXT) + 1}, id="beyond the end"),
    ],
)
def test_no_quote_is_cut_where_the_place_is_not(change: dict[str, Any]) -> None:
    stored = StoredArticle(ITEM, key=7, version=1, hash="", passages=1)
    with pytest.raises(ValueError, match="The place is"):
        quote_at(stored, replace(Place("a", 1, 0, 10), **change), 1)
