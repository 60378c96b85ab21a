"""What a question asks for: its terms and how telling each is, its language, and the kind of answer it wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import regex

from retrieval.answers.questions import AnswerType
from retrieval.answers.types import expected
from retrieval.background import idf
from retrieval.languages import question_language
from retrieval.lexical import question_terms, terms
from retrieval.models import Span
from retrieval.snapshot import Snapshot

_REMEMBERED_QUESTIONS = 256

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[.,'’][\p{L}\p{M}\p{N}]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the catalogue at hand sees it."""

    text: str
    language: str
    """BCP 47 primary subtag, empty where it is not known."""
    groups: tuple[tuple[str, ...], ...]
    """Its telling terms, each with its alternative stems."""
    frequencies: tuple[int, ...]
    """In how many passages each term stands."""
    idf: npt.NDArray[np.float64]
    """Inverse document frequency of each, shape (terms,)."""
    kind: AnswerType | None

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """The idf of each term as a share of all, shape (terms,)."""
        shares: npt.NDArray[np.float64] = self.idf / (float(self.idf.sum()) or 1.0)
        return shares

    def token_weights(self, spans: Sequence[Span], languages: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return how much each token of the question counts, shape (tokens,), 1 together.

        A word's idf is shared by its tokens; function words and marks count nothing, unless there is nothing else.
        """
        of_stem = {stem: n for n, group in enumerate(self.groups) for stem in group}
        weights = np.zeros(len(spans), np.float32)
        for word in _WORD.finditer(self.text):
            stems = {stem for language in (*languages, None) for stem in terms(word.group(), language)}
            idfs = [float(self.idf[of_stem[stem]]) for stem in stems if stem in of_stem]
            own = [n for n, span in enumerate(spans) if span.start < word.end() and span.end > word.start()]
            if idfs and own:
                weights[own] = max(idfs) / len(own)
        total = float(weights.sum())
        return weights / total if total > 0 else np.full(len(spans), 1 / max(1, len(spans)), np.float32)


def asked(text: str, snapshot: Snapshot) -> Asked:
    """Take a stand-alone question apart and look its terms up in the catalogue."""
    words = _words(text, snapshot.languages())
    counts = snapshot.document_frequencies([stem for group in words.groups for stem in group])
    weights = idf(counts, snapshot.corpus().passages, words.language)
    # of the stems that stand for a word the most frequent one tells how common it is
    return Asked(
        text=text,
        language=words.language,
        groups=words.groups,
        frequencies=tuple(max((counts[stem] for stem in group), default=0) for group in words.groups),
        idf=np.array([min((weights[stem] for stem in group), default=0.0) for group in words.groups]),
        kind=words.kind,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    language: str
    groups: tuple[tuple[str, ...], ...]
    kind: AnswerType | None


@lru_cache(maxsize=_REMEMBERED_QUESTIONS)
def _words(text: str, languages: tuple[str, ...]) -> _Words:
    """Return what a question asks for before any catalogue is asked: search and evidence both want it."""
    return _Words(question_language(text, languages), tuple(question_terms(text, languages)), expected(text))
