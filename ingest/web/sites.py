"""A section of a site, walked through link by link, nearest pages first."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ingest.fetching.client import HTML, Fetcher, NotModified, Page
from ingest.fetching.failing import FetchError
from ingest.sources.addresses import canonical_url, shown_path
from ingest.sources.draft import Problem
from ingest.web.allowance import Allowance
from ingest.web.charsets import as_declared
from ingest.web.links import Link, resolved, same_site
from ingest.web.outlinks import BASE, FOLLOW, KEEP
from ingest.web.pages import Asked, PageReader
from ingest.web.visits import Visit, nothing_remembered
from ingest.workers import Workers
from retrieval.errors import ArticleError

__all__ = ["SiteWalk", "Visit"]

_NO_PAGES = (
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".ico", ".css", ".js", ".json", ".xml", ".rss", ".atom", ".zip",
    ".gz", ".mp3", ".mp4", ".webm", ".ogg", ".woff", ".woff2", ".exe", ".dmg", ".apk", ".doc", ".docx", ".xls", ".xlsx",
    ".ppt", ".pptx", ".epub", ".pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Step:
    link: Link
    depth: int


class SiteWalk:
    """Walks from a page to those below it: of the same site, and of the same folder as the first."""

    def __init__(self, fetcher: Fetcher, workers: Workers, reader: PageReader) -> None:
        """Take what fetches, what parses, and what reads the pages that are more than lists of others."""
        self._fetcher = fetcher
        self._workers = workers
        self._reader = reader

    def pages(
        self, url: str, depth: int, allowance: Allowance, remembered: Callable[[str], Visit | None] = nothing_remembered
    ) -> Iterator[Asked | Visit | Problem | str]:
        """Yield the articles up to `depth` links away from `url`; all pages count that are asked for.

        Pages that only list others are followed, and yielded as a visit to remember. A page that is `remembered` is asked
        for only if it has changed: where it has not, its answer is `NotModified` and its remembered links are followed.
        An article that is remembered and cannot be had comes with its error as the answer, any other page as a problem.
        A text tells that pages were left when the allowance was used up, or that there is nothing to be had.
        """
        pending = deque([_Step(Link(url, shown_path(url)), 0)])
        seen: set[str | None] = {canonical_url(url)}
        section, barren = "", True
        while pending:
            if not allowance.take():
                yield f"{len(pending)} pages that it links to were left; --limit allows for more"
                return
            step = pending.popleft()
            known = remembered(step.link.url)
            try:
                answer = self._answer(step.link, known)
                section = section or _folder(answer.url)
                visit = self._visit(step.link, answer, section) if isinstance(answer, Page) else known
            except ArticleError as error:
                barren = False
                yield self._failed(step.link, known, error)
                continue
            assert visit is not None  # nothing but a page comes of asking for what is not remembered
            yield self._reader.hand_in(step.link, answer, visit) if visit.keep else visit
            barren = barren and not visit.keep
            if step.depth < depth:
                pending.extend(_Step(link, step.depth + 1) for link in _fresh(visit, section, seen))
        if barren:
            yield "no article was found below it; name a page further up, or more --depth"

    def _answer(self, link: Link, known: Visit | None) -> Page | NotModified:
        return self._fetcher.fetch(
            link.url,
            etag=known.etag if known else None,
            modified=known.modified if known else None,
            accept=HTML,
            public_only=link.public_only,
        )

    def _failed(self, link: Link, known: Visit | None, error: ArticleError) -> Asked | Problem:
        if known is not None and known.keep and isinstance(error, FetchError):
            return self._reader.hand_in(link, error, known)
        return Problem(link.name, str(error))

    def _visit(self, link: Link, page: Page, section: str) -> Visit:
        about, *links = self._workers.submit("links", as_declared(page.body, page.charset)).result()
        said = about.found.metadata
        base = resolved(page.url, said[BASE]) or page.url if said[BASE] else page.url
        addresses = dict.fromkeys(resolved(base, found.name) for found in links if said[FOLLOW])
        of_site = tuple(address for address in addresses if address and same_site(address, section))
        return Visit(link.url, page.etag, page.modified, said[KEEP], of_site, page.public)


def _fresh(visit: Visit, section: str, seen: set[str | None]) -> Iterator[Link]:
    """Yield the links of a page into a section that have not been seen, and remember them."""
    for url in visit.links:
        key = canonical_url(url)
        if key not in seen and _within(url, section):
            seen.add(key)
            yield Link(url, shown_path(url), visit.public)


def _folder(url: str) -> str:
    """Return the address of the folder that a page is in; one without an ending is its own folder."""
    path = urlsplit(url).path or "/"
    name = posixpath.basename(path)
    folder = path if not name else posixpath.dirname(path) if "." in name else f"{path}/"
    return urljoin(url, folder if folder.endswith("/") else f"{folder}/")


def _within(url: str, section: str) -> bool:
    path = urlsplit(url).path or "/"
    below = f"{path}/".startswith(urlsplit(section).path)
    return below and same_site(url, section) and not path.lower().endswith(_NO_PAGES)
