"""Candidate passages to figures: what is measured of each passage, of each sentence, and of the best sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval import late_interaction
from retrieval.answers.types import FINDABLE, found
from retrieval.asked import Asked
from retrieval.likeness import Said
from retrieval.models import QuestionVectors
from retrieval.snapshot import PassageSentences
from retrieval.term_evidence import sentence_scores

Figures = npt.NDArray[np.float64]

PASSAGE = ("fused", "maxsim", "best_sentence")
"""Of a passage: its fused score; IDF-weighted MaxSim of the question over title and text; the highest MaxSim of one of
its sentences together with the title."""

SENTENCE = ("maxsim", "maxsim_titled", "late_pooled", "terms", "length", "typed", "fused", "repeats_title")
"""Of a sentence: MaxSim over its tokens; over its and the title's; cosine of its mean token and the question's; the share
of the question's idf that it holds (term_evidence.py); the logarithm of its characters; 1 where it holds an answer of the
kind that is asked for, -1 where it holds none, 0 where no kind is known; its passage's fused score less the best one's; 1
where it only repeats the title."""

CONFIDENCE = (
    "maxsim", "maxsim_titled", "late_pooled", "terms", "passage_maxsim", "passage_terms", "weakest", "unseen", "bm25",
    "similarity", "margin", "question_terms", "typed", "untyped", "negated",
)  # fmt: skip
"""Of an answer, by its best sentence: the first four as above; MaxSim over its passage; the share of the question's idf
that its passage holds; how well the token matches that matches it worst; the share of idf of terms that stand in no passage
at all; the best candidate's BM25 for each unit of idf; the best cosine of question and passage; by how much the sentence's
score is above the best one of another passage; the logarithm of the number of terms; whether an answer of the kind that is
asked for is there, is missing; whether one of question and sentence has a negation and the other has not."""

_MOST_MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of the candidate passages for one question."""

    passages: Figures
    """Shape (passages, len(PASSAGE))."""
    sentences: Figures
    """Shape (sentences, len(SENTENCE))."""
    of: npt.NDArray[np.int64]
    """For each sentence the number of its passage, shape (sentences,)."""
    ordinal: npt.NDArray[np.int64]
    """And its own number there."""
    weakest: Figures
    """For each sentence the match of the question's telling token that matches it worst, shape (sentences,)."""
    held: Figures
    """For each passage the share of the question's idf that it holds with its title, shape (passages,)."""


def read(
    asked: Asked,
    vectors: QuestionVectors,
    passages: Sequence[PassageSentences],
    fused: Figures,
    languages: Sequence[str],
) -> Reading:
    """Measure candidate passages and their sentences.

    Args:
        asked: the question.
        vectors: the encoder's, of the same question.
        passages: best first, at least one.
        fused: their scores from the retriever, shape (passages,).
        languages: of the catalogue.
    """
    weights = asked.token_weights(vectors.spans, languages)
    matched = late_interaction.matches(vectors, [(passage.tokens, passage.counts) for passage in passages])
    own = np.concatenate([match.best[:, 1:] for match in matched], axis=1)
    with_title = np.concatenate([np.maximum(match.best[:, 1:], match.best[:, :1]) for match in matched], axis=1)
    titled = weights @ with_title
    sizes = np.array([len(passage.sentences) for passage in passages])
    of = np.repeat(np.arange(len(passages)), sizes)
    firsts = np.cumsum(sizes) - sizes
    said = [_said(asked, passage) for passage in passages]
    maxsim = weights @ np.stack([match.best.max(axis=1) for match in matched], axis=1)
    best = [titled[start : start + size].max(initial=-1.0) for start, size in zip(firsts, sizes, strict=True)]
    behind = (fused - fused.max())[of]
    terms, length, typed, repeats_title = np.concatenate(said, axis=1)
    return Reading(
        passages=np.stack([fused, maxsim, best], axis=1).astype(np.float64),
        sentences=np.stack(
            [weights @ own, titled, np.concatenate([match.means for match in matched]), terms, length, typed, behind,
             repeats_title], axis=1
        ),
        of=of,
        ordinal=np.arange(len(of)) - firsts[of],
        weakest=with_title[weights > 0].min(axis=0, initial=1.0).astype(np.float64),
        held=np.array([_held(asked, passage) for passage in passages]),
    )  # fmt: skip


def _said(asked: Asked, passage: PassageSentences) -> Figures:
    """Return terms, length, type and whether the title is repeated, of each sentence by its text: shape (4, sentences)."""
    text, title = passage.article.text, _bare(passage.article.title)
    texts = [text[span.start : span.end] for span in passage.sentences]
    title_terms, *sentence_terms = passage.terms
    return np.array(
        [
            sentence_scores(asked.groups, asked.idf, sentence_terms, title_terms),
            [math.log1p(len(sentence)) for sentence in texts],
            [_typed(asked, sentence) for sentence in texts],
            [_bare(sentence) == title for sentence in texts],
        ],
        np.float64,
    )


def _held(asked: Asked, passage: PassageSentences) -> float:
    here = frozenset().union(*passage.terms)
    return float(asked.shares @ [not here.isdisjoint(group) for group in asked.groups])


def of_answer(
    asked: Asked, reading: Reading, scores: Figures, best: int, sentence: str, *, bm25: float, similarity: float
) -> Figures:
    """Return what tells whether the best sentence answers, shape (len(CONFIDENCE),).

    Args:
        asked: the question.
        reading: of the candidates.
        scores: of all sentences, shape (sentences,).
        best: number of the best sentence.
        sentence: its text.
        bm25: the best candidate's.
        similarity: the best candidate's cosine with the question.
    """
    maxsim, titled, late_pooled, share, _, typed, *_ = reading.sentences[best]
    passage = reading.of[best]
    others = scores[reading.of != passage]
    margin = float(scores[best] - others.max()) if len(others) else _MOST_MARGIN
    unseen = float(asked.shares @ [n == 0 for n in asked.frequencies]) if asked.groups else 0.0
    return np.array(
        [
            maxsim, titled, late_pooled, share, reading.passages[passage, 1], reading.held[passage],
            reading.weakest[best], unseen, bm25 / (float(asked.idf.sum()) or 1.0), similarity,
            min(margin, _MOST_MARGIN), math.log1p(len(asked.groups)), float(typed > 0), float(typed < 0),
            float(Said(asked.text).negated != Said(sentence).negated),
        ]
    )  # fmt: skip


def _typed(asked: Asked, sentence: str) -> float:
    if asked.kind is None or asked.kind not in FINDABLE:
        return 0.0
    return 1.0 if found(asked.kind, sentence, asked.text) else -1.0


def _bare(text: str) -> str:
    return text.strip(" .").casefold()
