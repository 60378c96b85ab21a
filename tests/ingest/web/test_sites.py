"""A section of a site, walked through: what is followed, what is kept, and where it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from ingest.fetching.client import NotModified
from ingest.sources.draft import Draft, Problem
from ingest.web.allowance import Allowance
from ingest.web.gathering import WebSources
from ingest.web.pages import Asked, PageReader, Reading
from ingest.web.sites import SiteWalk, Visit
from tests.ingest.fetching.networks import NEWS, Net, fetcher_in
from tests.ingest.web.reading import BRIDGE, Reads, page
from tests.web_server import Behaviour, Reply, Request, WebServer, redirect, unchanged_unless


def listing(*links: str) -> Reply:
    items = "".join(f'<li><a href="{link}">An article</a>' for link in links)
    return Reply(f"<html><body><ul>{items}</ul></body></html>")


def article(name: str, *links: str, head: str = "") -> Reply:
    text = (f"This is the article that is called {name}. {BRIDGE[0]}", BRIDGE[1])
    return Reply(page(name, text, head, "".join(f'<a href="{link}">x</a>' for link in links)))


def titles(reads: Reads, url: str, depth: int = 2, limit: int | None = None) -> list[str]:
    return [draft.article.title for draft in reads.all(WebSources(sites=(url,), depth=depth, limit=limit))]


@pytest.fixture
def section(site: WebServer) -> WebServer:
    site.pages |= {
        "/news/": listing(
            "/news/a", "b.html", "/news/more/", "/news/a#comments", "/about", "https://other.example/news/x"
        ),
        "/news/a": article("A", "/news/b.html", "/news/picture.PNG", "/news/paper.pdf"),
        "/news/b.html": article("B", "/news/deep", "mailto:ada@post.example"),
        "/news/more/": listing("/news/c", "/news/"),
        "/news/c": article("C", "/news/deeper"),
        "/news/deep": article("Deep"),
        "/news/deeper": article("Deeper"),
    }
    return site


def test_articles_are_kept_and_lists_are_followed(section: WebServer, reads: Reads) -> None:
    assert titles(reads, section.url("/news/")) == ["A", "B", "Deep", "C"]
    assert reads.problems == []


def test_nothing_outside_of_the_section_is_asked_for_and_nothing_twice(section: WebServer, reads: Reads) -> None:
    titles(reads, section.url("/news/"))
    assert sorted(section.paths()) == ["/news/", "/news/a", "/news/b.html", "/news/c", "/news/deep", "/news/more/"]


@pytest.mark.parametrize(
    ("depth", "count"), [pytest.param(1, 4, id="its links only"), pytest.param(9, 7, id="all there is")]
)
def test_depth(section: WebServer, reads: Reads, depth: int, count: int) -> None:
    titles(reads, section.url("/news/"), depth=depth)
    assert len(section.paths()) == count


def test_the_limit_counts_lists_too_and_what_is_left_is_told(section: WebServer, reads: Reads) -> None:
    assert titles(reads, section.url("/news/"), limit=2) == ["A"]
    assert section.paths() == ["/news/", "/news/a"]
    assert reads.notices == [f"{section.url('/news/')}: 2 pages that it links to were left; --limit allows for more"]


def test_a_site_that_never_ends_does(site: WebServer, reads: Reads) -> None:
    class Endless(dict[str, Behaviour]):
        def get(self, path: str, default: object = None) -> Behaviour | None:  # type: ignore[override]
            number = int(path.rpartition("=")[2]) if "=" in path else 0
            return None if path.startswith("/robots") else listing(f"/?n={number + 1}", f"/?n={number + 2}")

    site.pages = Endless()
    assert titles(reads, site.url("/"), depth=1000) == []
    assert len(site.paths()) == 100


def test_a_section_without_articles_is_told(section: WebServer, reads: Reads) -> None:
    section.pages["/links/"] = listing("/news/a", "/links/more")
    section.pages["/links/more"] = listing("/news/a")
    assert titles(reads, section.url("/links/")) == []
    assert reads.notices == [
        f"{section.url('/links/')}: no article was found below it; name a page further up, or more --depth"
    ]


def test_a_failing_page_is_one_problem(section: WebServer, reads: Reads) -> None:
    section.pages["/news/a"] = Reply("no", 500)
    assert sorted(titles(reads, section.url("/news/"))) == ["B", "C", "Deep"]
    assert [problem.name for problem in reads.problems] == [section.url("/news/a")]


def test_the_section_is_where_the_first_page_is_after_redirects(section: WebServer, reads: Reads) -> None:
    section.pages["/start"] = redirect("/news/")
    assert "A" in titles(reads, section.url("/start"))


def test_a_public_site_whose_name_leads_into_ones_own_network_later_is_not_followed(
    section: WebServer, reads: Reads
) -> None:
    net = Net()
    net.place("news.example", NEWS, section)
    reads.fetcher = fetcher_in(net, allow_private=True)
    links = listing("/news/a")

    def rebinding(request: Request, send: Callable[[bytes], None]) -> None:
        net.names["news.example"] = ["127.0.0.1"]
        links(request, send)

    section.pages["/news/"] = rebinding
    assert titles(reads, "http://news.example/news/") == []
    assert [reason.split(",")[0] for reason in reads.reasons()] == ["leads to 127.0.0.1"]


def test_what_robots_txt_and_the_page_ask_for_is_done(section: WebServer, reads: Reads) -> None:
    section.robots("User-agent: *\nDisallow: /news/b")
    section.pages["/news/a"] = article("A", "/news/never", head='<meta name="robots" content="noindex, nofollow">')
    assert sorted(titles(reads, section.url("/news/"))) == ["C"]
    assert reads.reasons() == ["the robots.txt of its site asks not to fetch it"]
    assert "/news/never" not in section.paths()


def test_a_page_without_a_slash_is_its_own_section(site: WebServer, reads: Reads) -> None:
    site.pages |= {"/blog": listing("/blog/a", "/blogger/b", "/c"), "/blog/a": article("A")}
    assert titles(reads, site.url("/blog")) == ["A"]
    assert site.paths() == ["/blog", "/blog/a"]


# What is remembered from one walk to the next


class Memory(dict[str, Visit]):
    """Walks again and again, and remembers what it met: as a program would that writes it down as JSON."""

    def __init__(self, reads: Reads) -> None:
        super().__init__()
        self.reads = reads
        self.readings: dict[str, Reading] = {}
        self.lists: list[str] = []
        self.problems: list[str] = []

    def walk(self, url: str, depth: int = 2) -> Memory:
        self.readings, self.lists, self.problems = {}, [], []
        reader = PageReader(self.reads.fetcher, self.reads.workers)
        walk = SiteWalk(self.reads.fetcher, self.reads.workers, reader)
        for item in walk.pages(url, depth, Allowance(100), self.get):
            if isinstance(item, Asked):
                reading = reader.read(item)
                self.readings[self.name(reading.link.url)] = reading
                self.remember(reading.visit)
            elif isinstance(item, Visit):
                self.lists.append(self.name(item.url))
                self.remember(item)
            elif isinstance(item, Problem):
                self.problems.append(item.reason)
        return self

    def remember(self, visit: Visit | None) -> None:
        assert visit is not None
        written = json.loads(json.dumps(asdict(visit)))
        self[visit.url] = Visit(**{**written, "links": tuple(written["links"])})

    def unchanged(self) -> list[str]:
        return [name for name, reading in self.readings.items() if isinstance(reading.outcome, NotModified)]

    def read(self) -> list[str]:
        return [name for name, reading in self.readings.items() if isinstance(reading.outcome, Draft)]

    def name(self, url: str) -> str:
        return url.rpartition("/")[2] or "/"


def dated(section: WebServer, *paths: str) -> None:
    """Give pages an ETag with which they can be asked whether they have changed."""
    for path in paths:
        reply = section.pages[path]
        assert isinstance(reply, Reply)
        section.pages[path] = unchanged_unless(f'"{path} 1"', "Mon, 02 Mar 2026 08:00:00 GMT", reply)


ALL = ("/news/", "/news/a", "/news/b.html", "/news/more/", "/news/c", "/news/deep")


def test_what_has_not_changed_is_followed_from_memory(section: WebServer, reads: Reads) -> None:
    dated(section, *ALL)
    memory = Memory(reads).walk(section.url("/news/"))
    assert (memory.read(), memory.lists) == (["a", "b.html", "deep", "c"], ["/", "/"])
    section.requests.clear()
    memory.walk(section.url("/news/"))
    assert (memory.unchanged(), memory.read(), memory.lists) == (["a", "b.html", "deep", "c"], [], ["/", "/"])
    assert sorted(section.paths()) == sorted(ALL)
    assert {request.headers["if-none-match"] for request in section.requests} == {f'"{path} 1"' for path in ALL}
    assert {reading.visit.url for reading in memory.readings.values() if reading.visit} <= set(memory)


def test_what_has_changed_is_read_anew_and_leads_on(section: WebServer, reads: Reads) -> None:
    dated(section, *ALL)
    memory = Memory(reads).walk(section.url("/news/"))
    section.pages["/news/more/"] = listing("/news/new")
    section.pages["/news/new"] = article("New")
    section.pages["/news/a"] = article("A, corrected")
    memory.walk(section.url("/news/"))
    assert sorted(memory.read()) == ["a", "new"]
    assert sorted(memory.unchanged()) == ["b.html", "deep"], "nothing leads to c any more"


def test_a_page_without_etag_or_date_is_asked_for_in_full(section: WebServer, reads: Reads) -> None:
    memory = Memory(reads).walk(section.url("/news/"))
    assert memory.walk(section.url("/news/")).read() == ["a", "b.html", "deep", "c"]


def test_a_remembered_article_that_is_gone_says_so_and_any_other_page_is_a_problem(
    section: WebServer, reads: Reads
) -> None:
    memory = Memory(reads).walk(section.url("/news/"))
    for path in ("/news/a", "/news/more/"):
        section.pages[path] = Reply("gone", 410)
    memory.walk(section.url("/news/"))
    assert memory.readings["a"].gone
    assert memory.readings["a"].visit == memory[section.url("/news/a")]
    assert memory.problems == ["the site answers 410 (Gone)"]


def test_memory_serves_a_deeper_walk_and_a_wider_section(section: WebServer, reads: Reads) -> None:
    section.pages |= {"/about": article("About")}
    dated(section, *ALL)
    memory = Memory(reads).walk(section.url("/news/"), depth=1)
    assert "deep" not in memory.readings
    assert "deep" in memory.walk(section.url("/news/"), depth=2).readings
    section.pages["/"] = listing("/news/")
    assert "about" in memory.walk(section.url("/"), depth=2).readings


def test_where_redirects_end_is_the_section_from_memory_too(section: WebServer, reads: Reads) -> None:
    section.pages["/start"] = redirect("/news/")
    dated(section, *ALL)
    memory = Memory(reads).walk(section.url("/start"))
    assert memory.walk(section.url("/start")).unchanged() == ["a", "b.html", "deep", "c"]


def test_links_that_a_public_page_named_stay_without_a_say_in_ones_own_network(
    section: WebServer, reads: Reads
) -> None:
    net = Net()
    net.place("news.example", NEWS, section)
    reads.fetcher = fetcher_in(net, allow_private=True)
    dated(section, *ALL)
    memory = Memory(reads).walk("http://news.example/news/")
    assert all(visit.public for visit in memory.values())
    net.names["news.example"] = ["127.0.0.1"]
    net.place("127.0.0.1", "127.0.0.1", section)
    memory.walk("http://news.example/news/")
    assert (memory.unchanged(), memory.lists) == ([], ["/"])
    own = {url: replace(visit, public=False) for url, visit in memory.items()}
    memory.update(own)
    assert memory.walk("http://news.example/news/").unchanged() != []
