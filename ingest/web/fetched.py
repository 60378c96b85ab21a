"""A page as it was fetched, on its way to a worker: its bytes with the address where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.documents.part import Part
from ingest.normalize import canonical_text
from ingest.sources.declared import Declared
from ingest.sources.decode import Decoded, decode_page
from ingest.sources.html import read_html
from ingest.sources.reading import parse_page

_PUBLIC, _OWN = b"public", b"own"


def as_document(body: bytes, address: str, public: bool) -> bytes:
    """Return a page as `read_fetched` takes it; `address` is in ASCII, as pages that were fetched have it."""
    return b"%s %s\n%s" % (_PUBLIC if public else _OWN, address.encode("ascii", "ignore"), body)


def read_fetched(data: bytes) -> Iterator[Part]:
    """Yield the article of a page, with the address that the page itself says is its own.

    A public page is believed if that address is of its site: it could put itself in the place of any article. One of an
    operator's own network is believed whatever it says, as it may be the mirror of another.

    Raises:
        ArticleError: the page holds no article.
    """
    head, _, body = data.partition(b"\n")
    reach, _, address = head.partition(b" ")
    page = decode_page(body)
    found = read_html(page, address.decode())
    fields = dict(found.fields)
    if _is_host(fields.get("source"), address.decode()):  # a feed may know a better name
        del fields["source"]
    if reach == _OWN and (named := _named(page)):
        fields["url"] = named
    yield Part("", replace(found, fields=fields))


def _named(page: Decoded) -> str:
    return Declared(parse_page(canonical_text(page.text))).canonical()


def _is_host(source: object, address: str) -> bool:
    parts = urlsplit(address)
    names = {name for full in (parts.netloc, parts.hostname or "") for name in (full, full.removeprefix("www."))}
    return isinstance(source, str) and source.lower().removeprefix("www.") in names
