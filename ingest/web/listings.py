"""Feeds and sitemaps to the links in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingest.documents.part import Part
from ingest.fetching.client import HTML, Fetcher, NotModified, Page
from ingest.fetching.failing import FetchError
from ingest.sources.addresses import shown_path
from ingest.sources.draft import Problem
from ingest.web.charsets import as_declared
from ingest.web.links import Link, resolved, same_site
from ingest.web.outlinks import BASE, FEEDS
from ingest.web.sitemaps import INDEX
from ingest.workers import Workers
from retrieval.errors import ArticleError

_XML = ("application/xml", "text/xml")
_LOOSE = (*HTML, "text/plain", "application/octet-stream")  # what servers call what they know no type for
FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/json",
    *_XML, *_LOOSE,
)  # fmt: skip
SITEMAP_TYPES = (*_XML, "application/gzip", "application/x-gzip", *_LOOSE)

_MOST_SITEMAPS = 100  # below one index


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed or a sitemap lists."""

    links: tuple[Link | Problem, ...]
    etag: str | None = None
    modified: str | None = None
    """What to ask with the next time whether it has changed; none where a page only led to it."""
    notice: str = ""
    """What an operator should know of it, fit to stand after its address and a colon."""


class Listings:
    """Reads feeds and sitemaps."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        """Take what fetches and what parses."""
        self._fetcher = fetcher
        self._workers = workers

    def feed(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Listing | NotModified:
        """Return the entries of a feed, only if it has changed since what an earlier listing gave.

        Of a page, the first feed that it declares is read in its place.

        Raises:
            ArticleError: it cannot be had, or is none; a FetchError when it cannot be had.
        """
        page = self._fetcher.fetch(url, etag=etag, modified=modified, accept=FEED_TYPES)
        if isinstance(page, NotModified):
            return page
        try:
            return Listing(self._entries(page, url), page.etag, page.modified)
        except ArticleError:
            declared = self._declared(page)
            if not declared:
                raise
        return self._in_place_of(page, declared)

    def _entries(self, feed: Page, *speakers: str) -> tuple[Link | Problem, ...]:
        """Return the entries of a feed that is named by the first of the addresses whose sites it may speak for."""
        parts = self._workers.submit("feed", _as_declared(feed)).result()
        sites = (feed.url, *speakers)
        return tuple(_entry(part, feed, shown_path(speakers[0]), sites, n) for n, part in enumerate(parts, 1))

    def _declared(self, page: Page) -> list[str]:
        """Return the addresses of the feeds that a page declares; none where it is no page."""
        if page.content_type not in HTML:
            return []
        try:
            about, *_ = self._workers.submit("links", as_declared(page.body, page.charset)).result()
        except ArticleError:
            return []
        base = resolved(page.url, about.found.metadata[BASE]) or page.url
        given = (resolved(base, address) for address in about.found.metadata[FEEDS])
        return list(dict.fromkeys(address for address in given if address))

    def _in_place_of(self, page: Page, declared: list[str]) -> Listing:
        first, *others = declared
        try:
            feed = self._fetcher.fetch(first, accept=FEED_TYPES, public_only=page.public)
            assert isinstance(feed, Page)  # nothing was said of an earlier one
            links = self._entries(feed, first, page.url)
        except FetchError as error:
            reason = f"is a page; of the feed that it declares, {shown_path(first)}: {error}"
            raise FetchError(reason, status=error.status, retry_after=error.retry_after) from error
        except ArticleError as error:
            raise ArticleError(f"is a page; the feed that it declares, {shown_path(first)}, {error}") from error
        more = f"; it declares others too: {', '.join(map(shown_path, others))}" if others else ""
        return Listing(links, notice=f"is a page; the feed that it declares was read, {shown_path(first)}{more}")

    def sitemap(self, url: str, on_known: Callable[[int], None] = lambda pages: None) -> Iterator[Link | Problem]:
        """Yield the links of a sitemap and of those that it names, sitemap by sitemap as they are asked for.

        `on_known` gets the number of pages that each lists, before they are yielded, and of problems.
        """
        pending, seen, below = [Link(url, shown_path(url))], {url}, 0
        while pending:
            link = pending.pop(0)
            try:
                page, parts = self._sitemap(link)
            except ArticleError as error:
                on_known(1)
                yield Problem(link.name, str(error))
                continue
            on_known(sum(not part.found.metadata.get(INDEX) for part in parts))
            for part in parts:
                found = _listed(part, page, link.name)
                if not (isinstance(found, Link) and part.found.metadata.get(INDEX)):
                    yield found
                elif found.url not in seen and below < _MOST_SITEMAPS:
                    below += 1
                    seen.add(found.url)
                    pending.append(found)
                elif found.url not in seen:
                    yield Problem(link.name, f"names more than {_MOST_SITEMAPS} sitemaps; the rest was not read")
                    break

    def _sitemap(self, link: Link) -> tuple[Page, list[Part]]:
        page = self._fetcher.fetch(link.url, accept=SITEMAP_TYPES, public_only=link.public_only)
        assert isinstance(page, Page)  # nothing was said of an earlier one
        return page, self._workers.submit("sitemap", page.body).result()


def _as_declared(page: Page) -> bytes:
    """Return a feed as it is when it names its own encoding, else as its server declares it."""
    return page.body if b"encoding=" in page.body[:200] else as_declared(page.body, page.charset)


def _entry(part: Part, page: Page, feed: str, sites: tuple[str, ...], number: int) -> Link | Problem:
    if part.problem:
        return Problem(feed, part.problem)
    found = part.found
    url = resolved(page.url, part.name) if part.name else None
    name = shown_path(url or f"{feed}!{found.fields.get('id') or number}")
    if url is None and part.name and not found.text:
        return Problem(name, "leads to what is no http or https address")
    date = found.metadata.get("modified") or found.fields.get("published")
    own = url is not None and any(same_site(url, site) for site in sites)
    return Link(url or "", name, page.public, found, own, date if isinstance(date, str) else None)


def _listed(part: Part, page: Page, sitemap: str) -> Link | Problem:
    if part.problem:
        return Problem(sitemap, part.problem)
    url = resolved(page.url, part.name)
    if url is None:
        return Problem(shown_path(part.name), "is not an http or https address; only those are fetched")
    return Link(url, shown_path(url), page.public, date=part.found.metadata.get("modified"))
