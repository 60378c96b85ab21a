"""Ways to keep token vectors in fewer bytes: each gives back what is read again."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (tokens, dimensions)."""

SCALE_BYTES = 2
"""Of the scale that is kept with each token, in half precision."""

_ROUNDS = 500  # of Lloyd's iteration: the 16 levels of 4 bits are there to 1e-6
_TINY = 1e-9
_SEED = 20_26


def unit(vectors: Vectors) -> Vectors:
    """Return vectors at length 1."""
    made: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY)
    return made.astype(np.float32)


def in_half_precision(vectors: Vectors) -> Vectors:
    """Keep vectors as float16."""
    return vectors.astype(np.float16).astype(np.float32)


def in_eight_bits(vectors: Vectors) -> Vectors:
    """Keep each number in a byte, in equal steps up to the largest of its token."""
    scale = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), _TINY) / 127
    made: Vectors = np.round(vectors / scale) * scale
    return made


def in_levels(vectors: Vectors, bits: int) -> Vectors:
    """Keep each number as one of 2 ** bits levels that are best for Gaussian numbers, times the token's root mean square.

    After a random rotation the numbers of a vector are nearly Gaussian, whatever they were before.
    """
    levels = lloyd_max(bits)
    scale = np.sqrt(np.maximum((vectors**2).mean(axis=1, keepdims=True), _TINY**2))
    made: Vectors = levels[np.searchsorted((levels[1:] + levels[:-1]) / 2, vectors / scale)] * scale
    return made


@cache
def lloyd_max(bits: int) -> Vectors:
    """Return the levels with the least mean squared error for Gaussian numbers, shape (2 ** bits,), ascending.

    Max, "Quantizing for minimum distortion" (1960): 1 bit has .798, 2 bits .453 and 1.510 to either side. By Lloyd's
    iteration: each level is the mean of the numbers that are nearest to it.
    """
    normal = NormalDist()
    count = 2**bits
    levels = [normal.inv_cdf((n + 0.5) / count) for n in range(count)]
    for _ in range(_ROUNDS):
        edges = [(low + high) / 2 for low, high in pairwise(levels)]
        density = [0.0, *(normal.pdf(edge) for edge in edges), 0.0]
        below = [0.0, *(normal.cdf(edge) for edge in edges), 1.0]
        levels = [(density[n] - density[n + 1]) / (below[n + 1] - below[n]) for n in range(count)]
    return np.array(levels, np.float32)


def random_rotation(dimensions: int) -> Vectors:
    """Return directions at right angles to each other, shape (dimensions, dimensions), always the same ones."""
    gaussian = np.random.default_rng(_SEED).standard_normal((dimensions, dimensions))
    return np.linalg.qr(gaussian)[0].astype(np.float32)


def principal_directions(vectors: Vectors) -> Vectors:
    """Return the directions in which vectors are longest, shape (dimensions, dimensions), the first one foremost.

    Without centring, as inner products are to be kept.
    """
    _, directions = np.linalg.eigh(vectors.T @ vectors / len(vectors))
    return np.ascontiguousarray(directions[:, ::-1], np.float32)
