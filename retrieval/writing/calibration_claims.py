"""Sentences that are borne out by their evidence, and such that are not, made from evaluation sets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import regex

from retrieval.evaluating.sets import Half, SetQuestion, in_half, read_set, share_of
from retrieval.languages import language_by_letters
from retrieval.lexical import question_terms, terms
from retrieval.term_evidence import sentence_scores
from retrieval.writing.names import names_said, plain

Kind = Literal["true", "near", "far", "number", "name", "denied"]
"""Borne out; held against other sentences of its article, or of another article; with one of its numbers or names changed;
with what it says denied."""

_LONG = 6  # words of an answer from which it is a sentence for itself
_MOST_EVIDENCE = 3  # sentences that a claim is held against
_FIGURE = regex.compile(r"(?<![\p{L}\p{N}.,])\d+(?![\p{N}])")
_VERB = regex.compile(r"\b(?:is|are|was|were|can|could|will|would|has been|have been)\b(?! not)")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with the evidence that it is held against."""

    set: str
    half: Half
    kind: Kind
    claim: str
    evidence: tuple[str, ...]
    """Sentences of an article, and its title."""
    question: str
    language: str


@dataclass(frozen=True, slots=True)
class _Text:
    title: str
    sentences: tuple[str, ...]


def pairs(folder: Path, most: int) -> Iterator[Pair]:
    """Yield the claims of a set with good and bad evidence, and changed claims with the good one.

    A long answer gives a claim for each of its sentences; a short one gives one together with its question. The evidence is
    those sentences, at most three, that hold most of the claim's terms: of the set's own evidence, of the rest of its
    article, or of another article.

    Args:
        folder: an evaluation set, see docs/evaluating.md.
        most: questions of it, at most.
    """
    items = read_set(folder, lambda sentence: None)
    texts = dict(_articles(items.articles))
    others = sorted(texts, key=lambda name: share_of(name, "others"))
    questions = [one for one in items.questions if one.answers and any(name in texts for name in one.article_ids)]
    names: tuple[str, ...] = ()
    for n, question in enumerate(sorted(questions, key=lambda one: share_of(one.name, "claims"))[:most]):
        own = [texts[name] for name in question.article_ids if name in texts]
        other = next(name for name in others[n % len(others) :] + others if name not in question.article_ids)
        source = _Source(items.name, question, own, texts[other], names)
        for claim in source.claims():
            yield from source.pairs(claim)
        names = tuple(dict.fromkeys((*source.names(), *names)))[:50]


def sentences(text: str, language: str) -> tuple[str, ...]:
    """Return the sentences of a text, those of more than two words."""
    import sentencex

    parts = (part.strip() for line in text.splitlines() for part in sentencex.segment(language, line))
    return tuple(part for part in parts if part.count(" ") > 1 or language_by_letters(part) == "")


@dataclass(frozen=True, slots=True)
class _Source:
    """A question with what its claims are held against."""

    set: str
    question: SetQuestion
    own: Sequence[_Text]
    other: _Text
    elsewhere: tuple[str, ...]
    """Names of other questions' claims."""

    @property
    def language(self) -> str:
        return self.question.language or language_by_letters(self.question.asked.text) or "en"

    def claims(self) -> tuple[str, ...]:
        return _claims(self.question.asked.text, self.question.answers[0], self.language)

    def names(self) -> Iterator[str]:
        for claim in self.claims():
            yield from (name.word for name in names_said(plain(claim), self.language))

    def pairs(self, claim: str) -> Iterator[Pair]:
        gold = [one for text in self.question.evidence for one in sentences(text, self.language)]
        rest = [
            one
            for text in self.own
            for one in text.sentences
            if not any(one in other or other in one for other in gold)
        ]
        title = self.own[0].title
        best = self._nearest(claim, gold)
        if not best:
            return
        yield self._pair("true", claim, (*best, title))
        if rest:
            yield self._pair("near", claim, (*self._nearest(claim, rest), title))
        yield self._pair("far", claim, (*self._nearest(claim, self.other.sentences), self.other.title))
        for kind, changed in _changed(claim, self.elsewhere, best, self.language):
            yield self._pair(kind, changed, (*best, title))

    def _pair(self, kind: Kind, claim: str, evidence: tuple[str, ...]) -> Pair:
        half: Half = "tune" if in_half("tune", self.own[0].title) else "report"
        return Pair(self.set, half, kind, claim, evidence, self.question.asked.text, self.language)

    def _nearest(self, claim: str, held: Sequence[str]) -> tuple[str, ...]:
        """Return the sentences that hold most of a claim's terms, in their order."""
        groups = question_terms(claim, (self.language,))
        shares = [float(sentence_scores(groups, [1.0] * len(groups), [terms(one, self.language)])[0]) for one in held]
        best = sorted(range(len(held)), key=lambda n: -shares[n])[:_MOST_EVIDENCE]
        return tuple(held[n] for n in sorted(best))


def _articles(path: Path) -> Iterator[tuple[str, _Text]]:
    with path.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            yield record["id"], _Text(record["title"], sentences(record["text"], record.get("language") or "en"))


def _claims(question: str, answer: str, language: str) -> tuple[str, ...]:
    """Return the sentences that an answer claims; a short one is told with its question."""
    if len(answer.split()) < _LONG:
        return (f"{question.rstrip(' ?？')}: {answer}.",)
    return tuple(one for one in sentences(answer, language) if len(one.split()) >= _LONG)


def _changed(claim: str, names: Sequence[str], evidence: Sequence[str], language: str) -> Iterator[tuple[Kind, str]]:
    """Yield a claim with a number, a name or a verb that makes it wrong."""
    number = _FIGURE.search(claim)
    if number is not None:
        yield "number", claim[: number.start()] + str(int(number.group()) + 3) + claim[number.end() :]
    own = [name.word for name in names_said(plain(claim), language) if name.word in claim]
    other = next((name for name in names if not any(name in text for text in (claim, *evidence))), "")
    if own and other:
        yield "name", claim.replace(own[-1], other)
    verb = _VERB.search(claim) if language == "en" else None
    if verb is not None and " not " not in claim:
        yield "denied", f"{claim[: verb.end()]} not{claim[verb.end() :]}"
