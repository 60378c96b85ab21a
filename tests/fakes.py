"""Small stand-ins that tests of several packages share."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from dataclasses import replace

from retrieval.errors import ModelError
from retrieval.models import Answer, CatalogSummary, NearArticle, Period, Question, Quote

PERIOD = Period("2024-03-03", "2026-05-05")
SUMMARY = CatalogSummary(
    articles=24,
    passages=96,
    sources=("Harbour Post", "Meadow Gazette"),
    period=PERIOD,
    data_dir="/srv/citegram/data",
    examples=("Harbour bridge closes for repairs", "Meadow school opens"),
)


def quote(text: str, n: int = 1, title: str = "Harbour bridge closes for repairs") -> Quote:
    """Return a quote with every field filled."""
    return Quote(
        n=n,
        text=text,
        article_id=f"article-{n}",
        title=title,
        url=f"https://news.example/articles/{n}",
        source="Harbour Post",
        author="Ada Brook",
        published="2026-03-03",
        start=10,
        end=10 + len(text),
        score=0.9,
        version=1,
    )


def answered(question: str, *texts: str) -> Answer:
    """Return an answer made of quotes."""
    quotes = tuple(quote(text, n) for n, text in enumerate(texts, 1))
    return Answer("answered", "\n".join(texts), question, quotes=quotes, period=PERIOD, confidence=0.9)


def not_found(question: str) -> Answer:
    """Return a refusal with one near article."""
    near = NearArticle(
        "article-1", "Harbour bridge closes for repairs", "2026-03-03", "https://news.example/articles/1"
    )
    return Answer("not_found", "The articles do not say.", question, nearest=(near,), period=PERIOD)


class FakeCitegram:
    """A core that does what the question says, and remembers what it was asked.

    `wait 1.5` in a question keeps the answer back for so many seconds, `long` makes it three quotes of 1,800
    characters, `unknown` a refusal, `broken` an error that no core should raise. All else is quoted back.
    """

    def __init__(self, summary: CatalogSummary = SUMMARY, loading_seconds: float = 0.05) -> None:
        self.summary = summary
        self.loading_seconds = loading_seconds
        self.asked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.warmed = threading.Event()
        self.keeps_index = False

    async def answer(self, question: Question) -> Answer:
        """Answer as the question tells."""
        self.asked.append(question.text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            wait = re.search(r"wait ([\d.]+)", question.text)
            await asyncio.sleep(float(wait.group(1)) if wait else 0)
            return _reply(question.text)
        finally:
            self.at_once -= 1

    def warm(self) -> None:
        """Take a moment, as loading a model does; fail when the time is negative."""
        if self.loading_seconds < 0:
            raise ModelError("CITEGRAM_EMBEDDING_MODEL names no model.")
        time.sleep(self.loading_seconds)
        self.warmed.set()

    def keep_index(self) -> None:
        """Remember that the index is to be kept."""
        self.keeps_index = True

    def describe(self) -> CatalogSummary:
        """Return the summary it was made with."""
        return self.summary


def _reply(text: str) -> Answer:
    if "broken" in text:
        raise RuntimeError(f"no way to answer: {text}")
    if "unknown" in text:
        return not_found(text)
    if "long" in text:
        return answered(text, *(f"{n} " + "The bridge is closed. " * 81 for n in (1, 2, 3)))
    return answered(text, f"You asked: {text}")


EMPTY = replace(SUMMARY, articles=0, passages=0, sources=(), period=Period(), examples=())
