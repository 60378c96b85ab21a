"""What reading yields: an article ready for the catalogue, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from retrieval.models import Article, Identity

FIELDS = ("id", "title", "text", "url", "published", "author", "source", "language")
"""The keys that mean something to Citegram; every other key of an article is metadata."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands: what a person calls it, its resolved path, the bytes it takes there."""

    name: str
    origin: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What one file or line says of an article, before anything of it is checked."""

    text: str
    fields: Mapping[str, object] = field(default_factory=dict)
    """Values of `FIELDS` other than `text`."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked article with canonical text, a title and an id, and where all that comes from."""

    article: Article
    name: str
    """What a person calls it: the path as given, with the line in a JSON Lines file, as in `news.jsonl:12`."""
    origin: str
    """The resolved path, with the line in a JSON Lines file; characters that no text can hold are escaped."""
    identity: Identity
    """Where the id comes from: given, the canonical URL, or `origin`."""
    notices: tuple[str, ...] = ()
    """What was not taken as it stands, each fit to follow the name."""
    size: int = 0
    """Bytes read for it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no article here: `reason` is fit to stand after `name` and a colon."""

    name: str
    reason: str
    size: int = 0
    """Bytes passed over with it."""
