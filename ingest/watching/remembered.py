"""What the memory of sources says of one of them."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.watching.sources import Kind


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands. Times are in seconds since 1970."""

    number: int
    kind: Kind
    name: str
    about: str
    etag: str | None
    modified: str | None
    last_try: float | None
    last_success: float | None
    failures: int
    """Failures in a row."""
    error: str
    """Why it failed the last time; empty when it did not."""
    next_due: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is remembered of a source."""

    items: int = 0
    articles: int = 0
    gone: int = 0
    """Articles that were gone."""
    failing: int = 0
    """Items that could not be read the last time."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What is gone of a source and has not been dealt with."""

    articles: tuple[str, ...]
    items: int
    """Pages or files whose articles they are."""
    all_articles: int
    all_items: int
    """What the source had before."""
