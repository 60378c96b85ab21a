"""A question and its passages to what is sent to the chat model. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from retrieval.languages import question_language
from retrieval.quotes import Evidence
from retrieval.tasks import Task
from retrieval.wording import origin, written_date
from retrieval.writing.instructions import reminder, system_prompt
from retrieval.writing.sources import Source, fitting, put_together
from retrieval.writing.token_estimate import estimated_tokens
from retrieval.writing.untrusted import one_line

PROMPT_VERSION = 1
"""To be raised with every change of what is sent, so that nothing written for another prompt is taken from the cache."""

_LONGEST_TITLE = 300  # characters
_LONGEST_QUESTION = 1500  # characters: five times the longest that a person types
_OF_MESSAGES = 16  # tokens that chat templates put around the two messages


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent to the model, and what its ids stand for."""

    system: str
    user: str = field(repr=False)
    """Holds the reader's question, which stays out of the representation."""
    sentences: Mapping[str, Evidence]
    """By id, as `2.3`: the third sentence of the second source. Empty where nothing fits into the budget."""
    tokens: int
    """Estimate of both texts together, on the high side; see `token_estimate`."""


def compose(
    question: str, passages: Sequence[tuple[Evidence, ...]], task: Task, *, budget: int, marker: str, today: date
) -> Prompt:
    """Return the prompt for a question: instructions, numbered sentences between markers, the question.

    Passages that follow each other in an article become one source. Of those beyond the budget the best are shown, a long
    one in part. Sources are in the order of the passages, for a timeline in that of their publication.

    Args:
        question: stand-alone.
        passages: best first, each the sentences of one in reading order.
        task: the kind of answer.
        budget: tokens of the whole prompt at most.
        marker: random for each request, so that no article can hold it.
        today: what the question's `last week` is to be told from.
    """
    language = question_language(question, sorted({p[0].article.language or "" for p in passages if p} - {""}))
    system = system_prompt(task.kind, language, marker)
    asked = _asked(question, task, language, marker, today)
    frame = estimated_tokens(system) + estimated_tokens(_framed("", asked, marker)) + _OF_MESSAGES
    shown = fitting(passages, budget - frame, lambda source: estimated_tokens(_written(99, source, marker)) + 2)
    sources = put_together(shown)
    if task.kind == "timeline":
        sources.sort(key=lambda source: source.article.published or "~")  # those without a date last
    body = "\n\n".join(_written(n, source, marker) for n, source in enumerate(sources, 1))
    user = _framed(body, asked, marker)
    return Prompt(system, user, _numbered(sources), estimated_tokens(system) + estimated_tokens(user) + _OF_MESSAGES)


def _asked(question: str, task: Task, language: str, marker: str, today: date) -> str:
    shown = one_line(question, marker)[:_LONGEST_QUESTION]
    return f"Today is {written_date(today.isoformat())}.\nQuestion: {shown}\n{reminder(task.kind, language)}"


def _framed(body: str, asked: str, marker: str) -> str:
    return f"BEGIN {marker}\n{body}\nEND {marker}\n\n{asked}"


def _written(number: int, source: Source, marker: str) -> str:
    """Return a source as the model reads it: a line on the article, then a line for each sentence."""
    article = source.article
    about = origin(article.source, article.author, article.published, guessed=article.published_guessed)
    head = one_line(article.title, marker)[:_LONGEST_TITLE] + (f" ({one_line(about, marker)})" if about else "")
    lines = [f"[{number}.{n}] {one_line(item.text, marker)}" for n, item in enumerate(source.sentences, 1)]
    return "\n".join([f"Article: {head}", *lines])


def _numbered(sources: Iterable[Source]) -> dict[str, Evidence]:
    return {f"{n}.{m}": item for n, source in enumerate(sources, 1) for m, item in enumerate(source.sentences, 1)}
