"""Which reader reads which kind of document; each is imported when the first of its kind comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from ingest.documents.part import Part
from ingest.sources.draft import Found

Reader = Callable[[bytes], Iterable[Part]]


def reader_of(kind: str) -> Reader:
    """Return the function that turns a whole document of `kind` into its articles; it may raise ArticleError."""
    return _READERS[kind]


def _html(data: bytes) -> Iterable[Part]:
    from ingest.sources.decode import decode_page
    from ingest.sources.html import read_html

    return _one(read_html(decode_page(data)))


def _markdown(data: bytes) -> Iterable[Part]:
    from ingest.normalize import canonical_text
    from ingest.sources.decode import decode
    from ingest.sources.markdown import read_markdown

    decoded = decode(data)
    found = read_markdown(canonical_text(decoded.text))
    return _one(replace(found, notices=decoded.notices + found.notices))


def _pdf(data: bytes) -> Iterable[Part]:
    from ingest.documents.pdf import read_pdf

    return _one(read_pdf(data))


def _docx(data: bytes) -> Iterable[Part]:
    from ingest.documents.docx import read_docx

    return _one(read_docx(data))


def _epub(data: bytes) -> Iterable[Part]:
    from ingest.documents.epub import read_epub

    return read_epub(data)


def _email(data: bytes) -> Iterable[Part]:
    from ingest.documents.email_message import read_email

    return _one(read_email(data))


def _telegram(data: bytes) -> Iterable[Part]:
    from ingest.documents.telegram_export import read_telegram_export

    return read_telegram_export(data)


def _page(data: bytes) -> Iterable[Part]:
    from ingest.web.fetched import read_fetched

    return read_fetched(data)


def _feed(data: bytes) -> Iterable[Part]:
    from ingest.web.feeds import read_feed

    return read_feed(data)


def _sitemap(data: bytes) -> Iterable[Part]:
    from ingest.web.sitemaps import read_sitemap

    return read_sitemap(data)


def _links(data: bytes) -> Iterable[Part]:
    from ingest.web.outlinks import read_outlinks

    return read_outlinks(data)


def _one(found: Found) -> Iterable[Part]:
    return (Part("", found),)


_READERS: dict[str, Reader] = {
    "html": _html,
    "markdown": _markdown,
    "pdf": _pdf,
    "docx": _docx,
    "epub": _epub,
    "email": _email,
    "telegram": _telegram,
    "page": _page,
    "feed": _feed,
    "sitemap": _sitemap,
    "links": _links,
}
