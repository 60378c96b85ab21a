"""Articles of made-up words for the growth benchmark: as many passages as wanted, the same ones for the same seed.

Words are drawn by Zipf's law, as in natural text, so that a full-text index meets terms in one passage and in every
second one; a part of each article's words are of its topic and come again and again, so that passages differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from retrieval.models import Article, Passage, Span

TOPICS = 1000
PASSAGES_AN_ARTICLE = 5

_VOCABULARY = 120_000
_EXPONENT, _OFFSET = 1.07, 2.7  # Zipf and Mandelbrot's law, p(rank) ~ 1 / (rank + 2.7) ** 1.07
_SENTENCES = 8  # a passage
_SHORTEST, _LONGEST = 8, 25  # words of a sentence; the mean passage has 132 words, of the sample articles 130
_OF_TOPIC = 0.25  # share of words
_TOPIC_WORDS = 120
_RARER_THAN = 150  # rank from which a word can be of a topic
_SOURCES = 12
_FIRST_DAY = date(2015, 1, 1)
_DAYS = 4000

_GRAMMAR = (
    "the", "of", "and", "to", "in", "a", "is", "was", "for", "on", "that", "by", "with", "as", "at", "from", "it", "his",
    "be", "an", "were", "are", "which", "this", "had", "not",
)  # fmt: skip
_ONSETS = (
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "r", "s", "sh", "st",
    "t", "tr", "v", "w", "z",
)  # fmt: skip
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "oo")
_CODAS = ("", "n", "r", "l", "m", "k")

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """An article with the passages that it is cut into and what it is about."""

    article: Article
    passages: tuple[Passage, ...]
    topic: int


class Writer:
    """Writes articles and asks about them; everything follows from the seed and the number of the article."""

    def __init__(self, seed: int = 7) -> None:
        """Remember the seed."""
        self._seed = seed

    def articles(self, passages: int) -> Iterator[Written]:
        """Yield articles of five passages each, `passages` together."""
        for number in range(passages // PASSAGES_AN_ARTICLE):
            yield self.article(number)

    def article(self, number: int) -> Written:
        """Return the article of a number."""
        chance = self._chance(number)
        topic = int(chance.integers(TOPICS))
        lengths = chance.integers(_SHORTEST, _LONGEST, PASSAGES_AN_ARTICLE * _SENTENCES)
        words = self._words(chance, topic, int(lengths.sum()))
        title = " ".join(self._words(chance, topic, 5)).capitalize()
        sentences, at = [], 0
        for length in lengths:
            sentences.append(" ".join(words[at : at + length]).capitalize() + ".")
            at += length
        text, passages = _laid_out(sentences)
        day = _FIRST_DAY + timedelta(days=int(chance.integers(_DAYS)))
        source = f"The {self._lexicon[int(chance.integers(200, 200 + _SOURCES))].capitalize()} Post"
        article = Article(f"growth-{number}", text, title, published=day.isoformat(), source=source, language="en")
        return Written(article, passages, topic)

    def question(self, number: int, articles: int, words: int = 6) -> str:
        """Return the question of a number: words of one sentence of one of the first so many articles."""
        chance = self._chance(number, 1)
        written = self.article(int(chance.integers(articles)))
        spans = [span for passage in written.passages for span in passage.sentences]
        span = spans[int(chance.integers(len(spans)))]
        said = written.article.text[span.start : span.end - 1].lower().split()
        telling = [word for word in dict.fromkeys(said) if word not in _GRAMMAR]
        chosen = chance.permutation(len(telling))[:words]
        return "What was the " + " ".join(telling[n] for n in sorted(chosen)) + "?"

    def _chance(self, *numbers: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, *numbers])

    def _words(self, chance: np.random.Generator, topic: int, count: int) -> list[str]:
        ranks = np.searchsorted(self._shares, chance.random(count))
        own = self._topics[topic][np.searchsorted(_TOPIC_SHARES, chance.random(count))]
        chosen = np.where((chance.random(count) < _OF_TOPIC) & (ranks >= len(_GRAMMAR)), own, ranks)
        lexicon = self._lexicon
        return [lexicon[n] for n in chosen.tolist()]

    @cached_property
    def _shares(self) -> npt.NDArray[np.float64]:
        return _cumulated(np.arange(_VOCABULARY), _EXPONENT, _OFFSET)

    @cached_property
    def _topics(self) -> Indices:
        """Ranks of the words of each topic, shape (topics, words)."""
        chance = self._chance(0, 2)
        return np.exp(chance.uniform(np.log(_RARER_THAN), np.log(_VOCABULARY), (TOPICS, _TOPIC_WORDS))).astype(np.int64)

    @cached_property
    def _lexicon(self) -> list[str]:
        """The words by rank: grammar first, which questions leave out, then longer and longer ones."""
        syllables = [onset + nucleus + coda for onset in _ONSETS for nucleus in _NUCLEI for coda in _CODAS]
        drawn = self._chance(0, 3).integers(len(syllables), size=(2 * _VOCABULARY, 3)).tolist()
        found = dict.fromkeys(_GRAMMAR)
        for draw in drawn:
            length = 1 + (len(found) > 400) + (len(found) > 40_000)
            found.setdefault("".join([syllables[n] for n in draw[:length]]))
            if len(found) == _VOCABULARY:
                break
        return list(found)


def _cumulated(ranks: Indices, exponent: float, offset: float) -> npt.NDArray[np.float64]:
    weights = 1.0 / (ranks + 1 + offset) ** exponent
    shares: npt.NDArray[np.float64] = np.cumsum(weights / weights.sum())
    return shares


_TOPIC_SHARES = _cumulated(np.arange(_TOPIC_WORDS), 1.0, 0.0)


def _laid_out(sentences: list[str]) -> tuple[str, tuple[Passage, ...]]:
    """Return the text, a paragraph a passage, and the passages, which tile it."""
    paragraphs = [sentences[n : n + _SENTENCES] for n in range(0, len(sentences), _SENTENCES)]
    text = "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)
    passages, start = [], 0
    for paragraph in paragraphs:
        spans, at = [], start
        for sentence in paragraph:
            spans.append(Span(at, at + len(sentence)))
            at += len(sentence) + 1
        end = min(at + 1, len(text))  # the space after the last sentence is one of the two line ends
        passages.append(Passage(start, end, tuple(spans)))
        start = end
    return text, tuple(passages)
