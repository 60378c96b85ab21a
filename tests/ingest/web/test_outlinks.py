"""What a page of a site leads to, and whether it is an article or a list of them."""

from __future__ import annotations

import pytest

from ingest.web.outlinks import BASE, FEEDS, FOLLOW, KEEP, read_outlinks
from tests.ingest.web.reading import page


def links(html: str) -> list[str]:
    return [part.name for part in read_outlinks(html.encode())][1:]


def about(html: str) -> object:
    return next(iter(read_outlinks(html.encode()))).found.metadata


def test_links_as_they_stand_each_once() -> None:
    html = page(below='<a href=" /a ">A</a><a href="b?c=1&amp;d=2">B</a><a href="/a">A</a><map><area href="c"></map>')
    assert links(html) == ["/a", "b?c=1&d=2", "c"]


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("<a>x</a>", id="without an address"),
        pytest.param('<a href="">x</a>', id="empty"),
        pytest.param('<a href="#top">x</a>', id="within the page"),
        pytest.param('<a href="/x" rel="ugc nofollow">x</a>', id="not to be followed"),
        pytest.param(f'<a href="/{"x" * 3000}">x</a>', id="too long"),
        pytest.param('<!-- <a href="/x">x</a> -->', id="in a comment"),
    ],
)
def test_links_that_are_none(link: str) -> None:
    assert links(page(below=link)) == []


def test_of_very_many_links_the_first_ones_count() -> None:
    assert len(links(page(below="".join(f'<a href="/{n}">x</a>' for n in range(5000))))) == 2000


HEADLINES = "".join(f'<h2><a href="/{n}">Headline</a></h2><p>{"A teaser of some words. " * 9}</p>' for n in range(6))


@pytest.mark.parametrize(
    ("html", "keep", "follow"),
    [
        pytest.param(page(), True, True, id="an article"),
        pytest.param(page(below=HEADLINES), False, True, id="headlines with teasers"),
        pytest.param("<ul>" + '<li><a href="/1">An article of the archive</a>' * 9, False, True, id="an archive"),
        pytest.param(page(below=f"<aside>{HEADLINES}</aside>"), True, True, id="an article with others beside it"),
        pytest.param(
            page(head='<meta property="og:type" content="article">', below=HEADLINES), True, True, id="declared (og)"
        ),
        pytest.param(
            page(head='<script type="application/ld+json">{"@type": "NewsArticle"}</script>', below=HEADLINES),
            True,
            True,
            id="declared (JSON-LD)",
        ),
        pytest.param(page(head='<meta name="robots" content="noindex">'), False, True, id="noindex"),
        pytest.param(page(head='<meta name="ROBOTS" content="all, NoFollow">'), True, False, id="nofollow"),
        pytest.param(page(head='<meta name="robots" content="none">'), False, False, id="none"),
    ],
)
def test_what_a_page_is_good_for(html: str, keep: bool, follow: bool) -> None:
    assert about(html) == {BASE: "", FOLLOW: follow, KEEP: keep, FEEDS: []}


def test_what_links_are_relative_to() -> None:
    assert about(page(head='<base href="/deep/">')) == {BASE: "/deep/", FOLLOW: True, KEEP: True, FEEDS: []}


@pytest.mark.parametrize(
    ("head", "feeds"),
    [
        pytest.param('<link rel="alternate" type="application/rss+xml" href=" /rss ">', ["/rss"], id="a feed"),
        pytest.param('<link rel="feed ALTERNATE" type="Application/Atom+XML; x" href="a">', ["a"], id="as written"),
        pytest.param('<link rel="alternate" type="application/rss+xml" href="">', [], id="without an address"),
        pytest.param('<link rel="alternate" hreflang="de" href="/de">', [], id="the page in another language"),
        pytest.param('<link rel="alternate" type="application/json" href="/wp-json/1">', [], id="data"),
        pytest.param('<link rel="stylesheet" type="application/rss+xml" href="/x">', [], id="something else"),
        pytest.param(
            "".join(f'<link rel=alternate type="application/rss+xml" href="/{n}">' for n in range(50)),
            [f"/{n}" for n in range(20)],
            id="very many",
        ),
    ],
)
def test_the_feeds_that_a_page_declares(head: str, feeds: list[str]) -> None:
    [first, *_] = read_outlinks(page(head=head).encode())
    assert first.found.metadata[FEEDS] == feeds
