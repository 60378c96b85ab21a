"""Lists, feeds and sitemaps: every address once, every article once, and no failure in the way of the rest."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.web.gathering import Gathering, WebSources, is_before
from ingest.web.links import Link
from ingest.web.listings import Listing, Listings
from tests.ingest.fetching.networks import NEWS, OTHER, Net, fetcher_in
from tests.ingest.web.reading import BRIDGE, WHALE, Reads, body, item, page, rss
from tests.web_server import Reply, Request, WebServer, gzip_bomb, redirect

RSS, XML = "application/rss+xml", "application/xml"
DAYS = ("2026-03-02", "2026-02-28")


def text(n: int) -> tuple[str, ...]:
    return (f"Article number {n} of the archive. {BRIDGE[0]}", BRIDGE[1])


def with_articles(site: WebServer, count: int) -> list[str]:
    for n in range(count):
        site.pages[f"/{n}"] = Reply(page(f"Title {n}", text(n)))
    return [site.url(f"/{n}") for n in range(count)]


def sitemap(*urls: str, date: str = "2026-03-01") -> Reply:
    entries = "".join(f"<url><loc>{url}</loc><lastmod>{date}</lastmod></url>" for url in urls)
    return Reply(f"<urlset>{entries}</urlset>", content_type=XML)


def titles(reads: Reads, sources: WebSources) -> list[str]:
    return [draft.article.title for draft in reads.all(sources)]


# Pages and lists


def test_pages_come_in_the_order_they_are_named(site: WebServer, reads: Reads) -> None:
    urls = with_articles(site, 12)

    def slow(request: Request, send: Callable[[bytes], None]) -> None:
        time.sleep(0.3)
        Reply(page("Title 0", text(0)))(request, send)

    site.pages["/0"] = slow
    assert titles(reads, WebSources(pages=tuple(urls))) == [f"Title {n}" for n in range(12)]
    assert reads.problems == []


def test_pages_are_fetched_at_the_same_time(site: WebServer, reads: Reads) -> None:
    together = threading.Barrier(4, timeout=10)

    def answer(request: Request, send: Callable[[bytes], None]) -> None:
        together.wait()
        Reply(page("Title", text(int(request.path[1:]))))(request, send)

    for n in range(4):
        site.pages[f"/{n}"] = answer
    assert len(reads.all(WebSources(pages=tuple(site.url(f"/{n}") for n in range(4))))) == 4


def test_a_slow_page_does_not_hold_back_those_before_it(site: WebServer, reads: Reads) -> None:
    first_is_there = threading.Event()
    urls = with_articles(site, 2)

    def slow(request: Request, send: Callable[[bytes], None]) -> None:
        assert first_is_there.wait(10)
        Reply(page("Title 1", text(1)))(request, send)

    site.pages["/1"] = slow
    with Gathering(reads.fetcher, reads.workers, reads.problems.append, reads.notices.append) as gathering:
        drafts = gathering.drafts(WebSources(pages=tuple(urls)))
        assert next(drafts).article.title == "Title 0"
        first_is_there.set()
        assert next(drafts).article.title == "Title 1"


def test_one_failing_page_is_one_problem(site: WebServer, reads: Reads) -> None:
    urls = with_articles(site, 3)
    site.pages |= {"/1": Reply("no", 404), "/bomb": gzip_bomb(20_000_000), "/loop": redirect("/loop")}
    sources = WebSources(pages=(*urls, site.url("/bomb"), site.url("/loop"), "file:///etc/passwd", "http://127.1/"))
    assert titles(reads, sources) == ["Title 0", "Title 2"]
    assert [(problem.name, problem.reason.split(";")[0]) for problem in reads.problems] == [
        (site.url("/1"), "the site answers 404 (Not Found)"),
        (site.url("/bomb"), "unpacks to more than 10 MB"),
        (site.url("/loop"), "redirects in a circle"),
        ("file:///etc/passwd", "is not an http or https address"),
        ("http://127.1/", "writes its host as a number in an unusual way"),
    ]


def test_the_same_article_under_three_addresses_is_one(site: WebServer, reads: Reads) -> None:
    html = page(head=f'<link rel="canonical" href="{site.url("/a")}">')
    site.pages |= {"/a": Reply(html), "/b": Reply(html), "/c": Reply(html)}
    sources = WebSources(pages=(site.url("/b"), site.url("/c?utm_source=x"), site.url("/a"), site.url("/b#top")))
    assert [draft.article.id for draft in reads.all(sources)] == [site.url("/a")]
    assert reads.notices == [
        f"{name}: is the same article as {site.url('/b')} and was left out"
        for name in (site.url("/c?utm_source=x"), site.url("/a"))
    ]
    assert site.paths().count("/b") == 1, "an address is asked once, whatever its fragment"


@contextlib.contextmanager
def standard_input(content: bytes) -> Iterator[None]:
    """Give this process what it would be given by a pipe."""
    before = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.write(writing, content)
    os.close(writing)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)


@pytest.mark.parametrize(
    ("name", "encoding", "end"),
    [("list.txt", "utf-8-sig", "\r\n"), ("list.txt", "utf-8", "\r"), ("-", "utf-8", "\n"), ("-", "utf-16", "\r\n")],
)
def test_a_list_in_a_file_or_on_standard_input(
    site: WebServer, reads: Reads, tmp_path: Path, name: str, encoding: str, end: str
) -> None:
    one, two = with_articles(site, 2)
    lines = ("# what I read", "", "  \t", f"  {one}  ", "nonsense", two, f"# {one}", one)
    content = end.join(lines).encode(encoding)
    (tmp_path / "list.txt").write_bytes(content)
    with standard_input(content):
        listed = WebSources(lists=(name if name == "-" else str(tmp_path / name),))
        assert titles(reads, listed) == ["Title 0", "Title 1"]
    assert [(problem.name, problem.reason[:30]) for problem in reads.problems] == [
        ("nonsense", "is not an http or https addres")
    ]


def test_lists_that_are_none(reads: Reads, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("# nothing\n")
    (tmp_path / "binary").write_bytes(b"\x89PNG\r\n" + bytes(200))
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "large").write_bytes(b"#" * 10_000_001)
    names = ("empty", "binary", "fifo", "large", "missing")
    with standard_input(b"# nothing either"):
        assert reads.all(WebSources(lists=(*(str(tmp_path / name) for name in names), "-", "-"))) == []
    assert [reason.split(";")[0] for reason in reads.reasons()] == [
        "names no address", "is not text", "is neither a file nor a folder and was not opened", "is larger than 10 MB",
        "there is no such file or folder", "names no address", "names no address",
    ]  # fmt: skip
    assert reads.problems[-1].name == "standard input"


# Feeds


def test_a_feed_is_read_in_full(site: WebServer, reads: Reads) -> None:
    site.pages |= {
        "/feed": Reply(
            rss(
                item("/bridge", "In the feed", "<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>"),
                item("/gone", "A whale", body(WHALE)),
                item("javascript:alert(1)", "A script"),
                item("/missing", "A teaser", "<description> </description>"),
            ),
            content_type=RSS,
        ),
        "/bridge": Reply(page()),
    }
    bridge, whale = reads.all(WebSources(feeds=(site.url("/feed"),)))
    assert (bridge.article.title, bridge.article.source) == ("Bridge closes", "The Westmere Post")
    assert bridge.article.published == "2026-03-02T08:00:00+00:00"
    assert (whale.article.title, whale.article.text) == ("A whale", "\n\n".join(WHALE))
    assert [(problem.name, problem.reason) for problem in reads.problems] == [
        (f"{site.url('/feed')}!3", "leads to what is no http or https address"),
        (site.url("/missing"), "the site answers 404 (Not Found)"),
    ]


def test_a_feed_that_names_no_encoding_has_that_of_its_server(site: WebServer, reads: Reads) -> None:
    feed = rss(item("/gone", "Мост закрыт", body(("Мост через гавань закрыт на девять недель. " * 9,))))
    data = feed.replace(' encoding="utf-8"', "").encode("cp1251")
    site.pages["/feed"] = Reply(data, content_type="application/rss+xml; charset=windows-1251")
    assert titles(reads, WebSources(feeds=(site.url("/feed"),))) == ["Мост закрыт"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(Reply("no", 404), "the site answers 404 (Not Found)", id="missing"),
        pytest.param(Reply(page()), "is not a feed (RSS, Atom or JSON Feed)", id="a page"),
        pytest.param(Reply(b"\x89PNG\r\n", content_type="image/png"), "is image/png; what is read is ", id="a picture"),
        pytest.param(Reply(b"{}", content_type="application/json"), "is JSON, but no JSON Feed", id="other JSON"),
    ],
)
def test_a_feed_that_cannot_be_read_is_one_problem(site: WebServer, reads: Reads, reply: Reply, reason: str) -> None:
    site.pages |= {"/feed": reply, "/good": Reply(rss(item("/0")), content_type="text/plain")}
    with_articles(site, 1)
    assert titles(reads, WebSources(feeds=(site.url("/feed"), site.url("/good")))) == ["Title 0"]
    [problem] = reads.problems
    assert (problem.name, problem.reason[: len(reason)]) == (site.url("/feed"), reason)


def declaring(*feeds: str, kind: str = RSS) -> str:
    return page(head="".join(f'<link rel="alternate" type="{kind}" title="News" href="{feed}">' for feed in feeds))


@pytest.mark.parametrize(
    "kind",
    ["application/rss+xml", "application/atom+xml; charset=utf-8", "APPLICATION/FEED+JSON", "application/rdf+xml"],
)
def test_a_page_gives_the_feed_that_it_declares(site: WebServer, reads: Reads, kind: str) -> None:
    site.pages |= {
        "/blog/": Reply(declaring("feed.xml", "/comments", "feed.xml", kind=kind)),
        "/blog/feed.xml": Reply(rss(item("/0")), content_type=RSS),
    }
    with_articles(site, 1)
    assert titles(reads, WebSources(feeds=(site.url("/blog/"),))) == ["Title 0"]
    assert reads.problems == []
    assert reads.notices == [
        f"{site.url('/blog/')}: is a page; the feed that it declares was read, {site.url('/blog/feed.xml')}; it declares "
        f"others too: {site.url('/comments')}"
    ]
    assert site.paths() == ["/blog/", "/blog/feed.xml", "/0"]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        pytest.param(page(), "is not a feed (RSS, Atom or JSON Feed)", id="none"),
        pytest.param(declaring("javascript:alert(1)"), "is not a feed (RSS, Atom or JSON Feed)", id="no address"),
        pytest.param(declaring("/a.json", kind="application/json"), "is not a feed (RSS, Atom", id="some JSON"),
        pytest.param(
            declaring("/missing"),
            "is a page; of the feed that it declares, {}/missing: the site answers 404",
            id="gone",
        ),
        pytest.param(
            declaring("/page"), "is a page; the feed that it declares, {}/page, is not a feed", id="another page"
        ),
        pytest.param(declaring("/it"), "is a page; the feed that it declares, {}/it, is not a feed", id="itself"),
    ],
)
def test_a_page_without_a_feed_of_use(site: WebServer, reads: Reads, html: str, reason: str) -> None:
    site.pages |= {"/it": Reply(html), "/page": Reply(declaring("/it"))}
    assert titles(reads, WebSources(feeds=(site.url("/it"),))) == []
    [problem] = reads.problems
    assert problem.reason.startswith(reason.format(site.url("").rstrip("/")))
    assert (problem.name, reads.notices) == (site.url("/it"), [])


def test_a_public_page_declares_no_feed_in_ones_own_network(site: WebServer, reads: Reads) -> None:
    net = Net()
    net.place("news.example", NEWS, site)
    reads.fetcher = fetcher_in(net, allow_private=True)
    site.pages["/"] = Reply(declaring("http://127.0.0.1/feed"))
    assert reads.all(WebSources(feeds=("http://news.example/",))) == []
    assert "leads to 127.0.0.1, which is not public" in reads.reasons()[0]
    assert {address for address, _ in net.met} == {NEWS}


def test_what_a_page_led_to_is_asked_for_anew_each_time(site: WebServer, reads: Reads) -> None:
    """The feed's validators say nothing of the page."""
    site.pages |= {
        "/": Reply(declaring("/feed"), headers={"ETag": '"page"'}),
        "/feed": Reply(rss(item("/0")), content_type=RSS, headers={"ETag": '"feed"'}),
    }
    listing = Listings(reads.fetcher, reads.workers).feed(site.url("/"))
    assert isinstance(listing, Listing)
    assert (listing.etag, listing.modified) == (None, None)


