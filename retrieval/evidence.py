"""Candidate passages to ranked sentences, the confidence that they answer, and the choice of what to quote."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from langchain_core.documents import Document

from retrieval.lexical import language_by_letters, question_terms, terms
from retrieval.models import MOST_QUOTES, Located, Span
from retrieval.quotes import Evidence, located
from retrieval.search import TermScorer
from retrieval.snapshot import PassageSentences, Snapshot

Vector = npt.NDArray[np.float32]

MOST_LISTED = 10
"""Passages and sentences that an answer lists."""

_READ = 12  # candidate passages whose sentences are weighed: their number is time, about 0.5 ms each


@dataclass(frozen=True, slots=True)
class _Weights:
    """Of a logistic regression on a sentence and its passage."""

    constant: float
    similarity: float
    """Cosine similarity of question and sentence."""
    coverage: float
    """Share of the question's idf whose terms stand in the sentence."""
    passage: float = 0.0
    """Fused score of its passage, less that of the best passage."""

    def logit(self, similarity: float, coverage: float, passage: float = 0.0) -> float:
        return self.constant + self.similarity * similarity + self.coverage * coverage + self.passage * passage


@dataclass(frozen=True, slots=True)
class _Judge:
    """How sentences are ranked, and how sure of them to be."""

    sentence: _Weights
    """Coverage counts the terms that the title does not have: a sentence need not repeat what its article is about."""
    confidence: _Weights
    """Of the best sentence; coverage together with its title."""


# From scikit-learn's LogisticRegression on parts of XQuAD English, SQuAD 2.0, MultiHop-RAG and CLAP NQ, one feature dropped
# after: whether a sentence is evidence, and whether one of the best three is. See docs/evaluation.md.
_BY_MEANING = _Judge(
    sentence=_Weights(constant=-5.55, similarity=6.02, coverage=3.64, passage=0.44),
    confidence=_Weights(constant=-3.56, similarity=6.06, coverage=0.87),
)
# Set by hand, for languages that the encoder does not know: there similarity says nothing (Russian, questions on the
# articles and on others: median .54 and .56), terms do (median share of the idf .57 and .18; XQuAD Russian, TyDi QA).
_BY_TERMS = _Judge(
    sentence=_Weights(constant=-4.0, similarity=0.0, coverage=5.0, passage=0.44),
    confidence=_Weights(constant=-4.8, similarity=0.0, coverage=12.0),
)

ANSWERED = 0.35
"""Confidence from which a question counts as answered; docs/evaluation.md tells what it refuses, rightly and wrongly."""

