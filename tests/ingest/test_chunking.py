"""Passages: they tile the article, hold whole sentences and never more than the encoder takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import CountPieces, passages, title_for_encoder
from ingest.normalize import is_blank
from ingest.sentences import sentences
from retrieval.encoder import Encoder
from retrieval.models import Article, Passage
from tests.building import article, count_words
from tests.ingest.test_sentences import canonical_texts

PARAGRAPH = "The bridge is closed. It will stay closed. Buses take the tunnel. Ferries run every hour."


def count_letters(texts: Sequence[str]) -> list[int]:
    """A model that knows single letters only: sentences that touch are as long together as apart."""
    return [len(re.findall(r"\S", text)) for text in texts]


def count_characters(texts: Sequence[str]) -> list[int]:
    """A model to which white space is a piece too: together sentences are longer than apart."""
    return [len(text) for text in texts]


def count_runs(texts: Sequence[str]) -> list[int]:
    """A model that sees a word without its neighbours otherwise than with them."""
    return [sum(1 + len(run) // 4 for run in re.findall(r"\w+|[^\w\s]+", text)) for text in texts]


def cut(item: Article, budget: int, count: CountPieces = count_words) -> list[str]:
    return [item.text[passage.start : passage.end] for passage in passages(item, count, budget)]


def check(item: Article, found: Sequence[Passage], count: CountPieces, budget: int) -> None:
    text = item.text
    assert "".join(text[passage.start : passage.end] for passage in found) == text
    assert all(before.end == after.start for before, after in pairwise(found))
    for passage in found:
        assert passage.sentences
        assert all(passage.start <= s.start < s.end <= passage.end for s in passage.sentences)
        assert all(before.end <= after.start for before, after in pairwise(passage.sentences))
        if passage.sentences[0].end - passage.sentences[0].start > 1 or len(passage.sentences) > 1:
            assert count([text[passage.start : passage.end].strip()])[0] <= budget
    listed = [s for passage in found for s in passage.sentences]
    covered = "".join(text[s.start : s.end] for s in listed)
    assert re.sub(r"\s+", "", covered) == re.sub(r"\s+", "", text), "all that is not white space is in a sentence"
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in listed)


def test_a_short_article_is_one_passage() -> None:
    item = article("a", f"  {PARAGRAPH}\n")
    (passage,) = passages(item, count_words, 100)
    assert (passage.start, passage.end) == (0, len(item.text))
    assert list(passage.sentences) == sentences(item.text, None)


def test_passages_are_filled_with_whole_sentences() -> None:
    assert cut(article("a", PARAGRAPH), 9) == [
        "The bridge is closed. It will stay closed. ",
        "Buses take the tunnel. Ferries run every hour.",
    ]


def test_a_passage_that_is_nearly_full_ends_with_its_paragraph() -> None:
    text = f"{PARAGRAPH}\n\n{PARAGRAPH}"
    assert cut(article("a", text), 25) == [f"{PARAGRAPH}\n\n", PARAGRAPH]
    assert cut(article("a", text), 40) == [text]


def test_a_sentence_over_the_budget_is_halved() -> None:
    found = cut(article("a", "one two three four five six seven eight nine ten"), 4)
    assert all(len(part.split()) <= 4 for part in found)
    assert "".join(found) == "one two three four five six seven eight nine ten"


def test_a_single_character_over_the_budget_stands_alone() -> None:
    def count(texts: Sequence[str]) -> list[int]:
        return [100 * len(text) for text in texts]

    assert cut(article("a", "ab"), 8, count) == ["a", "b"]


@settings(max_examples=300)
@given(
    canonical_texts.filter(lambda text: not is_blank(text)),
    st.integers(8, 60),
    st.sampled_from([count_words, count_letters, count_characters, count_runs]),
    st.sampled_from([None, "en", "ja"]),
)
def test_passages_tile_any_text_within_the_budget(
    text: str, budget: int, count: CountPieces, language: str | None
) -> None:
    item = article("a", text, language=language)
    check(item, passages(item, count, budget), count, budget)


@settings(max_examples=30)
@given(canonical_texts.filter(lambda text: not is_blank(text)), st.sampled_from([16, 60, 254]))
def test_passages_are_within_the_budget_by_the_encoder_s_own_count(encoder: Encoder, text: str, budget: int) -> None:
    item = article("a", text)
    check(item, passages(item, encoder.count_pieces, budget), encoder.count_pieces, budget)


def test_a_hundred_thousand_words(encoder: Encoder) -> None:
    item = article("a", "The bridge over the river is closed, and nobody knows why. " * 9_000)
    found = passages(item, encoder.count_pieces, 200, most_characters=1_000)
    check(item, found, encoder.count_pieces, 200)
    assert len(found) == 9_000 // 15, "each is filled: 13 word pieces a sentence"


@pytest.mark.parametrize("most", [60, 250, 700, 10_000])
def test_no_passage_has_more_characters_than_it_may_unless_it_is_one_sentence(most: int) -> None:
    item = article("a", f"{'long ' * 60}sentence. " + f"{PARAGRAPH} " * 20)
    found = passages(item, count_words, 300, most_characters=most)
    check(item, found, count_words, 300)
    first, *others = [passage.sentences[-1].end - passage.sentences[0].start for passage in found]
    assert first <= most or len(found[0].sentences) == 1
    assert max(others, default=0) <= most


# Titles


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Bridge  closes\tagain", "Bridge closes again", id="short"),
        pytest.param("", "", id="empty"),
        pytest.param("word " * 200, " ".join(["word"] * 47), id="long"),
        pytest.param("a" * 300, "a" * 300, id="one word that is one piece"),
    ],
)
def test_title_for_the_encoder(title: str, expected: str) -> None:
    assert title_for_encoder(title, count_words, 254) == expected


@given(st.text(), st.sampled_from([count_words, count_letters, count_characters]), st.integers(16, 512))
def test_a_title_is_never_more_than_its_share(title: str, count: CountPieces, window: int) -> None:
    shortened = title_for_encoder(title, count, window)
    assert count([shortened])[0] <= min(48, window // 4)
    assert " ".join(title.split()).startswith(shortened)
