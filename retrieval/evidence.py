"""Candidate passages to ranked sentences, the confidence that they answer, and the choice of what to quote."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from langchain_core.documents import Document

from retrieval.asked import Asked, asked
from retrieval.features import Figures, Reading, of_answer, read
from retrieval.judging import Judges, probability, shipped
from retrieval.knowledge import dense_weight
from retrieval.languages import language_by_letters
from retrieval.models import MOST_QUOTES, Located, QuestionVectors, Span
from retrieval.quotes import Evidence, located
from retrieval.reranker import Reranker, rerank
from retrieval.snapshot import PassageSentences, Snapshot

MOST_LISTED = 10
"""Passages and sentences that an answer lists."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the articles have to say on a question."""

    passages: tuple[Located, ...] = ()
    sentences: tuple[Located, ...] = ()
    chosen: tuple[Evidence, ...] = ()
    """What to quote if the question is answered at all, strongest first."""
    near: tuple[int, ...] = ()
    """Ids of the candidate passages, best first."""
    read: tuple[PassageSentences, ...] = ()
    """The candidate passages themselves, in the same order."""
    confidence: float = 0.0
    """Probability that one of the quotes is evidence."""
    answered: bool = False
    """Whether that is enough to answer."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What was read for a question: all that the judges' coefficients are fitted on."""

    asked: Asked
    passages: tuple[PassageSentences, ...]
    reading: Reading
    known: float
    """How well the encoder knows the languages of the question and of the best passage, 0 to 1."""
    bm25: float
    similarity: float
    """The best candidate's BM25, and the best candidate's cosine with the question."""


def consider(
    question: str,
    vectors: QuestionVectors,
    documents: Sequence[Document],
    snapshot: Snapshot,
    knows: Callable[[str], float],
) -> Considered | None:
    """Measure the candidate passages of a question, or return None where none is (any longer) in the catalogue."""
    found = {int(document.id or 0): document.metadata for document in documents}
    passages = tuple(snapshot.passage_sentences(list(found)))
    if not passages:
        return None
    what = asked(question, snapshot)
    fused = np.array([float(found[passage.id]["score"]) for passage in passages])
    return Considered(
        asked=what,
        passages=passages,
        reading=read(what, vectors, passages, fused, snapshot.languages()),
        known=_known(what, passages[0], knows),
        bm25=max(float(found[passage.id]["bm25"]) for passage in passages),
        similarity=max(float(found[passage.id]["similarity"]) for passage in passages),
    )


def weigh(
    question: str,
    vectors: QuestionVectors,
    documents: Sequence[Document],
    snapshot: Snapshot,
    knows: Callable[[str], float] = lambda language: 1.0,
    *,
    most_quotes: int = MOST_QUOTES,
    judges: Judges | None = None,
    reranker: Reranker | None = None,
) -> Weighed:
    """Rank candidate passages and their sentences as evidence for a question.

    Args:
        question: stand-alone.
        vectors: of the question, from the encoder.
        documents: from `PassageRetriever`, best first.
        snapshot: the catalogue; passages that are no longer in it are left out.
        knows: how well the encoder knows a language, 0 to 1.
        most_quotes: how many sentences to choose for quoting, at most.
        judges: other coefficients than those that ship.
        reranker: a cross-encoder that refines the order of the passages.
    """
    considered = consider(question, vectors, documents, snapshot, knows)
    if considered is None:
        return Weighed()
    judges = judges or shipped()
    judge = judges.blended(considered.known)
    by_passage = judge.passage.of(considered.reading.passages)
    by_sentence = judge.sentence.of(considered.reading.sentences)
    if reranker is not None:
        texts = [_with_title(passage) for passage in considered.passages]
        gained = rerank(reranker, question, texts, by_passage) - by_passage
        by_passage, by_sentence = by_passage + gained, by_sentence + gained[considered.reading.of]
    order = np.zeros(0, np.intp)
    sure = -math.inf
    if len(by_sentence):
        figures, order = figures_of(considered, by_sentence)
        sure = float(judge.confidence.of(figures))
    likely = judge.evidence.of(with_distance(by_sentence))
    relevant = judge.relevance.of(with_distance(by_passage))
    ranked = [_evidence(considered, int(n), probability(float(likely[n]))) for n in order[:MOST_LISTED]]
    best_first = np.argsort(-by_passage, kind="stable")
    return Weighed(
        passages=tuple(place_of(considered.passages[n], float(relevant[n])) for n in best_first[:MOST_LISTED]),
        sentences=tuple(located(item.article, item.version, item.span, item.score) for item in ranked),
        chosen=_choose(ranked, most_quotes, judges.also_quoted),
        near=tuple(considered.passages[n].id for n in best_first),
        read=tuple(considered.passages[n] for n in best_first),
        confidence=round(probability(sure), 4),
        answered=sure >= judge.answered,
    )


