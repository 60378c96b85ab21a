"""Late interaction: token vectors kept as sign codes, and MaxSim of a question's tokens against those of passages.

MaxSim (Khattab and Zaharia, "ColBERT", 2020) takes for each token of the question the most similar token of a text. Token
vectors are turned by a random rotation and kept as one bit a dimension, its sign; the question's stay as they are. For
vectors so turned, the product of the one with the signs of the other estimates their cosine (Gao and Long, "RaBitQ",
2024). 48 bytes a token find as much as 768 in half precision: docs/evaluation.md has the comparison, with projections
fitted to the model's vectors too, which are no better at the same size. So nothing is fitted, for any model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from retrieval.models import QuestionVectors

Vectors = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]

MOST_BITS = 384
"""Bits a token: vectors of more dimensions are projected to so many random ones."""

_SEED = 20260301


@dataclass(frozen=True, slots=True)
class Matches:
    """How well texts match a question, token by token."""

    best: Vectors
    """For each token of the question its best cosine in the title and in each sentence: shape (question tokens, 1 +
    sentences); -1 where a title or sentence has no tokens."""
    means: Vectors
    """Cosine of the question's mean token and each sentence's: shape (sentences,)."""


def rotated(tokens: Vectors) -> Vectors:
    """Return token vectors, shape (tokens, dimensions), turned and of unit length: shape (tokens, bits)."""
    turned = tokens.astype(np.float32) @ _rotation(tokens.shape[1])
    return _unit(turned)


def pack(tokens: Vectors) -> Codes:
    """Return the signs of turned token vectors, eight to a byte: shape (tokens, bits / 8)."""
    return np.packbits(tokens.astype(np.float32) @ _rotation(tokens.shape[1]) > 0, axis=1)


def matches(question: QuestionVectors, passages: Sequence[tuple[Codes, npt.NDArray[np.uint16]]]) -> list[Matches]:
    """Hold a question against passages, each given by its tokens' codes and the counts of title and sentences.

    All passages are multiplied at once: the 12 of a question, of 100 tokens each, take 0.8 ms.
    """
    if not passages:
        return []
    bits = question.tokens.shape[1]
    codes = np.concatenate(
        [tokens for tokens, _ in passages if len(tokens)] or [np.zeros((0, (bits + 7) // 8), np.uint8)]
    )
    counts = np.concatenate([of for _, of in passages]).astype(np.int64)
    vectors = unpack(codes, bits)
    best = _maxima(vectors @ question.tokens.T, counts).T
    mean = _unit(question.tokens.sum(axis=0, keepdims=True))[0]
    means = _unit(_sums(vectors, counts)) @ mean
    ends = np.cumsum([len(of) for _, of in passages])
    return [
        Matches(best[:, end - len(of) : end], means[end - len(of) + 1 : end])
        for end, (_, of) in zip(ends, passages, strict=True)
    ]


def sentence_vectors(codes: Codes, counts: npt.NDArray[np.uint16]) -> Vectors:
    """Return the mean of each sentence's token vectors ("late pooling"): shape (sentences, bits), unit length."""
    bits = codes.shape[1] * 8
    return _unit(_sums(unpack(codes, bits), counts.astype(np.int64))[1:])


def unpack(codes: Codes, bits: int) -> Vectors:
    """Return vectors whose product with a unit vector estimates the cosine: shape (tokens, bits).

    The estimate is without bias: for a random rotation the mean of |x| over the dimensions is sqrt(2 / (pi bits)).
    """
    vectors = np.empty((*codes.shape, 8), np.float32)
    # into a given array and without its checks, which no byte can fail: a tenth of the time of plain indexing
    np.take(_signs(bits), codes, axis=0, out=vectors, mode="clip")
    return vectors.reshape(len(codes), codes.shape[1] * 8)[:, :bits]


@cache
def _signs(bits: int) -> Vectors:
    """Return for each byte its eight signs, shape (256, 8)."""
    ones = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
    return (ones * 2 - 1) * np.float32(math.sqrt(math.pi / 2 / bits))


def _maxima(rows: Vectors, counts: npt.NDArray[np.int64]) -> Vectors:
    """Reduce runs of rows, `counts` long, to the highest value of each column; -1 where a run has no rows."""
    highest = np.full((len(counts), rows.shape[1]), -1.0, np.float32)
    full = np.flatnonzero(counts)
    if len(full):
        starts = np.cumsum(counts)[full] - counts[full]
        highest[full] = np.maximum.reduceat(rows, starts, axis=0)
    return highest


def _sums(rows: Vectors, counts: npt.NDArray[np.int64]) -> Vectors:
    """Reduce runs of rows, `counts` long, to their sums; for rows as long as these, quicker than `np.add.reduceat`."""
    sums = np.empty((len(counts), rows.shape[1]), np.float32)
    start = 0
    for n, count in enumerate(counts.tolist()):
        np.add.reduce(rows[start : start + count], axis=0, out=sums[n])
        start += count
    return sums


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


@cache
def _rotation(dimensions: int) -> Vectors:
    """Return random directions at right angles to each other, shape (dimensions, bits): the same ones everywhere.

    By the QR decomposition of a Gaussian matrix, its signs made unique (Stewart, 1980). The legacy generator is used as
    its stream is promised never to change: codes are kept, and must meet the same rotation years later.
    """
    gaussian = np.random.RandomState(_SEED).standard_normal((dimensions, dimensions))
    orthogonal, triangular = np.linalg.qr(gaussian)
    directions = orthogonal * np.sign(np.diag(triangular))
    return np.ascontiguousarray(directions[:, :MOST_BITS], np.float32)
