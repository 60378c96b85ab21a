"""All that an operator names on the web to drafts: one link after the other, fetched a few ahead of what is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from types import TracebackType

from ingest.fetching.client import Fetcher
from ingest.sources.addresses import canonical_url, shown_path
from ingest.sources.draft import Draft, Problem
from ingest.web.allowance import SITE_DEPTH, SITE_PAGES, Allowance
from ingest.web.links import Link
from ingest.web.listings import Listing, Listings
from ingest.web.lists import read_list
from ingest.web.pages import Asked, PageReader
from ingest.web.sites import SiteWalk
from ingest.workers import Workers
from retrieval.errors import ArticleError

_AHEAD = 8  # pages that are being fetched and parsed, of different hosts at the same time; 80 MB at the most


@dataclass(frozen=True, slots=True)
class WebSources:
    """What to read, each in the order named."""

    pages: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Files with an address a line."""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    depth: int = SITE_DEPTH
    limit: int | None = None
    """Pages that are asked for, in all; feeds and sitemaps themselves do not count. None: all, of a site SITE_PAGES."""
    since: str | None = None
    """The date, ISO 8601, before which nothing is of interest that says when it is from."""

    def __bool__(self) -> bool:
        return bool(self.pages or self.lists or self.feeds or self.sitemaps or self.sites)


class Gathering:
    """Reads from the web; `left_out` counts what is older than asked for."""

    def __init__(
        self,
        fetcher: Fetcher,
        workers: Workers,
        on_problem: Callable[[Problem], None],
        on_notice: Callable[[str], None],
        on_known: Callable[[int], None] = lambda pages: None,
    ) -> None:
        """Take what fetches and what parses; whatever fails is told to `on_problem` and the rest goes on.

        `on_known` gets the number of pages of each feed, list or sitemap when it is known, and negative ones for those
        that turn out to be nothing to tell of: its sum is what there is to do.
        """
        self.left_out = 0
        self._reader = PageReader(fetcher, workers)
        self._listings = Listings(fetcher, workers)
        self._walk = SiteWalk(fetcher, workers, self._reader)
        self._on_problem = on_problem
        self._on_notice = on_notice
        self._on_known = on_known
        self._threads = ThreadPoolExecutor(_AHEAD, thread_name_prefix="fetching")

    def __enter__(self) -> Gathering:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ask for nothing more; what has been asked for is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def drafts(self, sources: WebSources) -> Iterator[Draft]:
        """Yield the articles of all sources, each address once, and each article once even if it has several."""
        names: dict[str, str] = {}
        allowance = Allowance(sources.limit)
        expected = _Expected(self._on_known, sources.limit)
        items: Iterable[Link | Asked] = chain(
            self._links(sources, allowance, expected), self._walked(sources, allowance, expected)
        )
        for asked in self._handed_in(items):
            outcome = self._reader.read(asked).outcome
            if isinstance(outcome, Problem):
                self._on_problem(outcome)
            elif isinstance(outcome, Draft):
                article = outcome.article
                if article.id in names:
                    expected.add(-1)
                    self._on_notice(f"{outcome.name}: is the same article as {names[article.id]} and was left out")
                elif is_older(outcome, sources.since):
                    expected.add(-1)
                    self.left_out += 1
                else:
                    names[article.id] = outcome.name
                    yield outcome

    def _handed_in(self, items: Iterable[Link | Asked]) -> Iterator[Asked]:
        """Ask for pages of several hosts at the same time, and give the answers in the order of the questions."""
        waiting: deque[_Waiting] = deque()
        for item in items:
            waiting.append(_Waiting(item, self._threads, self._reader))
            if len(waiting) > _AHEAD:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)

    def _links(self, sources: WebSources, allowance: Allowance, expected: _Expected) -> Iterator[Link]:
        seen: set[str] = set()
        for link in self._named(sources, expected):
            if is_before(link.date, sources.since):
                expected.add(-1)
                self.left_out += 1
                continue
            key = canonical_url(link.url) or link.name
            if key in seen:
                expected.add(-1)
                continue
            seen.add(key)
            if not allowance.take():
                return
            yield link

    def _named(self, sources: WebSources, expected: _Expected) -> Iterator[Link]:
        pages: list[Link | Problem] = [Link(url, shown_path(url)) for url in sources.pages]
        listed = (expected.all(list(read_list(path))) for path in sources.lists)
        feeds = (self._told_if_empty(url, expected.all(self._feed(url))) for url in sources.feeds)
        sitemaps = (self._told_if_empty(url, self._listings.sitemap(url, expected.add)) for url in sources.sitemaps)
        for item in chain.from_iterable(chain([expected.all(pages)], listed, feeds, sitemaps)):
            if isinstance(item, Link):
                yield item
            else:
                self._on_problem(item)

    def _feed(self, url: str) -> Sequence[Link | Problem]:
        try:
            listing = self._listings.feed(url)
        except ArticleError as error:
            return (Problem(shown_path(url), str(error)),)
        assert isinstance(listing, Listing)  # nothing was said of an earlier one
        if listing.notice:
            self._on_notice(f"{shown_path(url)}: {listing.notice}")
        return listing.links

    def _told_if_empty(self, url: str, items: Iterable[Link | Problem]) -> Iterator[Link | Problem]:
        empty = True
        for item in items:
            empty = False
            yield item
        if empty:
            self._on_notice(f"{shown_path(url)}: names no page")

    def _walked(self, sources: WebSources, allowance: Allowance, expected: _Expected) -> Iterator[Asked]:
        for url in sources.sites:
            shared = allowance if sources.limit is not None else Allowance(SITE_PAGES)
            for item in self._walk.pages(url, sources.depth, shared):
                if isinstance(item, Asked):
                    expected.add(1)
                    yield item
                elif isinstance(item, Problem):
                    expected.add(1)
                    self._on_problem(item)
                elif isinstance(item, str):
                    self._on_notice(f"{shown_path(url)}: {item}")


