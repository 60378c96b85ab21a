"""Vectors kept in fewer bytes: how far what is read again is from what was kept."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.quantisers import (
    Vectors,
    in_eight_bits,
    in_half_precision,
    in_levels,
    lloyd_max,
    principal_directions,
    random_rotation,
    unit,
)

VECTORS: Vectors = unit(np.random.default_rng(1).standard_normal((400, 384)).astype(np.float32))


def lost(kept: Vectors) -> float:
    """Return the squared error as a share of the squared length."""
    return float(((kept - VECTORS) ** 2).sum() / (VECTORS**2).sum())


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        pytest.param(1, [0.7979], id="1 bit"),
        pytest.param(2, [0.4528, 1.5104], id="2 bits"),
        pytest.param(3, [0.2451, 0.7560, 1.3439, 2.1520], id="3 bits"),
    ],
)
def test_levels_are_those_of_max(bits: int, expected: list[float]) -> None:
    assert lloyd_max(bits) == pytest.approx([*(-level for level in reversed(expected)), *expected], abs=1e-4)


@pytest.mark.parametrize(("bits", "expected"), [(1, 0.3634), (2, 0.1175), (3, 0.03454), (4, 0.009497)])
def test_gaussian_numbers_lose_what_max_computed(bits: int, expected: float) -> None:
    kept = in_levels(VECTORS, bits)
    assert lost(kept) == pytest.approx(expected, rel=0.03)
    assert max(len(np.unique(row)) for row in kept) <= 2**bits


def test_bytes_and_halves_lose_next_to_nothing() -> None:
    assert 0 < lost(in_half_precision(VECTORS)) < 1e-6
    assert 1e-6 < lost(in_eight_bits(VECTORS)) < 2e-4


@pytest.mark.parametrize("keep", [in_half_precision, in_eight_bits, lambda vectors: in_levels(vectors, 4)])
def test_nothing_stays_nothing(keep: object) -> None:
    assert callable(keep)
    assert not np.abs(keep(np.zeros((3, 8), np.float32))).max() > 1e-6
    assert keep(np.zeros((0, 8), np.float32)).shape == (0, 8)


def test_principal_directions_hold_vectors_that_lie_in_a_subspace() -> None:
    within = VECTORS[:, :5] @ VECTORS[:5]
    directions = principal_directions(within)[:, :5]
    assert np.allclose(within @ directions @ directions.T, within, atol=1e-4)


def test_a_rotation_keeps_every_product() -> None:
    turned = VECTORS @ random_rotation(384)
    assert np.allclose(turned @ turned.T, VECTORS @ VECTORS.T, atol=1e-5)
