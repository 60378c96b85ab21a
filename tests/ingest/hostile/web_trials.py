"""What servers and their pages do to whoever asks them, one by one."""

from __future__ import annotations

import gzip
from functools import partial

from ingest.web.gathering import WebSources
from tests.ingest.fetching.networks import NEWS
from tests.ingest.hostile.world import SHORTER, WORDS, Hostile, World, trials
from tests.ingest.web.reading import body, item, page, rss
from tests.web_server import Behaviour, Reply, busy, drip, endless, false_length, gzip_bomb, head, redirect

PAGE = f"<h1>A bridge</h1><p>{WORDS}</p>"
_NAMES = {"localhost": ["127.0.0.1"], "inside.example": ["10.0.0.7"], "mixed.example": [NEWS, "10.0.0.7"]}


# Addresses


def _address(url: str) -> Hostile:
    def trial(around: World) -> str:
        around.net.names.update(_NAMES)
        outcome = around.page(url)
        assert around.net.met == []
        return outcome

    return Hostile("Addresses", f"`{url}`", trial)


def _rebinding(around: World) -> str:
    answers = iter([[NEWS], ["127.0.0.1"], ["127.0.0.1"]])
    around.net.names["rebinding.example"] = lambda: next(answers)
    return around.page("http://rebinding.example/a")


def _redirected(to: str, allow_private: bool, around: World) -> str:
    around.net.names.update(_NAMES)
    around.net.servers["127.0.0.1"] = around.site.port
    around.site.pages["/a"] = redirect(to)
    around.site.pages["/secret"] = Reply(page("Secret"))
    outcome = around.page(allow_private=allow_private)
    assert {address for address, _ in around.net.met} == {NEWS}
    return outcome


def _named_by_a_feed(around: World) -> str:
    around.site.pages["/feed"] = Reply(rss(item("http://127.0.0.1/secret")), content_type="application/rss+xml")
    return around.web(WebSources(feeds=("http://news.example/feed",)), allow_private=True)


# Answers


def _answer(behaviour: Behaviour, around: World) -> str:
    around.site.pages["/a"] = behaviour
    return around.page()


def _slow(start: bytes, around: World) -> str:
    around.site.pages["/a"] = drip(around.site, start, 0.02)
    return around.page(seconds=SHORTER)


def _many_hops(around: World) -> str:
    for number in range(10):
        around.site.pages[f"/{number}"] = redirect(f"/{number + 1}")
    return around.page("http://news.example/0")


_LOGIN = (
    "<title>Sign in</title><h1>Sign in</h1><form><input name=user><input type=password><button>Sign in</button></form>"
)
_HTML = {"Content-Type": "text/html"}


# Feeds and sitemaps


def _feed(text: str | bytes, around: World) -> str:
    around.site.pages["/feed"] = Reply(text, content_type="application/rss+xml")
    return around.feed()


def _long_feed(around: World) -> str:
    return _feed(rss(*(f"<item><title>{number}</title></item>" for number in range(100_000))), around)


def _sitemap(data: bytes, kind: str, around: World) -> str:
    around.site.pages["/sitemap"] = Reply(data, content_type=kind)
    return around.web(WebSources(sitemaps=("http://news.example/sitemap",)))


def _titled(around: World) -> str:
    _feed(rss(item("", "<![CDATA[<script>alert(1)</script>A <b>bridge</b>]]>", body((WORDS * 3,)))), around)
    return f"read with the title “{around.drafts[0].article.title}”"


def _packed_sitemap(around: World) -> str:
    return _sitemap(gzip.compress(bytes(100_000_000), 1), "application/gzip", around)


def _laughing(levels: int) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]>{rss(item("/a", f"&l{levels - 1};"))}'


_OUTSIDE = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>{rss(item("/a", "&x;"))}'


# Texts


def _three_addresses(around: World) -> str:
    text = page(head='<link rel="canonical" href="http://news.example/a">')
    for path in "abc":
        around.site.pages[f"/{path}"] = Reply(text)
    return around.web(WebSources(pages=tuple(f"http://news.example/{path}" for path in "abc")))


