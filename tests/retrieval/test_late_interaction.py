"""Token vectors as signs, and MaxSim over them: what is estimated, how well, and of which texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.late_interaction import MOST_BITS, Matches, matches, pack, rotated, sentence_vectors, unpack
from retrieval.models import QuestionVectors, Span

Vectors = npt.NDArray[np.float32]


def units(count: int, dimensions: int, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def asked(tokens: Vectors) -> QuestionVectors:
    spans = tuple(Span(n, n + 1) for n in range(len(tokens)))
    return QuestionVectors(tokens.mean(axis=0), rotated(tokens), spans)


def matched(question: Vectors, tokens: Vectors, counts: Sequence[int]) -> Matches:
    (match,) = matches(asked(question), [(pack(tokens), np.array(counts, np.uint16))])
    return match


# The rotation


@pytest.mark.parametrize("dimensions", [8, 32, 384])
def test_turning_keeps_every_cosine(dimensions: int) -> None:
    vectors = units(40, dimensions)
    turned = rotated(vectors)
    assert turned.shape == vectors.shape
    assert turned.dtype == np.float32
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-5)


def test_longer_vectors_are_projected_and_keep_cosines_roughly() -> None:
    vectors = units(40, 768)
    turned = rotated(vectors)
    assert turned.shape == (40, MOST_BITS)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1, atol=1e-5)
    # half of 768 directions: the error of a cosine is about 1 / sqrt(768)
    assert np.abs(turned @ turned.T - vectors @ vectors.T).max() < 0.2


# Of catalogues made long ago the codes must meet the same rotation: these values may never change.
@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        pytest.param(8, [-0.0167, -0.1975, -0.8174], id="8"),
        pytest.param(32, [-0.0198, -0.116, -0.3083], id="32"),
        pytest.param(384, [0.0567, 0.0654, -0.0179], id="384"),
        pytest.param(768, [0.0915, 0.0117, -0.0163], id="768"),
    ],
)
def test_the_rotation_is_the_same_everywhere_and_for_ever(dimensions: int, expected: list[float]) -> None:
    turned = rotated(np.arange(1, dimensions + 1, dtype=np.float32)[np.newaxis])
    np.testing.assert_allclose(turned[0, [0, 1, -1]], expected, atol=2e-4)


# Signs


@pytest.mark.parametrize("dimensions", [32, 384])
@pytest.mark.parametrize("cosine", [-0.5, 0.0, 0.3, 0.8, 1.0])
def test_a_cosine_is_estimated_without_bias(dimensions: int, cosine: float) -> None:
    vectors, others = units(4000, dimensions, seed=1), units(4000, dimensions, seed=2)
    others -= (others * vectors).sum(axis=1, keepdims=True) * vectors
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    mixed = cosine * vectors + np.sqrt(1 - cosine**2).astype(np.float32) * others
    estimates = (unpack(pack(mixed), dimensions) * rotated(vectors)).sum(axis=1)
    # a sign's share of the length is sqrt(2 / (pi bits)) on the mean, a little more where dimensions are few
    assert estimates.mean() == pytest.approx(cosine, abs=0.01)
    assert estimates.std() < 0.8 / np.sqrt(dimensions)


@pytest.mark.parametrize(("dimensions", "held"), [(8, 1), (32, 4), (384, 48), (768, 48)])
def test_codes_hold_the_signs_of_what_was_turned(dimensions: int, held: int) -> None:
    vectors = units(20, dimensions)
    codes = pack(vectors)
    assert codes.shape == (20, held)
    assert codes.dtype == np.uint8
    signs = unpack(codes, min(dimensions, MOST_BITS))
    np.testing.assert_array_equal(signs > 0, rotated(vectors) > 0)
    np.testing.assert_array_equal(np.packbits(signs > 0, axis=1), codes)


@pytest.mark.parametrize("bits", [8, 20, 384])
def test_every_byte_stands_for_its_eight_signs(bits: int) -> None:
    codes = np.resize(np.arange(256, dtype=np.uint8), (256, (bits + 7) // 8))
    expected = np.where(np.unpackbits(codes, axis=1)[:, :bits] > 0, 1, -1) * np.sqrt(np.pi / 2 / bits)
    np.testing.assert_allclose(unpack(codes, bits), expected, rtol=1e-6)


def test_nothing_to_pack() -> None:
    assert pack(np.zeros((0, 384), np.float32)).shape == (0, 48)
    assert unpack(np.zeros((0, 48), np.uint8), 384).shape == (0, 384)


# MaxSim


def test_a_text_matches_itself_token_by_token() -> None:
    tokens = units(30, 384)
    match = matched(tokens, tokens, [0, 30])
    np.testing.assert_allclose(match.best[:, 1], 1, atol=0.1)


def test_title_and_sentences_are_matched_apart() -> None:
    tokens = units(6, 384)
    match = matched(tokens[[0, 2, 5]], tokens, [1, 2, 0, 3])
    assert match.best.shape == (3, 4)
    assert match.means.shape == (3,)
    assert [int(row.argmax()) for row in match.best] == [0, 1, 3]
    assert (match.best[:, 2] == -1).all(), "a sentence without tokens matches nothing"
    assert match.means[1] == 0
    assert match.means[0] > match.means[2] > 0.1, "one token of two is asked for, and one of three"


def test_each_passage_gets_its_own_even_one_without_tokens() -> None:
    one, other = units(4, 32, seed=1), units(5, 32, seed=2)
    empty = np.zeros((0, 32), np.float32)
    texts = [(one, [1, 3]), (empty, [0, 0, 0]), (other, [0, 2, 3]), (empty, [0])]
    together = matches(asked(other), [(pack(tokens), np.array(counts, np.uint16)) for tokens, counts in texts])
    for (tokens, counts), match in zip(texts, together, strict=True):
        alone = matched(other, tokens, counts)
        np.testing.assert_allclose(match.best, alone.best, atol=1e-6)
        np.testing.assert_allclose(match.means, alone.means, atol=1e-6)
    assert (together[1].best == -1).all()
    assert [len(match.means) for match in together] == [1, 2, 2, 0]


def test_no_passages() -> None:
    assert matches(asked(units(2, 8)), []) == []


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4), min_size=1, max_size=3),
    st.integers(1, 4),
    st.integers(0, 9),
)
def test_the_best_matches_are_those_of_a_plain_loop(passages: list[list[int]], words: int, seed: int) -> None:
    question = asked(units(words, 16, seed))
    texts = [(pack(units(sum(counts), 16, seed + n + 1)), counts) for n, counts in enumerate(passages)]
    found = matches(question, [(codes, np.array(counts, np.uint16)) for codes, counts in texts])
    for (codes, counts), match in zip(texts, found, strict=True):
        signs, start = unpack(codes, 16), 0
        for segment, count in enumerate(counts):
            for word, token in enumerate(question.tokens):
                best = max((float(token @ sign) for sign in signs[start : start + count]), default=-1.0)
                assert match.best[word, segment] == pytest.approx(best, abs=1e-5)
            if segment:
                total = sum(signs[start : start + count], np.zeros(16))
                asked_for = question.tokens.sum(axis=0)
                cosine = total @ asked_for / max(1e-9, float(np.linalg.norm(total) * np.linalg.norm(asked_for)))
                assert match.means[segment - 1] == pytest.approx(cosine, abs=1e-5)
            start += count


def test_a_sentence_s_vector_is_the_mean_of_its_tokens() -> None:
    codes = pack(units(5, 64))
    vectors = sentence_vectors(codes, np.array([1, 3, 0, 1], np.uint16))
    assert vectors.shape == (3, 64)
    mean = unpack(codes[1:4], 64).mean(axis=0)
    np.testing.assert_allclose(vectors[0], mean / np.linalg.norm(mean), atol=1e-5)
    assert (vectors[1] == 0).all(), "a sentence without tokens has no direction"
    np.testing.assert_allclose(np.linalg.norm(vectors[2]), 1, atol=1e-5)
