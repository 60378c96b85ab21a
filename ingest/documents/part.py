"""What a document yields: one article, or several, each with the name of its part."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.sources.draft import Found

GUESSED_DATE = "its date is that of the file, which may not be the date of the article"
"""The notice where `published_guessed` is in the metadata."""


@dataclass(frozen=True, slots=True)
class Part:
    """An article of a document. `name` tells it from the document's other articles; empty when there is one only."""

    name: str
    found: Found
    problem: str = ""
    """Why there is no article here, while the other parts stand; `found` is empty then."""
