"""Quotes: slices of stored articles, readable, and none twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import canonical_text, is_blank
from ingest.sentences import sentences
from retrieval.likeness import Said
from retrieval.models import Article, Place, Span, StoredArticle
from retrieval.quotes import FITTING, Evidence, cited, located, quote_at, quotes
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


def test_a_quote_says_on_which_pages_it_stands_and_what_is_doubtful_of_its_article() -> None:
    pages = [0, TEXT.index("nine weeks"), TEXT.index("Buses")]
    metadata = {"pages": pages, "published_guessed": True, "gone_since": "2026-05-20"}
    item = replace(ITEM, metadata=metadata)
    found = {n: quotes([evidence(n, of=item)])[0] for n in (0, 1, 4)}
    assert {n: quote.pages for n, quote in found.items()} == {0: (1, 1), 1: (1, 2), 4: (3, 3)}
    assert {(quote.published_guessed, quote.gone_since) for quote in found.values()} == {(True, "2026-05-20")}
    stored = StoredArticle(item, key=7, version=1, hash="", passages=1)
    assert quote_at(stored, found[1].place, 1) == found[1]


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


def sentence(text: str, name: str = "a", n: int = 0, score: float = 0.5, **more: Any) -> Evidence:
    """Sentence number `n` of an article of its own, without a neighbour."""
    return Evidence(article(name, text, **more), 1, sentences(text, more.get("language"))[n], None, score)


def test_numbers_that_differ_are_both_quoted() -> None:
    rose = "Prices in the harbour rose by {} % in March."
    assert len(shown(sentence(rose.format(5)), sentence(rose.format(7), "b"))) == 2


def test_of_two_that_say_the_same_the_stronger_is_quoted() -> None:
    long = sentence("The bridge was closed on Monday, the mayor said.", "a", score=0.9, published="2026-03-05")
    short = sentence("The bridge was closed on Monday.", "b", score=0.8, published="2026-03-01")
    assert [quote.article_id for quote in quotes([long, short])] == ["a"]
    assert [quote.article_id for quote in quotes([short, long])] == ["b"]


def test_of_copies_the_one_published_first_is_quoted() -> None:
    text = "The bridge was closed on Monday."
    copies = [
        sentence(text, "undated", score=0.9),
        sentence(text, "later", score=0.8, published="2026-03-02"),
        sentence(text, "first", score=0.7, published="2026-03-01"),
    ]
    (quote,) = quotes(copies)
    assert (quote.article_id, quote.score) == ("first", 0.9)


def test_a_neighbour_that_is_quoted_already_is_not_quoted_again() -> None:
    copy = replace(ITEM, id="b")
    assert shown(evidence(0), evidence(1, of=copy)) == [
        "The bridge was closed on Monday.",
        "It will stay closed for nine weeks.",
    ]


def test_quotes_do_not_join_across_paragraphs() -> None:
    assert shown(evidence(2), evidence(3)) == ["Buses take the tunnel.", "She said the tunnel was safe."]


def test_further_quotes_are_added_as_long_as_the_answer_stays_short() -> None:
    mill, barn, inn = (sentence(f"The {name}" + f" {name}" * 35 + ".", name) for name in ("mill", "barn", "town"))
    tower = sentence("Ada saw a tower.", "tower")
    assert shown(mill, barn, inn, tower) == [mill.text, barn.text, tower.text]
    assert sum(map(len, shown(mill, barn, inn, tower))) <= FITTING
    assert len(quotes([mill, barn, inn, tower], fitting=2_000)) == 4


def test_the_strongest_sentence_is_quoted_whole_however_long_it_is() -> None:
    text = "The mill was " + "very " * 200 + "old."
    long = Evidence(article("a", text), 1, Span(0, len(text)), None, 0.9)
    assert shown(long, sentence("Ada saw a tower.", "b")) == [text]


def test_the_words_that_answer_are_marked_in_the_strongest_sentence() -> None:
    text = "Ships came from 1911 on. The bridge opened on 3 May 1998. It has closed since 2003."
    first, second, third = sentences(text, "en")
    item = article("a", text, language="en")
    chosen = [Evidence(item, 1, second, first, 0.9), Evidence(item, 1, third, second, 0.5)]
    (quote,) = quotes(chosen, "When did the bridge open?")
    assert quote.text == text[second.start : third.end]
    assert [text[mark.start : mark.end] for mark in quote.marks] == ["3 May 1998"]
    assert quotes(chosen)[0].marks == ()


def test_a_written_answer_gets_its_quotes_in_the_order_in_which_it_needs_them() -> None:
    cut, numbers = cited([[evidence(4)], [evidence(0), evidence(4)], [evidence(4)]])
    assert [(quote.n, quote.text) for quote in cut] == [
        (1, "Ferries run every hour."),
        (2, "The bridge was closed on Monday."),
    ]
    assert numbers == ((1,), (2, 1), (1,))


def test_sentences_of_a_written_answer_that_rest_on_neighbours_share_a_quote() -> None:
    cut, numbers = cited([[evidence(0)], [evidence(4)], [evidence(2)], [evidence(1)]])
    assert [quote.text for quote in cut] == [TEXT[: SPANS[2].end], "Ferries run every hour."]
    assert numbers == ((1,), (2,), (1,), (1,))


def test_a_pronoun_is_quoted_with_its_neighbour_in_a_written_answer_too() -> None:
    cut, numbers = cited([[evidence(1)]])
    assert [quote.text for quote in cut] == ["The bridge was closed on Monday. It will stay closed for nine weeks."]
    assert numbers == ((1,),)


def test_a_written_answer_without_sentences_has_no_quotes() -> None:
    assert cited([]) == ((), ())


def test_copies_in_two_articles_are_both_quoted_when_a_written_answer_names_both() -> None:
    cut, numbers = cited([[evidence(4), evidence(4, of=replace(ITEM, id="b"))]])
    assert [quote.article_id for quote in cut] == ["a", "b"]
    assert numbers == ((1, 2),)


@given(st.lists(st.lists(st.integers(0, len(SPANS) - 1), max_size=3), max_size=5))
def test_every_sentence_of_a_written_answer_stands_in_the_quotes_that_it_names(claims: list[list[int]]) -> None:
    cut, numbers = cited([[evidence(n) for n in claim] for claim in claims])
    assert [quote.n for quote in cut] == list(range(1, len(cut) + 1))
    for claim, of in zip(claims, numbers, strict=True):
        assert set(of) <= {quote.n for quote in cut}
        for n in claim:
            assert any(cut[q - 1].start <= SPANS[n].start and SPANS[n].end <= cut[q - 1].end for q in of)
    assert all(quote.text == TEXT[quote.start : quote.end] for quote in cut)
    ranges = sorted((quote.start, quote.end) for quote in cut)
    assert all(first[1] <= second[0] for first, second in pairwise(ranges))


def test_a_quote_cut_anew_has_no_marks() -> None:
    text = "The bridge opened in 1998."
    item = article("a", text, language="en")
    (quote,) = quotes([sentence(text, language="en")], "When did the bridge open?")
    assert quote.marks
    assert quote_at(StoredArticle(item, key=7, version=1, hash="", passages=1), quote.place, 1).marks == ()


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
            "Opened in 1998.",
            "Ada Brook came on 3 May.",
            "Twelve boats sank.",
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
    question = data.draw(st.sampled_from(["", "When did it open?", "Who came?", "How many boats sank?"]))
    fitting = data.draw(st.integers(0, 900))
    found = quotes(chosen, question, fitting=fitting)
    assert bool(found) == bool(chosen)
    assert [quote.n for quote in found] == list(range(1, len(found) + 1))
    for quote in found:
        assert quote.text == stored[quote.article_id][quote.start : quote.end]
        assert quote.text == quote.text.strip()
        assert quote.text
        end = quote.start
        for mark in quote.marks:
            assert end <= mark.start < mark.end <= quote.end
            end = mark.end
    assert len(found) == 1 or sum(len(quote.text) for quote in found) <= max(fitting, 0) or not found
    for one in found:
        for other in found[one.n :]:
            assert not Said(one.text).same_as(Said(other.text))
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
