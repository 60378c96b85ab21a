"""Sitemaps (sitemaps.org: XML, also of news, packed or plain text) to the addresses in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree  # type: ignore[import-untyped]

from ingest.dates import iso_date
from ingest.documents.part import Part
from ingest.fetching.bodies import unpack_gzip
from ingest.sources.decode import decode
from ingest.sources.draft import Found
from retrieval.errors import ArticleError

MOST_ADDRESSES = 50_000
"""Addresses in one sitemap; the protocol allows as many."""

INDEX = "sitemap"
"""The key in the metadata of an address that is itself that of a sitemap."""

_LARGEST = 50_000_000  # bytes unpacked, which the protocol allows
_GZIP = b"\x1f\x8b"
_NOT_A_SITEMAP = "is not a sitemap"
_TOO_MANY = f"has more than {MOST_ADDRESSES:,} addresses; the rest of them was not read"
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,40};)")
_DATES = ("{*}lastmod", "{*}publication_date")


def read_sitemap(data: bytes) -> Iterator[Part]:
    """Yield the addresses of a sitemap, each as the name of a part; `modified` in the metadata where it has a date.

    Raises:
        ArticleError: it is no sitemap, is damaged when packed, or brings a document type of its own.
    """
    if data.startswith(_GZIP):
        data = unpack_gzip(data, _LARGEST)
    if _DOCTYPE.search(data, 0, 10_000):
        raise ArticleError("brings a document type of its own, which a sitemap has no need for")
    marked_up = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    parts = _in_xml(data) if marked_up else _in_lines(data)
    yield from islice(parts, MOST_ADDRESSES)
    if next(parts, None) is not None:
        yield Part("", Found(""), _TOO_MANY)


def _in_xml(data: bytes) -> Iterator[Part]:
    """Read element by element: where the XML is broken, what stands before it is still of use."""
    stream = io.BytesIO(_BARE_AMPERSAND.sub(b"&amp;", data))
    walk = etree.iterparse(stream, tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True)
    read = False
    try:
        for _, element in walk:
            read = True
            if part := _part(element):
                yield part
            # Only what stands before: libxml2 still writes to elements that are open, and crashes where they are freed.
            while element.getprevious() is not None:
                del element.getparent()[0]
            element.clear()
    except etree.XMLSyntaxError as error:
        if not read:
            raise ArticleError(_NOT_A_SITEMAP) from error
        yield Part("", Found(""), "is broken in the middle; the rest of it was not read")
    if not read and _name(walk.root) not in ("urlset", "sitemapindex"):
        raise ArticleError(_NOT_A_SITEMAP)


def _part(element: etree._Element) -> Part | None:
    address = (element.findtext("{*}loc") or "").strip()  # pictures below have a `loc` too
    dates = (iso_date(below.text or "") for name in _DATES for below in element.iter(name))
    modified = next(filter(None, dates), None)
    metadata = {**({INDEX: True} if _name(element) == INDEX else {}), **({"modified": modified} if modified else {})}
    return Part(address, Found("", metadata=metadata)) if address else None


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _in_lines(data: bytes) -> Iterator[Part]:
    lines = [line for given in decode(data).text.splitlines() if (line := given.strip())]
    if not any(line.startswith(("http://", "https://")) for line in lines):
        raise ArticleError(_NOT_A_SITEMAP)
    for line in lines:
        yield Part(line, Found(""))
