"""When two texts say the same: agency copy in two articles, or a sentence with small edits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import regex

from retrieval.answers.words import NUMBERS, words_in
from retrieval.lexical import terms

_SHARED = 0.8  # share of the shorter text's terms from which two may say the same
_IN_ORDER = 0.5  # and of its pairs of neighbours: a short text has most terms in common with many a long one
_TOKEN = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}]+")
_NEGATIONS = words_in(
    "no not never none neither nor without nicht kein keine keinen keiner nie niemals ohne не нет ни никогда без",
    "нельзя nunca sin jamais pas aucun aucune sans não sem non mai senza",
)


@dataclass(frozen=True)
class Said:
    """What a text says, made comparable."""

    text: str
    language: str | None = None

    def same_as(self, other: Said) -> bool:
        """Tell whether one of two texts says what the other does, or a part of that.

        Nearly all terms of the shorter one are in the other, mostly in the same order, and what it has of its own is no
        figure, no name and no negation: "rose by 5 %" and "rose by 7 %" are two things to say.
        """
        short, long = sorted((self, other), key=lambda said: (len(said.terms), said.text))
        return (
            len(short.terms & long.terms) >= _SHARED * len(short.terms)
            and len(short.pairs & long.pairs) >= _IN_ORDER * len(short.pairs)
            and short.telling <= long.words
            and short.negated == long.negated
        )

    @cached_property
    def terms(self) -> frozenset[str]:
        """The text's terms, each once."""
        return frozenset(self._terms)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Terms that follow each other."""
        return frozenset(pairwise(self._terms))

    @cached_property
    def words(self) -> frozenset[str]:
        """The text's words and figures without regard to case."""
        return frozenset(token.casefold() for token in self._tokens)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Those that a small edit does not change: numbers and, where only names have capitals, capitalised words."""
        numbers = {word for word in self.words if word[0].isdigit() or word in NUMBERS}
        return frozenset(numbers if self.language == "de" else numbers.union(self._names()))

    def _names(self) -> Iterator[str]:
        """Yield the words in capitals; the first one only where another follows it."""
        for n, (token, following) in enumerate(zip(self._tokens, [*self._tokens[1:], ""], strict=False)):
            if token[0].isupper() and (n or following[:1].isupper()):
                yield token.casefold()

    @cached_property
    def _terms(self) -> list[str]:
        return terms(self.text, self.language)

    @cached_property
    def _tokens(self) -> tuple[str, ...]:
        return tuple(_TOKEN.findall(self.text))

    @cached_property
    def negated(self) -> bool:
        """Whether the text denies anything."""
        return not _NEGATIONS.isdisjoint(self.words)
