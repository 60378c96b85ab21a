"""Question to candidate passages: the nearest by vector and the best by terms, fused; a LangChain retriever."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.asked import Asked, asked
from retrieval.bm25 import TermScorer
from retrieval.catalog import Catalog
from retrieval.catalog_rows import PASSAGES_AN_ARTICLE
from retrieval.errors import IndexUnavailable
from retrieval.knowledge import dense_weight
from retrieval.models import Focus, Place, QuestionVectors
from retrieval.named.preferences import preferences
from retrieval.snapshot import Snapshot

logger = logging.getLogger(__name__)

Vector = npt.NDArray[np.float32]
Scores = npt.NDArray[np.floating]

_ALL_ARTICLES = Focus()
_BESIDE = 0.5
"""Share of the better neighbour's BM25 that a passage gets where the encoder does not know the language: there the
model's word pieces are short, and so are passages. XQuAD and TyDi QA, passage @5 with 0 / .3 / .5: Russian .902 / .934 /
.950 and .903 / .928 / .931, German .964 / .973 / .975, Chinese .984 / .989 / .991; @1 loses up to .01."""
_MOST_FOCI = 4  # whose vectors are in memory: reading 18,000 of 384 dimensions takes 150 ms, searching them 5


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

    def passages(self, snapshot: Snapshot, focus: Focus) -> npt.NDArray[np.int64]:
        """Return the ids of the passages in a focus, ascending."""
        return self._at(snapshot, focus)[0]

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


class PassageRetriever(BaseRetriever):
    """Dense and BM25 candidates, z-scores summed, with a bonus for the source, author or date that a question names.

    The candidates are the union of each channel's best `pool`; scores that a channel did not return are computed exactly,
    so both channels speak about every candidate. The dense channel counts as much as the encoder knows the question's
    language. Documents hold the passage's text and carry its id in `id`, and in their metadata `article`, `start`, `end`,
    `score`, `similarity` and `bm25`; the best comes first. `invoke(query, focus=..., today=...)` searches a part of the
    articles: exactly, whatever the index holds, and with the term statistics of all of them; "yesterday" is the day before
    `today`. `also=...` names places whose passages are candidates too, whatever the channels say: those that the answer
    before was quoted from. Places in other versions of their articles, or outside the focus, are passed over.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    catalog: Catalog
    index: DenseIndex
    encode: Callable[[str], QuestionVectors]
    knows: Callable[[str], float] = lambda language: 1.0
    k: int = 12
    pool: int = 100
    exact: ExactSearch

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        focus: Focus = _ALL_ARTICLES,
        today: date | None = None,
        also: Sequence[Place] = (),
    ) -> list[Document]:
        vector = self.encode(query).mean
        with self.catalog.snapshot() as snapshot:
            question = asked(query, snapshot)
            candidates, similarity, bm25, beside = self._candidates(question, vector, snapshot, focus, also)
            if not candidates:
                return []
            weight = dense_weight(self.knows(question.language))
            by_terms = bm25 + (1 - weight) * _BESIDE * beside
            fused = weight * z_scores(similarity) + z_scores(by_terms) + _bonus(query, candidates, snapshot, today)
            best = np.argsort(-fused, kind="stable")[: self.k]
            texts = snapshot.passage_texts([candidates[n] for n in best])
            return [
                Document(
                    id=str(candidates[n]),
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

    def _candidates(
        self, question: Asked, vector: Vector, snapshot: Snapshot, focus: Focus, also: Sequence[Place]
    ) -> tuple[list[int], Scores, Scores, Scores]:
        """Return the ids of each channel's best passages, with their similarity, their BM25 and their neighbours' best."""
        near = self._nearest(vector, snapshot, focus)
        scorer = TermScorer(snapshot, question)
        within = None if focus == _ALL_ARTICLES else self.exact.passages(snapshot, focus)
        by_terms = scorer.candidates(within)
        added = [n for place in also for n in _passages_at(place, snapshot) if within is None or n in within]
        held = snapshot.passage_terms(list(dict.fromkeys([*near, *by_terms, *added])))
        if not held:
            return [], np.zeros(0), np.zeros(0), np.zeros(0)
        bm25 = dict(zip(held, scorer.scores(list(held.values())).tolist(), strict=True))
        best = sorted((n for n in held if bm25[n] > 0), key=lambda n: (-bm25[n], n))[: self.pool]
        ids, vectors = snapshot.vectors(list(held.keys() & {*near, *best, *added}))
        chosen = [int(n) for n in ids]
        # ids count up within an article, and no article's last one is followed by another's first
        beside = [max(bm25.get(n - 1, 0.0), bm25.get(n + 1, 0.0)) for n in chosen]
        return chosen, vectors.astype(np.float32) @ vector, np.array([bm25[n] for n in chosen]), np.array(beside)

    def _nearest(self, vector: Vector, snapshot: Snapshot, focus: Focus) -> list[int]:
        if focus != _ALL_ARTICLES:
            return self.exact.nearest(vector, snapshot, self.pool, focus)
        try:
            return [passage for passage, _ in self.index.query(vector, self.pool)]
        except IndexUnavailable:
            return self.exact.nearest(vector, snapshot, self.pool)


def _passages_at(place: Place, snapshot: Snapshot) -> Sequence[int]:
    """Return the ids of the passages that share a character with a place; none where the article is another by now."""
    stored = snapshot.article(place.article_id)
    if stored is None or stored.version != place.version:
        return ()
    first = stored.key * PASSAGES_AN_ARTICLE
    ids = range(first, first + stored.passages)  # in the order of the text, which they tile
    begin = bisect_right(ids, place.start, key=lambda n: snapshot.passage_texts([n])[0].end)
    end = bisect_left(ids, place.end, key=lambda n: snapshot.passage_texts([n])[0].start)
    return ids[begin:end]


def _bonus(query: str, candidates: Sequence[int], snapshot: Snapshot, today: date | None) -> Scores:
    """Return what each candidate gains by what the question says of source, author and date."""
    last = snapshot.period().to
    newest = date.fromisoformat(last) if last and len(last) == 10 else None
    named = preferences(query, today or datetime.now().astimezone().date(), newest)
    if not named:
        return np.zeros(len(candidates))
    articles = [candidate // PASSAGES_AN_ARTICLE for candidate in candidates]
    origins = snapshot.origins(list(dict.fromkeys(articles)))
    bonuses = {key: named.bonus(it.published, it.source, it.author, it.url) for key, it in origins.items()}
    return np.array([bonuses[key] for key in articles])


def z_scores(values: Scores) -> Scores:
    """Return values less their mean, by their standard deviation; zeros where all are equal."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
