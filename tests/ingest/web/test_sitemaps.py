"""Sitemaps in the forms they come in."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.web.sitemaps import INDEX, MOST_ADDRESSES, read_sitemap
from retrieval.errors import ArticleError

_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
SITEMAP = f"""<?xml version="1.0" encoding="UTF-8"?><urlset {_NAMESPACE}
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><image:image><image:loc>https://e.example/1.png</image:loc></image:image><loc> https://e.example/1 </loc>
<lastmod>2026-03-01T10:00:00+01:00</lastmod></url>
<url><loc>https://e.example/2</loc><news:news><news:publication_date>2026-03-02</news:publication_date></news:news></url>
<url><loc></loc></url><url/><url><loc>https://e.example/3?a=1&b=2&amp;c=3</loc><lastmod>yesterday</lastmod></url></urlset>
""".encode()
ADDRESSES = [
    ("https://e.example/1", {"modified": "2026-03-01T10:00:00+01:00"}),
    ("https://e.example/2", {"modified": "2026-03-02"}),
    ("https://e.example/3?a=1&b=2&c=3", {}),
]


def addresses(data: bytes) -> list[tuple[str, object]]:
    return [(part.name, part.found.metadata) for part in read_sitemap(data)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SITEMAP, id="as XML"),
        pytest.param(gzip.compress(SITEMAP), id="packed"),
        pytest.param(SITEMAP.replace(_NAMESPACE.encode(), b""), id="without a namespace"),
    ],
)
def test_addresses_and_dates(data: bytes) -> None:
    assert addresses(data) == ADDRESSES


def test_plain_text() -> None:
    text = "\ufeffhttps://e.example/1\r\n\r\nhttps://e.example/2\n"
    assert [name for name, _ in addresses(text.encode())] == ["https://e.example/1", "https://e.example/2"]


def test_an_index_names_sitemaps() -> None:
    data = f"<sitemapindex {_NAMESPACE}><sitemap><loc>https://e.example/a.xml</loc></sitemap></sitemapindex>"
    assert addresses(data.encode()) == [("https://e.example/a.xml", {INDEX: True})]


def test_an_empty_sitemap_is_one() -> None:
    assert addresses(f"<urlset {_NAMESPACE}/>".encode()) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "is not a sitemap", id="nothing"),
        pytest.param(b"<html><body>x</body></html>", "is not a sitemap", id="a page"),
        pytest.param(b"a few\nwords", "is not a sitemap", id="a text"),
        pytest.param(b"<urlset", "is not a sitemap", id="its beginning"),
        pytest.param(gzip.compress(SITEMAP)[:-20], "ends before it is whole", id="packed and cut off"),
        pytest.param(gzip.compress(bytes(60_000_000)), "unpacks to more than 50 MB", id="a gzip bomb"),
        pytest.param(
            b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>',
            "brings a document type of its own",
            id="an external entity",
        ),
    ],
)
def test_what_is_no_sitemap_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason):
        addresses(data)


def test_what_stands_before_a_broken_place_is_read() -> None:
    *read, last = read_sitemap(SITEMAP[: SITEMAP.index(b"<url><loc></loc>")] + b"<url><loc>https://e.exam")
    assert [part.name for part in read] == ["https://e.example/1", "https://e.example/2"]
    assert last.problem == "is broken in the middle; the rest of it was not read"


def test_of_too_many_addresses_the_first_ones_are_read() -> None:
    parts = list(read_sitemap(b"http://e.example/\n" * (MOST_ADDRESSES + 5)))
    assert len(parts) == MOST_ADDRESSES + 1
    assert parts[-1].problem == "has more than 50,000 addresses; the rest of them was not read"


@given(cut=st.integers(0, len(SITEMAP)), put=st.binary(max_size=30), skip=st.integers(0, 30))
def test_damage_is_an_address_less_or_a_reason(cut: int, put: bytes, skip: int) -> None:
    with contextlib.suppress(ArticleError):
        assert all(part.name or part.problem for part in read_sitemap(SITEMAP[:cut] + put + SITEMAP[cut + skip :]))
