"""Terms of passages counted in one row of bytes: as often as a plain count, whatever the terms are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.bm25 import _Words

TERM = st.text(st.sampled_from("aбé橋.7"), min_size=1, max_size=6)


@given(st.lists(st.lists(TERM, max_size=8), max_size=5), TERM)
def test_terms_and_lengths_are_those_of_a_plain_count(passages: list[list[str]], other: str) -> None:
    words = _Words([" ".join(terms) for terms in passages])
    assert words.lengths.tolist() == [len(terms) for terms in passages]
    for term in {other, *(term for terms in passages for term in terms)}:
        assert words.frequency(term).tolist() == [terms.count(term) for terms in passages]


@pytest.mark.parametrize(
    ("term", "passage", "expected"),
    [
        pytest.param("橋" * 64, f"{'橋' * 64} x", 1, id="192 bytes"),
        pytest.param("𝒳" * 64, f"x {'𝒳' * 64}", 1, id="256 bytes, whose length as a byte is 0"),
        pytest.param("a", f"{'a' * 257} a", 1, id="not in one that is 256 bytes longer"),
        pytest.param("a" * 257, f"{'a' * 257} a", 1, id="nor the other way round"),
        pytest.param("rust", "rust rust rust", 3, id="beside itself"),
        pytest.param("rust", "rusty trust rus", 0, id="within others"),
        pytest.param("rust", "", 0, id="in nothing"),
    ],
)
def test_a_term_is_told_from_others(term: str, passage: str, expected: int) -> None:
    assert _Words(["other", passage, "other"]).frequency(term).tolist() == [0, expected, 0]


def test_no_passages() -> None:
    words = _Words([])
    assert words.lengths.shape == words.frequency("rust").shape == (0,)
    assert np.issubdtype(words.lengths.dtype, np.integer)
