"""Key sentences: central, early, whole, each saying something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import sentences
from retrieval.key_sentences import key_sentences
from retrieval.late_interaction import pack
from retrieval.models import Span
from retrieval.snapshot import PassageSentences
from tests.building import article

FERRY = "The electric ferry sails to the island eight times a day."
BUILT = "Its hull was built at the yard in Hollinquay last spring."
COST = "Taxpayers carried eighteen of the thirty-one million crowns."
WEATHER = "Rain is expected over the western hills on Thursday night."
REPEATED = "Eight times a day the electric ferry sails to the island."
MIDDLE = (1.0, 0.0, 0.0)
BESIDE = (0.8, 0.6, 0.0)
OTHER = (0.8, 0.0, 0.6)


def tokens_of(vectors: Sequence[Sequence[float]]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Codes and counts of a passage without a title of which each sentence is one token; none for a vector of zeros."""
    rows = np.zeros((len(vectors), 384), np.float32)
    rows[:, :3] = vectors
    told = rows.any(axis=1)
    return pack(rows[told]), np.concatenate([[0], told]).astype(np.uint16)


def passage_of(vectors: Sequence[Sequence[float]], *texts: str, title: str = "A title") -> PassageSentences:
    text = "\n\n".join(texts)
    spans = sentences(text, "en")
    assert len(spans) == len(texts) == len(vectors)
    tokens, counts = tokens_of(vectors)
    return PassageSentences(
        id=1,
        article=article("a", text, title, language="en"),
        version=1,
        span=Span(0, len(text)),
        sentences=tuple(spans),
        terms=((),) * (1 + len(spans)),
        tokens=tokens,
        counts=counts,
    )


def chosen(passages: Sequence[PassageSentences], n: int) -> list[str]:
    return [passages[0].article.text[span.start : span.end] for span in key_sentences(passages, n)]


def test_the_central_ones_are_chosen_in_reading_order() -> None:
    vectors = [(0.94, 0.34, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.94, -0.34, 0.0)]
    passage = passage_of(vectors, FERRY, WEATHER, "Gulls nest on the old pier all summer.", COST)
    assert chosen([passage], 2) == [FERRY, COST]


def test_of_sentences_as_central_the_early_ones_are_chosen() -> None:
    passage = passage_of(
        [MIDDLE, BESIDE, OTHER, BESIDE], FERRY, COST, WEATHER, "Gulls nest on the old pier all summer."
    )
    assert chosen([passage], 2) == [FERRY, COST]


def test_no_two_say_the_same() -> None:
    passage = passage_of([MIDDLE, OTHER, BESIDE], FERRY, REPEATED, COST)
    assert chosen([passage], 3) == [FERRY, COST], "in the same words"
    passage = passage_of([MIDDLE, MIDDLE, BESIDE], FERRY, WEATHER, COST)
    assert chosen([passage], 3) == [FERRY, COST], "by their vectors"


def test_none_is_only_the_title() -> None:
    passage = passage_of([MIDDLE, BESIDE], "THE FERRY — which sails at eight, and at nine!", COST,
                         title="The ferry, which sails at eight and at nine")  # fmt: skip
    assert chosen([passage], 2) == [COST]


@pytest.mark.parametrize(
    "fragment",
    [
        pytest.param("Eight times a day, to the island and back again", id="no end"),
        pytest.param("which sails to the island eight times a day.", id="no beginning"),
        pytest.param("Apologies had come.", id="too short"),
        pytest.param("Read more: " + "ferry, " * 70 + "ferry.", id="a list"),
        pytest.param("— * —", id="no words"),
    ],
)
def test_fragments_are_left_out(fragment: str) -> None:
    passage = passage_of([MIDDLE, BESIDE], fragment, COST)
    assert chosen([passage], 2) == [COST]


def test_an_article_of_fragments_still_has_key_sentences() -> None:
    passage = passage_of([MIDDLE, BESIDE], "ferry, eight a day", "thirty-one million crowns")
    assert chosen([passage], 1) == ["ferry, eight a day"]


def test_a_sentence_that_leans_back_comes_after_one_that_does_not() -> None:
    beside, on_the_other_side = (0.8, 0.6, 0.0), (0.8, -0.6, 0.0)
    passage = passage_of([beside, on_the_other_side], BUILT, COST)
    assert chosen([passage], 1) == [COST]


def test_passages_count_together() -> None:
    first, second = passage_of([MIDDLE], FERRY), passage_of([MIDDLE, BESIDE], FERRY, COST)
    rest = replace(second, id=2, sentences=second.sentences[1:], tokens=second.tokens[1:], counts=second.counts[[0, 2]])
    whole = replace(first, article=second.article)
    assert chosen([whole, rest], 2) == [FERRY, COST]


def test_a_passage_in_which_the_encoder_sees_nothing_is_left_out() -> None:
    first, second = passage_of([MIDDLE], FERRY), passage_of([MIDDLE, BESIDE], FERRY, COST)
    unseen = replace(
        second,
        id=2,
        sentences=second.sentences[1:],
        tokens=np.zeros((0, 0), np.uint8),  # as the catalogue gives them
        counts=np.zeros(2, np.uint16),
    )
    assert chosen([replace(first, article=second.article), unseen], 2) == [FERRY]
    assert chosen([unseen], 2) == []


@pytest.mark.parametrize("n", [0, -1])
def test_none_wanted(n: int) -> None:
    assert key_sentences([passage_of([MIDDLE], FERRY)], n) == ()


def test_no_passages() -> None:
    assert key_sentences([], 3) == ()


@given(
    st.lists(st.tuples(st.sampled_from([FERRY, COST, WEATHER, BUILT, "ferry", "!"]), st.integers(0, 3)), max_size=8),
    st.integers(0, 4),
)
def test_always_sentences_of_the_article_in_order(parts: list[tuple[str, int]], n: int) -> None:
    if not parts:
        return
    vectors = [(MIDDLE, BESIDE, OTHER, (0.0, 0.0, 0.0))[kind] for _, kind in parts]
    passage = passage_of(vectors, *(text for text, _ in parts))
    spans = key_sentences([passage], n)
    assert len(spans) <= n
    assert set(spans) <= set(passage.sentences)
    assert list(spans) == sorted(set(spans), key=lambda span: span.start)
