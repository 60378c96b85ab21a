"""The retrieval chain: question to answer through LangChain runnables, with one async door."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

from langchain_core.runnables import Runnable, RunnableLambda
from langsmith import tracing_context

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.chat import small_talk
from retrieval.clarifying import MOST_CHOICES, choices
from retrieval.condense import stand_alone
from retrieval.encoder import Encoder
from retrieval.errors import CitegramError, Stopped, WriterUnavailable
from retrieval.evidence import Weighed, sentences_of, weigh
from retrieval.finishing import finish
from retrieval.gathering import Gatherer, listing_also
from retrieval.inquiry import Inquiry, OnProgress, nobody
from retrieval.models import Answer, NearArticle, Question, QuestionVectors
from retrieval.quotes import Evidence
from retrieval.reranker import Reranker
from retrieval.search import PassageRetriever
from retrieval.snapshot import Snapshot
from retrieval.stopping import Stop
from retrieval.tasks import Task, task_of
from retrieval.writing.rewriting import stand_alone_by_model
from retrieval.writing.written import Assignment, Outcome, Unwritten, Writer

logger = logging.getLogger(__name__)

_NEAREST = 3
_READ_BY_WRITER = 8
"""Passages: evidence stands in the best five for .98 of the questions, and a prompt has no room for all."""


class AnswerChain:
    """Resolve, encode, retrieve, weigh, write, answer: each step a function of the one before it."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: PassageRetriever,
        encoder: Encoder,
        encode: Callable[[str], QuestionVectors],
        knows: Callable[[str], float] = lambda language: 1.0,
        reranker: Reranker | None = None,
        writer: Writer | None = None,
    ) -> None:
        """Compose the chain of its parts.

        Args:
            catalog: the articles.
            retriever: finds candidate passages.
            encoder: whose model must be the catalogue's.
            encode: the encoder's for questions, or one that remembers.
            knows: how well the encoder knows a language, 0 to 1.
            reranker: a cross-encoder that refines the order of the passages.
            writer: writes answers; without one they are quotes alone.
        """
        self._catalog = catalog
        self._encoder = encoder
        self._retriever = retriever
        self._encode_question = encode
        self._knows = knows
        self._reranker = reranker
        self._writer = writer
        self._gatherer = Gatherer(catalog, retriever, encode, knows)
        found = (
            _timed("resolve", self._resolve)
            | _timed("encode", self._encode)
            | _timed("search", self._search)
            | _timed("evidence", self._weigh)
        )
        last: Runnable[Inquiry, Answer] = RunnableLambda(finish)
        self.runnable: Runnable[Inquiry, Answer] = (
            found | last if writer is None else found | _timed("write", _writing(writer)) | last
        )

    async def answer(self, question: Question, on_progress: OnProgress = nobody) -> Answer:
        """Answer a question; whatever breaks on the way becomes an answer of status `error`, never an exception.

        When the caller is cancelled the work ends, the chat model's at once. `on_progress` is called in another thread.
        """
        stop = Stop()
        try:
            return await asyncio.to_thread(self.answer_now, question, on_progress, stop)
        except asyncio.CancelledError:
            stop.request()
            raise

    def answer_now(self, question: Question, on_progress: OnProgress = nobody, stop: Stop | None = None) -> Answer:
        """Answer a question in this thread, as `answer` does.

        Raises:
            Stopped: `stop` was requested.
        """
        started = time.perf_counter()
        try:
            with tracing_context(enabled=False):  # LangSmith's variables in the environment would send questions out
                answer = self._without_search(question) or self.runnable.invoke(
                    Inquiry(question, stop or Stop(), on_progress)
                )
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # a reader gets an answer whatever broke; the log has the reason
            logger.error("a question could not be answered: %s\n%s", _reason(error), _frames(error))
            answer = Answer("error", wording.BROKEN, question.text, error=_reason(error))
        total = round((time.perf_counter() - started) * 1000, 2)
        return replace(answer, id=question.id, timings={**answer.timings, "total": total})

    def _without_search(self, question: Question) -> Answer | None:
        """Return the answer to what needs no articles: small talk, or a question to an empty catalogue."""
        reply = small_talk(question.text)
        if reply is not None:
            return Answer("chat", reply, question.text)
        with self._catalog.snapshot() as snapshot:
            if snapshot.article_count():
                return None
        return Answer("not_found", wording.no_articles(str(self._catalog.path.parent.absolute())), question.text)

    def _resolve(self, inquiry: Inquiry) -> Inquiry:
        text, outcome = self._stand_alone(inquiry)
        task = task_of(text, focus=inquiry.question.focus, today=inquiry.today)
        return replace(inquiry, text=text, task=task, outcome=outcome)

    def _stand_alone(self, inquiry: Inquiry) -> tuple[str, Outcome | None]:
        """Return the question in its stand-alone form; a model that fails at it is not waited for a second time."""
        question, writer = inquiry.question, self._writer
        resolved = stand_alone(question.text, question.history)
        if not question.history or writer is None or not question.written or not writer.budget.left(question.asker):
            return resolved, None
        on_usage = writer.counted(question.asker)
        try:
            return stand_alone_by_model(
                question.text, question.history, writer.model, stop=inquiry.stop, on_usage=on_usage
            ), None
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # quotes need no writer
            return resolved, _unwritten(error)

    def _encode(self, inquiry: Inquiry) -> Inquiry:
        self._catalog.require_embedding_model(self._encoder.name, self._encoder.fingerprint)
        return replace(inquiry, vectors=self._encode_question(inquiry.text))

    def _search(self, inquiry: Inquiry) -> Inquiry:
        question = inquiry.question
        gathered = self._gatherer.gather(inquiry.task, question)
        documents = self._retriever.invoke(
            inquiry.text, focus=question.focus, today=question.asked_on, also=question.cited
        )
        task = Task() if gathered is None else inquiry.task
        return replace(inquiry, task=task, gathered=gathered, documents=tuple(documents))

    def _weigh(self, inquiry: Inquiry) -> Inquiry:
        question, gathered = inquiry.question, inquiry.gathered
        assert inquiry.vectors is not None
        with self._catalog.snapshot() as snapshot:
            weighed = weigh(
                inquiry.text,
                inquiry.vectors,
                inquiry.documents,
                snapshot,
                self._knows,
                most_quotes=question.most_quotes,
                reranker=self._reranker,
            )
            if gathered is None:
                asked_back = choices(question, inquiry.text, weighed, snapshot.newest_entries(0, MOST_CHOICES))
            else:
                weighed, asked_back = listing_also(gathered.weighed, weighed), gathered.choices
            return replace(
                inquiry,
                weighed=weighed,
                nearest=_nearest(weighed, snapshot),
                period=snapshot.period_of(question.focus),
                generation=snapshot.generation(),
                choices=asked_back,
            )


