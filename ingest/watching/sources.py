"""What an operator wants to be kept fresh: sources with their intervals and what becomes of what is gone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.web.allowance import SITE_DEPTH

Kind = Literal["feed", "sitemap", "site", "pages", "folder"]
Policy = Literal["keep", "mark", "remove"]

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
"""In seconds, as all times here."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a configuration, with all that holds for it."""

    name: str
    """What it is called, and what its memory is kept under."""
    kind: Kind
    addresses: tuple[str, ...]
    """Web addresses, several only of pages; of a folder its path."""
    interval: float = HOUR / 2
    """Seconds between two rounds."""
    jitter: float = 0.1
    """The share of a time by which it may be shorter or longer, so that not all sources are asked at once."""
    gone: Policy = "keep"
    recheck: float = DAY
    """Seconds after which an item is asked for anew although its listing says nothing; longer while it stays the same."""
    since: str | None = None
    """The date, ISO 8601, before which nothing is of interest that says when it is from."""
    limit: int | None = None
    """Pages or files that are read in one round; of a site None stands for SITE_PAGES."""
    depth: int = SITE_DEPTH
    """Of a site: how many links away from its first page."""

    @property
    def about(self) -> str:
        """What its listing is read from and with: where this changes, what was remembered of the listing is no help."""
        return "\n".join((*self.addresses, self.since or ""))


@dataclass(frozen=True, slots=True)
class Config:
    """A whole configuration."""

    path: Path
    """Where it was read from, absolute."""
    sources: tuple[Source, ...]
    allow_private: bool = False
