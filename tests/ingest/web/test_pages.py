"""One address to one article: identity, fields, charset, and the feed where the page cannot be had."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.fetching.client import NotModified
from ingest.sources.draft import Draft, Found, Problem
from ingest.web.links import Link
from ingest.web.merging import GUESSED, merged
from ingest.web.pages import PageReader
from tests.ingest.fetching.networks import NEWS, Net, fetcher_in
from tests.ingest.web.reading import BRIDGE, WHALE, Reads, page
from tests.web_server import Reply, WebServer, redirect, unchanged_unless


def canonical(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


def test_a_page(site: WebServer, reads: Reads) -> None:
    date = '<meta property="article:published_time" content="2026-03-02T08:00:00+01:00">'
    head = f'{date}<meta name="author" content="Ada Lund">'
    site.pages["/bridge"] = Reply(page(head=head))
    draft = reads.one(site.url("/bridge?utm_source=x"))
    article = draft.article
    assert (article.id, draft.identity) == (site.url("/bridge"), "url")
    assert (article.title, article.author, article.published) == (
        "Bridge closes", "Ada Lund", "2026-03-02T08:00:00+01:00",
    )  # fmt: skip
    assert (article.url, article.source) == (site.url("/bridge"), "127.0.0.1")
    assert article.text == "\n\n".join(BRIDGE)
    assert (draft.name, draft.origin) == (site.url("/bridge?utm_source=x"), site.url("/bridge?utm_source=x"))
    assert draft.size > 500


def test_the_page_where_redirects_end_is_the_article(site: WebServer, reads: Reads) -> None:
    site.pages |= {"/old": redirect("/new"), "/new": Reply(page())}
    assert reads.one(site.url("/old")).article.id == site.url("/new")


def test_in_an_operators_own_network_the_canonical_address_is_the_identity(site: WebServer, reads: Reads) -> None:
    site.pages["/copy"] = Reply(page(head=canonical("https://post.example/bridge")))
    assert reads.one(site.url("/copy")).article.id == "https://post.example/bridge"


@pytest.mark.parametrize(
    ("address", "kept_as"),
    [
        pytest.param("http://news.example/bridge", "http://news.example/bridge", id="of this site"),
        pytest.param("https://www.news.example/bridge", "https://www.news.example/bridge", id="of this site with www"),
        pytest.param("http://news.example/", "http://news.example/copy", id="the front page, which is none"),
        pytest.param("https://post.example/bridge", "http://news.example/copy", id="of another site"),
        pytest.param("javascript:alert(1)", "http://news.example/copy", id="no address"),
    ],
)
def test_a_public_page_speaks_for_its_own_site_only(site: WebServer, reads: Reads, address: str, kept_as: str) -> None:
    net = Net()
    net.place("news.example", NEWS, site)
    site.pages["/copy"] = Reply(page(head=canonical(address)))
    reads.fetcher = fetcher_in(net)
    assert reads.one("http://news.example/copy").article.id == kept_as


def test_the_charset_that_the_server_declares(site: WebServer, reads: Reads) -> None:
    text = ("Мост через гавань закрыт на девять недель, сообщила вчера вечером городская администрация. " * 4,)
    html = page("Мост закрыт", text).encode("koi8_r")
    site.pages["/a"] = Reply(html, content_type="text/html; charset=koi8-r")
    assert reads.one(site.url("/a")).article.title == "Мост закрыт"


def test_a_page_that_is_known_is_not_read_again(site: WebServer, reads: Reads) -> None:
    site.pages["/a"] = unchanged_unless('"1"', "Mon, 02 Mar 2026 08:00:00 GMT", Reply(page()))
    link, reader = Link(site.url("/a"), "a"), PageReader(reads.fetcher, reads.workers)
    first = reader.reading(link)
    assert isinstance(first.outcome, Draft)
    assert (first.etag, first.modified) == ('"1"', "Mon, 02 Mar 2026 08:00:00 GMT")
    assert isinstance(reader.reading(link, etag=first.etag).outcome, NotModified)
    assert isinstance(reader.reading(link, modified=first.modified).outcome, NotModified)


@pytest.mark.parametrize(
    ("reply", "reason", "gone"),
    [
        pytest.param(Reply("gone", 410), "the site answers 410 (Gone)", True, id="gone"),
        pytest.param(Reply("oh", 500), "the site answers 500 (Internal Server Error)", False, id="an error"),
        pytest.param(
            Reply(b"\x89PNG\r\n", content_type="image/png"), "is image/png; what is read", False, id="a picture"
        ),
        pytest.param(
            Reply("<rss/>", content_type="application/rss+xml"), "name a feed after --feed", False, id="a feed"
        ),
        pytest.param(Reply(b"x", content_type="application/pdf"), "", False, id="a PDF that is none"),
        pytest.param(Reply(""), "", False, id="an empty page"),
    ],
)
def test_what_is_no_article(site: WebServer, reads: Reads, reply: Reply, reason: str, gone: bool) -> None:
    site.pages["/a"] = reply
    reading = PageReader(reads.fetcher, reads.workers).reading(Link(site.url("/a"), "a"))
    assert isinstance(reading.outcome, Problem)
    assert reading.outcome.name == "a"
    assert reading.outcome.reason.startswith(reason) or reason in reading.outcome.reason
    assert reading.gone == gone


ENTRY = Found(
    "".join(f"<p>{paragraph}</p>" for paragraph in WHALE),
    {
        "id": "n1",
        "title": "A whale",
        "published": "2026-03-01",
        "author": "Bo Ek",
        "source": "The Post",
        "language": "en",
    },
    {"modified": "2026-03-02"},
)


def read(reads: Reads, link: Link) -> Draft | Problem | NotModified:
    return PageReader(reads.fetcher, reads.workers).reading(link).outcome


def test_the_feed_stands_in_for_a_page_that_cannot_be_had(site: WebServer, reads: Reads) -> None:
    draft = read(reads, Link(site.url("/gone"), "gone", entry=ENTRY, own=True))
    assert isinstance(draft, Draft)
    assert (draft.article.id, draft.article.title, draft.article.author) == (site.url("/gone"), "A whale", "Bo Ek")
    assert draft.article.text == "\n\n".join(WHALE)
    assert draft.notices[-1] == (
        "this is what its feed has of it, as its page cannot be read: the site answers 404 (Not Found)"
    )


def test_a_feed_of_another_site_could_put_anything_in_the_place_of_a_page(site: WebServer, reads: Reads) -> None:
    assert read(reads, Link(site.url("/gone"), "gone", entry=ENTRY)) == Problem(
        "gone", "the site answers 404 (Not Found)"
    )


def test_an_entry_without_an_address_is_known_by_its_feed(reads: Reads) -> None:
    draft = read(reads, Link("", "https://e.example/feed!n1", entry=ENTRY))
    assert isinstance(draft, Draft)
    assert (draft.article.id, draft.article.url, draft.identity) == ("https://e.example/feed!n1", None, "path")
    assert draft.notices == ()


def test_without_a_text_in_the_feed_the_reason_is_that_of_the_page(site: WebServer, reads: Reads) -> None:
    for text in ("", "<p> </p>"):
        outcome = read(reads, Link(site.url("/gone"), "gone", entry=Found(text, ENTRY.fields), own=True))
        assert outcome == Problem("gone", "the site answers 404 (Not Found)")


def test_the_page_goes_before_the_feed_and_the_feed_fills_what_it_leaves_out(site: WebServer, reads: Reads) -> None:
    site.pages["/a"] = Reply(page(head='<meta name="author" content="Ada Lund">'))
    draft = read(reads, Link(site.url("/a"), "a", entry=ENTRY))
    assert isinstance(draft, Draft)
    article = draft.article
    assert (article.title, article.author, article.published, article.source) == (
        "Bridge closes", "Ada Lund", "2026-03-01", "The Post",
    )  # fmt: skip
    assert article.text == "\n\n".join(BRIDGE)
    assert draft.identity == "url"


# A page that shows less than its feed


def paragraphs(count: int) -> str:
    return "".join(f"<p>{number}: {BRIDGE[0]}</p>" for number in range(count))


POSTSCRIPT = (
    '<p>The post <a href="/a">Bridge closes</a> appeared first on <a href="/">The Westmere Post</a>.</p>'
    "<p>Share this: Facebook, X, Telegram, by mail.</p>"
)
HIDDEN = f'<div style="display:none">{paragraphs(9)}</div>'


@pytest.mark.parametrize(
    ("shown", "feed", "from_feed"),
    [
        pytest.param(1, paragraphs(8), True, id="a teaser and the whole text"),
        pytest.param(4, paragraphs(8), True, id="half of the text and all of it"),
        pytest.param(8, paragraphs(8) + POSTSCRIPT, False, id="the whole text twice"),
        pytest.param(1, paragraphs(1) + POSTSCRIPT, False, id="a short article, and what feeds put below it"),
        pytest.param(6, paragraphs(8), False, id="a part that the page shows in another way"),
        pytest.param(8, paragraphs(1), False, id="the whole text and a teaser in the feed"),
        pytest.param(1, paragraphs(1) + HIDDEN, False, id="a feed that hides much"),
    ],
)
def test_the_longer_text_of_page_and_feed(
    site: WebServer, reads: Reads, shown: int, feed: str, from_feed: bool
) -> None:
    site.pages["/a"] = Reply(page(text=tuple(f"{n}: {BRIDGE[0]}" for n in range(shown))), headers={"ETag": '"1"'})
    link = Link(site.url("/a"), "a", entry=replace(ENTRY, text=feed), own=True)
    reading = PageReader(reads.fetcher, reads.workers).reading(link)
    draft = reading.outcome
    assert isinstance(draft, Draft)
    assert (reading.from_feed, reading.etag) == (from_feed, None if from_feed else '"1"')
    assert draft.article.text.count(BRIDGE[0]) == (8 if from_feed else shown)
    assert (draft.article.id, draft.article.title, draft.article.source) == (
        site.url("/a"),
        "Bridge closes",
        "The Post",
    )
    told = [notice for notice in draft.notices if notice.startswith("this is what its feed has of it: 1,")]
    assert len(told) == from_feed


def test_a_feed_of_another_site_does_not_speak_for_a_page_that_can_be_read(site: WebServer, reads: Reads) -> None:
    site.pages["/a"] = Reply(page())
    draft = read(reads, Link(site.url("/a"), "a", entry=replace(ENTRY, text=paragraphs(9))))
    assert isinstance(draft, Draft)
    assert draft.article.text == "\n\n".join(BRIDGE)


def test_the_date_of_a_feed_is_better_than_a_guess() -> None:
    guessed = Found("x", {"published": "2020"}, {GUESSED: True}, ("its date is a guess", "other"))
    found = merged(guessed, ENTRY)
    assert (found.fields["published"], GUESSED in found.metadata, found.notices) == ("2026-03-01", False, ("other",))
    assert merged(guessed, Found("")) == guessed
    assert merged(guessed, None) is guessed
