"""Feeds (RSS, Atom, JSON Feed) to their entries: link, title, dates, and what the feed itself has of the text."""

from __future__ import annotations

import html
import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from ingest.dates import iso_date
from ingest.documents.part import Part
from ingest.normalize import is_blank, without_surrogates
from ingest.sources.draft import Found
from ingest.web.entry_text import as_html, plain_title, short
from ingest.web.json_feeds import read_json_feed
from retrieval.errors import ArticleError

MOST_ENTRIES = 1000
"""Entries of a feed that are read, the first ones: feeds begin with the latest."""

NOT_A_FEED = "is not a feed (RSS, Atom or JSON Feed)"
TOO_MANY = f"has more than {MOST_ENTRIES:,} entries; the rest of them was not read"

_ENTRY_END = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s{0,20}>")
_ROOT = re.compile(rb"<([A-Za-z][\w.:-]{0,40})")
_DECLARED_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
# Half a character as a number, with its other half where that follows, as some programs write emoji.
_HALF = rb"&#(5[5-7]\d{3}|[xX]0{0,4}[dD][89a-fA-F][0-9a-fA-F]{2});"
_HALVES = re.compile(_HALF + b"(?:" + _HALF + b")?")
_BRACKETED = re.compile(r"@[^\s()]+\s*\(([^()]+)\)")
_TAG = re.compile(r"</?[A-Za-z]")
_PLAIN = ("text/plain", "text")


def read_feed(data: bytes) -> Iterator[Part]:
    """Yield the entries of a feed: each named by its link as it stands, which may be relative or none, or no web address.

    The text of an entry is HTML, empty when the feed has no more than a title. More than `MOST_ENTRIES` of them end in a
    part with that problem.

    Raises:
        ArticleError: it is no feed, or one that declares entities of its own, which only attacks do.
    """
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    parts = read_json_feed(data) if head.startswith(b"{") else _read_xml(data)
    yield from islice(parts, MOST_ENTRIES)
    if next(parts, None) is not None:
        yield Part("", Found(""), TOO_MANY)


def _read_xml(data: bytes) -> Iterator[Part]:
    import feedparser

    data = _HALVES.sub(_joined, data)
    root = _ROOT.search(data)
    if _DECLARED_ENTITY.search(data, 0, root.start() if root else len(data)):
        raise ArticleError("declares entities of its own, which a feed has no need for and attacks are made of")
    # Bytes alone it would take for the name of a file, text for an address.
    stream = io.BytesIO(_first_entries(data, root[1] if root else b""))
    try:
        parsed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError) as error:  # a NUL in the name of its encoding
        raise ArticleError("is a feed so damaged that it cannot be read") from error
    if not parsed.entries and not parsed.get("version"):
        raise ArticleError(NOT_A_FEED)
    for entry in parsed.entries:
        yield _part(dict(entry), parsed.feed)  # its own mapping gives one date for another


def _joined(found: re.Match[bytes]) -> bytes:
    """Return the character of two halves, U+FFFD for each half that is alone; what is no half stays."""
    codes = [int(code[1:], 16) if code[:1] in b"xX" else int(code) for code in found.groups() if code]
    text = without_surrogates("".join(map(chr, codes)))
    return "".join(f"&#{ord(ch)};" for ch in text).encode()


def _first_entries(data: bytes, root: bytes) -> bytes:
    """Return a feed cut off after one entry more than are read, and closed: 100,000 of them take feedparser minutes."""
    cut = next(islice(_ENTRY_END.finditer(data), MOST_ENTRIES, None), None)
    if cut is None:
        return data
    kept = data[: cut.end()]
    open_channel = b"<channel" in kept and b"</channel" not in kept
    return kept + (b"</channel>" if open_channel else b"") + b"</" + root + b">"


def _part(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Part:
    fields = {
        "id": short(entry.get("id") or ""),
        "title": plain_title(entry.get("title") or ""),
        "published": _date(entry, "published") or _date(entry, "created") or _date(entry, "updated"),
        "author": _names(entry),
        "source": plain_title((entry.get("source") or {}).get("title") or feed.get("title") or ""),
        "language": short(feed.get("language") or ""),
    }
    modified = _date(entry, "updated")
    return Part(
        short(entry.get("link") or ""),
        Found(
            _body(entry),
            {key: value for key, value in fields.items() if value},
            {"modified": modified} if modified else {},
        ),
    )


def _date(entry: Mapping[str, Any], name: str) -> str | None:
    """Return a date of an entry: as written, with its zone, where that is plain; else as feedparser understands it."""
    written = iso_date(short(str(entry.get(name) or "")))
    parsed = entry.get(f"{name}_parsed")
    if written or not parsed:
        return written
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
    except (ValueError, TypeError, OverflowError, OSError):  # a year of five digits
        return None


def _names(entry: Mapping[str, Any]) -> str:
    """Return the authors of an entry; RSS wants their mail addresses, which are not told, with the name in brackets."""
    written = short(entry.get("author") or "")
    if "@" in written:
        bracketed = _BRACKETED.search(written)
        return bracketed[1].strip() if bracketed else ""
    names = (short(author.get("name") or "") for author in entry.get("authors") or ())
    return ", ".join(dict.fromkeys(name for name in names if name)) or written


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest of what a feed has of an entry, as HTML."""
    given = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    longest = max(given, key=lambda part: len(part.get("value") or ""))
    text = longest.get("value") or ""
    if is_blank(text):
        return ""
    if longest.get("type") in _PLAIN:
        return as_html(text)
    return text if _TAG.search(text) else as_html(html.unescape(text))
