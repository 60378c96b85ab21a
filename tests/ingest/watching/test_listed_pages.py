"""Feeds, sitemaps and named pages: what is asked for in a round, and what is not."""

from __future__ import annotations

from ingest.watching.tools import SharedAllowance
from tests.ingest.watching.world import World, counts, story, with_etag
from tests.ingest.web.reading import body, item, page, rss
from tests.web_server import Reply, WebServer, unchanged_unless

HOUR, DAY = 3600.0, 86_400.0
RSS = "application/rss+xml"


def feed(*links: str) -> Reply:
    return Reply(rss(*map(item, links)), content_type=RSS)


def asked_for(site: WebServer) -> list[str]:
    """What was asked for since this was called last."""
    paths = site.paths()
    site.requests.clear()
    return paths


def test_only_what_is_new_is_asked_for(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"')
    site.pages |= {"/feed": feed("/a", "/b"), "/a": story("A"), "/b": story("B"), "/c": story("C")}
    assert counts(world.one()) == (2, 0, 0, 0, 0)
    assert asked_for(site) == ["/feed", "/a", "/b"]
    site.pages["/feed"] = feed("/c", "/a", "/b")
    assert counts(world.one(later=HOUR)) == (1, 0, 0, 0, 0)
    assert asked_for(site) == ["/feed", "/c"]
    assert world.ids() == {site.url(path) for path in ("/a", "/b", "/c")}


def test_a_listing_that_has_not_changed_is_not_read_and_nothing_is_asked_for(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"')
    listed = Reply(rss(item("/a")), content_type=RSS)
    site.pages |= {"/feed": unchanged_unless('"1"', "x", listed), "/a": story("A")}
    world.one()
    asked_for(site)
    assert counts(world.one(later=HOUR)) == (0, 0, 0, 0, 0)
    assert site.requests[-1].headers["if-none-match"] == '"1"'
    assert asked_for(site) == ["/feed"]


def test_what_its_listing_says_has_changed_is_asked_for_with_what_is_known_of_it(world: World, site: WebServer) -> None:
    world.write(f'sitemap = "{site.url("/map")}"')
    site.pages |= {
        "/map": sitemap(a="2026-05-01", b="2026-05-01"),
        "/a": with_etag(story("A"), '"a1"'),
        "/b": story("B"),
    }
    assert counts(world.one()) == (2, 0, 0, 0, 0)
    asked_for(site)
    site.pages |= {"/map": sitemap(a="2026-05-02", b="2026-05-01"), "/a": with_etag(story("A", "More."), '"a2"')}
    assert counts(world.one(later=HOUR)) == (0, 1, 0, 0, 0)
    assert site.requests[-1].headers["if-none-match"] == '"a1"'
    assert asked_for(site) == ["/map", "/a"]


def test_a_listing_that_cries_wolf_is_believed_no_longer(world: World, site: WebServer) -> None:
    """Sitemaps that give each page the date of today would have the whole site asked for in each round."""
    world.write(f'sitemap = "{site.url("/map")}"', top='recheck = "2d"')
    site.pages["/a"] = story("A")
    asked = []
    for day in range(1, 7):
        site.pages["/map"] = sitemap(a=f"2026-05-0{day}")
        world.one(later=HOUR)
        asked.append("/a" in asked_for(site))
    assert asked == [True, True, True, False, False, False]
    site.pages["/a"] = story("A", "It has changed.")
    assert counts(world.one(later=8 * DAY)) == (0, 1, 0, 0, 0)
    asked_for(site)
    site.pages["/map"] = sitemap(a="2026-06-09")
    world.one(later=HOUR)
    assert asked_for(site) == ["/map", "/a"], "since it was right to look, it is believed again"


def test_unchanged_pages_are_looked_at_less_and_less(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"', top="jitter = 0")
    site.pages |= {"/feed": feed("/a"), "/a": unchanged_unless('"a"', "x", story("A"))}
    world.one()
    moments, day = [], 0
    while day < 32:
        day += 1
        asked_for(site)
        report = world.one(later=DAY)
        if "/a" in asked_for(site):
            assert counts(report) == (0, 0, 1, 0, 0)
            moments.append(day)
    assert moments == [1, 3, 7, 15, 31]


def test_what_fell_out_of_its_listing_is_looked_at_as_well(world: World, site: WebServer) -> None:
    """With what the feed said of it, so that nothing that is known is lost."""
    world.write(f'feed = "{site.url("/feed")}"')
    dated = "<pubDate>Mon, 04 May 2026 10:00:00 GMT</pubDate>"
    site.pages |= {"/feed": Reply(rss(item("/a", more=dated)), content_type=RSS), "/a": story("A")}
    world.one()
    site.pages |= {"/feed": feed("/b"), "/b": story("B"), "/a": story("A", "It has changed.")}
    assert counts(world.one(later=2 * DAY)) == (1, 1, 0, 0, 0)
    stored = world.catalog.article(site.url("/a"))
    assert stored is not None
    assert stored.article.published == "2026-05-04T10:00:00+00:00"
    assert stored.article.source == "The Westmere Post"


def test_what_only_its_feed_has_the_text_of_is_not_spoiled_by_asking_for_its_page(
    world: World, site: WebServer
) -> None:
    world.write(f'feed = "{site.url("/feed")}"')
    text = ("A long story that only the feed has. " * 30, "And how it ends is told by the feed alone. " * 20)
    site.pages["/feed"] = Reply(rss(item("/wall", more=body(text)), item("/a")), content_type=RSS)
    site.pages |= {"/wall": Reply("<h1>Sign in to go on</h1>", 403), "/a": story("A")}
    assert counts(world.one()) == (2, 0, 0, 0, 0)
    site.pages["/feed"] = feed("/a")
    asked_for(site)
    assert counts(world.one(later=3 * DAY))[1:] == (0, 1, 0, 0)
    assert asked_for(site) == ["/feed", "/a"]


def test_named_pages_are_looked_at_at_their_interval_and_up_to_once_a_day(world: World, site: WebServer) -> None:
    pages = f'["{site.url("/a")}", "{site.url("/b")}"]'
    world.write(f'pages = {pages}\nname = "Two"\ninterval = "6h"', top="jitter = 0")
    site.pages |= {"/a": story("A"), "/b": story("B")}
    assert counts(world.one()) == (2, 0, 0, 0, 0)
    asked = []
    for _ in range(12):
        asked_for(site)
        world.one(later=6 * HOUR)
        asked.append(len(asked_for(site)))
    assert asked == [2, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0]


def test_an_entry_without_an_address_is_known_by_its_id(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"')
    text = ("A story that is in the feed and nowhere else. " * 20,)
    entry = "<item><title>Alone</title><guid isPermaLink='false'>x1</guid>{}</item>"
    site.pages["/feed"] = Reply(rss(entry.format(body(text))), content_type=RSS)
    assert counts(world.one()) == (1, 0, 0, 0, 0)
    assert counts(world.one(later=HOUR)) == (0, 0, 0, 0, 0)
    site.pages["/feed"] = Reply(rss(entry.format(body((*text, "It has an end now. " * 20)))), content_type=RSS)
    assert counts(world.one(later=HOUR)) == (0, 1, 0, 0, 0)
    assert len(world.ids()) == 1


def test_a_page_that_fails_is_told_once_and_tried_again_later(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"', top="jitter = 0")
    site.pages |= {"/feed": feed("/a", "/b"), "/a": Reply("no", 500), "/b": story("B")}
    report = world.one()
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.failed == [{"name": site.url("/a"), "reason": "the site answers 500 (Internal Server Error)"}]
    asked = []
    for _ in range(8):
        asked_for(site)
        assert counts(world.one(later=HOUR / 2)) == (0, 0, 0, 0, 0)
        asked.append("/a" in asked_for(site))
    assert asked == [True, False, True, False, False, False, True, False]
    site.pages["/a"] = story("A")
    assert counts(world.one(later=DAY))[:1] == (1,)


def test_the_limit_of_a_source_is_for_a_round_and_the_rest_comes_in_the_next(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"\nlimit = 2')
    listed = Reply(rss(*(item(f"/{n}") for n in range(5))), content_type=RSS)
    site.pages["/feed"] = unchanged_unless('"1"', "x", listed)
    site.pages |= {f"/{n}": story(f"Number {n}") for n in range(5)}
    assert [counts(world.one(later=HOUR))[0] for _ in range(4)] == [2, 2, 1, 0]


def test_the_limit_of_a_pass_is_for_all_sources(world: World, site: WebServer) -> None:
    world.write(f'feed = "{site.url("/feed")}"', f'pages = ["{site.url("/3")}"]')
    site.pages["/feed"] = feed("/0", "/1", "/2")
    site.pages |= {f"/{n}": story(f"Number {n}") for n in range(4)}
    world.pass_over(allowance=SharedAllowance(2))
    assert len(world.ids()) == 2
    world.pass_over(later=HOUR)
    assert len(world.ids()) == 4


def test_what_is_too_old_is_not_asked_for(world: World, site: WebServer) -> None:
    world.write(f'sitemap = "{site.url("/map")}"\nsince = 2026-05-02')
    site.pages |= {"/map": sitemap(a="2026-05-01", b="2026-05-02", c="2026-05-03")}
    site.pages |= {f"/{name}": story(name.upper()) for name in "abc"}
    world.one(since="2026-05-03")
    assert asked_for(site) == ["/map", "/c"]
    world.one(later=HOUR)
    assert asked_for(site) == ["/map", "/b"], "what was left out for one time only comes in later"


def test_two_addresses_of_one_article_do_not_take_turns(world: World, site: WebServer) -> None:
    """Two pages that name the same address as their own, with different texts."""
    world.write(f'feed = "{site.url("/feed")}"', f'pages = ["{site.url("/b")}"]')
    own = f'<link rel="canonical" href="{site.url("/a")}">'
    site.pages |= {"/feed": feed("/a"), "/a": story("A"), "/b": Reply(page("A of B", head=own))}
    world.pass_over()
    for _ in range(5):
        reports = world.pass_over(later=2 * DAY)
        assert sum(report.updated for report in reports.values()) <= 1
    stored = len(world.shelf.stored)
    world.pass_over(later=4 * DAY)
    assert len(world.shelf.stored) == stored
    assert world.ids() == {site.url("/a")}


def sitemap(**pages: str) -> Reply:
    urls = "".join(f"<url><loc>/{name}</loc><lastmod>{date}</lastmod></url>" for name, date in pages.items())
    return Reply(f"<urlset>{urls}</urlset>", content_type="text/xml")