def test_a_feed_speaks_for_the_pages_of_its_own_site(site: WebServer, reads: Reads) -> None:
    entries = rss(item("/a"), item("https://www.news.example/b"), item("https://other.example/c"))
    net = Net()
    net.place("news.example", NEWS, site)
    net.place("feeds.example", OTHER, site)
    site.pages |= {
        "/feed": Reply(entries, content_type=RSS),
        "/moved": redirect("http://feeds.example/feed"),
        "/page": Reply(declaring("http://feeds.example/feed")),
    }
    listings = Listings(fetcher_in(net), reads.workers)

    def own(url: str) -> list[bool]:
        listing = listings.feed(url)
        assert isinstance(listing, Listing)
        return [link.own for link in listing.links if isinstance(link, Link)]

    assert own("http://news.example/feed") == [True, True, False]
    assert own("http://news.example/moved") == [True, True, False], "the site itself leads there"
    assert own("http://news.example/page") == [True, True, False], "the site itself declares it"
    assert own("http://feeds.example/feed") == [True, False, False]


def test_a_public_feed_has_no_say_in_what_is_fetched_from_ones_own_network(site: WebServer, reads: Reads) -> None:
    net = Net()
    net.place("news.example", NEWS, site)
    reads.fetcher = fetcher_in(net, allow_private=True)
    site.pages |= {
        "/feed": Reply(rss(item("http://127.0.0.1/secret"), item("/0")), content_type=RSS),
        "/sitemap.xml": sitemap("http://10.0.0.7/secret"),
    }
    with_articles(site, 1)
    sources = WebSources(feeds=("http://news.example/feed",), sitemaps=("http://news.example/sitemap.xml",))
    assert titles(reads, sources) == ["Title 0"]
    assert [reason.split(",")[0] for reason in reads.reasons()] == ["leads to 127.0.0.1", "leads to 10.0.0.7"]
    assert {address for address, _ in net.met} == {NEWS}


