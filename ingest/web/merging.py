"""What a page says of its article together with what the feed says of it that named the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ingest.sources.draft import Found

GUESSED = "published_guessed"
"""The key in the metadata that marks a date which nobody declared."""

_TAKEN = ("title", "published", "author", "source", "language")


def merged(page: Found, entry: Found | None) -> Found:
    """Return what a page says, completed by what its feed says: the page goes first, but not with a guessed date."""
    if entry is None:
        return page
    given = {name: entry.fields.get(name) for name in _TAKEN}
    fields = {**{name: value for name, value in given.items() if value}, **_said(page)}
    metadata = {**entry.metadata, **page.metadata}
    notices = page.notices
    if metadata.get(GUESSED) and given["published"]:
        fields["published"] = given["published"]
        del metadata[GUESSED]
        notices = tuple(notice for notice in notices if "date" not in notice)
    return replace(page, fields=fields, metadata=metadata, notices=notices)


def _said(page: Found) -> dict[str, Any]:
    return {name: value for name, value in page.fields.items() if value}
