"""Figures to judgements: how passages and sentences rank, and the probability that an answer is right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.features import CONFIDENCE, PASSAGE, SENTENCE, Figures

FILE = Path(__file__).with_name("coefficients.json")
"""The coefficients with their origin, written by `python -m retrieval.fit`."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum of figures."""

    constant: float
    weights: Figures
    """Shape (figures,)."""

    def of(self, figures: Figures) -> Figures:
        """Return the sum for each row of figures, shape (rows,), or for one row, shape ()."""
        scores: Figures = self.constant + figures @ self.weights
        return scores

    def blended(self, other: Linear, share: float) -> Linear:
        """Return the sum with `share` of these weights and the rest of the other's."""
        return Linear(
            share * self.constant + (1 - share) * other.constant, share * self.weights + (1 - share) * other.weights
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """How passages and sentences are ranked, and how sure of the best one to be."""

    passage: Linear
    relevance: Linear
    """Of a passage's score, and of what it lacks of the best one's: the logit that it holds evidence."""
    sentence: Linear
    evidence: Linear
    """Of a sentence's score, and of what it lacks of the best one's: the logit that it is evidence."""
    confidence: Linear
    """Of the figures of an answer: the logit that one of its quotes is evidence."""
    answered: float
    """Logit from which a question counts as answered."""


@dataclass(frozen=True, slots=True)
class Judges:
    """The judge where the encoder knows the languages of question and article, and the one where it does not."""

    by_meaning: Judge
    by_terms: Judge
    also_quoted: float
    """Probability of being evidence from which further sentences are quoted."""

    def blended(self, known: float) -> Judge:
        """Return the judge for languages that the encoder knows to a degree, 0 to 1."""
        a, b = self.by_meaning, self.by_terms
        return Judge(
            passage=a.passage.blended(b.passage, known),
            relevance=a.relevance.blended(b.relevance, known),
            sentence=a.sentence.blended(b.sentence, known),
            evidence=a.evidence.blended(b.evidence, known),
            confidence=a.confidence.blended(b.confidence, known),
            answered=known * a.answered + (1 - known) * b.answered,
        )


@cache
def shipped() -> Judges:
    """Return the judges that `coefficients.json` describes."""
    return from_json(json.loads(FILE.read_text("utf-8")))


def from_json(stored: Mapping[str, Any]) -> Judges:
    """Read judges from the form in which they are stored: coefficients by the names of the figures."""
    return Judges(
        by_meaning=_judge(stored["by_meaning"]),
        by_terms=_judge(stored["by_terms"]),
        also_quoted=float(stored["also_quoted"]),
    )


def probability(logit: float) -> float:
    """Return the logistic function of a logit."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _judge(stored: Mapping[str, Any]) -> Judge:
    return Judge(
        passage=_linear(stored["passage"], PASSAGE),
        relevance=_linear(stored["relevance"], ("score", "behind")),
        sentence=_linear(stored["sentence"], SENTENCE),
        evidence=_linear(stored["evidence"], ("score", "behind")),
        confidence=_linear(stored["confidence"], CONFIDENCE),
        answered=_logit(float(stored["answered"])),
    )


def _linear(stored: Mapping[str, float], names: Sequence[str]) -> Linear:
    return Linear(float(stored.get("constant", 0.0)), np.array([float(stored.get(name, 0.0)) for name in names]))