# Sitemaps


def test_a_sitemap_and_those_it_names(site: WebServer, reads: Reads) -> None:
    urls = with_articles(site, 3)
    names = "".join(
        f"<sitemap><loc>/{name}</loc></sitemap>" for name in ("one.xml", "two.xml", "missing.xml", "one.xml")
    )
    site.pages |= {
        "/index.xml": Reply(f"<sitemapindex>{names}</sitemapindex>", content_type=XML),
        "/one.xml": sitemap(urls[0], urls[1]),
        "/two.xml": sitemap(urls[2], "mailto:ada@post.example", urls[0]),
    }
    assert titles(reads, WebSources(sitemaps=(site.url("/index.xml"),))) == ["Title 0", "Title 1", "Title 2"]
    assert [(problem.name, problem.reason.split(";")[0]) for problem in reads.problems] == [
        ("mailto:ada@post.example", "is not an http or https address"),
        (site.url("/missing.xml"), "the site answers 404 (Not Found)"),
    ]
    assert site.paths().count("/one.xml") == 1


def test_feeds_and_sitemaps_without_a_page_are_told(site: WebServer, reads: Reads) -> None:
    site.pages |= {"/feed": Reply(rss(), content_type=RSS), "/sitemap.xml": sitemap()}
    names = (site.url("/feed"), site.url("/sitemap.xml"))
    assert reads.all(WebSources(feeds=names[:1], sitemaps=names[1:])) == []
    assert (reads.notices, reads.problems) == ([f"{name}: names no page" for name in names], [])


