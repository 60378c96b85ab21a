"""What the front ends ask of the core: the one door through which questions go in and answers come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from retrieval.models import Answer, CatalogSummary, Question

if TYPE_CHECKING:
    from retrieval.library import Library


class Answering(Protocol):
    """The open core, as `retrieval.bootstrap.open_citegram` gives it."""

    @property
    def library(self) -> Library:
        """The articles, to look things up in; its methods block for milliseconds."""

    async def answer(self, question: Question) -> Answer:
        """Answer a question; whatever goes wrong comes back as an answer with status `error`."""

    def warm(self) -> None:
        """Load the embedding model now instead of with the first question; blocks for seconds."""

    def keep_index(self) -> None:
        """Start the background thread that keeps the vector index in step with the catalogue."""

    def describe(self) -> CatalogSummary:
        """Say what the catalogue holds; blocks for a few milliseconds."""
