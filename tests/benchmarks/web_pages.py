"""Pages for the benchmark of ingest as sites serve them: an article each, and much around it; and a server for them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer

from tests.benchmarks.corpus import write_corpus

_ROOT = Path(__file__).parents[2]
_SECTIONS = 8
_LINKS_A_SECTION = 6
_TEASERS = 18
_RULES = 120  # of the style sheet, as sites put it into each page
_FIRST_DAY = date(2021, 3, 1)
_SITE = "The Lorrow Gazette"


def write_pages(folder: Path, pages: int, seed: int = 7) -> list[Path]:
    """Write `pages` pages of some 450 words in 27 KB each, the same ones each time, and return their paths.

    Half have their text in `<article>`, half in `<div>`s alone; half declare author and date as JSON-LD, the others show
    them. Menus, a cookie banner, teasers, share lines, comments and a footer stand around it.
    """
    corpus = folder / "corpus.jsonl"
    write_corpus(corpus, pages, seed)
    records = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    corpus.unlink()
    titles = [record["title"] for record in records]
    paths = []
    for number, record in enumerate(records):
        path = folder / f"page-{number}.html"
        path.write_text(_page(number, record["title"], record["text"].split("\n\n"), titles), encoding="utf-8")
        paths.append(path)
    return paths


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback from a process of its own, and give the address that its files stand below."""
    code = "from tests.benchmarks.web_pages import serve; import sys; serve(sys.argv[1])"
    command = [sys.executable, "-c", code, str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=_ROOT)
    try:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/"
    finally:
        server.kill()
        server.wait()


def serve(folder: str) -> None:
    """Serve a folder for as long as this process lives; the port is the first line of standard output."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


def _page(number: int, title: str, paragraphs: Sequence[str], titles: Sequence[str]) -> str:
    chance = random.Random(number)
    day = _FIRST_DAY + timedelta(days=number % 1500)
    author = f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}"
    declared = number % 2 == 0
    name = escape(title)
    return "\n".join(
        (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{name} | {_SITE}</title>",
            f'<meta name="viewport" content="width=device-width"><meta property="og:site_name" content="{_SITE}">',
            f'<meta property="og:title" content="{name}"><meta name="description" content="{escape(paragraphs[0][:150])}">',
            _json_ld(title, author, day) if declared else "",
            f"<style>{_style(random.Random(number % 2))}</style>",
            f"<script>window.settings = {json.dumps(_settings(chance))};</script></head>",
            f'<body class="single post-{number}">',
            '<div id="cookie-consent" class="banner"><p>We use cookies to improve what you see here.</p>'
            '<button class="accept">Accept all</button> <a href="/privacy">Learn more</a></div>',
            _menu(),
            '<div class="site-content">',
            _article(number, name, author, day, [escape(paragraph) for paragraph in paragraphs]),
            _teasers(chance, titles),
            "</div>",
            _comments(chance),
            f'<footer class="site-footer"><ul>{_links("footer", 12)}</ul><p>© 2026 {_SITE}. All rights reserved.</p>',
            "</footer><script>(function(){var q=[];document.querySelectorAll('a').forEach(a=>q.push(a));})();</script>",
            "</body></html>",
        )
    )


def _article(number: int, title: str, author: str, day: date, paragraphs: Sequence[str]) -> str:
    tag, body = ("article", "div") if number % 4 < 2 else ("div", "div")
    shown = f'<div class="entry-meta">By <a rel="author" href="/by/{number % 40}">{author}</a> · '
    shown += f'<time datetime="{day}">{day:%d %B %Y}</time> · 3 min read</div>'
    share = "".join(f'<li><a class="share-{to.lower()}" href="#">{to}</a></li>' for to in ("Facebook", "X", "E-mail"))
    text = [
        f'<p>{paragraph} <a href="/page-{number + n}.html">the earlier report</a></p>'
        if n == 1
        else f"<p>{paragraph}</p>"
        for n, paragraph in enumerate(paragraphs)
    ]
    text.insert(3, f'<div class="social-share"><h4>Share this:</h4><ul>{share}</ul></div><h2>What comes next</h2>')
    return (
        f'<{tag} class="post-body"><h1 class="entry-title">{title}</h1>{shown}<{body} class="entry-content">'
        + "\n".join(text)
        + f'</{body}><p class="more"><a href="/all">Read more</a></p></{tag}>'
    )


def _json_ld(title: str, author: str, day: date) -> str:
    told = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title,
        "datePublished": f"{day}T08:30:00+01:00", "author": {"@type": "Person", "name": author},
        "publisher": {"@type": "Organization", "name": _SITE},
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def _style(chance: random.Random) -> str:
    rules = [
        f".{chance.choice(_PARTS)}-{n} {chance.choice(_PARTS)}{{display:{chance.choice(('flex', 'block', 'grid'))};"
        f"margin:{chance.randrange(40)}px;color:#{chance.randrange(0x333333):06x};background:#fff}}"
        for n in range(_RULES)
    ]
    return "\n".join(
        (*rules, ".screen-reader-text{position:absolute;left:-9999px}", "@media print{.banner{display:none}}")
    )


def _settings(chance: random.Random) -> dict[str, object]:
    return {f"{chance.choice(_PARTS)}{n}": {"on": n % 3 == 0, "key": f"{chance.getrandbits(64):x}"} for n in range(120)}


def _menu() -> str:
    sections = "".join(
        f'<li class="menu-item"><a href="/s/{n}">Section {n}</a>'
        f'<ul class="sub-menu">{_links(f"s/{n}", _LINKS_A_SECTION)}</ul></li>'
        for n in range(_SECTIONS)
    )
    return (
        '<a class="screen-reader-text" href="#content">Skip to content</a><header class="site-header">'
        f'<p class="site-title">{_SITE}</p><nav class="main-navigation"><ul>{sections}</ul></nav></header>'
    )


def _links(path: str, count: int) -> str:
    return "".join(
        f'<li><a class="link" href="/{path}/{n}">{_PARTS[n % len(_PARTS)].capitalize()} {n}</a></li>'
        for n in range(count)
    )


def _teasers(chance: random.Random, titles: Sequence[str]) -> str:
    rows = "".join(
        f'<div class="teaser"><a href="/page-{n}.html"><img src="/i/{n}.jpg" alt="">'
        f'<h3>{escape(chance.choice(titles))}</h3></a><span class="date">{n + 1} days ago</span></div>'
        for n in range(_TEASERS)
    )
    return f'<aside class="sidebar widget-area"><h2>Most read</h2>{rows}</aside>'


def _comments(chance: random.Random) -> str:
    rows = "".join(
        f'<li class="comment"><b>{chance.choice(_FIRST_NAMES)}</b><p>I have been saying so for {n + 2} years, and nobody '
        "who lives on our street would tell you anything else.</p></li>"
        for n in range(5)
    )
    return f'<section id="comments" class="comments-area"><h2>5 comments</h2><ol>{rows}</ol></section>'


_FIRST_NAMES = ("Mirel", "Odile", "Anders", "Tove", "Piet", "Salma", "Renata", "Kofi")
_LAST_NAMES = ("Sandoz", "Varga", "Lindqvist", "Okafor", "Marsh", "Brandt", "Ferreira", "Holm")
_PARTS = ("header", "card", "teaser", "grid", "panel", "entry", "widget", "meta", "button", "hero", "list", "figure")