def is_older(draft: Draft, since: str | None) -> bool:
    """Return whether an article says that it is from before a date, and not that it has changed since."""
    changed = draft.article.metadata.get("modified")
    return is_before(changed if isinstance(changed, str) else draft.article.published, since)


def is_before(date: str | None, since: str | None) -> bool:
    """Return whether a date is before another, both ISO 8601, as far as the less precise of them tells."""
    if date is None or since is None:
        return False
    length = min(len(date), len(since), len("2026-03-01"))
    return date[:length] < since[:length]


class _Expected:
    """Counts the pages that are known, and tells of those that may be asked for."""

    def __init__(self, tell: Callable[[int], None], limit: int | None) -> None:
        self._tell = tell
        self._limit = limit
        self._found = 0

    def add(self, pages: int) -> None:
        before = self._wanted()
        self._found += pages
        if self._wanted() != before:
            self._tell(self._wanted() - before)

    def all(self, items: Sequence[Link | Problem]) -> Sequence[Link | Problem]:
        self.add(len(items))
        return items

    def _wanted(self) -> int:
        return self._found if self._limit is None else min(self._found, self._limit)


class _Waiting:
    """A page that is being fetched, and is parsed from when it is there."""

    def __init__(self, item: Link | Asked, threads: ThreadPoolExecutor, reader: PageReader) -> None:
        self._reader = reader
        self._asked = item if isinstance(item, Asked) else None
        self._answer = threads.submit(reader.answer, item) if isinstance(item, Link) else None
        self._item = item

    @property
    def arrived(self) -> bool:
        return self._answer is None or self._answer.done()

    def asked(self) -> Asked:
        """Wait for the page, and hand it to a worker the first time."""
        if self._asked is None:
            assert self._answer is not None
            assert isinstance(self._item, Link)
            self._asked = self._reader.hand_in(self._item, self._answer.result())
        return self._asked


def _first(waiting: deque[_Waiting]) -> Asked:
    """Take the first page off, and let the workers begin with what has arrived behind it."""
    first = waiting.popleft().asked()
    for page in waiting:
        if page.arrived:
            page.asked()
    return first
