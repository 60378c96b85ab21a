"""A question on its way to its answer, with what each step has found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from langchain_core.documents import Document

from retrieval.evidence import Weighed
from retrieval.gathering import Gathered
from retrieval.models import NearArticle, Period, Progress, Question, QuestionVectors
from retrieval.stopping import Stop
from retrieval.tasks import Task
from retrieval.writing.written import Outcome

OnProgress = Callable[[Progress], None]


def nobody(progress: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question on its way through the chain: each step fills in what the next ones need."""

    question: Question
    stop: Stop = field(default_factory=Stop)
    on_progress: OnProgress = nobody
    text: str = ""
    """The question in its stand-alone form."""
    task: Task = field(default_factory=Task)
    gathered: Gathered | None = None
    """What a comparison, a timeline or a summary is told with; None for a question like any other."""
    vectors: QuestionVectors | None = None
    documents: tuple[Document, ...] = ()
    weighed: Weighed = field(default_factory=Weighed)
    nearest: tuple[NearArticle, ...] = ()
    period: Period = field(default_factory=Period)
    generation: int = 0
    """Of the catalogue, when the passages were read."""
    choices: tuple[str, ...] = ()
    """Questions to choose from, where this one could be about several things."""
    outcome: Outcome | None = None
    """What has become of the written answer; None where none was wanted, or there has been no trouble so far."""
    timings: tuple[tuple[str, float], ...] = ()

    @property
    def today(self) -> date:
        """The day that the question was asked on."""
        return self.question.asked_on or datetime.now().astimezone().date()
