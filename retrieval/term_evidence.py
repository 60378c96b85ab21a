"""How much of a question's terms a sentence holds: evidence in every language, whatever the encoder knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

# What counts for a term that the sentence itself does not have, as a share of one that it has. Measured on XQuAD German,
# Russian and Chinese (300 questions each, the best 12 passages by BM25): sentence @3 .867 / .917 / .897 without, and
# .907 / .920 / .920 with all three.
_IN_TITLE = 0.4
_BESIDE = 0.5  # in the sentence before or after: "It opened in 1911."
_PREFIX = (
    4  # characters that forms of a word share at least: "правительств" and "правительственн", "Brücke" and "Brücken"
)
_ALIKE = 0.5  # share of the longer form that the common start is at least; the share is what it counts


def sentence_scores(
    groups: Sequence[tuple[str, ...]],
    idf: Sequence[float] | Scores,
    sentences: Sequence[Sequence[str]],
    title: Sequence[str] = (),
) -> Scores:
    """Return for each sentence of a passage the share of the question's idf that it holds, 0 to 1, shape (sentences,).

    A term counts in full where one of its stems stands in the sentence, in part where a word begins alike, where the
    neighbouring sentence has it, or the title.

    Args:
        groups: the question's terms, each with its alternative stems (`question_terms`).
        idf: of each group, at least 0.
        sentences: the terms of each sentence of one passage, in order.
        title: the terms of the article's title.
    """
    weights = np.asarray(idf, np.float64)
    total = float(weights.sum())
    if not sentences or total <= 0:
        return np.zeros(len(sentences))
    asked = _asked(tuple(groups))
    own = np.array([asked.matches(terms) for terms in sentences])
    held = own.copy()
    held[1:] = np.maximum(held[1:], _BESIDE * own[:-1])
    held[:-1] = np.maximum(held[:-1], _BESIDE * own[1:])
    if title:
        held = np.maximum(held, _IN_TITLE * np.array(asked.matches(title)))
    scores: Scores = held @ weights / total
    return scores


@lru_cache(maxsize=16)
def _asked(groups: tuple[tuple[str, ...], ...]) -> _Asked:
    """Return what a question's passages are all held against."""
    return _Asked(groups)


class _Asked:
    """The stems of a question, by themselves and by how they begin."""

    def __init__(self, groups: Sequence[tuple[str, ...]]) -> None:
        self._count = len(groups)
        self._same: dict[str, list[int]] = {}
        self._alike: dict[str, list[tuple[int, str]]] = {}
        for n, group in enumerate(groups):
            for stem in group:
                self._same.setdefault(stem, []).append(n)
                if len(stem) >= _PREFIX and not stem[0].isdigit():
                    self._alike.setdefault(stem[:_PREFIX], []).append((n, stem))

    def matches(self, terms: Sequence[str]) -> list[float]:
        """Return for each group how well the nearest of the terms fits one of its stems: 1 where it is the same."""
        best = [0.0] * self._count
        for term in set(terms):
            for n in self._same.get(term, ()):
                best[n] = 1.0
            for n, stem in self._alike.get(term[:_PREFIX], ()):
                share = _common_start(stem, term)
                if best[n] < share >= _ALIKE:
                    best[n] = share
        return best


def _common_start(first: str, second: str) -> float:
    longest = max(len(first), len(second))
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    return same / longest
