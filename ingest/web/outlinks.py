"""A page and what it leads to: its links, the feeds that it declares, and whether it is more than a list of links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement  # type: ignore[import-untyped]

from ingest.documents.part import Part
from ingest.normalize import canonical_text, one_line
from ingest.sources.decode import decode_page
from ingest.sources.draft import Found
from ingest.sources.reading import CHROME, parse_page, reading_text

BASE, FOLLOW, KEEP, FEEDS = "base", "follow", "keep", "feeds"
"""Keys in the metadata of the first part: what addresses are relative to, whether its links and the page itself are of use,
and the addresses of its feeds as they stand."""

_MOST_LINKS = 2_000  # of a page; ten times those of a front page
_LONGEST = 2_000  # characters of an address
_MOST_LINKED = 0.5  # of a text that is one to read; lists of articles have more of it in links
_HEADLINES = 4  # headings that are links; an article has some below it
_SAYS_ARTICLE = re.compile(r'"@type"\s*:\s*(?:\[\s*)?"(?:\w*Article|BlogPosting|Report|Review|LiveBlogPosting)"')
_HEADINGS = ("h1", "h2", "h3", "h4")
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_MOST_FEEDS = 20


def read_outlinks(data: bytes) -> Iterator[Part]:
    """Yield a part for a page, and one for each of its links, named by the address as it stands.

    The page's own wishes count: `nofollow` and `noindex` in its `robots` meta tag, `nofollow` at a link.

    Raises:
        ArticleError: the page is empty, or the parser gives up on it.
    """
    root = parse_page(canonical_text(decode_page(data).text))
    wishes = _wishes(root)
    keep = not wishes & {"noindex", "none"} and not _is_list(root)
    base = next((href for element in root.iter("base") if (href := one_line(element.get("href") or ""))), "")
    follow = not wishes & {"nofollow", "none"}
    feeds = list(dict.fromkeys(_feeds(root)))[:_MOST_FEEDS]
    yield Part("", Found("", metadata={BASE: base, FOLLOW: follow, KEEP: keep, FEEDS: feeds}))
    for address in list(dict.fromkeys(_addresses(root)))[:_MOST_LINKS]:
        yield Part(address, Found(""))


def _wishes(root: HtmlElement) -> set[str]:
    given = (
        element.get("content") or ""
        for element in root.iter("meta")
        if (element.get("name") or "").strip().lower() in ("robots", "citegram")
    )
    return {word.strip().lower() for content in given for word in content.split(",")}


def _addresses(root: HtmlElement) -> Iterator[str]:
    for element in root.iter("a", "area"):
        address = (element.get("href") or "").strip()
        wanted = "nofollow" not in (element.get("rel") or "").lower().split()
        if address and wanted and len(address) <= _LONGEST and not address.startswith("#"):
            yield address


def _feeds(root: HtmlElement) -> Iterator[str]:
    for element in root.iter("link"):
        address = (element.get("href") or "").strip()
        declared = (element.get("type") or "").partition(";")[0].strip().lower() in _FEEDS
        if declared and "alternate" in (element.get("rel") or "").lower().split() and 0 < len(address) <= _LONGEST:
            yield address


def _is_list(root: HtmlElement) -> bool:
    """Return whether a page is a list of articles: a front page, a topic, an archive."""
    if _declares_article(root):
        return False
    links = [element for element in root.iter("a") if not any(above.tag in CHROME for above in element.iterancestors())]
    headlines = sum(
        any(above.tag in _HEADINGS for above in link.iterancestors()) or any(below.tag in _HEADINGS for below in link)
        for link in links
    )
    text = reading_text(root if root.body is None else root.body, CHROME)
    linked = sum(len(one_line(reading_text(link, CHROME))) for link in links)
    return headlines >= _HEADLINES or linked > _MOST_LINKED * len(text)


def _declares_article(root: HtmlElement) -> bool:
    kinds = (element.get("content") for element in root.iter("meta") if element.get("property") == "og:type")
    data = (element.text or "" for element in root.iter("script") if "ld+json" in (element.get("type") or ""))
    return any(kind == "article" for kind in kinds) or any(_SAYS_ARTICLE.search(text) for text in data)