def test_sitemaps_that_name_ever_more_sitemaps_come_to_an_end(site: WebServer, reads: Reads) -> None:
    def more(request: Request, send: Callable[[bytes], None]) -> None:
        number = int(request.path.rpartition("/")[2])
        names = f"<sitemap><loc>/s/{number + 1}</loc></sitemap>"
        Reply(f"<sitemapindex>{names}</sitemapindex>", content_type=XML)(request, send)

    for n in range(200):
        site.pages[f"/s/{n}"] = more
    assert reads.all(WebSources(sitemaps=(site.url("/s/0"),))) == []
    assert reads.reasons() == ["names more than 100 sitemaps; the rest was not read"]
    assert len(site.paths()) == 101


# How much, and how old


def test_the_limit_counts_the_pages_that_are_asked_for(site: WebServer, reads: Reads) -> None:
    urls = with_articles(site, 9)
    site.pages |= {"/0": Reply("no", 404), "/sitemap.xml": sitemap(*urls)}
    sources = WebSources(sitemaps=(site.url("/sitemap.xml"), site.url("/unasked.xml")), limit=3)
    assert titles(reads, sources) == ["Title 1", "Title 2"]
    assert sorted(site.paths()) == ["/0", "/1", "/2", "/sitemap.xml"]


def test_what_says_that_it_is_older_is_not_even_asked_for(site: WebServer, reads: Reads) -> None:
    urls = with_articles(site, 3)
    site.pages["/old.xml"] = sitemap(urls[0], date="2026-02-28T23:00:00Z")
    site.pages["/new.xml"] = sitemap(urls[1], date="2026-03-01T00:00:00Z")
    site.pages["/dated"] = Reply(page(head='<meta property="article:published_time" content="2025-12-24">'))
    sources = WebSources(
        pages=(site.url("/dated"), urls[2]), sitemaps=(site.url("/old.xml"), site.url("/new.xml")), since="2026-03-01"
    )
    assert titles(reads, sources) == ["Title 2", "Title 1"], "a page that names no date is kept"
    assert reads.left_out == 2
    assert "/0" not in site.paths()


SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


@pytest.mark.parametrize("limit", [None, 2])
def test_how_many_pages_are_known_is_told_before_they_are_read(
    site: WebServer, reads: Reads, tmp_path: Path, limit: int | None
) -> None:
    urls = with_articles(site, 5)
    (tmp_path / "list.txt").write_text(f"{urls[1]}\n{urls[0]}\n", encoding="utf-8")
    site.pages["/feed"] = Reply(rss(item(urls[2]), item(site.url("/gone"))), headers={"Content-Type": RSS})
    listed = "".join(
        f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in zip(urls[3:], DAYS, strict=True)
    )
    site.pages["/map.xml"] = Reply(SITEMAP.format(listed), headers={"Content-Type": XML})
    sources = WebSources(
        (urls[0],),
        (str(tmp_path / "list.txt"),),
        (site.url("/feed"),),
        (site.url("/map.xml"),),
        limit=limit,
        since="2026-03-01",
    )
    drafts = reads.all(sources)
    assert sum(reads.known) == len(drafts) + len(reads.problems)
    assert reads.known[0] == 1, "the page that is named"
    if limit is None:
        assert reads.known[1:] == [2, -1, 2, 2, -1], "a list with one twice, a feed, a sitemap with one that is too old"


@pytest.mark.parametrize(
    ("date", "since", "before"),
    [
        ("2026-02-28", "2026-03-01", True),
        ("2026-03-01T00:00:00+01:00", "2026-03-01", False),
        ("2026-03", "2026-03-15", False),
        ("2026-02", "2026-03-15", True),
        ("2025", "2026-03", True),
        ("2026-02-28", "2026-03", True),
        (None, "2026-03-01", False),
        ("2026-02-28", None, False),
    ],
)
def test_before(date: str | None, since: str | None, before: bool) -> None:
    assert is_before(date, since) == before
