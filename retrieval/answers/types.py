"""What kind of answer a question asks for, and where a sentence holds one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import regex

from retrieval.answers import spans
from retrieval.answers.questions import ASKED, KINDS, AnswerType
from retrieval.answers.words import MONTHS
from retrieval.models import Span

FINDABLE: frozenset[AnswerType] = frozenset({"date", "number", "percentage", "amount", "duration", "person", "place"})
"""What `found` can find; of the other kinds it finds nothing, whatever the sentence says."""

_REMEMBERED = 64  # questions that are taken apart once for all the sentences they are held against
_LONGEST = 2_000  # characters of a sentence that are read; beyond that it is a table
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@lru_cache(maxsize=_REMEMBERED)
def expected(question: str) -> AnswerType | None:
    """Return what kind of answer a question asks for, by its first question word; None where that does not tell.

    English and Russian are known well; of German, Spanish, French, Portuguese, Italian, Chinese and Japanese the plain
    question words.
    """
    match = ASKED.search(" ".join(question.split()))
    return KINDS.get((match and match.lastgroup) or "")


def found(kind: AnswerType, sentence: str, question: str) -> tuple[Span, ...]:
    """Return where a sentence holds what could be an answer of a kind, in order, without overlap.

    What the question says itself is left out: it does not answer.

    Args:
        kind: from `expected`.
        sentence: any text; a long one is read in part.
        question: as it was asked.
    """
    finder = _FINDERS.get(kind)
    if finder is None:
        return ()
    said = _said(question)
    spans: list[Span] = []
    for span in sorted(finder(sentence[:_LONGEST]), key=_start):
        if (not spans or span.start >= spans[-1].end) and not _repeats(sentence[span.start : span.end], said):
            spans.append(span)
    return tuple(spans)


def _start(span: Span) -> int:
    return span.start


@lru_cache(maxsize=_REMEMBERED)
def _said(question: str) -> frozenset[str]:
    return frozenset(_words_in(question))


def _words_in(text: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(text.casefold())]


def _repeats(text: str, said: frozenset[str]) -> bool:
    """Tell whether the question has the figures and the months of a text or, where there are none, its last word."""
    own = _words_in(text)
    telling = [word for word in own if word[0].isdigit() or word in MONTHS or word.capitalize() in MONTHS] or own[-1:]
    return all(word in said for word in telling)


_FINDERS: dict[AnswerType, Callable[[str], Iterator[Span]]] = {
    "date": spans.dates,
    "number": spans.numbers,
    "percentage": spans.percentages,
    "amount": spans.amounts,
    "duration": spans.durations,
    "person": spans.names,
    "place": spans.names,
}