def figures_of(considered: Considered, scores: Figures) -> tuple[Figures, npt.NDArray[np.intp]]:
    """Return what tells whether the best sentences answer, shape (len(CONFIDENCE),), and all sentences, best first.

    `scores` are those of the sentences, shape (sentences,), at least one.
    """
    order = np.argsort(-scores, kind="stable")
    figures = of_answer(
        considered.asked,
        considered.reading,
        scores,
        int(order[0]),
        sentence_text(considered, int(order[0])),
        bm25=considered.bm25,
        similarity=considered.similarity,
    )
    return figures, order


def with_distance(scores: Figures) -> Figures:
    """Return scores beside how far each is behind the best, shape (scores, 2): what makes probabilities of them."""
    return np.stack([scores, scores - scores.max(initial=-math.inf)], axis=1)


def sentence_text(considered: Considered, n: int) -> str:
    """Return the text of the sentence number `n` of a reading."""
    passage, span = _standing(considered, n)
    return passage.article.text[span.start : span.end]


def _standing(considered: Considered, n: int) -> tuple[PassageSentences, Span]:
    passage = considered.passages[considered.reading.of[n]]
    return passage, passage.sentences[considered.reading.ordinal[n]]


def _known(what: Asked, passage: PassageSentences, knows: Callable[[str], float]) -> float:
    article = passage.article
    of_article = article.language or language_by_letters(article.text)
    return dense_weight(min(knows(what.language or of_article), knows(of_article)))


def _evidence(considered: Considered, n: int, score: float) -> Evidence:
    return _sentence(considered.passages[considered.reading.of[n]], int(considered.reading.ordinal[n]), score)


def sentences_of(passage: PassageSentences) -> tuple[Evidence, ...]:
    """Return all sentences of a passage, in reading order, without a score."""
    return tuple(_sentence(passage, place, 0.0) for place in range(len(passage.sentences)))


def _sentence(passage: PassageSentences, place: int, score: float) -> Evidence:
    span = passage.sentences[place]
    before = passage.sentences[place - 1] if place else None
    if before is not None and "\n" in passage.article.text[before.end : span.start]:
        before = None
    return Evidence(passage.article, passage.version, span, before, score)


def _with_title(passage: PassageSentences) -> str:
    text = passage.article.text[passage.span.start : passage.span.end]
    return f"{passage.article.title}\n{text}"


def place_of(passage: PassageSentences, score: float) -> Located:
    """Return where a passage stands, without the white space at its ends."""
    text = passage.article.text[passage.span.start : passage.span.end]
    start = passage.span.start + len(text) - len(text.lstrip())
    return located(passage.article, passage.version, Span(start, passage.span.start + len(text.rstrip())), score)


def _choose(ranked: Sequence[Evidence], most: int, least: float) -> tuple[Evidence, ...]:
    also = [item for item in ranked[1:] if item.score >= least]
    return (*ranked[:1], *also[: max(most, 1) - 1])
