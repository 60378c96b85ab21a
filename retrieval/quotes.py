"""Spans of stored articles to verified quotes: the one place where a quote is made, by cutting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.lexical import terms
from retrieval.models import Answer, Article, Located, Place, Quote, Span, StoredArticle

_LEANS_BACK = re.compile(
    r"[\"'“”‘’«»]?(?:(?:he|she|it|they|this|that|these|those|his|her|its|their|but|and|so|however|also|then|there|instead|"
    r"er|sie|es|dies|diese[rs]?|aber|und|doch|dann|dort|он|она|оно|они|это|этот|эта|но|и|однако|затем|там)\b)",
    re.IGNORECASE,
)
_LONGEST = 450  # characters of a quote that was given its neighbour
_WORTH_SHOWING = 0.01  # estimate that a sentence answers, from which on it may be shown to whoever asks for more
_SAME_TEXT = 0.8  # share of common terms from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of an article that may answer a question."""

    article: Article
    version: int
    """Of the article."""
    span: Span
    before: Span | None
    """The sentence before it in its passage, when no paragraph break stands between."""
    score: float

    @property
    def text(self) -> str:
        """The sentence."""
        return self.article.text[self.span.start : self.span.end]


def located(article: Article, version: int, span: Span, score: float) -> Located:
    """Return the place of a span with its text and what is known of its article."""
    return Located(
        text=article.text[span.start : span.end],
        article_id=article.id,
        title=article.title,
        url=article.url,
        source=article.source,
        author=article.author,
        published=article.published,
        start=span.start,
        end=span.end,
        score=round(score, 4),
        version=version,
    )


def quotes(chosen: Sequence[Evidence]) -> tuple[Quote, ...]:
    """Cut quotes for the chosen evidence, strongest first.

    A sentence that opens with a pronoun or a connective takes the one before it along; quotes of one article that meet
    or overlap become one; a sentence that says what one before it said is left out.
    """
    cuts: list[tuple[Article, Span, float]] = []
    versions = {item.article.id: item.version for item in chosen}
    for item in _distinct(chosen):
        span, score, place = _readable(item), item.score, len(cuts)
        while (n := _meeting(cuts, item.article, span)) is not None:
            _, other, score_of_other = cuts.pop(n)
            span = Span(min(span.start, other.start), max(span.end, other.end))
            score, place = max(score, score_of_other), min(place, n)
        cuts.insert(place, (item.article, span, score))
    return tuple(
        _cut(article, versions[article.id], span, score, n) for n, (article, span, score) in enumerate(cuts, 1)
    )


def leans_back(text: str) -> bool:
    """Tell whether a sentence opens with a pronoun or a connective, so that it says little without the one before it."""
    return _LEANS_BACK.match(text) is not None


def quote_at(stored: StoredArticle, place: Place, n: int) -> Quote:
    """Cut the quote number `n` anew at a place that was kept.

    Raises:
        ValueError: the place is of another article or version than `stored`, or is no range of its text.
    """
    article = stored.article
    if (place.article_id, place.version) != (article.id, stored.version):
        raise ValueError("The place is of another article or of another version of it.")
    if not 0 <= place.start < place.end <= len(article.text):
        raise ValueError("The place is not within the article's text.")
    return _cut(article, stored.version, Span(place.start, place.end), place.score, n)


def further_places(answer: Answer) -> tuple[Place, ...]:
    """Return the places of what an answer could have quoted next, best first.

    None of them touches a quote, says what a quote or a better one says, or is too weak to show to anybody.
    """
    said = [frozenset(terms(quote.text)) for quote in answer.quotes]
    places: list[Place] = []
    for sentence in answer.sentences:
        words = frozenset(terms(sentence.text))
        quoted = any(_touch(sentence.place, quote.place) for quote in answer.quotes)
        if not quoted and sentence.score >= _WORTH_SHOWING and not _says_the_same(words, said):
            places.append(sentence.place)
            said.append(words)
    return tuple(places)


def _touch(a: Place, b: Place) -> bool:
    return a.article_id == b.article_id and a.start < b.end and b.start < a.end


def _says_the_same(words: frozenset[str], said: Iterable[frozenset[str]]) -> bool:
    return any(len(words & other) >= _SAME_TEXT * min(len(words), len(other)) for other in said)


def _cut(article: Article, version: int, span: Span, score: float, n: int) -> Quote:
    place = located(article, version, span, score)
    return Quote(**{name: getattr(place, name) for name in Located.__slots__}, n=n)


def _distinct(chosen: Iterable[Evidence]) -> list[Evidence]:
    kept: list[tuple[Evidence, frozenset[str]]] = []
    for item in chosen:
        words = frozenset(terms(item.text, item.article.language))
        if not _says_the_same(words, (other for _, other in kept)):
            kept.append((item, words))
    return [item for item, _ in kept]


def _readable(item: Evidence) -> Span:
    if item.before is None or not leans_back(item.text):
        return item.span
    span = Span(item.before.start, item.span.end)
    return span if span.end - span.start <= _LONGEST else item.span


def _meeting(cuts: Sequence[tuple[Article, Span, float]], article: Article, span: Span) -> int | None:
    """Return the number of the first cut of the article that a span meets."""
    meets = (n for n, (of, other, _) in enumerate(cuts) if of.id == article.id and _meet(of.text, span, other))
    return next(meets, None)


def _meet(text: str, a: Span, b: Span) -> bool:
    first, second = (a, b) if a.start <= b.start else (b, a)
    return second.start <= first.end or (
        not text[first.end : second.start].strip() and max(a.end, b.end) - first.start <= _LONGEST
    )
