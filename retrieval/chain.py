"""The retrieval chain: question to answer through LangChain runnables, with one async door."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda
from langsmith import tracing_context

from retrieval import wording
from retrieval.catalog import Catalog
from retrieval.chat import small_talk
from retrieval.condense import stand_alone
from retrieval.encoder import Encoder
from retrieval.errors import CitegramError
from retrieval.evidence import Weighed, weigh
from retrieval.models import MOST_QUOTES, Answer, NearArticle, Period, Question, QuestionVectors
from retrieval.quotes import FITTING, quotes
from retrieval.reranker import Reranker
from retrieval.search import PassageRetriever
from retrieval.snapshot import Snapshot

logger = logging.getLogger(__name__)

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question on its way through the chain: each step fills in what the next ones need."""

    question: Question
    text: str = ""
    """The question in its stand-alone form."""
    vectors: QuestionVectors | None = None
    documents: tuple[Document, ...] = ()
    weighed: Weighed = field(default_factory=Weighed)
    nearest: tuple[NearArticle, ...] = ()
    period: Period = field(default_factory=Period)
    timings: tuple[tuple[str, float], ...] = ()


class AnswerChain:
    """Resolve, encode, retrieve, weigh, answer: each step a function of the one before it."""

    def __init__(
        self,
        catalog: Catalog,
        retriever: PassageRetriever,
        encoder: Encoder,
        encode: Callable[[str], QuestionVectors],
        knows: Callable[[str], float] = lambda language: 1.0,
        reranker: Reranker | None = None,
    ) -> None:
        """Compose the chain of its parts.

        Args:
            catalog: the articles.
            retriever: finds candidate passages.
            encoder: whose model must be the catalogue's.
            encode: the encoder's for questions, or one that remembers.
            knows: how well the encoder knows a language, 0 to 1.
            reranker: a cross-encoder that refines the order of the passages.
        """
        self._catalog = catalog
        self._encoder = encoder
        self._retriever = retriever
        self._encode_question = encode
        self._knows = knows
        self._reranker = reranker
        self.runnable: Runnable[Question, Answer] = (
            RunnableLambda(_begin)
            | _timed("resolve", _resolve)
            | _timed("encode", self._encode)
            | _timed("search", self._search)
            | _timed("evidence", self._weigh)
            | RunnableLambda(_finish)
        )

    async def answer(self, question: Question) -> Answer:
        """Answer a question; whatever breaks on the way becomes an answer of status `error`, never an exception."""
        return await asyncio.to_thread(self.answer_now, question)

    def answer_now(self, question: Question) -> Answer:
        """Answer a question in this thread, as `answer` does."""
        started = time.perf_counter()
        try:
            with tracing_context(enabled=False):  # LangSmith's variables in the environment would send questions out
                answer = self._without_search(question) or self.runnable.invoke(question)
        except Exception as error:  # noqa: BLE001  # a reader gets an answer whatever broke; the log has the reason
            # places only: messages may hold the reader's words
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.error("a question could not be answered: %s\n%s", _reason(error), frames)
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

    def _encode(self, inquiry: Inquiry) -> Inquiry:
        self._catalog.require_embedding_model(self._encoder.name, self._encoder.fingerprint)
        return replace(inquiry, vectors=self._encode_question(inquiry.text))

    def _search(self, inquiry: Inquiry) -> Inquiry:
        question = inquiry.question
        documents = self._retriever.invoke(inquiry.text, focus=question.focus, today=question.asked_on)
        return replace(inquiry, documents=tuple(documents))

    def _weigh(self, inquiry: Inquiry) -> Inquiry:
        question = inquiry.question
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
            period = snapshot.period_of(question.focus)
            return replace(inquiry, weighed=weighed, nearest=_nearest(weighed, snapshot), period=period)


def _begin(question: Question) -> Inquiry:
    return Inquiry(question)


def _resolve(inquiry: Inquiry) -> Inquiry:
    return replace(inquiry, text=stand_alone(inquiry.question.text, inquiry.question.history))


def _timed(name: str, step: Callable[[Inquiry], Inquiry]) -> RunnableLambda[Inquiry, Inquiry]:
    def run(inquiry: Inquiry) -> Inquiry:
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


def _finish(inquiry: Inquiry) -> Answer:
    weighed = inquiry.weighed
    room = FITTING * max(inquiry.question.most_quotes, MOST_QUOTES) // MOST_QUOTES
    cut = quotes(weighed.chosen, inquiry.text, fitting=room) if weighed.answered else ()
    return Answer(
        status="answered" if cut else "not_found",
        text=wording.answered(cut) if cut else wording.not_found(inquiry.nearest, inquiry.period),
        question=inquiry.text,
        quotes=cut,
        passages=weighed.passages,
        sentences=weighed.sentences,
        nearest=() if cut else inquiry.nearest,
        period=inquiry.period,
        confidence=weighed.confidence,
        timings=dict(inquiry.timings),
    )


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, CitegramError) else type(error).__name__
