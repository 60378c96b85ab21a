"""The sentences that tell what an article is about: central to it, early rather than late, no two alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.folding import fold
from retrieval.late_interaction import sentence_vectors
from retrieval.lexical import terms
from retrieval.models import Article, Span
from retrieval.quotes import leans_back
from retrieval.snapshot import PassageSentences

# Set by hand, reading what is chosen of the sample articles: the first sentence gains what parts the most central one
# from a remote one, the fifth half of that; one that opens with "She" or "But" loses what parts it from a middling one.
_FIRST = 0.25
_HALVED_AFTER = 4.0
_LEANING = 0.15
_ALIKE = 0.95  # cosine similarity from which two sentences say the same: neighbours are alike, being encoded together
_SAME_TERMS = 0.8  # or share of the shorter one's terms that the other has too
_SHORTEST, _LONGEST = 30, 400  # characters: a line below is a heading or a remark, one above a list or a table
_ENDED = re.compile(r"[.!?…。！？।؟][\"'”’»›)\]」』]*$")
_NOT_A_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    vector: npt.NDArray[np.float32]
    terms: frozenset[str]
    score: float


def key_sentences(passages: Sequence[PassageSentences], n: int) -> tuple[Span, ...]:
    """Return at most `n` sentences of an article, in reading order.

    Left out are sentences that only repeat the title, that say what another one says, and fragments, as long as there
    are whole sentences.

    Args:
        passages: of one article, in order.
        n: how many sentences, none below 1.
    """
    chosen: list[_Sentence] = []
    for sentence in sorted(_eligible(passages), key=lambda sentence: -sentence.score):
        if len(chosen) >= n:
            break
        if not any(_alike(sentence, other) for other in chosen):
            chosen.append(sentence)
    return tuple(sorted((sentence.span for sentence in chosen), key=lambda span: span.start))


def _eligible(passages: Sequence[PassageSentences]) -> list[_Sentence]:
    passages = [passage for passage in passages if len(passage.tokens)]  # without tokens nothing tells what it says
    if not passages:
        return []
    article = passages[0].article
    spans = [span for passage in passages for span in passage.sentences]
    vectors = np.concatenate([sentence_vectors(passage.tokens, passage.counts) for passage in passages])
    title = _letters(article.title)
    places = [n for n, span in enumerate(spans) if _letters(_text(article, span)) not in ("", title)]
    places = [n for n in places if _is_whole(_text(article, spans[n]))] or places
    scores = vectors @ _middle(vectors) + _FIRST * 0.5 ** (np.arange(len(spans)) / _HALVED_AFTER)
    scores -= _LEANING * np.array([leans_back(_text(article, span)) for span in spans])
    return [
        _Sentence(spans[n], vectors[n], frozenset(terms(_text(article, spans[n]), article.language)), float(scores[n]))
        for n in places
    ]


def _middle(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the direction that the sentences have in common, shape (dimensions,), unit length."""
    total: npt.NDArray[np.float32] = vectors.sum(axis=0)
    middle: npt.NDArray[np.float32] = total / max(float(np.linalg.norm(total)), 1e-6)
    return middle


def _is_whole(text: str) -> bool:
    """Tell whether a text reads as a sentence: of a sentence's length, from its beginning to its end."""
    letters = len(text) if text.isascii() else 2 * len(text)  # other scripts may say as much in half as many
    return letters >= _SHORTEST and len(text) <= _LONGEST and not text[0].islower() and _ENDED.search(text) is not None


def _alike(a: _Sentence, b: _Sentence) -> bool:
    if float(a.vector @ b.vector) >= _ALIKE:
        return True
    return len(a.terms & b.terms) >= _SAME_TERMS * min(len(a.terms), len(b.terms))


def _text(article: Article, span: Span) -> str:
    return article.text[span.start : span.end]


def _letters(text: str) -> str:
    """Return what is left of a text without case, punctuation and spaces, by which a title is known again."""
    return _NOT_A_WORD.sub("", fold(text).text)
