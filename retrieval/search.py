"""Question to candidate passages: the nearest by vector and the best by terms, fused; a LangChain retriever."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.catalog import Catalog
from retrieval.errors import IndexUnavailable
from retrieval.lexical import question_terms
from retrieval.models import Focus
from retrieval.snapshot import PassageTerms, Snapshot

logger = logging.getLogger(__name__)

Vector = npt.NDArray[np.float32]

_ALL_ARTICLES = Focus()
_MOST_FOCI = 4  # whose vectors are in memory: reading 18,000 of 384 dimensions takes 150 ms, searching them 5
_TOO_COMMON = 0.25  # share of passages; terms in more of them cost time and choose nothing
_FEW_PASSAGES = 2000  # below this many, no term is too common to look up


@runtime_checkable
class DenseIndex(Protocol):
    """What answers nearest-neighbour queries."""

    def query(self, vector: Vector, k: int) -> list[tuple[int, float]]:
        """Return (passage id, cosine similarity), best first; raises IndexUnavailable."""


class ExactSearch:
    """Nearest neighbours over the catalogue's own vectors: in a focus, and everywhere for as long as the index is away.

    Vectors are kept until the catalogue changes: those of all articles or of the few foci that were last asked about.
    """

    def __init__(self) -> None:
        """Hold nothing until the first search."""
        self._lock = threading.Lock()
        self._generation = -1
        self._held: dict[Focus, tuple[npt.NDArray[np.int64], Vector]] = {}

    def nearest(self, vector: Vector, snapshot: Snapshot, k: int, focus: Focus = _ALL_ARTICLES) -> list[int]:
        """Return the ids of the `k` nearest passages, of those in the focus, best first."""
        ids, vectors = self._at(snapshot, focus)
        if not len(ids):
            return []
        similarity = vectors @ vector
        top = np.argpartition(-similarity, min(k, len(ids) - 1))[:k]
        return [int(ids[n]) for n in top[np.argsort(-similarity[top])]]

    def _at(self, snapshot: Snapshot, focus: Focus) -> tuple[npt.NDArray[np.int64], Vector]:
        generation = snapshot.generation()
        with self._lock:
            if generation != self._generation:
                self._held.clear()
                self._generation = generation
            found = self._held.pop(focus, None)
            if found is None:
                ids, halves = snapshot.all_vectors() if focus == _ALL_ARTICLES else snapshot.vectors_of(focus)
                found = ids, halves.astype(np.float32)
            self._held[focus] = found
            if len(self._held) > _MOST_FOCI:
                del self._held[next(iter(self._held))]
            return found


class TermScorer:
    """BM25 of passages for one question.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), k1 = 1.2, b = 0.75, with
    Lucene's idf, ln(1 + (N - n + 0.5) / (n + 0.5)), which stays positive for terms in most passages: in a catalogue of
    few articles FTS5's own BM25 is zero for many terms, so FTS5 only proposes and the scores are computed here.
    """

    K1, B = 1.2, 0.75

    def __init__(self, snapshot: Snapshot, groups: Sequence[tuple[str, ...]]) -> None:
        """Look up how often each group of alternative stems occurs."""
        self._snapshot = snapshot
        self._groups = groups
        self._corpus = snapshot.corpus()
        found = snapshot.document_frequencies([term for group in groups for term in group])
        self._frequencies = [max((found[term] for term in group), default=0) for group in groups]
        total = self._corpus.passages
        self.idf = [math.log(1 + (total - n + 0.5) / (n + 0.5)) for n in self._frequencies]
        self._found = [(g, idf) for g, idf, n in zip(groups, self.idf, self._frequencies, strict=True) if n]

    def best(self, limit: int, focus: Focus = _ALL_ARTICLES) -> list[int]:
        """Return ids of the best passages by FTS5; terms in very many passages are left out where others are there.

        In a focus they stay, as the others may be elsewhere.
        """
        if focus != _ALL_ARTICLES:
            return self._snapshot.best_by_terms_of(focus, [term for group, _ in self._found for term in group], limit)
        most = _TOO_COMMON * self._corpus.passages if self._corpus.passages > _FEW_PASSAGES else math.inf
        present = [(group, n) for group, n in zip(self._groups, self._frequencies, strict=True) if n]
        chosen = [group for group, n in present if n <= most] or [group for group, _ in present]
        return self._snapshot.best_by_terms([term for group in chosen for term in group], limit)

    def score(self, candidate: PassageTerms) -> float:
        """Return the BM25 of one passage."""
        norm = self.K1 * (1 - self.B + self.B * candidate.length / (self._corpus.mean_terms or 1.0))
        held = (
            f" {candidate.terms.replace(' ', '  ')} "  # two spaces between, so that a term twice in a row counts twice
        )
        total = 0.0
        for group, idf in self._found:
            frequency = sum(held.count(f" {term} ") for term in group)
            total += idf * frequency * (self.K1 + 1) / (frequency + norm)
        return total


class PassageRetriever(BaseRetriever):
    """Dense and BM25 candidates, z-scores summed.

    The candidates are the union of each channel's best `pool`; scores that a channel did not return are computed exactly,
    so both channels speak about every candidate. Documents hold the passage's text and carry its id in `id`, and in their
    metadata `article`, `start`, `end`, `score`, `similarity` and `bm25`; the best comes first. `invoke(query, focus=...)`
    searches a part of the articles: exactly, whatever the index holds, and with the term statistics of all of them.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    catalog: Catalog
    index: DenseIndex
    encode: Callable[[str], Vector]
    k: int = 20
    pool: int = 100
    exact: ExactSearch

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, focus: Focus = _ALL_ARTICLES
    ) -> list[Document]:
        vector = self.encode(query)
        with self.catalog.snapshot() as snapshot:
            near = self._nearest(vector, snapshot, focus)
            groups = question_terms(query, snapshot.languages())
            scorer = TermScorer(snapshot, groups)
            candidates = snapshot.passage_terms(list(dict.fromkeys([*near, *scorer.best(self.pool, focus)])))
            if not candidates:
                return []
            similarity = np.array([candidate.vector @ vector for candidate in candidates])
            bm25 = np.array([scorer.score(candidate) for candidate in candidates])
            fused = z_scores(similarity) + z_scores(bm25)
            best = np.argsort(-fused, kind="stable")[: self.k]
            texts = snapshot.passage_texts([candidates[n].id for n in best])
            return [
                Document(
                    id=str(candidates[n].id),
                    page_content=text.text,
                    metadata={
                        "article": text.article_id,
                        "start": text.start,
                        "end": text.end,
                        "score": float(fused[n]),
                        "similarity": float(similarity[n]),
                        "bm25": float(bm25[n]),
                    },
                )
                for n, text in zip(best, texts, strict=True)
            ]

    def _nearest(self, vector: Vector, snapshot: Snapshot, focus: Focus) -> list[int]:
        if focus != _ALL_ARTICLES:
            return self.exact.nearest(vector, snapshot, self.pool, focus)
        try:
            return [passage for passage, _ in self.index.query(vector, self.pool)]
        except IndexUnavailable:
            return self.exact.nearest(vector, snapshot, self.pool)


def z_scores(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return values less their mean, by their standard deviation; zeros where all are equal."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
