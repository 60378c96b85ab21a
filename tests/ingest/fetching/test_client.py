import pickle
import threading

import pytest

from ingest.fetching.client import NotModified, Page
from ingest.fetching.failing import FetchError
from tests.ingest.fetching.networks import OTHER, Net, StillClock, fetcher_in, local_fetcher, page_of
from tests.web_server import (
    Reply,
    WebServer,
    busy,
    changing_etag,
    drip,
    head,
    in_turn,
    raw,
    redirect,
    silence,
    unchanged_unless,
    web_server,
)

PAGE = "<!DOCTYPE html><p>The bridge is open."
DATE = "Sun, 01 Feb 2026 12:00:00 GMT"


def test_a_page_comes_with_all_that_is_said_of_it(site: WebServer) -> None:
    site.pages["/a"] = Reply(PAGE, headers={"ETag": '"1"', "Last-Modified": DATE})
    page = local_fetcher().fetch(site.url("/a#part"))
    assert page == Page(site.url("/a"), 200, "text/html", PAGE.encode(), '"1"', DATE, "utf-8", public=False)


def test_a_request_says_honestly_who_asks_and_nothing_else(site: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        site.pages["/a"] = Reply(PAGE, headers={"Set-Cookie": "id=1; Path=/"})
        fetcher = local_fetcher()
        fetcher.fetch(site.url("/a"))
        fetcher.fetch(site.url("/a"))
        assert proxy.requests == []
    assert [request.path for request in site.requests] == ["/robots.txt", "/a", "/a"]
    for request in site.requests:
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert request.headers["host"] == f"127.0.0.1:{site.port}"
        assert request.headers["user-agent"].startswith("Citegram/")
    assert site.requests[1].headers["accept"] == "text/html, application/xhtml+xml, */*;q=0.1"


@pytest.mark.parametrize(("etag", "modified"), [('W/"1"', None), (None, DATE)], ids=["by ETag", "by date"])
def test_a_page_that_has_not_changed_is_not_sent_again(site: WebServer, etag: str | None, modified: str | None) -> None:
    site.pages["/a"] = unchanged_unless('W/"1"', DATE, Reply(PAGE))
    fetcher = local_fetcher()
    first = page_of(fetcher.fetch(site.url("/a")))
    assert (first.etag, first.modified) == ('W/"1"', DATE)
    assert fetcher.fetch(site.url("/a"), etag=etag, modified=modified) == NotModified(site.url("/a"))


def test_an_etag_that_changes_each_time_gives_the_page_each_time(site: WebServer) -> None:
    site.pages["/a"] = changing_etag(PAGE)
    fetcher = local_fetcher()
    first = page_of(fetcher.fetch(site.url("/a")))
    second = page_of(fetcher.fetch(site.url("/a"), etag=first.etag))
    assert (first.body, first.etag, second.etag) == (second.body, '"0"', '"1"')


@pytest.mark.parametrize("etag", ['"a\r\nX-Injected: 1"', '"ü"', '"' + "a" * 2000 + '"', ""])
def test_an_etag_that_cannot_be_sent_back_is_not(site: WebServer, etag: str) -> None:
    site.pages["/a"] = Reply(PAGE)
    assert isinstance(local_fetcher().fetch(site.url("/a"), etag=etag), Page)
    assert "if-none-match" not in site.requests[-1].headers
    assert "x-injected" not in site.requests[-1].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_the_page_at_their_end(site: WebServer, status: int) -> None:
    site.pages["/0"] = redirect("1?q=ü#x", status)
    site.pages["/1"] = Reply(PAGE)
    assert page_of(local_fetcher().fetch(site.url("/0"))).url == site.url("/1?q=%C3%BC")


def test_five_redirects_are_followed_and_no_sixth(site: WebServer) -> None:
    for number in range(6):
        site.pages[f"/{number}"] = redirect(f"/{number + 1}")
    site.pages["/6"] = Reply(PAGE)
    assert page_of(local_fetcher().fetch(site.url("/1"))).url == site.url("/6")
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        local_fetcher().fetch(site.url("/0"))
    assert site.paths()[-6:] == ["/0", "/1", "/2", "/3", "/4", "/5"]


@pytest.mark.parametrize(
    ("status", "reason", "gone"),
    [
        pytest.param(404, r"the site answers 404 \(Not Found\)", True, id="not there"),
        pytest.param(410, r"the site answers 410 \(Gone\)", True, id="gone"),
        pytest.param(403, "403", False, id="forbidden"),
        pytest.param(500, "500", False, id="broken"),
        pytest.param(503, "503", False, id="busy, without saying for how long"),
        pytest.param(204, "204", False, id="no content"),
        pytest.param(206, "206", False, id="a part, not asked for"),
        pytest.param(304, "304", False, id="not modified, not asked for"),
        pytest.param(302, "a redirect, without saying where to", False, id="redirect to nowhere"),
        pytest.param(599, "the site answers 599$", False, id="a status of its own"),
    ],
)
def test_an_answer_that_is_no_page_is_an_error_that_says_so(
    site: WebServer, status: int, reason: str, gone: bool
) -> None:
    site.pages["/a"] = Reply(PAGE, status)
    with pytest.raises(FetchError, match=reason) as refused:
        local_fetcher().fetch(site.url("/a"))
    assert refused.value.gone is gone
    assert pickle.loads(pickle.dumps(refused.value)).status == refused.value.status
    assert site.paths() == ["/a"]


@pytest.mark.parametrize(("reply", "waited"), [(busy("7"), 7.0), (busy("20", 503), 20.0), (busy(None), 10.0)])
def test_a_busy_host_is_left_alone_as_it_asks_and_asked_once_more(
    net: Net, site: WebServer, reply: Reply, waited: float
) -> None:
    site.pages["/a"] = in_turn(reply, Reply(PAGE))
    clock = StillClock()
    assert page_of(fetcher_in(net, clock=clock).fetch("http://news.example/a")).status == 200
    assert clock.slept == [waited]


def test_a_host_that_stays_busy_is_asked_no_third_time(net: Net, site: WebServer) -> None:
    site.pages["/a"] = busy("3")
    with pytest.raises(FetchError, match=r"429 \(Too Many Requests\) and asks to be left alone for 3 s") as refused:
        fetcher_in(net).fetch("http://news.example/a")
    assert (refused.value.status, refused.value.retry_after) == (429, 3.0)
    assert site.paths() == ["/a", "/a"]


def test_a_host_that_asks_for_an_hour_is_not_asked_for_another_page(net: Net, site: WebServer) -> None:
    site.pages["/a"] = busy("3600", 503)
    fetcher = fetcher_in(net)
    for path, reason in (("/a", "503"), ("/b", "asks to be left alone for 3600 s more")):
        with pytest.raises(FetchError, match=reason) as refused:
            fetcher.fetch(f"http://news.example{path}")
        assert refused.value.retry_after == 3600
    assert site.paths() == ["/a"]


def test_pages_of_one_host_come_a_second_apart_and_its_redirects_at_once(net: Net, site: WebServer) -> None:
    site.pages["/a"] = redirect("/b")
    site.pages["/b"] = Reply(PAGE)
    clock = StillClock()
    fetcher = fetcher_in(net, clock=clock)
    for _ in range(3):
        fetcher.fetch("http://news.example/a")
    assert clock.slept == [1.0, 1.0]


def test_robots_txt_is_asked_for_once_and_obeyed(net: Net, site: WebServer) -> None:
    site.robots("User-agent: citegram\nDisallow: /private\nCrawl-delay: 4")
    site.pages["/a"] = Reply(PAGE)
    site.pages["/c"] = redirect("/private/b")
    clock = StillClock()
    fetcher = fetcher_in(net, clock=clock)
    fetcher.fetch("http://news.example/a")
    for path in ("/private/b", "/c"):
        with pytest.raises(FetchError, match=r"robots\.txt of its site asks not to"):
            fetcher.fetch(f"http://news.example{path}")
    assert [request.path for request in site.requests] == ["/robots.txt", "/a", "/c"]
    assert clock.slept == [4.0]


def test_a_redirect_to_another_site_asks_that_site_too(net: Net, site: WebServer) -> None:
    with web_server() as other:
        net.place("other.example", OTHER, other)
        other.robots("User-agent: *\nDisallow: /")
        other.pages["/b"] = Reply(PAGE)
        site.pages["/a"] = redirect("http://other.example/b")
        with pytest.raises(FetchError, match=r"robots\.txt of its site asks not to"):
            fetcher_in(net).fetch("http://news.example/a")
        assert other.paths() == []


@pytest.mark.parametrize(
    ("reply", "allowed"),
    [
        pytest.param(Reply(status=404), True, id="there is none"),
        pytest.param(Reply("User-agent: *\nDisallow: /", 403), True, id="forbidden"),
        pytest.param(redirect("/robots"), True, id="moved to where there is none"),
        pytest.param(Reply("User-agent: *\nDisallow: /b\n" + "#" * 600_000), True, id="large"),
        pytest.param(
            Reply("User-agent: *\nDisallow: /a\n" + "#" * 600_000), False, id="large, and its beginning counts"
        ),
        pytest.param(Reply(status=500), False, id="broken"),
        pytest.param(Reply(status=429), False, id="asked too often"),
        pytest.param(redirect("/robots.txt"), False, id="in a circle"),
        pytest.param(raw(b"\0\1\2\r\n\r\n"), False, id="no HTTP"),
    ],
)
def test_a_site_that_cannot_tell_its_rules_is_not_read_and_one_without_is(
    net: Net, site: WebServer, reply: Reply, allowed: bool
) -> None:
    site.pages["/robots.txt"] = reply
    site.pages["/a"] = Reply(PAGE)
    fetcher = fetcher_in(net)
    for _ in range(2):
        if allowed:
            fetcher.fetch("http://news.example/a")
        else:
            with pytest.raises(FetchError, match=r"the robots\.txt of its site"):
                fetcher.fetch("http://news.example/a")
    assert [request.path for request in site.requests].count("/robots.txt") == 1
    assert site.paths().count("/a") == 2 * allowed


def test_what_a_site_said_is_asked_again_after_a_day_and_its_silence_after_five_minutes(
    net: Net, site: WebServer
) -> None:
    site.pages["/robots.txt"] = in_turn(Reply(status=500), Reply(status=404), Reply("User-agent: *\nDisallow: /"))
    site.pages["/a"] = Reply(PAGE)
    clock = StillClock()
    fetcher = fetcher_in(net, clock=clock)
    with pytest.raises(FetchError, match="500"):
        fetcher.fetch("http://news.example/a")
    clock.time += 301
    fetcher.fetch("http://news.example/a")
    clock.time += 86_401
    with pytest.raises(FetchError, match="asks not to"):
        fetcher.fetch("http://news.example/a")


def test_robots_txt_that_drips_leaves_time_to_say_so(site: WebServer) -> None:
    site.pages["/robots.txt"] = drip(site, head(200, {"Content-Type": "text/plain"}))
    with pytest.raises(FetchError, match=r"the robots\.txt of its site: takes longer than 0\.\d+ s"):
        local_fetcher(seconds=0.4).fetch(site.url("/a"))


def test_threads_share_a_client_and_each_gets_its_own_page(site: WebServer) -> None:
    for number in range(8):
        site.pages[f"/{number}"] = Reply(f"page {number}")
    fetcher, bodies = local_fetcher(), {}

    def fetch(number: int) -> None:
        bodies[number] = page_of(fetcher.fetch(site.url(f"/{number}"))).body

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == {number: b"page %d" % number for number in range(8)}
    assert [request.path for request in site.requests].count("/robots.txt") == 1


def test_a_wait_can_be_broken_off(net: Net, site: WebServer) -> None:
    class Impatient(StillClock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    site.pages["/a"] = Reply(PAGE)
    fetcher = fetcher_in(net, clock=Impatient())
    fetcher.fetch("http://news.example/a")
    with pytest.raises(KeyboardInterrupt):
        fetcher.fetch("http://news.example/a")


def test_a_silent_host_takes_no_longer_than_a_page_may(site: WebServer) -> None:
    site.pages["/a"] = silence(site)
    with pytest.raises(FetchError, match=r"takes longer than 0\.\d+ s"):
        local_fetcher(seconds=0.4).fetch(site.url("/a"))