WEB_TRIALS: list[Hostile] = [
    *map(
        _address,
        (
            "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0x7f.1/",
            "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://127。0。0。1/", "http://169.254.169.254/",
            "http://good@127.0.0.1/", "http://10.0.0.7/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO",
        ),
    ),
    _address("http://inside.example/"),
    _address("http://mixed.example/"),
    *trials(
        "Addresses",
        {
            "a name that is public when asked first, and then loopback": _rebinding,
            "a redirect to `http://127.0.0.1/secret`": partial(_redirected, "http://127.0.0.1/secret", False),
            "the same with `--allow-private`": partial(_redirected, "http://127.0.0.1/secret", True),
            "a redirect to `http://localhost/secret`": partial(_redirected, "http://localhost/secret", True),
            "a redirect to `file:///etc/passwd`": partial(_redirected, "file:///etc/passwd", True),
            "a public feed that names `http://127.0.0.1/secret`, with `--allow-private`": _named_by_a_feed,
        },
    ),
    *trials(
        "Answers of servers",
        {
            "a gzip bomb": partial(_answer, gzip_bomb(50_000_000)),
            "a body without an end": partial(_answer, endless(head(200, _HTML), b"x" * 60_000)),
            "a body that drips": partial(_slow, head(200, {**_HTML, "Content-Length": "90000"})),
            "headers that drip": partial(_slow, b"HTTP/1.1 200 OK\r\nContent-Type: te"),
            "silence": partial(_slow, b""),
            "a redirect to itself": partial(_answer, redirect("/a")),
            "ten redirects": _many_hops,
            "a body shorter than announced": partial(_answer, false_length(PAGE.encode(), 5000)),
            "a body longer than announced": partial(_answer, false_length(PAGE.encode(), len(PAGE) - 4)),
            "two lengths": partial(_answer, Reply(PAGE, headers={"Content-Length": "12, 13"})),
            "no HTTP": partial(_answer, endless(b"", b"x" * 1000)),
            "a login page with status 200": partial(_answer, Reply(_LOGIN)),
            "an error page with status 200": partial(
                _answer, Reply("<title>404 Not Found</title><h1>Not Found</h1><p>Sorry.")
            ),
            "a picture as text/html": partial(_answer, Reply(b"\x89PNG\r\n\x1a\n" + bytes(50))),
            "a video": partial(_answer, Reply(b"x", content_type="video/mp4")),
            "Windows-1252 declared as UTF-8": partial(_answer, Reply(PAGE.replace("bridge", "brücke").encode("cp1252"))),
            "UTF-8 declared as Windows-1251": partial(
                _answer, Reply(PAGE.replace("bridge", "brücke"), content_type="text/html; charset=windows-1251")
            ),
            "429, `Retry-After: 3600`": partial(_answer, busy("3600")),
        },
    ),
    *trials(
        "Feeds and sitemaps",
        {
            "a billion laughs": partial(_feed, _laughing(10)),
            "an external entity": partial(_feed, _OUTSIDE),
            "a link to `javascript:`": partial(_feed, rss(item("javascript:alert(1)"))),
            "a script in a title": _titled,
            "a feed that is cut off in the middle": partial(
                _feed, rss(item("", "A bridge", body((WORDS * 3,))), item("/b")).rpartition("<title>")[0]
            ),
            "a picture": partial(_feed, b"\x89PNG\r\n\x1a\n" + bytes(50)),
            "a sitemap with a document type of its own": partial(_sitemap, _OUTSIDE.encode(), "text/xml"),
            "a sitemap broken in the middle": partial(
                _sitemap, b"<urlset><url><loc>http://127.0.0.1/</loc></url><url><loc></url>", "text/xml"
            ),
        },
    ),
    *trials("Feeds and sitemaps", {"100,000 entries, here without addresses": _long_feed}, slow=True),
    *trials(
        "Feeds and sitemaps",
        {"a sitemap that is a gzip bomb": _packed_sitemap},
        slow=True,
    ),
    *trials("Texts", {"one article under three addresses": _three_addresses}),
]  # fmt: skip
