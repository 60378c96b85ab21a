"""The words that answer, in bold on a terminal and nowhere else."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from bot.console import run
from retrieval.models import Answer, Question, Span
from retrieval.wording import answered as in_words
from tests.fakes import FakeCitegram, answered


class _Core(FakeCitegram):
    """Answers with a quote whose words "3 May" are marked, if they are in it."""

    async def answer(self, question: Question) -> Answer:
        (quote,) = answered(question.text, question.text).quotes
        start = quote.start + question.text.find("3 May")
        marks = (Span(start, start + 5),) if start >= quote.start else ()
        quote = replace(quote, marks=marks)
        return replace(answered(question.text), quotes=(quote,), text=in_words([quote]))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Pipe(io.TextIOWrapper):
    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()))


def said(monkeypatch: pytest.MonkeyPatch, question: str, *, on_terminal: bool) -> str:
    """What the console answers to a question."""
    out = _Terminal() if on_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdin", _Terminal(question + "\n") if on_terminal else _Pipe(question + "\n"))
    monkeypatch.setattr(sys, "stdout", out)
    core = _Core(loading_seconds=0)
    try:
        assert run(core, hint=False) == 0
    finally:
        core.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("question", "on_terminal", "shown"),
    [
        pytest.param("It opened on 3 May.", True, "It opened on \x1b[1m3 May\x1b[22m.", id="terminal"),
        pytest.param("It opened on 3 May.", False, "It opened on 3 May.", id="pipe"),
        pytest.param("It opened in spring.", True, "It opened in spring.", id="nothing marked"),
    ],
)
def test_the_words_that_answer(
    monkeypatch: pytest.MonkeyPatch, question: str, shown: str, *, on_terminal: bool
) -> None:
    text = said(monkeypatch, question, on_terminal=on_terminal)
    assert shown in text
    assert ("\x1b" in text) == ("\x1b" in shown)
