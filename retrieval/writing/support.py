"""Whether quotes bear out a sentence that a chat model wrote on them: its facts first, then how near it is to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from retrieval.asked import Asked
from retrieval.background import idf
from retrieval.judging import Linear, probability
from retrieval.knowledge import dense_weight
from retrieval.lexical import question_terms, terms
from retrieval.models import QuestionVectors
from retrieval.openers import leans_back
from retrieval.term_evidence import sentence_scores
from retrieval.writing.facts import contradicts, languages_of, missing_facts, only_asked, without_figures

Verdict = Literal["supported", "doubtful", "unsupported"]
Encode = Callable[[str], QuestionVectors]
Figures = npt.NDArray[np.float64]

FILE = Path(__file__).with_name("support.json")
"""Coefficients and floors with their origin, written by `python -m retrieval.writing.calibrate`."""

FIGURES = ("cosine", "maxsim", "weakest", "terms")
"""Of a claim and its evidence: cosine of the two; MaxSim of the claim's words, each with the weight that it has in general
text; the match of its telling token that is matched worst; the share of that weight whose terms the evidence has."""

_REMEMBERED = 64  # texts of evidence: the sentences of an answer mostly rest on the same few


@dataclass(frozen=True, slots=True)
class Scale:
    """How figures become a verdict."""

    sum: Linear
    """Of the figures: the logit that the evidence bears the claim out."""
    kept: float
    """Probability from which a claim is kept, with a mark."""
    sure: float
    """Probability from which it needs none."""

    def verdict(self, figures: Figures) -> Verdict:
        """Return the verdict on figures, shape (len(FIGURES),)."""
        likely = probability(float(self.sum.of(figures)))
        return "supported" if likely >= self.sure else "doubtful" if likely >= self.kept else "unsupported"

    def blended(self, other: Scale, share: float) -> Scale:
        """Return the scale with `share` of this one and the rest of the other."""
        return Scale(
            self.sum.blended(other.sum, share),
            share * self.kept + (1 - share) * other.kept,
            share * self.sure + (1 - share) * other.sure,
        )


@dataclass(frozen=True, slots=True)
class Scales:
    """The scales where the encoder knows the language, where it does not, and where claim and evidence have two."""

    by_meaning: Scale
    by_terms: Scale
    by_vectors: Scale


@cache
def shipped() -> Scales:
    """Return the scales that `support.json` describes."""
    return from_json(json.loads(FILE.read_text("utf-8")))


def from_json(stored: Mapping[str, Any]) -> Scales:
    """Read scales from the form in which they are stored: coefficients by the names of the figures."""
    return Scales(*(_scale(stored[name]) for name in ("by_meaning", "by_terms", "by_vectors")))


def _scale(stored: Mapping[str, Any]) -> Scale:
    weights = np.array([float(stored["weights"].get(name, 0.0)) for name in FIGURES])
    return Scale(Linear(float(stored["constant"]), weights), float(stored["kept"]), float(stored["sure"]))


class Support:
    """Holds sentences against the quotes that they cite. Safe to share between threads."""

    def __init__(
        self, encode: Encode, knows: Callable[[str], float] = lambda language: 1.0, scales: Scales | None = None
    ) -> None:
        """Take what tells how near two texts are.

        Args:
            encode: text to vectors, as `Encoder.encode_question`; some 5 ms for a claim, once for its evidence.
            knows: how well the encoder knows a language, 0 to 1, as `Citegram.knows`.
            scales: others than those that ship.
        """
        self._encode = lru_cache(maxsize=_REMEMBERED)(encode)
        self._knows = knows
        self._scales = scales

    def judge(
        self,
        claim: str,
        evidence: Sequence[str],
        *,
        question: str = "",
        language: str | None = None,
        published: Sequence[str] = (),
    ) -> Verdict:
        """Tell whether evidence bears a claim out.

        A claim with a number, date, name or quoted words that the evidence has not is unsupported, however near it is, and
        so is one that denies what the evidence says, or says what it denies. A name that only the question says makes it
        doubtful at best, and that only where the evidence leans on what stands before it ("She left in May."). Between two
        languages of which the encoder does not know both, facts alone can be told: there a claim is doubtful at best.

        Args:
            claim: one sentence without ids.
            evidence: what it rests on: the quotes, and title, source and author of their articles.
            question: that was asked.
            language: of the evidence, BCP 47 primary subtag; by its letters where None.
            published: when the articles appeared, ISO 8601.
        """
        if not claim.strip() or not any(text.strip() for text in evidence):
            return "unsupported"
        missing = missing_facts(claim, evidence, question=question, language=language, published=published)
        if missing and not (only_asked(missing, question) and any(leans_back(text, language) for text in evidence)):
            return "unsupported"
        if contradicts(claim, evidence, question=question, language=language):
            return "unsupported"
        verdict = self._by_nearness(claim, evidence, *languages_of(claim, evidence, question, language))
        return "doubtful" if missing and verdict == "supported" else verdict

    def _by_nearness(self, claim: str, evidence: Sequence[str], of_evidence: str, of_claim: str) -> Verdict:
        scales = self._scales or shipped()
        known = dense_weight(min(self._knows(of_evidence), self._knows(of_claim)))
        if of_evidence != of_claim:
            figures = self.figures(claim, evidence, of_claim, known=True) if known else None
            return "doubtful" if figures is None else scales.by_vectors.verdict(figures)
        figures = self.figures(claim, evidence, of_evidence, known=known > 0)
        return scales.by_meaning.blended(scales.by_terms, known).verdict(figures)

    def figures(self, claim: str, evidence: Sequence[str], language: str, *, known: bool) -> Figures:
        """Measure how near a claim is to its evidence, shape (len(FIGURES),).

        Without `known` the vectors are left out, as 0. Dates and numbers do not count: they have been looked up.
        """
        together = " ".join(evidence)
        groups = tuple(question_terms(without_figures(claim, language), (language,)))
        of_general = idf({stem: 0 for group in groups for stem in group}, 0, language)
        weights = np.array([min(of_general[stem] for stem in group) for group in groups])
        share = float(sentence_scores(groups, weights, [terms(together, language)])[0]) if groups else 1.0
        if not known:
            return np.array([0.0, 0.0, 0.0, share])
        said, held = self._encode(claim), self._encode(together)
        if not len(said.tokens) or not len(held.tokens):
            return np.array([0.0, 0.0, 0.0, share])
        best = (said.tokens @ held.tokens.T).max(axis=1)
        asked = Asked(claim, language, groups, (), weights, None)
        counts = asked.token_weights(said.spans, (language,))
        return np.array(
            [float(said.mean @ held.mean), float(counts @ best), float(best[counts > 0].min(initial=1.0)), share]
        )
