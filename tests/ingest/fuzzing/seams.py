"""The parsers' seams: how each is given bytes, and what is demanded of it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from ingest.documents.part import Part
from ingest.documents.readers import reader_of
from ingest.documents.table import read_table
from ingest.fetching.robots import parse_robots
from ingest.normalize import canonical_text
from ingest.sources.addresses import canonical_url
from ingest.sources.decode import decode, decode_page, encoding_of
from ingest.sources.draft import Draft, Problem
from ingest.sources.jsonl import read_jsonl
from ingest.sources.text import read_text
from ingest.sources.walk import read_articles
from ingest.web.charsets import as_declared
from ingest.web.fetched import as_document
from ingest.web.links import resolved
from ingest.workers import Workers
from retrieval.errors import ArticleError
from tests.ingest.fuzzing.properties import (
    PLACE,
    Reads,
    demand_articles,
    demand_line,
    demand_outcomes,
    fit,
    raised_in,
)

ADDRESS = "https://post.example/news/a"
_MOST_ENTRIES = 3  # of a feed whose text is read as a page
_CHARSETS = (
    "utf-8",
    "iso-8859-1",
    "windows-1251",
    "gb2312",
    "shift_jis",
    "big5",
    "utf-16",
    "utf-7",
    "idna",
    "zip",
    "\0",
    None,
)


_NO_WORKERS = Workers()


def _documents(kind: str) -> Reads:
    def read(data: bytes) -> None:
        with fit():
            demand_articles(reader_of(kind)(data))

    return read


def _fetched(data: bytes) -> None:
    with fit():
        demand_articles(reader_of("page")(as_document(data, ADDRESS, public=True)))


def _links(data: bytes) -> None:
    with fit():
        _demand_addresses(reader_of("links")(data))


def _sitemap(data: bytes) -> None:
    with fit():
        _demand_addresses(reader_of("sitemap")(data))


def _feed(data: bytes) -> None:
    entries: list[Part] = []
    with fit():
        try:
            entries.extend(reader_of("feed")(data))
        except ValueError as error:  # of `&#xD800;`, or a NUL in the name of an encoding: the worker makes it a reason
            if not raised_in(error, "feedparser"):
                raise
    _demand_addresses(entries)
    for entry in entries:
        for value in entry.found.fields.values():
            assert isinstance(value, str)
            demand_line(value)
    for entry in entries[:_MOST_ENTRIES]:
        _fetched(entry.found.text.encode("utf-8", "replace"))


def _demand_addresses(parts: Iterable[Part]) -> None:
    for part in parts:
        address = resolved(ADDRESS, part.name)
        assert address is None or canonical_url(address) is not None
        if part.problem:
            demand_line(part.problem)


def _text(data: bytes) -> None:
    with fit():
        demand_articles([Part("", read_text(canonical_text(decode(data).text)))])


def _streamed(read: Callable[..., Iterable[object]]) -> Reads:
    def reads(data: bytes) -> None:
        with fit():
            demand_outcomes(read(io.BufferedReader(io.BytesIO(data)), PLACE))  # type: ignore[arg-type]

    return reads


def _robots(data: bytes) -> None:
    with fit():
        rules = parse_robots(data)
        assert 0 <= rules.delay < 1e7
        assert rules.allow("/") in (True, False)
        assert rules.allow("/private/a.html?b=%2F*$") in (True, False)


def _archive(ending: str) -> Reads:
    """An archive is read as the command reads it; no document in the seeds needs a worker."""

    def read(data: bytes) -> None:
        outcomes: list[Draft | Problem] = []
        with tempfile.NamedTemporaryFile(suffix=ending) as file, fit():
            Path(file.name).write_bytes(data)
            outcomes.extend(read_articles([file.name], outcomes.append, workers=_NO_WORKERS))
        demand_outcomes(outcomes)

    return read


def _charsets(data: bytes) -> None:
    for charset in _CHARSETS:
        as_declared(data, charset)
    for reads in (decode, decode_page):
        with fit():
            text = canonical_text(reads(data).text)
            assert decode(b"\xef\xbb\xbf" + text.encode()).text == text
    try:
        data.decode(encoding_of(data).encoding, "replace")
    except ArticleError as error:
        demand_line(str(error))


READS: dict[str, Reads] = {
    "html": _documents("html"),
    "page": _fetched,
    "links": _links,
    "feed": _feed,
    "sitemap": _sitemap,
    "robots": _robots,
    "markdown": _documents("markdown"),
    "text": _text,
    "email": _documents("email"),
    "telegram": _documents("telegram"),
    "jsonl": _streamed(read_jsonl),
    "table": _streamed(read_table),
    "epub": _documents("epub"),
    "docx": _documents("docx"),
    "zip": _archive(".zip"),
    "tar": _archive(".tar"),
    "charsets": _charsets,
}
"""All but PDF, whose parser is not to be run in this process."""