_ALSO_QUOTED = 0.05  # probability of being evidence from which further sentences are quoted too
_TITLE_REPEATED = 3.0  # taken off a sentence that is just the title: it stands above the quote already


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the articles have to say on a question."""

    passages: tuple[Located, ...] = ()
    sentences: tuple[Located, ...] = ()
    chosen: tuple[Evidence, ...] = ()
    """What to quote if the question is answered at all, strongest first."""
    near: tuple[int, ...] = ()
    """Ids of the candidate passages, best first."""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class _Sentence:
    evidence: Evidence
    similarity: float
    coverage: float
    """Of sentence and title together."""
    judge: _Judge


@dataclass(frozen=True, slots=True)
class _Read:
    """A passage whose sentences have been weighed."""

    passage: PassageSentences
    score: float
    sentences: tuple[_Sentence, ...]


class _Reader:
    """Weighs passages for one question."""

    def __init__(self, question: str, vector: Vector, snapshot: Snapshot, knows: Callable[[str], bool]) -> None:
        self._vector = vector
        self._knows = knows
        self._groups = question_terms(question, snapshot.languages())
        idf = np.array(TermScorer(snapshot, self._groups).idf)
        self._shares = idf / (float(idf.sum()) or 1.0)

    def read(self, passage: PassageSentences, behind: float) -> _Read:
        """Weigh the sentences of a passage whose fused score is `behind`, 0 or less, that of the best one.

        The passage's own score is the fused one and the logit of its best sentence: that puts the right passage first
        more often (SQuAD 2.0 passage @1 .798 to .833, XQuAD English .944 to .952, with the weights of an earlier fit).
        """
        text, language = passage.article.text, passage.article.language
        judge = _BY_MEANING if self._knows(language or language_by_letters(text)) else _BY_TERMS
        in_title = self._present(passage.article.title, language)
        sentences: list[_Sentence] = []
        strongest = -math.inf
        before: Span | None = None
        for span, similarity in zip(passage.sentences, (passage.vectors @ self._vector).tolist(), strict=True):
            present = self._present(text[span.start : span.end], language)
            own = present & ~in_title if judge is _BY_MEANING else present
            logit = judge.sentence.logit(similarity, float(own @ self._shares))
            if _is_title(text[span.start : span.end], passage.article.title):
                logit -= _TITLE_REPEATED
            neighbour = before if before is not None and "\n" not in text[before.end : span.start] else None
            evidence = Evidence(
                passage.article, passage.version, span, neighbour, _probability(logit + judge.sentence.passage * behind)
            )
            sentences.append(_Sentence(evidence, similarity, float((present | in_title) @ self._shares), judge))
            strongest = max(strongest, logit)
            before = span
        return _Read(passage, behind + strongest, tuple(sentences))

    def _present(self, text: str, language: str | None) -> npt.NDArray[np.bool_]:
        here = set(terms(text, language))
        return np.array([any(term in here for term in group) for group in self._groups], bool)


def weigh(
    question: str,
    vector: Vector,
    documents: Sequence[Document],
    snapshot: Snapshot,
    knows: Callable[[str], bool] = lambda language: True,
    *,
    most_quotes: int = MOST_QUOTES,
) -> Weighed:
    """Rank candidate passages and their sentences as evidence for a question.

    Args:
        question: stand-alone.
        vector: of the question, shape (dimensions,).
        documents: from `PassageRetriever`, best first.
        snapshot: the catalogue; passages that are no longer in it are left out.
        knows: whether the encoder knows a language.
        most_quotes: how many sentences to choose for quoting, at most.
    """
    fused = {int(document.id or 0): float(document.metadata["score"]) for document in documents}
    passages = snapshot.passage_sentences(list(fused))
    if not passages:
        return Weighed()
    reader = _Reader(question, vector, snapshot, knows)
    best = fused[passages[0].id]
    read = [reader.read(passage, fused[passage.id] - best) for passage in passages[:_READ]]
    read.sort(key=lambda item: -item.score)
    ranked = sorted((s for item in read for s in item.sentences), key=lambda s: -s.evidence.score)
    return Weighed(
        passages=tuple(_place(item.passage, item.score) for item in read[:MOST_LISTED]),
        sentences=tuple(
            located(s.evidence.article, s.evidence.version, s.evidence.span, s.evidence.score)
            for s in ranked[:MOST_LISTED]
        ),
        chosen=_choose([s.evidence for s in ranked[:MOST_LISTED]], most_quotes),
        near=tuple(item.passage.id for item in read),
        confidence=_confidence(ranked),
    )


def _is_title(sentence: str, title: str) -> bool:
    return sentence.strip(" .").casefold() == title.strip(" .").casefold()


def _place(passage: PassageSentences, score: float) -> Located:
    """Return the passage's place without the white space at its ends."""
    text = passage.article.text[passage.span.start : passage.span.end]
    start = passage.span.start + len(text) - len(text.lstrip())
    return located(passage.article, passage.version, Span(start, passage.span.start + len(text.rstrip())), score)


def _choose(ranked: Sequence[Evidence], most: int) -> tuple[Evidence, ...]:
    also = [item for item in ranked[1:] if item.score >= _ALSO_QUOTED]
    return (*ranked[:1], *also[: max(most, 1) - 1])


def _confidence(ranked: Sequence[_Sentence]) -> float:
    if not ranked:
        return 0.0
    best = ranked[0]
    logit = best.judge.confidence.logit(best.similarity, best.coverage)
    return round(_probability(logit), 4)


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
