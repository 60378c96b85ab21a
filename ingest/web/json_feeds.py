"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to its entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ingest.dates import iso_date
from ingest.documents.part import Part
from ingest.normalize import is_blank
from ingest.sources.decode import decode
from ingest.sources.draft import Found
from ingest.web.entry_text import as_html, plain_title, short
from retrieval.errors import ArticleError


def read_json_feed(data: bytes) -> Iterator[Part]:
    """Yield the entries of a JSON Feed, as `ingest.web.feeds.read_feed` does; what is not of the right type is left out.

    Raises:
        ArticleError: it is JSON of another kind, or none.
    """
    try:
        feed = json.loads(decode(data).text)
    except (ValueError, RecursionError) as error:
        raise ArticleError("is neither XML nor valid JSON, so it is no feed") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in _text(feed, "version"):
        raise ArticleError("is JSON, but no JSON Feed, which names its version")
    items = feed.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield _part(item, feed)


def _part(item: dict[str, Any], feed: dict[str, Any]) -> Part:
    fields = {
        "id": _text(item, "id"),
        "title": plain_title(_text(item, "title")),
        "published": iso_date(_text(item, "date_published")),
        "author": _names(item) or _names(feed),
        "source": _text(feed, "title"),
        "language": _text(item, "language") or _text(feed, "language"),
    }
    modified = iso_date(_text(item, "date_modified"))
    return Part(
        _text(item, "url") or _text(item, "external_url"),
        Found(
            _body(item),
            {key: value for key, value in fields.items() if value},
            {"modified": modified} if modified else {},
        ),
    )


def _body(item: dict[str, Any]) -> str:
    written = item.get("content_html")
    if isinstance(written, str) and not is_blank(written):
        return written
    plain = (item.get(name) for name in ("content_text", "summary"))
    return as_html(next((text for text in plain if isinstance(text, str) and text), ""))


def _names(given: dict[str, Any]) -> str:
    authors = given.get("authors")
    listed = authors if isinstance(authors, list) else [given.get("author")]
    names = (_text(author, "name") for author in listed if isinstance(author, dict))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return short(value) if isinstance(value, str) else ""
