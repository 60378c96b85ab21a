"""Passages by the words of a question: candidates from the full-text index's postings, their BM25 computed here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.asked import Asked
from retrieval.snapshot import Snapshot

Ids = npt.NDArray[np.int64]


class TermScorer:
    """BM25 of passages for one question.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), k1 = 1.2, b = 0.75, with the
    idf of `background.idf`. FTS5's own BM25 is zero for many terms in a catalogue of few articles, and in one of many it
    takes too long, as it scores every passage that holds any of the terms. So FTS5 only tells where terms are.
    """

    K1, B = 1.2, 0.75

    POSTINGS = 20_000
    """Postings that are read for a question, rarest terms first: 0.1 ms for each 1,000."""

    CANDIDATES = 300
    """Passages whose BM25 is computed. Of the best 10 and 100 by the BM25 of all passages, found with 200 / 300 / 400:

    100,000 synthetic passages .977 / .988 / .991 and .77 / .84 / .88 (with 30,000 postings .983 / .992 / .995 and .79 /
    .85 / .89, for a third more time); 1,254 of SQuAD 2.0, CLAP NQ and XQuAD English .994 / 1.000 / 1.000 and .84 / .98 /
    1.00.
    """

    RANKED = 5_000
    """Postings of a question's only term up to which FTS5 ranks them, as their sums are all the same: 1 ms for 1,000."""

    def __init__(self, snapshot: Snapshot, question: Asked) -> None:
        """Take a question as this catalogue sees it."""
        self._snapshot = snapshot
        self._mean_terms = snapshot.corpus().mean_terms or 1.0
        found = zip(question.groups, question.idf.tolist(), question.frequencies, strict=True)
        self._found = sorted(((group, idf, n) for group, idf, n in found if n), key=lambda entry: entry[2])

    def candidates(self, within: Ids | None = None) -> list[int]:
        """Return the ids of the passages that may have the best BM25, in order of id.

        They are those with the highest sum of idf over the terms that they hold, the rarest terms only where more would
        exceed `POSTINGS`, but always one; of equal ones the newest. A term that is alone is left to FTS5.

        Args:
            within: ids of the passages to choose from, ascending; None for all.
        """
        if within is not None and len(within) <= self.CANDIDATES:
            return [int(n) for n in within]
        if within is None and len(self._found) == 1 and self.CANDIDATES < self._found[0][2] <= self.RANKED:
            return self._snapshot.best_with(self._found[0][0], self.CANDIDATES)
        held, weights = self._postings(within)
        order = np.argsort(held, kind="stable")  # a merge, as each term's ids are in order: half as long as np.unique
        held = held[order]
        first = np.flatnonzero(np.diff(held, prepend=-1))
        ids = held[first]
        if len(ids) > self.CANDIDATES:
            sums = np.add.reduceat(weights[order], first).round(6)  # equal ones are to be equal whatever the order
            ids = np.sort(ids[::-1][np.argsort(-sums[::-1], kind="stable")[: self.CANDIDATES]])
        return [int(n) for n in ids]

    def _postings(self, within: Ids | None) -> tuple[Ids, npt.NDArray[np.float64]]:
        """Return ids of passages, one for each term that they hold, and the idf of that term."""
        held: list[Ids] = []
        weights: list[npt.NDArray[np.float64]] = []
        left = self.POSTINGS
        found = 0
        for group, idf, n in self._found:
            left -= n
            if left < 0 and found:
                break
            ids = self._snapshot.passages_with(group)
            if within is not None:
                ids = ids[np.isin(ids, within)]
            held.append(ids)
            weights.append(np.full(len(ids), idf))
            found += len(ids)
        if not held:
            return np.zeros(0, np.int64), np.zeros(0)
        return np.concatenate(held), np.concatenate(weights)

    def scores(self, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the BM25 of passages, given by their terms joined by spaces: shape (passages,)."""
        words = _Words(passages)
        norms = self.K1 * (1 - self.B + self.B * words.lengths / self._mean_terms)
        total = np.zeros(len(passages))
        for group, idf, _ in self._found:
            frequency = sum((words.frequency(term) for term in group), np.zeros(len(passages)))
            total += idf * frequency * (self.K1 + 1) / (frequency + norms)
        return total


class _Words:
    """Terms of passages as one row of bytes, so that numpy counts in all passages at once."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._data = np.frombuffer("\n".join([*passages, ""]).encode(), np.uint8)
        ends = np.flatnonzero(self._data <= ord(" ")).astype(np.int32)  # a space, or the line end after a passage
        sizes = np.diff(ends, prepend=np.int32(-1)) - 1
        self._starts = ends - sizes
        # what tells most terms apart is looked at first: their length, as far as a byte goes, and how they begin
        self._heads = (sizes << 8).astype(np.uint16) | self._data[self._starts]
        self._sizes = sizes
        lines = np.flatnonzero(self._data[ends] == ord("\n"))
        counts = np.diff(lines, prepend=-1)
        self._of = np.repeat(np.arange(len(passages)), counts)
        self._passages = len(passages)
        self.lengths = counts - np.bincount(self._of[sizes == 0], minlength=self._passages)

    def frequency(self, term: str) -> npt.NDArray[np.int64]:
        """Return how often a term stands in each passage, shape (passages,)."""
        letters = term.encode()
        same = np.flatnonzero(self._heads == np.uint16(len(letters) << 8 & 0xFF00 | letters[0]))
        same = same[self._sizes[same] == len(letters)]
        if len(same):
            from_each_byte = np.ndarray(
                len(self._data) - len(letters) + 1, f"S{len(letters)}", self._data, strides=(1,)
            )
            same = same[from_each_byte[self._starts[same]] == letters]
        return np.bincount(self._of[same], minlength=self._passages)
