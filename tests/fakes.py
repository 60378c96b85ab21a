"""Small stand-ins that tests of several packages share."""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.errors import ModelError
from retrieval.library import Library
from retrieval.models import Answer, Article, CatalogSummary, Claim, NearArticle, Period, Progress, Question, Quote
from retrieval.stopping import Stop
from tests.building import BRIDGE, WHALE, article, put

PERIOD = Period("2024-03-03", "2026-05-05")
CHOICES = ("Who is the mayor of Westmere?", "/forget Eastmere")
"""What the fake core asks back with: the second looks like a command, as a title may."""
LONG_CHOICES = tuple(
    f"Who was elected mayor of the old harbour town of {town} in the spring of 2025?"
    for town in ("Westmere", "Eastmere")
)
_LAMPS = (
    "red barges", "green herons", "blue ropes", "white crates", "amber sails", "pink eels", "grey moss", "brown nets",
    "black anchors", "yellow kites", "violet drums", "golden otters",
)  # fmt: skip
LONG = "\n\n".join(
    f"Part {n} of the report on the tower begins here. A lamp shone on {seen}. "
    + "Nobody else was on the pier that night, and the door of the tower stayed shut. " * 8
    for n, seen in enumerate(_LAMPS, 1)
)
ARTICLES = (
    article(
        "bridge", BRIDGE, "Harbour bridge closes for repairs", url="https://news.example/articles/1",
        source="Harbour Post", author="Ada Brook", published="2026-03-03", language="en",
    ),
    article("whale", WHALE, "Museum buys a whale", source="Meadow Gazette", published="2026-04-10", language="en"),
    article(
        "tower", LONG, "The tower on the north pier", url="https://news.example/articles/3", source="Harbour Post",
        author="Tom Reed", published="2024-05-05", language="en",
    ),
)  # fmt: skip
"""What the fake core's library holds; "whale" has no link."""


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


def in_writing(answer: Answer) -> Answer:
    """Return an answer with a sentence for each of its quotes above them, the second in doubt."""
    claims = tuple(Claim(f"Sentence {quote.n} rests on it.", (quote.n,), quote.n != 2) for quote in answer.quotes)
    return replace(answer, mode="written", claims=claims, text=wording.written(claims, answer.quotes))


class FakeCitegram:
    """A core over a real catalogue that does what the question says, and remembers what it was asked.

    `wait 1.5` in a question keeps the answer back for so many seconds, `long` makes it three quotes of 1,800
    characters, `unknown` a refusal, `broken` an error that no core should raise, and `where is WORDS` gives the
    sentences of the catalogue in which the words stand. `clarify` is asked back, `clarify at length` with long choices.
    All else is quoted back.

    With a `writer`, `written` has a sentence written above each quote, in another thread and with `pause 0.2` so many
    seconds before each; `left out` says that there were more, and `breaks` fails after the first one.
    """

    def __init__(
        self,
        articles: Sequence[Article] = ARTICLES,
        *,
        loading_seconds: float = 0.05,
        data_dir: Path | None = None,
        writer: str = "",
    ) -> None:
        self._directory = tempfile.TemporaryDirectory() if data_dir is None else None
        self.catalog = Catalog.in_directory(data_dir or Path(self._directory.name if self._directory else ""))
        for one in articles:
            put(self.catalog, one)
        self.library = Library(self.catalog)
        self.loading_seconds = loading_seconds
        self.asked: list[str] = []
        self.questions: list[Question] = []
        self.stopped: list[str] = []
        self.writer_name = writer
        self.at_once = 0
        self.most_at_once = 0
        self.warmed = threading.Event()
        self.keeps_index = False

    @property
    def writes(self) -> bool:
        """Whether it has a writer."""
        return bool(self.writer_name)

    async def answer(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """Answer as the question tells."""
        stop = Stop()
        self.asked.append(question.text)
        self.questions.append(question)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            wait = re.search(r"wait ([\d.]+)", question.text)
            await asyncio.sleep(float(wait.group(1)) if wait else 0)
            answer = self._reply(question)
            if not (self.writes and question.written and "written" in question.text and answer.quotes):
                return answer
            return await asyncio.to_thread(_write, answer, on_progress or (lambda progress: None), stop)
        except asyncio.CancelledError:
            stop.request()
            self.stopped.append(question.text)
            raise
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
        """Say what the catalogue holds."""
        return self.catalog.summary()

    def close(self) -> None:
        """Close the catalogue."""
        self.catalog.close()

    def _reply(self, question: Question) -> Answer:
        text = question.text
        where = re.search(r"where is (.+?)\??$", text)
        if "broken" in text:
            raise RuntimeError(f"no way to answer: {text}")
        if not self.catalog.summary().articles:
            return Answer("not_found", "There are no articles yet.", text)
        if "clarify" in text:
            choices = LONG_CHOICES if "at length" in text else CHOICES
            return Answer("clarify", wording.WHAT_IS_MEANT, text, choices=choices)
        if "unknown" in text:
            return not_found(text)
        if where:
            return self._found(where.group(1), question)
        if "long" in text:
            return answered(text, *(f"{n} " + "The bridge is closed. " * 81 for n in (1, 2, 3)))
        return answered(text, f"You asked: {text}")

    def _found(self, words: str, question: Question) -> Answer:
        located = self.library.occurrences(words, limit=10, focus=question.focus).quotes
        found = tuple(replace(quote, score=1 - quote.n / 20) for quote in located)
        if not found:
            return not_found(question.text)
        return Answer(
            "answered",
            "\n".join(quote.text for quote in found),
            question.text,
            quotes=found[: question.most_quotes],
            sentences=found,
            passages=found,
            period=PERIOD,
            confidence=0.9,
        )


def _write(answer: Answer, on_progress: Callable[[Progress], None], stop: Stop) -> Answer:
    """Write an answer as its question tells, sentence by sentence, as the real core does in a thread of its own."""
    pause = re.search(r"pause ([\d.]+)", answer.question)
    ended = threading.Event()
    stop.then(ended.set)
    articles = tuple(
        {q.article_id: NearArticle(q.article_id, q.title, q.published, q.url) for q in answer.quotes}.values()
    )
    written = in_writing(answer)
    on_progress(Progress(articles))
    for count in range(1, len(written.claims) + 1):
        ended.wait(float(pause.group(1)) if pause else 0)
        stop.check()
        on_progress(Progress(articles, written.claims[:count]))
        if "breaks" in answer.question:
            return replace(answer, notices=(wording.WRITER_AWAY,))
    return replace(written, notices=(wording.LEFT_OUT,) if "left out" in answer.question else ())
