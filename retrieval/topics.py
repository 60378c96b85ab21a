"""What the articles say on a topic: the sentences of all passages that are on it, not only the best few."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from retrieval.evidence import (
    MOST_LISTED,
    Considered,
    Weighed,
    figures_of,
    place_of,
    sentences_of,
    with_distance,
)
from retrieval.judging import probability, shipped
from retrieval.key_sentences import key_sentences
from retrieval.likeness import Said
from retrieval.models import Located
from retrieval.quotes import Evidence, located
from retrieval.snapshot import PassageSentences

_ON_TOPIC = 0.05
"""Probability of holding evidence from which a passage is on the topic. For 120 questions of MultiHop-RAG on several
articles, of the first five articles .69 hold evidence with it, and .82 of those that do are among them; with .02 and .1
it is .58 and .84, .74 and .77."""
_KEY = 2.0
"""How many times as likely as a key sentence of its article another one must be to be told before it."""
_WORTH_TELLING = 0.01  # probability of a sentence, as of those that `quotes.further_places` offers
_SHORTEST = 30  # characters, half as many where one says as much as two: what is shorter is a heading or a remark


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence with the passage that it stands in."""

    evidence: Evidence
    passage: PassageSentences


@dataclass(frozen=True, slots=True)
class OnTopic:
    """What was found on a topic."""

    sayings: tuple[Saying, ...] = ()
    """The sentences of the passages on it, the most telling first."""
    near: tuple[int, ...] = ()
    """Ids of the passages that were read, best first."""
    confidence: float = 0.0
    """Probability that the best sentence is on it."""
    answered: bool = False
    """Whether that is enough."""


def on_topic(considered: Considered) -> OnTopic:
    """Return what the candidate passages of a topic say on it."""
    judge = shipped().blended(considered.known)
    of_passages = judge.passage.of(considered.reading.passages)
    of_sentences = judge.sentence.of(considered.reading.sentences)
    near = tuple(considered.passages[n].id for n in np.argsort(-of_passages, kind="stable"))
    if not len(of_sentences):
        return OnTopic(near=near)
    figures, order = figures_of(considered, of_sentences)
    sure = float(judge.confidence.of(figures))
    relevant = judge.relevance.of(with_distance(of_passages))
    likely = judge.evidence.of(with_distance(of_sentences))
    sayings = (
        _saying(considered, int(n), probability(float(likely[n])))
        for n in order
        if probability(float(relevant[considered.reading.of[n]])) >= _ON_TOPIC
    )
    return OnTopic(
        sayings=_key_ones_first([saying for saying in sayings if _is_worth_telling(saying.evidence)]),
        near=near,
        confidence=round(probability(sure), 4),
        answered=sure >= judge.answered,
    )


def weighed(told: Sequence[Saying], found: OnTopic) -> Weighed:
    """Return what is told of what was found, in the order in which it is told, as an answer's evidence."""
    everything = [*told, *(saying for saying in found.sayings if saying not in told)]
    passages = list({saying.passage.id: saying for saying in reversed(everything)}.values())[::-1]
    return Weighed(
        passages=tuple(place_of(saying.passage, saying.evidence.score) for saying in passages[:MOST_LISTED]),
        sentences=tuple(_located(saying.evidence) for saying in everything[:MOST_LISTED]),
        chosen=tuple(saying.evidence for saying in told),
        near=found.near,
        read=tuple(saying.passage for saying in passages),
        confidence=found.confidence,
        answered=bool(told),
    )


def in_turns(sayings: Iterable[Saying], group: Callable[[Saying], Hashable], most: int) -> list[Saying]:
    """Return at most so many sentences: the best of each group, then the second best of each, and so on.

    One that says what another one says is passed over for the next of its group.
    """
    groups: dict[Hashable, list[Saying]] = {}
    for saying in sayings:
        groups.setdefault(group(saying), []).append(saying)
    told: list[Saying] = []
    said: list[Said] = []

    def fresh(waiting: Sequence[Saying]) -> Iterator[Saying]:
        for saying in waiting:
            says = Said(saying.evidence.text, saying.evidence.article.language)
            if not any(says.same_as(other) for other in said):
                said.append(says)
                yield saying

    for turn in zip_longest(*map(fresh, groups.values())):
        told += filter(None, turn)
        if len(told) >= most:
            break
    return told[:most]


def _saying(considered: Considered, n: int, score: float) -> Saying:
    passage = considered.passages[considered.reading.of[n]]
    return Saying(replace(sentences_of(passage)[considered.reading.ordinal[n]], score=score), passage)


def _is_worth_telling(item: Evidence) -> bool:
    letters = len(item.text) if item.text.isascii() else 2 * len(item.text)
    return item.score >= _WORTH_TELLING and letters >= _SHORTEST


def _key_ones_first(sayings: Sequence[Saying]) -> tuple[Saying, ...]:
    """Return sentences by their scores, those that tell what the passages of their article are about before others."""
    by_article: dict[str, dict[int, PassageSentences]] = {}
    for saying in sayings:
        by_article.setdefault(saying.passage.article.id, {})[saying.passage.id] = saying.passage
    key = {
        (article, span)
        for article, passages in by_article.items()
        for span in key_sentences([passages[n] for n in sorted(passages)], len(passages))
    }

    def worth(saying: Saying) -> float:
        is_key = (saying.evidence.article.id, saying.evidence.span) in key
        return saying.evidence.score * (_KEY if is_key else 1.0)

    return tuple(sorted(sayings, key=worth, reverse=True))


def _located(item: Evidence) -> Located:
    return located(item.article, item.version, item.span, item.score)
