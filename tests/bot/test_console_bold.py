"""The words that answer, in bold on a terminal and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from retrieval.models import Answer, Progress, Question, Span
from retrieval.wording import answered as in_words
from tests.bot.at_terminal import typed
from tests.fakes import FakeCitegram, answered, in_writing


class _Core(FakeCitegram):
    """Answers with a quote whose words "3 May" are marked, if they are in it; in writing, if it has a writer."""

    async def answer(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        (quote,) = answered(question.text, question.text).quotes
        start = quote.start + question.text.find("3 May")
        marks = (Span(start, start + 5),) if start >= quote.start else ()
        quote = replace(quote, marks=marks)
        answer = replace(answered(question.text), quotes=(quote,), text=in_words([quote]))
        return in_writing(answer) if self.writes else answer


@pytest.mark.parametrize("writer", [pytest.param("", id="quotes"), pytest.param("openai", id="written")])
@pytest.mark.parametrize(
    ("question", "on_terminal", "shown"),
    [
        pytest.param("It opened on 3 May.", True, "It opened on \x1b[1m3 May\x1b[22m.", id="terminal"),
        pytest.param("It opened on 3 May.", False, "It opened on 3 May.", id="pipe"),
        pytest.param("It opened in spring.", True, "It opened in spring.", id="nothing marked"),
    ],
)
def test_the_words_that_answer(
    monkeypatch: pytest.MonkeyPatch, question: str, shown: str, writer: str, *, on_terminal: bool
) -> None:
    text = typed(monkeypatch, _Core(loading_seconds=0, writer=writer), question, on_terminal=on_terminal)
    assert shown in text
    assert ("\x1b" in text) == ("\x1b" in shown)
    assert ("Sentence 1" in text) == bool(writer)
