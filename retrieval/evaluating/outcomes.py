"""What became of a question: the answer that came back, judged by the evidence that the set names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.evaluating.metrics import first_found, found, within
from retrieval.evaluating.sets import SetQuestion
from retrieval.folding import find_all
from retrieval.models import Answer, Quote, Span

Topic = Literal["answerable", "on-topic", "off-topic"]
"""Whether the articles asked hold the answer; if not, whether they are on the question's topic."""

BUDGETS = (1000, 2000, 4000)
"""Characters of the ranked passages within which evidence is looked for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question asked of one catalogue; ranks begin with 1, 0 is not found."""

    set: str
    question: str
    """Its id, or its line: never its words."""
    line: int
    language: str
    kind: str
    articles: int | None
    """How many articles were drawn for it; None where it was asked of all, or for `off-topic` of the other half."""
    present: bool
    """Whether the articles that were asked are the question's own."""
    topic: Topic
    answered: bool
    failed: bool
    confidence: float
    passage: int = 0
    sentence: int = 0
    article: int = 0
    within: tuple[bool, ...] = ()
    """For each of `BUDGETS`."""
    reciprocal_rank: float | None = None
    """None where it is not measured, as the next one."""
    ndcg: float | None = None
    quotes: int = 0
    quotes_with_evidence: int = 0
    answer_quoted: bool | None = None
    """Whether an answer's own words stand in the quotes; None where the set gives none or nothing was quoted."""
    marked: bool = False
    """Whether a quote has words in bold."""
    answer_marked: bool | None = None
    """Whether they overlap an answer's own words; None where no answer stands in a quote with words in bold."""
    characters: int = 0
    """Of all quotes."""

    @property
    def right(self) -> bool:
        """Whether the answer is, or would be, right: evidence is among the first three sentences."""
        return self.topic == "answerable" and 1 <= self.sentence <= 3


_OFF_TOPIC = "off-topic"  # as a topic, and as a `kind` of question


def outcome_of(
    name: str, question: SetQuestion, answer: Answer, *, present: bool, articles: int | None = None
) -> Outcome:
    """Return what became of a question of a set.

    Args:
        name: of the set.
        present: whether the articles that were asked are the question's own.
        articles: how many were drawn.
    """
    outcome = Outcome(
        set=name,
        question=question.name,
        line=question.line,
        language=question.language,
        kind=question.kind,
        articles=articles,
        present=present,
        topic=topic_of(question, present),
        answered=answer.status == "answered",
        failed=answer.status == "error",
        confidence=min(max(answer.confidence, 0.0), 1.0),
        quotes=len(answer.quotes),
        marked=any(quote.marks for quote in answer.quotes),
        characters=sum(len(quote.text) for quote in answer.quotes),
    )
    if outcome.topic != "answerable":
        return outcome
    evidence, passages = question.evidence, [passage.text for passage in answer.passages]
    ranked_articles = list(dict.fromkeys(passage.article_id for passage in answer.passages))
    return replace(
        outcome,
        passage=first_found(passages, evidence),
        sentence=first_found([sentence.text for sentence in answer.sentences], evidence),
        article=next((n for n, one in enumerate(ranked_articles, 1) if one in question.article_ids), 0),
        within=tuple(within(passages, evidence, characters) for characters in BUDGETS),
        quotes_with_evidence=sum(any(found(quote.text, one) for one in evidence) for quote in answer.quotes),
        answer_quoted=_answer_quoted(question, answer),
        answer_marked=_answer_marked(question, answer),
    )


def topic_of(question: SetQuestion, present: bool) -> Topic:
    """Return the topic of a question for a catalogue that holds its articles, or does not."""
    if not present or (not question.answerable and question.kind == _OFF_TOPIC):
        return "off-topic"
    return "answerable" if question.answerable else "on-topic"


def _answer_quoted(question: SetQuestion, answer: Answer) -> bool | None:
    if not answer.quotes or not question.answers:
        return None
    return any(find_all(quote.text, words) for quote in answer.quotes for words in question.answers)


def _answer_marked(question: SetQuestion, answer: Answer) -> bool | None:
    overlaps = [
        any(mark.start < words.end and words.start < mark.end for mark in quote.marks for words in standing)
        for quote in answer.quotes
        if quote.marks and (standing := _answers_in(quote, question.answers))
    ]
    return any(overlaps) if overlaps else None


def _answers_in(quote: Quote, answers: Sequence[str]) -> list[Span]:
    """Return where answers stand in a quote, as offsets into the article's text."""
    return [
        Span(quote.start + span.start, quote.start + span.end)
        for words in answers
        for span in find_all(quote.text, words)
    ]