def _writing(writer: Writer) -> Callable[[Inquiry], Inquiry]:
    def write(inquiry: Inquiry) -> Inquiry:
        question, weighed = inquiry.question, inquiry.weighed
        if not question.written or not weighed.answered or inquiry.choices or inquiry.outcome is not None:
            return inquiry
        assignment = Assignment(
            question=inquiry.text,
            task=inquiry.task,
            passages=_read_by_writer(weighed),
            generation=inquiry.generation,
            today=inquiry.today,
            asker=question.asker,
        )
        try:
            outcome = writer.write(assignment, stop=inquiry.stop, on_progress=inquiry.on_progress)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # quotes need no writer
            outcome = _unwritten(error)
        return replace(inquiry, outcome=outcome)

    return write


def _unwritten(error: Exception) -> Unwritten:
    """Return that quotes stand in for what a writer has failed at; the log has been told of a model that is away."""
    if not isinstance(error, WriterUnavailable):
        logger.error("an answer could not be written: %s\n%s", _reason(error), _frames(error))
    return Unwritten(wording.WRITER_AWAY)


def _read_by_writer(weighed: Weighed) -> tuple[tuple[Evidence, ...], ...]:
    """Return the sentences of the best passages, those that are listed with their scores."""
    scores = {(item.article_id, item.start): item.score for item in weighed.sentences}
    return tuple(
        tuple(
            replace(item, score=scores.get((item.article.id, item.span.start), 0.0)) for item in sentences_of(passage)
        )
        for passage in weighed.read[:_READ_BY_WRITER]
    )


def _timed(name: str, step: Callable[[Inquiry], Inquiry]) -> RunnableLambda[Inquiry, Inquiry]:
    def run(inquiry: Inquiry) -> Inquiry:
        inquiry.stop.check()
        started = time.perf_counter()
        done = step(inquiry)
        spent = round((time.perf_counter() - started) * 1000, 2)
        return replace(done, timings=(*done.timings, (name, spent)))

    return RunnableLambda(run, name=name)


def _nearest(weighed: Weighed, snapshot: Snapshot) -> tuple[NearArticle, ...]:
    found: dict[str, NearArticle] = {}
    for passage in weighed.near:
        article = snapshot.near_article(passage)
        if article is not None:
            found.setdefault(article.article_id, article)
        if len(found) == _NEAREST:
            break
    return tuple(found.values())


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, CitegramError) else type(error).__name__


def _frames(error: Exception) -> str:
    """Return where an error was raised: places only, as messages may hold the reader's words."""
    return "".join(traceback.format_tb(error.__traceback__))
