"""What the front ends ask of the core: the one door through which questions go in and answers come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from retrieval.models import Answer, CatalogSummary, Progress, Question

if TYPE_CHECKING:
    from retrieval.library import Library


class Answering(Protocol):
    """The open core, as `retrieval.bootstrap.open_citegram` gives it."""

    @property
    def library(self) -> Library:
        """The articles, to look things up in; its methods block for milliseconds."""

    @property
    def writes(self) -> bool:
        """Whether there is a chat model that writes answers."""

    @property
    def writer_name(self) -> str:
        """Whose chat model it is, as readers are told; empty without one."""

    async def answer(self, question: Question, on_progress: Callable[[Progress], None] | None = None) -> Answer:
        """Answer a question; whatever goes wrong comes back as an answer with status `error`.

        Cancelled, it stops what it works on. `on_progress` is called, in another thread, whenever more of a written
        answer may be shown.
        """

    def warm(self) -> None:
        """Load the embedding model now instead of with the first question; blocks for seconds."""

    def keep_index(self) -> None:
        """Start the background thread that keeps the vector index in step with the catalogue."""

    def describe(self) -> CatalogSummary:
        """Say what the catalogue holds; blocks for a few milliseconds."""
